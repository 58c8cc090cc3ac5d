/** Members of a household and what they may spend (protocol, Households). */

import type { BrandId } from "./brand.js";
import { brandIdCodec } from "./brand.js";
import { compareText, isRising } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { list, names, orEmpty, struct } from "./codec/combine.js";
import { MEMBER_LIMITS_MAX, POINTS_MAX } from "./limits.js";
import type { Points } from "./points.js";
import { NO_POINTS, pointsCodec } from "./points.js";

/**
 * The role of a member of a household. *admin*: everything. *adult*: spends from the pool, brands that are listed up to
 * their limit, all others freely. *child*: redeems and holds, brands that are listed up to their limit, no others.
 */
export type MemberRole = "admin" | "adult" | "child";

/** The number of one brand's points that a member may spend from the pool in a calendar month (UTC). */
export interface MemberLimit {
  /** The brand. */
  readonly brand: BrandId;
  /** Most points in a month; 0: none at all. */
  readonly monthMax: Points;
}

/** A member's role and limits: as offered by an invitation, and as they are. */
export interface MemberRights {
  /** The role in which the member acts. */
  readonly role: MemberRole;
  /** The most that it may spend, by brand, each brand once. */
  readonly limits: readonly MemberLimit[];
}

/** The forms of roles in a household. */
export const memberRoleCodec: Codec<MemberRole> = names(["admin", "adult", "child"] as const);

const limitCodec: Codec<MemberLimit> = struct<MemberLimit>({ brand: brandIdCodec, monthMax: pointsCodec });

/** The forms of a member's limits. */
export const memberLimitsCodec: Codec<readonly MemberLimit[]> = orEmpty(list(limitCodec, 0, MEMBER_LIMITS_MAX));

/** The forms of a member's rights. */
export const memberRightsCodec: Codec<MemberRights> = struct<MemberRights>({
  role: memberRoleCodec,
  limits: memberLimitsCodec,
});

/**
 * True if they keep the rules that need no ledger: "Limits stand by brand, each brand once, […]; an admin has none."
 * (protocol, Households) None is beyond the largest amount.
 */
export function areValidRights({ role, limits }: MemberRights): boolean {
  const inOrder = isRising(limits, (one, other) => compareText(one.brand, other.brand));
  const inRange = limits.every((limit) => limit.monthMax <= POINTS_MAX);
  return inOrder && inRange && (role !== "admin" || limits.length === 0);
}

/**
 * Most points of a brand that the member may spend in a month; null: any number. "*admin*: everything. *adult*: spends
 * from the pool, brands with a limit up to that per calendar month (UTC), others freely. *child*: redeems and holds,
 * listed brands only, up to their limit" (protocol, Households).
 */
export function monthMax({ role, limits }: MemberRights, brand: BrandId): Points | null {
  const listed = limits.find((limit) => limit.brand === brand)?.monthMax;
  switch (role) {
    case "admin":
      return null;
    case "adult":
      return listed ?? null;
    case "child":
      return listed ?? NO_POINTS;
  }
}
