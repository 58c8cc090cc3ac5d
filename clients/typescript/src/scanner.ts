/** The reading of texts such as JSON and TOML, sign by sign. */

import type { LojalError } from "./error.js";

/** A text that is read from the start to the end. */
export abstract class Scanner {
  /** The place of the next sign. */
  protected at = 0;

  /** `blanks` is what may stand before a sign; it and every other pattern is sticky. */
  constructor(
    protected readonly text: string,
    private readonly blanks: RegExp,
  ) {}

  /** The error of a text that is wrong at this place. */
  protected abstract error(reason: string): LojalError;

  /** Throws that error. */
  protected fail(reason: string): never {
    throw this.error(reason);
  }
  /** Reads what a pattern finds here; undefined if it finds nothing. */
  protected take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }
  /** Reads the word that stands here, and answers with its value; undefined if it is none of these. */
  protected takeWord<T>(words: ReadonlyMap<string, T>): T | undefined {
    for (const [word, value] of words) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return undefined;
  }
  /** Reads blanks, and the sign if it stands after them; tells if it does. */
  protected next(sign: string): boolean {
    this.take(this.blanks);
    const isThere = this.text.startsWith(sign, this.at);
    this.at += isThere ? sign.length : 0;
    return isThere;
  }
  /** Reads blanks and the sign that must stand after them. */
  protected expect(sign: string): void {
    if (!this.next(sign)) {
      throw this.error(`expected ${sign}`);
    }
  }
}
