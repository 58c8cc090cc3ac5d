/** The records of tracks and of what is counted on them (protocol, Programme). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Codec } from "../codec/codec.js";
import type { Tagged } from "../codec/combine.js";
import { list, option, struct, variants } from "../codec/combine.js";
import { u64, u8 } from "../codec/primitives.js";
import type { HalfId } from "../ids.js";
import { halfIdCodec } from "../ids.js";
import { HELD_LEVELS_MAX, MARKS_MAX, PROGRESS_MAX, TAKEN_MAX, TRACKS_MAX, TRACKS_ROLLING_MAX } from "../limits.js";
import type { Day, Month, TimeMs } from "../time.js";
import { dayCodec, monthCodec, timeMsCodec } from "../time.js";
import type { TrackId } from "../track.js";
import { trackIdCodec } from "../track.js";
import type { HeldMark, Taken } from "./campaigns.js";
import { heldMarkCodec, takenCodec } from "./campaigns.js";

/** The tracks of a brand. */
export interface TrackListRecord {
  /** The highest number that a track of the brand has ever had. */
  readonly last: TrackId;
  /** The tracks that have a record, by number. Those that are over may still stand here. */
  readonly tracks: readonly TrackId[];
}

/** The forms of the lists of brands' tracks. */
export const trackListRecordCodec: Codec<TrackListRecord> = struct<TrackListRecord>({
  last: trackIdCodec,
  tracks: list(trackIdCodec, 0, TRACKS_MAX),
});

/** Counts by type: units of a rolling track with their last month, units of a window, places as bits. */
export interface CountsByType {
  /** Units of a rolling track. */
  readonly rolling: { readonly until: Month; readonly units: bigint };
  /** Units of a window's track. */
  readonly window: { readonly units: bigint };
  /** Places, a bit each. */
  readonly places: { readonly set: bigint };
}

/** The count of one stamp, or of all with the same end. */
export type Count = Tagged<"type", CountsByType>;

const countCodec: Codec<Count> = variants<CountsByType, "type">("type", {
  rolling: [0, struct<CountsByType["rolling"]>({ until: monthCodec, units: u64 })],
  window: [1, struct<CountsByType["window"]>({ units: u64 })],
  places: [2, struct<CountsByType["places"]>({ set: u64 })],
});

/** The count on one track, with one end. */
export interface Progress {
  /** The track. */
  readonly track: TrackId;
  /** The count. */
  readonly count: Count;
  /** The units of it that claims have used up. */
  readonly consumed: bigint;
}

/** A level that was reached. */
export interface HeldLevel {
  /** The month in which it was reached last. */
  readonly reached: Month;
  /** Its number, from 1 on. */
  readonly level: number;
  /** The last month in which it is held. */
  readonly until: Month;
}

/** The levels of one track that an account has reached. */
export interface TrackLevels {
  /** The track. */
  readonly track: TrackId;
  /** The levels, by the month in which they were reached; one a month. */
  readonly held: readonly HeldLevel[];
}

/** The counts of an account at a brand, and the consents that the member gives it. */
export interface StandingRecord {
  /** The day of the first stamp or grant; null if the account has only claimed something. */
  readonly since: Day | null;
  /** The sum of what the member allows. */
  readonly consents: number;
  /** The counts. Those that are over may still stand here. */
  readonly progress: readonly Progress[];
  /** The levels that were reached, by track. */
  readonly levels: readonly TrackLevels[];
  /** The marks, by number. Those that are over may still stand here. */
  readonly marks: readonly HeldMark[];
  /** The units of campaigns that count for their bounds, by campaign. Those that are over may still stand here. */
  readonly taken: readonly Taken[];
}

/** The forms of standings. */
export const standingRecordCodec: Codec<StandingRecord> = struct<StandingRecord>({
  since: option(dayCodec),
  consents: u8,
  progress: list(struct<Progress>({ track: trackIdCodec, count: countCodec, consumed: u64 }), 0, PROGRESS_MAX),
  levels: list(
    struct<TrackLevels>({
      track: trackIdCodec,
      held: list(struct<HeldLevel>({ reached: monthCodec, level: u8, until: monthCodec }), 1, HELD_LEVELS_MAX),
    }),
    0,
    TRACKS_ROLLING_MAX,
  ),
  marks: list(heldMarkCodec, 0, MARKS_MAX),
  taken: list(takenCodec, 0, TAKEN_MAX),
});

/** A stamp as it was made, and how much of it has been taken back. */
export interface StampedRecord {
  /** The account that was stamped. */
  readonly to: Address;
  /** The track. */
  readonly track: TrackId;
  /** The month of the block. */
  readonly month: Month;
  /** The count that it has made; no place if that had been counted before. */
  readonly count: Count;
  /** The number of units that have been taken back. */
  readonly takenBack: bigint;
  /** The day of its reference. */
  readonly dated: Day;
  /** The time from which on nothing of it can be taken back. */
  readonly takeBackUntilMs: TimeMs;
  /** The transaction that wrote it last. */
  readonly transaction: HalfId;
}

/** The forms of the records of stamps. */
export const stampedRecordCodec: Codec<StampedRecord> = struct<StampedRecord>({
  to: addressCodec,
  track: trackIdCodec,
  month: monthCodec,
  count: countCodec,
  takenBack: u64,
  dated: dayCodec,
  takeBackUntilMs: timeMsCodec,
  transaction: halfIdCodec,
});

/** The mark that a reference has been used to take back a stamp, a mark or a voucher, and what it took. */
export interface TakenBackRecord {
  /** The number of units, days or uses. */
  readonly amount: bigint;
  /** The transaction that took them. */
  readonly transaction: HalfId;
}

/** The forms of the records of what was taken back. */
export const takenBackRecordCodec: Codec<TakenBackRecord> = struct<TakenBackRecord>({
  amount: u64,
  transaction: halfIdCodec,
});
