/** Amounts as people write them: whole numbers inside, a brand's decimals outside. */

import { FaultError } from "../error.js";
import { POINTS_MAX } from "../limits.js";
import type { GrossPoints, Points } from "../points.js";
import { typed } from "./typed.js";

/** Digits between two commas. */
const GROUP = 3;

/** The reason that a text is no amount of a brand. */
export type AmountFault = "form" | "negative" | "decimals" | "zero" | "too_large";

/** A text that is no amount of a brand. */
export class AmountError extends FaultError<"amount", AmountFault> {
  constructor(fault: AmountFault, message: string) {
    super("amount", fault, message);
  }
}

/**
 * Reads an amount such as `12.50` of a brand whose points are displayed with `decimals` decimals; also as tables show
 * it, `1,250.00`, and with a comma before the decimals, `12,50`, where nothing else can be meant.
 */
export function parseAmount(text: string, decimals: number): Points {
  const form = typedForm(text);
  if (form?.startsWith("-") === true && parts(form.slice(1), decimals) !== null) {
    throw new AmountError("negative", `${form} is less than zero: write the amount without a sign`);
  }
  const found = form === null ? null : parts(form, decimals);
  if (found === null) {
    const how = "write digits, with a point before decimals and nothing between thousands, like 1250 or 12.50";
    throw new AmountError("form", `${JSON.stringify(text)} is no amount, or could be two: ${how}`);
  }
  const [whole, fraction] = found;
  if (fraction.length > decimals) {
    const has = decimals === 0 ? "none" : `at most ${decimals}`;
    throw new AmountError("decimals", `${text} has too many decimals: this brand's points have ${has}`);
  }
  const amount = BigInt(whole + fraction.padEnd(decimals, "0"));
  if (amount === 0n) {
    throw new AmountError("zero", "the amount must be more than zero");
  }
  if (amount > POINTS_MAX) {
    const most = formatAmount(POINTS_MAX as Points, decimals);
    throw new AmountError("too_large", `${text} is more than the largest amount, ${most}`);
  }
  return amount as Points;
}

function typedForm(text: string): string | null {
  try {
    return typed(text);
  } catch {
    return null;
  }
}

/** The digits before the decimals, and the decimals; null if it is no amount. */
function parts(text: string, decimals: number): readonly [string, string] | null {
  const found = /^([0-9,]+)(?:\.([0-9]+))?$/.exec(text);
  if (found === null) {
    return null;
  }
  const [, whole = "", fraction] = found;
  const comma = /^([0-9]+),([0-9]+)$/.exec(whole);
  if (fraction === undefined && comma !== null) {
    const [, before = "", rest = ""] = comma;
    if (isDecimalComma(before, rest, decimals)) {
      return [before, rest];
    }
    // Thousands, as a brand without decimals shows them; or thousandths, of a brand with some.
    if (decimals > 0) {
      return null;
    }
  }
  if (fraction === undefined && decimals > 0 && /^[^,]*,[0-9]+$/.test(whole)) {
    return null;
  }
  const [first = "", ...groups] = whole.split(",");
  const isPlain = groups.length === 0 && first !== "";
  const isGrouped = /^[1-9][0-9]{0,2}$/.test(first) && groups.every((group) => group.length === GROUP);
  return isPlain || isGrouped ? [first + groups.join(""), fraction ?? ""] : null;
}

/**
 * Tells whether a single comma can only stand before decimals: what follows can't be thousands, and the brand has
 * decimals.
 */
function isDecimalComma(whole: string, rest: string, decimals: number): boolean {
  const couldBeThousands = rest.length === GROUP && whole.length <= GROUP && !whole.startsWith("0");
  return decimals > 0 && !couldBeThousands;
}

/** An amount as {@link parseAmount} reads it, with all of the brand's decimals. */
export function formatAmount(points: Points | GrossPoints, decimals: number): string {
  const [whole, fraction] = split(points, decimals);
  return whole + fraction;
}

/** An amount for tables, with a comma between thousands: `1,250`. */
export function formatAmountGrouped(points: Points | GrossPoints, decimals: number): string {
  const [whole, fraction] = split(points, decimals);
  return whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ",") + fraction;
}

function split(points: bigint, decimals: number): readonly [string, string] {
  const digits = String(points).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  return [digits.slice(0, at), decimals === 0 ? "" : `.${digits.slice(at)}`];
}
