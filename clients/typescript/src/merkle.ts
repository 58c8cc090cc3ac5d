/**
 * Merkle roots over lists: "Lists (transactions, receipts): RFC 9162, section 2.1.1 (0x00 before leaves, 0x01 before
 * nodes)." (protocol, Bytes)
 */

import { sha256 } from "./hash.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The Merkle tree hash of a list; that of no items is the hash of nothing. */
export function merkleRoot(items: readonly Uint8Array[]): Uint8Array {
  let level = items.map((item) => sha256(LEAF, item));
  while (level.length > 1) {
    // The last one of an odd number goes up as it is: the tree on the left is always the largest full one.
    level = level.flatMap((left, at) => {
      const right = level[at + 1];
      return at % 2 === 1 ? [] : [right === undefined ? left : sha256(NODE, left, right)];
    });
  }
  return level[0] ?? sha256();
}
