/** Motions: their numbers, their stages, and the statements that nodes sign for them (protocol, Governance). */

import type { Brand } from "../bytes.js";
import type { Codec } from "../codec/codec.js";
import { encode } from "../codec/codec.js";
import type { Tagged } from "../codec/combine.js";
import { openStruct, struct, variants } from "../codec/combine.js";
import { u64, u8 } from "../codec/primitives.js";
import type { Code } from "../code.js";
import { codeCodec } from "../code.js";
import { signingBytes, tag } from "../hash.js";
import type { ChainId, Hash, Height, PublicKey, Signature } from "../ids.js";
import { hashCodec, heightCodec, publicKeyCodec, signatureCodec } from "../ids.js";
import { verifySignature } from "../key.js";
import type { Name } from "../name/name.js";
import { nameCodec } from "../name/name.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";

/** The number of a motion, counted from 1 over the life of the network. */
export type MotionId = Brand<bigint, "MotionId">;

/** The forms of the numbers of motions. */
export const motionIdCodec = u64 as Codec<bigint> as Codec<MotionId>;

/** The stages of a motion, by status. */
export interface MotionStatuses {
  /** Too few have approved it yet. */
  readonly open: Record<never, never>;
  /** Enough have approved it; it waits for signs of life. The block in which the last of them did. */
  readonly approved: { readonly height: Height };
  /** It has happened, in this block. */
  readonly enacted: { readonly height: Height };
  /** Its time ran out. */
  readonly lapsed: Record<never, never>;
  /** Its proposer has taken it back. */
  readonly withdrawn: Record<never, never>;
  /** Enough had approved it, but it couldn't happen any more, for this reason; nothing of it did. */
  readonly failed: { readonly code: Code };
}

/** The stage of a motion. */
export type MotionStatus = Tagged<"status", MotionStatuses>;

const atHeight = openStruct<{ readonly height: Height }>({ height: heightCodec });
const bare = openStruct<Record<never, never>>({});

/** The forms of the stages of motions. */
export const motionStatusCodec: Codec<MotionStatus> = variants<MotionStatuses, "status">("status", {
  open: [0, bare],
  approved: [1, atHeight],
  enacted: [2, atHeight],
  lapsed: [3, bare],
  withdrawn: [4, bare],
  failed: [5, openStruct<{ readonly code: Code }>({ code: codeCodec })],
});

/** True if a motion can still be approved, withdrawn or activated. */
export function isUndecided(status: MotionStatus): boolean {
  return status.status === "open" || status.status === "approved";
}

/** The proof that somebody holds both keys of a node. */
export interface NodeProof {
  /** The signature of the key that signs votes. */
  readonly byValidator: Signature;
  /** The signature of the node's key on the peer-to-peer network. */
  readonly byNetwork: Signature;
}

/** The forms of such proofs. */
export const nodeProofCodec: Codec<NodeProof> = struct<NodeProof>({
  byValidator: signatureCodec,
  byNetwork: signatureCodec,
});

/** The keys of a node, with its name. */
export interface NodeKeys {
  /** The name of the validator. */
  readonly name: Name;
  /** The key that signs its votes. */
  readonly publicKey: PublicKey;
  /** The key of its node on the peer-to-peer network. */
  readonly networkKey: PublicKey;
}

const nodeKeysCodec: Codec<NodeKeys> = struct<NodeKeys>({
  name: nameCodec,
  publicKey: publicKeyCodec,
  networkKey: publicKeyCodec,
});

/**
 * The bytes that both keys sign: "`lojal/node/v1` ‖ chain id ‖ { name, `public_key`, `network_key` }" (protocol,
 * Governance).
 */
export function nodeSigningBytes(chain: ChainId, keys: NodeKeys): Uint8Array {
  return signingBytes(tag.NODE, chain, encode(nodeKeysCodec, keys));
}
/** True if both keys have signed. */
export function nodeProofHolds(proof: NodeProof, chain: ChainId, keys: NodeKeys): boolean {
  const bytes = nodeSigningBytes(chain, keys);
  const byValidator = verifySignature(keys.publicKey, bytes, proof.byValidator);
  return byValidator && verifySignature(keys.networkKey, bytes, proof.byNetwork);
}

/** The content of a sign of life: a node that is about to be needed says that it runs. */
export interface Readiness {
  /** The motion. */
  readonly motion: MotionId;
  /** The digest of its actions. */
  readonly digest: Hash;
  /** The place of the action among them, counted from 0. */
  readonly index: number;
  /** The time at which the node signed. */
  readonly timeMs: TimeMs;
}

const readinessCodec: Codec<Readiness> = struct<Readiness>({
  motion: motionIdCodec,
  digest: hashCodec,
  index: u8,
  timeMs: timeMsCodec,
});

/**
 * The bytes that are signed: "`lojal/ready/v1` ‖ chain id ‖ { motion: u64, digest, index: u8, time: u64 }" (protocol,
 * Governance).
 */
export function readinessSigningBytes(chain: ChainId, readiness: Readiness): Uint8Array {
  return signingBytes(tag.READY, chain, encode(readinessCodec, readiness));
}

/** A sign of life of the node that an action names. */
export interface SignOfLife {
  /** The place of the action in its motion, counted from 0. */
  readonly index: number;
  /** The time at which the node signed. */
  readonly timeMs: TimeMs;
  /** The signature of its key over the {@link Readiness}. */
  readonly signature: Signature;
}

/** The forms of signs of life. */
export const signOfLifeCodec: Codec<SignOfLife> = struct<SignOfLife>({
  index: u8,
  timeMs: timeMsCodec,
  signature: signatureCodec,
});
