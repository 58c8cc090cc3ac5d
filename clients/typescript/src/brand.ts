/** Brand ids, and a brand's policy (protocol, Bytes; protocol, Brands). */

import type { Brand } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { defaulted, option, struct } from "./codec/combine.js";
import { bool, text, u64, u8 } from "./codec/primitives.js";
import { RuleError, TextError } from "./error.js";
import { BRAND_ID_CHARS_MAX, EXPIRY_MONTHS_MAX, POINTS_MAX, REVERSAL_WINDOW_MS_MAX } from "./limits.js";
import type { Points } from "./points.js";
import { pointsCodec } from "./points.js";
import type { Expiry, Month } from "./time.js";
import { plusMonths } from "./time.js";

/** A brand's id: "brand ids slugs `[a-z][a-z0-9-]{1,14}`" (protocol, Bytes). */
export type BrandId = Brand<string, "BrandId">;

/** Checks that a text is a brand id. */
export function parseBrandId(id: string): BrandId {
  if (!/^[a-z][a-z0-9-]{1,14}$/.test(id)) {
    throw new TextError("brand_id", "a brand id has 2 to 15 characters of a-z, 0-9 and -, and starts with a letter");
  }
  return id as BrandId;
}

/** The forms of brand ids. */
export const brandIdCodec: Codec<BrandId> = text(BRAND_ID_CHARS_MAX, parseBrandId);

/** The number of its admins that a brand asks for, and its wait: 1 and none as a brand begins. */
export interface Approvals {
  /** The number of admins that a motion of the brand takes. */
  readonly needed: number;
  /** The time between the approval of a motion that widens something and its effect, in milliseconds. */
  readonly delayMs: bigint;
}

/** The forms of approvals. */
export const approvalsCodec: Codec<Approvals> = struct<Approvals>({ needed: u8, delayMs: u64 });

/** The rules of what can be done with a brand's points. */
export interface Policy {
  /** Whole months that points live after the month of their issue, 1 to 60; null: they never expire. */
  readonly expiryMonths: number | null;
  /** Most that one operation may issue; null: as much as the ledger handles. */
  readonly issueMax: Points | null;
  /** True if members may transfer points to each other. */
  readonly transferable: boolean;
  /** Smallest transfer between members. */
  readonly transferMin: Points;
  /** Largest transfer between members. */
  readonly transferMax: Points;
  /** Most that one member may transfer in a day (UTC); null: as much as they like. */
  readonly transferDailyMax: Points | null;
  /** Fewest points that an account can be opened with. */
  readonly openingMin: Points;
  /** True if the points may be converted from and into other brands' points. */
  readonly convertible: boolean;
  /** True if the points may be put into a household's pool. */
  readonly poolable: boolean;
  /** True if the points may be traded for other brands' points. */
  readonly tradeable: boolean;
  /** The time after an issue in which it can be reversed, in milliseconds, at most 400 days; 0: never. */
  readonly reversalWindowMs: bigint;
}

/** The forms of days of which none stand for a field that JSON leaves out. */
export const daysOrNoneCodec: Codec<number> = defaulted(u8, () => 0);

const off = defaulted(bool, () => false);

/** The forms of policies. */
export const policyCodec: Codec<Policy> = struct<Policy>({
  expiryMonths: option(u8),
  issueMax: option(pointsCodec),
  transferable: bool,
  transferMin: pointsCodec,
  transferMax: pointsCodec,
  transferDailyMax: option(pointsCodec),
  openingMin: defaulted(pointsCodec, () => 1n as Points),
  convertible: off,
  poolable: off,
  tradeable: off,
  reversalWindowMs: u64,
});

function isAmount(amount: Points): boolean {
  return amount >= 1n && amount <= POINTS_MAX;
}

/**
 * Checks a policy against the limits: "`expiry_months` (1 to 60, or none)" and "Amounts in it are 1 to 2^53 − 1,
 * `transfer_min` at most `transfer_max`." (protocol, Brands)
 */
export function checkPolicy(policy: Policy): void {
  const months = policy.expiryMonths;
  if (months !== null && (months < 1 || months > EXPIRY_MONTHS_MAX)) {
    throw new RuleError("policy_expiry_months", "expiry_months must be 1 to 60, or left out for no end");
  }
  if (!isAmount(policy.transferMin) || !isAmount(policy.transferMax) || policy.transferMin > policy.transferMax) {
    throw new RuleError("policy_transfer_bounds", "transfer_min must be 1 or more and at most transfer_max");
  }
  if (policy.transferDailyMax !== null && !isAmount(policy.transferDailyMax)) {
    throw new RuleError("policy_transfer_daily_max", "transfer_daily_max must be 1 to 2^53 − 1, or left out");
  }
  if (!isAmount(policy.openingMin)) {
    throw new RuleError("policy_opening_min", "opening_min must be 1 to 2^53 − 1");
  }
  if (policy.issueMax !== null && !isAmount(policy.issueMax)) {
    throw new RuleError("policy_issue_max", "issue_max must be 1 to 2^53 − 1, or left out for no cap");
  }
  if (policy.reversalWindowMs > REVERSAL_WINDOW_MS_MAX) {
    throw new RuleError("policy_reversal_window", "reversal_window_ms must be at most 400 days");
  }
}

/**
 * The expiry of a lot issued in `month`: "An issue in month *m* under a policy of *n* months makes a lot that can be
 * used through month *m + n*, and is gone after it." (protocol, Points)
 */
export function expiryOfIssueIn(policy: Policy, month: Month): Expiry {
  return policy.expiryMonths === null ? "never" : plusMonths(month, policy.expiryMonths);
}
