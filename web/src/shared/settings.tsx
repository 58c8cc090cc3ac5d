/** The settings that pages share, and the facts of the network. */

import { Choice } from "./parts.js";
import { asking, language, theme } from "./preferences.js";
import { common } from "./words.js";

/** The choice of the language. */
export function LanguageChoice() {
  return (
    <Choice
      legend={common.value.language}
      name="language"
      all={[
        ["sv", "Svenska"],
        ["en", "English"],
      ]}
      areLanguages
      value={language.value}
      onValue={(value) => (language.value = value)}
    />
  );
}

/** The choice of the colours. */
export function ThemeChoice() {
  const { auto, light, dark } = common.value;
  return (
    <Choice
      legend={common.value.theme}
      name="theme"
      all={[
        ["auto", auto],
        ["light", light],
        ["dark", dark],
      ]}
      value={theme.value}
      onValue={(value) => (theme.value = value)}
    />
  );
}

/** The choice of when the passphrase is asked for. */
export function AskingChoice() {
  const { askIdle, askAlways } = common.value;
  return (
    <Choice
      legend={common.value.asking}
      name="asking"
      all={[
        ["idle", askIdle],
        ["always", askAlways],
      ]}
      value={asking.value}
      onValue={(value) => (asking.value = value)}
    />
  );
}

/** A network as people compare it with what somebody shows. */
export interface Identity {
  readonly name: string;
  readonly chainId: string;
}

/** The network by its name and its number. */
export function NetworkFacts({ name, chainId }: Identity) {
  return (
    <dl class="facts">
      <dt>{common.value.network}</dt>
      <dd>{name}</dd>
      <dt>{common.value.chain}</dt>
      <dd class="mono">{chainId}</dd>
    </dl>
  );
}
