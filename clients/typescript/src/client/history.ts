/** Pages of histories, checked against what they say was before them. */

import type { Activity } from "../activity.js";
import { foldHistory, HistoryError, isSameActivity } from "../activity.js";
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

/** A history that is read page by page, the newest first, and proven complete from an account's activity downwards. */
export class ProvenHistory {
  #expected: Activity;
  #shown = 0n;

  constructor(
    /** The activity in the account's record, which is proven. */
    readonly head: Activity,
  ) {
    this.#expected = head;
  }
  /** The number of transactions that are proven to be all from the newest down to the last one that was added. */
  get shown(): bigint {
    return this.#shown;
  }
  /** True once there are none before them. */
  get isComplete(): boolean {
    return this.#expected.count === 0n;
  }
  /** Adds the next page; throws a `HistoryError`, and stays as it is, if it doesn't lead to what is proven. */
  add(page: History): void {
    const after = activityAfter(page);
    if (!isSameActivity(after, this.#expected)) {
      const [found, expected] = [after.count, this.#expected.count];
      throw new HistoryError("end", `it leads to number ${found} where the proven number ${expected} belongs`);
    }
    this.#expected = page.before;
    this.#shown = this.head.count - page.before.count;
  }
}
