/** The gateway's answers about a brand's webhooks (docs/webhooks.md). They are this gateway's own, not the ledger's. */

import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct } from "../codec/combine.js";
import { bool, plainText, u32 } from "../codec/primitives.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";
import type { EventPlace } from "./events.js";
import { eventPlaceCodec } from "./events.js";

/** A registered address. */
export interface Webhook {
  /** Its id at this gateway. */
  readonly id: string;
  /** The brand. */
  readonly brand: BrandId;
  /** The address. */
  readonly url: string;
  /** Types of events and groups of them; all if there is none. */
  readonly types: readonly string[];
  /** The key that checks its signatures of version `v1a`, after `whpk_`. */
  readonly publicKey: string;
  /** True while events are sent. */
  readonly active: boolean;
  /** The place after which it was registered: nothing before it is ever sent. */
  readonly registered: EventPlace;
  /** The time at which it was. */
  readonly registeredMs: TimeMs;
  /** The place up to which everything has been taken, or given up. */
  readonly reached: EventPlace;
  /** The attempts in a row that have failed. */
  readonly failures: number;
  /** The time of the next attempt; null if nothing has failed, or nothing is tried any more. */
  readonly nextMs: TimeMs | null;
  /** The number of events that were given up. */
  readonly dead: number;
}

/** The JSON of a registered address. */
export const webhookCodec: JsonCodec<Webhook> = jsonStruct<Webhook>({
  id: plainText,
  brand: brandIdCodec,
  url: plainText,
  types: jsonList(plainText),
  publicKey: plainText,
  active: bool,
  registered: eventPlaceCodec,
  registeredMs: timeMsCodec,
  reached: eventPlaceCodec,
  failures: u32,
  nextMs: jsonOption(timeMsCodec),
  dead: u32,
});

/** `GET /v1/brands/{id}/webhooks`. */
export interface Webhooks {
  /** All that are registered at this gateway. */
  readonly webhooks: readonly Webhook[];
}

/** The JSON of registered addresses. */
export const webhooksCodec: JsonCodec<Webhooks> = jsonStruct<Webhooks>({ webhooks: jsonList(webhookCodec) });

/** `POST /v1/brands/{id}/webhooks`: an address to be registered. */
export interface NewWebhook {
  /** The address. */
  readonly url: string;
  /** Types of events and groups of them; all if there is none. */
  readonly types: readonly string[];
}

/** The JSON of an address to be registered. */
export const newWebhookCodec: JsonCodec<NewWebhook> = jsonStruct<NewWebhook>({
  url: plainText,
  types: jsonList(plainText),
});

/** The answer to a registration, or to the wish for another secret: the only time that the secret is shown. */
export interface WebhookSecret {
  /** The address. */
  readonly webhook: Webhook;
  /** The secret that makes and checks its signatures of version `v1`, after `whsec_`. */
  readonly secret: string;
}

/** The JSON of an address with its secret. */
export const webhookSecretCodec: JsonCodec<WebhookSecret> = jsonStruct<WebhookSecret>({
  webhook: webhookCodec,
  secret: plainText,
});

/** An attempt to send an event. */
export interface Attempt {
  /** The event. */
  readonly event: EventPlace;
  /** Its type. */
  readonly type: string;
  /** The time at which it was sent. */
  readonly timeMs: TimeMs;
  /** Null if it was taken, or else the reason that it wasn't. */
  readonly fault: string | null;
}

const attemptCodec: JsonCodec<Attempt> = jsonStruct<Attempt>({
  event: eventPlaceCodec,
  type: plainText,
  timeMs: timeMsCodec,
  fault: jsonOption(plainText),
});

/** `GET /v1/brands/{id}/webhooks/{webhook}/deliveries`. */
export interface Deliveries {
  /** The last attempts since the gateway's start, the newest first. */
  readonly attempts: readonly Attempt[];
  /** The events that were given up, the newest first. */
  readonly dead: readonly Attempt[];
}

/** The JSON of deliveries. */
export const deliveriesCodec: JsonCodec<Deliveries> = jsonStruct<Deliveries>({
  attempts: jsonList(attemptCodec),
  dead: jsonList(attemptCodec),
});
