import assert from "node:assert/strict";
import { test } from "node:test";

import { parseAddress } from "../src/address.js";
import { parseBrandId } from "../src/brand.js";
import { Client } from "../src/client/client.js";
import { UnexpectedAnswerError } from "../src/client/error.js";
import { isWanted } from "../src/client/history.js";
import { ListClient } from "../src/client/lists.js";
import type { TimeMs } from "../src/time.js";
import { transactionStatusCodec } from "../src/api/transactions.js";
import type { Json } from "../src/json.js";
import type { Asked, Reply } from "./support/server.js";
import { problem, TestServer } from "./support/server.js";

const NORDMAT = parseBrandId("nordmat");
const ANNA_TEXT = "tloj1u7z3yk6438jmdwjmn54esqcwdmpr7gvkawzflq";
const ID = "11".repeat(32);

function status(operation: Json, timeMs: bigint): Json {
  const transaction = {
    chain: "ea2e9bc5",
    sender: ANNA_TEXT,
    valid_until_ms: timeMs + 1_000n,
    nonce: "7",
    operations: [operation],
  };
  const signed = { transaction, public_key: "22".repeat(32), signature: "33".repeat(64) };
  const placed = { status: "committed", height: 8n, index: 0n, time_ms: timeMs, receipt: { result: "applied" } };
  return { id: ID, ...placed, transaction: signed };
}

const REDEEM = { type: "redeem", brand: "nordmat", from: ANNA_TEXT, amount: 5n, request: null };
const LOT = { expiry: "2027-03", amount: 5n };
const AT = { height: 9n, time_ms: 1_796_004_867_542n };
const MONTH = {
  month: "2026-12",
  issued: "40000000000000000000",
  redeemed: "1",
  converted_out: "2",
  expired: "3",
  reversed: "4",
  outstanding: 5n,
  held: 6n,
  by_expiry: [{ expiry: "2027-03", points: 4n }, { expiry: "never", points: 1n }],
  height: 9n,
};

const OFFER = {
  owner: ANNA_TEXT,
  offer: "66".repeat(16),
  brand: "nordmat",
  amount: 50n,
  expiry: "2027-11",
  wants: "kaffet",
  price_num: 1n,
  price_den: 4n,
  wants_until: "2026-11",
  min_take: 1n,
  ends_ms: 1_796_072_460_000n,
};

function answer(path: string): Json | undefined {
  switch (path) {
    case `/v1/brands/nordmat/transactions?account=${ANNA_TEXT}&kind=redeem&since_ms=1000&limit=2&cursor=8-0`:
    case "/v1/brands/nordmat/transactions":
      return { transactions: [status(REDEEM, 2_000n)], complete_from: 3n, next_cursor: null };
    case "/v1/brands/nordmat/accounts?cursor=ff":
      return { accounts: [{ account: ANNA_TEXT, total: 5n, lots: [LOT], held: 2n }], ...AT, next_cursor: null };
    case "/v1/brands/nordmat/expiring?months=2": {
      const accounts = [{ account: ANNA_TEXT, total: 5n, lots: [LOT] }];
      const points = [{ expiry: "2027-03", points: 5n }];
      return { until: "2027-03", points, accounts, ...AT, next_cursor: "ff" };
    }
    case "/v1/market/nordmat/kaffet":
      return { brand: "nordmat", wants: "kaffet", offers: [OFFER], more: true, ...AT };
    case "/v1/market/kaffet/nordmat":
      return { brand: "kaffet", wants: "nordmat", offers: [OFFER], more: false, ...AT };
    case "/v1/brands/nordmat/statistics":
      return { months: [MONTH], complete_from: null, ...AT };
    case `/v1/accounts/${ANNA_TEXT}/transactions?brand=nordmat&kind=redeem`:
      return { transactions: [status(REDEEM, 2_000n)], before: null, head: null, next_cursor: null };
    default:
      return undefined;
  }
}

function replied({ path }: Asked): Reply {
  const json = answer(path);
  return json === undefined ? problem(404, "unknown_route") : { status: 200, json };
}

test("a brand's lists and parts of histories are asked for and read as their routes have them", async () => {
  const server = await TestServer.start(replied);
  try {
    const lists = new ListClient(new Client(server.url, { network: "test" }));
    const account = parseAddress(ANNA_TEXT, "test");
    const all = await lists.transactions(NORDMAT);
    assert.deepEqual([all.transactions.length, all.completeFrom, all.nextCursor], [1, 3n, null]);
    const filter = { account, kind: "redeem", sinceMs: 1_000 as TimeMs } as const;
    assert.deepEqual(await lists.transactions(NORDMAT, filter, { limit: 2, cursor: "8-0" }), all);
    const [holder] = (await lists.accounts(NORDMAT, "ff")).accounts;
    assert.deepEqual([holder?.account, holder?.total, holder?.held], [account, 5n, 2n]);
    const expiring = await lists.expiring(NORDMAT, 2);
    assert.deepEqual([expiring.until, expiring.points[0]?.points, expiring.nextCursor], ["2027-03", 5n, "ff"]);
    const { months, completeFrom } = await lists.statistics(NORDMAT);
    const [month] = months;
    assert.deepEqual([month?.issued, month?.convertedOut, completeFrom], [40_000_000_000_000_000_000n, 2n, null]);
    assert.deepEqual(month?.byExpiry.map(({ expiry }) => expiry), ["2027-03", "never"]);
    const part = await lists.history(account, { brand: NORDMAT, kind: "redeem" });
    assert.deepEqual([part.before, part.head, part.transactions.length], [null, null, 1]);
  } finally {
    await server.stop();
  }
});

test("a market is read as its route has it, and one of other brands' offers is refused", async () => {
  const server = await TestServer.start(replied);
  try {
    const lists = new ListClient(new Client(server.url, { network: "test" }));
    const kaffet = parseBrandId("kaffet");
    const { offers, more } = await lists.market(NORDMAT, kaffet);
    const [offer] = offers;
    assert.deepEqual([offer?.owner, offer?.amount, more], [parseAddress(ANNA_TEXT, "test"), 50n, true]);
    assert.deepEqual([offer?.priceNum, offer?.priceDen, offer?.wantsUntil], [1, 4, "2026-11"]);
    await assert.rejects(lists.market(kaffet, NORDMAT), UnexpectedAnswerError);
  } finally {
    await server.stop();
  }
});

test("a filter lets through what a gateway's does", () => {
  const read = (json: Json) => transactionStatusCodec.fromJson(json, "test");
  const redeemed = read(status(REDEEM, 2_000n));
  const converted = read(
    status({ type: "convert", account: ANNA_TEXT, from: "kaffet", to: "nordmat", burned: 10n, received: 1n }, 3_000n),
  );
  const left = read(status({ type: "leave", household: ANNA_TEXT }, 4_000n));
  const kaffet = parseBrandId("kaffet");
  const shown = (filter: Parameters<typeof isWanted>[1]) => {
    return [redeemed, converted, left].map((one) => isWanted(one, filter));
  };
  assert.deepEqual(shown({}), [true, true, true]);
  assert.deepEqual(shown({ brand: NORDMAT }), [true, true, false]);
  assert.deepEqual(shown({ brand: kaffet }), [false, true, false]);
  assert.deepEqual(shown({ brand: kaffet, kind: "redeem" }), [false, false, false]);
  assert.deepEqual(shown({ kind: "leave" }), [false, false, true]);
  assert.deepEqual(shown({ sinceMs: 3_000 as TimeMs }), [false, true, true]);
});
