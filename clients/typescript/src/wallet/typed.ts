/** One form for every text that somebody types, scans or keeps in a file. */

import { TextError } from "../error.js";

/** The general categories of characters that have no shape of their own, but for white space. */
const UNSEEN_CATEGORY = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}]$/u;
/** Letters and marks that are shown as nothing (UAX #44, Default_Ignorable_Code_Point). */
const FILLER = new RegExp(
  "^[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\ufe00-\\ufe0f\\uffa0\\u{16fe4}\\u{e0100}-\\u{e01ef}]$",
  "u",
);
/** White space, the cell of Braille without dots, the blanks of hieroglyphs, and the note without a head. */
const BLANK = /^[\p{White_Space}\u2800\u{13441}\u{13442}\u{1d159}]$/u;
/** The zero-width joiner and non-joiner, and the selectors of a character's variant, which scripts and emoji need. */
const JOINER = /^[\u200c\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}]$/u;

function isUnseen(character: string): boolean {
  return UNSEEN_CATEGORY.test(character) || FILLER.test(character);
}

/**
 * The one form of a text that somebody typed: composed (NFC), without blanks and unseen characters around it, with one
 * space for any blanks inside. So the same receipt or passphrase is the same text, whichever keyboard, editor or
 * scanner it came from. Throws a `TextError` when nothing is left, or a character that nobody sees stands inside.
 */
export function typed(text: string): string {
  const form: string[] = [];
  let hasGap = false;
  for (const character of text.normalize("NFC")) {
    const isGap = BLANK.test(character);
    if (isGap || (form.length === 0 && isUnseen(character))) {
      hasGap ||= isGap && form.length > 0;
      continue;
    }
    if (hasGap) {
      form.push(" ");
      hasGap = false;
    }
    form.push(character);
  }
  while (form.length > 0 && (form.at(-1) === " " || isUnseen(form.at(-1) ?? ""))) {
    form.pop();
  }
  if (form.length === 0) {
    throw new TextError("typed", "there is nothing in this text: type at least one letter or digit");
  }
  const unseen = form.find((character) => isUnseen(character) && !JOINER.test(character));
  if (unseen !== undefined) {
    const shown = `U+${(unseen.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    const message = `there is a character in this text that nobody sees (${shown}): type the text again without it`;
    throw new TextError("typed", message);
  }
  return form.join("");
}

/** The same text with marks apart from their letters (NFD), as some systems hand over what is typed. */
export function decomposedText(text: string): string {
  return text.normalize("NFD");
}
