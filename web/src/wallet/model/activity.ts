/** The history of the account, read page by page and proven complete. */

import { signal } from "@preact/signals";
import type { Address, api } from "@lojal/client";
import { GatewayUntrueError, HistoryError, isHousehold, ProvenHistory } from "@lojal/client";

import { prove, theNetwork } from "./network.js";

/** Transactions of a page. */
const PAGE = 40;
/** Most pages that are read for one file. */
const PAGES_MAX = 500;
/** How often an account is proven anew because something has happened meanwhile. */
const ATTEMPTS = 4;

type Status = api.TransactionStatus;

/** The part of a history that is there. */
export interface Activity {
  readonly of: Address;
  readonly items: readonly Status[];
  readonly proof: ProvenHistory;
  readonly cursor: string | null;
  /** The block below which this gateway has nothing. */
  readonly completeFrom: bigint | null;
}

/** The history that is shown; null before the first page. */
export const activity = signal<Activity | null>(null);
/** The words of a fault; empty without one. */
export const activityFault = signal("");

async function firstPage(address: Address): Promise<Activity> {
  const { gateways } = theNetwork();
  return gateways.ask(async (gateway) => {
    for (let attempt = 1; ; attempt += 1) {
      const { activity: head } = await prove(address);
      const page = await gateway.history(address, PAGE);
      const proof = new ProvenHistory(head);
      try {
        if (head.count > 0n || !isHousehold(address)) {
          proof.add(page);
        }
        const { transactions: items, nextCursor: cursor, completeFrom } = page;
        return { of: address, items, proof, cursor, completeFrom };
      } catch (error) {
        const hasMoved = page.head?.count !== head.count;
        if (!(error instanceof HistoryError) || !hasMoved || attempt === ATTEMPTS) {
          throw asLie(gateway.url, error);
        }
      }
    }
  });
}

async function nextPage(before: Activity): Promise<Activity> {
  return theNetwork().gateways.ask(async (gateway) => {
    const page = await gateway.history(before.of, PAGE, before.cursor);
    try {
      before.proof.add(page);
    } catch (error) {
      throw asLie(gateway.url, error);
    }
    const { nextCursor: cursor, completeFrom } = page;
    return { ...before, items: [...before.items, ...page.transactions], cursor, completeFrom };
  });
}

function asLie(url: string, error: unknown): unknown {
  if (!(error instanceof HistoryError)) {
    return error;
  }
  return new GatewayUntrueError(url, `of the history, ${error.message}`, { cause: error });
}

let running: Promise<void> | null = null;

async function read(how: () => Promise<Activity>): Promise<void> {
  try {
    activity.value = await how();
    activityFault.value = "";
  } catch (error) {
    activityFault.value = error instanceof Error ? error.message : String(error);
  }
}

/** Reads, or waits for what is being read already. */
function readOn(how: () => Promise<Activity>): Promise<void> {
  running ??= read(how).finally(() => {
    running = null;
  });
  return running;
}

/** Reads the newest page. */
export function readActivity(address: Address): Promise<void> {
  return readOn(() => firstPage(address));
}

/** Reads all that there is, as far as pages go that anybody reads at once. */
export async function readAll(): Promise<Activity | null> {
  for (let pages = 0; pages < PAGES_MAX && activity.value?.cursor != null; pages += 1) {
    await readMore();
    if (activityFault.value !== "") {
      return null;
    }
  }
  return activity.value;
}

/** Reads the page after those that are there. */
export function readMore(): Promise<void> {
  const before = activity.value;
  return before === null || before.cursor === null ? Promise.resolve() : readOn(() => nextPage(before));
}
