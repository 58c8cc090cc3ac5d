/** Records of a version of the state that have been proven against its root, for whoever has nothing else of it. */

import type { NetworkKind } from "../address.js";
import { fromHex } from "../bytes.js";
import { FaultError } from "../error.js";
import type { Hash, Height } from "../ids.js";
import type { TimeMs } from "../time.js";
import type { RecordKind } from "./kinds.js";
import { decodeValue, encodeKey } from "./kinds.js";
import type { Proof, ProvenPage } from "./proof.js";
import { checkProof } from "./proof.js";

/** The reason that proven records don't tell something. */
export type ProvenFault = "lacking" | "contradiction";

/** Something that proven records don't tell. */
export class ProvenError extends FaultError<"proven", ProvenFault> {
  constructor(fault: ProvenFault) {
    const lacking = "the answer lacks a proof that it needs";
    super("proven", fault, fault === "lacking" ? lacking : "its records contradict each other");
  }
}

/** The block after which a version of the state is so. The caller has checked that it is final. */
export interface Tip {
  /** Its height. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
  /** The root of the state after it. */
  readonly stateRoot: Hash;
}

/** The pages of a version of the state that proofs have shown. What it answers is what the state has. */
export class ProvenRecords {
  readonly #pages: ProvenPage[] = [];

  constructor(
    /** The kind of network. */
    readonly network: NetworkKind,
    /** The block. */
    readonly tip: Tip,
  ) {}

  /** Takes in what a proof shows that was made for a key; throws a `ProofError` if it isn't one of this version. */
  add(key: Uint8Array, proof: Proof): void {
    this.#pages.push(checkProof(proof, this.tip.stateRoot, key));
  }
  /** The record under a key, or null if it is proven that there is none; throws `proven_lacking` if nothing is. */
  get<K, R>(kind: RecordKind<K, R>, key: K): R | null {
    const bytes = encodeKey(kind, key);
    for (const page of this.#pages) {
      const value = page.get(bytes);
      if (value !== undefined) {
        return value === null ? null : decodeValue(kind, fromHex(value));
      }
    }
    throw new ProvenError("lacking");
  }
  /** The record under a key that has to have one. */
  always<K, R>(kind: RecordKind<K, R>, key: K): R {
    return named(this.get(kind, key));
  }
}

/** Something that another record names, so that it has to be there. */
export function named<T>(record: T | null): T {
  if (record === null) {
    throw new ProvenError("contradiction");
  }
  return record;
}
