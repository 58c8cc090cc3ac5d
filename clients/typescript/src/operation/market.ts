/** The operations of the market: members' points for members' points of other brands. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { VariantCodecs } from "../codec/combine.js";
import { struct } from "../codec/combine.js";
import { u32 } from "../codec/primitives.js";
import type { OfferId } from "../ids.js";
import { offerIdCodec } from "../ids.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Expiry, TimeMs } from "../time.js";
import { expiryCodec, timeMsCodec } from "../time.js";

/** The owner of points offers some of one expiry for points of another brand. */
export interface Offer {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that they come from: the sender's, or that of its household. */
  readonly from: Address;
  /** The number of points. */
  readonly amount: Points;
  /** The expiry that they have. */
  readonly expiry: Expiry;
  /** The brand in whose points they are paid. */
  readonly wants: BrandId;
  /** The number of those points for `priceDen` of these. */
  readonly priceNum: number;
  /** The number of points for `priceNum` of the wanted ones. */
  readonly priceDen: number;
  /** The earliest expiry that payments can have. */
  readonly wantsUntil: Expiry;
  /** The fewest points that are taken at once, unless it is all that is left. */
  readonly minTake: Points;
  /** The time at which the offer ends, rounded up to a whole minute. */
  readonly expiresMs: TimeMs;
}

/** A member takes all or part of an offer and pays for it. */
export interface Take {
  /** The brand of the points that are offered. */
  readonly brand: BrandId;
  /** The account that offers them. */
  readonly owner: Address;
  /** The offer. */
  readonly offer: OfferId;
  /** The account that pays and gets them: the sender's, or that of its household. */
  readonly from: Address;
  /** The number of points that are taken. */
  readonly amount: Points;
  /** The brand in whose points they are paid. */
  readonly wants: BrandId;
  /** Most points that are paid. */
  readonly maxPay: Points;
  /** The expiry of the points that are taken. */
  readonly expiry: Expiry;
}

/** The owner of an offer takes back what is left of it. */
export interface WithdrawOffer {
  /** The brand of the points that are offered. */
  readonly brand: BrandId;
  /** The account that offers them. */
  readonly from: Address;
  /** The offer. */
  readonly offer: OfferId;
}

/** The operations of the market, by type. */
export interface MarketOperations {
  /** See {@link Offer}. */
  readonly offer: Offer;
  /** See {@link Take}. */
  readonly take: Take;
  /** See {@link WithdrawOffer}. */
  readonly withdraw_offer: WithdrawOffer;
}

/** The numbers and forms of the operations of the market. */
export const marketOperations: VariantCodecs<MarketOperations> = {
  offer: [
    80,
    struct<Offer>({
      brand: brandIdCodec,
      from: addressCodec,
      amount: pointsCodec,
      expiry: expiryCodec,
      wants: brandIdCodec,
      priceNum: u32,
      priceDen: u32,
      wantsUntil: expiryCodec,
      minTake: pointsCodec,
      expiresMs: timeMsCodec,
    }),
  ],
  take: [
    81,
    struct<Take>({
      brand: brandIdCodec,
      owner: addressCodec,
      offer: offerIdCodec,
      from: addressCodec,
      amount: pointsCodec,
      wants: brandIdCodec,
      maxPay: pointsCodec,
      expiry: expiryCodec,
    }),
  ],
  withdraw_offer: [82, struct<WithdrawOffer>({ brand: brandIdCodec, from: addressCodec, offer: offerIdCodec })],
};
