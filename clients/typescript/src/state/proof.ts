/** Proofs that a key has a value, or that it is absent (protocol, State and proofs). */

import { compareBytes, fromHex, isRising, toHex } from "../bytes.js";
import type { Codec } from "../codec/codec.js";
import { encode } from "../codec/codec.js";
import type { Tagged } from "../codec/combine.js";
import { list, option, struct, variants } from "../codec/combine.js";
import { fixedHex, sizedHex } from "../codec/primitives.js";
import { FaultError } from "../error.js";
import type { Hash } from "../ids.js";
import { hashCodec } from "../ids.js";
import { monthOfNumber } from "../time.js";
import { encodeKey, recordKinds } from "./kinds.js";
import type { ShelfRecord } from "./records.js";
import { shelfRecordCodec } from "./records.js";
import type { Labelled } from "./tree.js";
import {
  bit,
  DEPTH_MAX,
  hashBranch,
  hashEntry,
  hashKey,
  hashPage,
  LABEL_BYTES,
  labelOf,
  PAGE_ENTRIES_MAX,
} from "./tree.js";

/** Eight bytes in hex: all that a proof tells of the key of an entry that it hides. */
export type Label = string & { readonly label: unique symbol };

/** The knowledge that a proof may give of an entry of its page, by whether it is shown. */
export interface PageEntries {
  /** An entry with another label than the key that is asked for. */
  readonly hidden: { readonly label: Label; readonly hash: Hash };
  /** Another one: the bytes of its key and of its value, in hex. */
  readonly shown: { readonly key: string; readonly value: string };
}

/** The knowledge that a proof gives of an entry. */
export type PageEntry = Tagged<"entry", PageEntries>;

/**
 * Shows a key's value, or its absence, to someone who has only the state root: "A proof of membership or absence is the
 * hashes beside the path, and of each entry of the page key and value if it has the label of the key that is asked for,
 * and else label and hash." (protocol, State and proofs) Untrusted until {@link verifyProof} says so.
 */
export interface Proof {
  /** The hashes beside the path from the top to the page, from the top down. */
  readonly siblings: readonly Hash[];
  /** The entries of the page where the key belongs, in the order of their key hashes. */
  readonly page: readonly PageEntry[];
}

/** Most bytes of a key that a proof shows, and of a value: more than any has. */
const KEY_BYTES_MAX = 256;
const VALUE_BYTES_MAX = 64 * 1024;

const pageEntryCodec: Codec<PageEntry> = variants<PageEntries, "entry">("entry", {
  hidden: [0, struct<PageEntries["hidden"]>({ label: fixedHex<Label>(LABEL_BYTES), hash: hashCodec })],
  shown: [1, struct<PageEntries["shown"]>({ key: sizedHex(KEY_BYTES_MAX), value: sizedHex(VALUE_BYTES_MAX) })],
});

/** The forms of proofs. */
export const proofCodec: Codec<Proof> = struct<Proof>({
  siblings: list(hashCodec, 0, DEPTH_MAX),
  page: list(pageEntryCodec, 0, PAGE_ENTRIES_MAX),
});

/**
 * The reason that a proof doesn't show what it should. *other_value*, *absent* and *present* are themselves proven: the
 * state is known to say otherwise.
 */
export type ProofFault =
  | "too_many_siblings"
  | "too_many_entries"
  | "unsorted"
  | "hidden"
  | "misplaced_entry"
  | "wrong_root"
  | "other_value"
  | "absent"
  | "present";

const FAULTS: Readonly<Record<ProofFault, string>> = {
  too_many_siblings: "the proof has more siblings than a key hash has bits: ask another node",
  too_many_entries: "the page of the proof has more entries than a page can have: ask another node",
  unsorted: "the page of the proof is not strictly sorted: ask another node",
  hidden: "the proof hides an entry that it has to show: ask another node",
  misplaced_entry: "the page of the proof holds an entry of another page: ask another node",
  wrong_root: "the proof does not lead to the state root: check its height, or ask another node",
  other_value: "the state has another value for the key: the value is stale or forged, ask again",
  absent: "the state does not have the key: the value is stale or forged, ask again",
  present: "the state has the key, although it is said to be absent: ask again for its value",
};

/** A proof that doesn't show what it should. */
export class ProofError extends FaultError<"proof", ProofFault> {
  constructor(fault: ProofFault) {
    super("proof", fault, FAULTS[fault]);
  }
}

function check(holds: boolean, fault: ProofFault): void {
  if (!holds) {
    throw new ProofError(fault);
  }
}

/**
 * Checks that the state with this root has `value` for `key`, or with null that it doesn't have the key; throws a
 * {@link ProofError} if that isn't shown. The bytes of a value are those of its record.
 */
export function verifyProof(proof: Proof, root: Hash, key: Uint8Array, value: Uint8Array | null): void {
  const found = checkProof(proof, root, key).get(key);
  check(found !== undefined, "hidden");
  if (value === null) {
    check(found === null, "present");
    return;
  }
  check(found !== null, "absent");
  check(found === toHex(value), "other_value");
}

/** Checks that the state with this root has the page of a proof on the path of a key; throws a {@link ProofError}. */
export function checkProof(proof: Proof, root: Hash, key: Uint8Array): ProvenPage {
  const keyHash = hashKey(key);
  const page = proof.page.map(placed);
  checkForm(proof, page, keyHash);
  check(rootOf(proof, page, keyHash) === root, "wrong_root");
  return provenPage(proof, keyHash);
}

/** Wraps a page that was just checked. Nothing outside of this file can. */
let provenPage: (proof: Proof, path: Uint8Array) => ProvenPage;

/** A page that the state has. */
export class ProvenPage {
  private constructor(
    private readonly proof: Proof,
    private readonly path: Uint8Array,
  ) {}

  static {
    provenPage = (proof, path) => new ProvenPage(proof, path);
  }
  /** The bytes that the state has under a key, in hex; null if it has none, undefined if this page doesn't tell. */
  get(key: Uint8Array): string | null | undefined {
    const keyHash = hashKey(key);
    const { siblings, page } = this.proof;
    if (!siblings.every((_, depth) => bit(keyHash, depth) === bit(this.path, depth))) {
      return undefined;
    }
    const label = toHex(labelOf(key, keyHash));
    if (page.some((entry) => entry.entry === "hidden" && entry.label === label)) {
      return undefined;
    }
    const found = page.find((entry) => entry.entry === "shown" && entry.key === toHex(key));
    return found?.entry === "shown" ? found.value : null;
  }
}

/** An entry of a page, with the hash of its key if that is shown. */
interface Placed extends Labelled {
  readonly keyHash: Uint8Array | null;
}

function placed(entry: PageEntry): Placed {
  if (entry.entry === "hidden") {
    return { keyHash: null, label: fromHex(entry.label), hash: fromHex(entry.hash) };
  }
  const key = fromHex(entry.key);
  const keyHash = hashKey(key);
  return { keyHash, label: labelOf(key, keyHash), hash: hashEntry(keyHash, fromHex(entry.value)) };
}

function checkForm({ siblings }: Proof, page: readonly Placed[], keyHash: Uint8Array): void {
  check(siblings.length <= DEPTH_MAX, "too_many_siblings");
  check(page.length <= PAGE_ENTRIES_MAX, "too_many_entries");
  const shown = page.flatMap((entry) => (entry.keyHash === null ? [] : [entry.keyHash]));
  check(isRising(shown, compareBytes), "unsorted");
  const belongs = shown.every((other) => siblings.every((_, depth) => bit(other, depth) === bit(keyHash, depth)));
  check(belongs, "misplaced_entry");
}

/** The root of the tree that has this page on the path of a key hash. */
function rootOf({ siblings }: Proof, page: readonly Labelled[], keyHash: Uint8Array): Hash {
  const root = siblings.reduceRight((node, sibling, depth) => {
    const beside = fromHex(sibling);
    return bit(keyHash, depth) ? hashBranch(beside, node) : hashBranch(node, beside);
  }, hashPage(page));
  return toHex(root) as Hash;
}

/** A shelf with a proof against its root. */
export interface ProofOnShelf {
  /** The shelf's record. */
  readonly shelf: ShelfRecord;
  /** The proof in the shelf's tree. */
  readonly proof: Proof;
}

/**
 * Shows the record of a reference, or its absence: "A proof of a record on a shelf is that of the shelf's record, and a
 * proof in the shelf's tree." (protocol, State and proofs) Untrusted until {@link verifyShelfProof} says so.
 */
export interface ShelfProof {
  /** The shelf's record, or its absence, in the state. */
  readonly inState: Proof;
  /** The record, with a proof against its root; null if there is no such shelf. */
  readonly onShelf: ProofOnShelf | null;
}

/** The forms of proofs of what lies on shelves. */
export const shelfProofCodec: Codec<ShelfProof> = struct<ShelfProof>({
  inState: proofCodec,
  onShelf: option(struct<ProofOnShelf>({ shelf: shelfRecordCodec, proof: proofCodec })),
});

/** True if the record of a key lies on a shelf: those of kinds 80 to 95. */
export function isOnShelf(key: Uint8Array): boolean {
  return (key[0] ?? 0) >= 80 && (key[0] ?? 0) <= 95;
}

/** As {@link verifyProof}, of the key of a record that lies on a shelf. */
export function verifyShelfProof(shown: ShelfProof, root: Hash, key: Uint8Array, value: Uint8Array | null): void {
  check(isOnShelf(key) && key.length > 2, "misplaced_entry");
  const month = monthOfNumber((key[1] ?? 0) + 256 * (key[2] ?? 0));
  const shelfKey = encodeKey(recordKinds.shelf, { month });
  if (shown.onShelf === null) {
    verifyProof(shown.inState, root, shelfKey, null);
    check(value === null, "absent");
    return;
  }
  const { shelf, proof } = shown.onShelf;
  verifyProof(shown.inState, root, shelfKey, encode(shelfRecordCodec, shelf));
  verifyProof(proof, shelf.root, key, value);
}
