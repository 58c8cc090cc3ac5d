/** The answer about leaders: the ranks on a track of those who let its brand list them (docs/api.md, Leaders). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct } from "../codec/combine.js";
import { bool, plainText, u64 } from "../codec/primitives.js";
import type { Height } from "../ids.js";
import { heightCodec } from "../ids.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";
import type { TrackId } from "../track.js";
import { trackIdCodec } from "../track.js";

/** An account that has a rank. */
export interface Leader {
  /** Its rank: one more than the number of those who have more. */
  readonly rank: bigint;
  /** The units or places that count now. */
  readonly units: bigint;
  /** The two words that it is listed under: see `leaderName`. */
  readonly name: string;
  /** The account, for operators of the brand and auditors. */
  readonly account: Address | null;
}

/** `GET /v1/brands/{id}/tracks/{track}/leaders`: the ranks on a track. */
export interface Leaders {
  /** The brand. */
  readonly brand: BrandId;
  /** The track. */
  readonly track: TrackId;
  /** The first ones, by rank; equal ones by their names. */
  readonly leaders: readonly Leader[];
  /** The number of accounts that have a rank. */
  readonly ranked: bigint;
  /** The rank of the account that was asked about; null if it has none, or about none was asked. */
  readonly own: Leader | null;
  /** True if everybody is ranked who allows it. */
  readonly complete: boolean;
  /** The block after which this is so. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
}

const leaderCodec: JsonCodec<Leader> = jsonStruct<Leader>({
  rank: u64,
  units: u64,
  name: plainText,
  account: jsonOption(addressCodec),
});

/** The JSON of leaders. */
export const leadersCodec: JsonCodec<Leaders> = jsonStruct<Leaders>({
  brand: brandIdCodec,
  track: trackIdCodec,
  leaders: jsonList(leaderCodec),
  ranked: u64,
  own: jsonOption(leaderCodec),
  complete: bool,
  height: heightCodec,
  timeMs: timeMsCodec,
});
