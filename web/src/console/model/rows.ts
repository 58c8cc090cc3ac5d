/** What can change of a brand, in words: policies, operators, terms and approvals, and how two of them differ. */

import type { api, Approvals, BrandId, PartnershipTerms, Points, Policy, Role, Track } from "@lojal/client";

import type { Row, Say } from "./say.js";

/** Names and values. */
export type Pairs = readonly (readonly [string, string])[];

/** The rows of something that is there, without anything before it. */
export function plainRows(pairs: Pairs): readonly Row[] {
  return pairs.map(([name, after]) => ({ name, before: null, after }));
}

/** The rows in which two differ. */
export function changedRows(before: Pairs, after: Pairs): readonly Row[] {
  const rows = after.map(([name, now], at) => ({ name, before: before[at]?.[1] ?? null, after: now }));
  return rows.filter((row) => row.before !== row.after);
}

/** A policy in words. */
export function policyPairs(policy: Policy, brand: BrandId, say: Say): Pairs {
  const { words } = say;
  const { policy: names } = words;
  const cap = (most: Points | null): string => {
    return most === null ? words.noCap : words.atMost(say.points(most, brand));
  };
  const { expiryMonths: months, reversalWindowMs: window } = policy;
  return [
    [names.expiryMonths, months === null ? words.always : words.months(say.number(months))],
    [names.issueMax, cap(policy.issueMax)],
    [names.transferable, say.yesNo(policy.transferable)],
    [names.transferMin, say.points(policy.transferMin, brand)],
    [names.transferMax, say.points(policy.transferMax, brand)],
    [names.transferDailyMax, cap(policy.transferDailyMax)],
    [names.openingMin, say.points(policy.openingMin, brand)],
    [names.convertible, say.yesNo(policy.convertible)],
    [names.poolable, say.yesNo(policy.poolable)],
    [names.tradeable, say.yesNo(policy.tradeable)],
    [names.reversalWindowMs, window === 0n ? words.neverBack : words.backFor(say.span(window))],
  ];
}

/** The days after which points can be used, in words. */
export function waitText(days: number, say: Say): string {
  const { atOnce, daysLater, time } = say.words;
  return days === 0 ? atOnce : daysLater(time.days(say.number(days)));
}

/** The days that what a brand issues is pending, in words. */
export function pendingPairs(days: number, say: Say): Pairs {
  return [[say.words.policy.pendingDays, waitText(days, say)]];
}

/** Roles in words. */
export function rolesText(roles: readonly Role[], say: Say): string {
  return roles.length === 0 ? say.words.noRoles : roles.map((role) => say.words.roles[role]).join(", ");
}

/** The rights of an operator in words. */
export function operatorPairs(
  { roles, issueDailyMax }: Pick<api.OperatorAnswer, "roles" | "issueDailyMax">,
  brand: BrandId,
  say: Say,
): Pairs {
  const { operator, noCap, atMost } = say.words;
  const most = issueDailyMax === null ? noCap : atMost(say.points(issueDailyMax, brand));
  return [
    [operator.roles, rolesText(roles, say)],
    [operator.daily, roles.includes("issue") ? most : "–"],
  ];
}

/** The terms of a partnership in words. */
export function termsPairs(terms: PartnershipTerms, from: BrandId, to: BrandId, say: Say): Pairs {
  const { terms: names } = say.words;
  const [gone, come] = [BigInt(terms.rateDen) as Points, BigInt(terms.rateNum) as Points];
  const side = (points: Points, brand: BrandId): string => `${say.points(points, brand)} ${say.brand(brand)}`;
  return [
    [names.rate, names.rateIs(side(gone, from), side(come, to))],
    [names.price, say.price(terms.priceMicro, from)],
    [names.daily, side(terms.dailyMax, from)],
    [names.owed, say.money(terms.owedMax)],
    [names.ends, say.moment(terms.endsMs)],
  ];
}

/** The number of admins that a brand asks for, and its wait, in words. */
export function approvalsPairs({ needed, delayMs }: Approvals, say: Say): Pairs {
  const { approvals, admins } = say.words;
  return [
    [approvals.needed, admins(say.number(needed))],
    [approvals.delay, say.span(delayMs)],
  ];
}

/** The terms of a track in words. */
export function trackPairs(terms: Track, say: Say): Pairs {
  const { words } = say;
  const { track: names } = words;
  const { kind } = terms;
  const counts =
    kind.type === "rolling"
      ? words.months(say.number(kind.months))
      : `${say.moment(kind.opensMs)} – ${say.moment(kind.closesMs)}`;
  const levels = terms.levels.map(({ atLeast, months }, at) => {
    const held = names.held(say.number(atLeast), words.months(say.number(months)));
    return [names.level(say.number(at + 1)), held] as const;
  });
  return [
    [names.counts, counts],
    [names.places, kind.type === "places" ? say.number(kind.count) : "–"],
    [names.closes, kind.type === "rolling" && kind.closesMs !== null ? say.moment(kind.closesMs) : "–"],
    [names.stampMax, say.number(terms.stampMax)],
    ...levels,
    [names.soft, say.yesNo(terms.soft)],
    [names.takeBack, say.number(terms.takeBackDays)],
    [names.about, terms.about],
  ];
}
