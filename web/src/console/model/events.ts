/** What has happened to the brand in its last blocks, and what happens while one looks: the newest first. */

import type { api, BrandId, EventsOptions } from "@lojal/client";
import { watchEvents } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { ask, theNetwork } from "../../wallet/model/network.js";
import type { Line } from "./tell-operations.js";

/** Most events that are shown; the oldest go first. */
export const EVENTS_MAX = 500;
/** The time for which events are gathered before they are shown, in milliseconds. */
const GATHER_MS = 150;

/** The events that are there. */
export interface Events {
  readonly lines: readonly Line[];
  readonly fault: unknown;
  /** True once all that had happened before is there. */
  readonly isLive: boolean;
}

const NONE: Events = { lines: [], fault: null, isLive: false };

function lineOf({ id, data }: api.LedgerEvent): readonly Line[] {
  const { height, timeMs, transaction, sender, operation } = data;
  return operation === null
    ? []
    : [{ id: transaction, at: id, timeMs, height, operation, sender, failed: null }];
}

type Tell = (lines: readonly Line[], isLive: boolean) => void;

async function follow(brand: BrandId, blocks: bigint, types: readonly string[], stop: AbortSignal, tell: Tell) {
  const { height } = await ask((client) => client.status());
  const after = String(height > blocks ? height - blocks : 0n) as api.EventPlace;
  let isLive = false;
  const reached = (place: api.EventPlace): void => {
    isLive ||= BigInt(place.split("-")[0] ?? "0") >= height;
    tell([], isLive);
  };
  const options: EventsOptions & { readonly reached: typeof reached } = { types, after, signal: stop, reached };
  for await (const event of watchEvents(theNetwork().gateways, { brand }, options)) {
    tell(lineOf(event), isLive);
  }
}

/** The events of a brand from so many blocks back on, of some types or of all. */
export function useEvents(brand: BrandId, blocks: bigint, type: string): Events {
  const [events, setEvents] = useState<Events>(NONE);
  useEffect(() => {
    const stopping = new AbortController();
    let [gathered, isLive]: [Line[], boolean] = [[], false];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      const [lines, live] = [gathered.reverse(), isLive];
      [gathered, timer] = [[], undefined];
      setEvents((before) => ({ fault: null, isLive: live, lines: [...lines, ...before.lines].slice(0, EVENTS_MAX) }));
    };
    setEvents(NONE);
    const tell: Tell = (lines, live) => {
      gathered = [...gathered, ...lines].slice(-EVENTS_MAX);
      isLive = live;
      timer ??= setTimeout(show, GATHER_MS);
    };
    follow(brand, blocks, type === "" ? [] : [type], stopping.signal, tell).catch((fault: unknown) => {
      if (!stopping.signal.aborted) {
        setEvents((before) => ({ ...before, fault }));
      }
    });
    return () => {
      stopping.abort();
      clearTimeout(timer);
    };
  }, [brand, blocks, type]);
  return events;
}
