/** The rest: other screens, language, colours, and which network this is. */

import type { IconName } from "../../shared/icon.js";
import { Menu } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { LanguageChoice, NetworkFacts, ThemeChoice } from "../../shared/settings.js";
import { identity } from "../model/network.js";
import { wallet } from "../model/session.js";
import { Heading } from "../ui/parts.js";
import { words } from "../words/index.js";

/** The screen. */
export function More() {
  const { more } = words.value;
  const network = identity();
  const links: readonly (readonly [string, IconName, string])[] = [
    [linkTo("send"), "send", more.send],
    [linkTo("convert"), "swap", more.convert],
    [linkTo("market"), "market", more.market],
    [linkTo("expiring"), "clock", more.expiring],
    [linkTo("offers"), "gift", more.offers],
    [linkTo("vouchers"), "ticket", more.vouchers],
    [linkTo("levels"), "star", more.levels],
    [linkTo("family"), "family", more.family],
    [linkTo("security"), "shield", more.security],
    [linkTo("notices"), "alert", more.notices],
    [linkTo("till"), "show", more.till],
    ["/explorer/", "spark", more.explorer],
  ];
  return (
    <div class="stack">
      <Heading title={more.title} />
      <Menu links={links} />
      <div class="panel stack">
        <LanguageChoice />
        <ThemeChoice />
      </div>
      <section class="panel stack" aria-label={more.about}>
        <h2>{more.about}</h2>
        <p class="soft">{more.aboutLead}</p>
        {network !== null && <NetworkFacts {...network} />}
        <p class="soft small">{more.address}</p>
        <p class="mono">{wallet.value?.addressText}</p>
      </section>
    </div>
  );
}
