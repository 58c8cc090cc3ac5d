/** The use of vouchers, and refunds of what was paid (protocol, Vouchers and refunds). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { CampaignId } from "../campaign.js";
import type { Codec } from "../codec/codec.js";
import type { Tagged, VariantCodecs } from "../codec/combine.js";
import { names, struct } from "../codec/combine.js";
import { u16 } from "../codec/primitives.js";
import type { ChainId, VoucherId } from "../ids.js";
import { voucherIdCodec } from "../ids.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";
import type { AnsweredRequest, VoucherRequest } from "../request.js";
import { answeredForVoucher, answeredRequestCodec } from "../request.js";
import type { Day } from "../time.js";
import { dayCodec } from "../time.js";

/** The owner of a voucher uses it at a till. */
export interface UseVoucher {
  /** The brand. */
  readonly brand: BrandId;
  /** The account that has the voucher. */
  readonly account: Address;
  /** The voucher. */
  readonly voucher: VoucherId;
  /** The number of uses. */
  readonly quantity: number;
  /** The till's request that this answers, or one that the wallet makes itself. */
  readonly request: AnsweredRequest;
}

/** The kind of payment that is refunded: a redemption that answered a request, a capture, a claim that cost points. */
export type Payment = "redeem" | "capture" | "claim";

const paymentCodec: Codec<Payment> = names<Payment>(["redeem", "capture", "claim"]);

/** A brand gives points back that were paid to it, with the lives that they had. */
export interface Refund {
  /** The brand. */
  readonly brand: BrandId;
  /** The account that paid. */
  readonly to: Address;
  /** The kind of the payment. */
  readonly of: Payment;
  /** The payment's reference. */
  readonly ofReference: Reference;
  /** The day of that reference. */
  readonly ofDated: Day;
  /** The number of points; of a claim, those of whole units. */
  readonly amount: Points;
  /** The reference of this operation; a brand refunds once per reference. */
  readonly reference: Reference;
  /** The day of this operation's reference. */
  readonly dated: Day;
}

/** The operations of vouchers and refunds, by type. */
export interface VoucherOperations {
  /** See {@link UseVoucher}. */
  readonly use_voucher: UseVoucher;
  /** See {@link Refund}. */
  readonly refund: Refund;
}

/** The numbers and forms of the operations of vouchers and refunds. */
export const voucherOperations: VariantCodecs<VoucherOperations> = {
  use_voucher: [
    71,
    struct<UseVoucher>({
      brand: brandIdCodec,
      account: addressCodec,
      voucher: voucherIdCodec,
      quantity: u16,
      request: answeredRequestCodec,
    }),
  ],
  refund: [
    72,
    struct<Refund>({
      brand: brandIdCodec,
      to: addressCodec,
      of: paymentCodec,
      ofReference: referenceCodec,
      ofDated: dayCodec,
      amount: pointsCodec,
      reference: referenceCodec,
      dated: dayCodec,
    }),
  ],
};

/** The operation by which an account answers a request for its voucher on a network. */
export function voucherAnswerOf(
  request: VoucherRequest,
  chain: ChainId,
  account: Address,
  voucher: VoucherId,
): Tagged<"type", Pick<VoucherOperations, "use_voucher">> {
  const { brand, quantity } = request;
  return { type: "use_voucher", brand, account, voucher, quantity, request: answeredForVoucher(request, chain) };
}

/** The request that the use of a voucher answers, if the voucher is of a campaign; put together as the ledger does. */
export function voucherAskedBy(used: UseVoucher, campaign: CampaignId): VoucherRequest {
  const { brand, account, quantity, request } = used;
  const { dated, untilMs, forHousehold, salt } = request;
  return { brand, campaign, quantity, dated, untilMs, household: forHousehold ? account : null, salt };
}
