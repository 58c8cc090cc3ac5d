/** Notices that the gateway pushes to this browser: what they are about, and which browsers get them. */

import { signal } from "@preact/signals";
import type { api } from "@lojal/client";

import { freshClient } from "./fresh.js";
import { ask } from "./network.js";
import { signer, wallet } from "./session.js";
import { read, write } from "./store.js";

/** The things that notices can be about, by the types of events that they ask for. */
const TYPES = {
  incoming: ["points.issued", "points.transferred", "points.reversed", "points.refunded"],
  holds: ["hold"],
  market: ["offer.taken"],
  expiring: ["points.expiring"],
  household: ["household"],
} as const;

/** A thing that notices can be about. */
export type Topic = keyof typeof TYPES;
/** All of them. */
export const TOPICS = Object.keys(TYPES) as readonly Topic[];
/** What is asked for where nothing is chosen: the gateway adds all that nobody can do without. */
const ALWAYS = "recovery";
/** The time after which a subscription is renewed when the key is there, in milliseconds. */
const RENEW_MS = 24 * 60 * 60 * 1000;

/** What stands in the way of notices. */
export type Obstacle = "unsupported" | "off" | "denied" | null;

/** A subscription of this browser as it is kept. */
interface Kept {
  readonly id: string;
  readonly topics: readonly Topic[];
  readonly renewedMs: number;
  /** The key that has subscribed: after another one the gateway pushes nothing any more. */
  readonly publicKey: string;
}

/** The topics that this browser is told of; null while it is told of none. */
export const topics = signal<readonly Topic[] | null>(null);
/** The subscription of this browser. */
export const ownId = signal<string | null>(null);
/** All browsers of the account at this gateway; null before they were asked for. */
export const pushes = signal<readonly api.Push[] | null>(null);

async function kept(): Promise<Kept | null> {
  const text = await read("notices");
  return text === null ? null : (JSON.parse(text) as Kept);
}

async function keep(value: Kept | null): Promise<void> {
  await write({ notices: value === null ? null : JSON.stringify(value) });
  topics.value = value?.topics ?? null;
  ownId.value = value?.id ?? null;
}

/** The service worker, which is there where pages are kept. */
async function worker(): Promise<ServiceWorkerRegistration | null> {
  return (await navigator.serviceWorker?.getRegistration("/wallet/")) ?? null;
}

/** Finds out whether this browser gets notices, and what stands in the way. */
export async function findNotices(): Promise<Obstacle> {
  const value = await kept();
  topics.value = value?.topics ?? null;
  ownId.value = value?.id ?? null;
  const canBeTold = "PushManager" in globalThis && "Notification" in globalThis && (await worker()) !== null;
  if (!canBeTold) {
    return "unsupported";
  }
  const { publicKey } = await ask((client) => client.push.service());
  if (publicKey === null) {
    return "off";
  }
  return Notification.permission === "denied" ? "denied" : null;
}

/** An error of a browser that doesn't let notices in. */
export class NoticesDeniedError extends Error {}

/** The browser's subscription for the gateway's key; one for another key is of no use any more. */
async function subscribed(registration: ServiceWorkerRegistration): Promise<PushSubscription> {
  const { publicKey } = await ask((client) => client.push.service());
  if (publicKey === null) {
    throw new NoticesDeniedError();
  }
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  const found = await registration.pushManager.getSubscription();
  const key = found?.options.applicationServerKey;
  if (found !== null && key instanceof ArrayBuffer && base64Url(key) !== publicKey) {
    await found.unsubscribe();
  }
  return registration.pushManager.subscribe(options);
}

function base64Url(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function register(chosen: readonly Topic[]): Promise<void> {
  const [registration, own] = [await worker(), wallet.value];
  if (registration === null || own === null) {
    throw new NoticesDeniedError();
  }
  const { endpoint, keys } = (await subscribed(registration)).toJSON();
  const types = chosen.length === 0 ? [ALWAYS] : chosen.flatMap((topic) => TYPES[topic]);
  const push = { endpoint: endpoint ?? "", p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "", types };
  const client = await freshClient();
  const { id } = await client.push.add(own.address, push);
  await keep({ id, topics: chosen, renewedMs: Date.now(), publicKey: own.publicKey });
}

/** Lets notices in, after a click: the browser asks its reader. */
export async function turnOn(chosen: readonly Topic[]): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new NoticesDeniedError();
  }
  await register(chosen);
  pushes.value = null;
}

/** Ends the notices of this browser. */
export async function turnOff(): Promise<void> {
  const value = await kept();
  const subscription = await (await worker())?.pushManager.getSubscription();
  if (value !== null) {
    await removePush(value.id);
  }
  await subscription?.unsubscribe();
  await keep(null);
}

/** Ends those of one browser of the account. */
export async function removePush(id: string): Promise<void> {
  const own = wallet.value;
  if (own !== null) {
    const client = await freshClient();
    const { pushes: all } = await client.push.all(own.address);
    if (all.some((push) => push.id === id)) {
      await client.push.remove(own.address, id);
    }
    pushes.value = all.filter((push) => push.id !== id);
  }
}

/** Reads which browsers of the account get notices. */
export async function readPushes(): Promise<void> {
  const own = wallet.value;
  if (own !== null) {
    pushes.value = (await (await freshClient()).push.all(own.address)).pushes;
  }
}

/** Renews the subscription of this browser while the key is there: after a day, or where the key is another one. */
export async function renewNotices(): Promise<void> {
  const value = await kept();
  const [key, own] = [signer.value, wallet.value];
  if (value === null || key === null || own === null || Notification.permission !== "granted") {
    return;
  }
  const isOld = value.renewedMs + RENEW_MS < Date.now();
  if (key.publicKey === own.publicKey && (isOld || value.publicKey !== own.publicKey)) {
    await register(value.topics);
  }
}
