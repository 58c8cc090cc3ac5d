/** The first keys of operators, which a change of their roles names: from genesis, and from what has happened since. */

import type { Address, BrandId, PublicKey } from "@lojal/client";
import { addressOfKey } from "@lojal/client";
import type { api } from "@lojal/client";

import { ask, theNetwork } from "../../wallet/model/network.js";

/** The time for which the past is looked through, in milliseconds. */
const PATIENCE_MS = 8_000;

/** The key of an operator, if the genesis document or the brand's events name it: it has to lead to the address. */
export async function keyOfOperator(brand: BrandId, address: Address): Promise<PublicKey | null> {
  const { document } = theNetwork().genesis;
  const keys = document.brands.flatMap(({ operators }) => operators.map(({ publicKey }) => publicKey));
  const seats = document.governance.seats.map(({ governor }) => governor);
  const known = [...keys, ...seats].find((key) => addressOfKey(key) === address);
  return known ?? inEvents(brand, address);
}

async function inEvents(brand: BrandId, address: Address): Promise<PublicKey | null> {
  const stop = AbortSignal.timeout(PATIENCE_MS);
  return ask(async (client) => {
    const { height } = await client.status();
    const options = { types: ["operator.set"], after: "0" as api.EventPlace, signal: stop };
    for await (const told of client.events({ brand }, options)) {
      const operation = told.type === "event" ? told.event.data.operation : null;
      if (operation?.type === "set_operator" && addressOfKey(operation.publicKey) === address) {
        return operation.publicKey;
      }
      if (BigInt(told.place.split("-")[0] ?? "0") >= height) {
        break;
      }
    }
    return null;
  });
}
