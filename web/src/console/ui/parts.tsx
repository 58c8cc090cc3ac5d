/** The small parts that the console's screens are made of, beside those of the wallet. */

import { GatewayUntrueError, WrongNetworkError } from "@lojal/client";
import type { ComponentChildren } from "preact";

import { clockText, momentText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Notice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { goTo } from "../../shared/route.js";
import { freshness, shown as account } from "../../wallet/model/account.js";
import { errorWords } from "../model/saying.js";
import type { Row } from "../model/say.js";
import { words } from "../words/index.js";

/** The sign of how far the account is proven: the only thing of a brand that routes prove beside transactions. */
export function Proof() {
  const { proof } = words.value;
  const state = freshness.value;
  const proven = account.value?.own;
  const isBad = state === "untrue" || state === "refused" || state === "foreign";
  const moment = proven === undefined ? "" : momentText(proven.timeMs, language.value);
  const text =
    proven === undefined || state === "loading"
      ? isBad || state === "offline"
        ? proof[state]
        : proof.loading
      : state === "proven"
        ? proof.proven(
            clockText(proven.timeMs, language.value),
            numberText(proven.pin.height, language.value),
          )
        : state === "stale"
          ? proof.stale(moment)
          : proof[state];
  return (
    <p class={`proof small ${isBad ? "bad" : state === "proven" ? "good" : "warn"}`}>
      <Icon name={isBad ? "alert" : state === "proven" ? "shield" : "clock"} />
      <span role="status" data-state={state}>
        {text}
      </span>
    </p>
  );
}

/** The mark of what nobody has proven. */
export function Said() {
  return (
    <p class="row soft small">
      <Icon name="alert" />
      <span>{words.value.common.said}</span>
    </p>
  );
}

/** An error in words; one that exposes the gateway says so first. */
export function Fault({ error }: { readonly error: unknown }) {
  const { errors } = words.value;
  if (error === null) {
    return null;
  }
  const isLie = error instanceof GatewayUntrueError;
  const isForeign = error instanceof WrongNetworkError;
  return (
    <Notice kind="bad">
      <p data-testid={isLie ? "lie" : "fault"}>
        {isLie ? errors.lie : isForeign ? errors.foreign : errorWords(error)}
      </p>
      {isLie && <p class="small soft">{error.message}</p>}
    </Notice>
  );
}

/** Changes in words: what it was, and what it becomes. */
export function Diff({ rows }: { readonly rows: readonly Row[] }) {
  const { review } = words.value;
  if (rows.length === 0) {
    return null;
  }
  return (
    <dl class="diff" data-testid="diff">
      {rows.map(({ name, before, after }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {before !== null && (
              <>
                <span class="hidden">{review.before}: </span>
                <del>{before}</del>
                <span aria-hidden="true"> → </span>
                <span class="hidden">. {review.after}: </span>
              </>
            )}
            <ins>{after}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Length from which on a text is one for machines, such as an address or a hash. */
const LONG_CHARS = 30;

/** Names and values, one below the other, or in two columns where there is room. */
export function Facts(props: {
  readonly facts: readonly (readonly [string, ComponentChildren])[];
  readonly isWide?: boolean;
}) {
  const { facts, isWide = false } = props;
  const look = (value: ComponentChildren): string => {
    return typeof value === "string" && /^[^ ]+$/.test(value) && value.length > LONG_CHARS ? "mono" : "";
  };
  return (
    <dl class={isWide ? "pairs wide" : "pairs"}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class={look(value)}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A panel with a heading, something beside it, and what it has. */
export function Panel(props: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { title, aside, children } = props;
  return (
    <section class="panel stack" aria-label={title}>
      <div class="row between wrap">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** A field for a text of one line. */
export function TextInput(props: {
  readonly id: string;
  readonly hint?: string;
  readonly value: string;
  readonly mode?: "text" | "decimal" | "url";
  readonly isMono?: boolean;
  readonly onValue: (value: string) => void;
}) {
  const { id, hint, value, mode = "text", isMono = false, onValue } = props;
  return (
    <input
      class={isMono ? "input mono" : "input"}
      id={id}
      aria-describedby={hint}
      inputMode={mode}
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      value={value}
      onInput={(event) => onValue(event.currentTarget.value)}
    />
  );
}

/** A field for a day. */
export function DayInput(props: {
  readonly id: string;
  readonly hint?: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}) {
  const { id, hint, value, onValue } = props;
  return (
    <input
      class="input"
      id={id}
      aria-describedby={hint}
      type="date"
      value={value}
      onInput={(event) => onValue(event.currentTarget.value)}
    />
  );
}

/** A choice of one of some, as a list that opens. */
export function Select<T extends string>(props: {
  readonly id: string;
  readonly value: T;
  readonly all: readonly (readonly [T, string])[];
  readonly onValue: (value: T) => void;
}) {
  const { id, value, all, onValue } = props;
  return (
    <select
      class="input"
      id={id}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value as T)}
    >
      {all.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** The buttons under a form of an act: to its review, and back to the screen that it was opened on. */
export function ReviewOrCancel({ isReady, back }: { readonly isReady: boolean; readonly back: string }) {
  const { common } = words.value;
  return (
    <>
      <button class="button" type="submit" disabled={!isReady}>
        {common.review}
      </button>
      <button class="button plain" type="button" onClick={() => goTo(back)}>
        {common.cancel}
      </button>
    </>
  );
}
