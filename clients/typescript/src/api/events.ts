/** The events of a gateway's stream (docs/api.md): CloudEvents 1.0. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { Brand } from "../bytes.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct, objectOf } from "../codec/combine.js";
import { plainText, textOf, u32 } from "../codec/primitives.js";
import { JsonError } from "../error.js";
import type { Height, TransactionId } from "../ids.js";
import { heightCodec, transactionIdCodec } from "../ids.js";
import type { Operation } from "../operation/operation.js";
import { operationCodec } from "../operation/operation.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Outcome } from "../receipt.js";
import { outcomeCodec } from "../receipt.js";
import type { Month, TimeMs } from "../time.js";
import { monthCodec, timeMsCodec } from "../time.js";

/**
 * The place of an event on the ledger, which is its id and the same at every gateway: block, transaction and operation,
 * such as `812-3-0`; or a block alone, for its end.
 */
export type EventPlace = Brand<string, "EventPlace">;

/** Points of one brand that expire. */
export interface ExpiringPoints {
  /** The brand. */
  readonly brand: BrandId;
  /** The number of points. */
  readonly amount: Points;
}

/** Points of an account that expire soon, as it has them when that is told. */
export interface Expiring {
  /** The month at whose end they do. */
  readonly expiry: Month;
  /** The days that were left at the time of the event: 30, 7 or 1. */
  readonly days: number;
  /** The points, by brand. */
  readonly points: readonly ExpiringPoints[];
  /** The block after which the account has them. */
  readonly asOf: Height;
}

/** The content of an event: of an operation, of a transaction that failed, or of points that will expire. */
export interface EventData {
  /** The block. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
  /** The transaction; null for whoever may not read all of it, and if there is none. */
  readonly transaction: TransactionId | null;
  /** Its sender, likewise. */
  readonly sender: Address | null;
  /** The operation that was applied. */
  readonly operation: Operation | null;
  /** The receipt of a transaction that failed. */
  readonly receipt: Outcome | null;
  /** The points that will expire. */
  readonly expiring: Expiring | null;
}

/** Something that has happened, as whoever reads about an account or a brand is told. */
export interface LedgerEvent {
  /** Its place on the ledger. */
  readonly id: EventPlace;
  /** The network: `/lojal/` and the first four bytes of the chain id. */
  readonly source: string;
  /** The kind of event, such as `lojal.points.issued`. */
  readonly type: string;
  /** The account or brand that was asked for, as text. */
  readonly subject: string;
  /** The event itself. */
  readonly data: EventData;
}

const PLACE = /^(?:0|[1-9][0-9]{0,19})(?:-(?:0|[1-9][0-9]{0,9})){0,2}$/;
const END = (1n << 32n) - 1n;

/** Checks that a text is the place of an event. */
export function parseEventPlace(text: string): EventPlace {
  if (!PLACE.test(text) || text.split("-").length === 2) {
    throw new JsonError("expected the id of an event, such as 812-3-0, or the height of a block");
  }
  return text as EventPlace;
}

/** Compares two places: less than 0 if the first one comes before the second on the ledger. */
export function compareEventPlaces(one: EventPlace, other: EventPlace): number {
  const [first, second] = [one, other].map((place) => {
    const [height = 0n, index = END, number = END] = place.split("-").map(BigInt);
    return (height << 64n) | (index << 32n) | number;
  });
  return first === second ? 0 : (first ?? 0n) < (second ?? 0n) ? -1 : 1;
}

/** The JSON of places. */
export const eventPlaceCodec: JsonCodec<EventPlace> = {
  toJson: (place) => place,
  fromJson: (json) => parseEventPlace(textOf(json)),
};

const expiringCodec: JsonCodec<Expiring> = jsonStruct<Expiring>({
  expiry: monthCodec,
  days: u32,
  points: jsonList(jsonStruct<ExpiringPoints>({ brand: brandIdCodec, amount: pointsCodec })),
  asOf: heightCodec,
});

const dataCodec: JsonCodec<EventData> = jsonStruct<EventData>({
  height: heightCodec,
  timeMs: timeMsCodec,
  transaction: jsonOption(transactionIdCodec),
  sender: jsonOption(addressCodec),
  operation: jsonOption(operationCodec),
  receipt: jsonOption(outcomeCodec),
  expiring: jsonOption(expiringCodec),
});

const eventFields = jsonStruct<LedgerEvent>({
  id: eventPlaceCodec,
  source: plainText,
  type: plainText,
  subject: plainText,
  data: dataCodec,
});

/** The JSON of events. */
export const eventCodec: JsonCodec<LedgerEvent> = {
  toJson(event, network) {
    const time = new Date(event.data.timeMs).toISOString();
    const envelope = { specversion: "1.0", time, datacontenttype: "application/json" };
    return { ...envelope, ...objectOf(eventFields.toJson(event, network)) };
  },
  fromJson(json, network) {
    if (objectOf(json)["specversion"] !== "1.0") {
      throw new JsonError("it is no event of CloudEvents 1.0");
    }
    return eventFields.fromJson(json, network);
  },
};
