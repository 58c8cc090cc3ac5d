/** The ranks on tracks as this wallet reads them: by the gateway's word, since no proof has all of them. */

import type { api, BrandId, TrackId } from "@lojal/client";
import { ListClient } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { shown } from "./account.js";
import { ask } from "./network.js";
import { wallet } from "./session.js";

/** The ranks that are shown at once. */
const SHOWN = 10;

/** The ranks of a track as they were read last, and the fault of the last time. */
export interface ReadRanks {
  readonly told: api.Leaders | null;
  readonly error: unknown;
}

/** The ranks of a track with the wallet's own, once they are wanted, and again whenever something has happened. */
export function useRanks(brand: BrandId, track: TrackId, isWanted: boolean): ReadRanks {
  const [read, setRead] = useState<ReadRanks>({ told: null, error: null });
  const account = wallet.value?.address;
  useEffect(() => {
    if (!isWanted || account === undefined) {
      return undefined;
    }
    let isOld = false;
    ask((client) => new ListClient(client).leaders(brand, track, { account, limit: SHOWN })).then(
      (told) => (isOld ? undefined : setRead({ told, error: null })),
      (error: unknown) => (isOld ? undefined : setRead({ told: null, error })),
    );
    return () => {
      isOld = true;
    };
  }, [brand, track, isWanted, account, shown.value]);
  return read;
}
