/** What codes mean, in the library's words, which come after the first screen. */

import { signal } from "@preact/signals";
import type { Code } from "@lojal/client";
import { isCode } from "@lojal/client";

import { later } from "./later.js";

const explain = signal<((code: Code) => string) | null>(null);

// Without them codes go by their names.
later(
  () => import("@lojal/client/explanations"),
  ({ explanationOf }) => (explain.value = explanationOf),
);

/** The meaning of a code of the ledger; null if it is none, or as long as the words aren't here. */
export function explained(code: string): string | null {
  return isCode(code) ? (explain.value?.(code) ?? null) : null;
}
