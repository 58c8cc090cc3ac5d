/** The console around its screens: the bar, the brand, what is asked in between, and which screen is shown. */

import { Icon } from "../shared/icon.js";
import type { Place } from "../shared/route.js";
import { place } from "../shared/route.js";
import type { Tab } from "../shared/shell.js";
import { Shell } from "../shared/shell.js";
import { freshness } from "../wallet/model/account.js";
import { canRead, isKeyHere, wallet } from "../wallet/model/session.js";
import { lazy } from "../wallet/ui/lazy.js";
import { UnlockDialog } from "../wallet/ui/unlock.js";
import { choose, chosen, fault, hasCampaigns, mine } from "./model/brand.js";
import { say } from "./model/saying.js";
import { Detail, CarriedScreen } from "./screens/detail.js";
import { Overview } from "./screens/overview.js";
import { SentScreen } from "./screens/sent.js";
import { Choose, Unlock, Welcome } from "./screens/sign-in.js";
import { Fault } from "./ui/parts.js";
import { words } from "./words/index.js";

interface Of {
  readonly of: string;
}
const Transactions = lazy<Of>(async () => (await import("./screens/transactions.js")).Transactions);
const Members = lazy(async () => (await import("./screens/members.js")).Members);
const Figures = lazy<Of>(async () => (await import("./screens/figures.js")).Figures);
const Operators = lazy(async () => (await import("./screens/operators.js")).Operators);
const OperatorScreen = lazy<Of>(async () => (await import("./screens/operators.js")).OperatorScreen);
const RemoveOperator = lazy<Of>(async () => (await import("./screens/operators.js")).RemoveOperator);
const PendingEdit = lazy(async () => (await import("./screens/pending.js")).PendingEdit);
const PolicyScreen = lazy(async () => (await import("./screens/policy.js")).PolicyScreen);
const PolicyEdit = lazy(async () => (await import("./screens/policy.js")).PolicyEdit);
const Campaigns = lazy(async () => (await import("./screens/campaigns.js")).Campaigns);
const CampaignScreen = lazy<Of>(async () => (await import("./screens/campaigns.js")).CampaignScreen);
const CampaignPause = lazy<Of>(async () => (await import("./screens/campaigns.js")).CampaignPause);
const CampaignAccept = lazy<Of>(async () => (await import("./screens/campaigns.js")).CampaignAccept);
const CampaignNew = lazy(async () => (await import("./screens/campaign-form.js")).CampaignNew);
const CampaignEdit = lazy<Of>(async () => (await import("./screens/campaign-form.js")).CampaignEdit);
const CampaignGrant = lazy<Of>(async () => (await import("./screens/campaign-grant.js")).CampaignGrant);
const Partners = lazy(async () => (await import("./screens/partners.js")).Partners);
const PartnerNew = lazy<Of>(async () => (await import("./screens/partner-form.js")).PartnerNew);
const PartnerAccept = lazy<Of>(async () => (await import("./screens/partner-form.js")).PartnerAccept);
const PartnerEnd = lazy<Of>(async () => (await import("./screens/partner-form.js")).PartnerEnd);
const Paid = lazy<Of>(async () => (await import("./screens/debts.js")).Paid);
const Motions = lazy(async () => (await import("./screens/motions.js")).Motions);
const MotionAct = lazy<Of & { readonly isStop: boolean }>(
  async () => (await import("./screens/motions.js")).MotionAct,
);
const ApprovalsScreen = lazy(async () => (await import("./screens/motions.js")).ApprovalsScreen);
const GovernanceScreen = lazy(async () => (await import("./screens/governance.js")).GovernanceScreen);
const Webhooks = lazy(async () => (await import("./screens/webhooks.js")).Webhooks);
const WebhookScreen = lazy<Of>(async () => (await import("./screens/webhooks.js")).WebhookScreen);
const WebhookNew = lazy(async () => (await import("./screens/webhook-new.js")).WebhookNew);
const Settings = lazy(async () => (await import("./screens/settings.js")).Settings);

/** The screens of the bar. Those without a name for narrow bars are below the last screen there. */
function tabs(): readonly Tab[] {
  const { nav } = words.value;
  return [
    { place: "", icon: "home", text: nav.overview },
    { place: "transactions", icon: "activity", text: nav.transactions, short: nav.transactionsShort },
    { place: "members", icon: "family", text: nav.members, short: null },
    { place: "figures", icon: "figures", text: nav.figures, short: null },
    { place: "operators", icon: "key", text: nav.operators, short: nav.operatorsShort },
    { place: "policy", icon: "shield", text: nav.policy },
    ...(hasCampaigns.value
      ? [{ place: "campaigns", icon: "gift" as const, text: nav.campaigns, short: null }]
      : []),
    { place: "partners", icon: "swap", text: nav.partners, short: null },
    { place: "motions", icon: "check", text: nav.motions, short: null },
    { place: "governance", icon: "spark", text: nav.governance, short: null },
    { place: "webhooks", icon: "send", text: nav.webhooks, short: null },
    { place: "settings", icon: "more", text: nav.more },
  ];
}

/** The screen of the bar that a place belongs to. */
function rootOf(name: string): string {
  const [first = ""] = name.split("-");
  const roots: Readonly<Record<string, string>> = {
    tx: "transactions",
    operator: "operators",
    campaign: "campaigns",
    partner: "partners",
    paid: "partners",
    motion: "motions",
    approvals: "motions",
    webhook: "webhooks",
  };
  return roots[first] ?? first;
}

function Screen({ name, of }: Place) {
  switch (name) {
    case "transactions":
      return <Transactions of={of} />;
    case "members":
      return <Members />;
    case "figures":
      return <Figures of={of} />;
    case "tx":
      return <Detail key={of} of={of} />;
    case "sent":
      return <SentScreen key={of} of={of} />;
    case "carried":
      return <CarriedScreen key={of} of={of} />;
    case "settings":
      return <Settings />;
    default:
      return <Decisions name={name} of={of} />;
  }
}

/** The screens of campaigns. */
function CampaignPlace({ name, of }: Place) {
  switch (name) {
    case "campaign":
      return <CampaignScreen key={of} of={of} />;
    case "campaign-new":
      return <CampaignNew />;
    case "campaign-edit":
      return <CampaignEdit key={of} of={of} />;
    case "campaign-pause":
      return <CampaignPause key={of} of={of} />;
    case "campaign-accept":
      return <CampaignAccept key={of} of={of} />;
    case "campaign-grant":
      return <CampaignGrant key={of} of={of} />;
    default:
      return <Campaigns />;
  }
}

/** The screens on which something is decided. */
function Decisions({ name, of }: Place) {
  if (name.startsWith("campaign")) {
    return <CampaignPlace name={name} of={of} />;
  }
  switch (name) {
    case "operators":
      return <Operators />;
    case "operator":
      return <OperatorScreen key={of} of={of} />;
    case "operator-new":
      return <OperatorScreen key="new" of="" />;
    case "operator-remove":
      return <RemoveOperator key={of} of={of} />;
    case "policy":
      return <PolicyScreen />;
    case "pending-edit":
      return <PendingEdit />;
    case "policy-edit":
      return <PolicyEdit />;
    case "partners":
      return <Partners />;
    case "partner-new":
      return <PartnerNew key={of} of={of} />;
    case "partner-accept":
      return <PartnerAccept key={of} of={of} />;
    case "partner-end":
      return <PartnerEnd key={of} of={of} />;
    case "paid":
      return <Paid key={of} of={of} />;
    case "motions":
      return <Motions />;
    case "motion-approve":
      return <MotionAct key={of} of={of} isStop={false} />;
    case "motion-stop":
      return <MotionAct key={of} of={of} isStop />;
    case "approvals":
      return <ApprovalsScreen />;
    case "governance":
      return <GovernanceScreen />;
    case "webhooks":
      return <Webhooks />;
    case "webhook":
      return <WebhookScreen key={of} of={of} />;
    case "webhook-new":
      return <WebhookNew />;
    default:
      return <Overview />;
  }
}

/** The brand that is shown, with the way to another one if there is one. */
function BrandMark() {
  const id = chosen.value;
  if (id === null) {
    return null;
  }
  const isOnly = (mine.value?.length ?? 0) < 2;
  return isOnly ? (
    <span class="chip">{say.value.brand(id)}</span>
  ) : (
    <button class="button quiet" type="button" onClick={() => void choose(null)}>
      <Icon name="swap" />
      {say.value.brand(id)}
      <span class="hidden">. {words.value.common.switchBrand}</span>
    </button>
  );
}

/** The trouble with the gateway, wherever one is. */
function Trouble() {
  const { errors } = words.value;
  const isLie = freshness.value === "untrue";
  return (
    <>
      {isLie && (
        <div class="notice bad" role="alert" data-testid="untrue">
          <Icon name="alert" />
          <p>{errors.lie}</p>
        </div>
      )}
      {!isLie && <Fault error={fault.value} />}
    </>
  );
}

/** The console. */
export function App({ canKeep }: { readonly canKeep: boolean }) {
  const isOpen = wallet.value !== null && canRead.value;
  const isChosen = isOpen && chosen.value !== null;
  const { name, mark } = words.value;
  return (
    <Shell
      page="console"
      title={name}
      mark={mark}
      tabs={isChosen ? tabs() : null}
      current={rootOf(place.value.name)}
      aside={isChosen && <BrandMark />}
      dialog={<UnlockDialog />}
    >
      {isChosen && <Trouble />}
      {!isOpen && !isKeyHere.value && <Welcome canKeep={canKeep} />}
      {!isOpen && isKeyHere.value && <Unlock />}
      {isOpen && !isChosen && <Choose />}
      {isChosen && <Screen {...place.value} />}
    </Shell>
  );
}
