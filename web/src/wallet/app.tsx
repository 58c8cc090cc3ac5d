/** The wallet around its screens: the bar, what is asked in between, and which screen is shown. */

import { useEffect } from "preact/hooks";

import { Icon } from "../shared/icon.js";
import type { IconName } from "../shared/icon.js";
import type { Place } from "../shared/route.js";
import { linkTo, place } from "../shared/route.js";
import { canRead, wallet } from "./model/session.js";
import { Home } from "./screens/home.js";
import { More } from "./screens/more.js";
import { Pay } from "./screens/pay.js";
import { Send } from "./screens/send.js";
import { Welcome } from "./screens/welcome.js";
import { lazy } from "./ui/lazy.js";
import { Update } from "./ui/update.js";
import { UnlockDialog, UnlockScreen } from "./ui/unlock.js";
import { words } from "./words/index.js";

const Activity = lazy(async () => (await import("./screens/activity.js")).Activity);
const Convert = lazy(async () => (await import("./screens/convert.js")).Convert);
const Expiring = lazy(async () => (await import("./screens/expiring.js")).Expiring);
const Family = lazy(async () => (await import("./screens/family.js")).Family);
const ReceiptScreen = lazy(async () => (await import("./screens/receipt.js")).ReceiptScreen);
const Scan = lazy(async () => (await import("./screens/scan.js")).Scan);
const Security = lazy(async () => (await import("./screens/security.js")).Security);
const SentScreen = lazy(async () => (await import("./screens/sent.js")).SentScreen);
const Show = lazy(async () => (await import("./screens/show.js")).Show);

function Nav() {
  const { nav } = words.value;
  const all: readonly (readonly [string, IconName, string])[] = [
    ["", "home", nav.home],
    ["show", "show", nav.show],
    ["scan", "scan", nav.scan],
    ["activity", "activity", nav.activity],
    ["more", "more", nav.more],
  ];
  return (
    <nav class="nav" aria-label={nav.label}>
      <ul>
        {all.map(([name, icon, text]) => (
          <li key={name} class={name === "scan" ? "primary" : ""}>
            <a href={linkTo(name)} aria-current={place.value.name === name ? "page" : undefined}>
              <i>
                <Icon name={icon} />
              </i>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Screen({ name, of }: Place) {
  switch (name) {
    case "show":
      return <Show />;
    case "scan":
      return <Scan />;
    case "pay":
      return <Pay key={of} of={of} />;
    case "sent":
      return <SentScreen key={of} of={of} />;
    case "send":
      return <Send key={of} of={of} />;
    case "convert":
      return <Convert />;
    case "activity":
      return <Activity />;
    case "receipt":
      return <ReceiptScreen key={of} of={of} />;
    case "expiring":
      return <Expiring />;
    case "family":
      return <Family />;
    case "security":
      return <Security />;
    case "more":
      return <More />;
    default:
      return <Home />;
  }
}

/** The wallet. */
export function App({ canKeep }: { readonly canKeep: boolean }) {
  const isOpen = wallet.value !== null && canRead.value;
  useEffect(() => {
    document.title = words.value.name;
  });
  return (
    <div class={isOpen ? "shell with-nav" : "shell"}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("main")?.focus();
        }}
      >
        {words.value.common.skip}
      </a>
      <header class="top">
        <a class="mark" href={linkTo("")}>
          <img src="/wallet/icon.svg" alt="" />
          {words.value.name}
        </a>
      </header>
      <main class="main" id="main" tabIndex={-1}>
        <Update />
        {wallet.value === null && <Welcome canKeep={canKeep} />}
        {wallet.value !== null && !canRead.value && <UnlockScreen />}
        {isOpen && <Screen {...place.value} />}
      </main>
      {isOpen && <Nav />}
      <UnlockDialog />
    </div>
  );
}
