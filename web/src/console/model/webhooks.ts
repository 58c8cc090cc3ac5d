/** The brand's webhooks at this gateway. Its routes want a token that ends within five minutes: the key makes one. */

import { signal } from "@preact/signals";
import type { api, BrandId, WebhookClient } from "@lojal/client";
import { Client, plusMs, signReadToken, toTimeMs } from "@lojal/client";

import { theNetwork } from "../../wallet/model/network.js";
import { needKey, wallet } from "../../wallet/model/session.js";

/** The life of a token, in milliseconds: below the five minutes for clocks that differ a little. */
const LIFE_MS = 4 * 60 * 1000;
/** The rest of a token's life below which another one is made, in milliseconds. */
const REST_MS = 30 * 1000;

let fresh: { readonly client: Client; readonly untilMs: number } | null = null;

/** The webhooks that are shown; null before they were asked for. */
export const webhooks = signal<readonly api.Webhook[] | null>(null);

/** Forgets the token and what it has shown. */
export function forgetWebhooks(): void {
  fresh = null;
  webhooks.value = null;
}

/** Asks about webhooks; the passphrase may be asked for first. */
export async function askWebhooks<T>(question: (client: WebhookClient) => Promise<T>): Promise<T> {
  if (fresh === null || fresh.untilMs < Date.now() + REST_MS) {
    const account = wallet.value?.address;
    if (account === undefined) {
      throw new Error("there is no key");
    }
    const { genesis } = theNetwork();
    const key = await needKey();
    const client = new Client(location.origin, genesis);
    const untilMs = plusMs(toTimeMs(Date.now()), LIFE_MS);
    const token = { account, publicKey: key.publicKey, audience: client.audience, untilMs };
    client.readWith(await signReadToken(token, genesis.chainId, key));
    fresh = { client, untilMs };
  }
  return question(fresh.client.webhooks);
}

/** Reads the webhooks of a brand. */
export async function readWebhooks(brand: BrandId): Promise<void> {
  webhooks.value = (await askWebhooks((client) => client.all(brand))).webhooks;
}
