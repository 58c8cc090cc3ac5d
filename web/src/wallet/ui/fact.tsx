/** The facts that campaigns ask for: what counts, as a bar where it fills, and what is missing in words. */

import type { Requirement, state } from "@lojal/client";

import { numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { offerWords } from "../words/offers.js";

type Fact = state.Fact;

/** Most units that are called stamps: as many as a card has. */
const CARD_STAMPS_MAX = 16n;

function number(count: bigint | number): string {
  return numberText(count, language.value);
}

/** A fact in words, without how somebody stands. */
export function requirementText(one: Requirement): string {
  const text = offerWords.value;
  switch (one.type) {
    case "progress":
      return text.needs(number(one.atLeast), String(one.track));
    case "level":
      return text.level(number(one.level), String(one.track));
    case "mark":
      return text.factMark(String(one.mark));
    case "new":
      return text.new(number(one.days));
    case "since":
      return text.since(number(one.days));
    case "invited":
      return text.factInvited;
  }
}

/** What is missing of a fact, in words; null if it holds, or nothing tells. */
export function missingText({ requirement, has, holds }: Fact): string | null {
  const text = offerWords.value;
  if (holds) {
    return null;
  }
  switch (requirement.type) {
    case "progress": {
      const more = requirement.atLeast - (has ?? 0n);
      return requirement.atLeast <= CARD_STAMPS_MAX ? text.stamps(number(more)) : text.more(number(more));
    }
    case "level":
      return text.levelNow(number(has ?? 0n));
    case "mark":
      return text.markNot;
    case "new":
      return has === null ? text.unknown : text.newOver(number(has));
    case "since":
      return has === null ? text.unknown : text.daysMore(number(BigInt(requirement.days) - has));
    case "invited":
      return text.factInvitedNot;
  }
}

function Progress({ fact, requirement }: {
  readonly fact: Fact;
  readonly requirement: Extract<Requirement, { readonly type: "progress" }>;
}) {
  const text = offerWords.value;
  const has = fact.has ?? 0n;
  const shown = has > requirement.atLeast ? requirement.atLeast : has;
  const part = Math.min(100, (Number(has) / Number(requirement.atLeast)) * 100);
  const counted = text.progress(number(shown), number(requirement.atLeast), String(requirement.track));
  const missing = missingText(fact);
  return (
    <div class="fact stack tight">
      <div class="meter" aria-hidden="true">
        <i style={{ width: `${part}%` }} />
      </div>
      <p class="row between wrap small">
        <span class="soft">{requirement.thisMonth ? `${counted}, ${text.thisMonth}` : counted}</span>
        {missing !== null && <strong class="reach">{missing}</strong>}
      </p>
      {requirement.consume && <p class="small soft">{text.consume}</p>}
    </div>
  );
}

/** A fact, and how the account stands to it. */
export function FactLine({ fact }: { readonly fact: Fact }) {
  const { requirement, holds } = fact;
  if (requirement.type === "progress") {
    return <Progress fact={fact} requirement={requirement} />;
  }
  const missing = missingText(fact);
  return (
    <p class={`row small fact ${holds ? "" : "not"}`}>
      <Icon name={holds ? "check" : "lock"} />
      <span>
        {requirementText(requirement)}
        {missing !== null && <strong class="reach"> · {missing}</strong>}
      </span>
    </p>
  );
}
