/** The start of the explorer, and the frame around its screens. */

import "../shared/base.css";
import "../shared/forms.css";
import "./explorer.css";

import { render } from "preact";
import { useEffect } from "preact/hooks";

import { Icon } from "../shared/icon.js";
import type { Language, Theme } from "../shared/preferences.js";
import { language, startPreferences, theme } from "../shared/preferences.js";
import { linkTo, place } from "../shared/route.js";
import { Mark, Skip } from "../shared/shell.js";
import { common } from "../shared/words.js";
import { AccountScreen } from "./account.js";
import { BrandsScreen } from "./brands.js";
import { fault, findNetwork, followHeaders, isUntrue, network } from "./model.js";
import { NetworkScreen } from "./network.js";
import { PartnersScreen } from "./partners.js";
import { VerifyScreen } from "./verify.js";
import { words } from "./words.js";

function Settings() {
  const { auto, light, dark } = common.value;
  return (
    <div class="settings">
      <select
        class="input"
        aria-label={common.value.language}
        value={language.value}
        onChange={(event) => (language.value = event.currentTarget.value as Language)}
      >
        <option value="sv">Svenska</option>
        <option value="en">English</option>
      </select>
      <select
        class="input"
        aria-label={common.value.theme}
        value={theme.value}
        onChange={(event) => (theme.value = event.currentTarget.value as Theme)}
      >
        <option value="auto">{auto}</option>
        <option value="light">{light}</option>
        <option value="dark">{dark}</option>
      </select>
    </div>
  );
}

function Screen() {
  switch (place.value.name) {
    case "brands":
      return <BrandsScreen />;
    case "partners":
      return <PartnersScreen />;
    case "verify":
      return <VerifyScreen />;
    case "account":
      return <AccountScreen />;
    default:
      return <NetworkScreen />;
  }
}

function App() {
  const { nav, name, lie, fault: faultText } = words.value;
  const tabs = [
    ["", nav.network],
    ["brands", nav.brands],
    ["partners", nav.partners],
    ["verify", nav.verify],
    ["account", nav.account],
  ] as const;
  useEffect(() => {
    document.title = name;
  }, [name]);
  return (
    <div class="frame">
      <Skip />
      <header class="bar">
        <Mark icon="/explorer/icon.svg" text={name} />
        <nav class="tabs" aria-label={common.value.menu}>
          {tabs.map(([to, text]) => (
            <a key={to} href={linkTo(to)} aria-current={place.value.name === to ? "page" : undefined}>
              {text}
            </a>
          ))}
        </nav>
        <Settings />
      </header>
      <main id="main" tabIndex={-1} class="stack">
        {fault.value !== "" && (
          <div class="notice bad" role="alert">
            <Icon name="alert" />
            <p>
              {isUntrue.value ? lie : faultText} <span class="small">{fault.value}</span>
            </p>
          </div>
        )}
        {network.value === null ? (
          <p role="status">{words.value.loading}</p>
        ) : (
          <Screen key={place.value.name} />
        )}
      </main>
    </div>
  );
}

async function start(): Promise<void> {
  startPreferences();
  const root = document.querySelector("#app");
  if (root !== null) {
    render(<App />, root);
  }
  try {
    await findNetwork();
    await followHeaders();
  } catch (error) {
    fault.value = error instanceof Error ? error.message : String(error);
  }
}

void start();
