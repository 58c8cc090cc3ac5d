/**
 * The composed form of letters and marks (UAX #15, NFC), by the frozen tables: they have every character that names are
 * made of, and Hangul's syllables, which are letters of their own there.
 */

import { CLASSES, COMPOSITIONS } from "./compositions.js";

const CLASS_OF = new Map(CLASSES);
const PARTS_OF = new Map(COMPOSITIONS.map(([whole, first, second]) => [whole, [first, second] as const]));
const WHOLE_OF = new Map(COMPOSITIONS.map(([whole, first, second]) => [`${first} ${second}`, whole]));

function classOf(character: number): number {
  return CLASS_OF.get(character) ?? 0;
}

/** The characters of a text as numbers. */
export function characters(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** Tells whether a text of characters of the table is in its composed form. */
export function isComposed(text: string): boolean {
  const composedForm = composed(decomposed(text));
  const found = characters(text);
  return found.length === composedForm.length && found.every((character, at) => character === composedForm[at]);
}

/** The text with all characters taken apart, marks in canonical order. */
export function decomposed(text: string): number[] {
  const parts = characters(text).flatMap(takeApart);
  let start = 0;
  while (start < parts.length) {
    let end = start + 1;
    while (end < parts.length && classOf(parts[end] ?? 0) !== 0) {
      end += 1;
    }
    const marks = parts.slice(start, end).sort((one, other) => classOf(one) - classOf(other));
    parts.splice(start, marks.length, ...marks);
    start = end;
  }
  return parts;
}

function takeApart(character: number): number[] {
  const ends: number[] = [];
  let first = character;
  for (let parts = PARTS_OF.get(first); parts !== undefined; parts = PARTS_OF.get(first)) {
    ends.unshift(parts[1]);
    first = parts[0];
  }
  return [first, ...ends];
}

/**
 * Puts together what can be: each character with the last one of class 0, unless another of its class or a higher one
 * stands between.
 */
function composed(parts: readonly number[]): number[] {
  const whole: number[] = [];
  let starter = -1;
  let classBefore = 0;
  for (const part of parts) {
    const itsClass = classOf(part);
    const isFree = starter >= 0 && (whole.length === starter + 1 || classBefore < itsClass);
    const pair = isFree ? WHOLE_OF.get(`${whole[starter]} ${part}`) : undefined;
    if (pair !== undefined) {
      whole[starter] = pair;
      continue;
    }
    if (itsClass === 0) {
      starter = whole.length;
    }
    classBefore = itsClass;
    whole.push(part);
  }
  return whole;
}
