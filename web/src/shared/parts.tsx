/** The small parts that the screens of all pages are made of. They have no words of their own. */

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

import type { IconName } from "./icon.js";
import { Icon } from "./icon.js";

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

/** A field for a passphrase. */
export function PassphraseField(props: {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly wrong?: string;
  /** True if it is one that is being chosen. */
  readonly isNew?: boolean;
  readonly onValue: (value: string) => void;
}) {
  const { label, value, hint = "", wrong = "", isNew = false, onValue } = props;
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(id, describedBy) => (
        <input
          class="input"
          id={id}
          aria-describedby={describedBy}
          type="password"
          autocomplete={isNew ? "new-password" : "current-password"}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A field for a long text that is pasted or typed as it is. */
export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly wrong: string;
  /** True if it is no words. */
  readonly isMono?: boolean;
  readonly onValue: (value: string) => void;
}) {
  const { label, value, wrong, isMono = false, onValue } = props;
  return (
    <Field label={label} wrong={wrong}>
      {(id, hint) => (
        <textarea
          class={isMono ? "input mono" : "input"}
          id={id}
          aria-describedby={hint}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
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

/** A choice of one of a few, all of which are shown. */
export function Choice<T extends string>(props: {
  readonly legend: string;
  readonly name: string;
  readonly all: readonly (readonly [T, string])[];
  readonly value: T | null;
  /** The language of each choice's name, where it is one. */
  readonly areLanguages?: boolean;
  readonly onValue: (value: T) => void;
}) {
  const { legend, name, all, value, areLanguages = false, onValue } = props;
  return (
    <fieldset class="stack tight">
      <legend>{legend}</legend>
      <div class="choices">
        {all.map(([one, text]) => (
          <label class="choice" key={one}>
            <input type="radio" name={name} checked={one === value} onChange={() => onValue(one)} />
            <span lang={areLanguages ? one : undefined}>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A box to be ticked, with what it says. */
export function Tick(props: {
  readonly label: string;
  readonly hint?: string;
  readonly isOn: boolean;
  readonly onValue: (isOn: boolean) => void;
}) {
  const { label, hint, isOn, onValue } = props;
  return (
    <label class="tick">
      <input type="checkbox" checked={isOn} onChange={(event) => onValue(event.currentTarget.checked)} />
      <span>
        {label}
        {hint !== undefined && <span class="soft small"> · {hint}</span>}
      </span>
    </label>
  );
}

/** Links to other screens and pages, one below the other. */
export function Menu(props: {
  readonly links: readonly (readonly [string, IconName, string])[];
  readonly label?: string;
  readonly look?: string;
}) {
  const { links, label, look = "" } = props;
  return (
    <ul class={`panel list menu ${look}`} aria-label={label}>
      {links.map(([href, icon, text]) => (
        <li key={href}>
          <a href={href}>
            <Icon name={icon} />
            {text}
            <Icon name="chevron" />
          </a>
        </li>
      ))}
    </ul>
  );
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
