import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeBlock } from "../src/block.js";
import { fromHex } from "../src/bytes.js";
import type { ChainId, OfferId } from "../src/ids.js";
import { offerId, payFor } from "../src/market.js";
import type { Offer } from "../src/operation/market.js";
import type { Operation } from "../src/operation/operation.js";
import { accountsOf, brandsOf, spendingOf } from "../src/operation/operation.js";
import { toPoints } from "../src/points.js";
import { receiptCodec } from "../src/receipt.js";
import { decodeKey, decodeValue, kindOfKey, recordKinds } from "../src/state/kinds.js";
import { transactionId } from "../src/transaction.js";
import { field, listIn, NETWORK, text, vectors } from "./support/vectors.js";

const story = vectors("chain").find(({ name }) => name === "a market of version 2");
assert.ok(story !== undefined);
const chain = field(story.output, "chain_id") as ChainId;

/** The operations of the chain that were applied, with the names that they give offers. */
function applied(): readonly { readonly operation: Operation; readonly offer: OfferId }[] {
  return listIn(field(story?.output ?? null, "blocks")).flatMap((output) => {
    const { transactions } = decodeBlock(fromHex(text(field(output, "block_borsh"))));
    const receipts = listIn(field(output, "receipts")).map((json) => receiptCodec.fromJson(json, NETWORK));
    return transactions.flatMap(({ transaction }, at) => {
      const id = transactionId(transaction, chain);
      const isApplied = receipts[at]?.outcome.result === "applied";
      const named = transaction.operations.map((operation, index) => ({ operation, offer: offerId(chain, id, index) }));
      return isApplied ? named : [];
    });
  });
}

test("whoever takes names an offer by the transaction that made it, and pays no less than its price", () => {
  const made = new Map<OfferId, Offer>();
  let takes = 0;
  for (const { operation, offer } of applied()) {
    if (operation.type === "offer") {
      made.set(offer, operation);
    }
    if (operation.type === "take") {
      const taken = made.get(operation.offer);
      assert.ok(taken !== undefined, "it was made before");
      assert.deepEqual([taken.from, taken.brand, taken.wants], [operation.owner, operation.brand, operation.wants]);
      assert.equal(operation.expiry, taken.expiry);
      assert.ok(payFor(operation.amount, taken.priceNum, taken.priceDen) <= operation.maxPay);
      assert.deepEqual(accountsOf(operation), [operation.owner, operation.from]);
      assert.deepEqual(brandsOf(operation), [operation.brand, operation.wants]);
      assert.equal(spendingOf(operation)?.amount, operation.maxPay);
      takes += 1;
    }
  }
  assert.ok(takes >= 4);
});

test("a payment rounds up", () => {
  const pay = (amount: number, num: number, den: number): bigint => payFor(toPoints(amount), num, den);
  assert.deepEqual([pay(10, 1, 2), pay(11, 1, 2), pay(1, 1, 4_294_967_295), pay(7, 3, 1)], [5n, 6n, 1n, 21n]);
});

test("offers follow an account's holds in its record, and are left out where there are none", () => {
  const entries = listIn(field(story.output, "last_state")).map((pair) => {
    const [key, value] = listIn(pair).map((hex) => fromHex(text(hex)));
    assert.ok(key !== undefined && value !== undefined);
    return { key, value };
  });
  const holds = entries.filter(({ key }) => kindOfKey(key) === "holds");
  const records = holds.map(({ value }) => decodeValue(recordKinds.holds, value));
  assert.ok(records.some(({ offers }) => offers.length > 0));
  assert.ok(holds.every(({ key }) => decodeKey(recordKinds.holds, key).brand === "nordmat"));
});
