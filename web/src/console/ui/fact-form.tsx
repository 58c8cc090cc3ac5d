/** The fields of the facts that a campaign asks for. */

import { limits } from "@lojal/client";

import { Field, Tick } from "../../shared/parts.js";
import type { CampaignForm, Wrong } from "../model/campaign-form.js";
import type { RequirementForm } from "../model/requirement-form.js";
import { NEW_REQUIREMENT, REQUIREMENTS } from "../model/requirement-form.js";
import { campaignWords } from "../words/campaigns.js";
import { Select, TextInput } from "./parts.js";

function OneFact(props: {
  readonly fact: RequirementForm;
  readonly number: number;
  readonly isWrong: boolean;
  readonly onFact: (fact: RequirementForm) => void;
  readonly onRemove: () => void;
}) {
  const { fact, number, isWrong, onFact, onRemove } = props;
  const text = campaignWords.value;
  const set = (change: Partial<RequirementForm>): void => onFact({ ...fact, ...change });
  const hasTrack = fact.type === "progress" || fact.type === "level";
  return (
    <fieldset class="fact-form stack tight">
      <legend>{text.fact(String(number))}</legend>
      <Field label={text.kind}>
        {(id) => (
          <Select
            id={id}
            value={fact.type}
            all={REQUIREMENTS.map((type) => [type, text.kinds[type]] as const)}
            onValue={(type) => set({ type })}
          />
        )}
      </Field>
      <div class="fields">
        {hasTrack && (
          <Field label={text.track}>
            {(id) => <TextInput id={id} mode="decimal" value={fact.track} onValue={(track) => set({ track })} />}
          </Field>
        )}
        {fact.type !== "invited" && (
          <Field label={text.counts[fact.type]} wrong={isWrong && fact.count !== "" ? text.wrong : ""}>
            {(id, hint) => (
              <TextInput id={id} hint={hint} mode="decimal" value={fact.count} onValue={(count) => set({ count })} />
            )}
          </Field>
        )}
      </div>
      {fact.type === "progress" && (
        <>
          <Tick label={text.thisMonth} isOn={fact.thisMonth} onValue={(thisMonth) => set({ thisMonth })} />
          <Tick label={text.consume} isOn={fact.consume} onValue={(consume) => set({ consume })} />
        </>
      )}
      <button class="button quiet" type="button" onClick={onRemove}>
        {text.removeFact}
        <span class="hidden"> {number}</span>
      </button>
    </fieldset>
  );
}

/** All the facts, with the ways to add one and to remove it. */
export function FactsField(props: {
  readonly form: CampaignForm;
  readonly wrong: ReadonlySet<Wrong>;
  readonly onFacts: (facts: readonly RequirementForm[]) => void;
}) {
  const { form, wrong, onFacts } = props;
  const { requires } = form;
  const text = campaignWords.value;
  return (
    <div class="stack tight" role="group" aria-label={text.requires}>
      <h3>{text.requires}</h3>
      {requires.length === 0 && (
        <p class="small soft">
          {wrong.has("requires") ? text.requiresBad : text.requiresNone}
        </p>
      )}
      {requires.map((fact, at) => (
        <OneFact
          key={at}
          fact={fact}
          number={at + 1}
          isWrong={wrong.has(`requires.${at}`)}
          onFact={(one) => onFacts(requires.map((other, place) => (place === at ? one : other)))}
          onRemove={() => onFacts(requires.filter((_, place) => place !== at))}
        />
      ))}
      {requires.length < limits.CAMPAIGN_REQUIRES_MAX && (
        <button class="button plain" type="button" onClick={() => onFacts([...requires, NEW_REQUIREMENT])}>
          {text.addFact}
        </button>
      )}
    </div>
  );
}
