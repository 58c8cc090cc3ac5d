/** Points: unsigned, in a brand's smallest unit, with checked arithmetic only. Money between brands likewise. */

import type { Brand } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import type { Fields } from "./codec/combine.js";
import { defaulted, struct } from "./codec/combine.js";
import { mapped, text, textOf, u128, u32, u64 } from "./codec/primitives.js";
import { DecodeError, TextError } from "./error.js";
import type { Day, Expiry } from "./time.js";
import { dayCodec, expiryCodec } from "./time.js";

/** A number of points in the brand's smallest unit, a u64. */
export type Points = Brand<bigint, "Points">;
/** A sum of points over all of a brand's time, which only grows, a u128. */
export type GrossPoints = Brand<bigint, "GrossPoints">;
/** A sum of money in minor units of the settlement currency (öre, cents), a u64. */
export type Money = Brand<bigint, "Money">;
/** The settlement currency of a network: three upper-case letters (ISO 4217), such as `SEK`. */
export type Currency = Brand<string, "Currency">;

const U64_MAX = (1n << 64n) - 1n;

/** Checks that a number is one of points: 0 to 2^64 − 1. */
export function toPoints(points: bigint | number): Points {
  return checked(points) as Points;
}
/** Checks that a number is one of minor units: 0 to 2^64 − 1. */
export function toMoney(minor: bigint | number): Money {
  return checked(minor) as Money;
}

function checked(number: bigint | number): bigint {
  const isExact = typeof number === "bigint" || Number.isSafeInteger(number);
  const whole = isExact ? BigInt(number) : -1n;
  if (whole < 0n || whole > U64_MAX) {
    throw new TextError("number", `${number} is no whole number from 0 to 2^64 − 1`);
  }
  return whole;
}

/** No points. */
export const NO_POINTS = 0n as Points;
/** The sum of some points; null if it overflows. */
export function addPoints(...parts: readonly Points[]): Points | null {
  const sum = parts.reduce<bigint>((total, part) => total + part, 0n);
  return sum > U64_MAX ? null : (sum as Points);
}
/** The difference; null if it would be negative. */
export function subtractPoints(points: Points, less: Points): Points | null {
  return less > points ? null : ((points - less) as Points);
}

/** The forms of points. */
export const pointsCodec = u64 as Codec<bigint> as Codec<Points>;
/** The forms of money. */
export const moneyCodec = u64 as Codec<bigint> as Codec<Money>;

/** Checks that a text is a currency. */
export function parseCurrency(code: string): Currency {
  if (!/^[A-Z]{3}$/.test(code)) {
    throw new TextError("currency", "a currency is three upper-case letters, such as SEK");
  }
  return code as Currency;
}

const CURRENCY_LETTERS = 3;

/** The forms of currencies: three bytes. */
export const currencyCodec: Codec<Currency> = {
  ...text(CURRENCY_LETTERS, parseCurrency),
  write: (writer, code) => writer.raw(new TextEncoder().encode(parseCurrency(code))),
  read(reader) {
    const letters = String.fromCharCode(...reader.raw(CURRENCY_LETTERS));
    if (!/^[A-Z]{3}$/.test(letters)) {
      throw new DecodeError("these bytes are no currency");
    }
    return letters as Currency;
  },
};

/**
 * Reads a sum of points over all of a brand's time: "a string of decimal digits without leading zeros" (protocol,
 * Bytes).
 */
export function parseGrossPoints(digits: string): GrossPoints {
  if (!/^(?:0|[1-9][0-9]*)$/.test(digits) || BigInt(digits) >= 1n << 128n) {
    throw new TextError("number", "a total is a whole number in decimal digits, without leading zeros");
  }
  return BigInt(digits) as GrossPoints;
}

/** The forms of sums over all of a brand's time: a u128 in bytes, digits in JSON. */
export const grossPointsCodec: Codec<GrossPoints> = {
  ...mapped(
    u128,
    (points) => points as GrossPoints,
    (points) => points,
  ),
  toJson: (points) => String(points),
  fromJson: (json) => parseGrossPoints(textOf(json)),
};

/** Points of one brand that expire together (protocol, Points). */
export interface Lot {
  /** The time after which these points are gone. */
  readonly expiry: Expiry;
  /** The number of points. */
  readonly amount: Points;
}

/** The forms of lots. */
export const lotCodec: Codec<Lot> = struct<Lot>({ expiry: expiryCodec, amount: pointsCodec });

/**
 * Points of one brand that wait: until the beginning of a day they can be reversed and not spent (protocol, Pending
 * points).
 */
export interface PendingLot extends Lot {
  /** The day (UTC) at whose beginning they become the account's to spend. */
  readonly matures: Day;
}

/** The forms of lots that wait. */
export const pendingLotCodec: Codec<PendingLot> = struct<PendingLot>({
  matures: dayCodec,
  expiry: expiryCodec,
  amount: pointsCodec,
});

/** An exact sum: whole minor units and millionths of one. */
export interface ExactMoney {
  /** Whole minor units; what can be settled. */
  readonly minor: Money;
  /** The rest, in millionths of a minor unit: 0 to 999999. */
  readonly micro: number;
}

/** The forms of exact sums. */
export const exactMoneyCodec: Codec<ExactMoney> = struct<ExactMoney>({ minor: moneyCodec, micro: u32 });

const MICRO = 1_000_000n;

/** An exact sum in millionths of a minor unit. */
export function inMicro(sum: ExactMoney): bigint {
  return sum.minor * MICRO + BigInt(sum.micro);
}
/** The exact sum of so many millionths of a minor unit. */
export function fromMicro(micro: bigint): ExactMoney {
  return { minor: toMoney(micro / MICRO), micro: Number(micro % MICRO) };
}

/**
 * A brand's totals: issued + refunded = outstanding + pending + held + redeemed + donated + converted out + expired +
 * reversed.
 */
export interface Totals {
  /** Ever issued, for other brands' points included. */
  readonly issued: GrossPoints;
  /** In accounts, not expired. */
  readonly outstanding: Points;
  /** Set aside by holds. */
  readonly held: Points;
  /** Given back for what the brand offers. */
  readonly redeemed: GrossPoints;
  /** Turned into other brands' points. */
  readonly convertedOut: GrossPoints;
  /** Gone with their month: breakage. */
  readonly expired: GrossPoints;
  /** Taken back by the brand. */
  readonly reversed: GrossPoints;
  /** Given for causes. */
  readonly donated: GrossPoints;
  /** Given back of what was redeemed. */
  readonly refunded: GrossPoints;
  /** Given, and not yet in accounts to spend. */
  readonly pending: Points;
}

type LaterTotals = Pick<Totals, "donated" | "refunded" | "pending">;

/** The forms of points of which none stand for a field that JSON leaves out. */
export const pointsOrNoneCodec: Codec<Points> = defaulted(pointsCodec, () => NO_POINTS);

/** The forms of sums of which none stands for a field that JSON leaves out. */
export const grossOrNoneCodec: Codec<GrossPoints> = defaulted(grossPointsCodec, () => 0n as GrossPoints);

const firstTotals: Fields<Omit<Totals, keyof LaterTotals>> = {
  issued: grossPointsCodec,
  outstanding: pointsCodec,
  held: pointsCodec,
  redeemed: grossPointsCodec,
  convertedOut: grossPointsCodec,
  expired: grossPointsCodec,
  reversed: grossPointsCodec,
};
const laterTotals: Fields<LaterTotals> = {
  donated: grossOrNoneCodec,
  refunded: grossOrNoneCodec,
  pending: pointsOrNoneCodec,
};
const firstTotalsCodec = struct(firstTotals);
const laterTotalsCodec = struct(laterTotals);

/**
 * The forms of totals. Version 1 has no donations, refunds and pending points: where there are none, the bytes end
 * before them.
 */
export const totalsCodec: Codec<Totals> = {
  ...struct<Totals>({ ...firstTotals, ...laterTotals }),
  write(writer, totals) {
    firstTotalsCodec.write(writer, totals);
    if (hasLater(totals)) {
      laterTotalsCodec.write(writer, totals);
    }
  },
  read(reader) {
    const first = firstTotalsCodec.read(reader);
    if (reader.isAtEnd()) {
      return { ...first, ...NONE_LATER };
    }
    const later = laterTotalsCodec.read(reader);
    if (!hasLater(later)) {
      throw new DecodeError("totals end before donations, refunds and pending points if there are none");
    }
    return { ...first, ...later };
  },
};

const NONE_LATER: LaterTotals = {
  donated: 0n as GrossPoints,
  refunded: 0n as GrossPoints,
  pending: NO_POINTS,
};

function hasLater({ donated, refunded, pending }: LaterTotals): boolean {
  return donated !== 0n || refunded !== 0n || pending !== 0n;
}

/** True if a brand's totals add up (protocol, Points). */
export function addUp(totals: Totals): boolean {
  const { issued, outstanding, pending, held, redeemed, donated, convertedOut, expired, reversed, refunded } = totals;
  return issued + refunded === outstanding + pending + held + redeemed + donated + convertedOut + expired + reversed;
}
