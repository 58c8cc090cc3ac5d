/** The member's own code at the till, and the points that land while it is shown. */

import { Qr } from "../../shared/qr.js";
import { lastEvent } from "../model/account.js";
import { entryOf } from "../model/describe.js";
import { brandOf } from "../model/network.js";
import { wallet } from "../model/session.js";
import { amountOf, CopyButton, Heading } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { screenWords } from "../words/screens.js";

function Live() {
  const { show } = screenWords.value;
  const own = wallet.value?.address;
  const operation = lastEvent.value?.data.operation ?? null;
  const entry = operation === null || own === undefined ? null : entryOf(operation, own);
  const isGain = entry !== null && entry.isIncoming && entry.brand !== null && entry.amount !== null;
  return (
    <div class="live" role="status">
      {isGain && entry.brand !== null && entry.amount !== null ? (
        <span class="got" key={lastEvent.value?.id}>
          {show.got(amountOf(entry.brand, entry.amount), brandOf(entry.brand).name)}
        </span>
      ) : (
        <span class="row soft">
          <span class="spinner" aria-hidden="true" />
          {show.waiting}
        </span>
      )}
    </div>
  );
}

/** The screen. */
export function Show() {
  const { show } = screenWords.value;
  const address = wallet.value?.addressText ?? "";
  return (
    <div class="stack">
      <Heading title={show.title} />
      <p class="soft">{show.lead}</p>
      <div class="code">
        <Qr text={address.toUpperCase()} label={show.qr} />
      </div>
      <Live />
      <div class="panel stack">
        <h2>{show.address}</h2>
        <p class="mono" data-testid="address">
          {address}
        </p>
        <CopyButton text={address} />
      </div>
      <Shield />
    </div>
  );
}
