/** The frame around the screens of a page that has a key: its mark, its bar, and where one is. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import type { IconName } from "./icon.js";
import { Icon } from "./icon.js";
import { linkTo } from "./route.js";
import { common } from "./words.js";

/** A page of this kind; its directory has its icon. */
export type Page = "wallet" | "console";

/** A screen of the bar. */
export interface Tab {
  readonly place: string;
  readonly icon: IconName;
  readonly text: string;
  /** The name in a narrow bar; null if the screen isn't in one. The usual name where nothing is said. */
  readonly short?: string | null;
  /** True for the one that people are here for most. */
  readonly isPrimary?: boolean;
}

/** The link past the bar, for whoever goes by keyboard. */
export function Skip() {
  return (
    <a
      class="skip"
      href="#main"
      onClick={(event) => {
        event.preventDefault();
        document.querySelector<HTMLElement>("main")?.focus();
      }}
    >
      {common.value.skip}
    </a>
  );
}

/** The mark of a page, which leads to its first screen. */
export function Mark({ icon, text }: { readonly icon: string; readonly text: string }) {
  return (
    <a class="mark" href={linkTo("")}>
      <img src={icon} alt="" />
      {text}
    </a>
  );
}

function TabName({ text, short = text }: Tab) {
  return short === null || short === text ? (
    text
  ) : (
    <>
      <span class="small-only">{short}</span>
      <span class="wide-only">{text}</span>
    </>
  );
}

function Nav({ tabs, current }: { readonly tabs: readonly Tab[]; readonly current: string }) {
  const look = ({ short, isPrimary = false }: Tab): string =>
    short === null ? "wide-only" : isPrimary ? "primary" : "";
  return (
    <nav class="nav" aria-label={common.value.menu}>
      <ul>
        {tabs.map((tab) => (
          <li key={tab.place} class={look(tab)}>
            <a href={linkTo(tab.place)} aria-current={current === tab.place ? "page" : undefined}>
              <i>
                <Icon name={tab.icon} />
              </i>
              <TabName {...tab} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The frame. */
export function Shell(props: {
  readonly page: Page;
  /** The title of the page. */
  readonly title: string;
  /** The name beside its icon. */
  readonly mark: string;
  /** The screens of the bar; null while there is none. */
  readonly tabs: readonly Tab[] | null;
  /** The place of the bar that is shown. */
  readonly current: string;
  /** The part beside the mark. */
  readonly aside?: ComponentChildren;
  /** The dialog that may be asked in between. */
  readonly dialog: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { page, title, mark, tabs, current, aside, dialog, children } = props;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div class={tabs === null ? `shell ${page}` : `shell ${page} with-nav`}>
      <Skip />
      <header class="top">
        <Mark icon={`/${page}/icon.svg`} text={mark} />
        {aside}
      </header>
      <main class="main" id="main" tabIndex={-1}>
        {children}
      </main>
      {tabs !== null && <Nav tabs={tabs} current={current} />}
      {dialog}
    </div>
  );
}
