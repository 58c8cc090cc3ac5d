import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address, api, BrandId, Expiry, Lot, OfferId, Operation, Points, TimeMs } from "@lojal/client";

import { entryOf } from "../src/wallet/model/describe.js";
import { livingUntil, mostFor, paidFrom, planOf, ratioOf, takesOf } from "../src/wallet/model/market-plan.js";
import { TAKES_MAX, unitPrice } from "../src/wallet/model/market-plan.js";

const [ANNA, BO] = ["02".repeat(20), "03".repeat(20)] as [Address, Address];
const [NORDMAT, KAFFET] = ["nordmat", "kaffet"] as [BrandId, BrandId];

function points(amount: number | bigint): Points {
  return BigInt(amount) as Points;
}

function resting(name: string, amount: number, price: readonly [number, number], more: object = {}): api.RestingOffer {
  return {
    owner: BO,
    offer: name.repeat(16) as OfferId,
    brand: NORDMAT,
    amount: points(amount),
    expiry: "2032-01",
    wants: KAFFET,
    priceNum: price[0],
    priceDen: price[1],
    wantsUntil: "2031-01",
    minTake: points(1),
    endsMs: Date.UTC(2031, 0, 20) as TimeMs,
    ...more,
  } as api.RestingOffer;
}

const LOTS: readonly Lot[] = [
  { expiry: "2031-03", amount: points(40) },
  { expiry: "2031-12", amount: points(100) },
  { expiry: "never", amount: points(10) },
] as readonly Lot[];

const APRIL = "2031-04" as Expiry;

function planned(offers: readonly api.RestingOffer[], wanted: number, lots = LOTS): readonly (readonly bigint[])[] {
  return planOf(offers, points(wanted), lots, ANNA).parts.map(({ amount, pay }) => [amount, pay]);
}

test("the cheapest offers are taken first, each as far as it goes, and what they cost is rounded up", () => {
  const offers = [resting("0a", 30, [1, 4]), resting("0b", 40, [1, 3]), resting("0c", 90, [1, 2])];
  assert.deepEqual(planned(offers, 50), [[30n, 8n], [20n, 7n]]);
  const plan = planOf(offers, points(50), LOTS, ANNA);
  assert.deepEqual([plan.amount, plan.pay], [50n, 15n]);
  assert.deepEqual(planned(offers, 0), []);
});

test("own offers, and those that sell more at once than is still wanted, are left out", () => {
  const own = resting("0a", 30, [1, 4], { owner: ANNA });
  const large = resting("0b", 40, [1, 3], { minTake: points(25) });
  const last = resting("0c", 90, [1, 2]);
  assert.deepEqual(planned([own, large, last], 20), [[20n, 10n]]);
  assert.deepEqual(planned([own, large, last], 30), [[30n, 10n]]);
  // All that is left may be taken, however few.
  assert.deepEqual(planned([resting("0d", 5, [1, 1], { minTake: points(25) })], 5), [[5n, 5n]]);
  const many = Array.from({ length: 30 }, (_, at) => resting(String(10 + at), 1, [1, 1]));
  assert.equal(planned(many, 30).length, TAKES_MAX);
});

test("no more is taken than is paid for by points that live as long as the offer asks", () => {
  assert.equal(livingUntil(LOTS, APRIL), 110n);
  assert.deepEqual(paidFrom(LOTS, points(60), APRIL), [
    { expiry: "2031-03", amount: 40n },
    { expiry: "2031-12", amount: 40n },
    { expiry: "never", amount: 10n },
  ]);
  const choosy = resting("0a", 50, [1, 1], { wantsUntil: "never" });
  assert.deepEqual(planned([choosy, resting("0b", 500, [2, 1])], 200), [[10n, 10n], [70n, 140n]]);
  assert.equal(mostFor({ priceNum: 3, priceDen: 2 }, points(10)), 6n, "and a seventh would cost 11");
});

test("a price is said in the smallest numbers, and for one point as people count", () => {
  assert.deepEqual(ratioOf(points(2500), points(10_000)), [1, 4]);
  assert.deepEqual(ratioOf(points(7), points(3)), [7, 3]);
  assert.deepEqual(ratioOf(points(1n << 40n), points(1n << 41n)), [1, 2]);
  assert.equal(ratioOf(points((1n << 40n) + 1n), points(1n << 41n)), null);
  assert.deepEqual([ratioOf(points(0), points(5)), ratioOf(points(5), points(0))], [null, null]);
  assert.equal(unitPrice({ priceNum: 25, priceDen: 1 }, 0, 2), 0.25);
});

test("a take says the expiry that was shown, so that nothing that dies sooner is bought", () => {
  const [take] = takesOf(planOf([resting("0a", 30, [1, 4])], points(30), LOTS, ANNA), ANNA);
  assert.ok(take?.type === "take");
  assert.deepEqual([take.expiry, take.amount, take.maxPay], ["2032-01", 30n, 8n]);
});

test("a take is told as an exchange to both sides, and what is offered as set aside", () => {
  const take: Operation = {
    type: "take",
    brand: NORDMAT,
    owner: BO,
    offer: "0a".repeat(16) as OfferId,
    from: ANNA,
    amount: points(30),
    wants: KAFFET,
    maxPay: points(8),
    expiry: "2032-01" as Expiry,
  };
  const [bought, sold] = [entryOf(take, ANNA), entryOf(take, BO)];
  assert.deepEqual([bought.brand, bought.amount, bought.isIncoming], [KAFFET, 8n, false]);
  assert.deepEqual([bought.received, bought.other], [{ brand: NORDMAT, amount: 30n }, BO]);
  assert.deepEqual([sold.brand, sold.amount, sold.received, sold.other], [NORDMAT, 30n, null, ANNA]);
  const withdrawn = { type: "withdraw_offer", brand: NORDMAT, from: ANNA, offer: take.offer } as const;
  assert.deepEqual([entryOf(withdrawn, ANNA).kind, entryOf(withdrawn, ANNA).amount], ["released", null]);
});
