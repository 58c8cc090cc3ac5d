/** A till's request for points or a voucher, and the reference that commits to it (protocol, Points). */

import type { Address } from "./address.js";
import { addressCodec } from "./address.js";
import type { BrandId } from "./brand.js";
import { brandIdCodec } from "./brand.js";
import type { CampaignId } from "./campaign.js";
import { campaignIdCodec } from "./campaign.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import type { Tagged } from "./codec/combine.js";
import { nothing, option, struct, variants } from "./codec/combine.js";
import { bool, u16 } from "./codec/primitives.js";
import { chainHash, tag } from "./hash.js";
import type { ChainId, Salt } from "./ids.js";
import { saltCodec } from "./ids.js";
import type { Points } from "./points.js";
import { pointsCodec } from "./points.js";
import type { Reference } from "./reference.js";
import { referenceCodec, referenceOf } from "./reference.js";
import type { Day, TimeMs } from "./time.js";
import { dayCodec, timeMsCodec } from "./time.js";

/** The ways in which a request is to be answered, by type. */
export interface RequestKindsByType {
  /** By points that are redeemed at once. */
  readonly redeem: Record<never, never>;
  /** By points that are held for the till until a time, which takes what it needs of them. */
  readonly hold: { readonly expiresMs: TimeMs };
}

/** The way in which a request is to be answered. */
export type RequestKind = Tagged<"type", RequestKindsByType>;

/**
 * A request for points. The reference of its answer is its hash, so nothing else than what it asks for can use that.
 */
export interface Request {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The number of points. */
  readonly amount: Points;
  /** The way to answer. */
  readonly kind: RequestKind;
  /** The day on which it was made. */
  readonly dated: Day;
  /** The time from which on it must not be answered any more. */
  readonly untilMs: TimeMs;
  /** The household whose pool is to pay, if it is to be that one. */
  readonly household: Address | null;
  /** Random bytes, which make two requests for the same thing two. */
  readonly salt: Salt;
}

/**
 * A request for uses of a voucher of a campaign. The reference of its answer is its hash, so nothing else than what it
 * asks for can use that.
 */
export interface VoucherRequest {
  /** The brand of the campaign. */
  readonly brand: BrandId;
  /** The campaign whose voucher is to be used. */
  readonly campaign: CampaignId;
  /** The number of uses. */
  readonly quantity: number;
  /** The day on which it was made. */
  readonly dated: Day;
  /** The time from which on it must not be answered any more. */
  readonly untilMs: TimeMs;
  /** The household whose voucher is to be used, if it is to be that one's. */
  readonly household: Address | null;
  /** Random bytes, which make two requests for the same thing two. */
  readonly salt: Salt;
}

/** The request that an operation answers: its reference, and what the operation doesn't say otherwise. */
export interface AnsweredRequest {
  /** The hash of the request; a request is answered once. */
  readonly reference: Reference;
  /** The request's day. */
  readonly dated: Day;
  /** The request's end. */
  readonly untilMs: TimeMs;
  /** True if the request names the household whose pool is to pay, which is the account that pays. */
  readonly forHousehold: boolean;
  /** The request's random bytes. */
  readonly salt: Salt;
}

const requestKindCodec: Codec<RequestKind> = variants<RequestKindsByType, "type">("type", {
  redeem: [0, nothing],
  hold: [1, struct<RequestKindsByType["hold"]>({ expiresMs: timeMsCodec })],
});

/** The forms of requests. */
export const requestCodec: Codec<Request> = struct<Request>({
  brand: brandIdCodec,
  amount: pointsCodec,
  kind: requestKindCodec,
  dated: dayCodec,
  untilMs: timeMsCodec,
  household: option(addressCodec),
  salt: saltCodec,
});

/** The forms of requests for vouchers. */
export const voucherRequestCodec: Codec<VoucherRequest> = struct<VoucherRequest>({
  brand: brandIdCodec,
  campaign: campaignIdCodec,
  quantity: u16,
  dated: dayCodec,
  untilMs: timeMsCodec,
  household: option(addressCodec),
  salt: saltCodec,
});

/** The forms of what an answer says of its request. */
export const answeredRequestCodec: Codec<AnsweredRequest> = struct<AnsweredRequest>({
  reference: referenceCodec,
  dated: dayCodec,
  untilMs: timeMsCodec,
  forHousehold: bool,
  salt: saltCodec,
});

/**
 * The reference of the answer on a network: "The reference is the hash of the request under `lojal/request/v1`."
 * (protocol, Points)
 */
export function referenceOfRequest(request: Request, chain: ChainId): Reference {
  return referenceOf(chainHash(tag.REQUEST, chain, encode(requestCodec, request)));
}

/** The statement of an answer about its request, on a network. */
export function answered(request: Request, chain: ChainId): AnsweredRequest {
  return answeredBy(request, referenceOfRequest(request, chain));
}

/**
 * The reference of the answer to a request for a voucher on a network: the hash of the request under
 * `lojal/voucher-request/v1` (protocol, Vouchers and refunds).
 */
export function referenceOfVoucherRequest(request: VoucherRequest, chain: ChainId): Reference {
  return referenceOf(chainHash(tag.VOUCHER_REQUEST, chain, encode(voucherRequestCodec, request)));
}

/** The statement of an answer about the request for a voucher that it answers, on a network. */
export function answeredForVoucher(request: VoucherRequest, chain: ChainId): AnsweredRequest {
  return answeredBy(request, referenceOfVoucherRequest(request, chain));
}

function answeredBy(
  { dated, untilMs, household, salt }: Pick<Request, "dated" | "untilMs" | "household" | "salt">,
  reference: Reference,
): AnsweredRequest {
  return { reference, dated, untilMs, forHousehold: household !== null, salt };
}
