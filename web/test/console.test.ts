import assert from "node:assert/strict";
import { test } from "node:test";

import type {
  Address,
  api,
  BrandAction,
  BrandId,
  Campaign,
  CampaignId,
  ChainId,
  Hash,
  Money,
  Operation,
  PartnershipTerms,
  Points,
  Policy,
  PublicKey,
  TimeMs,
  TrackId,
} from "@lojal/client";
import { addressOfKey, decode, fromHex, tagOf, transactionId, unsignedTransactionCodec } from "@lojal/client";

import { canApprove, isLast, waitOf } from "../src/console/model/motion-state.js";
import { formOf, policyOf, spanOf } from "../src/console/model/policy-form.js";
import { changedRows, policyPairs } from "../src/console/model/rows.js";
import { tellAction } from "../src/console/model/tell-actions.js";
import { tellGovernance } from "../src/console/model/tell-governance.js";
import { termsFormOf, termsOf } from "../src/console/model/terms-form.js";
import { carriedOf } from "../src/console/model/carried.js";
import { cell, csvOf } from "../src/console/model/csv.js";
import { Say } from "../src/console/model/say.js";
import { isWanted, linesOf, NO_FILTER, tableOf } from "../src/console/model/tell-operations.js";
import { ledgerEn } from "../src/console/words/ledger-en.js";
import { ledgerSv } from "../src/console/words/ledger-sv.js";

const [OWN, OTHER] = ["02".repeat(20), "04".repeat(20)] as [Address, Address];
const [NORDMAT, KAFFET] = ["nordmat", "kaffet"] as [BrandId, BrandId];
const CHAIN = "09".repeat(32) as ChainId;
const NOW = Date.UTC(2027, 2, 14, 12) as TimeMs;
const BRANDS = new Map([
  [NORDMAT, { name: "Nordmat", decimals: 0 }],
  [KAFFET, { name: "Kaffet", decimals: 2 }],
]);
const SV = new Say(ledgerSv, "sv", "test", "SEK", BRANDS);

test("a cell that a spreadsheet would take for a formula is none, and a number stays one", () => {
  const formulas = ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "-1+1"];
  for (const formula of formulas) {
    assert.ok(cell(formula).replace(/^"/, "").startsWith("'"), JSON.stringify(formula));
  }
  assert.deepEqual(["-12.50", "12", "a-b", ""].map(cell), ["-12.50", "12", "a-b", ""]);
});

test("what would end a cell, a line or a quotation is quoted (RFC 4180)", () => {
  assert.equal(cell('say "yes", twice'), '"say ""yes"", twice"');
  assert.equal(csvOf(["a", "b"], [["1\n2", "x"]]), 'a,b\r\n"1\n2",x\r\n');
});

test("an unsigned file has the form of the command line's, and can happen within the hour", () => {
  const operation: Operation = { type: "remove_operator", brand: NORDMAT, operator: OTHER };
  const key = "0a".repeat(32) as PublicKey;
  const carried = carriedOf(CHAIN, OWN, key, [operation], NOW);
  const file = JSON.parse(carried.text) as Record<string, string>;
  assert.deepEqual(Object.keys(file), ["format", "chain_id", "id", "unsigned"]);
  assert.deepEqual([file["format"], file["chain_id"]], ["lojal-transaction/1", CHAIN]);
  const { transaction, publicKey } = decode(unsignedTransactionCodec, fromHex(file["unsigned"] ?? ""));
  assert.equal(transactionId(transaction, CHAIN), file["id"]);
  assert.deepEqual([transaction.operations, publicKey, transaction.chain], [[operation], key, tagOf(CHAIN)]);
  const left = transaction.validUntilMs - NOW;
  assert.ok(left > 50 * 60_000 && left < 60 * 60_000, `${left}`);
  assert.ok(carried.text.endsWith("}\n") && carried.name.endsWith(".tx"));
});

test("worths of points and spans of time are said exactly", () => {
  const plain = (text: string): string => text.replace(/\s/gu, " ");
  // Ten öre for a point without decimals, and a tenth of an öre for a hundredth of a cup.
  assert.equal(SV.price(10_000_000n, NORDMAT), "0,1 SEK");
  assert.equal(SV.price(100_000n, KAFFET), "0,1 SEK");
  assert.equal(SV.price(1n, NORDMAT), "0,00000001 SEK");
  assert.equal(SV.price(0n, NORDMAT), "0 SEK");
  assert.deepEqual(
    [0n, 86_400_000n * 30n, 86_400_000n, 7_200_000n, 90_000n, 1n].map((ms) => plain(SV.span(ms))),
    ["ingen väntan", "30 dagar", "1 dag", "2 timmar", "90 sekunder", "1 ms"],
  );
});

function status(operations: readonly Operation[], receipt: object): Parameters<typeof linesOf>[0][number] {
  return {
    id: "ab".repeat(32),
    state: { status: "committed", height: 7n, index: 0, timeMs: NOW, receipt },
    transaction: { transaction: { operations, sender: OWN } },
    activity: 1n,
  } as unknown as Parameters<typeof linesOf>[0][number];
}

test("lines are filtered by kind, outcome and day, and a table has the brand's decimals", () => {
  const issue = {
    type: "issue",
    brand: KAFFET,
    to: OTHER,
    amount: 1250n as Points,
    reference: "ff",
    dated: "2027-03-14",
  } as unknown as Operation;
  const policy = { type: "set_policy", brand: NORDMAT, policy: {} as Policy } as Operation;
  const lines = linesOf([
    status([issue], { result: "applied" }),
    status([policy], { result: "failed", code: "role_missing" }),
  ]);
  const count = (filter: Partial<typeof NO_FILTER>): number => {
    return lines.filter((line) => isWanted(line, { ...NO_FILTER, ...filter })).length;
  };
  assert.deepEqual([count({}), count({ type: "issue" }), count({ outcome: "failed" })], [2, 1, 1]);
  assert.deepEqual([count({ from: "2027-03-15" }), count({ from: "2027-03-14", to: "2027-03-14" })], [0, 2]);
  const rows = tableOf(lines, SV).split("\r\n");
  assert.match(rows[1] ?? "", /^2027-03-14T12:00:00\.000Z,7,issue,kaffet,12\.50,tloj1.+,ff,tloj1.+,applied$/);
  assert.match(rows[2] ?? "", /set_policy,nordmat,,,,tloj1.+,role_missing$/);
});

test("both languages have words for the same codes of the console, or the library has them", () => {
  const own = Object.keys(ledgerEn.codes);
  assert.ok(own.every((code) => Object.hasOwn(ledgerSv.codes, code)));
});

const POLICY: Policy = {
  expiryMonths: 24,
  issueMax: 1_000_000n as Points,
  transferable: false,
  transferMin: 10n as Points,
  transferMax: 500n as Points,
  transferDailyMax: null,
  openingMin: 1n as Points,
  convertible: true,
  poolable: true,
  tradeable: false,
  reversalWindowMs: 2_592_000_000n,
};

test("the differences of two policies are in words, and what stays isn't among them", () => {
  const plain = (text: string): string => text.replace(/\s/gu, " ");
  const after: Policy = { ...POLICY, expiryMonths: null, transferDailyMax: 1250n as Points, reversalWindowMs: 0n };
  const [before, now] = [POLICY, after].map((policy) => policyPairs(policy, KAFFET, SV));
  const rows = changedRows(before ?? [], now ?? []);
  assert.deepEqual(
    rows.map(({ name, before: old, after: next }) => [name, old, plain(next)]),
    [
      ["Nya poäng gäller", "24 månader", "för alltid"],
      ["Överföringar per dag och medlem", "ingen gräns", "högst 12,50"],
      ["Får tas tillbaka", "inom 30 dagar efter utgivningen", "aldrig"],
    ],
  );
  assert.deepEqual(changedRows(before ?? [], before ?? []), []);
});

test("a policy's fields are read as they were written, and a policy comes out of them unchanged", () => {
  for (const decimals of [0, 2]) {
    const { policy, wrong } = policyOf(formOf(POLICY, decimals), POLICY, decimals);
    assert.deepEqual([policy, wrong.size], [POLICY, 0]);
  }
  const form = formOf(POLICY, 2);
  const read = (change: object): readonly [Policy | null, readonly string[]] => {
    const { policy, wrong } = policyOf({ ...form, ...change }, POLICY, 2);
    return [policy, [...wrong]];
  };
  assert.equal(read({ openingMin: "0,50" })[0]?.openingMin, 50n);
  assert.equal(read({ issueMax: " " })[0]?.issueMax, null);
  assert.equal(read({ window: "12", unit: "hours" })[0]?.reversalWindowMs, 43_200_000n);
  assert.deepEqual(read({ expiryMonths: "61" }), [null, ["expiryMonths"]]);
  assert.deepEqual(read({ transferMin: "6.00" }), [null, ["transferMax"]], "the smallest above the largest");
  assert.deepEqual(read({ window: "401" }), [null, ["window"]]);
  assert.deepEqual(read({ openingMin: "0", issueMax: "x" }), [null, ["issueMax", "openingMin"]]);
});

test("a time that isn't a whole number of any unit stays as it was until another one is written", () => {
  const odd: Policy = { ...POLICY, reversalWindowMs: 90_001n };
  assert.deepEqual(spanOf(90_000_000n), { count: "25", unit: "hours" });
  const { policy } = policyOf({ ...formOf(odd, 0), expiryMonths: "12" }, odd, 0);
  assert.equal(policy?.reversalWindowMs, 90_001n);
});

const TERMS: PartnershipTerms = {
  rateNum: 3,
  rateDen: 200,
  priceMicro: 12_500n,
  dailyMax: 50_000n as Points,
  owedMax: 150_000n as Money,
  endsMs: Date.UTC(2028, 0, 1) as TimeMs,
};

test("terms are written in the brands' own points and in money, and come back exactly", () => {
  const decimals = { from: 2, to: 0 };
  const form = termsFormOf(TERMS, decimals);
  assert.deepEqual(form, {
    gone: "2.00",
    come: "3",
    price: "0.0125",
    daily: "500.00",
    owed: "1500.00",
    lastDay: "2027-12-31",
  });
  assert.deepEqual(termsOf(form, decimals).terms, TERMS);
  const wrong = (change: object): readonly string[] => [...termsOf({ ...form, ...change }, decimals).wrong];
  assert.deepEqual(wrong({ gone: "0" }), ["gone"]);
  assert.deepEqual(wrong({ come: "4294967296" }), ["come"], "a rate has 32 bits");
  assert.deepEqual(wrong({ price: "0.000000001" }), ["price"]);
  assert.deepEqual(wrong({ price: "0.00000001" }), ["price"], "no whole number of millionths for the smallest unit");
  assert.deepEqual(wrong({ lastDay: "2027-02-30" }), ["lastDay"]);
  assert.deepEqual(wrong({ price: "0" }), []);
});

const NOTHING = { brand: null, operators: [], partnerships: [], campaigns: new Map() };

test("an appointment is told as one, and a change of an operator as what it changes", () => {
  const key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" as PublicKey;
  const action: BrandAction = {
    type: "set_operator",
    brand: KAFFET,
    publicKey: key,
    roles: ["issue"],
    issueDailyMax: 5000n as Points,
  };
  const appointed = tellAction(action, NOTHING, SV);
  assert.match(appointed.title, /^Ny operatör: tloj1/);
  assert.ok(appointed.rows.every(({ before }) => before === null));
  const address = addressOfKey(key);
  const before: api.OperatorAnswer = {
    address,
    roles: ["issue", "admin"],
    issueDailyMax: null,
    issuedToday: 0n as Points,
  };
  const changed = tellAction(action, { ...NOTHING, operators: [before] }, SV);
  assert.deepEqual(
    changed.rows.map(({ before: old, after }) => [old, after]),
    [
      ["ge poäng, administrera", "ge poäng"],
      ["ingen gräns", "högst 50,00"],
    ],
  );
});

test("other terms are compared with those in force, in the direction that they are for", () => {
  const action: BrandAction = {
    type: "propose_partnership",
    from: KAFFET,
    to: NORDMAT,
    terms: { ...TERMS, rateNum: 4 },
  };
  const inForce = { from: KAFFET, to: NORDMAT, terms: TERMS, proposal: null, convertedToday: 0n as Points };
  const { rows } = tellAction(action, { ...NOTHING, partnerships: [inForce] }, SV);
  assert.deepEqual(
    rows.map(({ before, after }) => [before, after]),
    [["2,00 Kaffet blir 3 Nordmat", "2,00 Kaffet blir 4 Nordmat"]],
  );
  const other = { ...inForce, from: NORDMAT, to: KAFFET };
  assert.equal(tellAction(action, { ...NOTHING, partnerships: [other] }, SV).rows.length, 5);
});

test("a campaign is told by its terms, and in both languages", () => {
  const terms: Campaign = {
    opensMs: NOW,
    closesMs: (NOW + 86_400_000) as TimeMs,
    early: null,
    requires: [
      { type: "progress", track: 2 as TrackId, atLeast: 10n, thisMonth: true, consume: true },
      { type: "new", days: 60 },
    ],
    by: "member",
    price: 0n as Points,
    award: { type: "points", amount: 30n as Points, upTo: 30n as Points, months: 3 },
    referral: { award: 20n as Points, yearMax: 10 },
    perMember: { times: 1, per: "ever" },
    stock: null,
    budget: 10_000n as Points,
    sponsor: { brand: KAFFET, priceMicro: 10_000_000n },
    invited: [],
    households: false,
    returnable: false,
    pendingDays: 14,
    paused: true,
    about: "00".repeat(32) as Hash,
  };
  const action: BrandAction = { type: "set_campaign", brand: NORDMAT, campaign: 3 as CampaignId, terms };
  const told = tellAction(action, NOTHING, SV);
  assert.equal(told.title, "Villkor för kampanj 3");
  const rows = new Map(told.rows.map(({ name, after }) => [name, after]));
  assert.equal(rows.get("Kräver"), "10 på stämpelspår 2, den här månaden, som förbrukas; känd i högst 60 dagar");
  assert.equal(rows.get("Ger"), "30 poäng, i 3 månader");
  assert.equal(rows.get("Högst per medlem"), "1 någonsin");
  assert.equal(rows.get("Betalas av"), "Kaffet, 0,1 SEK per poäng");
  assert.equal(rows.get("Poängen går att använda"), "14 dagar senare");
  assert.equal(rows.get("Pausad"), "ja");
  const english = new Say(ledgerEn, "en", "test", "SEK", BRANDS);
  assert.equal(tellAction(action, NOTHING, english).rows.length, told.rows.length);
});

test("the days that new points wait are told beside those before, and none is told as at once", () => {
  const action: BrandAction = { type: "set_pending_days", brand: NORDMAT, days: 14 };
  const told = tellAction(action, NOTHING, SV);
  assert.equal(told.title, "När nya poäng hos Nordmat går att använda");
  assert.deepEqual(told.rows, [{ name: "Nya poäng går att använda", before: null, after: "14 dagar senare" }]);
  const english = new Say(ledgerEn, "en", "test", "SEK", BRANDS);
  const none = tellAction({ ...action, days: 0 }, NOTHING, english);
  assert.equal(none.rows[0]?.after, "at once");
});

test("a motion waits for votes, for its time, or for one more approval", () => {
  const [own, now] = [OWN, NOW as number];
  const motion = (counting: number, fromMs: number | null, approvedBy: readonly Address[]) => {
    return { counting, fromMs: fromMs as TimeMs | null, approvedBy };
  };
  assert.deepEqual(waitOf(motion(1, null, []), 3, now), { type: "votes", missing: 2 });
  assert.deepEqual(waitOf(motion(2, now + 1, []), 2, now), { type: "time", fromMs: now + 1 });
  assert.deepEqual(waitOf(motion(2, now, []), 2, now), { type: "ready" });
  assert.equal(canApprove(motion(1, null, [own]), 2, own, now), false, "it has said so already");
  assert.equal(canApprove(motion(2, now, [own]), 2, own, now), true, "its time has come");
  const at = (needed: number, delayMs: bigint) => ({ needed, delayMs });
  assert.equal(isLast(motion(1, null, []), at(2, 0n), own, now), true);
  assert.equal(isLast(motion(1, null, []), at(2, 1000n), own, now), false, "with it the wait begins");
  assert.equal(isLast(motion(1, null, []), at(3, 0n), own, now), false);
  assert.equal(isLast(motion(2, now, [own]), at(2, 1000n), own, now), true, "the wait is over");
});

test("what governance does to the network is told by its differences", () => {
  const parameters = {
    heartbeatMs: 3000n,
    blockBytesMax: 4_194_304,
    blockTransactionsMax: 10_000,
    recoveryDelayMs: 259_200_000n,
    receiptDays: 35,
    keepMonths: 13,
    snapshotIntervalMs: 3_600_000n,
    allowances: {
      openings: 8,
      households: 4,
      member: { bytes: 65_536n, operations: 400 },
      operator: { bytes: 1n << 30n, operations: 20_000_000 },
    },
  };
  const now = { parameters } as unknown as api.GovernanceAnswer;
  const action = { type: "set_parameters", parameters: { ...parameters, receiptDays: 40 } } as const;
  const { rows } = tellGovernance(action, now, SV);
  assert.deepEqual(rows, [{ name: "Dagar bakåt för ett kvittos datum", before: "35", after: "40" }]);
  assert.equal(tellGovernance({ type: "suspend_brand", brand: KAFFET }, now, SV).title.startsWith("Kaffet"), true);
});
