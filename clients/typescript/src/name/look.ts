/** The look of a name, which tells the names that could be taken for each other. */

import { decomposed } from "./compose.js";
import { LOOKS, SMALL } from "./looks.js";

/** The signs that a name can have besides letters, marks, digits and blanks. */
export const SIGNS = "!&'()+,-./:·’";

const LOOK_OF = new Map(LOOKS);
const SMALL_OF = new Map(SMALL);
const LEFT_OUT = new Set(Array.from(` ${SIGNS}`, (sign) => sign.codePointAt(0)));

/**
 * A text's looks, as it is written and in small letters: "What a text looks like is what is left of it without accents,
 * blanks and signs, every character replaced by what it looks like" (protocol, Names).
 */
export function looks(text: string): readonly [string, string] {
  const seen = decomposed(text).filter((character) => !LEFT_OUT.has(character));
  const look = (character: number): string => LOOK_OF.get(character) ?? String.fromCodePoint(character);
  const small = (character: number): number => SMALL_OF.get(character) ?? character;
  return [seen.map(look).join(""), seen.map((character) => look(small(character))).join("")];
}

/**
 * Finds two owners of which a text could be taken for one of the other's.
 *
 * "Two texts could be taken for each other if they look the same as they are written, or one of them as it is written
 * and the other in small letters, or both in small letters." (protocol, Names)
 */
export function confusable<Owner>(texts: Iterable<readonly [Owner, string]>): readonly [Owner, Owner] | null {
  const owners = new Map<string, Owner>();
  for (const [owner, text] of texts) {
    for (const look of looks(text)) {
      const other = owners.get(look);
      if (other !== undefined && other !== owner) {
        return [other, owner];
      }
      owners.set(look, owner);
    }
  }
  return null;
}
