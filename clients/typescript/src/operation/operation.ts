/** The operations that a transaction can ask for (protocol, Transactions). */

import type { Address } from "../address.js";
import type { BrandId } from "../brand.js";
import { partnerOf } from "../campaign.js";
import type { Codec } from "../codec/codec.js";
import type { Tagged } from "../codec/combine.js";
import { list, variants } from "../codec/combine.js";
import { TRANSACTION_OPERATIONS_MAX } from "../limits.js";
import type { ChainId } from "../ids.js";
import type { Points } from "../points.js";
import { NO_POINTS } from "../points.js";
import type { Request } from "../request.js";
import { answered } from "../request.js";
import type { BrandOperations } from "./brands.js";
import { brandOperations } from "./brands.js";
import type { CampaignOperations } from "./campaigns.js";
import { campaignOperations } from "./campaigns.js";
import type { GovernanceOperations } from "./governance.js";
import { governanceOperations } from "./governance.js";
import type { MarketOperations } from "./market.js";
import { marketOperations } from "./market.js";
import type { PeopleOperations } from "./people.js";
import { peopleOperations } from "./people.js";
import type { Hold, PointOperations, Redeem } from "./points.js";
import { pointOperations } from "./points.js";
import type { ProgrammeOperations } from "./programme.js";
import { programmeOperations } from "./programme.js";
import type { TogetherOperations } from "./together.js";
import { togetherOperations } from "./together.js";
import type { VoucherOperations } from "./vouchers.js";
import { voucherOperations } from "./vouchers.js";

/** All operations, by type. */
export interface OperationsByType extends
    PointOperations,
    BrandOperations,
    TogetherOperations,
    PeopleOperations,
    GovernanceOperations,
    ProgrammeOperations,
    CampaignOperations,
    VoucherOperations,
    MarketOperations {}

/** One step of a transaction: its fields, and its `type`. */
export type Operation = Tagged<"type", OperationsByType>;

/**
 * The forms of operations. The numbers of the kinds are part of the bytes: 1 points and holds, 16 between brands, 24
 * brands, 32 keys, 40 households, 48 governance, 64 programme, 80 market.
 */
export const operationCodec: Codec<Operation> = variants<OperationsByType, "type">("type", {
  ...pointOperations,
  ...brandOperations,
  ...togetherOperations,
  ...peopleOperations,
  ...governanceOperations,
  ...programmeOperations,
  ...campaignOperations,
  ...marketOperations,
  ...voucherOperations,
});

/** The forms of the operations of one transaction. */
export const operationsCodec: Codec<readonly Operation[]> = list(operationCodec, 1, TRANSACTION_OPERATIONS_MAX);

/** The accounts that an operation names, for their histories; of a brand's operator only the one that goes. */
export function accountsOf(operation: Operation): readonly Address[] {
  switch (operation.type) {
    case "issue":
    case "stamp":
    case "grant":
    case "refund":
      return [operation.to];
    case "redeem":
    case "reverse":
    case "take_back":
    case "hold":
    case "capture":
    case "release":
    case "offer":
    case "withdraw_offer":
      return [operation.from];
    case "take":
      return [operation.owner, operation.from];
    case "transfer":
      return [operation.from, operation.to];
    case "convert":
    case "start_recovery":
    case "finish_recovery":
    case "agree":
    case "use_voucher":
      return [operation.account];
    case "claim":
      return operation.referrer === null ? [operation.account] : [operation.account, operation.referrer];
    case "remove_operator":
      return [operation.operator];
    case "propose_for_brand":
      return operation.actions.flatMap(accountsOf);
    case "set_guardians":
      return operation.guardians.guardians.flatMap((one) => ("account" in one ? [one.account] : []));
    case "invite":
    case "set_member":
    case "remove_member":
      return [operation.household, operation.member];
    case "join":
    case "leave":
      return [operation.household];
    default:
      return [];
  }
}

/** The brands that an operation names. */
export function brandsOf(operation: Operation): readonly BrandId[] {
  switch (operation.type) {
    case "propose_partnership":
    case "accept_partnership":
    case "end_partnership":
    case "convert":
      return [operation.from, operation.to];
    case "settle":
      return [operation.creditor, operation.debtor];
    case "offer":
    case "take":
      return [operation.brand, operation.wants];
    case "set_campaign": {
      const partner = partnerOf(operation.terms);
      return partner === null ? [operation.brand] : [operation.brand, partner];
    }
    default:
      return "brand" in operation ? [operation.brand] : [];
  }
}

/** Points that an operation takes out of an account by the wish of who owns them. */
export interface Spending {
  /** The account. */
  readonly account: Address;
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The number of points. */
  readonly amount: Points;
}

/** The points that an operation takes out of an account by the wish of who owns them, at most. */
export function spendingOf(operation: Operation): Spending | null {
  switch (operation.type) {
    case "redeem":
    case "transfer":
    case "hold":
    case "offer":
      return { account: operation.from, brand: operation.brand, amount: operation.amount };
    case "take":
      return { account: operation.from, brand: operation.wants, amount: operation.maxPay };
    case "convert":
      return { account: operation.account, brand: operation.from, amount: operation.burned };
    case "claim": {
      const { account, brand, priceMax } = operation;
      return priceMax === NO_POINTS ? null : { account, brand, amount: priceMax };
    }
    default:
      return null;
  }
}

/** The operation by which an account answers a request on a network. */
export function answerOf(request: Request, chain: ChainId, from: Address): Operation {
  const { brand, amount, kind } = request;
  const its = answered(request, chain);
  return kind.type === "redeem"
    ? { type: "redeem", brand, from, amount, request: its }
    : { type: "hold", brand, from, amount, expiresMs: kind.expiresMs, request: its };
}

/** The request that a payment answers, put together again as the ledger does; null if it answers none. */
export function askedBy(operation: Tagged<"type", { readonly redeem: Redeem; readonly hold: Hold }>): Request | null {
  const { brand, amount, from, request } = operation;
  if (request === null) {
    return null;
  }
  const { dated, untilMs, forHousehold, salt } = request;
  const household = forHousehold ? from : null;
  const kind: Request["kind"] =
    operation.type === "redeem" ? { type: "redeem" } : { type: "hold", expiresMs: operation.expiresMs };
  return { brand, amount, kind, dated, untilMs, household, salt };
}
