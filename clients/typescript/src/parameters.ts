/** Network-wide settings, and brands as they start (protocol, Limits; protocol, Allowances). */

import { addressOfKey } from "./address.js";
import type { BrandId, Policy } from "./brand.js";
import { brandIdCodec, checkPolicy, policyCodec } from "./brand.js";
import type { Codec } from "./codec/codec.js";
import { defaulted, list, option, orEmpty, struct } from "./codec/combine.js";
import { u16, u32, u64, u8 } from "./codec/primitives.js";
import { RuleError } from "./error.js";
import type { PublicKey } from "./ids.js";
import { publicKeyCodec } from "./ids.js";
import { isValidKey } from "./key.js";
import {
  ALLOWANCE_BYTES,
  ALLOWANCE_OPERATIONS,
  BLOCK_BYTES_MAX,
  BLOCK_TRANSACTIONS_MAX,
  DECIMALS_MAX,
  HOUSEHOLDS_DAILY,
  KEEP_MONTHS,
  KEEP_MONTHS_DEFAULT,
  OPENINGS_DAILY,
  OPERATORS_MAX,
  POINTS_MAX,
  RECEIPT_DAYS,
  RECEIPT_DAYS_DEFAULT,
  RECOVERY_DELAY_MS,
  RECOVERY_DELAY_MS_DEFAULT,
  SNAPSHOT_INTERVAL_MS,
  SNAPSHOT_INTERVAL_MS_DEFAULT,
  TRANSACTION_BYTES_MAX,
} from "./limits.js";
import type { Name } from "./name/name.js";
import { nameCodec } from "./name/name.js";
import type { Role } from "./operator.js";
import { ROLES, rolesCodec, rolesInOrder } from "./operator.js";
import type { Points } from "./points.js";
import { pointsCodec } from "./points.js";

/** Most that the transactions of one account may be together in a day (UTC). */
export interface Allowance {
  /** Their encoded bytes. */
  readonly bytes: bigint;
  /** Their operations. */
  readonly operations: number;
}

/** Most that accounts may use up in a day (UTC). */
export interface Allowances {
  /** The accounts that a member may open by sending points to addresses that have none. */
  readonly openings: number;
  /** The households that an account may create. */
  readonly households: number;
  /** The transactions of a member. */
  readonly member: Allowance;
  /** The transactions of an account that is an operator of a brand. */
  readonly operator: Allowance;
}

/** The allowances of a network that has no reason for others. */
export const STANDARD_ALLOWANCES: Allowances = {
  openings: 8,
  households: 4,
  member: { bytes: 64n * 1024n, operations: 400 },
  operator: { bytes: 1n << 30n, operations: 20_000_000 },
};

/** Network-wide settings. */
export interface Parameters {
  /** The time that an idle network waits before it makes an empty block. */
  readonly heartbeatMs: bigint;
  /** Largest encoded block, in bytes. */
  readonly blockBytesMax: number;
  /** Most transactions in a block. */
  readonly blockTransactionsMax: number;
  /** The time that an owner has to cancel a recovery once enough guardians agree, in milliseconds. */
  readonly recoveryDelayMs: bigint;
  /** Most days that the date of a reference lies before the block that uses it. */
  readonly receiptDays: number;
  /** The number of months for which references are remembered after the month of their date. */
  readonly keepMonths: number;
  /** The length of the windows of block time after whose first blocks the state is cut, in milliseconds. */
  readonly snapshotIntervalMs: bigint;
  /** Most that accounts may use up in a day. */
  readonly allowances: Allowances;
}

const allowanceCodec: Codec<Allowance> = struct<Allowance>({ bytes: u64, operations: u32 });
const allowancesCodec: Codec<Allowances> = struct<Allowances>({
  openings: u16,
  households: u8,
  member: allowanceCodec,
  operator: allowanceCodec,
});

/** The forms of network-wide settings. */
export const parametersCodec: Codec<Parameters> = struct<Parameters>({
  heartbeatMs: u64,
  blockBytesMax: u32,
  blockTransactionsMax: u32,
  recoveryDelayMs: defaulted(u64, () => RECOVERY_DELAY_MS_DEFAULT),
  receiptDays: defaulted(u8, () => RECEIPT_DAYS_DEFAULT),
  keepMonths: defaulted(u8, () => KEEP_MONTHS_DEFAULT),
  snapshotIntervalMs: defaulted(u64, () => SNAPSHOT_INTERVAL_MS_DEFAULT),
  allowances: defaulted(allowancesCodec, () => STANDARD_ALLOWANCES),
});

/** The settings of governance itself. */
export interface Settings {
  /** The time after which a motion that nobody decided lapses, in milliseconds. */
  readonly motionLapseMs: bigint;
}

/** The forms of the settings of governance. */
export const settingsCodec: Codec<Settings> = struct<Settings>({ motionLapseMs: u64 });

/** A key that acts for a brand. */
export interface GenesisOperator {
  /** The key; the operator's account is the address of this key. */
  readonly publicKey: PublicKey;
  /** The roles in which it acts, in their order, each once. */
  readonly roles: readonly Role[];
  /** Most points that it may issue in a day (UTC); null: any number. */
  readonly issueDailyMax: Points | null;
}

/** A brand as it starts. */
export interface GenesisBrand {
  /** Its id. */
  readonly id: BrandId;
  /** The name by which people know it. */
  readonly name: Name;
  /** Decimals in which its points are displayed. */
  readonly decimals: number;
  /** The rules of what can be done with its points. */
  readonly policy: Policy;
  /** The keys that act for it. */
  readonly operators: readonly GenesisOperator[];
}

/** The forms of keys that act for a brand. */
export const genesisOperatorCodec: Codec<GenesisOperator> = struct<GenesisOperator>({
  publicKey: publicKeyCodec,
  roles: rolesCodec,
  issueDailyMax: option(pointsCodec),
});

/** The forms of brands as they start. */
export const genesisBrandCodec: Codec<GenesisBrand> = struct<GenesisBrand>({
  id: brandIdCodec,
  name: nameCodec,
  decimals: u8,
  policy: policyCodec,
  operators: orEmpty(list(genesisOperatorCodec, 0, OPERATORS_MAX)),
});

function checkRange<T extends bigint | number>(name: string, value: T, [min, max]: readonly [T, T]): void {
  if (value < min || value > max) {
    throw new RuleError("parameter", `parameter ${name}: it must be ${min} to ${max}`);
  }
}

/**
 * Checks parameters against their limits: "Genesis, and later motions (`SetParameters`), set the bytes and transactions
 * of a block at or below the limits here, and the heartbeat (100 ms to 60 s), the recovery delay (1 s to 30 days),
 * `receipt_days` (1 to 62), `keep_months` (3 to 36), `snapshot_interval_ms` (1 s to 24 h)" (protocol, Limits)
 */
export function checkParameters(parameters: Parameters): void {
  // A block must have room for its header and one transaction of the largest size.
  checkRange("block_bytes_max", parameters.blockBytesMax, [2 * TRANSACTION_BYTES_MAX, BLOCK_BYTES_MAX]);
  checkRange("block_transactions_max", parameters.blockTransactionsMax, [1, BLOCK_TRANSACTIONS_MAX]);
  checkRange("heartbeat_ms", parameters.heartbeatMs, [100n, 60_000n]);
  checkRange("recovery_delay_ms", parameters.recoveryDelayMs, RECOVERY_DELAY_MS);
  checkRange("receipt_days", parameters.receiptDays, RECEIPT_DAYS);
  checkRange("keep_months", parameters.keepMonths, KEEP_MONTHS);
  checkRange("snapshot_interval_ms", parameters.snapshotIntervalMs, SNAPSHOT_INTERVAL_MS);
  const { openings, households, member, operator } = parameters.allowances;
  for (const [name, allowance] of [
    ["member", member],
    ["operator", operator],
  ] as const) {
    checkRange(`allowances.${name}.bytes`, allowance.bytes, ALLOWANCE_BYTES);
    checkRange(`allowances.${name}.operations`, allowance.operations, ALLOWANCE_OPERATIONS);
  }
  checkRange("allowances.openings", openings, OPENINGS_DAILY);
  checkRange("allowances.households", households, HOUSEHOLDS_DAILY);
}

/** Checks a brand by itself: its decimals, its policy, its operators. */
export function checkGenesisBrand(brand: GenesisBrand): void {
  checkPolicy(brand.policy);
  if (brand.decimals > DECIMALS_MAX) {
    throw new RuleError("brand_decimals", `brand ${brand.id}: decimals must be 0 to ${DECIMALS_MAX}`);
  }
  const operators = brand.operators.map((one) => addressOfKey(one.publicKey));
  const areDistinct = new Set(operators).size === operators.length;
  const areRight = brand.operators.every((one) => isValidKey(one.publicKey) && rolesInOrder(one.roles));
  if (!areDistinct || !areRight) {
    const needs = `a valid public_key of its own and roles in the order ${ROLES.join(", ")}`;
    throw new RuleError("brand_operator", `brand ${brand.id}: every operator needs ${needs}`);
  }
  if (brand.operators.some((one) => one.issueDailyMax !== null && one.issueDailyMax > POINTS_MAX)) {
    throw new RuleError("brand_issue_daily_max", `brand ${brand.id}: issue_daily_max must be at most ${POINTS_MAX}`);
  }
}
