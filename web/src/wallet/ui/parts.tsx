/** The small parts that screens are made of. */

import type { BrandId, GrossPoints, Points } from "@lojal/client";
import { explanationOf, isCode, LojalError } from "@lojal/client";
import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";

import { lookOf } from "../../shared/brand-look.js";
import { amountText } from "../../shared/format.js";
import type { IconName } from "../../shared/icon.js";
import { Icon } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { brandOf } from "../model/network.js";
import { words } from "../words/index.js";

/** An amount of a brand, without its unit. */
export function amountOf(brand: BrandId, points: Points | GrossPoints): string {
  return amountText(points, brandOf(brand).decimals, language.value);
}

/** The class of a brand's colours. */
export function look(brand: string): string {
  return `look look-${lookOf(brand)}`;
}

/** A heading with the way back. */
export function Heading({ title, back }: { readonly title: string; readonly back?: string }) {
  return (
    <div class="row">
      {back !== undefined && (
        <a class="button plain" href={linkTo(back)} aria-label={words.value.common.back}>
          <Icon name="back" />
        </a>
      )}
      <h1 class="grow">{title}</h1>
    </div>
  );
}

/** A field with its name, a hint and what is wrong with it. */
export function Field(props: {
  readonly label: string;
  readonly hint?: string;
  readonly wrong?: string;
  readonly children: (id: string, describedBy: string) => JSX.Element;
}) {
  const id = useId();
  const { label, hint, wrong, children } = props;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, `${id}-hint`)}
      <div class="hint" id={`${id}-hint`}>
        {hint}
        {wrong !== undefined && wrong !== "" && (
          <span class="bad" role="alert">
            {" "}
            {wrong}
          </span>
        )}
      </div>
    </div>
  );
}

/** Something that has to be said. */
export function Notice(props: {
  readonly kind?: "good" | "warn" | "bad";
  readonly icon?: IconName;
  readonly children: ComponentChildren;
}) {
  const { kind = "good", icon = kind === "good" ? "shield" : "alert", children } = props;
  return (
    <div class={`notice ${kind}`} role={kind === "bad" ? "alert" : undefined}>
      <Icon name={icon} />
      <div class="grow stack tight">{children}</div>
    </div>
  );
}

/** A sign that something takes a moment. */
export function Waiting({ text }: { readonly text: string }) {
  return (
    <p class="row soft" role="status">
      <span class="spinner" aria-hidden="true" />
      {text}
    </p>
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

/** The words of an error for people: the wallet's own where it has some, else the library's. */
export function errorText(error: unknown): string {
  const { codes, clock, generic } = words.value.errors;
  if (!(error instanceof LojalError)) {
    return `${generic} ${error instanceof Error ? error.message : String(error)}`;
  }
  return codes[error.code] ?? (error.code.startsWith("clock_") ? clock : `${generic} ${error.message}`);
}

/** The words of a code of the ledger. */
export function codeText(code: string): string {
  return words.value.errors.codes[code] ?? (isCode(code) ? explanationOf(code) : code);
}

/** Saves a text as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
