/** Amounts, times and addresses as people of a language read them. */

import type { Day, Expiry, GrossPoints, Points, TimeMs } from "@lojal/client";
import { formatAmount } from "@lojal/client";

import type { Language } from "./preferences.js";

const LOCALES: Readonly<Record<Language, string>> = { sv: "sv-SE", en: "en-GB" };

const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

/** A form of numbers. To make one takes longer than to use it often, so each is made once. */
function numberForm(language: Language, decimals: number): Intl.NumberFormat {
  const key = `${language} ${decimals}`;
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const form = numbers.get(key) ?? new Intl.NumberFormat(LOCALES[language], options);
  numbers.set(key, form);
  return form;
}

/** A form of dates, made once like those of numbers. */
function dateForm(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const form = dates.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], options);
  dates.set(key, form);
  return form;
}

/** An amount of a brand with so many decimals, without a unit. */
export function amountText(points: Points | GrossPoints, decimals: number, language: Language): string {
  const exact = formatAmount(points, decimals) as `${number}`;
  return numberForm(language, decimals).format(exact);
}

/** A whole number. */
export function numberText(number: bigint | number, language: Language): string {
  return numberForm(language, 0).format(number);
}

/** The clock time of a moment, in this browser's time zone. */
export function clockText(time: TimeMs, language: Language): string {
  return dateForm(language, { timeStyle: "short" }).format(time);
}

/** The day of a moment, in this browser's time zone. */
export function dayText(time: TimeMs, language: Language): string {
  return dateForm(language, { dateStyle: "long" }).format(time);
}

/** A day of the ledger. */
export function dateText(day: Day, language: Language): string {
  return dateForm(language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(day));
}

/** Day and clock time of a moment. */
export function momentText(time: TimeMs, language: Language): string {
  return dateForm(language, { dateStyle: "medium", timeStyle: "short" }).format(time);
}

/** The last day on which points with an expiry can be used (UTC); null if they never expire. */
export function lastDayText(expiry: Expiry, language: Language): string | null {
  if (expiry === "never") {
    return null;
  }
  const [year = 0, month = 1] = expiry.split("-").map(Number);
  const last = Date.UTC(year, month, 0);
  const form = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
  return dateForm(language, form).format(last);
}

/** The name of a month with its year. */
export function monthText(month: string, language: Language): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const form = { month: "long", year: "numeric", timeZone: "UTC" } as const;
  return dateForm(language, form).format(Date.UTC(year, number - 1));
}

/** The short name of a month. */
export function shortMonthText(month: string, language: Language): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return dateForm(language, { month: "short", timeZone: "UTC" }).format(
    Date.UTC(year, number - 1),
  );
}

/** A time that is left, as hours, minutes and seconds. */
export function leftText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** The beginning and the end of an address, for lists. */
export function shortAddress(text: string): string {
  return text.length <= 16 ? text : `${text.slice(0, 10)}…${text.slice(-4)}`;
}

/** A ratio, to as many digits as people read at a glance. */
export function ratioText(ratio: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language], { maximumSignificantDigits: 4 }).format(ratio);
}
