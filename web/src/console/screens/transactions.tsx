/** Transactions: one that is looked for, the brand's, the operator's own with proof, and what happens to the brand. */

import { linkTo } from "../../shared/route.js";
import { words } from "../words/index.js";
import { All } from "./all.js";
import { Events } from "./events.js";
import { Find } from "./find.js";
import { Own } from "./own.js";

function Part({ name, of }: { readonly name: string; readonly of: string }) {
  switch (name) {
    case "all":
      return <All key={of} of={of} />;
    case "own":
      return <Own />;
    case "events":
      return <Events />;
    default:
      return <Find />;
  }
}

/** The screen; `of` is the part of it that is shown, and after a slash what that is about. */
export function Transactions({ of }: { readonly of: string }) {
  const { title, tabs } = words.value.transactions;
  const [name = "", about = ""] = of.split("/");
  const all = [
    ["", tabs.find],
    ["all", tabs.all],
    ["own", tabs.own],
    ["events", tabs.events],
  ] as const;
  return (
    <div class="stack">
      <h1>{title}</h1>
      <nav class="tabs" aria-label={title}>
        {all.map(([part, text]) => (
          <a key={part} href={linkTo("transactions", part)} aria-current={name === part ? "page" : undefined}>
            {text}
          </a>
        ))}
      </nav>
      <Part name={name} of={about} />
    </div>
  );
}
