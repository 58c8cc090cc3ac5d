/** The parts of the market's screens. */

import type { Address, api, BrandId, Expiry, Operation, Points } from "@lojal/client";

import { lastDayText, momentText, numberText, ratioText } from "../../shared/format.js";
import { Choice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { traders } from "../model/market.js";
import { unitPrice } from "../model/market-plan.js";
import { brandOf } from "../model/network.js";
import { marketWords } from "../words/market.js";
import { amountOf } from "./parts.js";

/** Points with their brand. */
export function pointsOf(brand: BrandId, points: Points): string {
  return marketWords.value.amount(amountOf(brand, points), brandOf(brand).name);
}

/** How long points live. */
export function livesText(expiry: Expiry): string {
  const text = marketWords.value;
  const day = lastDayText(expiry, language.value);
  return day === null ? text.livesAlways : text.lives(day);
}

type Priced = Pick<api.RestingOffer, "brand" | "wants" | "priceNum" | "priceDen">;

/** The price of one point, with the brand in whose points it is. */
export function eachText(offer: Priced): string {
  const [brand, wants] = [brandOf(offer.brand), brandOf(offer.wants)];
  const ratio = ratioText(unitPrice(offer, brand.decimals, wants.decimals), language.value);
  return `${ratio} ${wants.name}`;
}

type Terms = Pick<api.RestingOffer, "brand" | "amount" | "expiry" | "wantsUntil" | "minTake" | "endsMs">;

/** What else an offer says: how long its points live, what it is paid with, how few are sold, and when it ends. */
export function termsText({ brand, amount, expiry, wantsUntil, minTake, endsMs }: Terms, thisMonth: Expiry): string {
  const text = marketWords.value;
  const day = lastDayText(wantsUntil, language.value);
  const paidWith = day === null ? text.wantsAlways : text.wantsUntil(day);
  const parts = [
    livesText(expiry),
    // What can be used this month can pay, unless more is asked for.
    ...(wantsUntil <= thisMonth ? [] : [paidWith]),
    ...(minTake > 1n ? [text.least(amountOf(brand, (minTake < amount ? minTake : amount) as Points))] : []),
    text.ends(momentText(endsMs, language.value)),
  ];
  return parts.join(" · ");
}

/** The choice of the account that trades, if there are several. */
export function TraderChoice(props: {
  readonly legend: string;
  readonly value: Address;
  readonly onValue: (account: Address) => void;
}) {
  const { legend, value, onValue } = props;
  const { account: own, pool } = marketWords.value;
  const all = traders().map(({ account, isPool }) => [account, isPool ? pool : own] as const);
  return all.length < 2 ? null : (
    <Choice legend={legend} name="from" all={all} value={value} onValue={onValue} />
  );
}

type Taking = Extract<Operation, { readonly type: "take" }>;

/** What came of takes in one transaction. */
export function Bought({ operations }: { readonly operations: readonly Operation[] }) {
  const text = marketWords.value.buy;
  const takes = operations.filter((one): one is Taking => one.type === "take");
  const [first] = takes;
  if (first === undefined) {
    return null;
  }
  const sum = (of: (take: Taking) => Points): Points => takes.reduce((all, take) => all + of(take), 0n) as Points;
  const many = takes.length < 2 ? [] : [text.ofMany(numberText(takes.length, language.value))];
  const price = text.bought(amountOf(first.wants, sum(({ maxPay }) => maxPay)), brandOf(first.wants).name);
  return (
    <>
      <p class="big got" data-testid="bought">
        +{pointsOf(first.brand, sum(({ amount }) => amount))}
      </p>
      <p>{[price, ...many].join(", ")}</p>
    </>
  );
}
