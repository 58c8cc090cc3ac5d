/** The passphrase of a key file. */

import { utf8 } from "../bytes.js";
import { LojalError } from "../error.js";
import { decomposedText, typed } from "./typed.js";

/** Longest passphrase, in bytes. */
export const PASSPHRASE_BYTES_MAX = 1024;
/** Fewest characters of a passphrase that a person makes a key with. */
export const NEW_PASSPHRASE_CHARS_MIN = 10;

/** A passphrase that can't be one. */
export class PassphraseError extends LojalError {
  override readonly code: "passphrase_length" | "passphrase_short";

  constructor(fault: "length" | "short") {
    super(
      fault === "length"
        ? `a passphrase has 1 to ${PASSPHRASE_BYTES_MAX} bytes`
        : `a new passphrase has at least ${NEW_PASSPHRASE_CHARS_MIN} characters: ` +
            "four words that nobody would guess are good ones",
    );
    this.code = `passphrase_${fault}`;
  }
}

/**
 * A secret text, in every form in which a key file may have been sealed with it, each once. New files are sealed with
 * the first: the one form of everything typed. Older ones may have been sealed with decomposed marks, or with exactly
 * what was typed.
 */
export class Passphrase {
  readonly #forms: readonly string[];

  private constructor(forms: readonly string[]) {
    this.#forms = [...new Set(forms)];
  }

  /** A passphrase for new key files. Throws if it is too short, too long, or holds what nobody sees. */
  static create(text: string): Passphrase {
    checkLength(text);
    const form = typed(text);
    if ([...form].length < NEW_PASSPHRASE_CHARS_MIN) {
      throw new PassphraseError("short");
    }
    return new Passphrase([form, decomposedText(form), text]);
  }
  /** A passphrase that opens key files, also older ones that could not be sealed with it any more. */
  static toUnlock(text: string): Passphrase {
    checkLength(text);
    try {
      const form = typed(text);
      return new Passphrase([form, decomposedText(form), text]);
    } catch {
      // An older file may have been sealed with it.
      return new Passphrase([text]);
    }
  }
  /** The forms in bytes, that of new files first. */
  forms(): readonly Uint8Array[] {
    return this.#forms.map(utf8);
  }
}

function checkLength(text: string): void {
  const length = utf8(text).length;
  if (length < 1 || length > PASSPHRASE_BYTES_MAX) {
    throw new PassphraseError("length");
  }
}
