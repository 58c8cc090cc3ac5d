/** The gateway's answer about a reference (docs/api.md). Nobody has checked it. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonOption, jsonStruct, names } from "../codec/combine.js";
import { u64, u8 } from "../codec/primitives.js";
import type { Height } from "../ids.js";
import { heightCodec } from "../ids.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, timeMsCodec } from "../time.js";
import type { TrackId } from "../track.js";
import { trackIdCodec } from "../track.js";
import type { TransactionStatus } from "./transactions.js";
import { transactionStatusCodec } from "./transactions.js";

/** The kinds of operations whose reference can be used once. */
export const REFERENCE_KINDS = [
  "issue",
  "redeem",
  "hold",
  "capture",
  "reverse",
  "stamp",
  "take_back",
  "grant",
  "claim",
  "use_voucher",
  "refund",
] as const;

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
  "stamped",
  "taken_back",
  "granted",
  "claimed",
  "used",
  "refunded",
] as const;

/**
 * The state of a reference's use. *issued*: not all of it has been taken back. *reversed*: taken back, under a receipt
 * of its own, or all that was issued. *expired*: held, and the time is over. *captured*, *released*: held, and taken by
 * the brand or let go of; *closed*: one of the two, and the node can't tell which. *stamped*: not all of it has been
 * taken back. *taken_back*: under a receipt of its own, or all that was stamped or given. *granted*: a mark, of which
 * not all has been taken back. *claimed*: for points. *used*: a voucher. *refunded*: under a receipt of its own, or all
 * that was paid.
 */
export type UsedState = (typeof USED_STATES)[number];

/** The units of a stamp, a taking back, a claim or a use of a voucher, or the days of a mark. */
export interface UsedUnits {
  /** The number of units, of days or of uses; 1 for a place and for a mark without end. */
  readonly amount: bigint;
  /** The track of a stamp; else null. */
  readonly track: TrackId | null;
  /** The place that a stamp has counted; null if there is none, or it had been counted before. */
  readonly place: number | null;
  /** Of a stamp or a mark those that have been taken back; else null. */
  readonly takenBack: bigint | null;
  /** Of a stamp or a mark those that could be taken back now; else null. */
  readonly left: bigint | null;
}

/** `GET /v1/brands/{id}/references/{kind}/{reference}`: the use of a reference, and what became of it. */
export interface UsedReference {
  /** The state of its use. */
  readonly state: UsedState;
  /** The day of the reference, if the node knows it. */
  readonly dated: Day | null;
  /** The account that got the points or the mark, whose points they were, or that was stamped, if the node knows it. */
  readonly account: Address | null;
  /** The number of points, if the node knows it; null of what has units. */
  readonly amount: Points | null;
  /**
   * Of an issue those that have been taken back, of a hold that was captured those that the brand took, of a payment
   * those that have been refunded; else null.
   */
  readonly taken: Points | null;
  /** Of an issue those that a reversal could take now, of a payment those that a refund could give back; else null. */
  readonly left: Points | null;
  /** The units of a stamp, a taking back, a claim or a use, or the days of a mark; null of what has points. */
  readonly units: UsedUnits | null;
  /**
   * The time from which on nothing of an issue, a stamp or a mark can be taken back, and nothing of a payment refunded;
   * the end of a hold; else null.
   */
  readonly untilMs: TimeMs | null;
  /** The transaction that has used the reference, if the node has it. */
  readonly transaction: TransactionStatus | null;
  /**
   * The transaction that has ended a hold, or taken back some of something, or refunded some of a payment last, if the
   * node has one.
   */
  readonly endedBy: TransactionStatus | null;
  /** The block after which this is so. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
}

const usedUnitsCodec: JsonCodec<UsedUnits> = jsonStruct<UsedUnits>({
  amount: u64,
  track: jsonOption(trackIdCodec),
  place: jsonOption(u8),
  takenBack: jsonOption(u64),
  left: jsonOption(u64),
});

/** The JSON of uses of references. */
export const usedReferenceCodec: JsonCodec<UsedReference> = jsonStruct<UsedReference>({
  state: names(USED_STATES),
  dated: jsonOption(dayCodec),
  account: jsonOption(addressCodec),
  amount: jsonOption(pointsCodec),
  taken: jsonOption(pointsCodec),
  left: jsonOption(pointsCodec),
  units: jsonOption(usedUnitsCodec),
  untilMs: jsonOption(timeMsCodec),
  transaction: jsonOption(transactionStatusCodec),
  endedBy: jsonOption(transactionStatusCodec),
  height: heightCodec,
  timeMs: timeMsCodec,
});
