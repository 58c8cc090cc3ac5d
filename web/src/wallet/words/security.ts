/** The words of the screen of security in two languages. They are loaded with it. */

import { computed } from "@preact/signals";

import { language } from "../../shared/preferences.js";
import { common } from "../../shared/words.js";

const sv = {
  title: "Säkerhet",
  freeze: "Frys kontot",
  freezeLead:
    "Stoppar allt som lämnar kontot, på en gång. Att tina upp tar " + "den tid som nätverket har bestämt.",
  unfreeze: "Tina upp",
  frozen: "Kontot är fryst.",
  rotate: "Byt nyckel",
  rotateLead:
    "Den gamla nyckeln slutar gälla, och med den alla andra webbläsare som du har loggat in i. Dina ord " +
    "gäller även för nästa nyckel.",
  guardians: "Väktare",
  guardiansLead:
    "De kan ge dig kontot tillbaka om du tappar bort nyckeln. Ingen av dem kan " +
    "göra det ensam om du väljer fler än en.",
  guardiansNone: "Du har inga väktare. Tappar du bort orden är poängen borta.",
  guardianLabel: "Väktarens adress",
  add: "Lägg till",
  threshold: (some: number, all: number) => `${some} av ${all} måste säga ja`,
  thresholdLabel: "Så många måste säga ja",
  set: "Spara väktare",
  clear: "Ta bort",
  waitingUnfreeze: (moment: string) => `Kontot tinas upp ${moment}.`,
  waitingGuardians: (moment: string) => `Andra väktare gäller från ${moment}.`,
  recover: "Återställ ett konto",
  recovery: "Någon tar över kontot",
  recoveryLead: "Dina väktare har begärt en ny nyckel. Är det inte du: avbryt.",
  votes: (some: number, all: number) => `${some} av ${all} väktare vill det`,
  takesOver: (left: string) => `Kan ta över om ${left}`,
  stop: "Avbryt övertagandet",
  words: "Visa mina 24 ord",
  wordsNone: "Nyckelfilen har inga ord.",
  export: "Spara nyckelfilen",
  exportLead: "Samma fil som plånboken i kommandoraden. Utan lösenfrasen är den värdelös.",
  lock: "Lås nu",
  lockLead: "Nyckel och läsrätt försvinner ur den här webbläsaren.",
  brandGuardian: "varumärket",
  backup: "Säkerhetskopia",
  nextWaiting: "En ny nyckel är förberedd. Den tas i bruk när bytet är slutgiltigt.",
  passkey: "Passkey",
  passkeyLead:
    "Lås upp med fingeravtryck, ansikte eller enhetens kod i stället för lösenfrasen. Lösenfrasen gäller fortfarande, " +
    "och dina ord behöver du som förut.",
  passkeyOn: "Slå på passkey",
  passkeyStep: "Enheten frågar efter fingeravtryck, ansikte eller kod, och sparar sedan passkeyn.",
  passkeyCreate: "Skapa passkey",
  passkeyIsOn: "Passkey låser upp plånboken i den här webbläsaren.",
  passkeyDamaged: "Det som passkeyn öppnar är skadat. Lösenfrasen öppnar som förut. Ta bort den och slå på den igen.",
  passkeyOff: "Ta bort passkey",
  passkeyLeft: "Den öppnar sedan ingenting här. Ligger den kvar bland enhetens passkeys kan du radera den där.",
};

const en: typeof sv = {
  title: "Security",
  freeze: "Freeze the account",
  freezeLead:
    "Stops everything that goes out of the account, at once. " +
    "Thawing takes as long as the network has decided.",
  unfreeze: "Thaw",
  frozen: "The account is frozen.",
  rotate: "Replace the key",
  rotateLead:
    "The old key ends, and with it all other browsers in which you are signed in. Your words are good for " +
    "the next key, too.",
  guardians: "Guardians",
  guardiansLead:
    "They can give you the account back if you lose the key. None of them can do " +
    "it alone if you name more than one.",
  guardiansNone: "You have no guardians. If you lose the words the points are gone.",
  guardianLabel: "The guardian's address",
  add: "Add",
  threshold: (some: number, all: number) => `${some} of ${all} have to agree`,
  thresholdLabel: "So many have to agree",
  set: "Save guardians",
  clear: "Remove",
  waitingUnfreeze: (moment: string) => `The account thaws ${moment}.`,
  waitingGuardians: (moment: string) => `Other guardians from ${moment} on.`,
  recover: "Recover an account",
  recovery: "Somebody takes the account over",
  recoveryLead: "Your guardians have asked for another key. If it isn't you: stop it.",
  votes: (some: number, all: number) => `${some} of ${all} guardians want it`,
  takesOver: (left: string) => `Can take over in ${left}`,
  stop: "Stop the takeover",
  words: "Show my 24 words",
  wordsNone: "The key file has no words.",
  export: "Save the key file",
  exportLead: "The file that the wallet of the command line has. Without the passphrase it is worth nothing.",
  lock: "Lock now",
  lockLead: "Key and right to read leave this browser.",
  brandGuardian: "the brand",
  backup: "Backup",
  nextWaiting: "Another key is ready. It is used once the replacement is final.",
  passkey: "Passkey",
  passkeyLead:
    "Unlock with a fingerprint, your face or the device's code in place of the passphrase. The passphrase stays, and " +
    "you need your words as before.",
  passkeyOn: "Turn on passkey",
  passkeyStep: "The device asks for a fingerprint, your face or its code, and then keeps the passkey.",
  passkeyCreate: "Create passkey",
  passkeyIsOn: "A passkey unlocks the wallet in this browser.",
  passkeyDamaged: "What the passkey opens is damaged. The passphrase opens as before. Remove it, and turn it on again.",
  passkeyOff: "Remove passkey",
  passkeyLeft: "It opens nothing here then. If it is still among the device's passkeys you can delete it there.",
};

/** They. */
export const securityWords = computed(() => (language.value === "sv" ? sv : en));

/** The name of a field for the passphrase that says what it is for: the screen has more than one. */
export function labelled(text: string): string {
  return `${common.value.passphrase} · ${text}`;
}
