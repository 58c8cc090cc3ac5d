/** The language and the colours of the pages, which are kept in this browser. */

import { effect, signal } from "@preact/signals";

/** A language of the pages. */
export type Language = "sv" | "en";
/** The colours: those of the system, or some that were chosen. */
export type Theme = "auto" | "light" | "dark";

function kept<T extends string>(name: string, all: readonly T[], otherwise: T): T {
  const found = localStorage.getItem(`lojal-${name}`);
  return all.find((one) => one === found) ?? otherwise;
}

/** The language of the page. */
export const language = signal<Language>(
  kept("language", ["sv", "en"], navigator.language.toLowerCase().startsWith("en") ? "en" : "sv"),
);
/** The colours of the page. */
export const theme = signal<Theme>(kept("theme", ["auto", "light", "dark"], "auto"));

/** Whether the key is dropped after each signature, so that the next one asks for the passphrase. */
export const asking = signal<"idle" | "always">(kept("asking", ["idle", "always"], "idle"));

/** Keeps what is chosen, and shows it. */
export function startPreferences(): void {
  effect(() => {
    document.documentElement.lang = language.value;
    localStorage.setItem("lojal-language", language.value);
  });
  effect(() => localStorage.setItem("lojal-asking", asking.value));
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
    localStorage.setItem("lojal-theme", theme.value);
  });
}
