/**
 * Merkle roots over lists: "Lists (transactions, receipts): RFC 9162, section 2.1.1 (0x00 before leaves, 0x01 before
 * nodes)." (protocol, Bytes)
 */

import { fromHex, toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { list, struct } from "./codec/combine.js";
import { bool } from "./codec/primitives.js";
import { sha256 } from "./hash.js";
import type { Hash } from "./ids.js";
import { hashCodec } from "./ids.js";

/** One step of a path from an item to the root. */
export interface Step {
  /** True if the other one stands on the left. */
  readonly isLeft: boolean;
  /** The hash of what stands beside the path. */
  readonly other: Hash;
}

/** The path from an item of a list to the list's root, from below. */
export type MerklePath = readonly Step[];

/** Most steps of a path: a block has at most 10,000 transactions. */
export const STEPS_MAX = 14;

/** The forms of steps. */
export const stepCodec: Codec<Step> = struct<Step>({ isLeft: bool, other: hashCodec });

/** The forms of paths. */
export const merklePathCodec: Codec<MerklePath> = list(stepCodec, 0, STEPS_MAX);

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The Merkle tree hash of a list; that of no items is the hash of nothing. */
export function merkleRoot(items: readonly Uint8Array[]): Uint8Array {
  let level = items.map(merkleLeaf);
  while (level.length > 1) {
    // The last one of an odd number goes up as it is: the tree on the left is always the largest full one.
    level = level.flatMap((left, at) => {
      const right = level[at + 1];
      return at % 2 === 1 ? [] : [right === undefined ? left : sha256(NODE, left, right)];
    });
  }
  return level[0] ?? sha256();
}

/** The hash of one item. */
export function merkleLeaf(item: Uint8Array): Uint8Array {
  return sha256(LEAF, item);
}

/** The root to which a path leads from the hash of an item. */
export function rootOfPath(leaf: Uint8Array, path: MerklePath): Uint8Array {
  return path.reduce((hash, { isLeft, other }) => {
    return isLeft ? sha256(NODE, fromHex(other), hash) : sha256(NODE, hash, fromHex(other));
  }, leaf);
}

/** The path to the root from an item of a list, by its place, from 0. */
export function merklePath(items: readonly Uint8Array[], index: number): MerklePath {
  if (!(index >= 0 && index < items.length)) {
    throw new RangeError(`a list of ${items.length} has no item ${index}`);
  }
  let level = items.map(merkleLeaf);
  const steps: Step[] = [];
  for (let at = index; level.length > 1; at = Math.floor(at / 2)) {
    const other = level[at % 2 === 1 ? at - 1 : at + 1];
    if (other !== undefined) {
      steps.push({ isLeft: at % 2 === 1, other: toHex(other) as Hash });
    }
    level = level.flatMap((left, place) => {
      const right = level[place + 1];
      return place % 2 === 1 ? [] : [right === undefined ? left : sha256(NODE, left, right)];
    });
  }
  return steps;
}
