/** The brand's webhooks at this gateway: which there are, how far each has come, and what became of each attempt. */

import type { api, BrandId } from "@lojal/client";
import { isProblem } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Field, Notice, saveFile, Waiting } from "../../shared/parts.js";
import { goTo, linkTo } from "../../shared/route.js";
import { isKeyHere, signer } from "../../wallet/model/session.js";
import { Heading } from "../../wallet/ui/parts.js";
import { chosen, has } from "../model/brand.js";
import { csvOf } from "../model/csv.js";
import { say } from "../model/saying.js";
import { askWebhooks, readWebhooks, webhooks } from "../model/webhooks.js";
import { Facts, Fault, Panel, TextInput } from "../ui/parts.js";
import { words } from "../words/index.js";
import { Secret } from "./webhook-new.js";

type Webhook = api.Webhook;

/** The facts of a webhook. */
function factsOf(hook: Webhook): readonly (readonly [string, string])[] {
  const { webhooks: text, common } = words.value;
  return [
    [text.types, hook.types.length === 0 ? common.all : hook.types.join(", ")],
    [text.reached, hook.reached],
    [text.registered, say.value.moment(hook.registeredMs)],
  ];
}

function One({ hook }: { readonly hook: Webhook }) {
  const { webhooks: text } = words.value;
  return (
    <Panel
      title={hook.url}
      aside={<span class={hook.active ? "chip" : "chip warn"}>{hook.active ? text.active : text.stopped}</span>}
    >
      <Facts facts={factsOf(hook)} />
      {hook.failures > 0 && (
        <p class="row bad small">
          <Icon name="alert" />
          <span>
            {text.failing(say.value.number(hook.failures))}
            {hook.nextMs !== null && ` · ${text.next(say.value.moment(hook.nextMs))}`}
          </span>
        </p>
      )}
      {hook.dead > 0 && <p class="bad small">{text.dead(say.value.number(hook.dead))}</p>}
      <a class="button plain" href={linkTo("webhook", hook.id)}>
        {text.deliveries}
        <span class="hidden"> {hook.url}</span>
      </a>
    </Panel>
  );
}

/** The state of a question that is asked by a press. */
interface Asking {
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly run: (how: () => Promise<void>) => void;
}

/** Asks by a press, once at a time. */
function useAsking(): Asking {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = (how: () => Promise<void>): void => {
    setBusy(true);
    setError(null);
    how()
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return { isBusy, error, run };
}

/** The screen. */
export function Webhooks() {
  const { webhooks: text } = words.value;
  const brand = chosen.value;
  const { isBusy, error, run } = useAsking();
  const [all, isAdmin] = [webhooks.value, has("admin")];
  useEffect(() => {
    // With the key at hand nothing has to be asked for first.
    if (brand !== null && isAdmin && signer.value !== null) {
      run(() => readWebhooks(brand));
    }
  }, [brand, isAdmin]);
  if (brand === null) {
    return null;
  }
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <p class="soft">{text.lead}</p>
      <Fault error={error} />
      {!isAdmin && <p class="panel soft">{text.onlyAdmin}</p>}
      {isBusy && <Waiting text={words.value.common.loading} />}
      {isAdmin && !isKeyHere.value && <p class="panel soft">{text.elsewhere}</p>}
      {isAdmin && isKeyHere.value && all === null && !isBusy && (
        <div class="panel stack narrow">
          <p>{text.freshLead}</p>
          <button class="button" type="button" onClick={() => run(() => readWebhooks(brand))}>
            <Icon name="key" />
            {text.show}
          </button>
        </div>
      )}
      {isAdmin && all !== null && (
        <>
          <a class="button" href={linkTo("webhook-new")}>
            {text.add}
          </a>
          {all.length === 0 && <p class="panel soft">{text.none}</p>}
          <div class="grid two">
            {all.map((hook) => (
              <One key={hook.id} hook={hook} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

const PLACE = /^(?:0|[1-9][0-9]{0,19})(?:-(?:0|[1-9][0-9]{0,9})-(?:0|[1-9][0-9]{0,9}))?$/;

function Replay({ brand, id, onDone }: {
  readonly brand: BrandId;
  readonly id: string;
  readonly onDone: () => void;
}) {
  const { webhooks: text } = words.value;
  const [after, setAfter] = useState("");
  const [isDone, setDone] = useState(false);
  const { isBusy, error, run } = useAsking();
  const place = after.trim();
  const isPlace = place === "" || PLACE.test(place);
  const submit = (event: Event): void => {
    event.preventDefault();
    setDone(false);
    run(async () => {
      await askWebhooks((client) => client.replay(brand, id, place === "" ? null : (place as api.EventPlace)));
      setDone(true);
      onDone();
    });
  };
  return (
    <Panel title={text.replay}>
      <p class="soft">{text.replayLead}</p>
      <form class="stack" onSubmit={submit}>
        <Field label={text.after} wrong={isPlace ? "" : text.afterBad}>
          {(field, hint) => <TextInput id={field} hint={hint} isMono value={after} onValue={setAfter} />}
        </Field>
        <Fault error={error} />
        {isDone && (
          <Notice>
            <p role="status">{text.replayed}</p>
          </Notice>
        )}
        <button class="button plain" type="submit" disabled={isBusy || !isPlace}>
          {text.replay}
        </button>
      </form>
    </Panel>
  );
}

function Roll({ brand, id }: { readonly brand: BrandId; readonly id: string }) {
  const { webhooks: text } = words.value;
  const [rolled, setRolled] = useState<api.WebhookSecret | null>(null);
  const { isBusy, error, run } = useAsking();
  return (
    <Panel title={text.roll}>
      <p class="soft">{text.rollLead}</p>
      <Fault error={error} />
      {rolled !== null && <Secret secret={rolled} onKept={() => setRolled(null)} />}
      {rolled === null && (
        <button
          class="button plain"
          type="button"
          disabled={isBusy}
          onClick={() => run(async () => setRolled(await askWebhooks((client) => client.roll(brand, id))))}
        >
          {text.roll}
        </button>
      )}
    </Panel>
  );
}

function Remove({ brand, id }: { readonly brand: BrandId; readonly id: string }) {
  const { webhooks: text, common } = words.value;
  const [isAsked, setAsked] = useState(false);
  const { isBusy, error, run } = useAsking();
  const remove = async (): Promise<void> => {
    try {
      await askWebhooks((client) => client.remove(brand, id));
    } catch (fault) {
      // What is gone already needs no second removal.
      if (!isProblem(fault, "unknown_webhook")) {
        throw fault;
      }
    }
    await readWebhooks(brand);
    goTo("webhooks");
  };
  return (
    <Panel title={text.remove}>
      <p class="soft">{text.removeAsk}</p>
      <Fault error={error} />
      <div class="row wrap">
        {isAsked ? (
          <>
            <button class="button danger" type="button" disabled={isBusy} onClick={() => run(remove)}>
              {text.removeYes}
            </button>
            <button class="button plain" type="button" onClick={() => setAsked(false)}>
              {common.cancel}
            </button>
          </>
        ) : (
          <button class="button plain" type="button" onClick={() => setAsked(true)}>
            {text.remove}
          </button>
        )}
      </div>
    </Panel>
  );
}

/** An attempt, and whether it was the last one for its event. */
interface Tried extends api.Attempt {
  readonly isDead: boolean;
}

function Attempts({ brand, tried }: { readonly brand: BrandId; readonly tried: readonly Tried[] }) {
  const { webhooks: text, common } = words.value;
  const outcome = ({ fault, isDead }: Tried): string =>
    fault === null ? text.delivered : isDead ? `${text.gaveUp}: ${fault}` : fault;
  const table = (): string =>
    csvOf(
      ["time", "event", "type", "given_up", "fault"],
      tried.map(({ timeMs, event, type, isDead, fault }) => {
        return [new Date(timeMs).toISOString(), event, type, String(isDead), fault ?? ""];
      }),
    );
  return tried.length === 0 ? (
    <p class="soft">{text.deliveriesNone}</p>
  ) : (
    <>
      <ul class="list" data-testid="attempts">
        {tried.map((one, at) => (
          <li class="row" key={at}>
            <Icon name={one.fault === null ? "check" : "cross"} />
            <span class="grow">
              <strong>{one.event}</strong>{" "}
              <span class="small soft">
                {one.type} · {say.value.moment(one.timeMs)}
              </span>
              <br />
              <span class={one.fault === null ? "small good" : "small bad"}>{outcome(one)}</span>
            </span>
          </li>
        ))}
      </ul>
      <button
        class="button plain"
        type="button"
        onClick={() => saveFile(`lojal-${brand}-deliveries.csv`, "text/csv", table())}
      >
        <Icon name="down" />
        {common.csv}
      </button>
    </>
  );
}

/** The screen of one webhook. */
export function WebhookScreen({ of }: { readonly of: string }) {
  const { webhooks: text, common } = words.value;
  const brand = chosen.value;
  const [told, setTold] = useState<api.Deliveries | null>(null);
  const { isBusy, error, run } = useAsking();
  const look = (): void => {
    if (brand !== null) {
      run(async () => {
        setTold(await askWebhooks((client) => client.deliveries(brand, of)));
        await readWebhooks(brand);
      });
    }
  };
  useEffect(look, [brand, of]);
  const hook = webhooks.value?.find(({ id }) => id === of);
  if (brand === null) {
    return null;
  }
  const dead = new Set((told?.dead ?? []).map(({ event, timeMs }) => `${event} ${timeMs}`));
  const later = (told?.attempts ?? []).map((one) => ({ ...one, isDead: dead.has(`${one.event} ${one.timeMs}`) }));
  const earlier = (told?.dead ?? [])
    .filter(({ event, timeMs }) => !later.some((one) => one.event === event && one.timeMs === timeMs))
    .map((one) => ({ ...one, isDead: true }));
  return (
    <div class="stack narrow">
      <Heading title={text.deliveries} back="webhooks" />
      <Fault error={error} />
      {hook !== undefined && (
        <Panel title={hook.url}>
          <Facts facts={[...factsOf(hook), [text.publicKey, hook.publicKey]]} />
        </Panel>
      )}
      <Panel title={text.deliveries}>
        {told === null && isBusy && <Waiting text={common.loading} />}
        {told === null && !isBusy && (
          <button class="button" type="button" onClick={look}>
            {text.show}
          </button>
        )}
        {told !== null && <Attempts brand={brand} tried={[...later, ...earlier]} />}
      </Panel>
      {told !== null && (
        <>
          <Replay brand={brand} id={of} onDone={look} />
          <Roll brand={brand} id={of} />
          <Remove brand={brand} id={of} />
        </>
      )}
    </div>
  );
}
