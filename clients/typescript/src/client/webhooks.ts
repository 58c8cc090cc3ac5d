/** The webhooks of a brand at a gateway. All of it takes a token of one of its admins that ends within 5 minutes. */

import type { NetworkKind } from "../address.js";
import type { EventPlace } from "../api/events.js";
import type { Deliveries, NewWebhook, Webhook, Webhooks, WebhookSecret } from "../api/webhooks.js";
import {
  deliveriesCodec,
  newWebhookCodec,
  webhookCodec,
  webhooksCodec,
  webhookSecretCodec,
} from "../api/webhooks.js";
import type { BrandId } from "../brand.js";
import { utf8 } from "../bytes.js";
import type { JsonCodec } from "../codec/codec.js";
import { writeJson } from "../json.js";
import type { Question, Transport } from "./transport.js";

/** The questions about webhooks to one gateway: one method per route (docs/api.md). */
export class WebhookClient {
  constructor(
    private readonly transport: Transport,
    private readonly network: NetworkKind,
  ) {}

  /** `GET /v1/brands/{id}/webhooks`: all that are registered at this gateway. */
  all(brand: BrandId): Promise<Webhooks> {
    return this.#ask(webhooksCodec, { path: pathOf(brand) });
  }
  /** `POST /v1/brands/{id}/webhooks`: registers one; the only answer that has its secret. */
  add(brand: BrandId, webhook: NewWebhook): Promise<WebhookSecret> {
    const json = utf8(writeJson(newWebhookCodec.toJson(webhook, this.network)));
    return this.#ask(webhookSecretCodec, { path: pathOf(brand), ...change(json) });
  }
  /** `DELETE /v1/brands/{id}/webhooks/{webhook}`: removes one; `unknown_webhook` if there is none. */
  async remove(brand: BrandId, id: string): Promise<void> {
    await this.transport.ask({ path: pathOf(brand, id), method: "DELETE" });
  }
  /** `POST /v1/brands/{id}/webhooks/{webhook}/secret`: another secret; the old one signs beside it for a day. */
  roll(brand: BrandId, id: string): Promise<WebhookSecret> {
    return this.#ask(webhookSecretCodec, { path: `${pathOf(brand, id)}/secret`, ...change() });
  }
  /** `GET /v1/brands/{id}/webhooks/{webhook}/deliveries`: the last attempts, and those that were given up. */
  deliveries(brand: BrandId, id: string): Promise<Deliveries> {
    return this.#ask(deliveriesCodec, { path: `${pathOf(brand, id)}/deliveries` });
  }
  /** `POST /v1/brands/{id}/webhooks/{webhook}/replay`: sends what came after a place again, or goes on. */
  replay(brand: BrandId, id: string, after: EventPlace | null = null): Promise<Webhook> {
    const query = after === null ? [] : ([["after", after]] as const);
    return this.#ask(webhookCodec, { path: `${pathOf(brand, id)}/replay`, query, ...change() });
  }

  #ask<T>(codec: JsonCodec<T>, question: Question): Promise<T> {
    return this.transport.askAs(codec, this.network, question);
  }
}

function pathOf(brand: BrandId, id?: string): string {
  // An id comes from an answer, and must not lead elsewhere.
  return `/v1/brands/${brand}/webhooks${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
}

function change(body: Uint8Array = new Uint8Array()): Pick<Question, "body" | "isReadBy" | "contentType"> {
  return { body, isReadBy: true, contentType: "application/json" };
}
