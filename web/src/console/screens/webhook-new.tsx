/** A new webhook, and its secret, which is shown once. */

import type { api } from "@lojal/client";
import { useState } from "preact/hooks";

import { Field, Notice, Tick } from "../../shared/parts.js";
import { goTo } from "../../shared/route.js";
import { CopyButton, Heading } from "../../wallet/ui/parts.js";
import { chosen } from "../model/brand.js";
import { say } from "../model/saying.js";
import { askWebhooks, readWebhooks } from "../model/webhooks.js";
import { Fault, Panel, TextInput } from "../ui/parts.js";
import { words } from "../words/index.js";

const TYPES = ["points", "hold", "policy", "operator", "partnership", "settlement", "brand_motion"] as const;
type Type = (typeof TYPES)[number];

/** A secret, which nobody can see again. */
export function Secret({ secret, onKept }: { readonly secret: api.WebhookSecret; readonly onKept: () => void }) {
  const { webhooks: text } = words.value;
  return (
    <Notice kind="warn" icon="key">
      <strong>{text.secretTitle}</strong>
      <p>{text.secretLead}</p>
      <p class="small soft">{text.secret}</p>
      <p class="mono" data-testid="secret">
        {secret.secret}
      </p>
      <CopyButton text={secret.secret} />
      <p class="small soft">{text.publicKey}</p>
      <p class="mono">{secret.webhook.publicKey}</p>
      <button class="button" type="button" onClick={onKept}>
        {text.kept}
      </button>
    </Notice>
  );
}

/** True if a text could be an address that a gateway sends to; the gateway has the last word. */
function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** The screen. */
export function WebhookNew() {
  const { webhooks: text, common } = words.value;
  const brand = chosen.value;
  const [url, setUrl] = useState("");
  const [types, setTypes] = useState<readonly Type[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [added, setAdded] = useState<api.WebhookSecret | null>(null);
  const isRight = isAddress(url.trim());
  const submit = (event: Event): void => {
    event.preventDefault();
    if (brand === null) {
      return;
    }
    setBusy(true);
    setError(null);
    askWebhooks((client) => client.add(brand, { url: url.trim(), types }))
      .then(setAdded, setError)
      .finally(() => setBusy(false));
  };
  if (added !== null && brand !== null) {
    const kept = (): void => {
      // The list is asked for anew where it is shown.
      void readWebhooks(brand).catch(() => undefined);
      goTo("webhooks");
    };
    return (
      <div class="stack narrow">
        <h1>{text.addTitle}</h1>
        <Panel title={added.webhook.url}>
          <Secret secret={added} onKept={kept} />
        </Panel>
      </div>
    );
  }
  return (
    <div class="stack narrow">
      <Heading title={text.addTitle} back="webhooks" />
      <form class="panel stack" onSubmit={submit}>
        <Field label={text.url} wrong={url !== "" && !isRight ? text.urlBad : ""}>
          {(id, hint) => <TextInput id={id} hint={hint} mode="url" isMono value={url} onValue={setUrl} />}
        </Field>
        <fieldset class="stack tight">
          <legend>{text.types}</legend>
          <p class="small soft">{text.typesHint}</p>
          {TYPES.map((type) => (
            <Tick
              key={type}
              label={say.value.words.events[type]}
              isOn={types.includes(type)}
              onValue={(isOn) => setTypes(isOn ? [...types, type] : types.filter((one) => one !== type))}
            />
          ))}
        </fieldset>
        <Fault error={error} />
        <button class="button" type="submit" disabled={!isRight || isBusy}>
          {text.add}
        </button>
        <button class="button plain" type="button" onClick={() => goTo("webhooks")}>
          {common.cancel}
        </button>
      </form>
    </div>
  );
}
