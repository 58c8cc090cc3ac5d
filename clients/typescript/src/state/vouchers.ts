/** The records of vouchers, and of their uses (protocol, Vouchers and refunds). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { CampaignId } from "../campaign.js";
import { campaignIdCodec } from "../campaign.js";
import type { Codec } from "../codec/codec.js";
import { list, struct, tail } from "../codec/combine.js";
import { u16 } from "../codec/primitives.js";
import type { HalfId, TransactionId, VoucherId } from "../ids.js";
import { halfIdCodec, transactionIdCodec, voucherIdCodec } from "../ids.js";
import { VOUCHERS_MAX } from "../limits.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, timeMsCodec } from "../time.js";
import type { Cost } from "./payments.js";
import { costCodec } from "./payments.js";

/** A voucher that can be used. */
export interface Voucher {
  /** Its id. */
  readonly voucher: VoucherId;
  /** The campaign that gave it. */
  readonly campaign: CampaignId;
  /** The uses that are left; at least one. */
  readonly left: number;
  /** The last day on which it can be used. */
  readonly until: Day;
}

/** The vouchers of an account at a brand. Those that are over may still stand here until it is next written. */
export interface VouchersRecord {
  /** The vouchers, by rising id. */
  readonly vouchers: readonly Voucher[];
}

/** The forms of the vouchers of an account at a brand. */
export const vouchersRecordCodec: Codec<VouchersRecord> = struct<VouchersRecord>({
  vouchers: list(
    struct<Voucher>({ voucher: voucherIdCodec, campaign: campaignIdCodec, left: u16, until: dayCodec }),
    0,
    VOUCHERS_MAX,
  ),
});

/** A voucher as it was granted or claimed, and how many of its uses have been taken back or returned. */
export interface GivenVoucherRecord {
  /** The account. */
  readonly to: Address;
  /** The campaign. */
  readonly campaign: CampaignId;
  /** The voucher. */
  readonly voucher: VoucherId;
  /** The uses that it was given with. */
  readonly quantity: number;
  /** The number of uses that have been taken back or returned. */
  readonly takenBack: number;
  /** The day of its reference. */
  readonly dated: Day;
  /** The time from which on nothing of it can be taken back. */
  readonly takeBackUntilMs: TimeMs;
  /** The transaction that wrote it last. */
  readonly transaction: HalfId;
  /** The points that it cost, if it was claimed for some. */
  readonly cost: Cost | null;
}

/** The forms of the records of vouchers by their references. */
export const givenVoucherRecordCodec: Codec<GivenVoucherRecord> = struct<GivenVoucherRecord>({
  to: addressCodec,
  campaign: campaignIdCodec,
  voucher: voucherIdCodec,
  quantity: u16,
  takenBack: u16,
  dated: dayCodec,
  takeBackUntilMs: timeMsCodec,
  transaction: halfIdCodec,
  cost: tail(costCodec),
});

/** The use of a voucher that has used a reference. */
export interface UsedVoucherRecord {
  /** The voucher. */
  readonly voucher: VoucherId;
  /** The number of uses. */
  readonly quantity: number;
  /** The transaction. */
  readonly transaction: TransactionId;
}

/** The forms of the records of uses of vouchers. */
export const usedVoucherRecordCodec: Codec<UsedVoucherRecord> = struct<UsedVoucherRecord>({
  voucher: voucherIdCodec,
  quantity: u16,
  transaction: transactionIdCodec,
});
