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
import type { Label, PageEntry, Proof } from "./proof.js";

/** Most entries of a page: "A subtree with at most 16 entries is one page" (protocol, State and proofs). */
export const PAGE_ENTRIES_MAX = 16;
/** Most branches above a page: the bits of a key hash. */
export const DEPTH_MAX = 256;

/** Bytes of an account's address that begin the key hashes of its entries. */
const ACCOUNT_PATH_BYTES = 4;
const ADDRESS_BYTES = 20;
/** Bytes of the label by which an entry is known to those who may not read it. */
export const LABEL_BYTES = 8;

/** All that the hash of a page tells of an entry. */
export interface Labelled {
  /** The label. */
  readonly label: Uint8Array;
  /** The hash of the entry. */
  readonly hash: Uint8Array;
}

/**
 * The hash of a key, which puts an entry into its place in the tree. "The hash of a key that is about an account (kinds
 * 32 to 47 and 64 to 79, whose keys begin with the account's address) has its first four bytes replaced by those of the
 * address, so that an account's entries lie next to each other." (protocol, State and proofs)
 */
export function hashKey(key: Uint8Array): Uint8Array {
  const hash = taggedHash(tag.KEY, key);
  if (isOfAccount(key)) {
    hash.set(key.slice(1, 1 + ACCOUNT_PATH_BYTES));
  }
  return hash;
}
function isOfAccount(key: Uint8Array): boolean {
  return isAboutAccount(key[0] ?? 0) && key.length > ADDRESS_BYTES;
}
/**
 * The label of an entry: "the first eight bytes of the account's address if its key is about an account, and else of
 * its key hash" (protocol, State and proofs).
 */
export function labelOf(key: Uint8Array, keyHash: Uint8Array): Uint8Array {
  return isOfAccount(key) ? key.slice(1, 1 + LABEL_BYTES) : keyHash.slice(0, LABEL_BYTES);
}
/** The hash of an entry: "its hash is that of its key hash and its value" (protocol, State and proofs). */
export function hashEntry(keyHash: Uint8Array, value: Uint8Array): Uint8Array {
  return taggedHash(tag.ENTRY, concat(keyHash, value));
}
/** The hash of a page with these labels and hashes of its entries. */
export function hashPage(entries: readonly Labelled[]): Uint8Array {
  return taggedHash(tag.PAGE, concat(...entries.flatMap(({ label, hash }) => [label, hash])));
}
/** The hash of a branch over two subtrees. */
export function hashBranch(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(utf8(tag.BRANCH), left, right);
}
/** A bit of a key hash, the most significant first. */
export function bit(keyHash: Uint8Array, depth: number): boolean {
  return ((keyHash[depth >> 3] ?? 0) & (0x80 >> (depth & 7))) !== 0;
}

interface Entry extends Labelled {
  readonly keyHash: Uint8Array;
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
    return { hash: hashPage(entries), entries };
  }
  const left = build(
    entries.filter((entry) => !bit(entry.keyHash, depth)),
    depth + 1,
  );
  const right = build(
    entries.filter((entry) => bit(entry.keyHash, depth)),
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
      const keyHash = hashKey(key);
      const [label, hash] = [labelOf(key, keyHash), hashEntry(keyHash, value)];
      byHash.set(toHex(keyHash), { keyHash, label, hash, key, value });
    }
    const sorted = [...byHash.values()].sort((one, other) => compareBytes(one.keyHash, other.keyHash));
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
    const shown = toHex(labelOf(key, keyHash));
    const page = node.entries.map((entry): PageEntry => {
      const label = toHex(entry.label) as Label;
      return label === shown
        ? { entry: "shown", key: toHex(entry.key), value: toHex(entry.value) }
        : { entry: "hidden", label, hash: toHex(entry.hash) as Hash };
    });
    return { siblings, page };
  }
}
