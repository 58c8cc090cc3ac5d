/** A policy as people write it into fields, and back. */

import type { Points, Policy } from "@lojal/client";
import { AmountError, checkPolicy, formatAmount, LojalError, parseAmount } from "@lojal/client";

/** The units of a time that people write. */
export const UNITS = { days: 86_400_000n, hours: 3_600_000n, minutes: 60_000n } as const;
/** A unit of time. */
export type Unit = keyof typeof UNITS;

/** The fields. Amounts and numbers are texts; an empty one stands for no limit where there can be none. */
export interface PolicyForm {
  readonly expiryMonths: string;
  readonly issueMax: string;
  readonly transferable: boolean;
  readonly transferMin: string;
  readonly transferMax: string;
  readonly transferDailyMax: string;
  readonly openingMin: string;
  readonly convertible: boolean;
  readonly poolable: boolean;
  readonly tradeable: boolean;
  readonly window: string;
  readonly unit: Unit;
}

/** The number of the largest unit that a time is a whole number of. */
export function spanOf(ms: bigint): { readonly count: string; readonly unit: Unit } {
  const fits = (Object.keys(UNITS) as Unit[]).find((unit) => ms % UNITS[unit] === 0n) ?? "minutes";
  return { count: String(ms / UNITS[fits]), unit: fits };
}

/** The time that a number of a unit is; null if the text is no whole number. */
export function msOf(count: string, unit: Unit): bigint | null {
  return /^[0-9]{1,6}$/.test(count.trim()) ? BigInt(count.trim()) * UNITS[unit] : null;
}

/** The fields of a policy. */
export function formOf(policy: Policy, decimals: number): PolicyForm {
  const amount = (points: Points | null): string => (points === null ? "" : formatAmount(points, decimals));
  const { count: window, unit } = spanOf(policy.reversalWindowMs);
  return {
    expiryMonths: policy.expiryMonths === null ? "" : String(policy.expiryMonths),
    issueMax: amount(policy.issueMax),
    transferable: policy.transferable,
    transferMin: amount(policy.transferMin),
    transferMax: amount(policy.transferMax),
    transferDailyMax: amount(policy.transferDailyMax),
    openingMin: amount(policy.openingMin),
    convertible: policy.convertible,
    poolable: policy.poolable,
    tradeable: policy.tradeable,
    window,
    unit,
  };
}

/** A policy as fields say it, or the fields that are wrong. */
export type ReadPolicy =
  | { readonly policy: Policy; readonly wrong: ReadonlySet<keyof PolicyForm> }
  | { readonly policy: null; readonly wrong: ReadonlySet<keyof PolicyForm> };

/** The policy that fields say; what isn't in them stays as it was. */
export function policyOf(form: PolicyForm, old: Policy, decimals: number): ReadPolicy {
  const wrong = new Set<keyof PolicyForm>();
  const amount = (name: "issueMax" | "transferMin" | "transferMax" | "transferDailyMax" | "openingMin"): Points => {
    try {
      return parseAmount(form[name], decimals);
    } catch (error) {
      if (!(error instanceof AmountError)) {
        throw error;
      }
      wrong.add(name);
      return 1n as Points;
    }
  };
  const cap = (name: "issueMax" | "transferDailyMax"): Points | null => {
    return form[name].trim() === "" ? null : amount(name);
  };
  const months = form.expiryMonths.trim();
  if (months !== "" && !/^(?:[1-9]|[1-5][0-9]|60)$/.test(months)) {
    wrong.add("expiryMonths");
  }
  // Until the number of another time is written, a time stays as it was, whatever its unit.
  const was = spanOf(old.reversalWindowMs);
  const isSame = form.window === was.count && form.unit === was.unit;
  const window = isSame ? old.reversalWindowMs : msOf(form.window, form.unit);
  if (window === null) {
    wrong.add("window");
  }
  const policy: Policy = {
    ...old,
    expiryMonths: months === "" ? null : Number(months),
    issueMax: cap("issueMax"),
    transferable: form.transferable,
    transferMin: amount("transferMin"),
    transferMax: amount("transferMax"),
    transferDailyMax: cap("transferDailyMax"),
    openingMin: amount("openingMin"),
    convertible: form.convertible,
    poolable: form.poolable,
    tradeable: form.tradeable,
    reversalWindowMs: window ?? 0n,
  };
  return judged(policy, wrong);
}

function judged(policy: Policy, wrong: Set<keyof PolicyForm>): ReadPolicy {
  if (wrong.size > 0) {
    return { policy: null, wrong };
  }
  try {
    checkPolicy(policy);
    return { policy, wrong };
  } catch (error) {
    if (!(error instanceof LojalError)) {
      throw error;
    }
    const isWindow = error.code.includes("reversal_window");
    return { policy: null, wrong: new Set([isWindow ? "window" : "transferMax"]) };
  }
}
