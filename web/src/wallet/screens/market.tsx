/** The market: what others offer of a brand's points for another's, and the wallet's own offers. */

import "../offers.css";

import type { Address, api, BrandId } from "@lojal/client";
import { monthOf, payFor, toTimeMs } from "@lojal/client";
import { useMemo, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { goTo, linkTo } from "../../shared/route.js";
import { shown } from "../model/account.js";
import type { Pair } from "../model/market.js";
import { chosen, firstPair, tradeable, useMarket } from "../model/market.js";
import { brandOf } from "../model/network.js";
import type { OwnOffer } from "../model/own-offers.js";
import { ownOffers } from "../model/own-offers.js";
import { wallet } from "../model/session.js";
import { AmountField, amountIn, BrandChoice } from "../ui/fields.js";
import { eachText, pointsOf, termsText } from "../ui/market.js";
import { amountOf, errorText, Heading } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { SignButton } from "../ui/sign.js";
import { words } from "../words/index.js";
import { marketWords } from "../words/market.js";
import { screenWords } from "../words/screens.js";

type Priced = Pick<api.RestingOffer, "brand" | "amount" | "wants" | "priceNum" | "priceDen">;

/** The lines that every offer has. */
function Lines({ offer, terms }: { readonly offer: Priced; readonly terms: string }) {
  const text = marketWords.value;
  const price = payFor(offer.amount, offer.priceNum, offer.priceDen);
  return (
    <>
      <h3>{pointsOf(offer.brand, offer.amount)}</h3>
      <p>
        {text.price(amountOf(offer.wants, price), brandOf(offer.wants).name)}
        <span class="soft small"> · {text.each(eachText(offer))}</span>
      </p>
      <p class="small soft">{terms}</p>
    </>
  );
}

function Resting({ offer, own }: { readonly offer: api.RestingOffer; readonly own: Address | undefined }) {
  const text = marketWords.value;
  const { brand, wants, offer: id, owner } = offer;
  const terms = termsText(offer, monthOf(toTimeMs(Date.now())));
  return (
    <li class="offer bare" data-testid={`resting-${id}`}>
      <div class="stack tight">
        <Lines offer={offer} terms={terms} />
        {owner === own && <p class="small">{text.mine}</p>}
      </div>
      {owner !== own && (
        <a class="button plain" href={linkTo("market-take", `${brand}/${wants}/${id}`)}>
          {text.take}
          <span class="hidden">: {pointsOf(brand, offer.amount)}</span>
        </a>
      )}
    </li>
  );
}

/** The field for how many points are wanted, of whichever offers are the cheapest. */
function Wanted({ pair: { sell, buy } }: { readonly pair: Pair }) {
  const text = marketWords.value;
  const [typed, setTyped] = useState("");
  const amount = amountIn(typed, brandOf(sell));
  const review = (event: Event): void => {
    event.preventDefault();
    goTo("market-take", `${sell}/${buy}/${amount ?? ""}`);
  };
  return (
    <form class="stack" onSubmit={review}>
      <AmountField
        label={text.howMany}
        hint={text.howManyHint}
        value={typed}
        wrong={typed.trim() !== "" && amount === null ? screenWords.value.send.amountBad : ""}
        onValue={setTyped}
      />
      <button class="button" type="submit" disabled={amount === null || amount === 0n}>
        {text.review}
      </button>
    </form>
  );
}

function Offered({ pair }: { readonly pair: Pair }) {
  const text = marketWords.value;
  const { told, error, again } = useMarket(pair);
  const own = wallet.value?.address;
  const [sell, buy] = [brandOf(pair.sell).name, brandOf(pair.buy).name];
  const others = told?.offers.filter(({ owner }) => owner !== own) ?? [];
  return (
    <section class="panel stack" aria-label={text.offers} data-testid="market">
      <div class="row between">
        <h2>{text.offers}</h2>
        <button class="button quiet" type="button" onClick={again}>
          {text.again}
        </button>
      </div>
      <p class="small soft">{text.word}</p>
      {error !== null && (
        <Notice kind="bad">
          <p>{errorText(error)}</p>
        </Notice>
      )}
      {told === null && error === null && <Waiting text={words.value.common.loading} />}
      {told !== null && told.offers.length === 0 && <p data-testid="none">{text.none(sell, buy)}</p>}
      {others.length > 0 && <Wanted key={`${pair.sell} ${pair.buy}`} pair={pair} />}
      {told !== null && told.offers.length > 0 && (
        <ul class="offers">
          {told.offers.map((offer) => (
            <Resting key={offer.offer} offer={offer} own={own} />
          ))}
        </ul>
      )}
      {told?.more === true && <p class="small soft">{text.more}</p>}
    </section>
  );
}

function Mine({ one }: { readonly one: OwnOffer }) {
  const text = marketWords.value;
  const { account, isPool, brand, offer } = one;
  const { lot, wants, id } = offer;
  const resting = { ...offer, brand, amount: lot.amount, expiry: lot.expiry };
  const terms = termsText(resting, monthOf(toTimeMs(Date.now())));
  return (
    <li class="stack" data-testid={`mine-${id}`}>
      <div class="stack tight">
        <Lines offer={{ ...resting, wants }} terms={[...(isPool ? [text.pool] : []), terms].join(" · ")} />
      </div>
      <SignButton
        text={text.withdraw(amountOf(brand, lot.amount), brandOf(brand).name)}
        icon="undo"
        kind="plain"
        operations={() => [{ type: "withdraw_offer", brand, from: account, offer: id }]}
      />
    </li>
  );
}

function Own() {
  const text = marketWords.value;
  const now = shown.value;
  const found = useMemo(() => ownOffers(now), [now]);
  return (
    <section class="panel stack" aria-label={text.own} data-testid="own">
      <h2>{text.own}</h2>
      {found === null && <p class="soft">{text.offline}</p>}
      {found?.length === 0 && <p class="soft">{text.ownNone}</p>}
      {found !== null && found.length > 0 && (
        <>
          <p class="small soft">{text.ownLead}</p>
          <ul class="list">
            {found.map((one) => (
              <Mine key={one.offer.id} one={one} />
            ))}
          </ul>
        </>
      )}
      <a class="button plain" href={linkTo("market-offer")}>
        <Icon name="up" />
        {text.make}
      </a>
    </section>
  );
}

/** The screen. */
export function Market() {
  const text = marketWords.value;
  const all = tradeable();
  const pair = chosen.value ?? firstPair();
  const choose = (change: Partial<Pair>): void => {
    if (pair === null) {
      return;
    }
    const next = { ...pair, ...change };
    // No brand is sold for itself: then the other one takes its place.
    const swapped = next.sell !== next.buy ? next : { sell: pair.buy, buy: pair.sell };
    chosen.value = swapped;
  };
  return (
    <div class="stack">
      <div>
        <Heading title={text.title} back="" />
        <Shield />
      </div>
      <p class="soft">{text.lead}</p>
      {pair === null ? (
        <p class="panel soft">{text.closed}</p>
      ) : (
        <>
          <div class="panel stack">
            <BrandChoice
              label={text.want}
              name="sell"
              all={all}
              value={pair.sell}
              onValue={(sell: BrandId) => choose({ sell })}
            />
            <BrandChoice
              label={text.payWith}
              name="buy"
              all={all}
              value={pair.buy}
              onValue={(buy: BrandId) => choose({ buy })}
            />
          </div>
          <Offered pair={pair} />
          <Own />
        </>
      )}
    </div>
  );
}
