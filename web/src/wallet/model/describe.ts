/** What a transaction means to one account: which points came or went, and what else happened. */

import type { Address, api, BrandId, Operation, Points } from "@lojal/client";

/** The kind of something that happened, as the wallet words it. */
export type Kind =
  | "issued"
  | "redeemed"
  | "paid"
  | "sent"
  | "received"
  | "converted"
  | "held"
  | "captured"
  | "released"
  | "reversed"
  | "given"
  | "taken"
  | "returned"
  | "refunded"
  | "repaid"
  | "household"
  | "security"
  | "recovery"
  | "other";

/** A part of a transaction, as one account sees it. */
export interface Entry {
  readonly kind: Kind;
  readonly operation: Operation["type"];
  /** The brand of the points, if any are concerned. */
  readonly brand: BrandId | null;
  /** The points; null where the operation moves none. */
  readonly amount: Points | null;
  /** True if they came, false if they went. */
  readonly isIncoming: boolean;
  /** The other side, if there is one. */
  readonly other: Address | null;
  /** What came instead, in a conversion. */
  readonly received: { readonly brand: BrandId; readonly amount: Points } | null;
}

const NOTHING = { brand: null, amount: null, isIncoming: false, other: null, received: null } as const;

function points(
  kind: Kind,
  operation: Operation & { readonly brand: BrandId },
  amount: Points | null,
  isIncoming: boolean,
  other: Address | null = null,
): Entry {
  return { ...NOTHING, kind, operation: operation.type, brand: operation.brand, amount, isIncoming, other };
}

/** An operation as an account sees it. */
export function entryOf(operation: Operation, own: Address): Entry {
  switch (operation.type) {
    case "issue":
      return operation.to === own
        ? points("issued", operation, operation.amount, true)
        : points("given", operation, operation.amount, false, operation.to);
    case "redeem":
      return points(operation.request === null ? "redeemed" : "paid", operation, operation.amount, false);
    case "transfer": {
      const isIncoming = operation.to === own;
      const other = isIncoming ? operation.from : operation.to;
      return points(isIncoming ? "received" : "sent", operation, operation.amount, isIncoming, other);
    }
    case "reverse":
      return operation.from === own
        ? points("reversed", operation, operation.amount, false)
        : points("returned", operation, operation.amount, false, operation.from);
    case "hold":
      return points("held", operation, operation.amount, false);
    case "capture":
      return operation.from === own
        ? points("captured", operation, operation.amount, false)
        : points("taken", operation, operation.amount, false, operation.from);
    case "release":
      return points("released", operation, null, true);
    case "convert": {
      const received = { brand: operation.to, amount: operation.received };
      const { from: brand, burned: amount } = operation;
      return { ...NOTHING, kind: "converted", operation: operation.type, brand, amount, received };
    }
    case "refund":
      return operation.to === own
        ? points("refunded", operation, operation.amount, true)
        : points("repaid", operation, operation.amount, false, operation.to);
    case "offer":
      return points("held", operation, operation.amount, false);
    case "withdraw_offer":
      return points("released", operation, null, true);
    case "take": {
      const { brand, amount, owner, wants, maxPay } = operation;
      const sold = points("converted", operation, amount, false);
      // What was paid at most: the price itself stands in the offer.
      const bought = { ...sold, brand: wants, amount: maxPay, other: owner, received: { brand, amount } };
      return owner === own ? { ...sold, other: operation.from } : bought;
    }
    case "stamp":
    case "take_back":
    case "grant":
    case "claim":
    case "use_voucher":
    case "set_consent":
      return { ...NOTHING, kind: "other", operation: operation.type, brand: operation.brand };
    default:
      return { ...NOTHING, kind: kindOf(operation.type), operation: operation.type };
  }
}

const HOUSEHOLD: readonly Operation["type"][] = [
  "create_household",
  "invite",
  "join",
  "leave",
  "set_member",
  "remove_member",
];
const SECURITY: readonly Operation["type"][] = ["rotate_key", "set_guardians", "freeze", "unfreeze", "agree"];
const RECOVERY: readonly Operation["type"][] = ["start_recovery", "cancel_recovery", "finish_recovery"];

function kindOf(type: Operation["type"]): Kind {
  const groups = [
    ["household", HOUSEHOLD],
    ["security", SECURITY],
    ["recovery", RECOVERY],
  ] as const;
  return groups.find(([, types]) => types.includes(type))?.[0] ?? "other";
}

/** The parts of a transaction that concern an account: those that name it, or all of what it has sent. */
export function entriesOf({ transaction }: api.TransactionStatus, own: Address): readonly Entry[] {
  if (transaction === null) {
    return [];
  }
  const { operations, sender } = transaction.transaction;
  const concerns = (operation: Operation): boolean => {
    return sender === own || Object.values(operation).some((value) => value === own);
  };
  return operations.filter(concerns).map((operation) => entryOf(operation, own));
}
