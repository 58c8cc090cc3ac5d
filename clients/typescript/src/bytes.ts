/** Bytes, and their text form: lower-case hex. */

import { TextError } from "./error.js";

/** A type that is told from others of the same form by its name. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
declare const brand: unique symbol;

const DIGITS = "0123456789abcdef";

/** The lower-case hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  }
  return text;
}

/** The bytes of a lower-case hex text. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new TextError("hex", "expected lower-case hex digits, two for each byte");
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
}

/** The bytes of some parts, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The order of two byte strings: negative, zero or positive. */
export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return one.length - other.length;
}

/** The order of two texts by their UTF-16 units, which is that of their bytes for hex, slugs and days. */
export function compareText(one: string, other: string): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}

/** True if items stand in rising order, each once. */
export function isRising<T>(items: readonly T[], compare: (one: T, other: T) => number): boolean {
  return items.every((item, at) => {
    const next = items[at + 1];
    return next === undefined || compare(item, next) < 0;
  });
}

/** The first bytes of a byte string. */
export function firstBytes(bytes: Uint8Array, count: number): Uint8Array {
  return bytes.slice(0, count);
}
