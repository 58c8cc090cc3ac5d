/** Proposing, accepting and ending a partnership, each with its terms in words before it is signed. */

import type { api, BrandAction, BrandId, PartnershipTerms } from "@lojal/client";
import { gainingRound } from "@lojal/client";
import { useState } from "preact/hooks";

import { Field, Notice, Waiting } from "../../shared/parts.js";
import { goTo } from "../../shared/route.js";
import { brands } from "../../wallet/model/network.js";
import { Heading } from "../../wallet/ui/parts.js";
import type { Shown } from "../model/brand.js";
import { shown } from "../model/brand.js";
import { say } from "../model/saying.js";
import type { TermsForm } from "../model/terms-form.js";
import { NO_TERMS, termsFormOf, termsOf } from "../model/terms-form.js";
import { DayInput, ReviewOrCancel, Select, TextInput } from "../ui/parts.js";
import { ReviewAction } from "../ui/review.js";
import { words } from "../words/index.js";

interface Way {
  readonly from: BrandId;
  readonly to: BrandId;
}

/** The warning of a way round that gives more than it takes; null without one. */
function Round({ way, terms, now }: { readonly way: Way; readonly terms: PartnershipTerms; readonly now: Shown }) {
  const inForce = now.everybodys.flatMap(({ from, to, terms: one }) => {
    const isSame = from === way.from && to === way.to;
    return one === null || isSame ? [] : [{ from, to, num: one.rateNum, den: one.rateDen }];
  });
  const round = gainingRound(inForce, { ...way, num: terms.rateNum, den: terms.rateDen });
  return round === null ? null : (
    <Notice kind="warn">
      <p data-testid="round">{words.value.partners.round(round.map((id) => say.value.brand(id)).join(" → "))}</p>
    </Notice>
  );
}

function Input(props: {
  readonly name: keyof TermsForm;
  readonly label: string;
  readonly hint?: string;
  readonly form: TermsForm;
  readonly wrong: ReadonlySet<keyof TermsForm>;
  readonly onForm: (form: TermsForm) => void;
}) {
  const { name, label, hint = "", form, wrong, onForm } = props;
  const isWrong = wrong.has(name) && form[name] !== "";
  const set = (value: string): void => onForm({ ...form, [name]: value });
  return (
    <Field label={label} hint={hint} wrong={isWrong ? words.value.partners.wrong : ""}>
      {(id, described) =>
        name === "lastDay" ? (
          <DayInput id={id} hint={described} value={form[name]} onValue={set} />
        ) : (
          <TextInput id={id} hint={described} mode="decimal" value={form[name]} onValue={set} />
        )
      }
    </Field>
  );
}

function Terms(props: {
  readonly way: Way;
  readonly before: PartnershipTerms | null;
  readonly onTerms: (terms: PartnershipTerms) => void;
}) {
  const { partners: text } = words.value;
  const { way, before, onTerms } = props;
  const decimals = { from: say.value.decimals(way.from), to: say.value.decimals(way.to) };
  const [form, setForm] = useState(() => (before === null ? NO_TERMS : termsFormOf(before, decimals)));
  const { terms, wrong } = termsOf(form, decimals);
  const [from, to] = [say.value.brand(way.from), say.value.brand(way.to)];
  const field = { form, wrong, onForm: setForm };
  const review = (event: Event): void => {
    event.preventDefault();
    if (terms !== null) {
      onTerms(terms);
    }
  };
  return (
    <form class="panel stack" onSubmit={review}>
      <div class="fields">
        <Input {...field} name="gone" label={text.gone(from)} />
        <Input {...field} name="come" label={text.come(to)} />
      </div>
      <Input {...field} name="price" label={text.price(from)} hint={text.priceHint} />
      <Input {...field} name="daily" label={text.daily} />
      <Input {...field} name="owed" label={text.owed} />
      <Input {...field} name="lastDay" label={text.lastDay} />
      <ReviewOrCancel isReady={terms !== null} back="partners" />
    </form>
  );
}

function Direction(props: {
  readonly own: BrandId;
  readonly others: readonly BrandId[];
  readonly way: Way;
  readonly onWay: (way: Way) => void;
}) {
  const { partners: text } = words.value;
  const { own, others, way, onWay } = props;
  const other = way.from === own ? way.to : way.from;
  const isOut = way.from === own;
  const turned = (one: BrandId, out: boolean): Way => (out ? { from: own, to: one } : { from: one, to: own });
  const [mine, theirs] = [say.value.brand(own), say.value.brand(other)];
  const directions = [
    ["out", text.out(mine, theirs)],
    ["in", text.out(theirs, mine)],
  ] as const;
  return (
    <div class="fields">
      <Field label={text.other}>
        {(id) => (
          <Select
            id={id}
            value={other}
            all={others.map((one) => [one, say.value.brand(one)] as const)}
            onValue={(one) => onWay(turned(one, isOut))}
          />
        )}
      </Field>
      <Field label={text.direction}>
        {(id) => (
          <Select
            id={id}
            value={isOut ? "out" : "in"}
            all={directions}
            onValue={(direction) => onWay(turned(other, direction === "out"))}
          />
        )}
      </Field>
    </div>
  );
}

/** The partnership that the address of a screen names, if it is the brand's. */
function named(of: string, now: Shown): api.Partnership | null {
  const [from, to] = of.split(" ");
  return now.partnerships.find((one) => one.from === from && one.to === to) ?? null;
}

function Propose({ of, now }: { readonly of: string; readonly now: Shown }) {
  const { partners: text } = words.value;
  const own = now.brand.id;
  const others = [...brands.value.keys()].filter((id) => id !== own);
  const existing = named(of, now);
  const [first] = others;
  const start = existing ?? (first === undefined ? null : { from: own, to: first });
  const [way, setWay] = useState<Way | null>(start === null ? null : { from: start.from, to: start.to });
  const [terms, setTerms] = useState<PartnershipTerms | null>(null);
  if (way === null) {
    return <p class="panel soft">{text.none}</p>;
  }
  if (terms !== null) {
    const action: BrandAction = { type: "propose_partnership", ...way, terms };
    return (
      <ReviewAction brand={own} action={action} onBack={() => setTerms(null)}>
        <Round way={way} terms={terms} now={now} />
      </ReviewAction>
    );
  }
  return (
    <div class="stack">
      <Heading title={of === "" ? text.propose : text.proposeAgain} back="partners" />
      {existing === null && <Direction own={own} others={others} way={way} onWay={setWay} />}
      <Terms
        key={`${way.from} ${way.to}`}
        way={way}
        before={existing?.terms ?? existing?.proposal?.terms ?? null}
        onTerms={setTerms}
      />
    </div>
  );
}

/** The screen on which a partnership is proposed; `of` names one that is there, or nothing. */
export function PartnerNew({ of }: { readonly of: string }) {
  const { common } = words.value;
  const now = shown.value;
  return (
    <div class="narrow">
      {now === null ? <Waiting text={common.loading} /> : <Propose of={of} now={now} />}
    </div>
  );
}

/** The screen on which a proposal is accepted, exactly as it was when the screen was opened. */
export function PartnerAccept({ of }: { readonly of: string }) {
  const now = shown.value;
  const [seen, setSeen] = useState<api.Partnership | null>(null);
  const one = seen ?? (now === null ? null : named(of, now));
  if (now === null || one?.proposal == null) {
    return <Waiting text={words.value.common.loading} />;
  }
  if (seen === null) {
    setSeen(one);
  }
  const { from, to, proposal } = one;
  const action: BrandAction = { type: "accept_partnership", from, to, terms: proposal.terms };
  return (
    <ReviewAction brand={now.brand.id} action={action} onBack={() => goTo("partners")}>
      <Round way={{ from, to }} terms={proposal.terms} now={now} />
    </ReviewAction>
  );
}

/** The screen on which a partnership is ended, or a proposal taken off the table. */
export function PartnerEnd({ of }: { readonly of: string }) {
  const { partners: text, common } = words.value;
  const now = shown.value;
  const [from, to] = of.split(" ") as [BrandId, BrandId];
  if (now === null) {
    return <Waiting text={common.loading} />;
  }
  const isInForce = (named(of, now)?.terms ?? null) !== null;
  const action: BrandAction = { type: "end_partnership", from, to };
  return (
    <ReviewAction brand={now.brand.id} action={action} onBack={() => goTo("partners")}>
      {isInForce && <p class="soft">{text.endLead}</p>}
    </ReviewAction>
  );
}
