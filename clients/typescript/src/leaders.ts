/** The names under which accounts are listed by rank (docs/api.md, Leaders). */

import { wordlist } from "@scure/bip39/wordlists/english.js";

import type { Address } from "./address.js";
import type { BrandId } from "./brand.js";
import { brandIdCodec } from "./brand.js";
import { fromHex } from "./bytes.js";
import { encode } from "./codec/codec.js";
import { chainHash } from "./hash.js";
import type { ChainId } from "./ids.js";
import type { TrackId } from "./track.js";
import { trackIdCodec } from "./track.js";

const TAG = "lojal/leader/v1";

/**
 * The two words that an account is listed under on a track: those of the first two bytes of the hash of account, brand
 * and track, and of the next two, modulo the length of the English list of BIP-39.
 */
export function leaderName(chain: ChainId, account: Address, brand: BrandId, track: TrackId): string {
  const parts = [fromHex(account), encode(brandIdCodec, brand), encode(trackIdCodec, track)];
  const hash = new DataView(chainHash(TAG, chain, ...parts).buffer);
  return [0, 2].map((place) => wordlist[hash.getUint16(place) % wordlist.length]).join(" ");
}
