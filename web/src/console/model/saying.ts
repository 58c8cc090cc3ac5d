/** How this page says things of the ledger: in its language, of its network, with the brands that are known. */

import { computed } from "@preact/signals";
import { isCode, LojalError, ProblemError } from "@lojal/client";

import { explained } from "../../shared/explained.js";
import { language } from "../../shared/preferences.js";
import { brands, network } from "../../wallet/model/network.js";
import { ledgerWords, words } from "../words/index.js";
import { Say } from "./say.js";

/** The way to say things. */
export const say = computed(() => {
  const document = network.value?.genesis.document;
  const kind = network.value?.genesis.network ?? "main";
  return new Say(ledgerWords.value, language.value, kind, document?.settlementCurrency ?? null, brands.value);
});

/** A sentence of the library's as one of a page. */
function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/** The words of a code: what happened, and what to do next. */
export function codeWords(code: string): string {
  const meaning = explained(code);
  return ledgerWords.value.codes[code] ?? (meaning === null ? code : sentence(meaning));
}

/** The words of an error. */
export function errorWords(error: unknown): string {
  const { errors } = words.value;
  if (!(error instanceof LojalError)) {
    return `${errors.generic} ${error instanceof Error ? error.message : String(error)}`;
  }
  const { codes } = ledgerWords.value;
  if (error.code.startsWith("clock_")) {
    return errors.clock;
  }
  const known = codes[error.code] ?? (isCode(error.code) ? codeWords(error.code) : null);
  const detail = error instanceof ProblemError ? error.problem.detail : error.message;
  return known ?? `${errors.generic} ${detail}`;
}
