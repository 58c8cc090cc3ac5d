/** The rest: other screens, language, colours, and which network this is. */

import type { IconName } from "../../shared/icon.js";
import { Icon } from "../../shared/icon.js";
import type { Language, Theme } from "../../shared/preferences.js";
import { language, theme } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { theNetwork } from "../model/network.js";
import { wallet } from "../model/session.js";
import { Heading } from "../ui/parts.js";
import { words } from "../words/index.js";

/** The choice of the language. */
export function LanguageChoice() {
  const all: readonly (readonly [Language, string])[] = [
    ["sv", "Svenska"],
    ["en", "English"],
  ];
  return (
    <fieldset class="stack tight">
      <legend>{words.value.more.language}</legend>
      <div class="choices">
        {all.map(([value, name]) => (
          <label class="choice" key={value}>
            <input
              type="radio"
              name="language"
              checked={language.value === value}
              onChange={() => (language.value = value)}
            />
            <span lang={value}>{name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The choice of the colours. */
export function ThemeChoice() {
  const { more } = words.value;
  const all: readonly (readonly [Theme, string])[] = [
    ["auto", more.auto],
    ["light", more.light],
    ["dark", more.dark],
  ];
  return (
    <fieldset class="stack tight">
      <legend>{more.theme}</legend>
      <div class="choices">
        {all.map(([value, name]) => (
          <label class="choice" key={value}>
            <input
              type="radio"
              name="theme"
              checked={theme.value === value}
              onChange={() => (theme.value = value)}
            />
            <span>{name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The network by its name and its number, to compare with what somebody shows. */
export function NetworkFacts() {
  const { more } = words.value;
  const { genesis } = theNetwork();
  return (
    <dl class="facts">
      <dt>{more.network}</dt>
      <dd>{genesis.document.name}</dd>
      <dt>{more.chain}</dt>
      <dd class="mono">{genesis.chainId}</dd>
    </dl>
  );
}

/** The screen. */
export function More() {
  const { more } = words.value;
  const links: readonly (readonly [string, IconName, string])[] = [
    [linkTo("send"), "send", more.send],
    [linkTo("convert"), "swap", more.convert],
    [linkTo("expiring"), "clock", more.expiring],
    [linkTo("family"), "family", more.family],
    [linkTo("security"), "shield", more.security],
    ["/explorer/", "spark", more.explorer],
  ];
  return (
    <div class="stack">
      <Heading title={more.title} />
      <ul class="panel list menu">
        {links.map(([href, icon, text]) => (
          <li key={href}>
            <a href={href}>
              <Icon name={icon} />
              {text}
              <Icon name="chevron" />
            </a>
          </li>
        ))}
      </ul>
      <div class="panel stack">
        <LanguageChoice />
        <ThemeChoice />
      </div>
      <section class="panel stack" aria-label={more.about}>
        <h2>{more.about}</h2>
        <p class="soft">{more.aboutLead}</p>
        <NetworkFacts />
        <p class="soft small">{more.address}</p>
        <p class="mono">{wallet.value?.addressText}</p>
      </section>
    </div>
  );
}
