/** The gateway's answers about the market (docs/api.md). Nobody has checked them: offers can be left out. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonStruct } from "../codec/combine.js";
import { bool, u32 } from "../codec/primitives.js";
import type { Height, OfferId } from "../ids.js";
import { heightCodec, offerIdCodec } from "../ids.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Expiry, TimeMs } from "../time.js";
import { expiryCodec, timeMsCodec } from "../time.js";

/** An offer that can be taken. */
export interface RestingOffer {
  /** The account that offers the points. */
  readonly owner: Address;
  /** The name of the offer. */
  readonly offer: OfferId;
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The points that are left. */
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
  /** The time at which it ends. */
  readonly endsMs: TimeMs;
}

/** `GET /v1/market/{sell}/{buy}`: the offers of points of one brand for another's that can be taken now. */
export interface Market {
  /** The brand of the points that are offered. */
  readonly brand: BrandId;
  /** The brand of those that are wanted. */
  readonly wants: BrandId;
  /** The cheapest offers; of one price those whose points live longest come first. */
  readonly offers: readonly RestingOffer[];
  /** True if there are more that are left out. */
  readonly more: boolean;
  /** The block after which this is so. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
}

/** The JSON of markets. */
export const marketCodec: JsonCodec<Market> = jsonStruct<Market>({
  brand: brandIdCodec,
  wants: brandIdCodec,
  offers: jsonList(
    jsonStruct<RestingOffer>({
      owner: addressCodec,
      offer: offerIdCodec,
      brand: brandIdCodec,
      amount: pointsCodec,
      expiry: expiryCodec,
      wants: brandIdCodec,
      priceNum: u32,
      priceDen: u32,
      wantsUntil: expiryCodec,
      minTake: pointsCodec,
      endsMs: timeMsCodec,
    }),
  ),
  more: bool,
  height: heightCodec,
  timeMs: timeMsCodec,
});
