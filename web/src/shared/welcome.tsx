/** The frames of the screens before a page is open: the first visit, and a key that is locked. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import type { IconName } from "./icon.js";
import { Icon } from "./icon.js";
import { Notice } from "./parts.js";
import type { Identity } from "./settings.js";
import { LanguageChoice, NetworkFacts } from "./settings.js";
import type { Page } from "./shell.js";
import { common } from "./words.js";

function Hero(props: { readonly page: Page; readonly title: string; readonly lead?: string }) {
  const { page, title, lead } = props;
  return (
    <div class="hero">
      <img src={`/${page}/icon.svg`} alt="" />
      <h1>{title}</h1>
      {lead !== undefined && <p class="soft">{lead}</p>}
    </div>
  );
}

/** A way in: its words, an icon for the first of them, and its screen. */
export interface Way {
  readonly text: string;
  readonly icon?: IconName;
  readonly screen: (onBack: () => void) => ComponentChildren;
}

/** The first visit: the ways in, and which network this is. */
export function Welcome(props: {
  readonly page: Page;
  readonly title: string;
  readonly lead: string;
  /** True if this browser can keep a key that nobody can read. */
  readonly canKeep: boolean;
  /** The network; null while it can't be reached. */
  readonly network: Identity | null;
  readonly ways: readonly Way[];
}) {
  const { page, title, lead, canKeep, network, ways } = props;
  const [chosen, setChosen] = useState<number | null>(null);
  const way = chosen === null ? undefined : ways[chosen];
  if (way !== undefined) {
    return <div class="narrow">{way.screen(() => setChosen(null))}</div>;
  }
  const { unsafe, unreachable, trust } = common.value;
  return (
    <div class="stack narrow">
      <Hero page={page} title={title} lead={lead} />
      {!canKeep && (
        <Notice kind="bad">
          <p>{unsafe}</p>
        </Notice>
      )}
      {ways.map(({ text, icon }, at) => (
        <button
          key={at}
          class={at === 0 ? "button wide" : "button plain wide"}
          type="button"
          disabled={!canKeep || network === null}
          onClick={() => setChosen(at)}
        >
          {icon !== undefined && <Icon name={icon} />}
          {text}
        </button>
      ))}
      <div class="panel stack">
        {network === null ? <p>{unreachable}</p> : <NetworkFacts {...network} />}
        <p class="small soft">{trust}</p>
      </div>
      <div class="panel">
        <LanguageChoice />
      </div>
    </div>
  );
}

/** A key that is locked: the form that opens it, and the way to remove it from this browser. */
export function Locked(props: {
  readonly page: Page;
  readonly title: string;
  /** The words of the way out, and the question before it is gone. */
  readonly forget: string;
  readonly forgetAsk: string;
  readonly onForget: () => void;
  readonly children: ComponentChildren;
}) {
  const { page, title, forget, forgetAsk, onForget, children } = props;
  const [isAsked, setAsked] = useState(false);
  return (
    <div class="stack narrow">
      <Hero page={page} title={title} />
      <div class="panel">{children}</div>
      {isAsked ? (
        <Notice kind="bad">
          <p>{forgetAsk}</p>
          <div class="row wrap">
            <button class="button danger" type="button" onClick={onForget}>
              {common.value.forgetYes}
            </button>
            <button class="button plain" type="button" onClick={() => setAsked(false)}>
              {common.value.cancel}
            </button>
          </div>
        </Notice>
      ) : (
        <button class="button quiet" type="button" onClick={() => setAsked(true)}>
          {forget}
        </button>
      )}
    </div>
  );
}
