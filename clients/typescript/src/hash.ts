/**
 * SHA-256 with domain separation: "A preimage starts with an ASCII tag, and then the chain id, except where noted."
 * (protocol, Bytes) So no hash or signature means anything elsewhere.
 */

import { sha256 as digest } from "@noble/hashes/sha2.js";

import { concat, fromHex, utf8 } from "./bytes.js";
import type { ChainId } from "./ids.js";

/** The tags, one per kind of preimage. */
export const tag = {
  /** The genesis document; its hash is the chain id. */
  GENESIS: "lojal/genesis/v1",
  /** An account's first public key; the hash is its address. */
  ACCOUNT: "lojal/account/v1",
  /** The place in the chain where a household was created; the hash is its address. */
  HOUSEHOLD: "lojal/household/v1",
  /** A transaction; the hash is its id. */
  TRANSACTION: "lojal/tx/v1",
  /** A signature over a transaction's id. */
  TRANSACTION_SIGNATURE: "lojal/tx-signature/v1",
  /** A change of an account that waits, which guardians agree to. */
  CHANGE: "lojal/change/v1",
  /** A till's request; the hash is the reference of the answer. */
  REQUEST: "lojal/request/v1",
  /** The actions of a motion, which governors approve. */
  MOTION: "lojal/motion/v1",
  /** A brand and the actions of a motion of its admins, which they approve. */
  BRAND_MOTION: "lojal/brand-motion/v1",
  /** A brand, a campaign and its terms, which a sponsor accepts. */
  CAMPAIGN: "lojal/campaign/v1",
  /** A transaction and the place of one of its operations, which claims something. */
  CLAIM: "lojal/claim/v1",
  /** A line of a brand's list of invitations. */
  INVITATION: "lojal/invitation/v1",
  /** A transaction and the place of one of its operations, which offers points. */
  OFFER: "lojal/offer/v1",
  /** A till's request for a voucher; the hash is the reference of the answer. */
  VOUCHER_REQUEST: "lojal/voucher-request/v1",
  /** A validator's name and keys, which both keys sign. */
  NODE: "lojal/node/v1",
  /** A sign of life. */
  READY: "lojal/ready/v1",
  /** A header; the hash is the block's id. */
  BLOCK: "lojal/block/v1",
  /** A validator set. */
  VALIDATORS: "lojal/validators/v1",
  /** A consensus vote. */
  VOTE: "lojal/vote/v1",
  /** A consensus proposal. */
  PROPOSAL: "lojal/proposal/v1",
  /** The running digest over the transactions that have concerned an account. */
  ACTIVITY: "lojal/activity/v1",
  /** The blind of a record that is about an account. */
  BLIND: "lojal/blind/v1",
  /** A token that says who reads. */
  READ: "lojal/read/v1",
  /** A key of the state tree. */
  KEY: "lojal/key/v1",
  /** An entry of the state tree. */
  ENTRY: "lojal/entry/v1",
  /** A page of the state tree. */
  PAGE: "lojal/page/v1",
  /** A branch of the state tree. */
  BRANCH: "lojal/branch/v1",
  /** The text of a receipt, which wallets make a reference of. */
  RECEIPT: "lojal/receipt/v1",
} as const;

/** SHA-256 of some parts, one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = digest.create();
  parts.forEach((part) => hasher.update(part));
  return hasher.digest();
}

/** SHA-256(`tag` ‖ `parts`…), for the few preimages without a chain id. */
export function taggedHash(name: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(utf8(name), ...parts);
}

/** SHA-256(`tag` ‖ chain id ‖ `parts`…). */
export function chainHash(name: string, chain: ChainId, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(utf8(name), fromHex(chain), ...parts);
}

/** The bytes that are signed: `tag` ‖ chain id ‖ `parts`…. */
export function signingBytes(name: string, chain: ChainId, ...parts: readonly Uint8Array[]): Uint8Array {
  return concat(utf8(name), fromHex(chain), ...parts);
}
