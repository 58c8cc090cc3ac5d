/** The operations of a transaction in words, for lists, details and tables. */

import type { Address, api, BrandId, Operation, TransactionId } from "@lojal/client";
import { formatAmount } from "@lojal/client";

import { csvOf } from "./csv.js";
import type { Say } from "./say.js";
import { pointsOf } from "./tell-actions.js";

/** The facts of an operation: names and values. */
export type Facts = readonly (readonly [string, string])[];

/** The name of an operation. */
export function titleOf({ type }: Operation, say: Say): string {
  return say.words.operations[type] ?? type;
}

/** The brand that an operation is about, if it is about one. */
export function brandOfOperation(operation: Operation): BrandId | null {
  if ("brand" in operation) {
    return operation.brand;
  }
  return "creditor" in operation ? operation.creditor : null;
}

/** The account on the other side of an operation, if there is one. */
export function accountOf(operation: Operation): Address | null {
  switch (operation.type) {
    case "issue":
    case "stamp":
    case "grant":
    case "refund":
      return operation.to;
    case "redeem":
    case "transfer":
    case "reverse":
    case "take_back":
    case "hold":
    case "capture":
    case "release":
      return operation.from;
    case "remove_operator":
      return operation.operator;
    default:
      return "account" in operation ? operation.account : null;
  }
}

/** The reference of an operation, by which a till finds it again. */
export function referenceIn(operation: Operation): string | null {
  return "reference" in operation ? operation.reference : null;
}

/** The amount of an operation with the brand's decimals, as people read it. */
export function amountIn(operation: Operation, say: Say): string | null {
  const points = pointsOf(operation);
  return points === null ? null : say.points(...points);
}

function isGiven({ type }: Operation): boolean {
  return type === "issue" || type === "stamp" || type === "grant" || type === "refund";
}

/** The number of units of an operation that isn't about points alone. */
function unitsIn(operation: Operation, say: Say): string | null {
  switch (operation.type) {
    case "stamp":
    case "take_back":
    case "grant":
      return say.number(operation.amount);
    case "claim":
    case "use_voucher":
      return say.number(operation.quantity);
    default:
      return null;
  }
}

/** An operation in facts. */
export function factsOf(operation: Operation, say: Say): Facts {
  const { facts: names, terms } = say.words;
  const [brand, account, amount] = [
    brandOfOperation(operation),
    accountOf(operation),
    amountIn(operation, say),
  ];
  const all: (readonly [string, string | null])[] = [
    [names.brand, brand === null ? null : say.brand(brand)],
    [names.amount, amount],
    [names.track, "track" in operation ? String(operation.track) : null],
    [names.campaign, "campaign" in operation ? String(operation.campaign) : null],
    [names.voucher, operation.type === "use_voucher" ? operation.voucher : null],
    [names.units, unitsIn(operation, say)],
    [names.priceMax, operation.type === "claim" ? say.points(operation.priceMax, operation.brand) : null],
    [
      names.referrer,
      operation.type === "claim" && operation.referrer !== null ? say.address(operation.referrer) : null,
    ],
    [isGiven(operation) ? names.to : names.from, account === null ? null : say.address(account)],
    [names.to, operation.type === "transfer" ? say.address(operation.to) : null],
    [names.atLeast, operation.type === "reverse" ? say.points(operation.atLeast, operation.brand) : null],
    [
      names.received,
      operation.type === "convert"
        ? `${say.points(operation.received, operation.to)} ${say.brand(operation.to)}`
        : null,
    ],
    [names.expires, operation.type === "hold" ? say.moment(operation.expiresMs) : null],
    [names.reference, referenceIn(operation)],
    [names.dated, "dated" in operation ? operation.dated : null],
    [names.issueReference, operation.type === "reverse" ? operation.issueReference : null],
    [names.holdReference, "holdReference" in operation ? operation.holdReference : null],
    [names.payment, operation.type === "refund" ? say.words.payments[operation.of] : null],
    [names.paymentReference, operation.type === "refund" ? operation.ofReference : null],
    [names.motion, "motion" in operation ? say.number(operation.motion) : null],
    [
      terms.direction,
      ("terms" in operation && "from" in operation) || operation.type === "end_partnership"
        ? `${say.brand(operation.from)} → ${say.brand(operation.to)}`
        : null,
    ],
  ];
  return all.filter((fact): fact is readonly [string, string] => fact[1] !== null);
}

/** An operation as a line of a list: with when it was, whose, and whether it happened. */
export interface Line {
  readonly id: TransactionId | null;
  readonly at: string;
  readonly timeMs: number;
  readonly height: bigint;
  readonly operation: Operation;
  readonly sender: Address | null;
  /** The code for which it didn't happen; null if it did. */
  readonly failed: string | null;
}

/** The lines of transactions that are final. */
export function linesOf(items: readonly api.TransactionStatus[]): readonly Line[] {
  return items.flatMap(({ id, state, transaction }) => {
    if (state.status !== "committed" || transaction === null) {
      return [];
    }
    const { height, timeMs, receipt } = state;
    const failed = receipt.result === "applied" ? null : receipt.code;
    const { operations, sender } = transaction.transaction;
    return operations.map((operation, number) => {
      return { id, at: `${id}-${number}`, timeMs, height, operation, sender, failed };
    });
  });
}

/** The wishes for which lines are shown. */
export interface Filter {
  readonly type: string;
  readonly outcome: "" | "applied" | "failed";
  /** The first day (UTC), or an empty text. */
  readonly from: string;
  /** The last day (UTC), or an empty text. */
  readonly to: string;
}

/** No wishes. */
export const NO_FILTER: Filter = { type: "", outcome: "", from: "", to: "" };

/** True if a line is wanted. */
export function isWanted({ operation, failed, timeMs }: Line, { type, outcome, from, to }: Filter): boolean {
  const day = new Date(timeMs).toISOString().slice(0, 10);
  const isOutcome = outcome === "" || (outcome === "failed") === (failed !== null);
  const isType = type === "" || operation.type === type;
  return isType && isOutcome && (from === "" || day >= from) && (to === "" || day <= to);
}

const HEAD = [
  "time",
  "block",
  "operation",
  "brand",
  "amount",
  "account",
  "reference",
  "sender",
  "transaction",
  "outcome",
];

/** Lines as a table, with times in UTC and amounts with the brand's decimals and a point. */
export function tableOf(lines: readonly Line[], say: Say): string {
  const address = (one: Address | null): string => (one === null ? "" : say.address(one));
  const rows = lines.map(({ timeMs, height, operation, sender, id, failed }) => {
    const points = pointsOf(operation);
    return [
      new Date(timeMs).toISOString(),
      String(height),
      operation.type,
      brandOfOperation(operation) ?? "",
      points === null ? "" : formatAmount(points[0], say.decimals(points[1])),
      address(accountOf(operation)),
      referenceIn(operation) ?? "",
      address(sender),
      id ?? "",
      failed ?? "applied",
    ];
  });
  return csvOf(HEAD, rows);
}
