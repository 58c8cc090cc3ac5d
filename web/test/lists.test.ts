import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address, api, BrandId, Expiry, GrossPoints, Height, Month, Points } from "@lojal/client";
import { addressToText, ProblemError } from "@lojal/client";

import { expiriesTable, expiringTable, membersTable, monthsTable, shareOf } from "../src/console/model/list-tables.js";
import type { Page, Read } from "../src/console/model/reading.js";
import { Reading } from "../src/console/model/reading.js";
import { Say } from "../src/console/model/say.js";
import { ledgerEn } from "../src/console/words/ledger-en.js";

const ANNA = "02".repeat(20) as Address;
const ANNA_TEXT = addressToText(ANNA, "test");
const KAFFET = "kaffet" as BrandId;
const EN = new Say(ledgerEn, "en", "test", "SEK", new Map([[KAFFET, { name: "Kaffet", decimals: 2 }]]));
const LOTS = [
  { expiry: "2027-05" as Expiry, amount: 1250n as Points },
  { expiry: "never" as Expiry, amount: 50n as Points },
];

function month(name: string, issued: bigint): api.BrandMonth {
  const none = 0n as GrossPoints;
  return {
    month: name as Month,
    issued: issued as GrossPoints,
    redeemed: 25n as GrossPoints,
    convertedOut: none,
    expired: none,
    reversed: none,
    donated: none,
    refunded: none,
    outstanding: 1300n as Points,
    held: 5n as Points,
    pending: 200n as Points,
    byExpiry: LOTS.map(({ expiry, amount }) => ({ expiry, points: amount })),
    height: 7n as Height,
  };
}

test("members and what expires are tables with the brand's decimals", () => {
  const anna = { account: ANNA, total: 1300n as Points, held: 5n as Points, pending: 50n as Points, lots: LOTS };
  const members = membersTable([anna], KAFFET, EN).split("\r\n");
  assert.deepEqual(members, [
    "account,points,held,pending,expires_first,of_them",
    `${ANNA_TEXT},13.00,0.05,0.50,2027-05,12.50`,
    "",
  ]);
  const expiring = expiringTable([anna], KAFFET, EN).split("\r\n");
  assert.deepEqual(expiring.slice(1, 3), [`${ANNA_TEXT},2027-05,12.50`, `${ANNA_TEXT},never,0.50`]);
});

test("months and what is outstanding by expiry are tables, however large the sums are", () => {
  const months = [month("2026-11", 40_000_000_000_000_000_000n), month("2026-12", 0n)];
  const [head, first, second] = monthsTable(months, KAFFET, EN).split("\r\n");
  const sums = "issued,redeemed,converted_out,expired,reversed,donated,refunded,outstanding,held,pending";
  assert.equal(head, `month,${sums},block`);
  assert.equal(first, "2026-11,400000000000000000.00,0.25,0.00,0.00,0.00,0.00,0.00,13.00,0.05,2.00,7");
  assert.match(second ?? "", /^2026-12,0\.00,/);
  const [, earliest, never] = expiriesTable(month("2026-12", 0n), KAFFET, EN).split("\r\n");
  assert.deepEqual([earliest, never], ["2026-12,2027-05,12.50", "2026-12,never,0.50"]);
});

test("a share is told with one decimal, and of nothing there is none", () => {
  assert.deepEqual([shareOf(1n, 3n), shareOf(2n, 2n), shareOf(0n, 5n), shareOf(0n, 0n)], [33.3, 100, 0, null]);
});

type Pages = readonly Page<number, string>[];

/** A list in pages, what was asked for, and what was shown last. */
function listOf(pages: Pages, refuse: (asked: number) => Error | null = () => null) {
  const asked: (string | null)[] = [];
  const shown: Read<number, string>[] = [];
  const ask = async (cursor: string | null): Promise<Page<number, string>> => {
    asked.push(cursor);
    const refusal = refuse(asked.length);
    const page = pages[cursor === null ? 0 : Number(cursor)];
    if (refusal !== null || page === undefined) {
      throw refusal ?? new Error("there is no such page");
    }
    return page;
  };
  const reading = new Reading(ask, (read) => shown.push(read));
  return { asked, shown, reading };
}

const PAGES: Pages = [
  { items: [1, 2], answer: "first", cursor: "1" },
  { items: [], answer: "empty", cursor: "2" },
  { items: [3], answer: "third", cursor: "3" },
  { items: [4], answer: "last", cursor: null },
];

test("a list is read until there is enough, also past pages without anything, and then to its end", async () => {
  const { asked, shown, reading } = listOf(PAGES);
  await reading.more(3);
  assert.deepEqual([shown.at(-1)?.items, shown.at(-1)?.cursor, shown.at(-1)?.isReading], [[1, 2, 3], "3", false]);
  await reading.more(100);
  assert.deepEqual([shown.at(-1)?.items, shown.at(-1)?.last], [[1, 2, 3, 4], "last"]);
  await reading.more(100);
  assert.deepEqual(asked, [null, "1", "2", "3"], "nothing is asked for after the end");
});

test("a list that is stopped shows nothing more, and one that fails goes on from there", async () => {
  const stopped = listOf(PAGES);
  const reads = stopped.reading.more(100);
  stopped.reading.stop();
  await reads;
  assert.ok(stopped.shown.every(({ items }) => items.length === 0) && stopped.asked.length === 1);
  const fault = new Error("no contact");
  const failing = listOf(PAGES, (count) => (count === 2 ? fault : null));
  await failing.reading.more(100);
  const before = failing.shown.at(-1);
  assert.deepEqual([before?.error, before?.items, before?.isReading], [fault, [1, 2], false]);
  await failing.reading.more(100);
  assert.deepEqual([failing.shown.at(-1)?.items, failing.shown.at(-1)?.error], [[1, 2, 3, 4], null]);
});

test("a gateway that is asked too often is asked again when it says", async () => {
  const problem = { type: "", title: "", status: 429, detail: "", code: "rate_limited" };
  const limited = new ProblemError(problem as never, 0);
  const { shown, reading, asked } = listOf(PAGES, (count) => (count === 2 ? limited : null));
  await reading.more(100);
  assert.deepEqual([shown.at(-1)?.items, asked.length], [[1, 2, 3, 4], 5]);
});
