/** What the brand and others owe each other, and the confirmation that a debt was paid. */

import type { api, BrandAction, BrandId, ExactMoney, Money } from "@lojal/client";
import { AmountError, parseAmount, receiptReference } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { Field, Waiting } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { ask } from "../../wallet/model/network.js";
import { Heading } from "../../wallet/ui/parts.js";
import { has, shown } from "../model/brand.js";
import { say } from "../model/saying.js";
import { Facts, Fault, Panel, ReviewOrCancel, TextInput } from "../ui/parts.js";
import { ReviewAction } from "../ui/review.js";
import { words } from "../words/index.js";

const MONEY_DECIMALS = 2;

/** A debt between two brands. */
interface Debt {
  readonly debtor: BrandId;
  readonly creditor: BrandId;
  readonly owed: ExactMoney;
}

function debtsOf(pairs: readonly api.NettingPair[], own: BrandId): readonly Debt[] {
  const mine = pairs.filter(({ first, second }) => first === own || second === own);
  const all = mine.flatMap(({ first, second, firstOwes, secondOwes }) => [
    { debtor: first, creditor: second, owed: firstOwes },
    { debtor: second, creditor: first, owed: secondOwes },
  ]);
  return all.filter(({ owed }) => owed.minor > 0n || owed.micro > 0);
}

/** The debts of the brand, and to it. */
export function Debts({ own }: { readonly own: BrandId }) {
  const { partners: text, common } = words.value;
  const [debts, setDebts] = useState<readonly Debt[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isOld = false;
    ask((client) => client.netting()).then(
      ({ pairs }) => (isOld ? undefined : setDebts(debtsOf(pairs, own))),
      (fault: unknown) => (isOld ? undefined : setError(fault)),
    );
    return () => {
      isOld = true;
    };
  }, [own, shown.value]);
  return (
    <Panel title={text.netting}>
      <Fault error={error} />
      {debts === null && error === null && <Waiting text={common.loading} />}
      {debts?.length === 0 && <p class="soft">{text.nettingNone}</p>}
      <ul class="list">
        {(debts ?? []).map(({ debtor, creditor, owed }) => (
          <li class="row between wrap" key={`${debtor} ${creditor}`}>
            <span>{text.owes(say.value.brand(debtor), say.value.brand(creditor))}</span>
            <span class="number">{say.value.money(owed.minor)}</span>
            {creditor === own && has("admin") && owed.minor > 0n && (
              <a class="button plain" href={linkTo("paid", debtor)}>
                {text.paid}
              </a>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** The sum in a text; null if it is none. */
function sumIn(text: string): Money | null {
  try {
    return parseAmount(text, MONEY_DECIMALS) as bigint as Money;
  } catch (error) {
    if (error instanceof AmountError) {
      return null;
    }
    throw error;
  }
}

/** The screen on which a payment is confirmed; `of` is the brand that has paid. */
export function Paid({ of }: { readonly of: string }) {
  const { partners: text, common } = words.value;
  const [sum, setSum] = useState("");
  const [mark, setMark] = useState("");
  const [action, setAction] = useState<Extract<BrandAction, { type: "settle" }> | null>(null);
  const creditor = shown.value?.brand.id;
  if (creditor === undefined) {
    return <Waiting text={common.loading} />;
  }
  const debtor = of as BrandId;
  if (action !== null) {
    const { facts } = say.value.words;
    return (
      <ReviewAction brand={creditor} action={action} onBack={() => setAction(null)}>
        <Facts
          facts={[
            [text.paidAmount, say.value.money(action.amount)],
            [text.paidText, mark],
            [facts.reference, action.reference],
          ]}
        />
      </ReviewAction>
    );
  }
  const amount = sumIn(sum);
  const review = (event: Event): void => {
    event.preventDefault();
    if (amount !== null) {
      setAction({ type: "settle", creditor, debtor, amount, reference: receiptReference(mark) });
    }
  };
  return (
    <div class="stack narrow">
      <Heading title={text.paid} back="partners" />
      <form class="panel stack" onSubmit={review}>
        <p>{text.owes(say.value.brand(debtor), say.value.brand(creditor))}</p>
        <Field label={text.paidAmount} wrong={sum !== "" && amount === null ? common.amountBad : ""}>
          {(id, hint) => <TextInput id={id} hint={hint} mode="decimal" value={sum} onValue={setSum} />}
        </Field>
        <Field label={text.paidText} hint={text.paidHint}>
          {(id, hint) => <TextInput id={id} hint={hint} value={mark} onValue={setMark} />}
        </Field>
        <ReviewOrCancel isReady={amount !== null && mark.trim() !== ""} back="partners" />
      </form>
    </div>
  );
}
