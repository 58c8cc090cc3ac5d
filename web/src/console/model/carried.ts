/** Transactions that are carried to the wallet of the command line in files, as `lojal tx build` writes them. */

import type { Address, ChainId, Operation, PublicKey, TimeMs, Transaction, TransactionId } from "@lojal/client";
import {
  encode,
  limits,
  newTransaction,
  plusMs,
  toHex,
  transactionId,
  unsignedTransactionCodec,
} from "@lojal/client";

/** The name of the form of these files. */
const FORMAT = "lojal-transaction/1";
/** The part of the longest validity that is left for clocks that differ, in milliseconds. */
const MARGIN_MS = 60_000;

/** A transaction that waits for its signature. */
export interface Carried {
  readonly id: TransactionId;
  readonly transaction: Transaction;
  /** The name of its file. */
  readonly name: string;
  /** The text of its file. */
  readonly text: string;
}

/** A transaction for the key of an account to sign, which can happen for almost an hour from now on. */
export function carriedOf(
  chain: ChainId,
  sender: Address,
  publicKey: PublicKey,
  operations: readonly Operation[],
  now: TimeMs,
): Carried {
  const validUntilMs = plusMs(now, limits.VALIDITY_WINDOW_MS_MAX - MARGIN_MS);
  const transaction = { ...newTransaction(chain, sender, operations, now), validUntilMs };
  const id = transactionId(transaction, chain);
  const unsigned = toHex(encode(unsignedTransactionCodec, { transaction, publicKey }));
  const text = `${JSON.stringify({ format: FORMAT, chain_id: chain, id, unsigned }, null, 2)}\n`;
  return { id, transaction, name: `lojal-${id.slice(0, 12)}.tx`, text };
}
