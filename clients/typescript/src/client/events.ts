/** Streams of events: what happens to an account or a brand, as it happens. */

import type { Address, NetworkKind } from "../address.js";
import { addressToText } from "../address.js";
import type { EventPlace, LedgerEvent } from "../api/events.js";
import { compareEventPlaces, eventCodec, parseEventPlace } from "../api/events.js";
import { problemCodec } from "../api/transactions.js";
import type { BrandId } from "../brand.js";
import { LojalError } from "../error.js";
import { parseJson } from "../json.js";
import { ClientError, GatewayUntrueError, InterruptedError, ProblemError } from "./error.js";
import type { Stream, Transport } from "./transport.js";

/** The longest silence of a gateway, which gives a sign of life every 15 s, in milliseconds. */
export const SILENCE_MS = 40_000;
/** Longest line of a stream, in characters: an event has one operation, which is much smaller. */
export const EVENT_CHARS_MAX = 1024 * 1024;

/** An account or a brand whose events are asked for. */
export type EventsOf = { readonly account: Address } | { readonly brand: BrandId };

/** The events that are asked for. */
export interface EventsOptions {
  /** Types such as `points.issued`, and groups of them such as `points`; all if there is none. */
  readonly types?: readonly string[];
  /** The place after which they begin; now without one. */
  readonly after?: EventPlace | null;
  /** Ends the stream when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Something that a stream tells: an event, or that there was nothing else up to a place. */
export type Told =
  | { readonly type: "event"; readonly place: EventPlace; readonly event: LedgerEvent }
  | { readonly type: "nothing"; readonly place: EventPlace };

/** The fields of one message. */
type Message = ReadonlyMap<string, string>;

/**
 * The events of a stream of a gateway, until it ends it. Throws a `ClientError` when it fails; a `ProblemError` if the
 * reader may not read that any more.
 */
export async function* streamEvents(
  transport: Transport,
  of: EventsOf,
  network: NetworkKind,
  options: EventsOptions,
): AsyncGenerator<Told, void, undefined> {
  const subject = "account" in of ? addressToText(of.account, network) : of.brand;
  const { types = [], after = null, signal } = options;
  const query: (readonly [string, string])[] = [["account" in of ? "account" : "brand", subject]];
  query.push(...(types.length === 0 ? [] : [["types", types.join("-")] as const]));
  query.push(...(after === null ? [] : [["after", after] as const]));
  const stream = await transport.open({ path: "/v1/events", query }, signal, SILENCE_MS);
  let last = after;
  try {
    for await (const message of messages(stream, transport)) {
      const told = toldBy(message, transport, network);
      if (told === null) {
        continue;
      }
      const order = last === null ? 1 : compareEventPlaces(told.place, last);
      if (order < 0 || (order === 0 && told.type === "event")) {
        throw new GatewayUntrueError(transport.url, "its events go back in time");
      }
      if (told.type === "event" && told.event.subject !== subject) {
        throw transport.unexpected(200, "an event is about somebody else");
      }
      last = told.place;
      yield told;
    }
  } finally {
    await stream.cancel();
  }
}

/** The meaning of a message; null if it has none. */
function toldBy(message: Message, transport: Transport, network: NetworkKind): Told | null {
  const [id, data] = [message.get("id"), message.get("data")];
  try {
    if (message.get("event") === "end") {
      throw new ProblemError(problemCodec.fromJson(parseJson(data ?? ""), network));
    }
    if (id === undefined) {
      if (data !== undefined) {
        throw transport.unexpected(200, "an event has no id");
      }
      return null;
    }
    const place = parseEventPlace(id);
    if (data === undefined) {
      return { type: "nothing", place };
    }
    const event = eventCodec.fromJson(parseJson(data), network);
    if (event.id !== place) {
      throw transport.unexpected(200, "an event is another one than it says");
    }
    return { type: "event", place, event };
  } catch (error) {
    const isFlaw = error instanceof LojalError && !(error instanceof ClientError);
    throw isFlaw ? transport.unexpected(200, error.message, error) : error;
  }
}

async function* messages(stream: Stream, transport: Transport): AsyncGenerator<Message, void, undefined> {
  let fields = new Map<string, string>();
  for await (const line of lines(stream, transport)) {
    if (line === "") {
      yield fields;
      fields = new Map();
    } else if (!line.startsWith(":")) {
      const at = line.indexOf(":");
      const value = at < 0 ? "" : line.slice(at + 1);
      fields.set(at < 0 ? line : line.slice(0, at), value.startsWith(" ") ? value.slice(1) : value);
    }
  }
}

async function* lines(stream: Stream, transport: Transport): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for (let part = await stream.next(); part !== null; part = await stream.next()) {
    try {
      rest += decoder.decode(part, { stream: true });
    } catch (error) {
      throw transport.unexpected(200, "a line is no text", error);
    }
    const whole = rest.split("\n");
    rest = whole.pop() ?? "";
    if (rest.length > EVENT_CHARS_MAX) {
      throw transport.unexpected(200, "a line is too long");
    }
    yield* whole;
  }
  if (rest !== "") {
    throw new InterruptedError(transport.url, "a line of the stream ended before its end");
  }
}
