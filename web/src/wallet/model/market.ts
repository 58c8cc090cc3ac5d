/** The market as this wallet reads it: what is offered, by the gateway's word, and who trades. */

import { signal } from "@preact/signals";
import type { Address, api, BrandId, Lot } from "@lojal/client";
import { ListClient } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import type { Shown } from "./account.js";
import { shown } from "./account.js";
import type { Brand } from "./network.js";
import { ask, brands } from "./network.js";
import { provenOf } from "./offers.js";
import { wallet } from "./session.js";

/** Two brands: the one whose points are wanted, and the one whose points pay. */
export interface Pair {
  readonly sell: BrandId;
  readonly buy: BrandId;
}

/** The pair that was chosen last, since the page was opened. */
export const chosen = signal<Pair | null>(null);

/** The brands whose points can be sold. */
export function tradeable(): readonly Brand[] {
  return [...brands.value.values()].filter(({ policy }) => policy.tradeable);
}

/** The accounts that this member trades for: its own, and pools of which it is no child. */
export function traders(): readonly { readonly account: Address; readonly isPool: boolean }[] {
  const own = wallet.value?.address;
  const isAdult = ({ proven }: Shown["pools"][number]): boolean => {
    const member = proven.account.household?.members.find(({ address }) => address === own);
    return member !== undefined && member.role !== "child";
  };
  const pools = (shown.value?.pools ?? []).filter(isAdult).map(({ address }) => ({ account: address, isPool: true }));
  return own === undefined ? [] : [{ account: own, isPool: false }, ...pools];
}

/** The lots of a brand that an account has, by rising expiry. */
export function lotsOf(account: Address, brand: BrandId): readonly Lot[] {
  return provenOf(account)?.account.balances.find((one) => one.brand === brand)?.lots ?? [];
}

/** The pair to begin with: what can be paid with is something that the member has. */
export function firstPair(): Pair | null {
  const all = tradeable();
  const own = wallet.value?.address;
  const buy = all.find(({ id }) => own !== undefined && lotsOf(own, id).length > 0) ?? all[0];
  const sell = all.find(({ id }) => id !== buy?.id);
  return buy === undefined || sell === undefined ? null : { sell: sell.id, buy: buy.id };
}

/** A market as it was read last, the fault of the last time, and how it is read again. */
export interface ReadMarket {
  readonly told: api.Market | null;
  readonly error: unknown;
  readonly again: () => void;
}

/** The market of a pair, read again whenever something has happened. */
export function useMarket(pair: Pair | null): ReadMarket {
  const [told, setTold] = useState<api.Market | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (pair === null) {
      return undefined;
    }
    let isOld = false;
    ask((client) => new ListClient(client).market(pair.sell, pair.buy)).then(
      (market) => {
        if (!isOld) {
          setTold(market);
          setError(null);
        }
      },
      (fault: unknown) => (isOld ? undefined : setError(fault)),
    );
    return () => {
      isOld = true;
    };
  }, [pair?.sell, pair?.buy, shown.value, times]);
  const isIt = told !== null && told.brand === pair?.sell && told.wants === pair.buy;
  return { told: isIt ? told : null, error, again: () => setTimes(times + 1) };
}
