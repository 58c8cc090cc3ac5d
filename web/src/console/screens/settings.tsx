/** The rest: other screens where there is no room for them, language, colours, the key, and which network this is. */

import { Icon } from "../../shared/icon.js";
import { Menu } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { AskingChoice, LanguageChoice, NetworkFacts, ThemeChoice } from "../../shared/settings.js";
import { identity } from "../../wallet/model/network.js";
import { isKeyHere, lock, wallet } from "../../wallet/model/session.js";
import { CopyButton } from "../../wallet/ui/parts.js";
import { choose, forgetBrands, hasCampaigns, mine } from "../model/brand.js";
import { forgetWebhooks } from "../model/webhooks.js";
import { Panel } from "../ui/parts.js";
import { words } from "../words/index.js";

function Menus() {
  const { nav, settings } = words.value;
  return (
    <>
      <Menu
        look="small-only"
        links={[
          [linkTo("members"), "family", nav.members],
          [linkTo("figures"), "figures", nav.figures],
          ...(hasCampaigns.value ? [[linkTo("campaigns"), "gift", nav.campaigns] as const] : []),
          [linkTo("partners"), "swap", nav.partners],
          [linkTo("motions"), "check", nav.motions],
          [linkTo("governance"), "spark", nav.governance],
          [linkTo("webhooks"), "send", nav.webhooks],
        ]}
      />
      <Menu
        label={settings.elsewhere}
        links={[
          ["/explorer/", "search", settings.explorer],
          ["/wallet/", "home", settings.wallet],
        ]}
      />
    </>
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
  const network = identity();
  return (
    <div class="stack narrow">
      <h1>{settings.title}</h1>
      <Menus />
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
          {isKeyHere.value && <AskingChoice />}
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
        {network !== null && <NetworkFacts {...network} />}
        <p class="soft small">{settings.about}</p>
      </Panel>
    </div>
  );
}
