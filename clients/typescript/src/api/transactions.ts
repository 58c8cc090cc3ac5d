/** The gateway's answers about transactions and blocks (docs/api.md). Nobody has checked them: see `src/chain`. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Header } from "../block.js";
import { headerCodec } from "../block.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { Certificate } from "../certificate.js";
import { certificateCodec } from "../certificate.js";
import type { JsonCodec } from "../codec/codec.js";
import { defaulted, jsonList, jsonOption, jsonStruct, objectOf } from "../codec/combine.js";
import { bool, plainText, textOf, u16, u32, u64 } from "../codec/primitives.js";
import { JsonError } from "../error.js";
import type { BlockId, Height, TransactionId } from "../ids.js";
import { blockIdCodec, heightCodec, transactionIdCodec } from "../ids.js";
import type { Json, JsonObject } from "../json.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Outcome } from "../receipt.js";
import { outcomeCodec } from "../receipt.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";
import type { SignedTransaction } from "../transaction.js";
import { signedTransactionCodec } from "../transaction.js";

/** An error of a gateway (RFC 9457, `application/problem+json`). */
export interface Problem {
  /** A URI reference that names the kind of problem. */
  readonly kind: string;
  /** The kind of the problem, in words. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** A sentence on what happened here and what to do next. */
  readonly detail: string;
  /** The stable name: a code of the ledger, or of the gateway. */
  readonly code: string;
  /** The ledger's number of the code, if it is one of the ledger's. */
  readonly number: number | null;
  /** The time from which on the same can be asked for again, if there is one that is known. */
  readonly retryAtMs: TimeMs | null;
  /** The first height of the gateway's blocks, if an earlier one was asked for. */
  readonly firstHeight: Height | null;
  /** True if the same request can be answered otherwise later, or by another gateway. */
  readonly retryable: boolean;
}

const problemFields = jsonStruct<Omit<Problem, "kind">>({
  title: plainText,
  status: u16,
  detail: plainText,
  code: plainText,
  number: jsonOption(u16),
  retryable: defaulted(bool, () => false),
  retryAtMs: jsonOption(timeMsCodec),
  firstHeight: jsonOption(heightCodec),
});

/** The JSON of problems. */
export const problemCodec: JsonCodec<Problem> = {
  toJson(problem, network) {
    return { type: problem.kind, ...objectOf(problemFields.toJson(problem, network)) };
  },
  fromJson(json, network) {
    return { kind: textOf(objectOf(json)["type"] ?? null), ...problemFields.fromJson(json, network) };
  },
};

/** A transaction in a final block. */
export interface Committed {
  /** The stage that it has reached. */
  readonly status: "committed";
  /** The block. */
  readonly height: Height;
  /** The place in the block, from 0. */
  readonly index: number;
  /** The block's time. */
  readonly timeMs: TimeMs;
  /** The outcome of the transaction. */
  readonly receipt: Outcome;
}

/**
 * The stage that a transaction has reached. *pending*: accepted, signed and waiting for a block; not final.
 * *committed*: in a final block. *refused*: refused before it could wait for a block; only in answers to a submission
 * of many.
 */
export type TransactionState =
  { readonly status: "pending" } | Committed | { readonly status: "refused"; readonly problem: Problem };

/** A transaction and what became of it. */
export interface TransactionStatus {
  /** The transaction's id. */
  readonly id: TransactionId;
  /** The stage that it has reached. */
  readonly state: TransactionState;
  /** The transaction itself; null in answers to its submitter. */
  readonly transaction: SignedTransaction | null;
  /** Its number among the transactions that concern an account, from 1; null but in that account's history. */
  readonly activity: bigint | null;
}

const committedFields = jsonStruct<Omit<Committed, "status">>({
  height: heightCodec,
  index: u32,
  timeMs: timeMsCodec,
  receipt: outcomeCodec,
});
const statusFields = jsonStruct<Omit<TransactionStatus, "state">>({
  id: transactionIdCodec,
  transaction: jsonOption(signedTransactionCodec),
  activity: jsonOption(u64),
});

const stateCodec: JsonCodec<TransactionState> = {
  toJson(state, network) {
    switch (state.status) {
      case "pending":
        return { status: state.status };
      case "committed":
        return { status: state.status, ...objectOf(committedFields.toJson(state, network)) };
      case "refused":
        return { status: state.status, problem: problemCodec.toJson(state.problem, network) };
    }
  },
  fromJson(json, network) {
    const object = objectOf(json);
    switch (object["status"]) {
      case "pending":
        return { status: "pending" };
      case "committed":
        return { status: "committed", ...committedFields.fromJson(json, network) };
      case "refused":
        return { status: "refused", problem: problemCodec.fromJson(object["problem"] ?? null, network) };
      default:
        throw new JsonError("there is no such status of a transaction");
    }
  },
};

function withoutNulls(json: Json): JsonObject {
  return Object.fromEntries(Object.entries(objectOf(json)).filter(([, value]) => value !== null));
}

/** The JSON of transactions and what became of them. */
export const transactionStatusCodec: JsonCodec<TransactionStatus> = {
  toJson(status, network) {
    const fields = withoutNulls(statusFields.toJson(status, network));
    return { ...fields, ...objectOf(stateCodec.toJson(status.state, network)) };
  },
  fromJson(json, network) {
    return { ...statusFields.fromJson(json, network), state: stateCodec.fromJson(json, network) };
  },
};

/** `POST /v1/transactions/batch`: the answers to many transactions, in their order. */
export interface BatchAnswer {
  /** One answer per transaction. */
  readonly transactions: readonly TransactionStatus[];
}

/** The JSON of answers to many transactions. */
export const batchAnswerCodec: JsonCodec<BatchAnswer> = jsonStruct<BatchAnswer>({
  transactions: jsonList(transactionStatusCodec),
});

/** `GET /v1/blocks/{height}`. */
export interface BlockAnswer {
  /** The hash of the header. */
  readonly id: BlockId;
  /** The header. */
  readonly header: Header;
  /** The certificate that makes the block final. */
  readonly certificate: Certificate;
  /** The transactions, in order. */
  readonly transactions: readonly SignedTransaction[];
}

/** The JSON of blocks. */
export const blockAnswerCodec: JsonCodec<BlockAnswer> = jsonStruct<BlockAnswer>({
  id: blockIdCodec,
  header: headerCodec,
  certificate: certificateCodec,
  transactions: jsonList(signedTransactionCodec),
});

/** `GET /v1/payments/{reference}`: the answer that a till's request got. */
export interface Payment {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that they came from, or that has them until the till takes them. */
  readonly from: Address;
  /** The number of points. */
  readonly amount: Points;
  /** The time at which the hold ends, a whole minute; null for points that were redeemed at once. */
  readonly heldUntilMs: TimeMs | null;
  /** The transaction that answered. */
  readonly transaction: TransactionStatus;
}

/** The JSON of payments. */
export const paymentCodec: JsonCodec<Payment> = jsonStruct<Payment>({
  brand: brandIdCodec,
  from: addressCodec,
  amount: pointsCodec,
  heldUntilMs: jsonOption(timeMsCodec),
  transaction: transactionStatusCodec,
});

/** `GET /v1/transactions/{id}/proof`. */
export interface ProvenTransaction {
  /** The bytes of the proof, in hex (protocol, Light clients). */
  readonly proof: string;
}

/** The JSON of proofs of transactions. */
export const provenTransactionCodec: JsonCodec<ProvenTransaction> = jsonStruct<ProvenTransaction>({ proof: plainText });
