/**
 * Tracks: what a brand counts of its members beside points, and the levels that are reached by it (protocol,
 * Programme).
 */

import type { Codec } from "./codec/codec.js";
import type { Tagged } from "./codec/combine.js";
import { list, option, struct, variants } from "./codec/combine.js";
import { bool, u16, u64, u8 } from "./codec/primitives.js";
import type { Hash } from "./ids.js";
import { hashCodec } from "./ids.js";
import { TRACK_LEVELS_MAX } from "./limits.js";
import type { TimeMs } from "./time.js";
import { timeMsCodec } from "./time.js";

/** The number of a track of a brand; a later one has a higher number, and none is used again. */
export type TrackId = number & { readonly of: "track" };

/** The forms of numbers of tracks. */
export const trackIdCodec = u16 as Codec<number> as Codec<TrackId>;

/** The times over which tracks count, by type. */
export interface TrackKindsByType {
  /** Each stamp counts for some months after its own; nothing is stamped from `closesMs` on. */
  readonly rolling: { readonly months: number; readonly closesMs: TimeMs | null };
  /** Stamps of a window count through its end. */
  readonly window: { readonly opensMs: TimeMs; readonly closesMs: TimeMs };
  /** Each of `count` places counts once in a window. */
  readonly places: { readonly opensMs: TimeMs; readonly closesMs: TimeMs; readonly count: number };
}

/** The time over which a track counts. */
export type TrackKind = Tagged<"type", TrackKindsByType>;

/** A level of a track. */
export interface TrackLevel {
  /** The units that reach it. */
  readonly atLeast: bigint;
  /** The months that it is held after the one in which it was reached. */
  readonly months: number;
}

/** The terms of a track. */
export interface Track {
  /** The time over which it counts. */
  readonly kind: TrackKind;
  /** Most units of one stamp. */
  readonly stampMax: bigint;
  /** The levels, the lowest first; the first one has the number 1. */
  readonly levels: readonly TrackLevel[];
  /** True if a level that isn't kept is followed by the next lower one, for the months of that. */
  readonly soft: boolean;
  /** The days after a stamp in which it can be taken back. */
  readonly takeBackDays: number;
  /** The hash of the document that tells members about it. */
  readonly about: Hash;
}

const kindCodec: Codec<TrackKind> = variants<TrackKindsByType, "type">("type", {
  rolling: [0, struct<TrackKindsByType["rolling"]>({ months: u8, closesMs: option(timeMsCodec) })],
  window: [1, struct<TrackKindsByType["window"]>({ opensMs: timeMsCodec, closesMs: timeMsCodec })],
  places: [2, struct<TrackKindsByType["places"]>({ opensMs: timeMsCodec, closesMs: timeMsCodec, count: u8 })],
});

/** The forms of the terms of tracks. */
export const trackCodec: Codec<Track> = struct<Track>({
  kind: kindCodec,
  stampMax: u64,
  levels: list(struct<TrackLevel>({ atLeast: u64, months: u8 }), 0, TRACK_LEVELS_MAX),
  soft: bool,
  takeBackDays: u16,
  about: hashCodec,
});
