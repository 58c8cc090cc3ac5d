/** Campaigns: what a brand gives its members, by whom, for what and how much of it (protocol, Campaigns). */

import type { BrandId } from "./brand.js";
import { brandIdCodec, daysOrNoneCodec } from "./brand.js";
import { concat, firstBytes, fromHex, toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import type { Tagged } from "./codec/combine.js";
import { defaulted, list, names, nothing, option, orEmpty, struct, variants } from "./codec/combine.js";
import { bool, u16, u32, u64, u8 } from "./codec/primitives.js";
import { chainHash, tag } from "./hash.js";
import type { ChainId, Hash, TransactionId, VoucherId } from "./ids.js";
import { hashCodec } from "./ids.js";
import { CAMPAIGN_EARLY_REQUIRES_MAX, CAMPAIGN_REQUIRES_MAX, INVITATION_LISTS_MAX } from "./limits.js";
import type { Points } from "./points.js";
import { pointsCodec, pointsOrNoneCodec } from "./points.js";
import type { Reference } from "./reference.js";
import { referenceOf } from "./reference.js";
import type { TimeMs } from "./time.js";
import { timeMsCodec } from "./time.js";
import type { TrackId } from "./track.js";
import { trackIdCodec } from "./track.js";

/** The number of a campaign of a brand; a later one has a higher number, and none is used again. */
export type CampaignId = number & { readonly of: "campaign" };

/** The forms of numbers of campaigns. */
export const campaignIdCodec = u32 as Codec<number> as Codec<CampaignId>;

/** The number of a mark of a brand: a badge, a membership. */
export type MarkId = number & { readonly of: "mark" };

/** The forms of numbers of marks. */
export const markIdCodec = u16 as Codec<number> as Codec<MarkId>;

/** The facts that campaigns ask for, by type. */
export interface RequirementsByType {
  /**
   * A number of units or places that count on a track: with `thisMonth` only those that were stamped in the running
   * month; with `consume` they are used up by it, the earliest first.
   */
  readonly progress: {
    readonly track: TrackId;
    readonly atLeast: bigint;
    readonly thisMonth: boolean;
    readonly consume: boolean;
  };
  /** A level of a track, or a higher one. */
  readonly level: { readonly track: TrackId; readonly level: number };
  /** A mark of the brand. */
  readonly mark: { readonly mark: MarkId };
  /** The brand has first stamped or granted something at most so many days ago. */
  readonly new: { readonly days: number };
  /** The brand has first stamped or granted something at least so many days ago. */
  readonly since: { readonly days: number };
  /** The account shows an invitation; one to whom it is granted needs none. */
  readonly invited: Record<never, never>;
}

/** A fact that has to hold of an account. */
export type Requirement = Tagged<"type", RequirementsByType>;

/** An earlier time for some members. */
export interface Early {
  /** The time by which it opens earlier, in milliseconds, at most 30 days. */
  readonly ms: bigint;
  /** The facts that all have to hold of an account until it opens for everybody. */
  readonly requires: readonly Requirement[];
}

/** The ones who take out of a campaign: operators grant it, members claim it, or both do. */
export type TakenBy = "operator" | "member" | "either";

/** The things that campaigns give, by type. */
export interface AwardsByType {
  /** New points: those of a claim, most of a grant, and the months that they live at most. */
  readonly points: { readonly amount: Points; readonly upTo: Points; readonly months: number | null };
  /** A mark, for so many days a unit, or for ever. */
  readonly mark: { readonly mark: MarkId; readonly days: number | null };
  /** A voucher: a coffee, a ticket, which is used at a till through so many days after the one on which it is given. */
  readonly voucher: { readonly validDays: number };
  /** Nothing for whoever pays: the points are donated, and their value is owed to a brand if there is one. */
  readonly cause: { readonly to: Recipient | null };
}

/** The thing that a campaign gives. */
export type Award = Tagged<"type", AwardsByType>;

/** A brand that donations go to. */
export interface Recipient {
  /** The brand. */
  readonly brand: BrandId;
  /** The debt to it for each point, in millionths of the settlement currency's minor unit, 1 to 10^12. */
  readonly priceMicro: bigint;
}

/** The award of a member who has brought another one along. */
export interface Referral {
  /** The points for each. */
  readonly award: Points;
  /** Most members that one brings along in a calendar year (UTC). */
  readonly yearMax: number;
}

/** A time in which something is counted, by the calendar (UTC). */
export type Period = "day" | "month" | "year" | "ever";

/** The bound of a campaign for one account. */
export interface PerMember {
  /** Most units, 1 to 1000. */
  readonly times: number;
  /** The time in which so many can be taken. */
  readonly per: Period;
}

/** A brand that pays for the points of another one's campaign. */
export interface Sponsor {
  /** The brand that pays. */
  readonly brand: BrandId;
  /** Its debt for each point, in millionths of the settlement currency's minor unit, 1 to 10^12. */
  readonly priceMicro: bigint;
}

/** The terms of a campaign. */
export interface Campaign {
  /** The time from which on it gives something. */
  readonly opensMs: TimeMs;
  /** The time from which on it gives nothing more. */
  readonly closesMs: TimeMs;
  /** The members for whom it opens before that. */
  readonly early: Early | null;
  /** The facts that all have to hold of an account. */
  readonly requires: readonly Requirement[];
  /** The ones who take out of it. */
  readonly by: TakenBy;
  /** The points that a unit costs; 0 if it is free. */
  readonly price: Points;
  /** The thing that a unit gives. */
  readonly award: Award;
  /** The points for a member who has brought another one along. */
  readonly referral: Referral | null;
  /** The bound for one account; null if it can take part as often as it likes. */
  readonly perMember: PerMember | null;
  /** Most units in all. */
  readonly stock: bigint | null;
  /** Most points in all, those for referrals included. */
  readonly budget: Points | null;
  /** The other brand that pays for the points. */
  readonly sponsor: Sponsor | null;
  /** The roots of the lists of those who are invited, each to a sum of its own. */
  readonly invited: readonly Hash[];
  /** True if households can take part. */
  readonly households: boolean;
  /** True if members can return vouchers that they haven't used, for the points that these cost. */
  readonly returnable: boolean;
  /** The days that the points which it gives are pending, at most 90. */
  readonly pendingDays: number;
  /** True while it gives nothing. */
  readonly paused: boolean;
  /** The hash of the document that tells members about it. */
  readonly about: Hash;
}

const orFalse: Codec<boolean> = defaulted(bool, () => false);

const requirementCodec: Codec<Requirement> = variants<RequirementsByType, "type">("type", {
  progress: [
    0,
    struct<RequirementsByType["progress"]>({ track: trackIdCodec, atLeast: u64, thisMonth: orFalse, consume: orFalse }),
  ],
  level: [1, struct<RequirementsByType["level"]>({ track: trackIdCodec, level: u8 })],
  mark: [2, struct<RequirementsByType["mark"]>({ mark: markIdCodec })],
  new: [3, struct<RequirementsByType["new"]>({ days: u16 })],
  since: [4, struct<RequirementsByType["since"]>({ days: u16 })],
  invited: [5, nothing],
});

const recipientCodec: Codec<Recipient> = struct<Recipient>({ brand: brandIdCodec, priceMicro: u64 });

const awardCodec: Codec<Award> = variants<AwardsByType, "type">("type", {
  points: [
    0,
    struct<AwardsByType["points"]>({ amount: pointsCodec, upTo: pointsCodec, months: option(u8) }),
  ],
  mark: [1, struct<AwardsByType["mark"]>({ mark: markIdCodec, days: option(u16) })],
  voucher: [2, struct<AwardsByType["voucher"]>({ validDays: u16 })],
  cause: [3, struct<AwardsByType["cause"]>({ to: option(recipientCodec) })],
});

const earlyCodec: Codec<Early> = struct<Early>({
  ms: u64,
  requires: list(requirementCodec, 1, CAMPAIGN_EARLY_REQUIRES_MAX),
});

const perMemberCodec: Codec<PerMember> = struct<PerMember>({
  times: u16,
  per: names<Period>(["day", "month", "year", "ever"]),
});

/** The forms of the terms of campaigns. */
export const campaignCodec: Codec<Campaign> = struct<Campaign>({
  opensMs: timeMsCodec,
  closesMs: timeMsCodec,
  early: option(earlyCodec),
  requires: orEmpty(list(requirementCodec, 0, CAMPAIGN_REQUIRES_MAX)),
  by: names<TakenBy>(["operator", "member", "either"]),
  price: pointsOrNoneCodec,
  award: awardCodec,
  referral: option(struct<Referral>({ award: pointsCodec, yearMax: u16 })),
  perMember: option(perMemberCodec),
  stock: option(u64),
  budget: option(pointsCodec),
  sponsor: option(struct<Sponsor>({ brand: brandIdCodec, priceMicro: u64 })),
  invited: orEmpty(list(hashCodec, 0, INVITATION_LISTS_MAX)),
  households: orFalse,
  returnable: orFalse,
  pendingDays: daysOrNoneCodec,
  paused: orFalse,
  about: hashCodec,
});

/** The other brand that a campaign names: the one that pays, or to which donations go; no campaign has both. */
export function partnerOf({ award, sponsor }: Campaign): BrandId | null {
  const recipient = award.type === "cause" ? award.to : null;
  return recipient?.brand ?? sponsor?.brand ?? null;
}

/**
 * The hash by which a sponsor names the terms that it accepts: "`lojal/campaign/v1` of the brand, the campaign and the
 * terms, as if it weren't paused" (protocol, Campaigns).
 */
export function campaignDigest(chain: ChainId, brand: BrandId, campaign: CampaignId, terms: Campaign): Hash {
  const parts = [
    encode(brandIdCodec, brand),
    encode(campaignIdCodec, campaign),
    encode(campaignCodec, { ...terms, paused: false }),
  ];
  return toHex(chainHash(tag.CAMPAIGN, chain, ...parts)) as Hash;
}

const CLAIM_BYTES = 16;

/**
 * The reference of what a claim issues or gives: "the first 16 bytes of the hash, under `lojal/claim/v1`, of the
 * transaction's id and the operation's index" (protocol, Campaigns). So whoever signs it knows it beforehand.
 */
export function claimReference(chain: ChainId, transaction: TransactionId, index: number): Reference {
  return referenceOf(claimBytes(chain, transaction, index));
}

/** The id of the voucher that a grant or a claim gives: the same bytes as a claim's reference. */
export function voucherId(chain: ChainId, transaction: TransactionId, index: number): VoucherId {
  return toHex(claimBytes(chain, transaction, index)) as VoucherId;
}

function claimBytes(chain: ChainId, transaction: TransactionId, index: number): Uint8Array {
  return firstBytes(chainHash(tag.CLAIM, chain, fromHex(transaction), Uint8Array.of(index)), CLAIM_BYTES);
}

/** The reference of the points for whoever has brought the member of a claim along: that of the claim, and a byte 1. */
export function referralReference(claim: Reference): Reference {
  return referenceOf(concat(fromHex(claim), Uint8Array.of(1)));
}
