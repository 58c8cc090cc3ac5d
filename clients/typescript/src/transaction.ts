/**
 * Transactions: unsigned, signed, and verified (protocol, Transactions). A verified one can only be made by checking
 * its signature, so whatever takes it need not ask again.
 */

import type { Address } from "./address.js";
import { addressCodec } from "./address.js";
import { concat, fromHex, toHex } from "./bytes.js";
import type { Code } from "./code.js";
import type { Codec } from "./codec/codec.js";
import { decode, encode } from "./codec/codec.js";
import { list, struct } from "./codec/combine.js";
import { textOf, u64 } from "./codec/primitives.js";
import { DecodeError, JsonError, LojalError } from "./error.js";
import { chainHash, signingBytes, tag } from "./hash.js";
import type { ChainId, ChainTag, PublicKey, Signature, TransactionId } from "./ids.js";
import { chainTagCodec, publicKeyCodec, signatureCodec, tagOf } from "./ids.js";
import type { KeyPair, Signer } from "./key.js";
import { verifySignature } from "./key.js";
import { TRANSACTION_BYTES_MAX } from "./limits.js";
import type { Operation } from "./operation/operation.js";
import { operationsCodec } from "./operation/operation.js";
import type { TimeMs } from "./time.js";
import { plusMs, timeMsCodec } from "./time.js";

/** A sender's request, with its conditions: "All operations happen, or none." (protocol, Transactions) */
export interface Transaction {
  /** The network it is meant for. */
  readonly chain: ChainTag;
  /** The account that acts. */
  readonly sender: Address;
  /** The block time from which on it can't happen any more. */
  readonly validUntilMs: TimeMs;
  /**
   * Random, so that two equal wishes are two transactions: "no id must be guessed by who knows what was done, and when"
   * (protocol, Transactions).
   */
  readonly nonce: bigint;
  /** The operations to do, in order. */
  readonly operations: readonly Operation[];
}

/** A transaction with a signature that nobody has checked yet. */
export interface SignedTransaction {
  /** The transaction that is signed. */
  readonly transaction: Transaction;
  /** The key that signed; the ledger checks that it is the sender's. */
  readonly publicKey: PublicKey;
  /** The signature, see {@link transactionSigningBytes}. */
  readonly signature: Signature;
}

/** A transaction and the key that would sign it: a signed one without its signature. */
export type UnsignedTransaction = Omit<SignedTransaction, "signature">;

/** Numbers that JSON shows as digits, since numbers are not exact in every language. */
const nonceCodec: Codec<bigint> = {
  ...u64,
  toJson: (nonce) => String(nonce),
  fromJson(json, network) {
    const digits = textOf(json);
    if (!/^(?:0|[1-9][0-9]*)$/.test(digits)) {
      throw new JsonError("expected a text of digits");
    }
    return u64.fromJson(BigInt(digits), network);
  },
};

/** The forms of transactions. */
export const transactionCodec: Codec<Transaction> = struct<Transaction>({
  chain: chainTagCodec,
  sender: addressCodec,
  validUntilMs: timeMsCodec,
  nonce: nonceCodec,
  operations: operationsCodec,
});

/** The forms of signed transactions. */
export const signedTransactionCodec: Codec<SignedTransaction> = struct<SignedTransaction>({
  transaction: transactionCodec,
  publicKey: publicKeyCodec,
  signature: signatureCodec,
});

/** The forms of transactions without their signatures. */
export const unsignedTransactionCodec: Codec<UnsignedTransaction> = struct<UnsignedTransaction>({
  transaction: transactionCodec,
  publicKey: publicKeyCodec,
});

/** Most transactions of a batch. */
export const BATCH_TRANSACTIONS_MAX = 1000;

/** The forms of batches. */
export const batchCodec: Codec<readonly SignedTransaction[]> = list(
  signedTransactionCodec,
  0,
  BATCH_TRANSACTIONS_MAX,
);

/** The id of a transaction: a hash over chain id and canonical bytes, the same whoever signs it. */
export function transactionId(transaction: Transaction, chain: ChainId): TransactionId {
  return toHex(chainHash(tag.TRANSACTION, chain, encode(transactionCodec, transaction))) as TransactionId;
}

/** The bytes that a sender signs: tag ‖ chain id ‖ transaction id. */
export function transactionSigningBytes(id: TransactionId, chain: ChainId): Uint8Array {
  return signingBytes(tag.TRANSACTION_SIGNATURE, chain, fromHex(id));
}

/** Signs a transaction with the sender's key. */
export function signTransaction(transaction: Transaction, chain: ChainId, key: KeyPair): SignedTransaction {
  const message = transactionSigningBytes(transactionId(transaction, chain), chain);
  return { transaction, publicKey: key.publicKey, signature: key.sign(message) };
}

/** Signs a transaction with a key that another part of the system keeps. */
export async function signTransactionBy(
  transaction: Transaction,
  chain: ChainId,
  signer: Signer,
): Promise<SignedTransaction> {
  const message = transactionSigningBytes(transactionId(transaction, chain), chain);
  return { transaction, publicKey: signer.publicKey, signature: await signer.sign(message) };
}

/** The time for which a wallet's transactions are valid. */
const VALIDITY_MS = 10 * 60 * 1000;

/** A new transaction of a sender on a network, with a random nonce, that can happen in the next ten minutes. */
export function newTransaction(
  chain: ChainId,
  sender: Address,
  operations: readonly Operation[],
  now: TimeMs,
): Transaction {
  const [nonce = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return { chain: tagOf(chain), sender, validUntilMs: plusMs(now, VALIDITY_MS), nonce, operations };
}

/** The canonical bytes of a signed transaction. */
export function encodeSigned(signed: SignedTransaction): Uint8Array {
  return encode(signedTransactionCodec, signed);
}

/** A transaction that can't be in a block, by the ledger's own code. */
export class TransactionError extends LojalError {
  constructor(override readonly code: Code) {
    super(`${code}; docs/codes.md says what that means`);
  }
}

/** Decodes the canonical bytes of a signed transaction; throws `transaction_too_large` or `malformed`. */
export function decodeSigned(bytes: Uint8Array): SignedTransaction {
  if (bytes.length > TRANSACTION_BYTES_MAX) {
    throw new TransactionError("transaction_too_large");
  }
  try {
    return decode(signedTransactionCodec, bytes);
  } catch (error) {
    throw error instanceof DecodeError ? new TransactionError("malformed") : error;
  }
}

/**
 * A transaction of a network, within the size limit, whose signature holds. Whether the key is the sender's is a
 * question of state.
 */
export class VerifiedTransaction {
  private constructor(
    /** The transaction's id. */
    readonly id: TransactionId,
    /** The transaction with its signature. */
    readonly signed: SignedTransaction,
    /** The canonical bytes of the signed transaction. */
    readonly bytes: Uint8Array,
  ) {}

  /**
   * Checks what can be checked without state: size, network and signature; throws a {@link TransactionError} with the
   * code of the first rule that it breaks.
   */
  static verify(signed: SignedTransaction, chain: ChainId): VerifiedTransaction {
    const [transaction, signature] = [encode(transactionCodec, signed.transaction), encodeSignature(signed)];
    const bytes = concat(transaction, signature);
    if (bytes.length > TRANSACTION_BYTES_MAX) {
      throw new TransactionError("transaction_too_large");
    }
    if (signed.transaction.chain !== tagOf(chain)) {
      throw new TransactionError("wrong_chain");
    }
    const id = toHex(chainHash(tag.TRANSACTION, chain, transaction)) as TransactionId;
    if (!verifySignature(signed.publicKey, transactionSigningBytes(id, chain), signed.signature)) {
      throw new TransactionError("bad_signature");
    }
    return new VerifiedTransaction(id, signed, bytes);
  }
  /** The transaction itself. */
  get transaction(): Transaction {
    return this.signed.transaction;
  }
}

function encodeSignature({ publicKey, signature }: SignedTransaction): Uint8Array {
  return concat(encode(publicKeyCodec, publicKey), encode(signatureCodec, signature));
}
