/** The small parts that screens are made of. */

import type { api, BrandId, GrossPoints, Points } from "@lojal/client";
import { LojalError } from "@lojal/client";
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";

import { lookOf } from "../../shared/brand-look.js";
import { explained } from "../../shared/explained.js";
import { amountText, dateText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { later } from "../../shared/later.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { comingOf } from "../model/coming.js";
import { KeyTaskError } from "../model/keys.js";
import { brandOf } from "../model/network.js";
import { words } from "../words/index.js";

/** An amount of a brand, without its unit. */
export function amountOf(brand: BrandId, points: Points | GrossPoints): string {
  return amountText(points, brandOf(brand).decimals, language.value);
}

/** The points of a balance that wait, and the day from which on the first of them can be spent; null if none do. */
export function comingText(balance: api.Balance): string | null {
  const { coming, comingFirst } = words.value.home;
  const found = comingOf(balance);
  if (found === null) {
    return null;
  }
  const { amount, from, isOneDay } = found;
  return (isOneDay ? coming : comingFirst)(amountOf(balance.brand, amount), dateText(from, language.value));
}

/** The class of a brand's colours. */
export function look(brand: string): string {
  return `look look-${lookOf(brand)}`;
}

/** A heading with the way back. */
export function Heading(props: { readonly title: string; readonly back?: string; readonly backTo?: string }) {
  const { title, back, backTo } = props;
  return (
    <div class="row">
      {back !== undefined && (
        <a class="button plain" href={linkTo(back, backTo)} aria-label={words.value.common.back}>
          <Icon name="back" />
        </a>
      )}
      <h1 class="grow">{title}</h1>
    </div>
  );
}

/** A button that copies a text. */
export function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  const { copy, copied } = words.value.common;
  const run = (): void => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  return (
    <button class="button plain" type="button" onClick={run}>
      <Icon name={isCopied ? "check" : "copy"} />
      {isCopied ? copied : copy}
    </button>
  );
}

type CodeWords = typeof import("../words/codes.js").codeWords;

const rarer = signal<CodeWords | null>(null);

// Without them the library's words are there, or the names.
later(
  () => import("../words/codes.js"),
  ({ codeWords }) => (rarer.value = codeWords),
);

/** The wallet's own words of a code; undefined if it has none. */
function ownText(code: string): string | undefined {
  return words.value.errors.codes[code] ?? rarer.value?.value[code];
}

/** The words of an error for people: the wallet's own where it has some, else the library's. */
export function errorText(error: unknown): string {
  const { clock, generic } = words.value.errors;
  if (error instanceof KeyTaskError) {
    return error.code === "key_file_wrong_passphrase" ? words.value.unlock.wrong : error.message;
  }
  if (!(error instanceof LojalError)) {
    return `${generic} ${error instanceof Error ? error.message : String(error)}`;
  }
  return ownText(error.code) ?? (error.code.startsWith("clock_") ? clock : `${generic} ${error.message}`);
}

/** The words of a code of the ledger. */
export function codeText(code: string): string {
  return ownText(code) ?? explained(code) ?? code;
}
