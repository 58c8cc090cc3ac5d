/** Time as the ledger knows it: milliseconds from block headers, days and calendar months (UTC). */

import type { Brand } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { mapped, textOf, u16, u32, u64, decoding } from "./codec/primitives.js";
import { DecodeError, TextError } from "./error.js";
import { TIME_MS_MAX } from "./limits.js";

/** Milliseconds since 1970-01-01T00:00:00Z, at most to the end of the year 6999. */
export type TimeMs = Brand<number, "TimeMs">;
/** A day (UTC), `YYYY-MM-DD`. Texts of days sort as the days do. */
export type Day = Brand<string, "Day">;
/** A calendar month (UTC), `YYYY-MM`. Texts of months sort as the months do. */
export type Month = Brand<string, "Month">;
/** The end of a lot's points: after a month, or never. Earlier expiry sorts first, as text. */
export type Expiry = Month | "never";

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FIRST_YEAR = 1970;
const MONTH_MAX = 2 ** 16 - 1;
const DAY_MAX = Math.floor(TIME_MS_MAX / DAY_MS);

/** Checks that a number is a time. */
export function toTimeMs(ms: number): TimeMs {
  if (!Number.isInteger(ms) || ms < 0 || ms > TIME_MS_MAX) {
    throw new TextError("time", `time ${ms} ms lies beyond the year 6999; give Unix time in milliseconds`);
  }
  return ms as TimeMs;
}
/** The time so many milliseconds later, or the latest representable one. */
export function plusMs(time: TimeMs, ms: number): TimeMs {
  return Math.min(time + ms, TIME_MS_MAX) as TimeMs;
}
/** The first whole minute that isn't earlier; null beyond the last representable one. */
export function toWholeMinute(time: TimeMs): TimeMs | null {
  const minute = Math.ceil(time / MINUTE_MS) * MINUTE_MS;
  return minute > TIME_MS_MAX ? null : (minute as TimeMs);
}
/**
 * The time at which a hold ends that was asked to end at `expiresMs`. "A hold ends on a whole minute: its `expires_ms`,
 * which is at most 30 days ahead, is rounded up." (protocol, Holds)
 */
export function holdEnd(expiresMs: TimeMs): TimeMs {
  return toWholeMinute(expiresMs) ?? expiresMs;
}
/** The day (UTC) that contains a time. */
export function dayOf(time: TimeMs): Day {
  return new Date(time).toISOString().slice(0, "YYYY-MM-DD".length) as Day;
}
/** The calendar month (UTC) that contains a time. */
export function monthOf(time: TimeMs): Month {
  return new Date(time).toISOString().slice(0, "YYYY-MM".length) as Month;
}

/** Checks that a text is a month: `2027-03`. */
export function parseMonth(text: string): Month {
  const found = /^([0-9]{4})-([0-9]{2})$/.exec(text);
  const [year, month] = [Number(found?.[1]), Number(found?.[2])];
  const months = (year - FIRST_YEAR) * 12 + month - 1;
  if (found === null || month < 1 || month > 12 || months < 0 || months > MONTH_MAX) {
    throw new TextError("month", "expected a month like 2027-03, or never");
  }
  return text as Month;
}
/** Checks that a text is an expiry: a month, or `never`. */
export function parseExpiry(text: string): Expiry {
  return text === "never" ? text : parseMonth(text);
}
/** Months since January 1970. */
export function monthNumber(month: Month): number {
  return (Number(month.slice(0, 4)) - FIRST_YEAR) * 12 + Number(month.slice(5)) - 1;
}
/** The month so many months after January 1970. */
export function monthOfNumber(months: number): Month {
  const year = String(FIRST_YEAR + Math.floor(months / 12)).padStart(4, "0");
  return `${year}-${String((months % 12) + 1).padStart(2, "0")}` as Month;
}
/** The month so many months later, or the last representable one. */
export function plusMonths(month: Month, months: number): Month {
  return monthOfNumber(Math.min(monthNumber(month) + months, MONTH_MAX));
}
/** The first millisecond of a month. */
export function startOfMonth(month: Month): TimeMs {
  const number = monthNumber(month);
  return Math.min(Date.UTC(FIRST_YEAR + Math.floor(number / 12), number % 12), TIME_MS_MAX) as TimeMs;
}
/** True if points with an expiry can still be used in a month. */
export function isLiveIn(expiry: Expiry, month: Month): boolean {
  return expiry === "never" || expiry >= month;
}

/** Checks that a text is a day: `2027-03-14`. */
export function parseDay(text: string): Day {
  const ms = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? Date.parse(`${text}T00:00:00.000Z`) : Number.NaN;
  if (!(ms >= 0 && ms <= TIME_MS_MAX) || dayOf(ms as TimeMs) !== text) {
    throw new TextError("day", "expected a day like 2027-03-14, up to the year 6999");
  }
  return text as Day;
}
/** Days since 1970-01-01. */
export function dayNumber(day: Day): number {
  return Date.parse(`${day}T00:00:00.000Z`) / DAY_MS;
}
/** The day so many days after 1970-01-01. */
export function dayOfNumber(days: number): Day {
  if (!Number.isInteger(days) || days < 0 || days > DAY_MAX) {
    throw new TextError("day", "expected a day up to the year 6999");
  }
  return dayOf((days * DAY_MS) as TimeMs);
}
/** The day so many days later, or earlier if that is negative, within what can be represented. */
export function plusDays(day: Day, days: number): Day {
  return dayOfNumber(Math.max(0, Math.min(dayNumber(day) + days, DAY_MAX)));
}
/** The first millisecond of a day. */
export function startOfDay(day: Day): TimeMs {
  return (dayNumber(day) * DAY_MS) as TimeMs;
}
/** The calendar month (UTC) that a day is in. */
export function monthOfDay(day: Day): Month {
  return day.slice(0, "YYYY-MM".length) as Month;
}

/** The forms of times. */
export const timeMsCodec: Codec<TimeMs> = mapped(
  u64,
  (ms) => toTimeMs(Number(ms)),
  (time) => BigInt(toTimeMs(time)),
);

/** The forms of months: a u16 in bytes. */
export const monthCodec: Codec<Month> = {
  ...mapped(u16, monthOfNumber, (month) => monthNumber(parseMonth(month))),
  toJson: (month) => month,
  fromJson: (json) => parseMonth(textOf(json)),
};

/** The forms of days: a u32 in bytes. */
export const dayCodec: Codec<Day> = {
  ...mapped(u32, dayOfNumber, (day) => dayNumber(parseDay(day))),
  toJson: (day) => day,
  fromJson: (json) => parseDay(textOf(json)),
};

/** The forms of expiries. */
export const expiryCodec: Codec<Expiry> = {
  write(writer, expiry) {
    writer.small(expiry === "never" ? 1 : 0, 1);
    if (expiry !== "never") {
      monthCodec.write(writer, expiry);
    }
  },
  read(reader) {
    const variant = reader.small(1);
    if (variant > 1) {
      throw new DecodeError(`there is no expiry with number ${variant}`);
    }
    return variant === 1 ? "never" : decoding(() => monthCodec.read(reader));
  },
  toJson: (expiry) => expiry,
  fromJson: (json) => parseExpiry(textOf(json)),
};
