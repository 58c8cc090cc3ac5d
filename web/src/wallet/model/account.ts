/** The account as it was proven last, and what is said of how fresh that is. */

import { signal } from "@preact/signals";
import type { Address, ProvenAccount, state, TimeMs } from "@lojal/client";
import {
  api,
  BehindError,
  ClientError,
  fromJsonText,
  GatewayUntrueError,
  ProblemError,
  toJsonText,
  toTimeMs,
  watchEvents,
  WrongNetworkError,
} from "@lojal/client";

import { keepBlock, network, prove, refreshBrands, theNetwork } from "./network.js";
import { canRead, makeToken, signer, wallet } from "./session.js";
import { read, write } from "./store.js";

/** The time after which a block counts as old, beyond the network's heartbeat, in milliseconds. */
const OLD_MS = 60_000;
/** The time after which everything is proven again though nothing has happened, in milliseconds. */
const EVERY_MS = 45_000;

/** An account as it was proven; without its records if that was before the page was opened. */
export interface Proven extends Omit<ProvenAccount, "records"> {
  readonly records: state.ProvenRecords | null;
}

/** A household's pool, as one of its members sees it. */
export interface Pool {
  readonly address: Address;
  readonly proven: Proven;
}

/** All that the wallet shows of itself. */
export interface Shown {
  readonly own: Proven;
  readonly pools: readonly Pool[];
}

/**
 * The state of what is shown. *proven*: just now. *stale*: proven, by a block that is old. *offline*: no gateway
 * answers. *untrue*: a gateway was caught. *refused*: a gateway said no. *foreign*: it serves another network.
 */
export type Freshness = "loading" | "proven" | "stale" | "offline" | "untrue" | "refused" | "foreign";

/** What was proven last; null before the first time. */
export const shown = signal<Shown | null>(null);
/** How fresh that is. */
export const freshness = signal<Freshness>("loading");
/** The words of the last fault. */
export const fault = signal("");
/** The last thing that happened to the account. */
export const lastEvent = signal<api.LedgerEvent | null>(null);

function toText({ account, activity, pin, timeMs }: Proven): object {
  const { network: kind } = theNetwork().genesis;
  const [count, height] = [String(activity.count), String(pin.height)];
  return {
    account: toJsonText(api.accountCodec, account, kind),
    count,
    digest: activity.digest,
    height,
    block: pin.block,
    timeMs,
  };
}

function fromText(text: Record<string, string | number>): Proven {
  const account = fromJsonText(api.accountCodec, String(text["account"]), theNetwork().genesis.network);
  return {
    account,
    activity: {
      count: BigInt(text["count"] ?? 0),
      digest: text["digest"] as ProvenAccount["activity"]["digest"],
    },
    pin: {
      height: BigInt(text["height"] ?? 0) as ProvenAccount["pin"]["height"],
      block: text["block"] as ProvenAccount["pin"]["block"],
    },
    timeMs: toTimeMs(Number(text["timeMs"])),
    records: null,
  };
}

async function keep({ own, pools }: Shown): Promise<void> {
  const written = pools.map(({ address, proven }) => ({ address, ...toText(proven) }));
  await write({ last: JSON.stringify({ own: toText(own), pools: written }) });
}

/** Shows what was proven before, until something newer is. */
export async function showLast(): Promise<void> {
  const text = await read("last");
  if (text === null || shown.value !== null) {
    return;
  }
  const last = JSON.parse(text) as { own: Record<string, string>; pools: Record<string, string>[] };
  const pools = last.pools.map((pool) => ({ address: pool["address"] as Address, proven: fromText(pool) }));
  shown.value = { own: fromText(last.own), pools };
}

/** Says what a fault means for what is shown. */
function judge(error: unknown): Freshness {
  fault.value = error instanceof Error ? error.message : String(error);
  if (error instanceof GatewayUntrueError) {
    return "untrue";
  }
  if (error instanceof BehindError) {
    return "stale";
  }
  if (error instanceof WrongNetworkError) {
    return "foreign";
  }
  if (error instanceof ProblemError) {
    return "refused";
  }
  return error instanceof ClientError ? "offline" : "untrue";
}

/** True if a block is so old that something is behind. */
export function isOld(time: TimeMs): boolean {
  const heartbeat = Number(network.value?.genesis.document.parameters.heartbeatMs ?? 0n);
  return Date.now() - time > OLD_MS + heartbeat;
}

let running: Promise<void> | undefined;
let again = false;

/** Proves everything anew. What is asked for meanwhile is done once more after it. */
export function refresh(): Promise<void> {
  if (running !== undefined) {
    again = true;
    return running;
  }
  running = refreshOnce().finally(() => {
    running = undefined;
    if (again) {
      again = false;
      void refresh();
    }
  });
  return running;
}

async function refreshOnce(): Promise<void> {
  const address = wallet.value?.address;
  if (address === undefined || !canRead.value) {
    return;
  }
  try {
    const own = await proveReading(address);
    const pools: Pool[] = [];
    for (const household of own.account.memberships) {
      pools.push({ address: household, proven: await prove(household) });
    }
    shown.value = { own, pools };
    freshness.value = isOld(own.timeMs) ? "stale" : "proven";
    fault.value = "";
    await keepBlock();
    await keep(shown.value);
    await refreshBrands().catch(() => undefined);
  } catch (error) {
    freshness.value = judge(error);
  }
}

/** Proves an account; with another token if the one that there is has ended and the key is at hand. */
async function proveReading(address: Address): Promise<ProvenAccount> {
  try {
    return await prove(address);
  } catch (error) {
    const status = error instanceof ProblemError ? error.problem.status : 0;
    if (signer.value === null) {
      // The passphrase gives another token, or the key that has taken this one's place.
      canRead.value = status !== 401 && status !== 403;
      throw error;
    }
    if (status !== 401) {
      throw error;
    }
    await makeToken(signer.value);
    return prove(address);
  }
}

let watching: AbortController | undefined;

/** Follows the account, and proves it anew whenever something has happened. */
export function follow(): void {
  watching?.abort();
  watching = new AbortController();
  const { signal: stop } = watching;
  const address = wallet.value?.address;
  if (address === undefined) {
    return;
  }
  void listen(address, stop);
  const timer = setInterval(() => {
    if (!document.hidden) {
      void refresh();
    }
  }, EVERY_MS);
  const wake = (): void => {
    if (!document.hidden) {
      void refresh();
    }
  };
  addEventListener("online", wake, { signal: stop });
  document.addEventListener("visibilitychange", wake, { signal: stop });
  addEventListener("offline", () => void refresh(), { signal: stop });
  stop.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** Stops following. */
export function unfollow(): void {
  watching?.abort();
  shown.value = null;
  freshness.value = "loading";
}

async function listen(account: Address, stop: AbortSignal): Promise<void> {
  try {
    for await (const event of watchEvents(theNetwork().gateways, { account }, { signal: stop })) {
      lastEvent.value = event;
      void refresh();
    }
  } catch (error) {
    // Without the stream everything is still proven every now and then.
    if (!stop.aborted) {
      fault.value = error instanceof Error ? error.message : String(error);
    }
  }
}
