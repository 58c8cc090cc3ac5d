/** The sign of how far what is shown is proven. */

import { useState } from "preact/hooks";

import { clockText, momentText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Notice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { fault, freshness, shown } from "../model/account.js";
import { words } from "../words/index.js";

function shortText(): string {
  const { shield } = words.value;
  const proven = shown.value?.own;
  const moment = proven === undefined ? "" : momentText(proven.timeMs, language.value);
  switch (freshness.value) {
    case "proven":
      return proven === undefined
        ? shield.loading
        : shield.proven(
            clockText(proven.timeMs, language.value),
            numberText(proven.pin.height, language.value),
          );
    case "stale":
      return shield.stale(moment);
    case "offline":
      return proven === undefined ? words.value.errors.offline : shield.offline(moment);
    case "untrue":
      return shield.untrue;
    case "refused":
      return shield.refused;
    case "foreign":
      return shield.foreign;
    case "loading":
      return shield.loading;
  }
}

/** The shield, and on demand what it means. */
export function Shield() {
  const [isOpen, setOpen] = useState(false);
  const state = freshness.value;
  const isBad = state === "untrue" || state === "refused" || state === "foreign";
  const kind = isBad ? "bad" : state === "proven" ? "" : "warn";
  const { shield } = words.value;
  const proven = shown.value?.own;
  const isOther = kind === "bad" && proven !== undefined;
  return (
    <div class="stack tight">
      <button class={`shield ${kind}`} type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={kind === "" ? "shield" : state === "loading" ? "clock" : "alert"} />
        <span role="status" data-state={state}>
          {shortText()}
        </span>
        <span class="hidden">{shield.details}</span>
      </button>
      {(isOpen || kind === "bad") && (
        <Notice kind={kind === "bad" ? "bad" : kind === "warn" ? "warn" : "good"}>
          <p>{shield.why[state]}</p>
          {isOther && <p>{shield.shown(momentText(proven.timeMs, language.value))}</p>}
          {state !== "proven" && fault.value !== "" && <p class="small soft">{fault.value}</p>}
        </Notice>
      )}
    </div>
  );
}
