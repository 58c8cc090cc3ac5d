/** The gateway's answer about a reference (docs/api.md). Nobody has checked it. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonOption, jsonStruct, names } from "../codec/combine.js";
import type { Height } from "../ids.js";
import { heightCodec } from "../ids.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, timeMsCodec } from "../time.js";
import type { TransactionStatus } from "./transactions.js";
import { transactionStatusCodec } from "./transactions.js";

/** The kinds of operations whose reference can be used once. */
export const REFERENCE_KINDS = ["issue", "redeem", "hold", "capture", "reverse"] as const;

/** A kind of operation whose reference can be used once. */
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];

/** All that a reference can stand for. */
export const USED_STATES = [
  "issued",
  "reversed",
  "redeemed",
  "held",
  "expired",
  "captured",
  "released",
  "closed",
] as const;

/**
 * The state of a reference's use. *issued*: not all of it has been taken back. *reversed*: taken back, under a receipt
 * of its own, or all that was issued. *expired*: held, and the time is over. *captured*, *released*: held, and taken by
 * the brand or let go of; *closed*: one of the two, and the node can't tell which.
 */
export type UsedState = (typeof USED_STATES)[number];

/** `GET /v1/brands/{id}/references/{kind}/{reference}`: the use of a reference, and what became of it. */
export interface UsedReference {
  /** The state of its use. */
  readonly state: UsedState;
  /** The day of the reference, if the node knows it. */
  readonly dated: Day | null;
  /** The account that got the points, or whose points they were, if the node knows it. */
  readonly account: Address | null;
  /** The number of points, if the node knows it. */
  readonly amount: Points | null;
  /** Of an issue those that have been taken back, of a hold that was captured those that the brand took; else null. */
  readonly taken: Points | null;
  /** Of an issue those that a reversal could take now; else null. */
  readonly left: Points | null;
  /** The time from which on nothing of an issue can be taken back; the end of a hold; else null. */
  readonly untilMs: TimeMs | null;
  /** The transaction that has used the reference, if the node has it. */
  readonly transaction: TransactionStatus | null;
  /** The transaction that has ended a hold, or taken back points of an issue last, if the node has one. */
  readonly endedBy: TransactionStatus | null;
  /** The block after which this is so. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
}

/** The JSON of uses of references. */
export const usedReferenceCodec: JsonCodec<UsedReference> = jsonStruct<UsedReference>({
  state: names(USED_STATES),
  dated: jsonOption(dayCodec),
  account: jsonOption(addressCodec),
  amount: jsonOption(pointsCodec),
  taken: jsonOption(pointsCodec),
  left: jsonOption(pointsCodec),
  untilMs: jsonOption(timeMsCodec),
  transaction: jsonOption(transactionStatusCodec),
  endedBy: jsonOption(transactionStatusCodec),
  height: heightCodec,
  timeMs: timeMsCodec,
});
