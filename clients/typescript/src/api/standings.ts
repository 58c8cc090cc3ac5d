/** The answers about what brands count of an account beside points (docs/api.md, Accounts and households). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { CampaignId, MarkId } from "../campaign.js";
import { campaignIdCodec, markIdCodec } from "../campaign.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct, orEmpty } from "../codec/combine.js";
import { bool, u16, u64, u8 } from "../codec/primitives.js";
import type { Height } from "../ids.js";
import { heightCodec } from "../ids.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, timeMsCodec } from "../time.js";
import type { Track, TrackId } from "../track.js";
import { trackCodec, trackIdCodec } from "../track.js";

/** The time for which a level lasts if nothing more is stamped, and what comes of it then. */
export interface LevelEnd {
  /** The time from which on it isn't the level any more: the end of a month. */
  readonly untilMs: TimeMs;
  /** The units that, stamped in the last month, let the level be held on; null if the track isn't open. */
  readonly keeps: bigint | null;
  /** The number of the level that follows; 0 is none. */
  readonly then: number;
}

/** A level that hasn't been reached. */
export interface NextLevel {
  /** Its number. */
  readonly level: number;
  /** The units that reach it. */
  readonly atLeast: bigint;
  /** The units that, stamped now, would reach it. */
  readonly missing: bigint;
}

/** The units that count on one track, and the level that they have reached. */
export interface TrackStanding {
  /** The track. */
  readonly track: TrackId;
  /** Its terms. */
  readonly terms: Track;
  /** The units or places that count now. */
  readonly units: bigint;
  /** The places that count, by number from 0, if the track counts places. */
  readonly places: readonly number[];
  /** The number of the level now; 0 is none. */
  readonly level: number;
  /** The end of the level, if there is one. */
  readonly lasts: LevelEnd | null;
  /** The next level, if there is one and the track is open. */
  readonly next: NextLevel | null;
}

/** A mark that an account has: a badge, a membership. */
export interface MarkStanding {
  /** Its number. */
  readonly mark: MarkId;
  /** The last day on which it has it; null for ever. */
  readonly until: Day | null;
}

/** The units that an account has taken of a campaign with a bound for each account. */
export interface TakenStanding {
  /** The campaign. */
  readonly campaign: CampaignId;
  /** True for the members that it has brought along, false for its own units. */
  readonly asReferrer: boolean;
  /** The number of units. */
  readonly times: number;
  /** The last day on which they count for the bound; null for all time. */
  readonly until: Day | null;
}

/** The standing of an account at a brand: all that is counted of it. */
export interface Standing {
  /** The brand. */
  readonly brand: BrandId;
  /** The day of the first stamp or grant; null if the account has only claimed something. */
  readonly since: Day | null;
  /** The sum of what the member allows: see {@link CONSENTS}. */
  readonly consents: number;
  /** The tracks that aren't over and on which something counts or a level is held, by number. */
  readonly tracks: readonly TrackStanding[];
  /** The marks that it has, by number. */
  readonly marks: readonly MarkStanding[];
  /** The units that count for the bounds of campaigns, by campaign. */
  readonly taken: readonly TakenStanding[];
}

/** `GET /v1/accounts/{address}/standing`: the standings of an account. */
export interface Standings {
  /** The account. */
  readonly address: Address;
  /** Its standing at each brand that has ever counted or given anything for it, by brand. */
  readonly standings: readonly Standing[];
  /** The brands at which it is shown, for an operator who sees nothing else of the account. */
  readonly onlyOf: readonly BrandId[] | null;
  /** The block after which this is so. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
}

/** The consents that a member can give a brand, whose sum is one of a standing. */
export const CONSENTS = { ranks: 1, profiling: 2, sharing: 4, reminders: 8 } as const;

const trackStandingCodec: JsonCodec<TrackStanding> = jsonStruct<TrackStanding>({
  track: trackIdCodec,
  terms: trackCodec,
  units: u64,
  places: orEmpty(jsonList(u8)),
  level: u8,
  lasts: jsonOption(jsonStruct<LevelEnd>({ untilMs: timeMsCodec, keeps: jsonOption(u64), then: u8 })),
  next: jsonOption(jsonStruct<NextLevel>({ level: u8, atLeast: u64, missing: u64 })),
});

const markStandingCodec: JsonCodec<MarkStanding> = jsonStruct<MarkStanding>({
  mark: markIdCodec,
  until: jsonOption(dayCodec),
});

const takenStandingCodec: JsonCodec<TakenStanding> = jsonStruct<TakenStanding>({
  campaign: campaignIdCodec,
  asReferrer: bool,
  times: u16,
  until: jsonOption(dayCodec),
});

/** The JSON of standings. */
export const standingsCodec: JsonCodec<Standings> = jsonStruct<Standings>({
  address: addressCodec,
  standings: jsonList(
    jsonStruct<Standing>({
      brand: brandIdCodec,
      since: jsonOption(dayCodec),
      consents: u8,
      tracks: jsonList(trackStandingCodec),
      marks: orEmpty(jsonList(markStandingCodec)),
      taken: orEmpty(jsonList(takenStandingCodec)),
    }),
  ),
  onlyOf: jsonOption(jsonList(brandIdCodec)),
  height: heightCodec,
  timeMs: timeMsCodec,
});
