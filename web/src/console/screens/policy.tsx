/** The brand's policy: what it is, and another one with every difference in words before it is signed. */

import type { api, BrandAction } from "@lojal/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Heading } from "../../wallet/ui/parts.js";
import { Field, Tick, Waiting } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { has, shown } from "../model/brand.js";
import type { PolicyForm, Unit } from "../model/policy-form.js";
import { formOf, policyOf, UNITS } from "../model/policy-form.js";
import { changedRows, pendingPairs, policyPairs } from "../model/rows.js";
import { say } from "../model/saying.js";
import { Facts, Panel, ReviewOrCancel, Said, Select, TextInput } from "../ui/parts.js";
import { ReviewAction } from "../ui/review.js";
import { words } from "../words/index.js";

/** The screen of the policy as it is. */
export function PolicyScreen() {
  const { policy: text, common } = words.value;
  const now = shown.value;
  if (now === null) {
    return <Waiting text={common.loading} />;
  }
  const { brand } = now;
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <p class="soft">{text.lead}</p>
      <Panel title={brand.name}>
        <Facts isWide facts={policyPairs(brand.policy, brand.id, say.value)} />
        <Said />
      </Panel>
      <Panel title={text.pending}>
        <Facts isWide facts={pendingPairs(brand.pendingDays, say.value)} />
        <p class="small soft">{text.pendingLead}</p>
      </Panel>
      {has("admin") ? (
        <p class="row wrap">
          <a class="button" href={linkTo("policy-edit")}>
            <Icon name="shield" />
            {text.edit}
          </a>
          <a class="button plain" href={linkTo("pending-edit")}>
            <Icon name="clock" />
            {text.pendingEdit}
          </a>
        </p>
      ) : (
        <p class="soft">{common.onlyAdmin}</p>
      )}
    </div>
  );
}

type AmountName = "issueMax" | "transferMin" | "transferMax" | "transferDailyMax" | "openingMin";
type FlagName = "transferable" | "convertible" | "poolable" | "tradeable";

interface Fields {
  readonly form: PolicyForm;
  readonly wrong: ReadonlySet<keyof PolicyForm>;
  readonly set: (change: Partial<PolicyForm>) => void;
}

function Amount({ name, form, wrong, set }: Fields & { readonly name: AmountName }) {
  const { policy: text } = words.value;
  const hasNone = name === "issueMax" || name === "transferDailyMax";
  return (
    <Field
      label={say.value.words.policy[name]}
      hint={hasNone ? text.capHint : ""}
      wrong={wrong.has(name) ? text.wrong : ""}
    >
      {(id, hint) => (
        <TextInput id={id} hint={hint} mode="decimal" value={form[name]} onValue={(value) => set({ [name]: value })} />
      )}
    </Field>
  );
}

function Flag({ name, form, set }: Fields & { readonly name: FlagName }) {
  return (
    <Tick label={say.value.words.policy[name]} isOn={form[name]} onValue={(isOn) => set({ [name]: isOn })} />
  );
}

function Window({ form, wrong, set }: Fields) {
  const { policy: text } = words.value;
  const units = (Object.keys(UNITS) as Unit[]).map((unit) => [unit, text.units[unit]] as const);
  return (
    <div class="fields">
      <Field label={text.window} wrong={wrong.has("window") ? text.wrong : ""}>
        {(id, hint) => (
          <TextInput
            id={id}
            hint={hint}
            mode="decimal"
            value={form.window}
            onValue={(window) => set({ window })}
          />
        )}
      </Field>
      <Field label={text.unit}>
        {(id) => <Select id={id} value={form.unit} all={units} onValue={(unit) => set({ unit })} />}
      </Field>
    </div>
  );
}

function AllFields(fields: Fields) {
  const { policy: text } = words.value;
  const { form, wrong, set } = fields;
  return (
    <>
      <Field
        label={say.value.words.policy.expiryMonths}
        hint={text.months}
        wrong={wrong.has("expiryMonths") ? text.monthsBad : ""}
      >
        {(id, hint) => (
          <TextInput
            id={id}
            hint={hint}
            mode="decimal"
            value={form.expiryMonths}
            onValue={(expiryMonths) => set({ expiryMonths })}
          />
        )}
      </Field>
      <Amount {...fields} name="issueMax" />
      <Amount {...fields} name="openingMin" />
      <Flag {...fields} name="transferable" />
      <div class="fields">
        <Amount {...fields} name="transferMin" />
        <Amount {...fields} name="transferMax" />
      </div>
      <Amount {...fields} name="transferDailyMax" />
      <Flag {...fields} name="convertible" />
      <Flag {...fields} name="poolable" />
      <Flag {...fields} name="tradeable" />
      <Window {...fields} />
    </>
  );
}

function Whole({ brand, children }: { readonly brand: api.BrandAnswer; readonly children?: ComponentChildren }) {
  return (
    <details>
      <summary>{words.value.policy.whole}</summary>
      <Facts facts={policyPairs(brand.policy, brand.id, say.value)} />
      {children}
    </details>
  );
}

function Form({ brand }: { readonly brand: api.BrandAnswer }) {
  const { policy: text } = words.value;
  // What was there when the form was opened: another policy that comes meanwhile shows in the differences.
  const [form, setForm] = useState(() => formOf(brand.policy, brand.decimals));
  const [action, setAction] = useState<Extract<BrandAction, { type: "set_policy" }> | null>(null);
  const { policy, wrong } = policyOf(form, brand.policy, brand.decimals);
  const pairs = (one: api.BrandAnswer["policy"]) => policyPairs(one, brand.id, say.value);
  const changes = policy === null ? [] : changedRows(pairs(brand.policy), pairs(policy));
  if (action !== null) {
    return (
      <ReviewAction brand={brand.id} action={action} onBack={() => setAction(null)}>
        <Whole brand={{ ...brand, policy: action.policy }} />
      </ReviewAction>
    );
  }
  const review = (event: Event): void => {
    event.preventDefault();
    if (policy !== null) {
      setAction({ type: "set_policy", brand: brand.id, policy });
    }
  };
  return (
    <form class="stack" onSubmit={review}>
      <Heading title={text.edit} back="policy" />
      <div class="panel stack">
        <AllFields form={form} wrong={wrong} set={(change) => setForm({ ...form, ...change })} />
        {policy !== null && changes.length === 0 && <p class="soft">{text.same}</p>}
        <ReviewOrCancel isReady={policy !== null && changes.length > 0} back="policy" />
      </div>
    </form>
  );
}

/** The screen on which the policy is changed. */
export function PolicyEdit() {
  const { common } = words.value;
  const brand = shown.value?.brand;
  return (
    <div class="narrow">
      {brand === undefined ? <Waiting text={common.loading} /> : <Form key={brand.id} brand={brand} />}
    </div>
  );
}
