/** A brand's points by where they are now, as parts of all that were issued and refunded. */

import type { Totals } from "@lojal/client";

/** The parts, from those that members have on. */
export const PARTS = [
  "outstanding",
  "pending",
  "held",
  "redeemed",
  "donated",
  "convertedOut",
  "expired",
  "reversed",
] as const;

/** The share that points are of all, counted in so many parts of the whole; null if there are none. */
export function shareOf(totals: Totals, points: bigint, parts: bigint): number | null {
  // What was refunded is in a part a second time, after it was redeemed.
  const all = totals.issued + totals.refunded;
  return all === 0n ? null : Number((points * parts) / all);
}

/** The parts as a bar. */
export function TotalsBar({ totals, look = "" }: { readonly totals: Totals; readonly look?: string }) {
  const width = (points: bigint): string => `${(shareOf(totals, points, 10_000n) ?? 0) / 100}%`;
  return (
    <div class={`bar-chart ${look}`.trim()} aria-hidden="true">
      {PARTS.filter((name) => totals[name] > 0n).map((name) => (
        <i key={name} class={`part-${name}`} style={{ width: width(totals[name]) }} />
      ))}
    </div>
  );
}
