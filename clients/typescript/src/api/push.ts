/** The gateway's answers about browsers that it pushes to. They are this gateway's own, not the ledger's. */

import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct } from "../codec/combine.js";
import { plainText, u32 } from "../codec/primitives.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";
import type { EventPlace } from "./events.js";
import { eventPlaceCodec } from "./events.js";

/** `GET /v1/push`: the way in which a gateway pushes. */
export interface PushService {
  /** The key by which push services know the gateway, in base64url; null if it pushes nothing. */
  readonly publicKey: string | null;
}

/** The JSON of the way in which a gateway pushes. */
export const pushServiceCodec: JsonCodec<PushService> = jsonStruct<PushService>({ publicKey: jsonOption(plainText) });

/** `POST /v1/accounts/{address}/push`: a browser's subscription. */
export interface NewPush {
  /** The address at the browser's push service. */
  readonly endpoint: string;
  /** The browser's key for this subscription, in base64url. */
  readonly p256dh: string;
  /** Its secret, in base64url. */
  readonly auth: string;
  /** Types of events and groups of them; all if there is none. Those about keys and recovery always come too. */
  readonly types: readonly string[];
}

/** The JSON of a browser's subscription. */
export const newPushCodec: JsonCodec<NewPush> = jsonStruct<NewPush>({
  endpoint: plainText,
  p256dh: plainText,
  auth: plainText,
  types: jsonList(plainText),
});

/** A subscription as its owner sees it. */
export interface Push {
  /** Its id at this gateway. */
  readonly id: string;
  /** The push service. */
  readonly service: string;
  /** Types of events and groups of them; all if there is none. */
  readonly types: readonly string[];
  /** The time at which it was made or last renewed. */
  readonly renewedMs: TimeMs;
  /** The time at which it ends unless it is renewed. */
  readonly untilMs: TimeMs;
  /** The place up to which everything has been pushed, or given up. */
  readonly reached: EventPlace;
  /** The attempts in a row that have failed. */
  readonly failures: number;
}

/** The JSON of a subscription. */
export const pushCodec: JsonCodec<Push> = jsonStruct<Push>({
  id: plainText,
  service: plainText,
  types: jsonList(plainText),
  renewedMs: timeMsCodec,
  untilMs: timeMsCodec,
  reached: eventPlaceCodec,
  failures: u32,
});

/** `GET /v1/accounts/{address}/push`. */
export interface Pushes {
  /** All subscriptions of the account at this gateway. */
  readonly pushes: readonly Push[];
}

/** The JSON of subscriptions. */
export const pushesCodec: JsonCodec<Pushes> = jsonStruct<Pushes>({ pushes: jsonList(pushCodec) });
