import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address, Award, BrandAction, BrandId, Campaign, CampaignId, Day, Hash, Operation } from "@lojal/client";
import type { Points, Reference, Salt, TimeMs, VoucherId } from "@lojal/client";

import { campaignFormOf, campaignOf } from "../src/console/model/campaign-form.js";
import { Say } from "../src/console/model/say.js";
import { pointsOf, tellAction } from "../src/console/model/tell-actions.js";
import { accountOf, factsOf, titleOf } from "../src/console/model/tell-operations.js";
import { ledgerEn } from "../src/console/words/ledger-en.js";
import { ledgerSv } from "../src/console/words/ledger-sv.js";
import { entryOf } from "../src/wallet/model/describe.js";
import { noticeOf } from "../src/wallet/push-text.js";

const [ANNA, TILL] = ["02".repeat(20), "04".repeat(20)] as [Address, Address];
const [NORDMAT, KAFFET] = ["nordmat", "kaffet"] as [BrandId, BrandId];
const BRANDS = new Map([
  [NORDMAT, { name: "Nordmat", decimals: 0 }],
  [KAFFET, { name: "Kaffet", decimals: 2 }],
]);
const SV = new Say(ledgerSv, "sv", "test", "SEK", BRANDS);
const EN = new Say(ledgerEn, "en", "test", "SEK", BRANDS);
const START = Date.UTC(2031, 0, 1) as TimeMs;

const COFFEES: Campaign = {
  opensMs: START,
  closesMs: (START + 30 * 86_400_000) as TimeMs,
  early: null,
  requires: [],
  by: "member",
  price: 40n as Points,
  award: { type: "voucher", validDays: 30 },
  referral: null,
  perMember: null,
  stock: 70n,
  budget: null,
  sponsor: null,
  invited: [],
  households: true,
  returnable: true,
  pendingDays: 0,
  paused: false,
  about: "ab".repeat(32) as Hash,
};
const MEALS: Award = { type: "cause", to: { brand: KAFFET, priceMicro: 1_000_000n } };

const REFUND: Operation = {
  type: "refund",
  brand: NORDMAT,
  to: ANNA,
  of: "capture",
  ofReference: "aa" as Reference,
  ofDated: "2031-01-15" as Day,
  amount: 30n as Points,
  reference: "bb" as Reference,
  dated: "2031-01-16" as Day,
};
const USED: Operation = {
  type: "use_voucher",
  brand: NORDMAT,
  account: ANNA,
  voucher: "7a".repeat(16) as VoucherId,
  quantity: 2,
  request: {
    reference: "cc" as Reference,
    dated: "2031-01-15" as Day,
    untilMs: START,
    forHousehold: false,
    salt: "99".repeat(16) as Salt,
  },
};

/** The rows by which the console tells a campaign that gives something. */
function rowsOf(award: Award, say: Say): ReadonlyMap<string, string | null> {
  const terms = { ...COFFEES, award };
  const action: BrandAction = { type: "set_campaign", brand: NORDMAT, campaign: 4 as CampaignId, terms };
  const now = { brand: null, operators: [], partnerships: [], campaigns: new Map() };
  return new Map(tellAction(action, now, say).rows.map(({ name, after }) => [name, after]));
}

test("the console says what vouchers and causes give, in both languages", () => {
  assert.equal(rowsOf(COFFEES.award, SV).get("Ger"), "en kupong, i 30 dagar");
  assert.equal(rowsOf(COFFEES.award, EN).get("Gives"), "a voucher, for 30 days");
  assert.equal(rowsOf(COFFEES.award, EN).get("Members can return it"), "yes");
  assert.match(rowsOf(MEALS, SV).get("Ger") ?? "", /poängen skänks, och Kaffet får 0,01 SEK per poäng$/);
  assert.match(rowsOf({ type: "cause", to: null }, EN).get("Gives") ?? "", /the points are donated$/);
});

test("what isn't in the fields of a campaign stays as it was", () => {
  for (const terms of [COFFEES, { ...COFFEES, award: MEALS, returnable: false }]) {
    const { terms: read } = campaignOf({ ...campaignFormOf(terms, 0), stock: "80" }, terms, 0);
    assert.deepEqual(read, { ...terms, stock: 80n });
  }
});

test("the console tells the use of a voucher and a refund with what they are of", () => {
  const facts = new Map(factsOf(REFUND, EN));
  assert.deepEqual([facts.get("Points"), facts.get("The payment")], ["30", "a capture"]);
  assert.deepEqual([facts.get("Reference of the payment"), facts.get("Dated")], ["aa", "2031-01-16"]);
  assert.deepEqual([facts.has("From"), accountOf(REFUND)], [false, ANNA]);
  assert.deepEqual([titleOf(USED, SV), pointsOf(USED), accountOf(USED)], ["Kupong används", null, ANNA]);
  assert.equal(new Map(factsOf(USED, EN)).get("Units"), "2");
});

test("the wallet tells whoever gets points back from whoever gives them back", () => {
  const [own, till] = [entryOf(REFUND, ANNA), entryOf(REFUND, TILL)];
  assert.deepEqual([own.kind, own.amount, own.isIncoming, own.other], ["refunded", 30n, true, null]);
  assert.deepEqual([till.kind, till.amount, till.isIncoming, till.other], ["repaid", 30n, false, ANNA]);
  const used = entryOf(USED, ANNA);
  assert.deepEqual([used.kind, used.operation, used.brand, used.amount], ["other", "use_voucher", NORDMAT, null]);
});

test("a notice of a refund says that points have come, and one of a voucher or an offer doesn't say which", () => {
  assert.equal(noticeOf("points.refunded", "en").body, noticeOf("points.issued", "en").body);
  assert.equal(noticeOf("voucher.used", "en").body, "Something has happened to your vouchers.");
  const { body, place } = noticeOf("offer.taken", "en");
  assert.deepEqual([body, place], ["Something has happened to your offers.", "market"]);
});
