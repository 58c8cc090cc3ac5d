/** What would be left after something is done, as the gateway computes it on top of the last block. */

import type { Address, api, BrandId, Operation } from "@lojal/client";
import { newTransaction, toTimeMs } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { ask, theNetwork } from "./network.js";
import { signer, wallet } from "./session.js";

/** A forecast: the outcome, and the total of a brand that an account would have; null where it stays as it is. */
export type Forecast =
  | { readonly type: "none" }
  | { readonly type: "asking" }
  | { readonly type: "fault"; readonly error: unknown }
  | { readonly type: "told"; readonly outcome: api.Foretold; readonly left: bigint | null };

async function foretell(operation: Operation, account: Address, brand: BrandId): Promise<Forecast> {
  const own = wallet.value;
  const { chainId } = theNetwork().genesis;
  if (own === null) {
    return { type: "none" };
  }
  const transaction = newTransaction(chainId, own.address, [operation], toTimeMs(Date.now()));
  // The public key is in the key file, so no key is needed to ask.
  const publicKey = signer.value?.publicKey ?? own.publicKey;
  const { outcome, effects } = await ask((client) => client.simulate({ transaction, publicKey }));
  const after = effects.find((effect) => effect.after.address === account)?.after;
  const left = after === undefined ? null : (after.balances.find((one) => one.brand === brand)?.total ?? 0n);
  return { type: "told", outcome, left };
}

/** The forecast of an operation; asked anew when the text that tells it from others changes. */
export function useForecast(
  operation: Operation | null,
  account: Address | null,
  brand: BrandId | null,
  key: string,
): Forecast {
  const [forecast, setForecast] = useState<Forecast>({ type: "none" });
  useEffect(() => {
    if (operation === null || account === null || brand === null) {
      setForecast({ type: "none" });
      return undefined;
    }
    let isOld = false;
    setForecast({ type: "asking" });
    foretell(operation, account, brand).then(
      (told) => (isOld ? undefined : setForecast(told)),
      (error: unknown) => (isOld ? undefined : setForecast({ type: "fault", error })),
    );
    return () => {
      isOld = true;
    };
  }, [key]);
  return forecast;
}
