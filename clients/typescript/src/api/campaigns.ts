/** The answers about what brands give their members beside points for purchases (docs/api.md). */

import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { Campaign, CampaignId } from "../campaign.js";
import { campaignCodec, campaignIdCodec } from "../campaign.js";
import type { JsonCodec } from "../codec/codec.js";
import { defaulted, jsonList, jsonOption, jsonStruct, names } from "../codec/combine.js";
import { bool, u64 } from "../codec/primitives.js";
import type { Hash, Height } from "../ids.js";
import { hashCodec, heightCodec } from "../ids.js";
import type { GrossPoints, Points } from "../points.js";
import { grossOrNoneCodec, grossPointsCodec, pointsCodec } from "../points.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";

/** The part of a campaign's time that a block is in, whether it is paused or not. */
export type CampaignState = "announced" | "open" | "closed";

/** A campaign of a brand, and what has been taken out of it. */
export interface BrandCampaign {
  /** Its number. */
  readonly campaign: CampaignId;
  /** Its terms. */
  readonly terms: Campaign;
  /** The digest of its terms, by which a sponsor accepts them. */
  readonly digest: Hash;
  /** True if its sponsor has accepted the terms as they are; null if it has none. */
  readonly accepted: boolean | null;
  /** The part of its time that the last block is in, for those who aren't let in early. */
  readonly state: CampaignState;
  /** The time from which on it is none any more. */
  readonly overMs: TimeMs;
  /** The units that were granted and claimed. */
  readonly times: bigint;
  /** The points that it has given, those for referrals included. */
  readonly points: GrossPoints;
  /** Those of them that were reversed. */
  readonly reversed: GrossPoints;
  /** The points that were paid for it. */
  readonly paid: GrossPoints;
  /** The units that came back to the stock with claims that were refunded. */
  readonly returned: bigint;
  /** The points that were refunded for them. */
  readonly refunded: GrossPoints;
  /** The units that are left; null if it has no stock. */
  readonly stockLeft: bigint | null;
  /** The points that are left; null if it has no budget. */
  readonly budgetLeft: Points | null;
}

/** `GET /v1/brands/{id}/campaigns`: the campaigns of a brand that aren't over. */
export interface Campaigns {
  /** The brand. */
  readonly brand: BrandId;
  /** Its campaigns, by number. */
  readonly campaigns: readonly BrandCampaign[];
  /** The highest number that a campaign of the brand has ever had; a new one has a higher one. */
  readonly last: CampaignId;
  /** The block after which this is so. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
}

const brandCampaignCodec: JsonCodec<BrandCampaign> = jsonStruct<BrandCampaign>({
  campaign: campaignIdCodec,
  terms: campaignCodec,
  digest: hashCodec,
  accepted: jsonOption(bool),
  state: names<CampaignState>(["announced", "open", "closed"]),
  overMs: timeMsCodec,
  times: u64,
  points: grossPointsCodec,
  reversed: grossPointsCodec,
  paid: grossPointsCodec,
  returned: defaulted(u64, () => 0n),
  refunded: grossOrNoneCodec,
  stockLeft: jsonOption(u64),
  budgetLeft: jsonOption(pointsCodec),
});

/** The JSON of the campaigns of a brand. */
export const campaignsCodec: JsonCodec<Campaigns> = jsonStruct<Campaigns>({
  brand: brandIdCodec,
  campaigns: jsonList(brandCampaignCodec),
  last: campaignIdCodec,
  height: heightCodec,
  timeMs: timeMsCodec,
});
