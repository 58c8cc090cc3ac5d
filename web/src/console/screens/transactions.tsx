/** Transactions: one that is looked for, the operator's own with proof, and what happens to the brand. */

import { linkTo } from "../../shared/route.js";
import { Events } from "./events.js";
import { Find } from "./find.js";
import { Own } from "./own.js";
import { words } from "../words/index.js";

/** The screen; `of` is the part of it that is shown. */
export function Transactions({ of }: { readonly of: string }) {
  const { title, tabs } = words.value.transactions;
  const all = [
    ["", tabs.find],
    ["own", tabs.own],
    ["events", tabs.events],
  ] as const;
  return (
    <div class="stack">
      <h1>{title}</h1>
      <nav class="tabs" aria-label={title}>
        {all.map(([part, text]) => (
          <a key={part} href={linkTo("transactions", part)} aria-current={of === part ? "page" : undefined}>
            {text}
          </a>
        ))}
      </nav>
      {of === "own" ? <Own /> : of === "events" ? <Events /> : <Find />}
    </div>
  );
}
