/** The points of a balance that are on their way. */

import type { api, Day, Points } from "@lojal/client";

/** Points that wait. */
export interface Coming {
  /** All of them. */
  readonly amount: Points;
  /** The day (UTC) from which on the first of them can be used. */
  readonly from: Day;
  /** True if all of them can be used from that day on. */
  readonly isOneDay: boolean;
}

/** What waits of a balance; null if nothing does. */
export function comingOf({ pending }: Pick<api.Balance, "pending">): Coming | null {
  const [first] = pending;
  if (first === undefined) {
    return null;
  }
  const amount = pending.reduce((sum, lot) => sum + lot.amount, 0n) as Points;
  return { amount, from: first.matures, isOneDay: pending.every(({ matures }) => matures === first.matures) };
}
