/** Blocks and their headers (protocol, Blocks and finality). */

import type { Address } from "./address.js";
import { addressCodec } from "./address.js";
import { toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { decode, encode } from "./codec/codec.js";
import { list, struct } from "./codec/combine.js";
import { u32 } from "./codec/primitives.js";
import { DecodeError } from "./error.js";
import { chainHash, tag } from "./hash.js";
import type { BlockId, ChainId, Hash, Height } from "./ids.js";
import { blockIdCodec, chainIdCodec, hashCodec, heightCodec } from "./ids.js";
import { BLOCK_BYTES_MAX, BLOCK_TRANSACTIONS_MAX } from "./limits.js";
import { merkleRoot } from "./merkle.js";
import type { TimeMs } from "./time.js";
import { timeMsCodec } from "./time.js";
import type { SignedTransaction } from "./transaction.js";
import { encodeSigned, signedTransactionCodec } from "./transaction.js";

/** The part of a block whose hash is the block's id. */
export interface Header {
  /** The protocol's version. */
  readonly version: number;
  /** The network. */
  readonly chainId: ChainId;
  /** One more than the parent's. */
  readonly height: Height;
  /** Later than the parent's. */
  readonly timeMs: TimeMs;
  /** The block before; for the first block the chain id. */
  readonly parent: BlockId;
  /** RFC 9162 root over the signed transactions. */
  readonly transactionsRoot: Hash;
  /** RFC 9162 root over the receipts, in the order of the transactions. */
  readonly receiptsRoot: Hash;
  /** The root of the state after this block. */
  readonly stateRoot: Hash;
  /** The validators that decide this block. */
  readonly validatorsHash: Hash;
  /** The validators that decide the next one. */
  readonly nextValidatorsHash: Hash;
  /** The validator that built the block. */
  readonly proposer: Address;
}

/** The forms of headers. */
export const headerCodec: Codec<Header> = struct<Header>({
  version: u32,
  chainId: chainIdCodec,
  height: heightCodec,
  timeMs: timeMsCodec,
  parent: blockIdCodec,
  transactionsRoot: hashCodec,
  receiptsRoot: hashCodec,
  stateRoot: hashCodec,
  validatorsHash: hashCodec,
  nextValidatorsHash: hashCodec,
  proposer: addressCodec,
});

/** The id of the block with a header. */
export function blockId(header: Header): BlockId {
  return toHex(chainHash(tag.BLOCK, header.chainId, encode(headerCodec, header))) as BlockId;
}

/** A block as it travels. Nobody has checked it yet. */
export interface Block {
  /** The header. */
  readonly header: Header;
  /** The transactions, in order of execution. */
  readonly transactions: readonly SignedTransaction[];
}

/** The forms of blocks. */
export const blockCodec: Codec<Block> = struct<Block>({
  header: headerCodec,
  transactions: list(signedTransactionCodec, 0, BLOCK_TRANSACTIONS_MAX),
});

/** Decodes the canonical bytes of a block. */
export function decodeBlock(bytes: Uint8Array): Block {
  if (bytes.length > BLOCK_BYTES_MAX) {
    throw new DecodeError(`${bytes.length} bytes are more than a block can have`);
  }
  return decode(blockCodec, bytes);
}

/** The root over transactions. */
export function transactionsRoot(transactions: readonly SignedTransaction[]): Hash {
  return toHex(merkleRoot(transactions.map(encodeSigned))) as Hash;
}

/**
 * True if the transactions are those that the header, and so the block's id, commits to. If not, the bytes say nothing
 * about the block of that id: somebody on the way has changed them.
 */
export function isWhole(block: Block): boolean {
  return transactionsRoot(block.transactions) === block.header.transactionsRoot;
}
