/**
 * The state tree: the whole state behind one hash (protocol, State and proofs).
 *
 * "The state is a map from keys (a byte for the kind, then borsh) to records (borsh), in a binary trie over the hashes
 * of the keys." (protocol, State and proofs)
 */

import { compareBytes, concat, toHex, utf8 } from "../bytes.js";
import { sha256, tag, taggedHash } from "../hash.js";
import type { Hash } from "../ids.js";
import { isAboutAccount } from "./kinds.js";
import type { Proof } from "./proof.js";

/** Most entries of a page: "A subtree with at most 16 entries is one page" (protocol, State and proofs). */
export const PAGE_ENTRIES_MAX = 16;
/** Most branches above a page: the bits of a key hash. */
export const DEPTH_MAX = 256;

/** Bytes of an account's address that begin the key hashes of its entries. */
const ACCOUNT_PATH_BYTES = 4;
const ADDRESS_BYTES = 20;

/**
 * The hash of a key, which puts an entry into its place in the tree. "The hash of a key that is about an account (kinds
 * 32 to 47 and 64 to 79, whose keys begin with the account's address) has its first four bytes replaced by those of the
 * address, so that an account's entries lie next to each other." (protocol, State and proofs)
 */
export function hashKey(key: Uint8Array): Uint8Array {
  const hash = taggedHash(tag.KEY, key);
  if (isAboutAccount(key[0] ?? 0) && key.length > ADDRESS_BYTES) {
    hash.set(key.slice(1, 1 + ACCOUNT_PATH_BYTES));
  }
  return hash;
}
/** The hash of a value. */
export function hashValue(value: Uint8Array): Uint8Array {
  return taggedHash(tag.VALUE, value);
}
/** The hash of a page with these pairs of hashes, one after the other. */
export function hashPage(pairs: Uint8Array): Uint8Array {
  return taggedHash(tag.PAGE, pairs);
}
/** The hash of a branch over two subtrees. */
export function hashBranch(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(utf8(tag.BRANCH), left, right);
}
/** A bit of a key hash, the most significant first. */
export function bit(keyHash: Uint8Array, depth: number): boolean {
  return ((keyHash[depth >> 3] ?? 0) & (0x80 >> (depth & 7))) !== 0;
}

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}
interface Node {
  readonly hash: Uint8Array;
  readonly entries: readonly Entry[];
  readonly children?: readonly [Node, Node];
}

function build(entries: readonly Entry[], depth: number): Node {
  if (entries.length <= PAGE_ENTRIES_MAX) {
    return { hash: hashPage(concat(...entries.flatMap(({ key, value }) => [key, value]))), entries };
  }
  const left = build(
    entries.filter((entry) => !bit(entry.key, depth)),
    depth + 1,
  );
  const right = build(
    entries.filter((entry) => bit(entry.key, depth)),
    depth + 1,
  );
  return { hash: hashBranch(left.hash, right.hash), entries, children: [left, right] };
}

/** One version of a tree, made of all its entries. For snapshots and tests: who has a proof needs no tree. */
export class StateTree {
  readonly #top: Node;

  private constructor(top: Node) {
    this.#top = top;
  }

  /** The tree of some entries, in any order; of two with the same key, the last. */
  static of(entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>): StateTree {
    const byHash = new Map<string, Entry>();
    for (const [key, value] of entries) {
      const hash = hashKey(key);
      byHash.set(toHex(hash), { key: hash, value: hashValue(value) });
    }
    const sorted = [...byHash.values()].sort((one, other) => compareBytes(one.key, other.key));
    return new StateTree(build(sorted, 0));
  }
  /** The hash that headers commit to. */
  root(): Hash {
    return toHex(this.#top.hash) as Hash;
  }
  /** A proof of what the tree has under a key, or that it has nothing. */
  prove(key: Uint8Array): Proof {
    const keyHash = hashKey(key);
    const siblings: Hash[] = [];
    let node = this.#top;
    for (let depth = 0; node.children !== undefined; depth += 1) {
      const [left, right] = node.children;
      const [next, beside] = bit(keyHash, depth) ? [right, left] : [left, right];
      siblings.push(toHex(beside.hash) as Hash);
      node = next;
    }
    const page = node.entries.map((entry) => ({ key: toHex(entry.key) as Hash, value: toHex(entry.value) as Hash }));
    return { siblings, page };
  }
}
