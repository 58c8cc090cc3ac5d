/** What an action of a brand does, in words, compared with what is there now. */

import type { api, BrandAction, BrandId, Points, Operation } from "@lojal/client";
import { addressOfKey } from "@lojal/client";

import {
  approvalsPairs,
  changedRows,
  operatorPairs,
  pendingPairs,
  plainRows,
  policyPairs,
  termsPairs,
  trackPairs,
} from "./rows.js";
import { campaignPairs } from "./rows-campaign.js";
import type { Row, Say } from "./say.js";

/** A brand as it is now, as far as it is known. */
export interface Now {
  readonly brand: api.BrandAnswer | null;
  readonly operators: readonly api.OperatorAnswer[];
  readonly partnerships: readonly api.Partnership[];
  /** Campaigns by their brands. */
  readonly campaigns: ReadonlyMap<BrandId, api.Campaigns>;
}

/** An action in words: its title, and what it changes. */
export interface Told {
  readonly title: string;
  readonly rows: readonly Row[];
}

function partnership({ partnerships }: Now, from: BrandId, to: BrandId): api.Partnership | undefined {
  return partnerships.find((one) => one.from === from && one.to === to);
}

type Terms = Extract<BrandAction, { type: "propose_partnership" | "accept_partnership" }>;

function tellTerms({ type, from, to, terms }: Terms, now: Now, say: Say): Told {
  const before = partnership(now, from, to)?.terms ?? null;
  const after = termsPairs(terms, from, to, say);
  const rows = before === null ? plainRows(after) : changedRows(termsPairs(before, from, to, say), after);
  return { title: say.words.actions[type](say.brand(from), say.brand(to)), rows };
}

type Appointment = Extract<BrandAction, { type: "set_operator" }>;

function tellOperator(action: Appointment, now: Now, say: Say): Told {
  const { actions, operator } = say.words;
  const address = addressOfKey(action.publicKey);
  const before = now.operators.find((one) => one.address === address);
  const after = operatorPairs(action, action.brand, say);
  if (before === undefined) {
    const account = [operator.account, say.address(address)] as const;
    return { title: actions.appoint(say.account(address)), rows: plainRows([account, ...after]) };
  }
  const rows = changedRows(operatorPairs(before, action.brand, say), after);
  return { title: actions.set_operator(say.account(address)), rows };
}

function tellRemoval(action: Extract<BrandAction, { type: "remove_operator" }>, now: Now, say: Say): Told {
  const { actions, operator, noRoles } = say.words;
  const before = now.operators.find((one) => one.address === action.operator);
  const rows = plainRows([[operator.account, say.address(action.operator)]]);
  const roles = before === undefined ? null : (operatorPairs(before, action.brand, say)[0]?.[1] ?? null);
  const last = { name: operator.roles, before: roles, after: noRoles };
  return { title: actions.remove_operator(say.account(action.operator)), rows: [...rows, last] };
}

type OfCampaign = Extract<BrandAction, { type: "set_campaign" | "accept_sponsorship" }>;

function campaignIn({ campaigns }: Now, { brand, campaign }: OfCampaign): api.BrandCampaign | null {
  return campaigns.get(brand)?.campaigns.find((one) => one.campaign === campaign) ?? null;
}

function tellCampaign(action: Extract<OfCampaign, { type: "set_campaign" }>, now: Now, say: Say): Told {
  const { actions } = say.words;
  const before = campaignIn(now, action)?.terms ?? null;
  const after = campaignPairs(action.terms, action.brand, say);
  const rows = before === null ? plainRows(after) : changedRows(campaignPairs(before, action.brand, say), after);
  const isPause = before !== null && before.paused !== action.terms.paused && rows.length === 1;
  const number = String(action.campaign);
  const title = !isPause
    ? actions.set_campaign(number)
    : action.terms.paused
      ? actions.pause_campaign(number)
      : actions.resume_campaign(number);
  return { title, rows };
}

/** An action in words. */
export function tellAction(action: BrandAction, now: Now, say: Say): Told {
  const { actions } = say.words;
  switch (action.type) {
    case "set_policy": {
      const after = policyPairs(action.policy, action.brand, say);
      const before = now.brand === null ? null : policyPairs(now.brand.policy, action.brand, say);
      const rows = before === null ? plainRows(after) : changedRows(before, after);
      return { title: actions.set_policy(say.brand(action.brand)), rows };
    }
    case "set_pending_days": {
      const after = pendingPairs(action.days, say);
      const rows = now.brand === null ? plainRows(after) : changedRows(pendingPairs(now.brand.pendingDays, say), after);
      return { title: actions.set_pending_days(say.brand(action.brand)), rows };
    }
    case "set_operator":
      return tellOperator(action, now, say);
    case "remove_operator":
      return tellRemoval(action, now, say);
    case "propose_partnership":
    case "accept_partnership":
      return tellTerms(action, now, say);
    case "end_partnership": {
      const { from, to } = action;
      const before = partnership(now, from, to);
      const terms = before?.terms ?? before?.proposal?.terms ?? null;
      const rows = terms === null ? [] : plainRows(termsPairs(terms, from, to, say));
      return { title: actions.end_partnership(say.brand(from), say.brand(to)), rows };
    }
    case "settle":
      return { title: actions.settle(say.brand(action.debtor), say.money(action.amount)), rows: [] };
    case "set_approvals": {
      const after = approvalsPairs(action, say);
      const before = now.brand === null ? null : approvalsPairs(now.brand.approvals, say);
      return {
        title: actions.set_approvals,
        rows: before === null ? plainRows(after) : changedRows(before, after),
      };
    }
    case "close_brand":
      return {
        title: action.closesMs === null ? actions.stay : actions.close_brand(say.moment(action.closesMs)),
        rows: [],
      };
    case "start_recovery":
    case "finish_recovery":
    case "agree":
      return { title: actions[action.type](say.account(action.account)), rows: [] };
    case "set_track":
      return { title: actions.set_track(String(action.track)), rows: plainRows(trackPairs(action.terms, say)) };
    case "set_campaign":
      return tellCampaign(action, now, say);
    case "accept_sponsorship": {
      const terms = campaignIn(now, action)?.terms ?? null;
      const rows = terms === null ? [] : plainRows(campaignPairs(terms, action.brand, say));
      return { title: actions.accept_sponsorship(say.brand(action.brand), String(action.campaign)), rows };
    }
  }
}

/** The points of an operation on points, with their brand; null for all others. */
export function pointsOf(operation: Operation): readonly [Points, BrandId] | null {
  if (operation.type === "stamp" || operation.type === "take_back" || operation.type === "grant") {
    return null;
  }
  if ("amount" in operation && "brand" in operation) {
    return [operation.amount, operation.brand];
  }
  return operation.type === "convert" ? [operation.burned, operation.from] : null;
}
