/** The last look before a signature: what changes, whether it would work, and the two ways on. */

import type { BrandAction, BrandId, Operation } from "@lojal/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Notice, saveFile, Waiting } from "../../shared/parts.js";
import { goTo } from "../../shared/route.js";
import { send } from "../../wallet/model/outbox.js";
import { isKeyHere } from "../../wallet/model/session.js";
import type { Shown } from "../model/brand.js";
import { shown } from "../model/brand.js";
import { useNow } from "../model/campaigns.js";
import type { Plan, Wish } from "../model/plan.js";
import { handOut, usePlan } from "../model/plan.js";
import { codeWords, say } from "../model/saying.js";
import type { Told } from "../model/tell-actions.js";
import { tellAction } from "../model/tell-actions.js";
import { words } from "../words/index.js";
import { Diff, Fault } from "./parts.js";

function Effect({ plan, wish }: { readonly plan: Plan; readonly wish: Wish }) {
  const { review } = words.value;
  switch (plan.type) {
    case "asking":
      return <Waiting text={review.asking} />;
    case "fault":
      return <Fault error={plan.error} />;
    case "refused":
      return (
        <Notice kind="bad">
          <strong>{review.refused}</strong>
          <p>{codeWords(plan.code)}</p>
        </Notice>
      );
    case "ready": {
      const approvals = shown.value?.brand.approvals;
      if (plan.isMotion && approvals !== undefined) {
        const needed = say.value.words.admins(say.value.number(approvals.needed));
        return (
          <Notice kind="warn" icon="family">
            <p data-testid="motion">{review.motion(needed, say.value.span(approvals.delayMs))}</p>
          </Notice>
        );
      }
      return wish.type === "action" ? (
        <p class="row soft" data-testid="direct">
          <Icon name="check" />
          {review.direct}
        </p>
      ) : null;
    }
  }
}

/** Signs and sends, or hands out a file; each once however often it is pressed. */
function Ways({ plan, text }: { readonly plan: Plan; readonly text: string }) {
  const { review } = words.value;
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const operation = plan.type === "ready" ? plan.operation : null;
  const run = (how: (operation: Operation) => Promise<void>) => (): void => {
    if (operation === null) {
      return;
    }
    setBusy(true);
    setError(null);
    how(operation)
      .catch(setError)
      .finally(() => setBusy(false));
  };
  const sign = run(async (one) => goTo("sent", await send([one])));
  const hand = run(async (one) => {
    const carried = await handOut(one);
    saveFile(carried.name, "application/json", carried.text);
    goTo("carried", carried.id);
  });
  const isOff = operation === null || isBusy;
  return (
    <div class="stack">
      <Fault error={error} />
      {isKeyHere.value && (
        <button class="button wide" type="button" disabled={isOff} onClick={sign}>
          {isBusy ? <span class="spinner" aria-hidden="true" /> : <Icon name="key" />}
          {plan.type === "ready" && plan.isMotion ? review.signMotion : text}
        </button>
      )}
      <button
        class={isKeyHere.value ? "button plain wide" : "button wide"}
        type="button"
        disabled={isOff}
        onClick={hand}
      >
        <Icon name="down" />
        {review.hand}
      </button>
      <p class="small soft">{review.handLead}</p>
    </div>
  );
}

/** The screen of a last look. */
export function Review(props: {
  readonly told: Told;
  readonly wish: Wish;
  readonly text?: string;
  readonly children?: ComponentChildren;
  readonly onBack: () => void;
}) {
  const { review, common } = words.value;
  const { told, wish, text = review.sign, children, onBack } = props;
  const key = JSON.stringify(wish, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  const plan = usePlan(wish, key);
  return (
    <div class="stack narrow">
      <h1>{review.title}</h1>
      <section class="panel stack" aria-label={told.title} data-testid="review">
        <h2>{told.title}</h2>
        {told.rows.length === 0 && wish.type === "action" && <p class="soft">{review.none}</p>}
        <Diff rows={told.rows} />
        {children}
      </section>
      <Effect plan={plan} wish={wish} />
      <Ways plan={plan} text={text} />
      <button class="button plain" type="button" onClick={onBack}>
        {common.back}
      </button>
    </div>
  );
}

/** The last look at an action of the brand. */
export function ReviewAction(props: {
  readonly brand: BrandId;
  readonly action: BrandAction;
  readonly children?: ComponentChildren;
  readonly onBack: () => void;
}) {
  const { brand, action, children, onBack } = props;
  const now = shown.value;
  return now === null ? (
    <Waiting text={words.value.common.loading} />
  ) : (
    <Known shown={now} brand={brand} action={action} onBack={onBack}>
      {children}
    </Known>
  );
}

function Known(props: Parameters<typeof ReviewAction>[0] & { readonly shown: Shown }) {
  const { brand, action, children, onBack } = props;
  const { now, error } = useNow(props.shown, [action]);
  return (
    <>
      <Fault error={error} />
      <Review told={tellAction(action, now, say.value)} wish={{ type: "action", brand, action }} onBack={onBack}>
        {children}
      </Review>
    </>
  );
}
