/** What a motion of a brand waits for. */

import type { Address, api, Approvals, TimeMs } from "@lojal/client";

/** The wait of a motion: for more approvals, for its time, or for nothing but one more approval. */
export type Waits =
  | { readonly type: "votes"; readonly missing: number }
  | { readonly type: "time"; readonly fromMs: TimeMs }
  | { readonly type: "ready" };

/** The wait of a motion at a time. */
export function waitOf(
  { counting, fromMs }: Pick<api.BrandMotionAnswer, "counting" | "fromMs">,
  needed: number,
  now: number,
): Waits {
  if (counting < needed) {
    return { type: "votes", missing: needed - counting };
  }
  return fromMs !== null && fromMs > now ? { type: "time", fromMs } : { type: "ready" };
}

/** True if an approval of an account would say something that it hasn't said. */
export function canApprove(
  motion: Pick<api.BrandMotionAnswer, "counting" | "fromMs" | "approvedBy">,
  needed: number,
  account: Address,
  now: number,
): boolean {
  return !motion.approvedBy.includes(account) || waitOf(motion, needed, now).type === "ready";
}

/** True if the next approval of an account carries a motion out: at once, or since the wait is over. */
export function isLast(
  motion: Pick<api.BrandMotionAnswer, "counting" | "fromMs" | "approvedBy">,
  { needed, delayMs }: Approvals,
  account: Address,
  now: number,
): boolean {
  const wait = waitOf(motion, needed, now);
  // Where the brand waits, enough approvals begin the wait of what widens.
  const isEnough = wait.type === "votes" && wait.missing === 1 && !motion.approvedBy.includes(account);
  return wait.type === "ready" || (isEnough && delayMs === 0n);
}
