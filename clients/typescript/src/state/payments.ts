/** The records of what was paid, and of what was refunded of it (protocol, Vouchers and refunds). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Codec } from "../codec/codec.js";
import { list, option, struct, tail } from "../codec/combine.js";
import { u16 } from "../codec/primitives.js";
import type { HalfId, TransactionId } from "../ids.js";
import { halfIdCodec, transactionIdCodec } from "../ids.js";
import { LOTS_MAX } from "../limits.js";
import type { Lot, Points } from "../points.js";
import { lotCodec, pointsCodec } from "../points.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, timeMsCodec } from "../time.js";
import type { Counted } from "./market.js";
import { countedCodec } from "./market.js";

/** The points that were paid, and how many of them have been refunded. */
export interface Paid {
  /** The account that paid. */
  readonly from: Address;
  /** The lots that it paid with, by rising expiry. */
  readonly lots: readonly Lot[];
  /** The household's member whose limit it counts against. */
  readonly counted: Counted | null;
  /** The day of the payment's reference. */
  readonly dated: Day;
  /** The time from which on nothing of it can be refunded. */
  readonly refundableUntilMs: TimeMs;
  /** The number of points that have been refunded. */
  readonly refunded: Points;
  /** The transaction that wrote it last: the payment, or a refund. */
  readonly transaction: HalfId;
}

const paidCodec: Codec<Paid> = struct<Paid>({
  from: addressCodec,
  lots: list(lotCodec, 1, LOTS_MAX),
  counted: option(countedCodec),
  dated: dayCodec,
  refundableUntilMs: timeMsCodec,
  refunded: pointsCodec,
  transaction: halfIdCodec,
});

/** The redemption that has used a reference. */
export interface RedeemedRecord {
  /** The transaction that paid. */
  readonly transaction: TransactionId;
  /** The points; version 1 doesn't remember them. */
  readonly paid: Paid | null;
}

/** The forms of the records of redemptions. */
export const redeemedRecordCodec: Codec<RedeemedRecord> = struct<RedeemedRecord>({
  transaction: transactionIdCodec,
  paid: tail(paidCodec),
});

/** The capture that has used a reference. */
export interface CapturedRecord {
  /** The points; version 1 doesn't remember them. */
  readonly paid: Paid | null;
}

/** The forms of the records of captures. */
export const capturedRecordCodec: Codec<CapturedRecord> = struct<CapturedRecord>({ paid: tail(paidCodec) });

/** The points that a claim has cost; the rest of the payment is what the record says of what they were paid for. */
export interface Cost {
  /** The number of units that were claimed; each cost the same. */
  readonly units: number;
  /** The lots that were paid, by rising expiry. */
  readonly lots: readonly Lot[];
  /** The household's member whose limit it counts against. */
  readonly counted: Counted | null;
  /** The number of points that have been refunded. */
  readonly refunded: Points;
}

/** The forms of what claims have cost. */
export const costCodec: Codec<Cost> = struct<Cost>({
  units: u16,
  lots: list(lotCodec, 1, LOTS_MAX),
  counted: option(countedCodec),
  refunded: pointsCodec,
});

/** The mark that a reference has been used for a refund, and what it gave back. */
export interface RefundedRecord {
  /** The number of points. */
  readonly amount: Points;
  /** The transaction that gave them back. */
  readonly transaction: HalfId;
}

/** The forms of the records of refunds. */
export const refundedRecordCodec: Codec<RefundedRecord> = struct<RefundedRecord>({
  amount: pointsCodec,
  transaction: halfIdCodec,
});
