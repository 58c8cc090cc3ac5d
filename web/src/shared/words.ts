/** The words that all pages have, in two languages. */

import { computed } from "@preact/signals";

import { language } from "./preferences.js";

const sv = {
  skip: "Hoppa till innehållet",
  menu: "Huvudmeny",
  cancel: "Avbryt",
  language: "Språk",
  theme: "Utseende",
  auto: "System",
  light: "Ljust",
  dark: "Mörkt",
  asking: "Fråga efter lösenfrasen",
  askIdle: "Efter fem minuter",
  askAlways: "Varje gång",
  passphrase: "Lösenfras",
  opening: "Öppnar…",
  network: "Nätverk",
  chain: "Kedja",
  trust: "Jämför kedjans nummer med det som ditt varumärke visar. Allt annat följer ur det.",
  unsafe:
    "Den här webbläsaren kan inte hålla en nyckel säkert. Öppna sidan över https i Chrome 137, Safari 17, " +
    "Firefox 129 eller senare.",
  unreachable: "Nätverket går inte att nå just nu.",
  forgetYes: "Ja, ta bort",
};

const en: typeof sv = {
  skip: "Skip to content",
  menu: "Main menu",
  cancel: "Cancel",
  language: "Language",
  theme: "Colours",
  auto: "System",
  light: "Light",
  dark: "Dark",
  asking: "Ask for the passphrase",
  askIdle: "After five minutes",
  askAlways: "Each time",
  passphrase: "Passphrase",
  opening: "Opening…",
  network: "Network",
  chain: "Chain",
  trust: "Compare the chain's number with the one that your brand shows. Everything else follows from it.",
  unsafe:
    "This browser can't keep a key safely. Open the page over https in Chrome 137, Safari 17, Firefox 129 or " +
    "later.",
  unreachable: "The network can't be reached now.",
  forgetYes: "Yes, remove",
};

/** They, in the language of the page. */
export const common = computed(() => (language.value === "sv" ? sv : en));
