/** The lists of a brand as tables that other programs read: amounts with the brand's decimals and a point. */

import type { api, BrandId, GrossPoints, Points } from "@lojal/client";
import { formatAmount } from "@lojal/client";

import { csvOf } from "./csv.js";
import type { Say } from "./say.js";

type Amount = (points: Points | GrossPoints) => string;

function amountsOf(brand: BrandId, say: Say): Amount {
  return (points) => formatAmount(points, say.decimals(brand));
}

/** The sums of a month, in the order in which they are shown. */
export const SUMS = [
  "issued",
  "redeemed",
  "convertedOut",
  "expired",
  "reversed",
  "donated",
  "refunded",
  "outstanding",
  "held",
  "pending",
] as const;

/** Members as a table. */
export function membersTable(accounts: readonly api.BrandAccount[], brand: BrandId, say: Say): string {
  const amount = amountsOf(brand, say);
  const rows = accounts.map(({ account, total, held, pending, lots }) => {
    const [first] = lots;
    const soon = first === undefined ? ["", ""] : [first.expiry, amount(first.amount)];
    return [say.address(account), amount(total), amount(held), amount(pending), ...soon];
  });
  return csvOf(["account", "points", "held", "pending", "expires_first", "of_them"], rows);
}

/** Months as a table. */
export function monthsTable(months: readonly api.BrandMonth[], brand: BrandId, say: Say): string {
  const amount = amountsOf(brand, say);
  const rows = months.map((one) => [one.month, ...SUMS.map((name) => amount(one[name])), String(one.height)]);
  return csvOf(["month", ...SUMS.map((name) => (name === "convertedOut" ? "converted_out" : name)), "block"], rows);
}

/** The points by expiry at the end of a month as a table. */
export function expiriesTable({ month, byExpiry }: api.BrandMonth, brand: BrandId, say: Say): string {
  const amount = amountsOf(brand, say);
  const rows = byExpiry.map(({ expiry, points }) => [month, expiry, amount(points)]);
  return csvOf(["at_the_end_of", "expires_with", "points"], rows);
}

/** Accounts of which points expire as a table, a line for each expiry. */
export function expiringTable(accounts: readonly api.ExpiringAccount[], brand: BrandId, say: Say): string {
  const amount = amountsOf(brand, say);
  const rows = accounts.flatMap(({ account, lots }) => {
    return lots.map((lot) => [say.address(account), lot.expiry, amount(lot.amount)]);
  });
  return csvOf(["account", "expires_with", "points"], rows);
}

/** A share in percent, with one decimal; null of nothing. */
export function shareOf(part: bigint, whole: bigint): number | null {
  return whole === 0n ? null : Number((part * 1_000n) / whole) / 10;
}

/** The sum of some amounts. */
export function sumOf(amounts: readonly bigint[]): Points {
  return amounts.reduce((sum, amount) => sum + amount, 0n) as Points;
}
