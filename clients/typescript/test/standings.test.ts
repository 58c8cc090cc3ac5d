import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address } from "../src/address.js";
import type { Standing, TrackStanding } from "../src/api/standings.js";
import { standingsCodec } from "../src/api/standings.js";
import { parseBrandId } from "../src/brand.js";
import type { Hash, Height } from "../src/ids.js";
import { encodeKey, recordKinds } from "../src/state/kinds.js";
import type { Count, HeldLevel, StandingRecord } from "../src/state/programme.js";
import { ProvenRecords } from "../src/state/proven.js";
import { standingsOf } from "../src/state/standings.js";
import { StateTree } from "../src/state/tree.js";
import type { Month, TimeMs } from "../src/time.js";
import { dayOf, monthOf, plusMonths, startOfMonth } from "../src/time.js";
import type { Track, TrackId, TrackKind } from "../src/track.js";
import { account, entry } from "./support/records.js";
import { codeOf } from "./support/seeds.js";

const [KAFFET, NORDMAT] = [parseBrandId("kaffet"), parseBrandId("nordmat")];
const [ANNA, BO] = ["02".repeat(20) as Address, "04".repeat(20) as Address];
const NOW = Date.UTC(2026, 10, 15, 12) as TimeMs;
const MONTH = monthOf(NOW);
const FIRST = 1 as TrackId;
const DAY_MS = 24 * 60 * 60 * 1000;

const month = (months: number): Month => plusMonths(MONTH, months);
const start = (months: number): TimeMs => startOfMonth(month(months));

/** A track whose levels are pairs of what reaches one and the months that it is held. */
function terms(kind: TrackKind, levels: readonly (readonly [number, number])[], soft = false): Track {
  const shown = levels.map(([atLeast, months]) => ({ atLeast: BigInt(atLeast), months }));
  return { kind, stampMax: 1000n, levels: shown, soft, takeBackDays: 60, about: "07".repeat(32) as Hash };
}
function rolling(months: number, levels: readonly (readonly [number, number])[], soft = false): Track {
  return terms({ type: "rolling", months, closesMs: null }, levels, soft);
}
function units(amount: number, until: Month): Count {
  return { type: "rolling", until, units: BigInt(amount) };
}
function held(reached: Month, level: number, until: Month): HeldLevel {
  return { reached, level, until };
}
function standing(counts: readonly Count[], levels: readonly HeldLevel[], track = FIRST): StandingRecord {
  return {
    since: dayOf(NOW),
    consents: 9,
    progress: counts.map((count) => ({ track, count, consumed: 0n })),
    levels: levels.length === 0 ? [] : [{ track, held: levels }],
    marks: [],
    taken: [],
  };
}

/** The proven records of Anna, whom the grocer has stamped. */
function recordsAt(timeMs: TimeMs, record: StandingRecord, track: Track | null, lacking = ""): ProvenRecords {
  const entries = [
    entry(recordKinds.account, { account: ANNA }, account(0)),
    entry(recordKinds.brandList, {}, { ids: [KAFFET, NORDMAT] }),
    entry(recordKinds.standing, { account: ANNA, brand: NORDMAT }, record),
    ...(track === null ? [] : [entry(recordKinds.track, { brand: NORDMAT, track: FIRST }, track)]),
  ];
  // So many others that the entries lie on pages of their own.
  const others = Array.from({ length: 90 }, (_, at) => {
    return entry(recordKinds.partners, { brand: parseBrandId(`brand${at}`) }, { ids: [] });
  });
  const state = StateTree.of([...entries, ...others]);
  const records = new ProvenRecords("test", { height: 9n as Height, timeMs, stateRoot: state.root() });
  const keys = {
    account: encodeKey(recordKinds.account, { account: ANNA }),
    brands: encodeKey(recordKinds.brandList, {}),
    standing: encodeKey(recordKinds.standing, { account: ANNA, brand: NORDMAT }),
    none: encodeKey(recordKinds.standing, { account: ANNA, brand: KAFFET }),
    track: encodeKey(recordKinds.track, { brand: NORDMAT, track: FIRST }),
    other: encodeKey(recordKinds.account, { account: BO }),
  };
  const wanted = Object.entries(keys).filter(([name]) => name !== lacking);
  wanted.forEach(([, key]) => records.add(key, state.prove(key)));
  return records;
}

function atGrocer(timeMs: TimeMs, record: StandingRecord, track: Track): Standing {
  const [found, ...more] = standingsOf(recordsAt(timeMs, record, track), ANNA).standings;
  assert.ok(found !== undefined && more.length === 0 && found.brand === NORDMAT);
  return found;
}

/** The part of Anna's standing that is on the grocer's first track. */
function anna(timeMs: TimeMs, record: StandingRecord, track: Track): TrackStanding {
  const [found] = atGrocer(timeMs, record, track).tracks;
  assert.ok(found !== undefined, "something counts on it");
  return found;
}

test("a level lasts as long as the ledger says, and what keeps it keeps it", () => {
  // Units count for 3 months, a level is held for 6.
  const track = rolling(3, [
    [100, 6],
    [200, 6],
  ]);
  const reached = held(MONTH, 1, month(6));
  const first = standing([units(120, month(3))], [reached]);
  const lasts = { untilMs: start(7), keeps: 100n, then: 0 };
  assert.deepEqual(anna(NOW, first, track).lasts, lasts);
  assert.deepEqual(anna(NOW, first, track).next, { level: 2, atLeast: 200n, missing: 80n });
  const later = anna(start(6), first, track);
  assert.deepEqual([later.units, later.level, later.lasts], [0n, 1, lasts]);
  const few = anna(start(6), standing([units(99, month(9))], [reached]), track);
  assert.deepEqual(few.lasts, { untilMs: start(7), keeps: 1n, then: 0 });
  const enough = standing([units(100, month(9))], [reached, held(month(6), 1, month(12))]);
  assert.equal(anna(start(6), enough, track).lasts?.untilMs, start(13));
});

test("a level that is not kept is followed by the one that the ledger says", () => {
  const record = standing([units(250, month(3))], [held(MONTH, 2, month(6))]);
  for (const [isSoft, then] of [
    [true, 1],
    [false, 0],
  ] as const) {
    const levels = [[100, 6], [200, 6]] as const;
    const shown = anna(NOW, record, rolling(3, levels, isSoft));
    assert.equal(shown.lasts?.then, then);
    assert.deepEqual([shown.level, shown.next], [2, null], "there is no higher one");
    const after = atGrocer(start(7), record, rolling(3, levels, isSoft));
    assert.deepEqual(after.tracks.map(({ level }) => level), isSoft ? [1] : []);
    assert.deepEqual(atGrocer(start(13), record, rolling(3, levels, isSoft)).tracks, []);
  }
});

test("of several levels that are held the best counts, and of those that have ended the last falls", () => {
  const levels = [[100, 2], [200, 2], [300, 4]] as const;
  const both = standing([], [held(month(-3), 3, month(1)), held(month(-1), 1, month(1)), held(MONTH, 2, month(2))]);
  assert.equal(anna(NOW, both, rolling(1, levels)).level, 3);
  assert.deepEqual(anna(NOW, both, rolling(1, levels, true)).lasts, { untilMs: start(2), keeps: 300n, then: 2 });
  assert.equal(anna(start(3), both, rolling(1, levels, true)).level, 1, "the second ended last");
});

test("a track that is closed promises nothing more, and one that is over is nothing", () => {
  const levels = [[100, 12], [200, 12]] as const;
  const closesMs = (NOW + 31 * DAY_MS) as TimeMs;
  const closing = terms({ type: "rolling", months: 12, closesMs }, levels);
  const record = standing([units(120, month(12))], [held(MONTH, 1, month(12))]);
  const open = anna((closesMs - 1) as TimeMs, record, closing);
  // The 120 still count in the last month of the level, so that any stamp keeps it.
  assert.deepEqual([open.next?.missing, open.lasts?.keeps], [80n, 1n]);
  const closed = anna(closesMs, record, closing);
  assert.deepEqual([closed.level, closed.next, closed.lasts?.keeps], [1, null, null]);
  const late = standing([units(120, "2099-01" as Month)], []);
  assert.equal(atGrocer((start(26) - 1) as TimeMs, late, closing).tracks.length, 1);
  const over = atGrocer(start(26), late, closing);
  assert.deepEqual([over.tracks, over.since, over.consents], [[], dayOf(NOW), 9], "the day and the consents stay");
});

test("places and windows count until the last stamp can't be taken back", () => {
  const [opensMs, closesMs] = [(NOW - DAY_MS) as TimeMs, (NOW + DAY_MS) as TimeMs];
  const places = terms({ type: "places", opensMs, closesMs, count: 64 }, []);
  const record = standing([{ type: "places", set: (1n << 63n) | 5n }], []);
  const card = anna(NOW, record, places);
  assert.deepEqual([card.units, card.places, card.level], [3n, [0, 2, 63], 0]);
  assert.deepEqual([card.lasts, card.next], [null, null]);
  // 60 days after its end, in January, nothing can be taken back any more.
  assert.equal(atGrocer((start(3) - 1) as TimeMs, record, places).tracks.length, 1);
  assert.deepEqual(atGrocer(start(3), record, places).tracks, []);
  const window = terms({ type: "window", opensMs, closesMs }, []);
  const counted = anna(NOW, standing([{ type: "window", units: 40n }], []), window);
  assert.deepEqual([counted.units, counted.places], [40n, []]);
});

test("what claims have used up counts no more", () => {
  const { progress, ...others } = standing([units(10, month(3)), units(5, month(5))], []);
  const used = { ...others, progress: progress.map((one, at) => (at === 0 ? { ...one, consumed: 7n } : one)) };
  assert.equal(anna(NOW, used, rolling(3, [])).units, 8n);
});

test("a track whose record is gone is nothing, and what isn't proven isn't told", () => {
  const record = standing([units(120, month(3))], []);
  assert.deepEqual(standingsOf(recordsAt(NOW, record, null), ANNA).standings[0]?.tracks, []);
  const track = rolling(3, []);
  assert.deepEqual(standingsOf(recordsAt(NOW, record, track), BO).standings, [], "nobody knows this address");
  for (const lacking of ["brands", "track"]) {
    assert.equal(codeOf(() => standingsOf(recordsAt(NOW, record, track, lacking), ANNA)), "proven_lacking", lacking);
  }
  const empty = new ProvenRecords("test", { height: 9n as Height, timeMs: NOW, stateRoot: "00".repeat(32) as Hash });
  assert.equal(codeOf(() => standingsOf(empty, ANNA)), "proven_lacking");
});

test("standings have the gateway's JSON", () => {
  const record = standing([units(120, month(3))], [held(MONTH, 1, month(6))]);
  const all = standingsOf(recordsAt(NOW, record, rolling(3, [[100, 6], [200, 6]])), ANNA);
  const json = standingsCodec.toJson(all, "test");
  assert.deepEqual(standingsCodec.fromJson(json, "test"), all);
});
