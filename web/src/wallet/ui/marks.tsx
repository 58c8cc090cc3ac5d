/** The marks of an account at a brand: badges and memberships, with the day on which each ends. */

import type { api } from "@lojal/client";

import { dateText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { offerWords } from "../words/offers.js";

/** The marks. */
export function Marks({ marks, label }: { readonly marks: readonly api.MarkStanding[]; readonly label: string }) {
  const text = offerWords.value;
  return marks.length === 0 ? null : (
    <ul class="marks" aria-label={label}>
      {marks.map(({ mark, until }) => (
        <li key={mark} class="held-mark">
          <span class="medal">
            <Icon name="star" />
          </span>
          <span>
            <strong>{text.mark(String(mark))}</strong>
            <span class="small soft">
              {until === null ? text.always : text.through(dateText(until, language.value))}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
