/** The offers of an account, which lie beside its holds (protocol, Market). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { Codec } from "../codec/codec.js";
import { option, struct } from "../codec/combine.js";
import { u32 } from "../codec/primitives.js";
import type { OfferId } from "../ids.js";
import { offerIdCodec } from "../ids.js";
import type { Lot, Points } from "../points.js";
import { lotCodec, pointsCodec } from "../points.js";
import type { Expiry, Month, TimeMs } from "../time.js";
import { expiryCodec, monthCodec, timeMsCodec } from "../time.js";

/** The member and the month whose limit spent points count against. */
export interface Counted {
  /** The member of the household. */
  readonly member: Address;
  /** The month. */
  readonly month: Month;
}

/** The forms of whose limit points count against. */
export const countedCodec: Codec<Counted> = struct<Counted>({ member: addressCodec, month: monthCodec });

/** An offer that can be taken. */
export interface OpenOffer {
  /** Its name. */
  readonly id: OfferId;
  /** The account that has made it: the owner's, or that of a member of the household that is. */
  readonly by: Address;
  /** The points that are left of it. */
  readonly lot: Lot;
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
  /** The time from which on what is left is the owner's again, or has expired: a whole minute. */
  readonly endsMs: TimeMs;
  /** The household's member whose limit it counts against. */
  readonly counted: Counted | null;
}

/** The forms of offers that can be taken. */
export const openOfferCodec: Codec<OpenOffer> = struct<OpenOffer>({
  id: offerIdCodec,
  by: addressCodec,
  lot: lotCodec,
  wants: brandIdCodec,
  priceNum: u32,
  priceDen: u32,
  wantsUntil: expiryCodec,
  minTake: pointsCodec,
  endsMs: timeMsCodec,
  counted: option(countedCodec),
});
