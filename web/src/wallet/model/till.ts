/**
 * A till in this browser: the brand that it works for, what it asks for and gives, and what became of that. Whatever it
 * calls done is proven; its book is of this browser alone, and has one day.
 */

import { signal } from "@preact/signals";
import type {
  Address,
  BrandId,
  PaymentRequest,
  Points,
  Salt,
  TransactionId,
} from "@lojal/client";
import {
  parseSalt,
  paymentRequestToUri,
  plusMs,
  signingTime,
  tagOf,
  today,
  toHex,
  toTimeMs,
} from "@lojal/client";

import { ask, theNetwork } from "./network.js";
import type { Mine } from "./roles.js";
import { findRoles, rolesIn } from "./roles.js";
import { wallet } from "./session.js";
import { read, readAll, write } from "./store.js";

/** The time in which a member can answer, and for which points stay set aside, in milliseconds. */
export const ANSWER_MS = 10 * 60 * 1000;
export const HOLD_MS = 24 * 60 * 60 * 1000;
/** Most lines of the book. */
const LINES_MAX = 2_000;

/** A thing that a till does. */
export type Deed = "pay" | "hold" | "give" | "capture" | "release" | "return";

/** A line of the book: something that was asked for or signed today, and what became of it. */
export interface Line {
  /** The number of the line, which is its place in time. */
  readonly at: number;
  readonly deed: Deed;
  readonly brand: BrandId;
  readonly amount: Points;
  /** The text of what was asked for; empty for what was signed. */
  readonly request: string;
  /** The transaction; null while nobody has answered. */
  readonly id: TransactionId | null;
  /** The member, where one is known. */
  readonly member: Address | null;
  readonly state: "open" | "done" | "over";
}

/** The brands that this key is a till of; null until they are found. */
export const tills = signal<readonly Mine[] | null>(null);
/** The account whose tills these are. */
let owner: Address | null = null;
/** The brand that the till works for. */
export const tillBrand = signal<BrandId | null>(null);
/** The book of today, the newest line first. */
export const book = signal<readonly Line[]>([]);

const PREFIX = "till:";
const nameOf = (at: number): string => PREFIX + String(at).padStart(16, "0");

function toText(line: Line): string {
  return JSON.stringify({ ...line, amount: String(line.amount) });
}
function fromText(text: string): Line {
  const line = JSON.parse(text) as Omit<Line, "amount"> & { readonly amount: string };
  return { ...line, amount: BigInt(line.amount) as Points };
}

/** True if it is known whose till this is; another wallet may have come into this browser since. */
export function isTillOpen(): boolean {
  return tills.value !== null && owner === (wallet.value?.address ?? null);
}

/** Opens the till: finds whose it is, and the book of today; what is older is forgotten. */
export async function openTill(): Promise<void> {
  const from = new Date().setHours(0, 0, 0, 0);
  const all = (await readAll(PREFIX)).map(([name, text]) => [name, fromText(text)] as const);
  const isOld = ({ at, state }: Line): boolean => at < from && (state !== "open" || at < from - HOLD_MS);
  const old = all.filter(([, line], at) => isOld(line) || at < all.length - LINES_MAX);
  await write(Object.fromEntries(old.map(([name]) => [name, null])));
  const gone = new Set(old.map(([name]) => name));
  book.value = all.flatMap(([name, line]) => (gone.has(name) ? [] : [line])).reverse();
  const found = await findRoles();
  const before = await read("till-brand");
  owner = wallet.value?.address ?? null;
  tills.value = found;
  tillBrand.value = (found.find(({ id }) => id === before) ?? found[0])?.id ?? null;
}

/** Asks again what the till may do for its brand: that changes, and so does what it has given today. */
export async function refreshTill(): Promise<void> {
  const brand = tillBrand.value;
  if (brand !== null) {
    const now = await rolesIn(brand);
    tills.value = [...(tills.value ?? []).filter(({ id }) => id !== brand), ...now];
  }
}

/** Works for another brand from now on. */
export async function workFor(brand: BrandId): Promise<void> {
  tillBrand.value = brand;
  await write({ "till-brand": brand });
}

/** Writes a line, and answers with it. It is on the disk when this returns. */
async function put(line: Line): Promise<Line> {
  await write({ [nameOf(line.at)]: toText(line) });
  book.value = [line, ...book.value.filter(({ at }) => at !== line.at)].sort((one, other) => other.at - one.at);
  return line;
}

/** A time that no line of the book has. */
function nextAt(): number {
  return Math.max(Date.now(), (book.value[0]?.at ?? 0) + 1);
}

/** Notes something that was signed. */
export async function noteSigned(
  id: TransactionId,
  deed: Deed,
  { brand, amount, member }: Pick<Line, "brand" | "amount" | "member">,
): Promise<void> {
  await put({ at: nextAt(), deed, brand, amount, request: "", id, member, state: "open" });
}

/** Notes what became of a line. */
export async function noteOutcome(line: Line, change: Partial<Line>): Promise<void> {
  await put({ ...line, ...change });
}

function randomSalt(): Salt {
  return parseSalt(toHex(crypto.getRandomValues(new Uint8Array(16))));
}

/** Asks for points: answers with the text that a member's wallet reads. Nothing is signed. */
export async function askFor(deed: "pay" | "hold", brand: BrandId, amount: Points): Promise<string> {
  const { chainId } = theNetwork().genesis;
  const { timeMs } = await ask((client) => client.status());
  const local = toTimeMs(Date.now());
  const now = signingTime(local, timeMs);
  const request: PaymentRequest["request"] = {
    brand,
    amount,
    kind: deed === "pay" ? { type: "redeem" } : { type: "hold", expiresMs: plusMs(now, HOLD_MS) },
    dated: today(local, timeMs),
    untilMs: plusMs(now, ANSWER_MS),
    household: null,
    salt: randomSalt(),
  };
  const text = paymentRequestToUri({ chain: tagOf(chainId), request });
  await put({ at: nextAt(), deed, brand, amount, request: text, id: null, member: null, state: "open" });
  return text;
}

const DEEDS: readonly Deed[] = ["pay", "hold", "capture", "release", "give", "return"];

/** A total of what was done of one kind: how many times, and how many points. */
export interface Total {
  readonly deed: Deed;
  readonly count: number;
  readonly sum: bigint;
}

/** The totals of some lines, of one brand, by what was done. */
export function totalsOf(lines: readonly Line[]): readonly Total[] {
  return DEEDS.flatMap((deed) => {
    const done = lines.filter((line) => line.deed === deed && line.state === "done");
    const sum = done.reduce((before, { amount }) => before + amount, 0n);
    return done.length === 0 ? [] : [{ deed, count: done.length, sum }];
  });
}
