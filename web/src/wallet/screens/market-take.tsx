/** Buying points of one offer or of several at once: what comes, how long it lives, and what is paid at most. */

import "../offers.css";

import type { Address, api, BrandId, Points } from "@lojal/client";
import { formatAmount } from "@lojal/client";
import { useState } from "preact/hooks";

import { Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { useForecast } from "../model/foretell.js";
import type { Pair } from "../model/market.js";
import { lotsOf, useMarket } from "../model/market.js";
import type { Plan } from "../model/market-plan.js";
import { planOf, takesOf } from "../model/market-plan.js";
import { brandOf, brands } from "../model/network.js";
import { wallet } from "../model/session.js";
import { AmountField, amountIn } from "../ui/fields.js";
import { livesText, pointsOf, TraderChoice } from "../ui/market.js";
import { amountOf, errorText, Heading, look } from "../ui/parts.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { words } from "../words/index.js";
import { marketWords } from "../words/market.js";
import { screenWords } from "../words/screens.js";

/** What is bought: of one offer, or so many points of the cheapest. */
interface ToTake {
  readonly pair: Pair;
  readonly offer: string | null;
  readonly amount: Points | null;
}

const OFFER = /^[0-9a-f]{32}$/;
const AMOUNT = /^[0-9]{1,16}$/;

/** What a place names, such as `nordmat/kaffet/150` or one with an offer's name; null if it names nothing. */
function takeIn(of: string): ToTake | null {
  const [sell = "", buy = "", what = ""] = of.split("/") as [BrandId?, BrandId?, string?];
  const isOffer = OFFER.test(what);
  if (!brands.value.has(sell as BrandId) || !brands.value.has(buy as BrandId) || (!isOffer && !AMOUNT.test(what))) {
    return null;
  }
  const pair = { sell: sell as BrandId, buy: buy as BrandId };
  return isOffer ? { pair, offer: what, amount: null } : { pair, offer: null, amount: BigInt(what) as Points };
}

/** The parts of a plan, each with its price and how long its points live. */
function Parts({ plan }: { readonly plan: Plan }) {
  const text = marketWords.value.buy;
  return (
    <section class="stack tight" aria-label={text.parts}>
      {plan.parts.length > 1 && <h2>{text.parts}</h2>}
      <ul class="list" data-testid="parts">
        {plan.parts.map(({ offer, amount, pay }) => (
          <li key={offer.offer}>
            <span>{text.part(pointsOf(offer.brand, amount), pointsOf(offer.wants, pay))}</span>
            <br />
            <span class="small soft">
              {livesText(offer.expiry)}
              {amount < offer.amount && ` · ${text.rest(amountOf(offer.brand, (offer.amount - amount) as Points))}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Shortage({ plan, wanted, brand }: { readonly plan: Plan; readonly wanted: Points; readonly brand: BrandId }) {
  const text = marketWords.value.buy;
  return plan.amount >= wanted ? null : (
    <Notice kind="warn">
      <p data-testid="short">{plan.parts.length === 0 ? text.nothing : text.only(pointsOf(brand, plan.amount))}</p>
    </Notice>
  );
}

function Form(props: {
  readonly pair: Pair;
  readonly offers: readonly api.RestingOffer[];
  readonly first: Points;
  readonly own: Address;
}) {
  const { pair, offers, first, own } = props;
  const { sell, buy } = pair;
  const text = marketWords.value.buy;
  const exact = formatAmount(first, brandOf(sell).decimals);
  const [typed, setTyped] = useState(language.value === "sv" ? exact.replace(".", ",") : exact);
  const [from, setFrom] = useState<Address>(own);
  const wanted = amountIn(typed, brandOf(sell));
  const plan = planOf(offers, wanted ?? (0n as Points), lotsOf(from, buy), from);
  const operations = takesOf(plan, from);
  const key = `${from} ${plan.parts.map(({ offer, amount, pay }) => `${offer.offer} ${amount} ${pay}`).join(" ")}`;
  const forecast = useForecast(operations, from, buy, key);
  return (
    <>
      <div class={`gift ${look(sell)}`}>
        <p>{text.gets}</p>
        <p class="big" data-testid="gets">
          {pointsOf(sell, plan.amount)}
        </p>
        <p data-testid="pays">
          {text.pays}: {pointsOf(buy, plan.pay)}
        </p>
      </div>
      <div class="panel stack">
        <AmountField
          label={text.amount}
          value={typed}
          wrong={typed.trim() !== "" && wanted === null ? screenWords.value.send.amountBad : ""}
          onValue={setTyped}
        />
        <TraderChoice legend={text.from} value={from} onValue={setFrom} />
        {wanted !== null && <Shortage plan={plan} wanted={wanted} brand={sell} />}
        {plan.parts.length > 0 && <Parts plan={plan} />}
        <Left forecast={forecast} brand={buy} label={text.after(brandOf(buy).name)} />
        <p class="small soft">
          {text.all} {marketWords.value.word}
        </p>
      </div>
      <SignButton
        text={text.action(amountOf(sell, plan.amount), brandOf(sell).name)}
        icon="check"
        isReady={operations.length > 0 && wouldWork(forecast)}
        operations={() => operations}
      />
    </>
  );
}

function Read({ to, own }: { readonly to: ToTake; readonly own: Address }) {
  const { told, error } = useMarket(to.pair);
  if (told === null) {
    return error === null ? (
      <Waiting text={words.value.common.loading} />
    ) : (
      <Notice kind="bad">
        <p>{errorText(error)}</p>
      </Notice>
    );
  }
  const offers = to.offer === null ? told.offers : told.offers.filter(({ offer }) => offer === to.offer);
  const first = to.amount ?? offers[0]?.amount;
  return first === undefined ? (
    <Notice kind="warn">
      <p>{marketWords.value.buy.gone}</p>
    </Notice>
  ) : (
    <Form pair={to.pair} offers={offers} first={first} own={own} />
  );
}

/** The screen: `of` names the two brands, and an offer or how many points are wanted. */
export function MarketTake({ of }: { readonly of: string }) {
  const text = marketWords.value.buy;
  const to = takeIn(of);
  const own = wallet.value?.address;
  return (
    <div class="stack">
      <Heading title={text.title} back="market" />
      {to === null || own === undefined ? (
        <Notice kind="warn">
          <p>{text.gone}</p>
        </Notice>
      ) : (
        <Read to={to} own={own} />
      )}
    </div>
  );
}
