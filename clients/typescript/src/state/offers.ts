/**
 * The campaigns of a brand, and what they are to one account, made of records that are proven: what counts for each
 * fact that they ask for, and the reason for which a claim would fail.
 */

import type { Address } from "../address.js";
import { isHousehold } from "../address.js";
import type { BrandCampaign, Campaigns, CampaignState } from "../api/campaigns.js";
import type { BrandId } from "../brand.js";
import type { Campaign, CampaignId, Requirement } from "../campaign.js";
import { campaignDigest } from "../campaign.js";
import type { Code } from "../code.js";
import type { ChainId } from "../ids.js";
import { CAMPAIGN_OVER_MS } from "../limits.js";
import type { Points } from "../points.js";
import type { TimeMs } from "../time.js";
import { dayNumber, dayOf, monthOf, plusMonths, plusMs } from "../time.js";
import type { TrackId } from "../track.js";
import type { CampaignRecord } from "./campaigns.js";
import { recordKinds } from "./kinds.js";
import type { StandingRecord } from "./programme.js";
import type { ProvenRecords } from "./proven.js";
import { named } from "./proven.js";
import { isOverIn, levelIn, unitsIn } from "./standings.js";

/** The campaigns of a brand that aren't over, as records have them; throws a `ProvenError` if they don't tell. */
export function campaignsOf(records: ProvenRecords, chain: ChainId, brand: BrandId): Campaigns {
  const { height, timeMs } = records.tip;
  const list = records.get(recordKinds.campaignList, { brand });
  const listed = (list?.campaigns ?? []).filter(({ overMs }) => timeMs < overMs);
  const campaigns = listed.map(({ campaign }) => {
    const record = named(records.get(recordKinds.campaign, { brand, campaign }));
    return campaignAt(record, chain, brand, campaign, timeMs);
  });
  return { brand, campaigns, last: list?.last ?? (0 as CampaignId), height, timeMs };
}

function campaignAt(
  record: CampaignRecord,
  chain: ChainId,
  brand: BrandId,
  campaign: CampaignId,
  time: TimeMs,
): BrandCampaign {
  const { terms, times, points, reversed, paid, returned, refunded } = record;
  const digest = campaignDigest(chain, brand, campaign, terms);
  // "What is reversed of it comes back to the budget, if there is no sponsor: its debt stays." (protocol, Campaigns)
  const spent = terms.sponsor === null ? points - reversed : points;
  return {
    campaign,
    terms,
    digest,
    accepted: terms.sponsor === null ? null : record.accepted === digest,
    state: stateOf(terms, time),
    overMs: plusMs(terms.closesMs, Number(CAMPAIGN_OVER_MS)),
    times,
    points,
    reversed,
    paid,
    returned,
    refunded,
    // "The units come back to the stock" (protocol, Vouchers and refunds)
    stockLeft: terms.stock === null ? null : rest(terms.stock, times - returned),
    budgetLeft: terms.budget === null ? null : (rest(terms.budget, spent) as Points),
  };
}

function stateOf({ opensMs, closesMs }: Campaign, time: TimeMs): CampaignState {
  return time < opensMs ? "announced" : time < closesMs ? "open" : "closed";
}

function rest(all: bigint, used: bigint): bigint {
  return all > used ? all - used : 0n;
}

/** A fact that a campaign asks for, and what counts for it. */
export interface Fact {
  /** The fact. */
  readonly requirement: Requirement;
  /** The units, the level, or the days since the brand has known the account; null if it has never known it. */
  readonly has: bigint | null;
  /** True if it holds. */
  readonly holds: boolean;
}

/** A campaign, as it is for one account. */
export interface Offer {
  /** The campaign. */
  readonly of: BrandCampaign;
  /** The facts that it asks for. */
  readonly facts: readonly Fact[];
  /** The units that the account has taken in the running period of its bound. */
  readonly taken: number;
  /** The members that it has brought along this year. */
  readonly brought: number;
  /** The code with which a claim of one unit would fail, points aside; null if it wouldn't. */
  readonly obstacle: Code | null;
}

/**
 * The campaigns of a brand as they are for an account, of which records are proven that tell its standing there, and
 * invitations that are known to fit.
 */
export function offersOf(
  records: ProvenRecords,
  account: Address,
  told: Campaigns,
  isInvitedTo: (campaign: CampaignId) => boolean = () => false,
): readonly Offer[] {
  const { brand, timeMs } = told;
  const isKnown = records.get(recordKinds.account, { account }) !== null;
  const standing = isKnown ? records.get(recordKinds.standing, { account, brand }) : null;
  return told.campaigns.map((of) => {
    const reader = new Reader(records, brand, standing, timeMs, isInvitedTo(of.campaign));
    const facts = of.terms.requires.map((one) => reader.fact(one));
    const taken = reader.taken(of.campaign, false);
    const obstacle = obstacleOf(of, reader, facts, taken, account);
    return { of, facts, taken, brought: reader.taken(of.campaign, true), obstacle };
  });
}

const MISSING: Readonly<Record<Requirement["type"], Code>> = {
  progress: "progress_missing",
  level: "level_missing",
  mark: "mark_missing",
  new: "not_new",
  since: "too_new",
  invited: "invitation_missing",
};

/** The first rule that a claim would break, in the order of the ledger. */
function obstacleOf(
  { terms, state, accepted, stockLeft, budgetLeft }: BrandCampaign,
  reader: Reader,
  facts: readonly Fact[],
  taken: number,
  account: Address,
): Code | null {
  const missing = facts.find(({ holds }) => !holds);
  const award = terms.award.type === "points" ? terms.award.amount : 0n;
  const rules: readonly (readonly [boolean, Code])[] = [
    [state === "closed" || (state === "announced" && !reader.isEarly(terms)), "campaign_not_open"],
    [terms.paused, "campaign_paused"],
    [accepted === false, "sponsor_not_accepted"],
    [terms.by === "operator", "not_claimed"],
    [isHousehold(account) && !terms.households, "not_for_households"],
    [missing !== undefined, MISSING[missing?.requirement.type ?? "progress"]],
    [terms.perMember !== null && taken >= terms.perMember.times, "member_max_reached"],
    [stockLeft === 0n, "sold_out"],
    [budgetLeft !== null && budgetLeft < award, "budget_spent"],
  ];
  return rules.find(([isBroken]) => isBroken)?.[1] ?? null;
}

/** The reader of one standing at a time. */
class Reader {
  constructor(
    private readonly records: ProvenRecords,
    private readonly brand: BrandId,
    private readonly standing: StandingRecord | null,
    private readonly time: TimeMs,
    private readonly isInvited: boolean,
  ) {}

  /** A fact, with what counts for it. */
  fact(requirement: Requirement): Fact {
    const has = this.#has(requirement);
    const holds = has !== null && this.#holds(requirement, has);
    return { requirement, has, holds };
  }
  /** The units of a campaign that count now: its own, or the members that the account has brought along. */
  taken(campaign: CampaignId, asReferrer: boolean): number {
    const today = dayOf(this.time);
    const found = this.standing?.taken.find((one) => {
      return one.campaign === campaign && one.asReferrer === asReferrer && (one.until === null || one.until >= today);
    });
    return found?.times ?? 0;
  }
  /** True if it opens early, and has. */
  isEarly({ early, opensMs }: Campaign): boolean {
    const isIn = early !== null && this.time >= opensMs - Number(early.ms);
    return isIn && early.requires.every((one) => this.fact(one).holds);
  }

  #holds(requirement: Requirement, has: bigint): boolean {
    switch (requirement.type) {
      case "progress":
        return has >= requirement.atLeast;
      case "level":
        return has >= requirement.level;
      case "mark":
        return has > 0n;
      case "new":
        return has <= requirement.days;
      case "since":
        return has >= requirement.days;
      case "invited":
        return has > 0n;
    }
  }
  #has(requirement: Requirement): bigint | null {
    const { standing } = this;
    switch (requirement.type) {
      case "progress":
        return standing === null ? 0n : this.#units(standing, requirement);
      case "level":
        return standing === null ? 0n : this.#level(standing, requirement.track);
      case "mark":
        return standing?.marks.some(({ mark, until }) => mark === requirement.mark && this.#isLive(until)) ? 1n : 0n;
      case "invited":
        return this.isInvited ? 1n : 0n;
      case "new":
      case "since": {
        const since = standing?.since ?? null;
        return since === null ? null : BigInt(Math.max(0, dayNumber(dayOf(this.time)) - dayNumber(since)));
      }
    }
  }
  #isLive(until: StandingRecord["marks"][number]["until"]): boolean {
    return until === null || until >= dayOf(this.time);
  }
  #units(
    standing: StandingRecord,
    { track, thisMonth }: Extract<Requirement, { readonly type: "progress" }>,
  ): bigint {
    const month = monthOf(this.time);
    const terms = this.#track(standing, track);
    if (terms === null) {
      return 0n;
    }
    if (!thisMonth || terms.kind.type !== "rolling") {
      return thisMonth ? 0n : unitsIn(standing, track, month);
    }
    // Stamps of a month end together.
    const end = plusMonths(month, terms.kind.months);
    const found = standing.progress.find(({ track: of, count }) => {
      return of === track && count.type === "rolling" && count.until === end;
    });
    return found?.count.type === "rolling" ? found.count.units - found.consumed : 0n;
  }
  #level(standing: StandingRecord, track: TrackId): bigint {
    const terms = this.#track(standing, track);
    return terms === null ? 0n : BigInt(levelIn(standing, track, terms, monthOf(this.time)));
  }
  /** The terms of a track on which something is counted; null if it is none, or nothing is. */
  #track(standing: StandingRecord, track: TrackId) {
    const isNamed = [...standing.progress, ...standing.levels].some((one) => one.track === track);
    const terms = isNamed ? this.records.get(recordKinds.track, { brand: this.brand, track }) : null;
    return terms === null || isOverIn(terms, monthOf(this.time)) ? null : terms;
  }
}
