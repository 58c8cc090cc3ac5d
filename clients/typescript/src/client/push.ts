/** The browsers to which a gateway pushes what happens to an account. It takes a token that ends within 5 minutes. */

import type { Address, NetworkKind } from "../address.js";
import { addressToText } from "../address.js";
import type { NewPush, Push, Pushes, PushService } from "../api/push.js";
import { newPushCodec, pushCodec, pushesCodec, pushServiceCodec } from "../api/push.js";
import { utf8 } from "../bytes.js";
import type { JsonCodec } from "../codec/codec.js";
import { writeJson } from "../json.js";
import type { Question, Transport } from "./transport.js";

/** The questions about pushes to one gateway: one method per route (docs/api.md). */
export class PushClient {
  constructor(
    private readonly transport: Transport,
    private readonly network: NetworkKind,
  ) {}

  /** `GET /v1/push`: the key by which push services know this gateway. */
  service(): Promise<PushService> {
    return this.#ask(pushServiceCodec, { path: "/v1/push" });
  }
  /** `GET /v1/accounts/{address}/push`: the account's subscriptions at this gateway. */
  all(account: Address): Promise<Pushes> {
    return this.#ask(pushesCodec, { path: this.#path(account) });
  }
  /** `POST /v1/accounts/{address}/push`: subscribes a browser, or renews its subscription. */
  add(account: Address, push: NewPush): Promise<Push> {
    const body = utf8(writeJson(newPushCodec.toJson(push, this.network)));
    const path = this.#path(account);
    return this.#ask(pushCodec, { path, body, isReadBy: true, contentType: "application/json" });
  }
  /** `DELETE /v1/accounts/{address}/push/{push}`: ends a subscription; `unknown_push` if there is none. */
  async remove(account: Address, id: string): Promise<void> {
    // An id comes from an answer, and must not lead elsewhere.
    await this.transport.ask({ path: `${this.#path(account)}/${encodeURIComponent(id)}`, method: "DELETE" });
  }

  #path(account: Address): string {
    return `/v1/accounts/${addressToText(account, this.network)}/push`;
  }
  #ask<T>(codec: JsonCodec<T>, question: Question): Promise<T> {
    return this.transport.askAs(codec, this.network, question);
  }
}
