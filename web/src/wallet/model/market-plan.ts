/** Offers of the market in numbers: which are taken, what that costs at most, and how a price is said as a ratio. */

import type { Address, api, Expiry, Lot, Operation, Points } from "@lojal/client";
import { payFor } from "@lojal/client";

/** Most offers that are taken at once: more than anybody reads before signing. */
export const TAKES_MAX = 20;
/** The largest number that a price is made of. */
const PRICE_MAX = 2n ** 32n - 1n;

/** A part of an offer, or all of it, and what it costs. */
export interface Part {
  readonly offer: api.RestingOffer;
  readonly amount: Points;
  readonly pay: Points;
}

/** What is taken at once, in the order of the offers. */
export interface Plan {
  readonly parts: readonly Part[];
  readonly amount: Points;
  readonly pay: Points;
}

/** The points of lots that live until an expiry or longer. */
export function livingUntil(lots: readonly Lot[], expiry: Expiry): Points {
  // A month's text rises with it, and the word for no end comes after all of them.
  const living = lots.filter((lot) => lot.expiry >= expiry);
  return living.reduce((sum, { amount }) => sum + amount, 0n) as Points;
}

/** Lots after a payment, which takes the earliest of those that live until an expiry. */
export function paidFrom(lots: readonly Lot[], pay: Points, expiry: Expiry): readonly Lot[] {
  let rest: bigint = pay;
  return lots.flatMap((lot) => {
    const used = lot.expiry >= expiry ? (lot.amount < rest ? lot.amount : rest) : 0n;
    rest -= used;
    return lot.amount > used ? [{ ...lot, amount: (lot.amount - used) as Points }] : [];
  });
}

/** The most points of an offer that so many points pay for. */
export function mostFor({ priceNum, priceDen }: Pick<api.RestingOffer, "priceNum" | "priceDen">, pay: Points): Points {
  return ((pay * BigInt(priceDen)) / BigInt(priceNum)) as Points;
}

function least(...all: readonly bigint[]): bigint {
  return all.reduce((one, other) => (other < one ? other : one));
}

/**
 * The offers that are taken to get so many points: from the first on, of each as much as is wanted still, is left of
 * it, and can be paid with the lots; none of the payer's own.
 */
export function planOf(
  offers: readonly api.RestingOffer[],
  wanted: Points,
  lots: readonly Lot[],
  payer: Address,
): Plan {
  const parts: Part[] = [];
  let [has, amount, pay]: [readonly Lot[], bigint, bigint] = [lots, 0n, 0n];
  for (const offer of offers) {
    const payable = mostFor(offer, livingUntil(has, offer.wantsUntil));
    const part = least(wanted - amount, offer.amount, payable) as Points;
    const isEnough = part > 0n && (part >= offer.minTake || part === offer.amount);
    if (offer.owner === payer || !isEnough || parts.length === TAKES_MAX) {
      continue;
    }
    const cost = payFor(part, offer.priceNum, offer.priceDen);
    parts.push({ offer, amount: part, pay: cost });
    has = paidFrom(has, cost, offer.wantsUntil);
    amount += part;
    pay += cost;
  }
  return { parts, amount: amount as Points, pay: pay as Points };
}

/** The operations that take what is planned: of each offer points with the expiry that was shown, and no others. */
export function takesOf({ parts }: Plan, from: Address): readonly Operation[] {
  return parts.map(({ offer: { brand, owner, offer, wants, expiry }, amount, pay: maxPay }) => {
    return { type: "take", brand, owner, offer, from, amount, wants, maxPay, expiry };
  });
}

/** The price of an amount in the smallest numbers that say it; null if it can't be said so. */
export function ratioOf(price: Points, amount: Points): readonly [number, number] | null {
  let [one, other]: [bigint, bigint] = [price, amount];
  while (other > 0n) {
    [one, other] = [other, one % other];
  }
  if (price === 0n || amount === 0n || price / one > PRICE_MAX || amount / one > PRICE_MAX) {
    return null;
  }
  return [Number(price / one), Number(amount / one)];
}

/** The price of one point as people count them, in the other brand's. */
export function unitPrice(
  { priceNum, priceDen }: Pick<api.RestingOffer, "priceNum" | "priceDen">,
  decimals: number,
  wantedDecimals: number,
): number {
  return (priceNum / priceDen) * 10 ** (decimals - wantedDecimals);
}
