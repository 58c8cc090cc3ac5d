/** The words of the console in the language of the page. */

import { computed } from "@preact/signals";

import { language } from "../../shared/preferences.js";
import { en } from "./en.js";
import { ledgerEn } from "./ledger-en.js";
import { ledgerSv } from "./ledger-sv.js";
import { sv } from "./sv.js";

/** The words in the language of the page. */
export const words = computed(() => (language.value === "sv" ? sv : en));
/** The words of what stands on the ledger. */
export const ledgerWords = computed(() => (language.value === "sv" ? ledgerSv : ledgerEn));
