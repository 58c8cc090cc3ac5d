/**
 * The standings of an account, made of records that are proven: the same that gateways tell. A level isn't stored, it
 * follows from what counts, from the levels that were reached, and from the month of the block.
 */

import type { Address } from "../address.js";
import type { LevelEnd, NextLevel, Standing, Standings, TrackStanding } from "../api/standings.js";
import type { BrandId } from "../brand.js";
import { TRACK_OVER_MONTHS, TRACK_PLACES_MAX } from "../limits.js";
import type { Day, Month, TimeMs } from "../time.js";
import { dayOf, monthOf, plusMonths, plusMs, startOfMonth } from "../time.js";
import type { Track, TrackId } from "../track.js";
import { recordKinds } from "./kinds.js";
import type { Count, HeldLevel, StandingRecord } from "./programme.js";
import type { ProvenRecords } from "./proven.js";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The standings of an account at all brands, as records have them; throws a `ProvenError` if they don't tell. */
export function standingsOf(records: ProvenRecords, address: Address): Standings {
  const account = records.get(recordKinds.account, { account: address });
  // An address that the state doesn't know has nothing that would have to be proven.
  const brands = account === null ? [] : records.always(recordKinds.brandList, {}).ids;
  const standings = brands.flatMap((brand) => {
    const found = records.get(recordKinds.standing, { account: address, brand });
    return found === null ? [] : [standingAt(records, brand, found)];
  });
  const { height, timeMs } = records.tip;
  return { address, standings, onlyOf: null, height, timeMs };
}

function standingAt(records: ProvenRecords, brand: BrandId, standing: StandingRecord): Standing {
  const { timeMs } = records.tip;
  const named = [...standing.progress, ...standing.levels].map(({ track }) => track);
  const rising = [...new Set(named)].sort((one, other) => one - other);
  const tracks = rising.flatMap((track) => {
    const terms = records.get(recordKinds.track, { brand, track });
    // A track that is over may still stand in a standing.
    const shown = terms === null || isOverIn(terms, monthOf(timeMs)) ? null : trackAt(standing, track, terms, timeMs);
    return shown !== null && (shown.units > 0n || shown.level > 0) ? [shown] : [];
  });
  const day = dayOf(timeMs);
  const isLive = ({ until }: { readonly until: Day | null }): boolean => until === null || until >= day;
  const [marks, taken] = [standing.marks.filter(isLive), standing.taken.filter(isLive)];
  return { brand, since: standing.since, consents: standing.consents, tracks, marks, taken };
}

/** The part of a standing that is on a track that isn't over. */
function trackAt(standing: StandingRecord, track: TrackId, terms: Track, time: TimeMs): TrackStanding {
  const month = monthOf(time);
  const units = unitsIn(standing, track, month);
  const set = placesOf(standing, track);
  const places = Array.from({ length: TRACK_PLACES_MAX }, (_, place) => place);
  const level = levelIn(standing, track, terms, month);
  return {
    track,
    terms,
    units,
    places: places.filter((place) => ((set >> BigInt(place)) & 1n) === 1n),
    level,
    lasts: level > 0 ? lastsOf(standing, track, terms, time) : null,
    next: isOpen(terms, time) ? nextOf(terms, level, units) : null,
  };
}

/** The time for which the level of a month lasts if nothing more is stamped. */
function lastsOf(standing: StandingRecord, track: TrackId, terms: Track, time: TimeMs): LevelEnd {
  const month = monthOf(time);
  const of = (later: Month): number => (isOverIn(terms, later) ? 0 : levelIn(standing, track, terms, later));
  const level = of(month);
  let last = month;
  // Neither units nor levels outlive these months.
  for (let months = 1; months <= TRACK_OVER_MONTHS && of(plusMonths(month, months)) >= level; months += 1) {
    last = plusMonths(month, months);
  }
  const next = plusMonths(last, 1);
  // Any stamp in the last month lets it be held on, if as much counts then as reaches it.
  const missing = (terms.levels[level - 1]?.atLeast ?? 0n) - unitsIn(standing, track, last);
  const keeps = missing > 1n ? missing : 1n;
  return { untilMs: startOfMonth(next), keeps: isOpen(terms, time) ? keeps : null, then: of(next) };
}

function nextOf({ levels }: Track, level: number, units: bigint): NextLevel | null {
  const atLeast = levels[level]?.atLeast;
  if (atLeast === undefined) {
    return null;
  }
  return { level: level + 1, atLeast, missing: atLeast > units ? atLeast - units : 0n };
}

/** True if something can be stamped on a track at a time. */
export function isOpen({ kind }: Track, time: TimeMs): boolean {
  const isBefore = kind.closesMs === null || time < kind.closesMs;
  return isBefore && (kind.type === "rolling" || kind.opensMs <= time);
}

/**
 * True if nobody has anything of a track any more in a month: "A rolling track is over 25 months after the one in which
 * it closes, and any other when the month of the last day on which one of its stamps can be taken back is over."
 * (protocol, Programme)
 */
export function isOverIn({ kind, takeBackDays }: Track, month: Month): boolean {
  if (kind.closesMs === null) {
    return false;
  }
  const from =
    kind.type === "rolling"
      ? plusMonths(monthOf(kind.closesMs), TRACK_OVER_MONTHS)
      : plusMonths(monthOf(plusMs(kind.closesMs, takeBackDays * DAY_MS)), 1);
  return from <= month;
}

function unitsOf(count: Count): bigint {
  return count.type === "places" ? BigInt([...count.set.toString(2)].filter((bit) => bit === "1").length) : count.units;
}

/** The units or places that count on a track in a month, while it isn't over, without those that are used up. */
export function unitsIn({ progress }: StandingRecord, track: TrackId, month: Month): bigint {
  const isLive = (count: Count): boolean => count.type !== "rolling" || count.until >= month;
  const counts = progress.filter((one) => one.track === track && isLive(one.count));
  return counts.reduce((sum, { count, consumed }) => sum + unitsOf(count) - consumed, 0n);
}

/** The places that count on a track, a bit each. */
function placesOf({ progress }: StandingRecord, track: TrackId): bigint {
  const found = progress.find((one) => one.track === track && one.count.type === "places")?.count;
  return found?.type === "places" ? found.set : 0n;
}

/**
 * The level of a track in a month: "The level is the best of what the units that count now reach and what is held."
 * (protocol, Programme)
 */
export function levelIn(standing: StandingRecord, track: TrackId, terms: Track, month: Month): number {
  const units = unitsIn(standing, track, month);
  const natural = terms.levels.filter(({ atLeast }) => atLeast <= units).length;
  const held = standing.levels.find((levels) => levels.track === track)?.held ?? [];
  return Math.max(natural, heldIn(held, terms, month));
}

/**
 * The best level that is held in a month, or what it falls to by steps: "When the last that is held has ended, a soft
 * track falls by one level at a time, each for its months; any other falls to what the units reach." (protocol,
 * Programme)
 */
function heldIn(held: readonly HeldLevel[], terms: Track, month: Month): number {
  const live = held.filter(({ until }) => until >= month);
  if (live.length > 0) {
    return Math.max(...live.map(({ level }) => level));
  }
  const [last] = [...held].sort((one, other) => {
    return one.until === other.until ? other.level - one.level : one.until < other.until ? 1 : -1;
  });
  return last === undefined || !terms.soft ? 0 : fallen(last, terms, month);
}

function fallen(last: HeldLevel, { levels }: Track, month: Month): number {
  let { level, until } = last;
  while (level > 0 && until < month) {
    level -= 1;
    until = plusMonths(until, levels[level - 1]?.months ?? 0);
  }
  return level;
}
