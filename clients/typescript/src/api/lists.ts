/** The gateway's lists and statistics of a brand (docs/api.md). Nobody has checked them: see `src/chain`. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct } from "../codec/combine.js";
import { plainText } from "../codec/primitives.js";
import type { Height } from "../ids.js";
import { heightCodec } from "../ids.js";
import type { GrossPoints, Lot, Points } from "../points.js";
import { grossOrNoneCodec, grossPointsCodec, lotCodec, pointsCodec, pointsOrNoneCodec } from "../points.js";
import type { Expiry, Month, TimeMs } from "../time.js";
import { expiryCodec, monthCodec, timeMsCodec } from "../time.js";
import type { TransactionStatus } from "./transactions.js";
import { transactionStatusCodec } from "./transactions.js";

/** `GET /v1/brands/{id}/transactions`: the transactions with points of a brand, the newest first. */
export interface BrandTransactions {
  /** One page. */
  readonly transactions: readonly TransactionStatus[];
  /** The first height of the gateway's blocks, on the last page of one that doesn't have all. */
  readonly completeFrom: Height | null;
  /** The cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** The JSON of pages of a brand's transactions. */
export const brandTransactionsCodec: JsonCodec<BrandTransactions> = jsonStruct<BrandTransactions>({
  transactions: jsonList(transactionStatusCodec),
  completeFrom: jsonOption(heightCodec),
  nextCursor: jsonOption(plainText),
});

/** An account that has points of a brand. */
export interface BrandAccount {
  /** The account. */
  readonly account: Address;
  /** The points that it can use. */
  readonly total: Points;
  /** They by rising expiry. */
  readonly lots: readonly Lot[];
  /** The points that its open holds have set aside. */
  readonly held: Points;
  /** The points that wait. */
  readonly pending: Points;
}

/** `GET /v1/brands/{id}/accounts`: the accounts that have points of a brand. */
export interface BrandAccounts {
  /** One page. It can be empty and not the last one. */
  readonly accounts: readonly BrandAccount[];
  /** The block after which this page is so. */
  readonly height: Height;
  /** The time of that block. */
  readonly timeMs: TimeMs;
  /** The cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** The JSON of pages of a brand's accounts. */
export const brandAccountsCodec: JsonCodec<BrandAccounts> = jsonStruct<BrandAccounts>({
  accounts: jsonList(
    jsonStruct<BrandAccount>({
      account: addressCodec,
      total: pointsCodec,
      lots: jsonList(lotCodec),
      held: pointsCodec,
      pending: pointsOrNoneCodec,
    }),
  ),
  height: heightCodec,
  timeMs: timeMsCodec,
  nextCursor: jsonOption(plainText),
});

/** The points that expire together. */
export interface PointsByExpiry {
  /** The month with which they do, or never. */
  readonly expiry: Expiry;
  /** The number of points. */
  readonly points: Points;
}

const pointsByExpiryCodec: JsonCodec<PointsByExpiry> = jsonStruct<PointsByExpiry>({
  expiry: expiryCodec,
  points: pointsCodec,
});

/** An account of which points expire. */
export interface ExpiringAccount {
  /** The account. */
  readonly account: Address;
  /** The number of points. */
  readonly total: Points;
  /** They by rising expiry. */
  readonly lots: readonly Lot[];
}

/** `GET /v1/brands/{id}/expiring`: the points in accounts that expire soon. */
export interface BrandExpiring {
  /** The last month with which they do. */
  readonly until: Month;
  /** The points of all accounts that expire by then, by rising expiry. */
  readonly points: readonly PointsByExpiry[];
  /** One page of the accounts, each with the lots that expire by then. It can be empty and not the last one. */
  readonly accounts: readonly ExpiringAccount[];
  /** The block after which this page is so. */
  readonly height: Height;
  /** The time of that block. */
  readonly timeMs: TimeMs;
  /** The cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** The JSON of pages of what expires. */
export const brandExpiringCodec: JsonCodec<BrandExpiring> = jsonStruct<BrandExpiring>({
  until: monthCodec,
  points: jsonList(pointsByExpiryCodec),
  accounts: jsonList(
    jsonStruct<ExpiringAccount>({ account: addressCodec, total: pointsCodec, lots: jsonList(lotCodec) }),
  ),
  height: heightCodec,
  timeMs: timeMsCodec,
  nextCursor: jsonOption(plainText),
});

/** The changes of a brand's points in the blocks of a month, and how they stood after the last of them. */
export interface BrandMonth {
  /** The month, by the time of the blocks. */
  readonly month: Month;
  /** Issued, for other brands' points included. */
  readonly issued: GrossPoints;
  /** Given back for what the brand offers. */
  readonly redeemed: GrossPoints;
  /** Turned into other brands' points. */
  readonly convertedOut: GrossPoints;
  /** Gone: those of the month before with the first block of this one. */
  readonly expired: GrossPoints;
  /** Taken back by the brand. */
  readonly reversed: GrossPoints;
  /** Given for causes. */
  readonly donated: GrossPoints;
  /** Given back of what was redeemed. */
  readonly refunded: GrossPoints;
  /** In accounts, not expired, after its last block. */
  readonly outstanding: Points;
  /** Set aside by holds then. */
  readonly held: Points;
  /** Given, and not yet in accounts to spend then. */
  readonly pending: Points;
  /** The points that were outstanding then, by rising expiry. */
  readonly byExpiry: readonly PointsByExpiry[];
  /** Its last block. */
  readonly height: Height;
}

/** `GET /v1/brands/{id}/statistics`: a brand's points by month. */
export interface BrandStatistics {
  /** The months in which there were blocks, the last ones; the latest comes last and isn't over. */
  readonly months: readonly BrandMonth[];
  /** The first block that is counted, if the gateway doesn't know what was before it. */
  readonly completeFrom: Height | null;
  /** The block up to which it is counted. */
  readonly height: Height;
  /** The time of that block. */
  readonly timeMs: TimeMs;
}

/** The JSON of a brand's statistics. */
export const brandStatisticsCodec: JsonCodec<BrandStatistics> = jsonStruct<BrandStatistics>({
  months: jsonList(
    jsonStruct<BrandMonth>({
      month: monthCodec,
      issued: grossPointsCodec,
      redeemed: grossPointsCodec,
      convertedOut: grossPointsCodec,
      expired: grossPointsCodec,
      reversed: grossPointsCodec,
      donated: grossOrNoneCodec,
      refunded: grossOrNoneCodec,
      outstanding: pointsCodec,
      held: pointsCodec,
      pending: pointsOrNoneCodec,
      byExpiry: jsonList(pointsByExpiryCodec),
      height: heightCodec,
    }),
  ),
  completeFrom: jsonOption(heightCodec),
  height: heightCodec,
  timeMs: timeMsCodec,
});
