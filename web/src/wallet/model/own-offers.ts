/** The offers of this wallet's account and of its pools, from the records by which its balances were proven. */

import type { Address, BrandId, state as states } from "@lojal/client";
import { state } from "@lojal/client";

import type { Proven, Shown } from "./account.js";
import { LackingError, readRecords } from "./kept.js";

/** An offer of this wallet's account, or of one of its pools. */
export interface OwnOffer {
  readonly account: Address;
  readonly isPool: boolean;
  readonly brand: BrandId;
  readonly offer: states.OpenOffer;
}

function offersIn({ account: { address }, records }: Proven, isPool: boolean): readonly OwnOffer[] | null {
  return readRecords(records, (found) => {
    const isKnown = found.get(state.recordKinds.account, { account: address }) !== null;
    const all = isKnown ? found.always(state.recordKinds.brandList, {}).ids : [];
    return all.flatMap((brand) => {
      return state.openOffersOf(found, address, brand).map((offer) => ({ account: address, isPool, brand, offer }));
    });
  });
}

/** All offers that follow from what was proven; null if that was before the page was opened, or doesn't tell. */
export function ownOffers(now: Shown | null): readonly OwnOffer[] | null {
  try {
    const own = now === null ? null : offersIn(now.own, false);
    const ofPools = (now?.pools ?? []).flatMap(({ proven }) => offersIn(proven, true) ?? []);
    return own === null ? null : [...own, ...ofPools];
  } catch (error) {
    if (error instanceof LackingError) {
      return null;
    }
    throw error;
  }
}
