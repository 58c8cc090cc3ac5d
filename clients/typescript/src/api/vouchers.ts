/** The answers about vouchers (docs/api.md). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { CampaignId } from "../campaign.js";
import { campaignIdCodec } from "../campaign.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct } from "../codec/combine.js";
import { u16 } from "../codec/primitives.js";
import type { Height, VoucherId } from "../ids.js";
import { heightCodec, voucherIdCodec } from "../ids.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, timeMsCodec } from "../time.js";
import type { TransactionStatus } from "./transactions.js";
import { transactionStatusCodec } from "./transactions.js";

/** A voucher of an account. */
export interface Voucher {
  /** The brand. */
  readonly brand: BrandId;
  /** Its id. */
  readonly voucher: VoucherId;
  /** The campaign that gave it; it may be over. */
  readonly campaign: CampaignId;
  /** The uses that are left. */
  readonly left: number;
  /** The last day on which it can be used. */
  readonly until: Day;
}

/** `GET /v1/accounts/{address}/vouchers`: the vouchers that an account can use. */
export interface Vouchers {
  /** The account. */
  readonly address: Address;
  /** The vouchers that it can use on the day of the last block, by brand and id. */
  readonly vouchers: readonly Voucher[];
  /** The brands whose vouchers are shown, for an operator who sees nothing else of the account. */
  readonly onlyOf: readonly BrandId[] | null;
  /** The block after which this is so. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
}

/** `GET /v1/uses/{reference}`: the use of a voucher that has answered a till's request. */
export interface VoucherUse {
  /** The brand. */
  readonly brand: BrandId;
  /** The account that had the voucher. */
  readonly account: Address;
  /** The voucher. */
  readonly voucher: VoucherId;
  /** The number of uses. */
  readonly quantity: number;
  /** The transaction. */
  readonly transaction: TransactionStatus;
}

/** The JSON of the vouchers of an account. */
export const vouchersCodec: JsonCodec<Vouchers> = jsonStruct<Vouchers>({
  address: addressCodec,
  vouchers: jsonList(
    jsonStruct<Voucher>({
      brand: brandIdCodec,
      voucher: voucherIdCodec,
      campaign: campaignIdCodec,
      left: u16,
      until: dayCodec,
    }),
  ),
  onlyOf: jsonOption(jsonList(brandIdCodec)),
  height: heightCodec,
  timeMs: timeMsCodec,
});

/** The JSON of uses of vouchers. */
export const voucherUseCodec: JsonCodec<VoucherUse> = jsonStruct<VoucherUse>({
  brand: brandIdCodec,
  account: addressCodec,
  voucher: voucherIdCodec,
  quantity: u16,
  transaction: transactionStatusCodec,
});
