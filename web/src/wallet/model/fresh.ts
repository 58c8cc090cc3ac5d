/** Clients with a token that was made for a change: one that ends within five minutes, which the key signs. */

import type { Client as GatewayClient } from "@lojal/client";
import { Client, plusMs, signReadToken, toTimeMs } from "@lojal/client";

import { theNetwork } from "./network.js";
import { needKey, wallet } from "./session.js";

/** The life of a token, in milliseconds: below the five minutes for clocks that differ a little. */
const LIFE_MS = 4 * 60 * 1000;
/** The rest of a token's life below which another one is made, in milliseconds. */
const REST_MS = 30 * 1000;

let fresh: { readonly client: GatewayClient; readonly key: string; readonly untilMs: number } | null = null;

/** Forgets the token. */
export function forgetFresh(): void {
  fresh = null;
}

/** A client with such a token; the passphrase may be asked for first. */
export async function freshClient(): Promise<GatewayClient> {
  const own = wallet.value;
  if (own === null) {
    throw new Error("there is no key");
  }
  if (fresh !== null && fresh.key === own.publicKey && fresh.untilMs > Date.now() + REST_MS) {
    return fresh.client;
  }
  const { genesis } = theNetwork();
  const key = await needKey();
  const client = new Client(location.origin, genesis);
  const untilMs = plusMs(toTimeMs(Date.now()), LIFE_MS);
  const token = { account: own.address, publicKey: key.publicKey, audience: client.audience, untilMs };
  client.readWith(await signReadToken(token, genesis.chainId, key));
  fresh = { client, key: own.publicKey, untilMs };
  return client;
}
