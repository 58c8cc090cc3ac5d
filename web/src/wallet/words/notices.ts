/** The words of notices in two languages. They are loaded with their screen. */

import { computed } from "@preact/signals";

import { language } from "../../shared/preferences.js";

const sv = {
  title: "Notiser",
  lead: "Plånboken säger till när något händer med ditt konto, också när den är stängd.",
  about: "Säg till om",
  incoming: "Poäng som kommer, och sådana som en butik tar tillbaka",
  holds: "Poäng som hålls",
  market: "Erbjudanden på marknaden som någon köper av",
  expiring: "Poäng som snart går ut: 30, 7 och 1 dag före",
  household: "Familjen",
  always: "Alltid: om någon vill byta din nyckel, dina väktare eller frysa kontot. Det går inte att välja bort.",
  leaves: "Vad som lämnar telefonen",
  leavesLead:
    "Din webbläsares pushtjänst (Googles, Mozillas, Apples eller Microsofts) får veta att den här gatewayen skickar " +
    "något till dig, när och hur ofta. Innehållet är krypterat för din webbläsare och säger bara vad slags händelse " +
    "det är: inga belopp, inga varumärken, ingen adress. På skärmen står inte heller mer än så.",
  on: "Slå på notiser",
  save: "Spara",
  off: "Stäng av notiser här",
  isOn: "Den här webbläsaren får notiser.",
  browsers: "Webbläsare som får notiser",
  showBrowsers: "Visa dem",
  own: "den här",
  until: (day: string) => `till ${day}`,
  failing: "tar inte emot just nu",
  remove: "Ta bort",
  noBrowsers: "Ingen webbläsare får notiser från den här gatewayen.",
  obstacles: {
    unsupported:
      "Den här webbläsaren kan inte ta emot notiser här. På iPhone: lägg till plånboken på hemskärmen och öppna den " +
      "därifrån.",
    off: "Den här gatewayen skickar inga notiser. Den som driver den bestämmer det.",
    denied: "Webbläsaren släpper inte in notiser från den här sidan. Ändra det i webbläsarens inställningar.",
  },
  notLetIn: "Webbläsaren släppte inte in notiser.",
};

const en: typeof sv = {
  title: "Notices",
  lead: "The wallet tells you when something happens to your account, also while it is closed.",
  about: "Tell me about",
  incoming: "Points that come, and points that a shop takes back",
  holds: "Points on hold",
  market: "Offers on the market that somebody buys of",
  expiring: "Points that expire soon: 30, 7 and 1 day before",
  household: "The family",
  always: "Always: if somebody wants another key or other guardians, or freezes the account. Nobody can do without.",
  leaves: "What leaves the phone",
  leavesLead:
    "Your browser's push service (Google's, Mozilla's, Apple's or Microsoft's) learns that this gateway sends you " +
    "something, when and how often. The content is encrypted for your browser, and says only what kind of event it " +
    "is: no amounts, no brands, no address. Nor does the screen say more.",
  on: "Turn notices on",
  save: "Save",
  off: "Turn notices off here",
  isOn: "This browser gets notices.",
  browsers: "Browsers that get notices",
  showBrowsers: "Show them",
  own: "this one",
  until: (day: string) => `until ${day}`,
  failing: "doesn't take them at the moment",
  remove: "Remove",
  noBrowsers: "No browser gets notices from this gateway.",
  obstacles: {
    unsupported:
      "This browser can't take notices here. On an iPhone: add the wallet to the home screen, and open it from there.",
    off: "This gateway sends no notices. Whoever runs it decides that.",
    denied: "The browser lets no notices of this page in. Change that in the browser's settings.",
  },
  notLetIn: "The browser has let no notices in.",
};

/** They. */
export const noticeWords = computed(() => (language.value === "sv" ? sv : en));
