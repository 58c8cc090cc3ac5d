/** The records of campaigns and of what they have given (protocol, Campaigns). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Campaign, CampaignId, MarkId } from "../campaign.js";
import { campaignCodec, campaignIdCodec, markIdCodec } from "../campaign.js";
import type { Codec } from "../codec/codec.js";
import { list, option, struct, tail } from "../codec/combine.js";
import { bool, u16, u32, u64 } from "../codec/primitives.js";
import type { HalfId, Hash } from "../ids.js";
import { halfIdCodec, hashCodec } from "../ids.js";
import { CAMPAIGNS_MAX } from "../limits.js";
import type { GrossPoints } from "../points.js";
import { grossPointsCodec } from "../points.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, timeMsCodec } from "../time.js";
import type { Cost } from "./payments.js";
import { costCodec } from "./payments.js";

/** A campaign that has a record. */
export interface ListedCampaign {
  /** Its number. */
  readonly campaign: CampaignId;
  /** The time from which on it is none any more. */
  readonly overMs: TimeMs;
}

/** The campaigns of a brand. */
export interface CampaignListRecord {
  /** The highest number that a campaign of the brand has ever had. */
  readonly last: CampaignId;
  /** The campaigns that have a record, by number. Those that are over may still stand here. */
  readonly campaigns: readonly ListedCampaign[];
}

/** The forms of the lists of brands' campaigns. */
export const campaignListRecordCodec: Codec<CampaignListRecord> = struct<CampaignListRecord>({
  last: campaignIdCodec,
  campaigns: list(struct<ListedCampaign>({ campaign: campaignIdCodec, overMs: timeMsCodec }), 0, CAMPAIGNS_MAX),
});

/** A campaign, and what has been taken out of it. */
export interface CampaignRecord {
  /** Its terms. */
  readonly terms: Campaign;
  /** The digest of the terms that its sponsor has accepted. */
  readonly accepted: Hash | null;
  /** The units that were granted and claimed. */
  readonly times: bigint;
  /** The points that it has given, those for referrals included. */
  readonly points: GrossPoints;
  /** Those of them that were reversed. */
  readonly reversed: GrossPoints;
  /** The points that were paid for it. */
  readonly paid: GrossPoints;
  /** The units that were returned. */
  readonly returned: bigint;
  /** The points that were refunded for them. */
  readonly refunded: GrossPoints;
}

/** The forms of the records of campaigns. */
export const campaignRecordCodec: Codec<CampaignRecord> = struct<CampaignRecord>({
  terms: campaignCodec,
  accepted: option(hashCodec),
  times: u64,
  points: grossPointsCodec,
  reversed: grossPointsCodec,
  paid: grossPointsCodec,
  returned: u64,
  refunded: grossPointsCodec,
});

/** A mark of an account. */
export interface HeldMark {
  /** Its number. */
  readonly mark: MarkId;
  /** The last day on which it is one; null for ever. */
  readonly until: Day | null;
}

/** The forms of marks of accounts. */
export const heldMarkCodec: Codec<HeldMark> = struct<HeldMark>({ mark: markIdCodec, until: option(dayCodec) });

/** The units of a campaign that an account has taken in a period. */
export interface Taken {
  /** The campaign. */
  readonly campaign: CampaignId;
  /** True for the members that it has brought along, false for its own units. */
  readonly asReferrer: boolean;
  /** The last day of the period; null for all time. */
  readonly until: Day | null;
  /** The number of units. */
  readonly times: number;
}

/** The forms of the units that accounts have taken. */
export const takenCodec: Codec<Taken> = struct<Taken>({
  campaign: campaignIdCodec,
  asReferrer: bool,
  until: option(dayCodec),
  times: u16,
});

/** A mark as it was granted or claimed, and how much of it has been taken back. */
export interface MarkedRecord {
  /** The account. */
  readonly to: Address;
  /** The campaign. */
  readonly campaign: CampaignId;
  /** The mark. */
  readonly mark: MarkId;
  /** The days that it has given; null for a mark without end. */
  readonly days: number | null;
  /** The number of days that have been taken back; 1 for a mark without end that has. */
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

/** The forms of the records of marks by their references. */
export const markedRecordCodec: Codec<MarkedRecord> = struct<MarkedRecord>({
  to: addressCodec,
  campaign: campaignIdCodec,
  mark: markIdCodec,
  days: option(u32),
  takenBack: u32,
  dated: dayCodec,
  takeBackUntilMs: timeMsCodec,
  transaction: halfIdCodec,
  cost: tail(costCodec),
});
