/**
 * The answer about an account, made of records that are proven: the same that gateways give. Everything is as of the
 * block: holds that are over by then have returned, counters of days and months before are 0.
 */

import type { Activity } from "../activity.js";
import { NO_ACTIVITY } from "../activity.js";
import type { Address } from "../address.js";
import { isHousehold } from "../address.js";
import type { Account, Balance, HeldPoints, Household, Member, Today } from "../api/accounts.js";
import type { BrandId } from "../brand.js";
import { compareText } from "../bytes.js";
import { NO_GUARDIANS, NO_SAFEGUARDS } from "../guardian.js";
import type { Guardian } from "../guardian.js";
import type { MemberRights } from "../household.js";
import type { Lot, PendingLot, Points } from "../points.js";
import type { Month, TimeMs } from "../time.js";
import { dayOf, isLiveIn, monthOf, plusDays, startOfDay } from "../time.js";
import { recordKinds } from "./kinds.js";
import type { ProvenRecords } from "./proven.js";
import { named } from "./proven.js";
import type { OpenOffer } from "./market.js";
import type { AccountRecord, BalanceRecord, HoldsRecord, OpenHold } from "./records.js";

/** An account as it was after a block, and the activity that its record counts. */
export interface AccountWithActivity {
  /** The account. */
  readonly account: Account;
  /** The activity, which its history has to lead to. */
  readonly activity: Activity;
}

/** An account as proven records have it; throws a `ProvenError` if they don't tell. */
export function accountOf(records: ProvenRecords, address: Address): AccountWithActivity {
  const found = records.get(recordKinds.account, { account: address });
  const record = found === null ? null : broughtTo(found, records.tip.timeMs);
  const brands = record === null ? [] : records.always(recordKinds.brandList, {}).ids;
  const account: Account = {
    address,
    exists: record !== null,
    rotatedKey: record?.rotatedKey ?? null,
    frozen: record?.frozen ?? false,
    guardians: record?.guardians ?? NO_GUARDIANS,
    recovery: record?.recovery ?? null,
    safeguards: record?.safeguards ?? NO_SAFEGUARDS,
    household: householdOf(records, address),
    memberships: records.get(recordKinds.memberships, { account: address })?.households ?? [],
    balances: brands.flatMap((brand) => balanceOf(records, address, brand)),
    holds: brands.flatMap((brand) => heldOf(records, address, brand)),
    today: record === null || isHousehold(address) ? null : todayOf(records, record),
    onlyOf: null,
    height: records.tip.height,
  };
  return { account, activity: record?.activity ?? NO_ACTIVITY };
}

/** An account's record without what is over at a time, and with what has happened by itself until then. */
function broughtTo(record: AccountRecord, time: TimeMs): AccountRecord {
  const { waiting, barred, cancelled } = record.safeguards;
  const isDue = waiting !== null && waiting.fromMs <= time;
  const change = isDue ? waiting.change : null;
  const guardians = change?.type === "set_guardians" ? change.guardians : record.guardians;
  const isGuardian = (one: Guardian): boolean => guardians.guardians.some((other) => isSame(one, other));
  const stillBarred = barred.filter(({ guardian, untilMs }) => {
    return untilMs > time && (change?.type !== "set_guardians" || isGuardian(guardian));
  });
  const safeguards = {
    waiting: isDue ? null : waiting,
    barred: stillBarred,
    cancelled: cancelled !== null && cancelled.untilMs > time ? cancelled : null,
  };
  return { ...record, frozen: record.frozen && change?.type !== "unfreeze", guardians, safeguards };
}

function isSame(one: Guardian, other: Guardian): boolean {
  return "account" in one
    ? "account" in other && one.account === other.account
    : "brand" in other && one.brand === other.brand;
}

const NOTHING_SET_ASIDE: HoldsRecord = { holds: [], offers: [] };

function setAsideOf(records: ProvenRecords, account: Address, brand: BrandId): HoldsRecord {
  return records.get(recordKinds.holds, { account, brand }) ?? NOTHING_SET_ASIDE;
}

/** The lots of holds and offers that are over, with whose limit they count against. */
function endedOf({ holds, offers }: HoldsRecord, time: TimeMs): readonly Pick<OpenHold, "lots" | "counted">[] {
  const ended = offers.filter(({ endsMs }) => endsMs <= time).map(({ lot, counted }) => ({ lots: [lot], counted }));
  return [...holds.filter(({ expiresMs }) => expiresMs <= time), ...ended];
}

/** The offers of an account with a brand that can be taken as proven records have them, the oldest first. */
export function openOffersOf(records: ProvenRecords, account: Address, brand: BrandId): readonly OpenOffer[] {
  return setAsideOf(records, account, brand).offers.filter(({ endsMs }) => records.tip.timeMs < endsMs);
}
function total(lots: readonly Lot[]): Points {
  return lots.reduce((sum, { amount }) => sum + amount, 0n) as Points;
}

/** Lots by rising expiry, those with the same one put together. */
function merged(lots: readonly Lot[]): readonly Lot[] {
  const sums = new Map<Lot["expiry"], bigint>();
  for (const { expiry, amount } of lots) {
    sums.set(expiry, (sums.get(expiry) ?? 0n) + amount);
  }
  const rising = [...sums].sort(([one], [other]) => compareText(one, other));
  return rising.map(([expiry, amount]) => ({ expiry, amount: amount as Points }));
}

/**
 * The balance of a brand, if there is one, with the lots of holds and offers that are over: "From the first block
 * that isn't earlier than that minute its lots are the account's again, for every rule and every read." (protocol,
 * Holds)
 */
function balanceOf(records: ProvenRecords, account: Address, brand: BrandId): readonly Balance[] {
  const month = monthOf(records.tip.timeMs);
  const { lots: own, pending } = matured(records, account, brand);
  const setAside = setAsideOf(records, account, brand);
  const points = [own, pending, setAside.holds, setAside.offers];
  if (points.every(({ length }) => length === 0) || isClosed(records, brand)) {
    return [];
  }
  const over = endedOf(setAside, records.tip.timeMs);
  const lots = merged([...own, ...over.flatMap((hold) => hold.lots)].filter(({ expiry }) => isLiveIn(expiry, month)));
  return lots.length === 0 && pending.length === 0 ? [] : [{ brand, total: total(lots), lots, pending }];
}

/** An account's own record of its points of a brand, in which what has matured has joined the lots. */
function matured(records: ProvenRecords, account: Address, brand: BrandId): BalanceRecord {
  const { lots, pending } = records.get(recordKinds.balance, { account, brand }) ?? { lots: [], pending: [] };
  const today = dayOf(records.tip.timeMs);
  const hasMatured = ({ matures }: PendingLot): boolean => matures <= today;
  return { lots: [...lots, ...pending.filter(hasMatured)], pending: pending.filter((lot) => !hasMatured(lot)) };
}

/** True if a brand has left: nothing of it is anybody's any more. */
function isClosed(records: ProvenRecords, brand: BrandId): boolean {
  const closings = records.get(recordKinds.closings, {})?.brands ?? [];
  return closings.some((closing) => closing.brand === brand && closing.closesMs <= records.tip.timeMs);
}

function heldOf(records: ProvenRecords, account: Address, brand: BrandId): readonly HeldPoints[] {
  const { holds } = setAsideOf(records, account, brand);
  const open = holds.filter((hold) => records.tip.timeMs < hold.expiresMs);
  return open.map(({ reference, dated, expiresMs, lots }) => {
    return { brand, reference, dated, total: total(lots), lots, expiresMs };
  });
}

function householdOf(records: ProvenRecords, household: Address): Household | null {
  const record = records.get(recordKinds.household, { household });
  if (record === null) {
    return null;
  }
  const member = (address: Address, { role, limits }: MemberRights): Member => {
    const spent = limits.map(({ brand }) => ({ brand, points: spentOf(records, household, address, brand) }));
    return { address, role, limits, spent };
  };
  return {
    members: record.members.map((one) => {
      return member(one, records.always(recordKinds.member, { household, member: one }));
    }),
    invited: record.invited.map((one) => {
      return member(one, records.always(recordKinds.invitation, { household, member: one }));
    }),
  };
}

/**
 * The points that a member has spent this month. "What a hold returns in the same month is given back to the limit, at
 * the minute of its end." (protocol, Households)
 */
function spentOf(records: ProvenRecords, household: Address, member: Address, brand: BrandId): Points {
  const month: Month = monthOf(records.tip.timeMs);
  const spent = records.get(recordKinds.spent, { household, member });
  const counted = spent?.month === month ? spent.counts.find((count) => count.brand === brand)?.points : undefined;
  const over = endedOf(setAsideOf(records, household, brand), records.tip.timeMs).filter(({ counted }) => {
    return counted?.member === member && counted.month === month;
  });
  const left = over.reduce((points, hold) => points - total(hold.lots), counted ?? 0n);
  return named(left < 0n ? null : (left as Points));
}

function todayOf(records: ProvenRecords, { used, operates }: AccountRecord): Today {
  const { allowances } = records.always(recordKinds.parameters, {});
  const day = dayOf(records.tip.timeMs);
  const now = used?.day === day ? used : null;
  const allowance = operates > 0 ? allowances.operator : allowances.member;
  return {
    endsMs: startOfDay(plusDays(day, 1)),
    bytes: { used: now?.bytes ?? 0n, most: allowance.bytes },
    operations: { used: BigInt(now?.operations ?? 0), most: BigInt(allowance.operations) },
    openings: operates > 0 ? null : { used: BigInt(now?.opened ?? 0), most: BigInt(allowances.openings) },
    households: { used: BigInt(now?.households ?? 0), most: BigInt(allowances.households) },
  };
}
