/** The activity of an account: how many transactions have concerned it, and a digest over them (protocol, Activity). */

import { fromHex, toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import { openStruct } from "./codec/combine.js";
import { u64 } from "./codec/primitives.js";
import { FaultError } from "./error.js";
import { tag, taggedHash } from "./hash.js";
import type { Hash, Height, TransactionId } from "./ids.js";
import { GENESIS_HEIGHT, hashCodec } from "./ids.js";
import type { Outcome } from "./receipt.js";
import { outcomeCodec } from "./receipt.js";

/**
 * The transactions that have concerned an account: "the number of transactions that have concerned it, and a digest
 * over them in the order of the chain" (protocol, Activity).
 */
export interface Activity {
  /** The number of transactions. */
  readonly count: bigint;
  /** The digest; zeros before the first. */
  readonly digest: Hash;
}

/** The forms of activities. */
export const activityCodec: Codec<Activity> = openStruct<Activity>({ count: u64, digest: hashCodec });

/** The activity of an account that nothing has concerned. */
export const NO_ACTIVITY: Activity = { count: 0n, digest: "0".repeat(64) as Hash };

/** The activity after one transaction more. */
export function withTransaction(before: Activity, id: TransactionId, height: Height, outcome: Outcome): Activity {
  const parts = [fromHex(before.digest), fromHex(id), encode(u64, height), encode(outcomeCodec, outcome)];
  return { count: before.count + 1n, digest: toHex(taggedHash(tag.ACTIVITY, ...parts)) as Hash };
}

/** True if two activities are the same. */
export function isSameActivity(one: Activity, other: Activity): boolean {
  return one.count === other.count && one.digest === other.digest;
}

/** An item of a history. */
export interface Item {
  /** The number that the history says it has, counted from 1. */
  readonly number: bigint;
  /** The transaction's id. */
  readonly id: TransactionId;
  /** The block that it is in. */
  readonly height: Height;
  /** The outcome of the transaction. */
  readonly outcome: Outcome;
}

/**
 * The kind of a fault of a history. *not_final*: an item that isn't in a final block, or has no number. *number*: a
 * number that doesn't come next. *order*: a transaction after one of a later block. *end*: items that don't lead to
 * what comes after them. *content*: a transaction with another one's id. *start*: an end that isn't the beginning, or a
 * beginning that isn't the end. *partial*: a page that leaves some out.
 */
export type HistoryFault = "partial" | "not_final" | "number" | "order" | "end" | "content" | "start";

/** A history that somebody has shown and that can't be whole. */
export class HistoryError extends FaultError<"history", HistoryFault> {
  constructor(fault: HistoryFault, message: string) {
    super("history", fault, message);
  }
}

/**
 * The activity after some more items, the oldest first; throws a {@link HistoryError} if they don't follow each other.
 */
export function foldHistory(before: Activity, items: Iterable<Item>): Activity {
  let [activity, height] = [before, GENESIS_HEIGHT];
  for (const item of items) {
    const expected = activity.count + 1n;
    if (item.number !== expected) {
      throw new HistoryError("number", `it has number ${item.number} where number ${expected} belongs`);
    }
    if (item.height < height) {
      throw new HistoryError("order", `number ${item.number} is older than the one before it`);
    }
    height = item.height;
    activity = withTransaction(activity, item.id, item.height, item.outcome);
  }
  return activity;
}

/**
 * Checks a part of an account's history, the oldest item first. "Whoever has a part of a history, the activity before
 * it and the activity after it sees that it is complete: that nothing is missing, added, moved or changed." (protocol,
 * Activity)
 */
export function checkHistory(before: Activity, items: Iterable<Item>, after: Activity): void {
  const folded = foldHistory(before, items);
  if (!isSameActivity(folded, after)) {
    const message = `the transactions up to number ${folded.count} aren't those that are counted`;
    throw new HistoryError("end", message);
  }
}
