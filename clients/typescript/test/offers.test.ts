import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address } from "../src/address.js";
import { campaignsCodec } from "../src/api/campaigns.js";
import { parseBrandId } from "../src/brand.js";
import type { Campaign, CampaignId, MarkId } from "../src/campaign.js";
import { campaignDigest } from "../src/campaign.js";
import type { ChainId, Hash, Height } from "../src/ids.js";
import type { GrossPoints, Points } from "../src/points.js";
import type { CampaignRecord } from "../src/state/campaigns.js";
import { encodeKey, recordKinds } from "../src/state/kinds.js";
import type { Offer } from "../src/state/offers.js";
import { campaignsOf, offersOf } from "../src/state/offers.js";
import type { StandingRecord } from "../src/state/programme.js";
import { ProvenRecords } from "../src/state/proven.js";
import { StateTree } from "../src/state/tree.js";
import type { Day, TimeMs } from "../src/time.js";
import { dayOf, monthOf, plusDays, plusMonths } from "../src/time.js";
import type { Track, TrackId } from "../src/track.js";
import { account, entry } from "./support/records.js";
import { codeOf } from "./support/seeds.js";

const [NORDMAT, KAFFET] = [parseBrandId("nordmat"), parseBrandId("kaffet")];
const ANNA = "02".repeat(20) as Address;
const CHAIN = "c1".repeat(32) as ChainId;
const NOW = Date.UTC(2026, 10, 15, 12) as TimeMs;
const TODAY = dayOf(NOW);
const DAY_MS = 24 * 60 * 60 * 1000;
const ONE = 1 as CampaignId;
const CARD = 1 as TrackId;

const gross = (points: number): GrossPoints => BigInt(points) as GrossPoints;

function terms(change: Partial<Campaign> = {}): Campaign {
  return {
    opensMs: (NOW - DAY_MS) as TimeMs,
    closesMs: (NOW + DAY_MS) as TimeMs,
    early: null,
    requires: [],
    by: "member",
    price: 0n as Points,
    award: { type: "points", amount: 50n as Points, upTo: 50n as Points, months: null },
    referral: null,
    perMember: null,
    stock: null,
    budget: 1000n as Points,
    sponsor: null,
    invited: [],
    households: false,
    returnable: false,
    pendingDays: 0,
    paused: false,
    about: "07".repeat(32) as Hash,
    ...change,
  };
}

function record(change: Partial<Campaign> = {}, taken: Partial<CampaignRecord> = {}): CampaignRecord {
  const [points, reversed, paid, refunded] = [gross(0), gross(0), gross(0), gross(0)];
  const none = { times: 0n, points, reversed, paid, returned: 0n, refunded };
  return { terms: terms(change), accepted: null, ...none, ...taken };
}

const STANDING: StandingRecord = {
  since: plusDays(TODAY, -10),
  consents: 0,
  progress: [],
  levels: [],
  marks: [],
  taken: [],
};

const TRACK: Track = {
  kind: { type: "rolling", months: 6, closesMs: null },
  stampMax: 10n,
  levels: [{ atLeast: 3n, months: 1 }],
  soft: false,
  takeBackDays: 14,
  about: "07".repeat(32) as Hash,
};

/** The proven records of Anna and of the grocer's first campaign. */
function recordsOf(campaign: CampaignRecord, standing: StandingRecord | null): ProvenRecords {
  const list = { last: 4 as CampaignId, campaigns: [{ campaign: ONE, overMs: (NOW + 401 * DAY_MS) as TimeMs }] };
  const entries = [
    entry(recordKinds.account, { account: ANNA }, account(0)),
    entry(recordKinds.campaignList, { brand: NORDMAT }, list),
    entry(recordKinds.campaign, { brand: NORDMAT, campaign: ONE }, campaign),
    entry(recordKinds.track, { brand: NORDMAT, track: CARD }, TRACK),
    ...(standing === null ? [] : [entry(recordKinds.standing, { account: ANNA, brand: NORDMAT }, standing)]),
  ];
  const state = StateTree.of(entries);
  const records = new ProvenRecords("test", { height: 9n as Height, timeMs: NOW, stateRoot: state.root() });
  const keys = [...entries.map(([key]) => key), encodeKey(recordKinds.campaignList, { brand: KAFFET })];
  for (const key of [...keys, encodeKey(recordKinds.standing, { account: ANNA, brand: NORDMAT })]) {
    records.add(key, state.prove(key));
  }
  return records;
}

function anna(campaign: CampaignRecord, standing: StandingRecord | null = STANDING): Offer {
  const records = recordsOf(campaign, standing);
  const [offer] = offersOf(records, ANNA, campaignsOf(records, CHAIN, NORDMAT));
  assert.ok(offer !== undefined);
  return offer;
}

test("a campaign is told with what is left of it, and without a record there is none", () => {
  const taken = { times: 3n, points: gross(400), reversed: gross(100) };
  const records = recordsOf(record({ stock: 5n }, taken), null);
  const told = campaignsOf(records, CHAIN, NORDMAT);
  const [one] = told.campaigns;
  assert.deepEqual([told.last, told.height, told.timeMs], [4, 9n, NOW]);
  assert.deepEqual([one?.stockLeft, one?.budgetLeft, one?.state, one?.accepted], [2n, 700n, "open", null]);
  const back = recordsOf(record({ stock: 5n }, { ...taken, returned: 2n }), null);
  assert.equal(campaignsOf(back, CHAIN, NORDMAT).campaigns[0]?.stockLeft, 4n, "what is returned comes back to it");
  assert.equal(one?.digest, campaignDigest(CHAIN, NORDMAT, ONE, terms({ stock: 5n })));
  assert.equal(one?.overMs, NOW + 401 * DAY_MS);
  assert.deepEqual(campaignsOf(records, CHAIN, KAFFET).campaigns, []);
  assert.deepEqual(campaignsCodec.fromJson(campaignsCodec.toJson(told, "test"), "test"), told);
});

test("what is reversed of a sponsor's points is spent all the same, and it has accepted these terms or none", () => {
  const sponsor = { brand: KAFFET, priceMicro: 5n };
  const digest = campaignDigest(CHAIN, NORDMAT, ONE, terms({ sponsor }));
  const taken = { points: gross(400), reversed: gross(100) };
  const told = (accepted: Hash | null) => anna(record({ sponsor }, { ...taken, accepted }));
  assert.deepEqual([told(digest).of.budgetLeft, told(digest).of.accepted], [600n, true]);
  assert.equal(told(digest).obstacle, null);
  for (const other of [null, "00".repeat(32) as Hash]) {
    assert.deepEqual([told(other).of.accepted, told(other).obstacle], [false, "sponsor_not_accepted"]);
  }
});

test("the reason for which nothing can be claimed is the ledger's", () => {
  const [before, after] = [(NOW - 1) as TimeMs, (NOW + 1) as TimeMs];
  const once = { times: 2, per: "year" } as const;
  const twice: StandingRecord = { ...STANDING, taken: [taken(2, "2026-12-31" as Day)] };
  for (const [change, code, standing] of [
    [{}, null, STANDING],
    [{ opensMs: after }, "campaign_not_open", STANDING],
    [{ closesMs: NOW }, "campaign_not_open", STANDING],
    [{ closesMs: after, opensMs: before }, null, STANDING],
    [{ paused: true }, "campaign_paused", STANDING],
    [{ by: "operator" }, "not_claimed", STANDING],
    [{ by: "either" }, null, STANDING],
    [{ perMember: once }, "member_max_reached", twice],
    [{ perMember: { ...once, times: 3 } }, null, twice],
    [{ stock: 3n }, "sold_out", STANDING],
    [{ budget: 449n as Points }, "budget_spent", STANDING],
    [{ budget: 450n as Points }, null, STANDING],
  ] as const) {
    const offer = anna(record(change, { times: 3n, points: gross(400) }), standing);
    assert.equal(offer.obstacle, code, JSON.stringify(Object.keys(change)));
  }
  const lapsed = { ...STANDING, taken: [taken(2, plusDays(TODAY, -1))] };
  assert.deepEqual([anna(record({ perMember: once }), lapsed).obstacle, anna(record({}), twice).taken], [null, 2]);
});

function taken(times: number, until: Day) {
  return { campaign: ONE, asReferrer: false, until, times };
}

test("of a fact it is told what counts for it", () => {
  const end = plusMonths(monthOf(NOW), 6);
  const count = (until: string, units: bigint, consumed = 0n) => ({
    track: CARD,
    count: { type: "rolling" as const, until: until as typeof end, units },
    consumed,
  });
  const counted: StandingRecord = {
    ...STANDING,
    progress: [count(plusMonths(end, -1), 2n), count(end, 5n, 1n), count("2026-10", 9n)],
    marks: [{ mark: 7 as MarkId, until: TODAY }, { mark: 8 as MarkId, until: plusDays(TODAY, -1) }],
  };
  const progress = { type: "progress", track: CARD, atLeast: 6n, thisMonth: false, consume: false } as const;
  for (const [requirement, has, code, standing] of [
    [progress, 6n, null, counted],
    [{ ...progress, atLeast: 7n }, 6n, "progress_missing", counted],
    [{ ...progress, thisMonth: true }, 4n, "progress_missing", counted],
    [progress, 0n, "progress_missing", null],
    [{ ...progress, track: 9 as TrackId }, 0n, "progress_missing", counted],
    [{ type: "level", track: CARD, level: 1 }, 1n, null, counted],
    [{ type: "level", track: CARD, level: 2 }, 1n, "level_missing", counted],
    [{ type: "mark", mark: 7 as MarkId }, 1n, null, counted],
    [{ type: "mark", mark: 8 as MarkId }, 0n, "mark_missing", counted],
    [{ type: "new", days: 10 }, 10n, null, counted],
    [{ type: "new", days: 9 }, 10n, "not_new", counted],
    [{ type: "since", days: 10 }, 10n, null, counted],
    [{ type: "since", days: 11 }, 10n, "too_new", counted],
    [{ type: "since", days: 0 }, null, "too_new", null],
    [{ type: "invited" }, 0n, "invitation_missing", counted],
  ] as const) {
    const offer = anna(record({ requires: [requirement] }), standing);
    assert.deepEqual([offer.facts[0]?.has, offer.obstacle], [has, code], requirement.type);
    assert.equal(offer.facts[0]?.holds, code === null);
  }
});

test("whoever is let in early is, and nobody else", () => {
  const early = { ms: BigInt(DAY_MS), requires: [{ type: "since", days: 10 } as const] };
  const opensMs = (NOW + DAY_MS) as TimeMs;
  const closesMs = (opensMs + DAY_MS) as TimeMs;
  const of = (change: Partial<Campaign>) => anna(record({ opensMs, closesMs, ...change })).obstacle;
  assert.equal(of({ early }), null);
  assert.equal(of({ early: { ...early, ms: BigInt(DAY_MS - 1) } }), "campaign_not_open");
  assert.equal(of({ early: { ...early, requires: [{ type: "since", days: 11 }] } }), "campaign_not_open");
});

test("what isn't proven isn't told", () => {
  const root = "00".repeat(32) as Hash;
  const empty = new ProvenRecords("test", { height: 9n as Height, timeMs: NOW, stateRoot: root });
  assert.equal(codeOf(() => campaignsOf(empty, CHAIN, NORDMAT)), "proven_lacking");
});
