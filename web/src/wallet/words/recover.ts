/** The words of recoveries in two languages. They are loaded with their screen. */

import { computed } from "@preact/signals";

import { language } from "../../shared/preferences.js";

const sv = {
  title: "Återställ ett konto",
  lead: "Den som har förlorat sin nyckel får tillbaka kontot när väktarna säger ja.",
  who: "Vem är du?",
  lost: "Jag har förlorat nyckeln",
  guardian: "Jag är väktare",
  lostLabel: "Adressen till det förlorade kontot",
  lostHint: "Den står på ditt papper, eller så har väktarna den i sin historik.",
  own: "Det är den här plånbokens eget konto.",
  askTitle: "Be väktarna",
  askLead:
    "Visa koden för var och en av dina väktare, eller läs upp nyckeln. De skannar den under Säkerhet, Återställ ett " +
    "konto. Från den första av dem kan ingenting lämna kontot.",
  qr: "QR-kod till väktarna",
  key: "Den här plånbokens nyckel",
  other: "En annan adress",
  progress: "Så långt har det kommit",
  hidden: "Ingen väktare har bett om den här nyckeln än.",
  want: (some: string, need: string) => `${some} av minst ${need} väktare vill att kontot får den här nyckeln.`,
  wait: (left: string) => `Tillräckligt många vill. Ägaren kan avbryta i ${left} till.`,
  ready: "Tiden att avbryta är ute: en väktare kan slutföra.",
  none: "Ingen återställning pågår.",
  otherKey: "Väktarna har bett om en annan nyckel än den här.",
  yours: "Kontot har fått den här plånbokens nyckel.",
  takeOver: "Ta över kontot",
  takeLead:
    "Lösenfrasen gör den här plånboken till kontots. Skriv kontots adress på pappret med dina ord: orden ensamma ger " +
    "en annan adress.",
  scanLead: "Skanna koden på den nya telefonen, eller klistra in den.",
  badWish: "Det är ingen kod för en återställning.",
  account: "Kontot",
  newKey: "Den nya nyckeln",
  compare: "Jämför nyckeln med den på den nya telefonen, och var säker på att du talar med ägaren.",
  approve: "Be att kontot får nyckeln",
  finish: "Slutför återställningen",
  done: "Kontot har fått den nya nyckeln. Ägaren tar över det på sin nya telefon.",
  notGuardian: "Gatewayen visar inte kontot: du är inte en av dess väktare.",
  welcome: "Återställ med väktare",
  welcomeLead:
    "Först skapar du en ny plånbok här. Sedan ber du väktarna ge det förlorade kontot dess nyckel, och tar över det.",
  start: "Skapa den nya plånboken",
};

const en: typeof sv = {
  title: "Recover an account",
  lead: "Whoever has lost their key gets the account back when the guardians say yes.",
  who: "Who are you?",
  lost: "I have lost the key",
  guardian: "I am a guardian",
  lostLabel: "The address of the lost account",
  lostHint: "It is on your paper, or your guardians have it in their history.",
  own: "That is this wallet's own account.",
  askTitle: "Ask the guardians",
  askLead:
    "Show the code to each of your guardians, or read out the key. They scan it under Security, Recover an account. " +
    "From the first of them on nothing can leave the account.",
  qr: "QR code for the guardians",
  key: "This wallet's key",
  other: "Another address",
  progress: "How far it has come",
  hidden: "No guardian has asked for this key yet.",
  want: (some, need) => `${some} of at least ${need} guardians want the account to get this key.`,
  wait: (left) => `Enough of them want it. The owner can cancel for ${left} more.`,
  ready: "The time to cancel is over: a guardian can finish it.",
  none: "No recovery is under way.",
  otherKey: "The guardians have asked for another key than this one.",
  yours: "The account has got this wallet's key.",
  takeOver: "Take the account over",
  takeLead:
    "The passphrase makes this the wallet of the account. Write the account's address on the paper with your words: " +
    "the words alone give another address.",
  scanLead: "Scan the code on the new phone, or paste it.",
  badWish: "That is no code of a recovery.",
  account: "The account",
  newKey: "The new key",
  compare: "Compare the key with the one on the new phone, and be sure that you talk to the owner.",
  approve: "Ask that the account gets the key",
  finish: "Finish the recovery",
  done: "The account has got the new key. Its owner takes it over on the new phone.",
  notGuardian: "The gateway doesn't show the account: you are none of its guardians.",
  welcome: "Recover with guardians",
  welcomeLead:
    "First you make a new wallet here. Then you ask the guardians to give the lost account its key, and take it over.",
  start: "Make the new wallet",
};

/** They, in the language of the page. */
export const recoverWords = computed(() => (language.value === "sv" ? sv : en));
