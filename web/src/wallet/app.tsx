/** The wallet around its screens: the bar, what is asked in between, and which screen is shown. */

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
const Activity = lazy(async () => (await import("./screens/activity.js")).Activity);
const BrandScreen = lazy<Of>(async () => (await import("./screens/offers.js")).BrandScreen);
const Claim = lazy<Of>(async () => (await import("./screens/claim.js")).Claim);
const Convert = lazy(async () => (await import("./screens/convert.js")).Convert);
const Expiring = lazy(async () => (await import("./screens/expiring.js")).Expiring);
const Family = lazy(async () => (await import("./screens/family.js")).Family);
const Invite = lazy<Of>(async () => (await import("./screens/invite.js")).Invite);
const Levels = lazy(async () => (await import("./screens/levels.js")).Levels);
const Notices = lazy(async () => (await import("./screens/notices.js")).Notices);
const Offers = lazy(async () => (await import("./screens/offers.js")).Offers);
const Pay = lazy<Of>(async () => (await import("./screens/pay.js")).Pay);
const ReceiptScreen = lazy(async () => (await import("./screens/receipt.js")).ReceiptScreen);
const Recover = lazy<Of>(async () => (await import("./screens/recover.js")).Recover);
const Scan = lazy(async () => (await import("./screens/scan.js")).Scan);
const Security = lazy(async () => (await import("./screens/security.js")).Security);
const Send = lazy<Of>(async () => (await import("./screens/send.js")).Send);
const SentScreen = lazy(async () => (await import("./screens/sent.js")).SentScreen);
const Till = lazy(async () => (await import("./screens/till.js")).Till);
const TillAsk = lazy<Of>(async () => (await import("./screens/till-ask.js")).TillAsk);
const TillDone = lazy<Of>(async () => (await import("./screens/till-done.js")).TillDone);
const TillGive = lazy<Of>(async () => (await import("./screens/till-give.js")).TillGive);
const TillReturn = lazy(async () => (await import("./screens/till-return.js")).TillReturn);
const TillTake = lazy(async () => (await import("./screens/till-take.js")).TillTake);
const Show = lazy(async () => (await import("./screens/show.js")).Show);

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
    case "levels":
      return <Levels />;
    case "offers":
      return <Offers />;
    case "brand":
      return <BrandScreen key={of} of={of} />;
    case "claim":
      return <Claim key={of} of={of} />;
    case "invite":
      return <Invite key={of} of={of} />;
    case "notices":
      return <Notices />;
    case "recover":
      return <Recover key={of} of={of} />;
    case "more":
      return <More />;
    default:
      return name.startsWith("till") ? <TillPlace name={name} of={of} /> : <Home />;
  }
}

/** The screens of a till. */
function TillPlace({ name, of }: Place) {
  switch (name) {
    case "till-ask":
      return <TillAsk key={of} of={of} />;
    case "till-done":
      return <TillDone key={of} of={of} />;
    case "till-give":
      return <TillGive key={of} of={of} />;
    case "till-return":
      return <TillReturn />;
    case "till-take":
      return <TillTake />;
    default:
      return <Till />;
  }
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
