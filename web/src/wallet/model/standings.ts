/**
 * The standings of this wallet's account and of its pools: they follow from the records by which its balances were
 * proven. Those of the account are kept, to be shown while no gateway answers.
 */

import type { Address } from "@lojal/client";
import { api, fromJsonText, state, toJsonText } from "@lojal/client";

import type { Proven, Shown } from "./account.js";
import { readRecords } from "./kept.js";
import { theNetwork } from "./network.js";
import { read, write } from "./store.js";

/** All that brands count of this wallet. */
export interface Counted {
  readonly own: api.Standings;
  /** Those of pools for which something was ever stamped. */
  readonly pools: readonly api.Standings[];
}

/** The name under which the browser keeps the account's. */
const KEPT = "standings";

function standingsOf({ account: { address }, records }: Proven): api.Standings | null {
  return readRecords(records, (found) => state.standingsOf(found, address));
}

/** The standings that follow from what was proven; null if that was before the page was opened. */
export function countedIn({ own, pools }: Shown): Counted | null {
  const found = standingsOf(own);
  const ofPools = pools.map(({ proven }) => standingsOf(proven)).filter((one) => one !== null);
  return found === null ? null : { own: found, pools: ofPools.filter(({ standings }) => standings.length > 0) };
}

/** Keeps the account's standings. */
export async function keepStandings({ own }: Counted): Promise<void> {
  await write({ [KEPT]: toJsonText(api.standingsCodec, own, theNetwork().genesis.network) });
}

/** The standings of an account that were kept; null if there are none. */
export async function readStandings(address: Address): Promise<Counted | null> {
  const text = await read(KEPT);
  const own = text === null ? null : fromJsonText(api.standingsCodec, text, theNetwork().genesis.network);
  return own?.address === address ? { own, pools: [] } : null;
}
