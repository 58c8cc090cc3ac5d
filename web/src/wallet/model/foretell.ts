/** What would be left after something is done, as the gateway computes it on top of the last block. */

import type { Address, api, BrandId, Lot, Operation, Points } from "@lojal/client";
import { newTransaction, toTimeMs } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { ask, theNetwork } from "./network.js";
import { signer, wallet } from "./session.js";

/**
 * A forecast: the outcome, the total of a brand that an account would have, null where it stays as it is, and what
 * would change of the account.
 */
export type Forecast =
  | { readonly type: "none" }
  | { readonly type: "asking" }
  | { readonly type: "fault"; readonly error: unknown }
  | {
      readonly type: "told";
      readonly outcome: api.Foretold;
      readonly left: bigint | null;
      readonly effect: api.Effect | null;
    };

const NONE: Forecast = { type: "none" };

async function foretell(operations: readonly Operation[], account: Address, brand: BrandId): Promise<Forecast> {
  const own = wallet.value;
  const { chainId } = theNetwork().genesis;
  if (own === null) {
    return { type: "none" };
  }
  const transaction = newTransaction(chainId, own.address, operations, toTimeMs(Date.now()));
  // The public key is in the key file, so no key is needed to ask.
  const publicKey = signer.value?.publicKey ?? own.publicKey;
  const { outcome, effects } = await ask((client) => client.simulate({ transaction, publicKey }));
  const effect = effects.find(({ after }) => after.address === account) ?? null;
  const left = effect === null ? null : (effect.after.balances.find((one) => one.brand === brand)?.total ?? 0n);
  return { type: "told", outcome, left, effect };
}

/** The lots of a brand that would come, by rising expiry. */
export function comingLots({ before, after }: api.Effect, brand: BrandId): readonly Lot[] {
  const lotsIn = ({ balances }: api.Account): readonly Lot[] => balances.find((one) => one.brand === brand)?.lots ?? [];
  return lotsIn(after).flatMap(({ expiry, amount }) => {
    const more = amount - (lotsIn(before).find((lot) => lot.expiry === expiry)?.amount ?? 0n);
    return more > 0n ? [{ expiry, amount: more as Points }] : [];
  });
}

/** The forecast of operations in one transaction; asked anew when the text that tells them from others changes. */
export function useForecast(
  operations: readonly Operation[],
  account: Address | null,
  brand: BrandId | null,
  key: string,
): Forecast {
  const [known, setKnown] = useState<{ readonly of: string; readonly forecast: Forecast }>({ of: key, forecast: NONE });
  useEffect(() => {
    const setForecast = (forecast: Forecast): void => setKnown({ of: key, forecast });
    if (operations.length === 0 || account === null || brand === null) {
      setForecast(NONE);
      return undefined;
    }
    let isOld = false;
    setForecast({ type: "asking" });
    foretell(operations, account, brand).then(
      (told) => (isOld ? undefined : setForecast(told)),
      (error: unknown) => (isOld ? undefined : setForecast({ type: "fault", error })),
    );
    return () => {
      isOld = true;
    };
  }, [key]);
  // Until this is asked, what was told is of other operations.
  return known.of === key ? known.forecast : { type: "asking" };
}
