/** What campaigns can cost at most, and the state that they are in. */

import type { api, Campaign, Money } from "@lojal/client";

const MICRO = 1_000_000n;

/** The money that a sponsor owes at most for so many points, rounded up to a minor unit. */
export function owedFor(points: bigint, priceMicro: bigint): Money {
  return ((points * priceMicro + MICRO - 1n) / MICRO) as Money;
}

/** The most that terms can cost: points in all, those that are still to come, and what a sponsor owes for them. */
export interface Cost {
  readonly points: bigint;
  readonly left: bigint;
  readonly owed: Money | null;
}

/** The most that terms can cost, besides what has been given already; null if they give no points. */
export function costOf({ budget, sponsor }: Campaign, before: api.BrandCampaign | null): Cost | null {
  if (budget === null) {
    return null;
  }
  const spent = before === null ? 0n : before.terms.sponsor === null ? before.points - before.reversed : before.points;
  const owed = sponsor === null ? null : owedFor(budget, sponsor.priceMicro);
  return { points: budget, left: budget > spent ? budget - spent : 0n, owed };
}

/** The state of a campaign, as it is told in a word: what keeps it from giving goes first. */
export type Standing = "closed" | "paused" | "unaccepted" | "announced" | "open" | "spent";

/** The state of a campaign. */
export function standingOf({ state, terms, accepted, stockLeft, budgetLeft }: api.BrandCampaign): Standing {
  if (state === "closed") {
    return "closed";
  }
  if (terms.paused) {
    return "paused";
  }
  if (accepted === false) {
    return "unaccepted";
  }
  if (state === "announced") {
    return "announced";
  }
  return stockLeft === 0n || budgetLeft === (0n as bigint) ? "spent" : "open";
}
