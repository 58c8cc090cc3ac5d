/** The records of accounts, holds, households and brands (docs/state.md lists them all). */

import type { Activity } from "../activity.js";
import { activityCodec } from "../activity.js";
import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId, Policy } from "../brand.js";
import { brandIdCodec, daysOrNoneCodec, policyCodec } from "../brand.js";
import type { Codec } from "../codec/codec.js";
import { list, option, someAtEnd, struct, tail } from "../codec/combine.js";
import { bool, u128, u16, u32, u64, u8 } from "../codec/primitives.js";
import { DecodeError, EncodeError } from "../error.js";
import type { Guardians, Recovery, Safeguards } from "../guardian.js";
import { guardiansCodec, recoveryCodec, safeguardsCodec } from "../guardian.js";
import type { Hash, PublicKey } from "../ids.js";
import { hashCodec, publicKeyCodec } from "../ids.js";
import {
  BRANDS_MAX,
  HELD_LOTS_MAX,
  HOLDS_MAX,
  HOUSEHOLD_INVITATIONS_MAX,
  HOUSEHOLD_MEMBERS_MAX,
  LOTS_MAX,
  MEMBERSHIPS_MAX,
  OFFERS_MAX,
  OPERATORS_MAX,
  PENDING_LOTS_MAX,
} from "../limits.js";
import type { Name } from "../name/name.js";
import { nameCodec } from "../name/name.js";
import type { Role } from "../operator.js";
import { rolesCodec } from "../operator.js";
import type { PartnershipProposal, PartnershipTerms } from "../partnership.js";
import { partnershipProposalCodec, partnershipTermsCodec } from "../partnership.js";
import type { Lot, PendingLot, Points } from "../points.js";
import { lotCodec, pendingLotCodec, pointsCodec } from "../points.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";
import type { Day, Expiry, Month, TimeMs } from "../time.js";
import { dayCodec, expiryCodec, monthCodec, timeMsCodec } from "../time.js";
import type { Counted, OpenOffer } from "./market.js";
import { countedCodec, openOfferCodec } from "./market.js";

/** The amounts that an account has used up on one day. */
export interface DayUse {
  /** The day. */
  readonly day: Day;
  /** The encoded bytes of its transactions. */
  readonly bytes: bigint;
  /** The number of their operations. */
  readonly operations: number;
  /**
   * The number of those that were sent from the reserves of `freeze`, `cancel_recovery`, `start_recovery`,
   * `finish_recovery` and `agree`.
   */
  readonly reserved: readonly number[];
  /** The accounts that it has opened by transfers. */
  readonly opened: number;
  /** The households that it has created. */
  readonly households: number;
}

/** An account. */
export interface AccountRecord {
  /** The key that signs, once it has replaced the one that the address is the hash of. */
  readonly rotatedKey: PublicKey | null;
  /** True if its owner has frozen it. */
  readonly frozen: boolean;
  /** The guardians who can bring it back. */
  readonly guardians: Guardians;
  /** The recovery that is under way. */
  readonly recovery: Recovery | null;
  /** The safeguards that keep it from a thief who has the key. */
  readonly safeguards: Safeguards;
  /** The number of brands that it is an operator of. */
  readonly operates: number;
  /** The amounts that it used up on the last day on which it sent something. */
  readonly used: DayUse | null;
  /** The transactions that have concerned it. */
  readonly activity: Activity;
}

/** The number of kinds of operations for which there is a reserve beyond the allowance. */
const RESERVES = 5;

/** As many bytes as there are reserves, without their number before them. */
const reservedCodec: Codec<readonly number[]> = {
  ...list(u8, RESERVES, RESERVES),
  write(writer, value) {
    if (value.length !== RESERVES) {
      throw new EncodeError(`there are ${RESERVES} reserves`);
    }
    value.forEach((one) => u8.write(writer, one));
  },
  read: (reader) => Array.from(reader.raw(RESERVES)),
};

/** The forms of the records of accounts. */
export const accountRecordCodec: Codec<AccountRecord> = struct<AccountRecord>({
  rotatedKey: option(publicKeyCodec),
  frozen: bool,
  guardians: guardiansCodec,
  recovery: option(recoveryCodec),
  safeguards: safeguardsCodec,
  operates: u16,
  used: option(
    struct<DayUse>({
      day: dayCodec,
      bytes: u64,
      operations: u32,
      reserved: reservedCodec,
      opened: u16,
      households: u8,
    }),
  ),
  activity: activityCodec,
});

/** The points that an account has of one brand, by rising expiry. Lots whose month is over may still stand here. */
export interface BalanceRecord {
  /** The lots. */
  readonly lots: readonly Lot[];
  /** The lots that wait, by rising day and expiry. Those whose day has come may still stand here. */
  readonly pending: readonly PendingLot[];
}

/** The forms of the records of balances. */
export const balanceRecordCodec: Codec<BalanceRecord> = struct<BalanceRecord>({
  lots: list(lotCodec, 0, LOTS_MAX),
  pending: someAtEnd(pendingLotCodec, PENDING_LOTS_MAX),
});

/** The points of a brand that mature on one day, by rising expiry. */
export interface PendingRecord {
  /** The points. */
  readonly lots: readonly Lot[];
}

/** The forms of what of a brand matures on one day. */
export const pendingRecordCodec: Codec<PendingRecord> = struct<PendingRecord>({ lots: list(lotCodec, 0, LOTS_MAX) });

/** Points that wait for a brand to take them. */
export interface OpenHold {
  /** The till's request. */
  readonly reference: Reference;
  /** The request's day. */
  readonly dated: Day;
  /** The time from which on they are the account's again: a whole minute. */
  readonly expiresMs: TimeMs;
  /** The lots set aside, by rising expiry. */
  readonly lots: readonly Lot[];
  /** The household's member whose limit it counts against. */
  readonly counted: Counted | null;
}

/**
 * The open holds and offers of an account with one brand, the oldest first. Those whose time has passed may still stand
 * here.
 */
export interface HoldsRecord {
  /** The holds. */
  readonly holds: readonly OpenHold[];
  /** The offers. */
  readonly offers: readonly OpenOffer[];
}

const openHoldCodec: Codec<OpenHold> = struct<OpenHold>({
  reference: referenceCodec,
  dated: dayCodec,
  expiresMs: timeMsCodec,
  lots: list(lotCodec, 1, LOTS_MAX),
  counted: option(countedCodec),
});

/** The forms of the records of holds and offers. */
export const holdsRecordCodec: Codec<HoldsRecord> = struct<HoldsRecord>({
  holds: list(openHoldCodec, 0, HOLDS_MAX),
  offers: someAtEnd(openOfferCodec, OFFERS_MAX),
});

/** The points with one expiry that are held until one minute, by whomever. */
export interface HeldLot {
  /** The minute of the hour at whose start the holds end, 0 to 59. */
  readonly minute: number;
  /** The expiry that the points have in common. */
  readonly expiry: Expiry;
  /** The number of points. */
  readonly amount: Points;
}

/** The points set aside by the holds of one brand that end within one hour, by rising minute and expiry. */
export interface HeldUntilRecord {
  /** The parts. */
  readonly lots: readonly HeldLot[];
}

/** The forms of what the holds of a brand set aside that end within an hour. */
export const heldUntilRecordCodec: Codec<HeldUntilRecord> = struct<HeldUntilRecord>({
  lots: list(struct<HeldLot>({ minute: u8, expiry: expiryCodec, amount: pointsCodec }), 1, HELD_LOTS_MAX),
});

/** Points counted over one day. */
export interface DayCount {
  /** The day. */
  readonly day: Day;
  /** The points. */
  readonly points: Points;
}

/** The forms of points counted over one day. */
export const dayCountCodec: Codec<DayCount> = struct<DayCount>({ day: dayCodec, points: pointsCodec });

/** The households that an account is a member of, sorted. */
export interface MembershipsRecord {
  /** Their addresses. */
  readonly households: readonly Address[];
}

/** The forms of the records of memberships. */
export const membershipsRecordCodec: Codec<MembershipsRecord> = struct<MembershipsRecord>({
  households: list(addressCodec, 0, MEMBERSHIPS_MAX),
});

/** A household. */
export interface HouseholdRecord {
  /** Its members, sorted. */
  readonly members: readonly Address[];
  /** The invited accounts, sorted. */
  readonly invited: readonly Address[];
  /** The brands whose points have ever been in its pool, sorted. */
  readonly brands: readonly BrandId[];
}

/** The forms of the records of households. */
export const householdRecordCodec: Codec<HouseholdRecord> = struct<HouseholdRecord>({
  members: list(addressCodec, 0, HOUSEHOLD_MEMBERS_MAX),
  invited: list(addressCodec, 0, HOUSEHOLD_INVITATIONS_MAX),
  brands: list(brandIdCodec, 0, BRANDS_MAX),
});

/** Points counted of one brand; at least one. */
export interface BrandCount {
  /** The brand. */
  readonly brand: BrandId;
  /** The points. */
  readonly points: Points;
}

/** Points of limited brands that a member of a household has spent in one calendar month. */
export interface SpentRecord {
  /** The month. */
  readonly month: Month;
  /** The points, by brand. */
  readonly counts: readonly BrandCount[];
}

/** The forms of what members have spent. */
export const spentRecordCodec: Codec<SpentRecord> = struct<SpentRecord>({
  month: monthCodec,
  counts: list(struct<BrandCount>({ brand: brandIdCodec, points: pointsCodec }), 1, BRANDS_MAX),
});

/** A brand. */
export interface BrandRecord {
  /** The name by which people know it. */
  readonly name: Name;
  /** Decimals in which its points are displayed. */
  readonly decimals: number;
  /** The rules of what can be done with its points. */
  readonly policy: Policy;
  /** True if the validators have suspended it. */
  readonly suspended: boolean;
  /** The time at which it leaves, or has left. */
  readonly closesMs: TimeMs | null;
  /** The days that what it issues is pending. */
  readonly pendingDays: number;
}

const someDaysCodec = tail(u8);

/** Days at the end of a record, where there are any. */
const daysAtEndCodec: Codec<number> = {
  ...daysOrNoneCodec,
  write: (writer, days) => someDaysCodec.write(writer, days === 0 ? null : days),
  read(reader) {
    const days = someDaysCodec.read(reader);
    if (days === 0) {
      throw new DecodeError("a record ends before its days if there are none");
    }
    return days ?? 0;
  },
};

/** The forms of the records of brands. */
export const brandRecordCodec: Codec<BrandRecord> = struct<BrandRecord>({
  name: nameCodec,
  decimals: u8,
  policy: policyCodec,
  suspended: bool,
  closesMs: option(timeMsCodec),
  pendingDays: daysAtEndCodec,
});

/** A brand that leaves or has left. */
export interface Closing {
  /** The time at which it does. */
  readonly closesMs: TimeMs;
  /** The brand. */
  readonly brand: BrandId;
}

/** The brands that leave or have left, by the time at which they do. */
export interface ClosingsRecord {
  /** They. */
  readonly brands: readonly Closing[];
}

/** The forms of the record of the brands that leave. */
export const closingsRecordCodec: Codec<ClosingsRecord> = struct<ClosingsRecord>({
  brands: list(struct<Closing>({ closesMs: timeMsCodec, brand: brandIdCodec }), 0, BRANDS_MAX),
});

/** The ids of brands, sorted. */
export interface BrandListRecord {
  /** The ids. */
  readonly ids: readonly BrandId[];
}

/** The forms of lists of brands. */
export const brandListRecordCodec: Codec<BrandListRecord> = struct<BrandListRecord>({
  ids: list(brandIdCodec, 0, BRANDS_MAX),
});

/** An operator of a brand. */
export interface OperatorRecord {
  /** The roles in which it acts. */
  readonly roles: readonly Role[];
  /** Most points that it may issue in a day. */
  readonly issueDailyMax: Points | null;
}

/** The forms of the records of operators. */
export const operatorRecordCodec: Codec<OperatorRecord> = struct<OperatorRecord>({
  roles: rolesCodec,
  issueDailyMax: option(pointsCodec),
});

/** The accounts of a brand's operators, sorted. */
export interface OperatorListRecord {
  /** The accounts. */
  readonly operators: readonly Address[];
}

/** The forms of lists of operators. */
export const operatorListRecordCodec: Codec<OperatorListRecord> = struct<OperatorListRecord>({
  operators: list(addressCodec, 0, OPERATORS_MAX),
});

/** The terms that two brands have agreed on, or are about to, in one direction. */
export interface PartnershipRecord {
  /** The terms in force. */
  readonly terms: PartnershipTerms | null;
  /** Terms that the other brand hasn't accepted yet. */
  readonly proposal: PartnershipProposal | null;
}

/** The forms of the records of partnerships. */
export const partnershipRecordCodec: Codec<PartnershipRecord> = struct<PartnershipRecord>({
  terms: option(partnershipTermsCodec),
  proposal: option(partnershipProposalCodec),
});

/** The debt of one brand to another. */
export interface ObligationRecord {
  /** In millionths of the settlement currency's minor unit. */
  readonly owedMicro: bigint;
}

/** The forms of the records of debts. */
export const obligationRecordCodec: Codec<ObligationRecord> = struct<ObligationRecord>({ owedMicro: u128 });

/** The forms of digests over transaction ids in the order in which they came. */
export const recentRecordCodec: Codec<Activity> = activityCodec;

/** The root of a shelf's tree, the number of its records and the time of its drop. */
export interface ShelfRecord {
  /** The root of its tree. */
  readonly root: Hash;
  /** The number of its records. */
  readonly count: bigint;
  /** The time from which on it is gone. */
  readonly dropMs: TimeMs;
}

/** The forms of the records of shelves. */
export const shelfRecordCodec: Codec<ShelfRecord> = struct<ShelfRecord>({
  root: hashCodec,
  count: u64,
  dropMs: timeMsCodec,
});
