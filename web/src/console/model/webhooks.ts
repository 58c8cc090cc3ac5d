/** The brand's webhooks at this gateway. Its routes want a token that ends within five minutes: the key makes one. */

import { signal } from "@preact/signals";
import type { api, BrandId, WebhookClient } from "@lojal/client";

import { forgetFresh, freshClient } from "../../wallet/model/fresh.js";

/** The webhooks that are shown; null before they were asked for. */
export const webhooks = signal<readonly api.Webhook[] | null>(null);

/** Forgets the token and what it has shown. */
export function forgetWebhooks(): void {
  forgetFresh();
  webhooks.value = null;
}

/** Asks about webhooks; the passphrase may be asked for first. */
export async function askWebhooks<T>(question: (client: WebhookClient) => Promise<T>): Promise<T> {
  return question((await freshClient()).webhooks);
}

/** Reads the webhooks of a brand. */
export async function readWebhooks(brand: BrandId): Promise<void> {
  webhooks.value = (await askWebhooks((client) => client.all(brand))).webhooks;
}
