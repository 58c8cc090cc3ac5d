/** The terms that two brands agree on (protocol, Between brands). */

import type { BrandId } from "./brand.js";
import { brandIdCodec } from "./brand.js";
import type { Codec } from "./codec/codec.js";
import { openStruct, struct } from "./codec/combine.js";
import { u32, u64 } from "./codec/primitives.js";
import { RuleError } from "./error.js";
import { MONEY_MAX, POINTS_MAX, PRICE_MICRO_MAX } from "./limits.js";
import type { Money, Points } from "./points.js";
import { moneyCodec, pointsCodec } from "./points.js";
import type { TimeMs } from "./time.js";
import { timeMsCodec } from "./time.js";

/**
 * The terms on which brand A's points become brand B's. "A partnership has a direction, A to B, and terms: a rate
 * `num/den` (B points for A points), `price_micro` (what one A point is worth, in millionths of the settlement
 * currency's minor unit), `daily_max` (A points per UTC day, all members together), `owed_max` (what A may owe B at
 * most, in minor units) and an end." (protocol, Between brands)
 */
export interface PartnershipTerms {
  /** The number of B's points … */
  readonly rateNum: number;
  /** … for this number of A's. */
  readonly rateDen: number;
  /** The debt of A to B for one of its points, in millionths of the settlement currency's minor unit. */
  readonly priceMicro: bigint;
  /** Most of A's points that can be converted in a day (UTC), by everybody together. */
  readonly dailyMax: Points;
  /** Most that A may owe B: conversion stops there until A has paid, in the settlement currency's minor units. */
  readonly owedMax: Money;
  /** The time from which on nothing can be converted. */
  readonly endsMs: TimeMs;
}

/** The forms of terms. */
export const partnershipTermsCodec: Codec<PartnershipTerms> = struct<PartnershipTerms>({
  rateNum: u32,
  rateDen: u32,
  priceMicro: u64,
  dailyMax: pointsCodec,
  owedMax: moneyCodec,
  endsMs: timeMsCodec,
});

/** Terms that one of the two brands has put forward and the other hasn't accepted yet. */
export interface PartnershipProposal {
  /** The one of the two brands that put them forward. */
  readonly by: BrandId;
  /** The terms. */
  readonly terms: PartnershipTerms;
}

/** The forms of proposals. */
export const partnershipProposalCodec: Codec<PartnershipProposal> = openStruct<PartnershipProposal>({
  by: brandIdCodec,
  terms: partnershipTermsCodec,
});

/** Checks terms against the limits. */
export function checkTerms(terms: PartnershipTerms): void {
  if (terms.rateNum === 0 || terms.rateDen === 0) {
    throw new RuleError("terms_rate", "rate_num and rate_den must be 1 or more");
  }
  if (terms.priceMicro > PRICE_MICRO_MAX) {
    throw new RuleError("terms_price", `price_micro must be at most ${PRICE_MICRO_MAX}`);
  }
  if (terms.dailyMax < 1n || terms.dailyMax > POINTS_MAX) {
    throw new RuleError("terms_daily_max", `daily_max must be 1 to ${POINTS_MAX}`);
  }
  if (terms.owedMax < 1n || terms.owedMax > MONEY_MAX) {
    throw new RuleError("terms_owed_max", `owed_max must be 1 to ${MONEY_MAX}`);
  }
}

function within64(points: bigint): Points | null {
  return points < 1n << 64n ? (points as Points) : null;
}

/**
 * The points of B's that so many of A's give: "received = ⌊amount · num / den⌋" (protocol, Between brands). Null if
 * that is more than 64 bits.
 */
export function receivedFor(terms: PartnershipTerms, points: Points): Points | null {
  return within64((points * BigInt(terms.rateNum)) / BigInt(terms.rateDen));
}

/**
 * The fewest of A's points that give so many of B's: "burned = ⌈received · den / num⌉ go, so that dust stays with the
 * member" (protocol, Between brands). Null if that is more than 64 bits.
 */
export function burnedFor(terms: PartnershipTerms, received: Points): Points | null {
  const num = BigInt(terms.rateNum);
  return within64((received * BigInt(terms.rateDen) + num - 1n) / num);
}

/** The two amounts of a conversion. */
export interface Conversion {
  /** Points of A's that go. */
  readonly burned: Points;
  /** Points of B's that come. */
  readonly received: Points;
}

/** The conversion of at most so many of A's points; null if it gives not a single point, or more than 64 bits. */
export function conversionOf(terms: PartnershipTerms, amount: Points): Conversion | null {
  const received = receivedFor(terms, amount);
  const burned = received === null || received === 0n ? null : burnedFor(terms, received);
  return received === null || burned === null ? null : { burned, received };
}

/** Says whether `burned` of A's points give exactly `received` of B's, and none fewer do. */
export function termsGive(terms: PartnershipTerms, { burned, received }: Conversion): boolean {
  return receivedFor(terms, burned) === received && burnedFor(terms, received) === burned;
}
