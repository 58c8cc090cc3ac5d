/** Fixed-size identifiers, as lower-case hex, and the heights of blocks. */

import type { Brand } from "./bytes.js";
import { firstBytes, fromHex, toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { fixedHex, parseFixedHex, u64 } from "./codec/primitives.js";
import { JsonError, TextError } from "./error.js";

/** Identifies a network: the hash of its genesis document (protocol, Bytes). */
export type ChainId = Brand<string, "ChainId">;
/** The first four bytes of a {@link ChainId}, carried by every transaction. */
export type ChainTag = Brand<string, "ChainTag">;
/** Identifies a block: the hash of its header. The parent of the first block is the chain id. */
export type BlockId = Brand<string, "BlockId">;
/** Identifies a transaction whatever its signature. */
export type TransactionId = Brand<string, "TransactionId">;
/** The first 16 bytes of a {@link TransactionId}, which records of references end with. */
export type HalfId = Brand<string, "HalfId">;
/** A Merkle root or another plain hash. */
export type Hash = Brand<string, "Hash">;
/** An Ed25519 public key, 32 bytes that need not be a valid point until something is verified with them. */
export type PublicKey = Brand<string, "PublicKey">;
/** Random bytes that make a request for points unlike any other. */
export type Salt = Brand<string, "Salt">;
/** Identifies an offer on the market (protocol, Market). */
export type OfferId = Brand<string, "OfferId">;

/** Identifies a voucher: the first 16 bytes of the hash of the transaction and the operation that gave it. */
export type VoucherId = Brand<string, "VoucherId">;
/** An Ed25519 signature. */
export type Signature = Brand<string, "Signature">;
/** A block's distance from genesis; the first block has height 1, the genesis state height 0. */
export type Height = Brand<bigint, "Height">;

/** The forms of chain ids. */
export const chainIdCodec: Codec<ChainId> = fixedHex(32);
/** The forms of chain tags. */
export const chainTagCodec: Codec<ChainTag> = fixedHex(4);
/** The forms of block ids. */
export const blockIdCodec: Codec<BlockId> = fixedHex(32);
/** The forms of transaction ids. */
export const transactionIdCodec: Codec<TransactionId> = fixedHex(32);
/** The forms of first halves of transaction ids. */
export const halfIdCodec: Codec<HalfId> = fixedHex(16);
/** The forms of hashes. */
export const hashCodec: Codec<Hash> = fixedHex(32);
/** The forms of public keys. */
export const publicKeyCodec: Codec<PublicKey> = fixedHex(32);
/** The forms of salts. */
export const saltCodec: Codec<Salt> = fixedHex(16);
/** The forms of names of offers. */
export const offerIdCodec: Codec<OfferId> = fixedHex(16);

/** The forms of vouchers' ids. */
export const voucherIdCodec: Codec<VoucherId> = fixedHex(16);
/** The forms of signatures. */
export const signatureCodec: Codec<Signature> = fixedHex(64);
/** The forms of heights. */
export const heightCodec = u64 as Codec<bigint> as Codec<Height>;

function parse<T extends string>(text: string, bytes: number): T {
  try {
    return parseFixedHex<T>(text, bytes);
  } catch (error) {
    throw error instanceof JsonError ? new TextError("hex", error.message) : error;
  }
}

/** Checks that a text is a chain id. */
export function parseChainId(text: string): ChainId {
  return parse(text, 32);
}
/** Checks that a text is a transaction id. */
export function parseTransactionId(text: string): TransactionId {
  return parse(text, 32);
}
/** Checks that a text is a block id. */
export function parseBlockId(text: string): BlockId {
  return parse(text, 32);
}
/** Checks that a text is a hash. */
export function parseHash(text: string): Hash {
  return parse(text, 32);
}
/** Checks that a text is a public key's, whether it is anybody's or not. */
export function parsePublicKey(text: string): PublicKey {
  return parse(text, 32);
}
/** Checks that a text is a salt. */
export function parseSalt(text: string): Salt {
  return parse(text, 16);
}
/** Checks that a text is the name of an offer. */
export function parseOfferId(text: string): OfferId {
  return parse(text, 16);
}

/** Checks that a text is a voucher's id. */
export function parseVoucherId(text: string): VoucherId {
  return parse(text, 16);
}
/** Checks that a text is a signature's, whether it holds or not. */
export function parseSignature(text: string): Signature {
  return parse(text, 64);
}
/** Checks that a number is a height. */
export function toHeight(height: bigint): Height {
  if (height < 0n || height >= 1n << 64n) {
    throw new TextError("number", `${height} is no height`);
  }
  return height as Height;
}

/**
 * The short form that transactions carry: "`chain` is the first four bytes of the chain id." (protocol, Transactions)
 */
export function tagOf(chain: ChainId): ChainTag {
  return toHex(firstBytes(fromHex(chain), 4)) as ChainTag;
}
/** The first half of a transaction's id. */
export function halfOf(id: TransactionId): HalfId {
  return toHex(firstBytes(fromHex(id), 16)) as HalfId;
}
/** The parent of the block at height 1. */
export function genesisBlockId(chain: ChainId): BlockId {
  return chain as string as BlockId;
}
/** The state before the first block. */
export const GENESIS_HEIGHT = 0n as Height;
