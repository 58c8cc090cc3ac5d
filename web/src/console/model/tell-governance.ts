/** What an action of the network's governance does, in words. */

import type { Action, api, Parameters } from "@lojal/client";

import { changedRows, plainRows, policyPairs } from "./rows.js";
import { Say } from "./say.js";
import type { Row } from "./say.js";
import type { Told } from "./tell-actions.js";

/** The parameters that are told, in words. */
function parameterPairs(parameters: Parameters, say: Say): readonly (readonly [string, string])[] {
  const { parameters: names } = say.words;
  return [
    [names.heartbeatMs, say.span(parameters.heartbeatMs)],
    [names.blockBytesMax, say.number(parameters.blockBytesMax)],
    [names.blockTransactionsMax, say.number(parameters.blockTransactionsMax)],
    [names.recoveryDelayMs, say.span(parameters.recoveryDelayMs)],
    [names.receiptDays, say.number(parameters.receiptDays)],
    [names.keepMonths, say.number(parameters.keepMonths)],
    [names.snapshotIntervalMs, say.span(parameters.snapshotIntervalMs)],
    ...allowancePairs(parameters),
  ];
}

/** Allowances by the names that the protocol has for them: nobody but those who run the network sets them. */
function allowancePairs({ allowances }: Parameters): readonly (readonly [string, string])[] {
  const { openings, households, member, operator } = allowances;
  return [
    ["allowances.openings", String(openings)],
    ["allowances.households", String(households)],
    ["allowances.member.bytes", String(member.bytes)],
    ["allowances.member.operations", String(member.operations)],
    ["allowances.operator.bytes", String(operator.bytes)],
    ["allowances.operator.operations", String(operator.operations)],
  ];
}

function newBrandRows({ brand }: Extract<Action, { type: "register_brand" }>, say: Say): readonly Row[] {
  const { id, name, decimals, policy } = brand;
  // Its points look as it says itself: no brand of the network has its id.
  const named = new Map([...say.brands, [id, { name, decimals }] as const]);
  const saying = new Say(say.words, say.language, say.network, say.currency, named);
  const head = [say.words.governance.decimals, say.number(decimals)] as const;
  return plainRows([head, ...policyPairs(policy, id, saying)]);
}

/** An action in words, compared with what is in force. */
export function tellGovernance(action: Action, now: api.GovernanceAnswer, say: Say): Told {
  const { governance: words } = say.words;
  const bare = (title: string): Told => ({ title, rows: [] });
  switch (action.type) {
    case "add_validator": {
      const power = [words.power, say.number(action.validator.power)] as const;
      return { title: words.add_validator(action.validator.name), rows: plainRows([power]) };
    }
    case "remove_validator":
    case "set_keys":
    case "allow_follower":
    case "disallow_follower":
      return bare(words[action.type](action.name));
    case "set_power":
      return bare(words.set_power(action.name, say.number(action.power)));
    case "set_parameters": {
      const [before, after] = [now.parameters, action.parameters].map((one) => parameterPairs(one, say));
      return { title: words.set_parameters, rows: changedRows(before ?? [], after ?? []) };
    }
    case "set_settings":
      return bare(words.set_settings(say.span(action.settings.motionLapseMs)));
    case "schedule_version":
      return bare(words.schedule_version(say.number(action.version), say.number(action.height)));
    case "cancel_version":
      return bare(words.cancel_version);
    case "register_brand":
      return { title: words.register_brand(action.brand.name), rows: newBrandRows(action, say) };
    case "suspend_brand":
    case "reinstate_brand":
      return bare(words[action.type](say.brand(action.brand)));
    case "set_brand_admins": {
      const needed = [say.words.approvals.needed, say.words.admins(say.number(action.needed))] as const;
      const title = words.set_brand_admins(say.brand(action.brand), say.number(action.admins.length));
      return { title, rows: plainRows([needed]) };
    }
  }
}
