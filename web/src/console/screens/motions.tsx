/** What the brand's admins decide together: each motion in words, what it waits for, and saying yes or no to it. */

import type { Address, api, Approvals, BrandAction, Operation } from "@lojal/client";
import { brandMotionDigest, limits } from "@lojal/client";
import { useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Field, Notice, Waiting } from "../../shared/parts.js";
import { goTo, linkTo } from "../../shared/route.js";
import { theNetwork } from "../../wallet/model/network.js";
import { wallet } from "../../wallet/model/session.js";
import { Heading } from "../../wallet/ui/parts.js";
import type { Shown } from "../model/brand.js";
import { has, shown } from "../model/brand.js";
import { useNow } from "../model/campaigns.js";
import { canApprove, isLast, waitOf } from "../model/motion-state.js";
import { msOf, spanOf, UNITS } from "../model/policy-form.js";
import type { Unit } from "../model/policy-form.js";
import { approvalsPairs } from "../model/rows.js";
import { say } from "../model/saying.js";
import { tellAction } from "../model/tell-actions.js";
import { Diff, Facts, Fault, Panel, Said, Select, TextInput } from "../ui/parts.js";
import { Review, ReviewAction } from "../ui/review.js";
import { words } from "../words/index.js";

type Motion = api.BrandMotionAnswer;

const DELAY_MS_MAX = 7n * 86_400_000n;

function nameOf(address: Address): string {
  const short = say.value.account(address);
  return address === wallet.value?.address ? `${short} (${words.value.common.you})` : short;
}

function Waits({ motion, needed }: { readonly motion: Motion; readonly needed: number }) {
  const { motions: text } = words.value;
  const wait = waitOf(motion, needed, Date.now());
  const said =
    wait.type === "votes"
      ? text.waitsVotes(say.value.number(wait.missing))
      : wait.type === "time"
        ? text.waitsTime(say.value.moment(wait.fromMs))
        : text.ready;
  return (
    <Notice kind={wait.type === "ready" ? "good" : "warn"} icon={wait.type === "ready" ? "check" : "clock"}>
      <p data-testid="waits">{said}</p>
    </Notice>
  );
}

/** The actions of a motion in words, compared with what is there now. */
function Actions({ motion, now: before }: { readonly motion: Motion; readonly now: Shown }) {
  const { now, error } = useNow(before, motion.actions);
  return (
    <>
      <Fault error={error} />
      {motion.actions.map((action, at) => {
        const { title, rows } = tellAction(action, now, say.value);
        return (
          <div class="stack tight" key={at}>
            <h3>{title}</h3>
            <Diff rows={rows} />
          </div>
        );
      })}
    </>
  );
}

function Ways({ motion, approvals }: { readonly motion: Motion; readonly approvals: Approvals }) {
  const { motions: text } = words.value;
  const account = wallet.value?.address;
  if (account === undefined || !has("admin")) {
    return null;
  }
  const number = String(motion.motion);
  const isOwn = motion.by === account;
  return (
    <div class="row wrap">
      {canApprove(motion, approvals.needed, account, Date.now()) && (
        <a class="button" href={linkTo("motion-approve", number)}>
          <Icon name="check" />
          {isLast(motion, approvals, account, Date.now()) ? text.carryOut : text.approve}
          <span class="hidden"> {text.number(number)}</span>
        </a>
      )}
      {!motion.stoppedBy.includes(account) && (
        <a class="button plain" href={linkTo("motion-stop", number)}>
          {isOwn ? text.withdraw : text.stop}
          <span class="hidden"> {text.number(number)}</span>
        </a>
      )}
    </div>
  );
}

function One({ motion, now }: { readonly motion: Motion; readonly now: Shown }) {
  const { motions: text } = words.value;
  const { needed } = now.motions.approvals;
  const number = (count: number): string => say.value.number(count);
  const list = (all: readonly Address[]): string => (all.length === 0 ? "–" : all.map(nameOf).join(", "));
  return (
    <Panel
      title={text.number(say.value.number(motion.motion))}
      aside={<span class="chip">{text.counting(number(motion.counting), number(needed))}</span>}
    >
      <p class="small soft">{text.by(nameOf(motion.by), say.value.moment(motion.createdMs))}</p>
      <Actions motion={motion} now={now} />
      <Waits motion={motion} needed={needed} />
      <Facts
        facts={[
          [text.approvedBy, list(motion.approvedBy)],
          ...(motion.stoppedBy.length === 0 ? [] : [[text.stoppedBy, list(motion.stoppedBy)] as const]),
        ]}
      />
      <p class="small soft">{text.lapses(say.value.moment(motion.lapsesMs))}</p>
      <Ways motion={motion} approvals={now.motions.approvals} />
    </Panel>
  );
}

/** The screen of all motions. */
export function Motions() {
  const { motions: text, common } = words.value;
  const now = shown.value;
  if (now === null) {
    return <Waiting text={common.loading} />;
  }
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <p class="soft">{text.lead}</p>
      {now.motions.motions.length === 0 && <p class="panel soft">{text.none}</p>}
      <div class="grid two" data-testid="motions">
        {now.motions.motions.map((motion) => (
          <One key={String(motion.motion)} motion={motion} now={now} />
        ))}
      </div>
      <Panel
        title={text.approvals}
        aside={has("admin") ? <a href={linkTo("approvals")}>{common.change}</a> : undefined}
      >
        <Facts facts={approvalsPairs(now.brand.approvals, say.value)} />
      </Panel>
      <Said />
    </div>
  );
}

/** The screen on which a motion is approved or stopped, as it was when the screen was opened. */
export function MotionAct({ of, isStop }: { readonly of: string; readonly isStop: boolean }) {
  const { motions: text, common } = words.value;
  const now = shown.value;
  const [seen, setSeen] = useState<Motion | null>(null);
  const motion = seen ?? now?.motions.motions.find((one) => String(one.motion) === of) ?? null;
  if (now === null || motion === null) {
    return now === null ? <Waiting text={common.loading} /> : <p class="panel soft">{text.none}</p>;
  }
  if (seen === null) {
    setSeen(motion);
  }
  const brand = now.brand.id;
  // The digest of what is shown here, whatever the gateway says: nothing else is approved.
  const digest = brandMotionDigest(theNetwork().genesis.chainId, brand, motion.actions);
  const operation: Operation = isStop
    ? { type: "stop_for_brand", brand, motion: motion.motion }
    : { type: "approve_for_brand", brand, motion: motion.motion, digest };
  const account = wallet.value?.address;
  const carries = account !== undefined && isLast(motion, now.motions.approvals, account, Date.now());
  const isOwn = motion.by === account;
  const way = isStop ? (isOwn ? text.withdraw : text.stop) : carries ? text.carryOut : text.approve;
  const title = `${isStop ? text.stopTitle : text.approveTitle}: ${text.number(of)}`;
  return (
    <Review
      told={{ title, rows: [] }}
      wish={{ type: "operation", operation }}
      text={way}
      onBack={() => goTo("motions")}
    >
      <Actions motion={motion} now={now} />
      {isStop && <p class="soft">{isOwn ? text.withdrawLead : text.stopLead}</p>}
      {!isStop && carries && <p class="soft">{text.done}</p>}
    </Review>
  );
}

function ApprovalsForm({ now }: { readonly now: Shown }) {
  const { motions: text, common, policy } = words.value;
  const { brand, operators } = now;
  const before = spanOf(brand.approvals.delayMs);
  const [needed, setNeeded] = useState(String(brand.approvals.needed));
  const [count, setCount] = useState(before.count);
  const [unit, setUnit] = useState<Unit>(before.unit);
  const [action, setAction] = useState<BrandAction | null>(null);
  if (action !== null) {
    return <ReviewAction brand={brand.id} action={action} onBack={() => setAction(null)} />;
  }
  const admins = operators.filter(({ roles }) => roles.includes("admin")).length;
  const most = Math.min(admins, limits.OPERATORS_MAX);
  const number = /^[0-9]{1,2}$/.test(needed.trim()) ? Number(needed) : 0;
  const isCount = number >= 1 && number <= most;
  const delayMs = msOf(count, unit);
  const isDelay = delayMs !== null && delayMs <= DELAY_MS_MAX;
  const review = (event: Event): void => {
    event.preventDefault();
    if (isCount && delayMs !== null && isDelay) {
      setAction({ type: "set_approvals", brand: brand.id, needed: number, delayMs });
    }
  };
  const units = (Object.keys(UNITS) as Unit[]).map((one) => [one, policy.units[one]] as const);
  return (
    <form class="stack" onSubmit={review}>
      <Heading title={text.approvals} back="motions" />
      <div class="panel stack">
        <Field label={text.needed} wrong={isCount ? "" : text.neededBad}>
          {(id, hint) => <TextInput id={id} hint={hint} mode="decimal" value={needed} onValue={setNeeded} />}
        </Field>
        <div class="fields">
          <Field label={text.delay} wrong={isDelay ? "" : text.delayBad}>
            {(id, hint) => <TextInput id={id} hint={hint} mode="decimal" value={count} onValue={setCount} />}
          </Field>
          <Field label={policy.unit}>
            {(id) => <Select id={id} value={unit} all={units} onValue={setUnit} />}
          </Field>
        </div>
        <button class="button" type="submit" disabled={!isCount || !isDelay}>
          {common.review}
        </button>
      </div>
    </form>
  );
}

/** The screen on which the admins say how many of them it takes. */
export function ApprovalsScreen() {
  const { common } = words.value;
  const now = shown.value;
  return (
    <div class="narrow">
      {now === null ? <Waiting text={common.loading} /> : <ApprovalsForm now={now} />}
    </div>
  );
}
