/** Pages of histories, checked against what they say was before them. */

import type { Activity } from "../activity.js";
import { foldHistory, HistoryError } from "../activity.js";
import type { History } from "../api/accounts.js";

/**
 * Folds a page of a history: answers with the account's activity after the first of its transactions, the newest.
 * Throws a `HistoryError`, also if the page isn't the last one although nothing is before it, or is although something
 * is.
 */
export function activityAfter(page: History): Activity {
  // A gateway may say that it hasn't the rest.
  const isLast = page.nextCursor === null && page.completeFrom === null;
  if (isLast !== (page.before.count === 0n)) {
    throw new HistoryError("start", `it ends with ${page.before.count} transactions before it`);
  }
  const items = [...page.transactions].reverse().map(({ id, state, activity }) => {
    if (state.status !== "committed" || activity === null) {
      throw new HistoryError("not_final", "it has a transaction that isn't final or has no number");
    }
    return { number: activity, id, height: state.height, outcome: state.receipt };
  });
  return foldHistory(page.before, items);
}
