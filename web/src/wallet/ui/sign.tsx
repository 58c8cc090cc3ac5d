/** The button that signs, and what would be left after it. */

import type { BrandId, Operation, TransactionId } from "@lojal/client";
import { useState } from "preact/hooks";

import type { IconName } from "../../shared/icon.js";
import { Icon } from "../../shared/icon.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { goTo } from "../../shared/route.js";
import { freshness } from "../model/account.js";
import type { Forecast } from "../model/foretell.js";
import { send } from "../model/outbox.js";
import { screenWords } from "../words/screens.js";
import { amountOf, codeText, errorText } from "./parts.js";

/** What would be left, or why it wouldn't work. */
export function Left(props: {
  readonly forecast: Forecast;
  readonly brand: BrandId;
  /** What is said of it, where it isn't what is left. */
  readonly label?: string;
}) {
  const { forecast, brand, label } = props;
  const { pay } = screenWords.value;
  switch (forecast.type) {
    case "none":
      return null;
    case "asking":
      return <Waiting text={pay.checking} />;
    case "fault":
      return (
        <Notice kind="bad">
          <p>{errorText(forecast.error)}</p>
        </Notice>
      );
    case "told": {
      const { outcome, left } = forecast;
      if (outcome.result !== "applied") {
        return (
          <Notice kind="bad">
            <p>{codeText(outcome.code)}</p>
          </Notice>
        );
      }
      return left === null ? null : (
        <div class="row between" data-testid="left">
          <span class="soft">{label ?? pay.after}</span>
          <span class="number">{amountOf(brand, left as Parameters<typeof amountOf>[1])}</span>
        </div>
      );
    }
  }
}

/** True if a forecast says that it would work. */
export function wouldWork(forecast: Forecast): boolean {
  return forecast.type === "told" && forecast.outcome.result === "applied";
}

/** The reasons for which nothing is sent. */
export function Obstacles({ error, isOffline }: { readonly error: unknown; readonly isOffline: boolean }) {
  return (
    <>
      {error !== null && (
        <Notice kind="bad">
          <p>{errorText(error)}</p>
        </Notice>
      )}
      {isOffline && (
        <Notice kind="warn">
          <p>{screenWords.value.pay.cantNow}</p>
        </Notice>
      )}
    </>
  );
}

/** Signs and sends, once however often it is pressed, and shows what becomes of it. */
export function SignButton(props: {
  readonly text: string;
  readonly icon?: IconName;
  readonly operations: () => readonly Operation[];
  readonly isReady?: boolean;
  readonly kind?: "plain" | "danger";
  readonly before?: () => Promise<readonly Operation[]>;
  readonly to?: string;
  /** Is told what was signed, before it is shown what becomes of it. */
  readonly onSent?: (id: TransactionId) => Promise<void>;
}) {
  const { text, icon, operations, isReady = true, kind, before, to = "sent", onSent } = props;
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isOffline = freshness.value === "offline";
  const run = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const id = await send(before === undefined ? operations() : await before());
      await onSent?.(id);
      goTo(to, id);
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="stack">
      <Obstacles error={error} isOffline={isOffline} />
      <button
        class={`button wide ${kind ?? ""}`}
        type="button"
        disabled={!isReady || isBusy || isOffline}
        onClick={() => void run()}
      >
        {isBusy ? <span class="spinner" aria-hidden="true" /> : icon !== undefined && <Icon name={icon} />}
        {text}
      </button>
    </div>
  );
}
