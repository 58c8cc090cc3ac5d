/**
 * The days that references were first sent with: a reference that is sent again has the same day, whatever the clock
 * says then. As text, so that a program keeps it as it likes; the wallet of the command line keeps it in the file
 * `dates` of its home.
 */

import type { BrandId } from "../brand.js";
import { LojalError } from "../error.js";
import { RECEIPT_DAYS } from "../limits.js";
import type { Operation } from "../operation/operation.js";
import type { Reference } from "../reference.js";
import type { Day } from "../time.js";
import { parseDay, plusDays } from "../time.js";

/** Most references whose days are kept; those first sent the longest ago go first. */
export const DATES_MAX = 100_000;

/** A kind of operation whose reference has a day that the sender chooses. */
export type DatedKind = "issue" | "reversal" | "capture";

/** A reference, as its brand and its kind of operation tell it from others. */
export interface Dated {
  /** The brand. */
  readonly brand: BrandId;
  /** The kind of operation. */
  readonly kind: DatedKind;
  /** The reference. */
  readonly reference: Reference;
}

/** A text that doesn't say the days of references. */
export class DatesError extends LojalError {
  override readonly code = "dates_damaged";
}

/** The days of references after one more is kept, and the day that is kept of it. */
export interface KeptDay {
  /** The text with the days, which has to be stored before anything is sent. */
  readonly dates: string;
  /** The day with which to send: an earlier one, if there is one. */
  readonly day: Day;
}

interface Line {
  readonly name: string;
  readonly day: Day;
}

function nameOf({ brand, kind, reference }: Dated): string {
  return `${brand} ${kind} ${reference} `;
}

function linesOf(dates: string): readonly Line[] {
  return dates
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const end = line.lastIndexOf(" ") + 1;
      try {
        return { name: line.slice(0, end), day: parseDay(line.slice(end)) };
      } catch (cause) {
        throw new DatesError(`${JSON.stringify(line)} names no day`, { cause });
      }
    });
}

/** The day that a reference was first sent with; null if none is kept. */
export function knownDay(dates: string, dated: Dated): Day | null {
  const name = nameOf(dated);
  return linesOf(dates).find((line) => line.name === name)?.day ?? null;
}

/**
 * Keeps the day of a reference that is about to be sent for the first time, and answers with the one that is kept. Days
 * that no network takes any more by the ledger's day, `today`, are forgotten.
 */
export function keepDay(dates: string, dated: Dated, day: Day, today: Day): KeptDay {
  const known = knownDay(dates, dated);
  if (known !== null) {
    return { dates, day: known };
  }
  const oldest = plusDays(today, -RECEIPT_DAYS[1]);
  const kept = [...linesOf(dates).filter((line) => line.day >= oldest), { name: nameOf(dated), day }];
  const text = kept.slice(-DATES_MAX).map((line) => `${line.name}${line.day}\n`);
  return { dates: text.join(""), day };
}

/** The reference of an operation whose day its sender chooses, with that day; null for other operations. */
export function datedOf(operation: Operation): (Dated & { readonly day: Day }) | null {
  const kinds = { issue: "issue", reverse: "reversal", capture: "capture" } as const;
  switch (operation.type) {
    case "issue":
    case "reverse":
    case "capture": {
      const { brand, reference, dated: day } = operation;
      return { brand, kind: kinds[operation.type], reference, day };
    }
    default:
      return null;
  }
}
