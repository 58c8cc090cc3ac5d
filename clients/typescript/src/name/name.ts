/**
 * Names that people read: of networks, brands and validators (protocol, Names).
 *
 * What a name may be is looked up in tables that never change, not in those of a newer Unicode: two programs must judge
 * the same name alike.
 */

import type { Brand } from "../bytes.js";
import { utf8 } from "../bytes.js";
import type { Codec } from "../codec/codec.js";
import { text as textCodec } from "../codec/primitives.js";
import { TextError } from "../error.js";
import { NAME_BYTES_MAX, NAME_MARKS_MAX } from "../limits.js";
import { isComposed } from "./compose.js";
import { LETTERS, MARKS } from "./letters.js";
import { SIGNS } from "./look.js";

/** A display name of a network, brand or validator: 1 to 64 bytes in the one form in which it can be written. */
export type Name = Brand<string, "Name">;

/** The rule of names that a text breaks. */
export type NameFault = "length" | "character" | "blank" | "marks" | "letter" | "scripts" | "form";

/** A text that can't be a display name. */
export class NameError extends TextError {
  constructor(
    readonly fault: NameFault,
    message: string,
  ) {
    super("name", message);
  }
}

/** The script of ASCII's letters, which stand beside any other. */
const LATIN = "Latin";

type Kind =
  { readonly kind: "blank" | "sign" | "digit" } | { readonly kind: "letter" | "mark"; readonly script: string };

function kindOf(character: string): Kind {
  if (character === " ") {
    return { kind: "blank" };
  }
  if (/^[0-9]$/.test(character)) {
    return { kind: "digit" };
  }
  if (/^[A-Za-z]$/.test(character)) {
    return { kind: "letter", script: LATIN };
  }
  if (SIGNS.includes(character)) {
    return { kind: "sign" };
  }
  const number = character.codePointAt(0) ?? 0;
  const [letter, mark] = [scriptIn(LETTER_RANGES, number), scriptIn(MARK_RANGES, number)];
  if (number < 0x80 || (letter === undefined && mark === undefined)) {
    const shown = `U+${number.toString(16).toUpperCase().padStart(4, "0")}`;
    const allowed = `letters, digits, single blanks between words, and ${SIGNS}`;
    throw new NameError("character", `${shown} can't be in a name: it has ${allowed}`);
  }
  return letter === undefined ? { kind: "mark", script: mark ?? "" } : { kind: "letter", script: letter };
}

type Range = readonly [first: number, last: number, script: string];

function rangesOf(table: typeof LETTERS): readonly Range[] {
  const ranges = table.flatMap(([script, all]) => all.map(([first, last]): Range => [first, last, script]));
  return ranges.sort(([one], [other]) => one - other);
}

const LETTER_RANGES = rangesOf(LETTERS);
const MARK_RANGES = rangesOf(MARKS);

/** The script of a character, by binary search. */
function scriptIn(ranges: readonly Range[], number: number): string | undefined {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.[0] ?? 0) <= number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const range = ranges[low - 1];
  return range !== undefined && number <= range[1] ? range[2] : undefined;
}

/**
 * Checks that a text is a name: "A name is 1 to 64 bytes of letters, marks, digits, single blanks inside and chosen
 * signs, with at least one letter or digit" […] "Marks follow a letter, at most 4 in a row. Letters and marks are
 * composed" (protocol, Names).
 */
export function parseName(text: string): Name {
  const length = utf8(text).length;
  if (length < 1 || length > NAME_BYTES_MAX || !isWellFormed(text)) {
    throw new NameError("length", `a name has 1 to ${NAME_BYTES_MAX} bytes`);
  }
  let script = "";
  let [hasWord, hasMarks, marks] = [false, false, 0];
  let before: Kind["kind"] = "blank";
  for (const character of text) {
    const kind = kindOf(character);
    marks = kind.kind === "mark" ? marks + 1 : 0;
    if (kind.kind === "blank" && before === "blank") {
      throw blank();
    }
    const followsLetter = before === "letter" || before === "mark";
    if (kind.kind === "mark" && (!followsLetter || marks > NAME_MARKS_MAX)) {
      throw new NameError("marks", `in a name marks follow a letter, at most ${NAME_MARKS_MAX} of them`);
    }
    hasWord ||= kind.kind === "letter" || kind.kind === "digit";
    hasMarks ||= marks > 0;
    if (kind.kind === "letter" || kind.kind === "mark") {
      script = beside(script, kind.script);
    }
    before = kind.kind;
  }
  if (before === "blank") {
    throw blank();
  }
  if (!hasWord) {
    throw new NameError("letter", "a name has at least one letter or digit");
  }
  // Only marks compose with what stands before them.
  if (hasMarks && !isComposed(text)) {
    throw new NameError("form", "a name is written with composed characters (NFC): type it again");
  }
  return text as Name;
}

function blank(): NameError {
  return new NameError("blank", "a name has single blanks, between words only");
}

/**
 * The script besides Latin of a name with one more letter: "Besides Latin letters it has those of one other script;
 * Han, Kana, Bopomofo and Hangul count as one." (protocol, Names) The table has these four under one name.
 */
function beside(found: string, script: string): string {
  if (script === LATIN || script === "") {
    return found;
  }
  if (found !== "" && found !== script) {
    const message = `a name has letters of one script besides Latin ones, and these are ${found} and ${script}`;
    throw new NameError("scripts", message);
  }
  return script;
}

/** True if a text has no half of a surrogate pair, which has no UTF-8. */
function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

/** The forms of names. */
export const nameCodec: Codec<Name> = textCodec(NAME_BYTES_MAX, parseName);
