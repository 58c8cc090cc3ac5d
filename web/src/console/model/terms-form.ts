/** The terms of a partnership as people write them into fields, and back. */

import type { Money, PartnershipTerms, Points, TimeMs } from "@lojal/client";
import {
  AmountError,
  checkTerms,
  formatAmount,
  LojalError,
  parseAmount,
  parseDay,
  plusDays,
  startOfDay,
} from "@lojal/client";

/** Decimals of a sum of the settlement currency. */
const MONEY_DECIMALS = 2;
/** Decimals of the worth of a point: millionths of the currency's minor unit. */
const PRICE_DECIMALS = 8;
/** Largest number of a rate. */
const RATE_MAX = 2n ** 32n - 1n;

/** The fields, as texts: amounts of both brands, sums of the currency, and the last day (UTC). */
export interface TermsForm {
  readonly gone: string;
  readonly come: string;
  readonly price: string;
  readonly daily: string;
  readonly owed: string;
  readonly lastDay: string;
}

/** Empty fields. */
export const NO_TERMS: TermsForm = { gone: "", come: "", price: "", daily: "", owed: "", lastDay: "" };

/** The decimals of the two brands' points. */
export interface Decimals {
  readonly from: number;
  readonly to: number;
}

/** The fields of terms. */
export function termsFormOf(terms: PartnershipTerms, decimals: Decimals): TermsForm {
  const price = terms.priceMicro * 10n ** BigInt(decimals.from);
  const last = new Date(terms.endsMs - 1).toISOString().slice(0, 10);
  return {
    gone: formatAmount(BigInt(terms.rateDen) as Points, decimals.from),
    come: formatAmount(BigInt(terms.rateNum) as Points, decimals.to),
    price: formatAmount(price as Points, PRICE_DECIMALS).replace(/\.?0+$/, ""),
    daily: formatAmount(terms.dailyMax, decimals.from),
    owed: formatAmount(terms.owedMax as bigint as Points, MONEY_DECIMALS),
    lastDay: last,
  };
}

/** Terms as fields say them, or the fields that are wrong. */
export interface ReadTerms {
  readonly terms: PartnershipTerms | null;
  readonly wrong: ReadonlySet<keyof TermsForm>;
}

/** The worth of the smallest unit of points that are worth so much; null if it is no whole number of millionths. */
function priceOf(text: string, decimals: number): bigint | null {
  const whole = text.trim() === "0" ? 0n : parseAmount(text, PRICE_DECIMALS);
  const unit = 10n ** BigInt(decimals);
  return whole % unit === 0n ? whole / unit : null;
}

function endOf(day: string): TimeMs {
  return startOfDay(plusDays(parseDay(day), 1));
}

/** The terms that fields say. */
export function termsOf(form: TermsForm, decimals: Decimals): ReadTerms {
  const wrong = new Set<keyof TermsForm>();
  const field = <T>(name: keyof TermsForm, read: () => T | null, otherwise: T): T => {
    try {
      const value = read();
      if (value !== null) {
        return value;
      }
    } catch (error) {
      if (!(error instanceof AmountError) && !(error instanceof LojalError)) {
        throw error;
      }
    }
    wrong.add(name);
    return otherwise;
  };
  const rate = (text: string, places: number) => (): number | null => {
    const amount = parseAmount(text, places);
    return amount > RATE_MAX ? null : Number(amount);
  };
  const terms: PartnershipTerms = {
    rateDen: field("gone", rate(form.gone, decimals.from), 1),
    rateNum: field("come", rate(form.come, decimals.to), 1),
    priceMicro: field("price", () => priceOf(form.price, decimals.from), 0n),
    dailyMax: field("daily", () => parseAmount(form.daily, decimals.from), 1n as Points),
    owedMax: field("owed", () => parseAmount(form.owed, MONEY_DECIMALS) as bigint as Money, 1n as Money),
    endsMs: field("lastDay", () => endOf(form.lastDay), 0 as TimeMs),
  };
  field("price", () => (checkTerms(terms), true), true);
  return { terms: wrong.size === 0 ? terms : null, wrong };
}
