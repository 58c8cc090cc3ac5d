/** The wallet around its screens: the bar, what is asked in between, and which screen is shown. */

import type { FunctionComponent } from "preact";

import type { Place } from "../shared/route.js";
import { place } from "../shared/route.js";
import type { Tab } from "../shared/shell.js";
import { Shell } from "../shared/shell.js";
import { canRead, wallet } from "./model/session.js";
import { Home } from "./screens/home.js";
import { More } from "./screens/more.js";
import { Welcome } from "./screens/welcome.js";
import { lazy } from "./ui/lazy.js";
import { Update } from "./ui/update.js";
import { UnlockDialog, UnlockScreen } from "./ui/unlock.js";
import { words } from "./words/index.js";

interface Of {
  readonly of: string;
}

/** The screens that are loaded when they are first wanted, by the names of their places. */
const LATER: Readonly<Record<string, FunctionComponent<Of>>> = {
  activity: lazy(async () => (await import("./screens/activity.js")).Activity),
  brand: lazy(async () => (await import("./screens/offers.js")).BrandScreen),
  claim: lazy(async () => (await import("./screens/claim.js")).Claim),
  convert: lazy(async () => (await import("./screens/convert.js")).Convert),
  expiring: lazy(async () => (await import("./screens/expiring.js")).Expiring),
  family: lazy(async () => (await import("./screens/family.js")).Family),
  invite: lazy(async () => (await import("./screens/invite.js")).Invite),
  levels: lazy(async () => (await import("./screens/levels.js")).Levels),
  market: lazy(async () => (await import("./screens/market.js")).Market),
  "market-offer": lazy(async () => (await import("./screens/market-offer.js")).MarketOffer),
  "market-take": lazy(async () => (await import("./screens/market-take.js")).MarketTake),
  notices: lazy(async () => (await import("./screens/notices.js")).Notices),
  offers: lazy(async () => (await import("./screens/offers.js")).Offers),
  pay: lazy(async () => (await import("./screens/pay.js")).Pay),
  receipt: lazy(async () => (await import("./screens/receipt.js")).ReceiptScreen),
  recover: lazy(async () => (await import("./screens/recover.js")).Recover),
  scan: lazy(async () => (await import("./screens/scan.js")).Scan),
  security: lazy(async () => (await import("./screens/security.js")).Security),
  send: lazy(async () => (await import("./screens/send.js")).Send),
  sent: lazy(async () => (await import("./screens/sent.js")).SentScreen),
  show: lazy(async () => (await import("./screens/show.js")).Show),
  till: lazy(async () => (await import("./screens/till.js")).Till),
  "till-ask": lazy(async () => (await import("./screens/till-ask.js")).TillAsk),
  "till-done": lazy(async () => (await import("./screens/till-done.js")).TillDone),
  "till-give": lazy(async () => (await import("./screens/till-give.js")).TillGive),
  "till-return": lazy(async () => (await import("./screens/till-return.js")).TillReturn),
  "till-take": lazy(async () => (await import("./screens/till-take.js")).TillTake),
  use: lazy(async () => (await import("./screens/voucher-use.js")).VoucherUse),
  voucher: lazy(async () => (await import("./screens/vouchers.js")).VoucherScreen),
  "voucher-return": lazy(async () => (await import("./screens/voucher-return.js")).VoucherReturn),
  vouchers: lazy(async () => (await import("./screens/vouchers.js")).Vouchers),
};

function tabs(): readonly Tab[] {
  const { nav } = words.value;
  return [
    { place: "", icon: "home", text: nav.home },
    { place: "show", icon: "show", text: nav.show },
    { place: "scan", icon: "scan", text: nav.scan, isPrimary: true },
    { place: "activity", icon: "activity", text: nav.activity },
    { place: "more", icon: "more", text: nav.more },
  ];
}

function Screen({ name, of }: Place) {
  const Later = Object.hasOwn(LATER, name) ? LATER[name] : undefined;
  return Later !== undefined ? <Later key={`${name} ${of}`} of={of} /> : name === "more" ? <More /> : <Home />;
}

/** The wallet. */
export function App({ canKeep }: { readonly canKeep: boolean }) {
  const isOpen = wallet.value !== null && canRead.value;
  const { name } = words.value;
  return (
    <Shell
      page="wallet"
      title={name}
      mark={name}
      tabs={isOpen ? tabs() : null}
      current={place.value.name}
      dialog={<UnlockDialog />}
    >
      <Update />
      {wallet.value === null && <Welcome canKeep={canKeep} />}
      {wallet.value !== null && !canRead.value && <UnlockScreen />}
      {isOpen && <Screen {...place.value} />}
    </Shell>
  );
}
