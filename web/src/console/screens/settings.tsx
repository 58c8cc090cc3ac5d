/** The rest: other screens where there is no room for them, language, colours, the key, and which network this is. */

import { Icon } from "../../shared/icon.js";
import type { IconName } from "../../shared/icon.js";
import { asking } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { isKeyHere, lock, wallet } from "../../wallet/model/session.js";
import { LanguageChoice, NetworkFacts, ThemeChoice } from "../../wallet/screens/more.js";
import { CopyButton } from "../../wallet/ui/parts.js";
import { choose, forgetBrands, mine } from "../model/brand.js";
import { forgetWebhooks } from "../model/webhooks.js";
import { Panel } from "../ui/parts.js";
import { words } from "../words/index.js";

function Menu() {
  const { nav, settings } = words.value;
  const links: readonly (readonly [string, IconName, string])[] = [
    [linkTo("partners"), "swap", nav.partners],
    [linkTo("motions"), "family", nav.motions],
    [linkTo("governance"), "shield", nav.governance],
    [linkTo("webhooks"), "send", nav.webhooks],
  ];
  const others: readonly (readonly [string, IconName, string])[] = [
    ["/explorer/", "spark", settings.explorer],
    ["/wallet/", "home", settings.wallet],
  ];
  const item = ([href, icon, text]: readonly [string, IconName, string]) => (
    <li key={href}>
      <a href={href}>
        <Icon name={icon} />
        {text}
        <Icon name="chevron" />
      </a>
    </li>
  );
  return (
    <>
      <ul class="panel list menu small-only">{links.map(item)}</ul>
      <ul class="panel list menu" aria-label={settings.elsewhere}>
        {others.map(item)}
      </ul>
    </>
  );
}

function Asking() {
  const { settings } = words.value;
  const ways = [
    ["idle", settings.askIdle],
    ["always", settings.askAlways],
  ] as const;
  return (
    <fieldset class="stack tight">
      <legend>{settings.asking}</legend>
      <div class="choices">
        {ways.map(([value, text]) => (
          <label class="choice" key={value}>
            <input
              type="radio"
              name="asking"
              checked={asking.value === value}
              onChange={() => (asking.value = value)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Locks the key, and forgets what it has shown. */
async function leave(): Promise<void> {
  forgetWebhooks();
  await lock();
  forgetBrands();
}

/** The screen. */
export function Settings() {
  const { settings, common } = words.value;
  const own = wallet.value;
  return (
    <div class="stack narrow">
      <h1>{settings.title}</h1>
      <Menu />
      <div class="panel stack">
        <LanguageChoice />
        <ThemeChoice />
      </div>
      {own !== null && (
        <Panel title={settings.key}>
          <p class="soft small">{settings.account}</p>
          <p class="mono">{own.addressText}</p>
          <p class="soft small">{settings.publicKey}</p>
          <p class="mono" data-testid="public-key">
            {own.publicKey}
          </p>
          <CopyButton text={own.publicKey} />
          {isKeyHere.value && <Asking />}
          {isKeyHere.value && <p class="soft small">{settings.lockLead}</p>}
          <button class="button plain" type="button" onClick={() => void leave()}>
            <Icon name="lock" />
            {settings.lock}
          </button>
          {(mine.value?.length ?? 0) > 1 && (
            <button class="button plain" type="button" onClick={() => void choose(null)}>
              {common.switchBrand}
            </button>
          )}
        </Panel>
      )}
      <Panel title={settings.network}>
        <NetworkFacts />
        <p class="soft small">{settings.about}</p>
      </Panel>
    </div>
  );
}
