/** The words in the language of the page. */

import { computed } from "@preact/signals";

import { language } from "../../shared/preferences.js";
import { en } from "./en.js";
import { sv } from "./sv.js";

/** They. */
export const words = computed(() => (language.value === "sv" ? sv : en));
