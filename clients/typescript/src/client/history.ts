/** Pages of histories, checked against what they say was before them. */

import type { Activity } from "../activity.js";
import { foldHistory, HistoryError, isSameActivity, NO_ACTIVITY } from "../activity.js";
import type { History } from "../api/accounts.js";
import type { TransactionStatus } from "../api/transactions.js";
import type { BrandId } from "../brand.js";
import type { Operation } from "../operation/operation.js";
import type { TimeMs } from "../time.js";

/**
 * Folds a page of a history: answers with the account's activity after the first of its transactions, the newest.
 * Throws a `HistoryError`, also if the page isn't the last one although nothing is before it, or is although something
 * is.
 */
export function activityAfter(page: History): Activity {
  const { before } = page;
  if (before === null) {
    throw new HistoryError("partial", "it leaves transactions out");
  }
  // A gateway may say that it hasn't the rest.
  const isLast = page.nextCursor === null && page.completeFrom === null;
  if (isLast !== (before.count === 0n)) {
    throw new HistoryError("start", `it ends with ${before.count} transactions before it`);
  }
  const items = [...page.transactions].reverse().map(({ id, state, activity }) => {
    if (state.status !== "committed" || activity === null) {
      throw new HistoryError("not_final", "it has a transaction that isn't final or has no number");
    }
    return { number: activity, id, height: state.height, outcome: state.receipt };
  });
  return foldHistory(before, items);
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
    this.#expected = page.before ?? NO_ACTIVITY;
    this.#shown = this.head.count - this.#expected.count;
  }
}

/** The transactions of a history that somebody wants to see: those for which everything holds that it says. */
export interface HistoryFilter {
  /** Those with points of this brand. */
  readonly brand?: BrandId;
  /** Those with an operation of this kind; with a brand, in its points. */
  readonly kind?: Operation["type"];
  /** Those of blocks that are no earlier. */
  readonly sinceMs?: TimeMs;
}

/**
 * True of the transactions that a filter lets through. Whoever has proven a history to be complete filters it by this:
 * what a gateway has filtered can't be proven (`ListClient`).
 */
export function isWanted({ state, transaction }: TransactionStatus, filter: HistoryFilter): boolean {
  const { brand, kind, sinceMs } = filter;
  if (sinceMs !== undefined && (state.status !== "committed" || state.timeMs < sinceMs)) {
    return false;
  }
  if (brand === undefined && kind === undefined) {
    return true;
  }
  const operations = transaction?.transaction.operations ?? [];
  return operations.some((one) => {
    return (kind === undefined || one.type === kind) && (brand === undefined || isInPointsOf(one, brand));
  });
}

/** True of the operations that do something with points of a brand. */
export function isInPointsOf(operation: Operation, brand: BrandId): boolean {
  switch (operation.type) {
    case "issue":
    case "redeem":
    case "transfer":
    case "reverse":
    case "hold":
    case "capture":
    case "release":
      return operation.brand === brand;
    case "convert":
      return operation.from === brand || operation.to === brand;
    default:
      return false;
  }
}
