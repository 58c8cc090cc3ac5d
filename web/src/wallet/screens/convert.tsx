/** One brand's points into another's, on the terms that the two have agreed on: exactly as shown, or not at all. */

import type { api, BrandId, Conversion, Operation, PartnershipTerms, Points } from "@lojal/client";
import { conversionOf } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { Notice, Waiting } from "../../shared/parts.js";
import { shown } from "../model/account.js";
import { useForecast } from "../model/foretell.js";
import type { Brand } from "../model/network.js";
import { ask, brandOf } from "../model/network.js";
import { wallet } from "../model/session.js";
import { AmountField, amountIn, BrandChoice } from "../ui/fields.js";
import { amountOf, errorText, Heading } from "../ui/parts.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { words } from "../words/index.js";
import { screenWords } from "../words/screens.js";

type Partnership = api.Partnership;

/** All partnerships in force, page by page. */
async function inForce(): Promise<readonly Partnership[]> {
  const found: Partnership[] = [];
  let cursor: string | null = null;
  do {
    const from: string | null = cursor;
    const page: api.Partnerships = await ask((client) => client.partnerships(from));
    found.push(...page.partnerships.filter(({ terms }) => terms !== null && terms.endsMs > Date.now()));
    cursor = page.nextCursor;
  } while (cursor !== null && found.length < 2_000);
  return found;
}

function Result({
  from,
  to,
  terms,
  conversion,
  amount,
}: {
  readonly from: Brand;
  readonly to: Brand;
  readonly terms: PartnershipTerms;
  readonly conversion: Conversion | null;
  readonly amount: Points | null;
}) {
  const text = screenWords.value.convert;
  const operations: readonly Operation[] =
    conversion === null || wallet.value === null
      ? []
      : [{ type: "convert", account: wallet.value.address, from: from.id, to: to.id, ...conversion }];
  const account = wallet.value?.address ?? null;
  const forecast = useForecast(operations, account, from.id, `${from.id} ${to.id} ${conversion?.burned ?? ""}`);
  const dust = amount === null || conversion === null ? 0n : amount - conversion.burned;
  return (
    <>
      <div class="panel stack">
        <p class="soft">
          {text.rate(
            `${amountOf(from.id, BigInt(terms.rateDen) as Points)} ${from.name}`,
            `${amountOf(to.id, BigInt(terms.rateNum) as Points)} ${to.name}`,
          )}
          . {text.daily(amountOf(from.id, terms.dailyMax))}.
        </p>
        {amount !== null && conversion === null && <p class="bad">{text.little}</p>}
        {conversion !== null && (
          <dl class="facts">
            <dt>{text.burned}</dt>
            <dd class="number">
              {amountOf(from.id, conversion.burned)} {from.name}
            </dd>
            <dt>{text.received}</dt>
            <dd class="number good">
              {amountOf(to.id, conversion.received)} {to.name}
            </dd>
          </dl>
        )}
        {dust > 0n && <p class="soft">{text.dust(`${amountOf(from.id, dust as Points)} ${from.name}`)}</p>}
        <Left forecast={forecast} brand={from.id} />
        <p class="small soft">{text.exact}</p>
      </div>
      <SignButton
        text={text.action}
        icon="swap"
        isReady={operations.length > 0 && wouldWork(forecast)}
        operations={() => operations}
      />
    </>
  );
}

function Form({ all }: { readonly all: readonly Partnership[] }) {
  const text = screenWords.value.convert;
  const held = (shown.value?.own.account.balances ?? []).filter(({ brand, total }) => {
    return total > 0n && all.some((one) => one.from === brand);
  });
  const [chosenFrom, setFrom] = useState<BrandId | null>(null);
  const [chosenTo, setTo] = useState<BrandId | null>(null);
  const [typed, setTyped] = useState("");
  const from = held.find(({ brand }) => brand === chosenFrom) ?? held[0];
  const ways = all.filter((one) => one.from === from?.brand);
  const way = ways.find((one) => one.to === chosenTo) ?? ways[0];
  if (from === undefined || way === undefined || way.terms === null) {
    return <p class="panel soft">{text.none}</p>;
  }
  const brand = brandOf(from.brand);
  const amount = amountIn(typed, brand);
  const isTooMuch = amount !== null && amount > from.total;
  const conversion = amount === null || isTooMuch ? null : conversionOf(way.terms, amount);
  const isBad = typed.trim() !== "" && amount === null;
  return (
    <>
      <div class="panel stack">
        <BrandChoice
          label={text.fromLabel}
          name="from"
          all={held.map((one) => brandOf(one.brand))}
          value={from.brand}
          onValue={setFrom}
        />
        <BrandChoice
          label={text.toLabel}
          name="to"
          all={ways.map((one) => brandOf(one.to))}
          value={way.to}
          onValue={setTo}
        />
        <AmountField
          label={text.amountLabel}
          value={typed}
          wrong={isBad ? screenWords.value.send.amountBad : isTooMuch ? screenWords.value.send.tooMuch : ""}
          onValue={setTyped}
        />
      </div>
      <Result
        from={brand}
        to={brandOf(way.to)}
        terms={way.terms}
        conversion={conversion}
        amount={isTooMuch ? null : amount}
      />
    </>
  );
}

/** The screen. */
export function Convert() {
  const text = screenWords.value.convert;
  const [all, setAll] = useState<readonly Partnership[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    inForce().then(setAll, setError);
  }, []);
  return (
    <div class="stack">
      <Heading title={text.title} back="" />
      {error !== null && (
        <Notice kind="bad">
          <p>{errorText(error)}</p>
        </Notice>
      )}
      {all === null && error === null && <Waiting text={words.value.common.loading} />}
      {all !== null && <Form all={all} />}
    </div>
  );
}
