import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address } from "../src/address.js";
import { vouchersCodec } from "../src/api/vouchers.js";
import { parseBrandId } from "../src/brand.js";
import type { CampaignId } from "../src/campaign.js";
import { campaignCodec, claimReference, partnerOf, voucherId } from "../src/campaign.js";
import { decode, encode } from "../src/codec/codec.js";
import { concat } from "../src/bytes.js";
import type { ChainId, Height, TransactionId, VoucherId } from "../src/ids.js";
import { accountsOf, brandsOf, operationCodec, spendingOf } from "../src/operation/operation.js";
import type { GrossPoints, Points, Totals } from "../src/points.js";
import { addUp, totalsCodec } from "../src/points.js";
import { vouchersOf } from "../src/state/held-vouchers.js";
import { encodeKey, recordKinds } from "../src/state/kinds.js";
import { ProvenRecords } from "../src/state/proven.js";
import { StateTree } from "../src/state/tree.js";
import type { Voucher } from "../src/state/vouchers.js";
import type { TimeMs } from "../src/time.js";
import { dayOf, plusDays } from "../src/time.js";
import { account, entry } from "./support/records.js";
import { field, NETWORK, objectIn, vectors } from "./support/vectors.js";

const NOW = 1_794_700_800_000 as TimeMs;
const [ANNA, BO] = ["11".repeat(20) as Address, "22".repeat(20) as Address];
const [KAFFET, NORDMAT] = [parseBrandId("kaffet"), parseBrandId("nordmat")];

function voucher(byte: string, left: number, days: number): Voucher {
  const until = plusDays(dayOf(NOW), days);
  return { voucher: byte.repeat(16) as VoucherId, campaign: 4 as CampaignId, left, until };
}

/** The proven records of Anna, who has vouchers of the grocer. */
function recordsWith(vouchers: readonly Voucher[], lacking = ""): ProvenRecords {
  // So many others that the entries lie on pages of their own.
  const others = Array.from({ length: 90 }, (_, at) => {
    return entry(recordKinds.partners, { brand: parseBrandId(`brand${at}`) }, { ids: [] });
  });
  const state = StateTree.of([
    entry(recordKinds.account, { account: ANNA }, account(0)),
    entry(recordKinds.brandList, {}, { ids: [KAFFET, NORDMAT] }),
    entry(recordKinds.vouchers, { account: ANNA, brand: NORDMAT }, { vouchers }),
    ...others,
  ]);
  const records = new ProvenRecords("test", { height: 9n as Height, timeMs: NOW, stateRoot: state.root() });
  const keys = {
    account: encodeKey(recordKinds.account, { account: ANNA }),
    brands: encodeKey(recordKinds.brandList, {}),
    other: encodeKey(recordKinds.account, { account: BO }),
  };
  const wanted = Object.entries(keys).filter(([name]) => name !== lacking);
  wanted.forEach(([, key]) => records.add(key, state.prove(key)));
  return records;
}

test("vouchers of an account are told as gateways tell them, without those that are over", () => {
  const [first, over, last] = [voucher("01", 2, 30), voucher("02", 1, -1), voucher("03", 5, 0)];
  const told = vouchersOf(recordsWith([first, over, last]), ANNA);
  const vouchers = [first, last].map((one) => ({ brand: NORDMAT, ...one }));
  assert.deepEqual(told, { address: ANNA, vouchers, onlyOf: null, height: 9n, timeMs: NOW });
  const json = vouchersCodec.toJson(told, NETWORK);
  assert.deepEqual(vouchersCodec.fromJson(json, NETWORK), told);
});

test("vouchers that aren't proven aren't told", () => {
  assert.deepEqual(vouchersOf(recordsWith([voucher("01", 2, 30)]), BO).vouchers, [], "nobody knows this address");
  for (const lacking of ["account", "brands"]) {
    assert.throws(() => vouchersOf(recordsWith([], lacking), ANNA), { code: "proven_lacking" }, lacking);
  }
});

test("a voucher has the id that a claim's reference is", () => {
  const [chain, id] = ["88".repeat(32) as ChainId, "33".repeat(32) as TransactionId];
  assert.equal(voucherId(chain, id, 1), claimReference(chain, id, 1));
  assert.notEqual(voucherId(chain, id, 1), voucherId(chain, id, 0));
});

test("a campaign names the brand that pays, or to which donations go", () => {
  const named = vectors("operations").flatMap(({ name, input }) => {
    const operation = operationCodec.fromJson(input, NETWORK);
    return operation.type === "set_campaign" && operation.terms.award.type === "cause" ? [{ name, operation }] : [];
  });
  assert.ok(named.length > 1);
  for (const { name, operation } of named) {
    const { brand, terms } = operation;
    const to = terms.award.type === "cause" ? terms.award.to : null;
    assert.equal(partnerOf(terms), to?.brand ?? null, name);
    assert.deepEqual(brandsOf(operation), to === null ? [brand] : [brand, to.brand], name);
  }
});

test("JSON may leave out who gets donations, and that nothing can be returned", () => {
  const [found] = vectors("operations").filter(({ name }) => name === "set_campaign of a cause without a recipient");
  const { returnable, ...terms } = objectIn(field(found?.input ?? null, "terms"));
  assert.equal(returnable, false);
  const read = campaignCodec.fromJson({ ...terms, award: { type: "cause" } }, NETWORK);
  assert.deepEqual([read.award, read.returnable], [{ type: "cause", to: null }, false]);
});

test("vouchers and refunds concern whose they are, and spend nothing", () => {
  const types = new Set<string>();
  for (const { name, input } of vectors("operations")) {
    const operation = operationCodec.fromJson(input, NETWORK);
    if (operation.type === "use_voucher" || operation.type === "refund") {
      types.add(operation.type);
      const account = operation.type === "refund" ? operation.to : operation.account;
      assert.deepEqual([accountsOf(operation), spendingOf(operation)], [[account], null], name);
    }
  }
  assert.deepEqual([...types].sort(), ["refund", "use_voucher"]);
});

test("totals end before donations, refunds and pending points where there are none, and add up with them", () => {
  const of = (donated: bigint, refunded: bigint, redeemed: bigint, pending = 0n): Totals => ({
    issued: 100n as GrossPoints,
    outstanding: 60n as Points,
    held: 0n as Points,
    redeemed: redeemed as GrossPoints,
    convertedOut: 0n as GrossPoints,
    expired: 0n as GrossPoints,
    reversed: 0n as GrossPoints,
    donated: donated as GrossPoints,
    refunded: refunded as GrossPoints,
    pending: pending as Points,
  });
  const [plain, later] = [of(0n, 0n, 40n), of(15n, 5n, 30n)];
  assert.ok(addUp(plain) && addUp(later));
  assert.ok(!addUp(of(15n, 0n, 30n)) && !addUp(of(0n, 5n, 40n)));
  assert.ok(addUp(of(0n, 0n, 33n, 7n)) && !addUp(of(0n, 0n, 40n, 7n)), "what waits is a part of what was issued");
  const bytes = encode(totalsCodec, plain);
  assert.deepEqual([bytes.length, encode(totalsCodec, later).length], [96, 136]);
  assert.throws(() => decode(totalsCodec, concat(bytes, new Uint8Array(40))), { code: "malformed" }, "one form only");
  const { donated, refunded, pending, ...version1 } = objectIn(totalsCodec.toJson(plain, NETWORK));
  assert.deepEqual([donated, refunded, pending], ["0", "0", 0n]);
  assert.deepEqual(totalsCodec.fromJson(version1, NETWORK), plain);
});
