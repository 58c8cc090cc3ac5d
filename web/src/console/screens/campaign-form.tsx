/** The form of a campaign: a new one, or one that becomes kinder, with what changes and costs before it is signed. */

import "../campaigns.css";

import type { api, BrandAction, BrandId, CampaignId, Hash } from "@lojal/client";
import { dayOf, toHex, toTimeMs } from "@lojal/client";
import { useState } from "preact/hooks";

import { Field, Tick } from "../../shared/parts.js";
import { brands } from "../../wallet/model/network.js";
import { Heading } from "../../wallet/ui/parts.js";
import { shown } from "../model/brand.js";
import type { CampaignForm as Form, Wrong } from "../model/campaign-form.js";
import { campaignFormOf, campaignOf, newForm } from "../model/campaign-form.js";
import { proven, useProven } from "../model/campaigns.js";
import { changedRows } from "../model/rows.js";
import { campaignPairs } from "../model/rows-campaign.js";
import { say } from "../model/saying.js";
import { Again, Cost, isLie } from "../ui/campaign.js";
import { FactsField } from "../ui/fact-form.js";
import { DayInput, ReviewOrCancel, Select, TextInput } from "../ui/parts.js";
import { ReviewAction } from "../ui/review.js";
import { campaignWords } from "../words/campaigns.js";
import { NoCampaign, useCampaign } from "./campaigns.js";

/** The fields, and which of them are wrong. */
interface Fields {
  readonly brand: BrandId;
  readonly form: Form;
  readonly wrong: ReadonlySet<Wrong>;
  readonly set: (change: Partial<Form>) => void;
}

type Others = "by" | "award" | "requires" | "per" | "sponsor" | "households" | "returnable" | "to";
type TextName = Exclude<keyof Form, Others>;

function Text(props: Fields & { readonly name: TextName; readonly label: string; readonly hint?: string }) {
  const { name, label, hint = "", form, wrong, set } = props;
  const text = campaignWords.value;
  const isDay = name === "opens" || name === "lastDay";
  const isWrong = wrong.has(name) && form[name] !== "";
  const said = name === "lastDay" ? text.lastDayBad : name === "referral" ? text.referralBad : text.wrong;
  return (
    <Field label={label} hint={hint} wrong={isWrong ? said : ""}>
      {(id, described) =>
        isDay ? (
          <DayInput id={id} hint={described} value={form[name]} onValue={(value) => set({ [name]: value })} />
        ) : (
          <TextInput
            id={id}
            hint={described}
            mode={name === "about" ? "text" : "decimal"}
            isMono={name === "about"}
            value={form[name]}
            onValue={(value) => set({ [name]: value })}
          />
        )
      }
    </Field>
  );
}

/** The fields of an award: the one place of the form that knows all kinds of them. */
function AwardParts(fields: Fields) {
  const text = campaignWords.value;
  const { brand, form, set } = fields;
  switch (form.award) {
    case "points":
      return (
        <>
          <div class="fields">
            <Text {...fields} name="amount" label={text.amount} />
            {form.by !== "member" && <Text {...fields} name="upTo" label={text.upTo} hint={text.upToHint} />}
          </div>
          <div class="fields">
            <Text {...fields} name="months" label={text.months} hint={text.monthsHint} />
            <Text {...fields} name="pendingDays" label={text.pendingDays} hint={text.pendingDaysHint} />
          </div>
        </>
      );
    case "mark":
      return (
        <div class="fields">
          <Text {...fields} name="mark" label={text.mark} hint={text.markHint} />
          <Text {...fields} name="days" label={text.days} hint={text.daysHint} />
        </div>
      );
    case "voucher":
      return (
        <>
          <Text {...fields} name="validDays" label={text.validDays} />
          <Tick
            label={text.returnable}
            hint={text.returnableHint}
            isOn={form.returnable}
            onValue={(returnable) => set({ returnable })}
          />
        </>
      );
    case "cause":
      return (
        <div class="fields">
          <Field label={text.to}>
            {(id) => (
              <Select id={id} value={form.to} all={othersOf(brand, text.toNone)} onValue={(to) => set({ to })} />
            )}
          </Field>
          {form.to !== "" && <Text {...fields} name="toWorth" label={text.toWorth} hint={text.worthHint} />}
        </div>
      );
  }
}

/** The other brands as choices, and what it is called that there is none. */
function othersOf(brand: BrandId, none: string): readonly (readonly [BrandId | "", string])[] {
  const others = [...brands.value.keys()].filter((id) => id !== brand).sort();
  return [["", none] as const, ...others.map((id) => [id, say.value.brand(id)] as const)];
}

const AWARDS = ["points", "mark", "voucher", "cause"] as const;

function AwardFields(fields: Fields & { readonly isNew: boolean }) {
  const text = campaignWords.value;
  const { form, set, isNew } = fields;
  const kinds = AWARDS.map((kind) => [kind, text.awards[kind]] as const);
  return (
    <section class="panel stack" aria-label={text.gives}>
      <h2>{text.gives}</h2>
      {isNew && (
        <Field label={text.kind}>
          {(id) => <Select id={id} value={form.award} all={kinds} onValue={(award) => set({ award })} />}
        </Field>
      )}
      <AwardParts {...fields} />
    </section>
  );
}

function WhoFields(fields: Fields) {
  const text = campaignWords.value;
  const { form, wrong, set } = fields;
  const ways = (["member", "operator", "either"] as const).map((by) => [by, text.bys[by]] as const);
  const periods = (["day", "month", "year", "ever"] as const).map((per) => [per, text.pers[per]] as const);
  return (
    <section class="panel stack" aria-label={text.who}>
      <h2>{text.who}</h2>
      <Field label={text.by}>
        {(id) => <Select id={id} value={form.by} all={ways} onValue={(by) => set({ by })} />}
      </Field>
      {form.award !== "points" && form.by === "member" && (
        <Text
          {...fields}
          name="price"
          label={text.price}
          hint={form.award === "cause" ? text.priceOfCause : text.priceHint}
        />
      )}
      <FactsField form={form} wrong={wrong} onFacts={(requires) => set({ requires })} />
      <div class="fields">
        <Text {...fields} name="times" label={text.bound} hint={text.boundHint} />
        <Field label={text.per}>
          {(id) => <Select id={id} value={form.per} all={periods} onValue={(per) => set({ per })} />}
        </Field>
      </div>
      {form.by !== "operator" && <Text {...fields} name="invited" label={text.invited} hint={text.invitedHint} />}
      <Tick label={text.households} isOn={form.households} onValue={(households) => set({ households })} />
    </section>
  );
}

function BoundFields(fields: Fields) {
  const text = campaignWords.value;
  const { brand, form, set } = fields;
  const sponsors = othersOf(brand, text.sponsorNone);
  const isPoints = form.award === "points";
  return (
    <section class="panel stack" aria-label={text.bounds}>
      <h2>{text.bounds}</h2>
      <div class="fields days">
        <Text {...fields} name="opens" label={text.opens} />
        <Text {...fields} name="lastDay" label={text.lastDay} />
      </div>
      <Text {...fields} name="stock" label={text.stockAll} hint={text.noLimit} />
      {isPoints && <Text {...fields} name="budget" label={text.budgetAll} />}
      {isPoints && (
        <div class="fields">
          <Field label={text.sponsor}>
            {(id) => (
              <Select id={id} value={form.sponsor} all={sponsors} onValue={(sponsor) => set({ sponsor })} />
            )}
          </Field>
          {form.sponsor !== "" && <Text {...fields} name="worth" label={text.worth} hint={text.worthHint} />}
        </div>
      )}
      {isPoints && form.by === "member" && (
        <div class="fields">
          <Text {...fields} name="referral" label={text.referral} hint={text.referralHint} />
          {form.referral !== "" && <Text {...fields} name="yearMax" label={text.yearMax} />}
        </div>
      )}
      <AboutFields {...fields} />
    </section>
  );
}

/** The hash of a file's bytes. */
async function hashOf(file: File): Promise<Hash> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))) as Hash;
}

function AboutFields(fields: Fields) {
  const text = campaignWords.value;
  return (
    <div class="stack tight">
      <Text {...fields} name="about" label={text.about} hint={text.aboutHint} />
      <Field label={text.aboutFile}>
        {(id) => (
          <input
            class="input"
            id={id}
            type="file"
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              if (file !== undefined) {
                void hashOf(file).then((about) => fields.set({ about }));
              }
            }}
          />
        )}
      </Field>
    </div>
  );
}

function CampaignForm(props: {
  readonly brand: api.BrandAnswer;
  readonly number: CampaignId;
  readonly before: api.BrandCampaign | null;
}) {
  const { brand, number, before } = props;
  const text = campaignWords.value;
  const { id, decimals } = brand;
  const was = before?.terms ?? null;
  const [form, setForm] = useState(() =>
    was === null ? newForm(dayOf(toTimeMs(Date.now()))) : campaignFormOf(was, decimals),
  );
  const [action, setAction] = useState<Extract<BrandAction, { type: "set_campaign" }> | null>(null);
  const { terms, wrong } = campaignOf(form, was, decimals);
  if (action !== null) {
    return (
      <ReviewAction brand={id} action={action} onBack={() => setAction(null)}>
        <Cost terms={action.terms} before={before} brand={id} />
        <p class="small soft">{text.begins}</p>
        <Again terms={action.terms} />
      </ReviewAction>
    );
  }
  const pairs = (one: typeof terms) => (one === null ? [] : campaignPairs(one, id, say.value));
  const isSame = terms !== null && was !== null && changedRows(pairs(was), pairs(terms)).length === 0;
  const review = (event: Event): void => {
    event.preventDefault();
    if (terms !== null) {
      setAction({ type: "set_campaign", brand: id, campaign: number, terms });
    }
  };
  const fields: Fields = { brand: id, form, wrong, set: (change) => setForm({ ...form, ...change }) };
  return (
    <form class="stack" onSubmit={review}>
      <Heading title={was === null ? text.newTitle : text.editTitle(String(number))} back="campaigns" />
      <p class="soft">{was === null ? text.begins : text.editLead}</p>
      <AwardFields {...fields} isNew={was === null} />
      <WhoFields {...fields} />
      <BoundFields {...fields} />
      {isSame && <p class="soft">{text.same}</p>}
      <ReviewOrCancel isReady={terms !== null && !isSame} back="campaigns" />
    </form>
  );
}

/** The screen of a new campaign. */
export function CampaignNew() {
  const brand = shown.value?.brand ?? null;
  const { error } = useProven(brand === null ? [] : [brand.id]);
  const told = brand === null ? undefined : proven.value.get(brand.id);
  if (brand === null || told === undefined || isLie(error)) {
    return <NoCampaign brand={brand?.id ?? null} error={error} />;
  }
  return (
    <div class="narrow">
      <CampaignForm key={brand.id} brand={brand} number={(told.last + 1) as CampaignId} before={null} />
    </div>
  );
}

/** The screen on which a campaign becomes kinder. */
export function CampaignEdit({ of }: { readonly of: string }) {
  const brand = shown.value?.brand ?? null;
  const { campaign, error } = useCampaign(of);
  if (brand === null || campaign === null) {
    return <NoCampaign brand={brand?.id ?? null} error={error} />;
  }
  return (
    <div class="narrow">
      <CampaignForm key={of} brand={brand} number={campaign.campaign} before={campaign} />
    </div>
  );
}
