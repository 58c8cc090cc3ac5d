/** The operations of programmes: brands count more than points, and members allow it (protocol, Programme). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { Codec } from "../codec/codec.js";
import type { VariantCodecs } from "../codec/combine.js";
import { defaulted, names, option, struct } from "../codec/combine.js";
import { u64, u8 } from "../codec/primitives.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";
import type { Day } from "../time.js";
import { dayCodec } from "../time.js";
import type { Track, TrackId } from "../track.js";
import { trackCodec, trackIdCodec } from "../track.js";

/** An admin of a brand begins a track, or makes one kinder. */
export interface SetTrack {
  /** The brand. */
  readonly brand: BrandId;
  /** The track: one that there is, or a higher number than any before. */
  readonly track: TrackId;
  /** Its terms. */
  readonly terms: Track;
}

/** A brand's operator counts something for an account. */
export interface Stamp {
  /** The brand. */
  readonly brand: BrandId;
  /** The track. */
  readonly track: TrackId;
  /** The account. */
  readonly to: Address;
  /** The number of units. */
  readonly amount: bigint;
  /** The place, counted from 0, if the track counts places. */
  readonly place: number | null;
  /** The receipt; a brand stamps once per reference. */
  readonly reference: Reference;
  /** The day on the receipt. */
  readonly dated: Day;
}

/** The thing that is taken back: a stamp, or a mark or a voucher that was granted or claimed. */
export type TakenBackOf = "stamp" | "mark" | "voucher";

const takenBackOfCodec: Codec<TakenBackOf> = defaulted(
  names<TakenBackOf>(["stamp", "mark", "voucher"]),
  () => "stamp" as const,
);

/**
 * A brand's operator takes back all or part of a stamp, and the levels that it has helped to reach; or of a mark or a
 * voucher.
 */
export interface TakeBack {
  /** The brand. */
  readonly brand: BrandId;
  /** The account that was stamped, or got the mark or the voucher. */
  readonly from: Address;
  /** The thing that is taken back. */
  readonly of: TakenBackOf;
  /** The reference of the stamp, the grant or the claim. */
  readonly ofReference: Reference;
  /** The day of that reference. */
  readonly ofDated: Day;
  /** The number of units of a stamp, of days of a mark, 1 for a mark without end, or of uses of a voucher. */
  readonly amount: bigint;
  /** The reference of this operation; a brand takes back once per reference. */
  readonly reference: Reference;
  /** The day of this operation's reference. */
  readonly dated: Day;
}

/** A member says what a brand may do with what it has counted of it. */
export interface SetConsent {
  /** The brand. */
  readonly brand: BrandId;
  /** The sum of what is allowed: 1 to be listed by rank, 2 profiling, 4 sharing with partners, 8 reminders. */
  readonly consents: number;
}

/** The operations of programmes, by type. */
export interface ProgrammeOperations {
  /** See {@link SetTrack}. */
  readonly set_track: SetTrack;
  /** See {@link Stamp}. */
  readonly stamp: Stamp;
  /** See {@link TakeBack}. */
  readonly take_back: TakeBack;
  /** See {@link SetConsent}. */
  readonly set_consent: SetConsent;
}

/** The numbers and forms of the operations of programmes. */
export const programmeOperations: VariantCodecs<ProgrammeOperations> = {
  set_track: [64, struct<SetTrack>({ brand: brandIdCodec, track: trackIdCodec, terms: trackCodec })],
  stamp: [
    65,
    struct<Stamp>({
      brand: brandIdCodec,
      track: trackIdCodec,
      to: addressCodec,
      amount: u64,
      place: option(u8),
      reference: referenceCodec,
      dated: dayCodec,
    }),
  ],
  take_back: [
    66,
    struct<TakeBack>({
      brand: brandIdCodec,
      from: addressCodec,
      of: takenBackOfCodec,
      ofReference: referenceCodec,
      ofDated: dayCodec,
      amount: u64,
      reference: referenceCodec,
      dated: dayCodec,
    }),
  ],
  set_consent: [73, struct<SetConsent>({ brand: brandIdCodec, consents: u8 })],
};
