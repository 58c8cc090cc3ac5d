/** The outcome of a transaction: final, and on the ledger (protocol, Transactions). */

import { toHex } from "./bytes.js";
import type { Code } from "./code.js";
import { codeCodec } from "./code.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import type { Tagged } from "./codec/combine.js";
import { openStruct, variants } from "./codec/combine.js";
import { u8 } from "./codec/primitives.js";
import type { Hash, TransactionId } from "./ids.js";
import { transactionIdCodec } from "./ids.js";
import { merkleRoot } from "./merkle.js";

/** The outcomes of a transaction's operations, by result. */
export interface Outcomes {
  /** Every operation happened. */
  readonly applied: Record<never, never>;
  /** Nothing happened, and never will: the place of the operation that could not be done, from 0, and the reason. */
  readonly failed: { readonly operation: number; readonly code: Code };
}

/** The outcome of a transaction's operations: all have happened, or none. */
export type Outcome = Tagged<"result", Outcomes>;

/** The forms of outcomes. */
export const outcomeCodec: Codec<Outcome> = variants<Outcomes, "result">("result", {
  applied: [0, openStruct<Record<never, never>>({})],
  failed: [1, openStruct<Outcomes["failed"]>({ operation: u8, code: codeCodec })],
});

/** The outcome of one transaction of a block. */
export interface Receipt {
  /** The transaction's id. */
  readonly transaction: TransactionId;
  /** The transaction's outcome. */
  readonly outcome: Outcome;
}

/** The forms of receipts. */
export const receiptCodec: Codec<Receipt> = openStruct<Receipt>({
  transaction: transactionIdCodec,
  outcome: outcomeCodec,
});

/** The root over the receipts of a block, in the order of the transactions. */
export function receiptsRoot(receipts: readonly Receipt[]): Hash {
  return toHex(merkleRoot(receipts.map((receipt) => encode(receiptCodec, receipt)))) as Hash;
}
