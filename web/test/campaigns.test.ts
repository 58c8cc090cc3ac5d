import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address, api, BrandId, Campaign, CampaignId, ChainTag, Hash, MarkId, Points } from "@lojal/client";
import type { GrossPoints, Invitation, Salt, TimeMs, TrackId } from "@lojal/client";
import { encode, invitationCodec, parseBrandId, toHex } from "@lojal/client";

import { costOf, owedFor, standingOf } from "../src/console/model/campaign-cost.js";
import type { CampaignForm } from "../src/console/model/campaign-form.js";
import { campaignFormOf, campaignOf, newForm } from "../src/console/model/campaign-form.js";
import { scanned } from "../src/wallet/model/code.js";
import { entryOf } from "../src/wallet/model/describe.js";
import { claimIn, claimPlace, invitationIn, invitationLink, linkedPlace } from "../src/wallet/model/invitation.js";
import { invitedIn, isDamaged, KEPT_MAX, keptWith, personalTerms } from "../src/wallet/model/personal.js";

const [KAFFET, NORDMAT] = ["kaffet", "nordmat"].map(parseBrandId) as [BrandId, BrandId];
const DAY_MS = 86_400_000;
const START = Date.UTC(2031, 0, 1) as TimeMs;

const INVITATION: Invitation = { root: 0, amount: 30n, salt: "00".repeat(16) as Salt, path: [] };

const TERMS: Campaign = {
  opensMs: START,
  closesMs: (START + 30 * DAY_MS) as TimeMs,
  early: null,
  requires: [
    { type: "progress", track: 2 as TrackId, atLeast: 10n, thisMonth: true, consume: false },
    { type: "new", days: 60 },
  ],
  by: "member",
  price: 0n as Points,
  award: { type: "points", amount: 500n as Points, upTo: 500n as Points, months: 3 },
  referral: { award: 300n as Points, yearMax: 10 },
  perMember: { times: 1, per: "ever" },
  stock: 70n,
  budget: 100_050n as Points,
  sponsor: { brand: NORDMAT, priceMicro: 12_500n },
  invited: [],
  households: false,
  returnable: false,
  pendingDays: 14,
  paused: true,
  about: "ab".repeat(32) as Hash,
};
const CLUB: Campaign = {
  ...TERMS,
  requires: [],
  price: 450n as Points,
  award: { type: "mark", mark: 7 as MarkId, days: 30 },
  referral: null,
  perMember: null,
  pendingDays: 0,
  budget: null,
  sponsor: null,
};

test("an invitation is a link that leads to the claim with whoever has sent it", () => {
  const to = { brand: KAFFET, campaign: 3 as CampaignId, referrer: "tloj1qqq" };
  const link = invitationLink("https://shop.example.org", to);
  assert.equal(link, "https://shop.example.org/wallet/#/claim/kaffet/3/tloj1qqq");
  assert.deepEqual(invitationIn(` ${link}\n`), to);
  assert.deepEqual(claimIn(claimPlace(to)), to);
  assert.deepEqual(claimIn("kaffet/3"), { ...to, referrer: null });
  for (const text of ["", "kaffet", "kaffet/x", "kaffet/3/a/b", "kaf fet/3"]) {
    assert.equal(claimIn(text), null, text);
  }
  for (const text of ["tloj1qqq", "https://shop.example.org/", "javascript:alert(1)#/claim/kaffet/3", `x ${link}`]) {
    assert.equal(invitationIn(text), null, text);
  }
  const found = scanned(link, "test", "00".repeat(4) as unknown as ChainTag, 1 as TimeMs);
  assert.deepEqual(found, { type: "invitation", to });
});

test("a claim is told with its brand, and moves no points of which it could say how many", () => {
  const own = "02".repeat(20) as Address;
  const claim = { brand: KAFFET, campaign: 3 as CampaignId, account: own, quantity: 1, referrer: null };
  const entry = entryOf({ type: "claim", ...claim, invitation: null, priceMax: 450n as Points }, own);
  assert.deepEqual([entry.brand, entry.amount, entry.operation], [KAFFET, null, "claim"]);
});

test("a link for the invited leads to the claim, with the bytes that are shown there", () => {
  for (const of of ["kaffet/3/invited-00ff", " KAFFET/3/INVITED-00FF "]) {
    assert.deepEqual(claimIn(of), { brand: KAFFET, campaign: 3, referrer: null });
    assert.equal(invitedIn(of), "00ff");
    const scanned = linkedPlace(`https://shop.example.org/wallet/#/claim/${of.trim()}`) ?? "";
    assert.equal(invitedIn(scanned), "00ff", "also where it was scanned");
  }
  for (const of of ["kaffet/3", "kaffet/3/tloj1qqq", "kaffet/3/invited-0", "kaffet/3/invited-xx", "invited-00"]) {
    assert.equal(invitedIn(of), null, of);
  }
});

test("a link for the invited that was cut is damaged, and still leads to its campaign", () => {
  const whole = `kaffet/3/invited-${toHex(encode(invitationCodec, INVITATION))}`;
  assert.ok(!isDamaged(whole) && !isDamaged("kaffet/3") && !isDamaged("kaffet/3/tloj1qqq"));
  const long = `kaffet/3/invited-${"00".repeat(4000)}`;
  const cut = ["kaffet/3/invited", "kaffet/3/invited-", "kaffet/3/invited-zz", whole.slice(0, -1), whole.slice(0, -2)];
  for (const of of [...cut, long, `${whole}00`]) {
    assert.ok(isDamaged(of), of.slice(0, 40));
    assert.deepEqual(claimIn(of), { brand: KAFFET, campaign: 3, referrer: null });
  }
});

test("an invitation that fits is kept however many other links are opened", () => {
  const fits = (hex: string): boolean => hex.startsWith("f");
  assert.deepEqual(keptWith(["f1"], "a1", fits), ["f1", "a1"]);
  assert.deepEqual(keptWith(["a1"], "f1", fits), ["f1", "a1"]);
  const others = Array.from({ length: 20 }, (_, at) => `a${at}`);
  const opened = (known: typeof fits | null) => others.reduce<readonly string[]>((kept, one) => {
    return keptWith(kept, one, known);
  }, ["f1"]);
  assert.deepEqual([opened(fits)[0], opened(fits).length], ["f1", KEPT_MAX]);
  assert.deepEqual([opened(null)[0], opened(null).length], ["f1", KEPT_MAX], "before it is known which fit, too");
  assert.equal(keptWith(opened(null), "f2", fits)[0], "f2", "one that fits has room as soon as that is known");
  assert.deepEqual(keptWith(["f1", "a1"], "a1", null), ["f1", "a1"]);
});

test("terms are personal for who shows an invitation, and a price is never higher than everybody's", () => {
  const points = personalTerms(TERMS, INVITATION);
  assert.deepEqual(points, { ...TERMS, award: { ...TERMS.award, amount: 30n } });
  assert.equal(personalTerms(CLUB, INVITATION).price, 30n);
  assert.equal(personalTerms(CLUB, { ...INVITATION, amount: 451n }).price, 450n);
});

test("terms in fields are the same terms, whatever they give", () => {
  const coffee: Campaign = { ...CLUB, award: { type: "voucher", validDays: 30 }, returnable: true };
  const meal: Campaign = { ...CLUB, award: { type: "cause", to: { brand: NORDMAT, priceMicro: 12_500n } } };
  const given: Campaign = { ...CLUB, by: "operator", price: 0n as Points };
  for (const terms of [TERMS, CLUB, given, coffee, meal, { ...meal, award: { type: "cause", to: null } } as Campaign]) {
    assert.deepEqual(campaignOf(campaignFormOf(terms, 2), terms, 2).terms, terms);
  }
  assert.equal(campaignFormOf(TERMS, 2).worth, "0.0125");
});

test("moments that aren't days stay until another day is written", () => {
  const odd = { ...TERMS, opensMs: (START + 1234) as TimeMs, closesMs: (START + 30 * DAY_MS + 5) as TimeMs };
  const form = campaignFormOf(odd, 2);
  assert.deepEqual(campaignOf(form, odd, 2).terms, odd);
  const longer = campaignOf({ ...form, lastDay: "2031-02-28" }, odd, 2).terms;
  assert.deepEqual([longer?.opensMs, longer?.closesMs], [odd.opensMs, Date.UTC(2031, 2, 1)]);
});

test("each field that is wrong is named", () => {
  const form = campaignFormOf(TERMS, 2);
  const wrong = (change: Partial<CampaignForm>): readonly string[] => {
    return [...campaignOf({ ...form, ...change }, TERMS, 2).wrong];
  };
  assert.deepEqual(wrong({}), []);
  assert.deepEqual(wrong({ amount: "0" }), ["amount"]);
  assert.deepEqual(wrong({ upTo: "4.99" }), ["upTo"]);
  assert.deepEqual(wrong({ months: "61" }), ["months"]);
  assert.deepEqual(wrong({ budget: "" }), ["budget"]);
  assert.deepEqual(wrong({ lastDay: "2030-12-30" }), ["lastDay"]);
  assert.deepEqual(wrong({ lastDay: "2034-01-01" }), ["lastDay"], "800 days at most");
  assert.deepEqual(wrong({ worth: "0.00000001" }), ["worth"], "no whole number of millionths for the smallest unit");
  assert.deepEqual(wrong({ about: "ab" }), ["about"]);
  assert.deepEqual(wrong({ per: "year" }), ["referral"], "once ever");
  assert.deepEqual(wrong({ referral: "", requires: [] }), ["requires"], "what is free asks for something");
  const [first, second] = form.requires;
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual(wrong({ requires: [{ ...first, count: "" }, second] }), ["requires.0"]);
  const ticket = { award: "voucher", budget: "", referral: "", sponsor: "", price: "4.50" } as const;
  assert.deepEqual(wrong({ ...ticket, validDays: "401" }), ["validDays"]);
  assert.deepEqual(wrong({ ...ticket, award: "cause", to: NORDMAT, toWorth: "" }), ["toWorth"]);
  assert.deepEqual(wrong({ ...ticket, award: "cause", price: "" }), ["price"], "a gift has a price");
  const empty = campaignOf(newForm("2031-01-01"), null, 0);
  assert.equal(empty.terms, null);
  assert.ok(["amount", "budget", "lastDay", "about", "requires"].every((name) => empty.wrong.has(name as never)));
});

const SHOWN: api.BrandCampaign = {
  campaign: 1 as CampaignId,
  terms: { ...TERMS, paused: false },
  digest: "00".repeat(32) as Hash,
  accepted: true,
  state: "open",
  overMs: START,
  times: 3n,
  points: 5_000n as GrossPoints,
  reversed: 1_000n as GrossPoints,
  paid: 0n as GrossPoints,
  returned: 0n,
  refunded: 0n as GrossPoints,
  stockLeft: 67n,
  budgetLeft: 95_050n as Points,
};

test("a budget is the most that a campaign costs, and its sponsor owes for all of it, rounded up", () => {
  assert.equal(owedFor(3n, 500_000n), 2n);
  assert.deepEqual(costOf(TERMS, null), { points: 100_050n, left: 100_050n, owed: 1_251n });
  // What is reversed isn't paid back by the brand to the sponsor.
  assert.equal(costOf(TERMS, SHOWN)?.left, 95_050n);
  const own = { ...TERMS, sponsor: null };
  assert.deepEqual(costOf(own, { ...SHOWN, terms: own }), { points: 100_050n, left: 96_050n, owed: null });
  assert.equal(costOf(CLUB, null), null);
});

test("what keeps a campaign from giving goes before that it is open", () => {
  const of = (change: Partial<api.BrandCampaign>) => standingOf({ ...SHOWN, ...change });
  assert.equal(of({}), "open");
  assert.equal(of({ state: "closed", accepted: false }), "closed");
  assert.equal(of({ terms: TERMS, accepted: false }), "paused");
  assert.equal(of({ accepted: false }), "unaccepted");
  assert.equal(of({ state: "announced" }), "announced");
  assert.equal(of({ budgetLeft: 0n as Points }), "spent");
  assert.equal(of({ stockLeft: 0n }), "spent");
});
