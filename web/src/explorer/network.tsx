/** The network: its last block, who decides, and headers as they come. */

import { addressToText } from "@lojal/client";
import type { Address } from "@lojal/client";

import { clockText, momentText, numberText, shortAddress } from "../shared/format.js";
import { Icon } from "../shared/icon.js";
import { language } from "../shared/preferences.js";
import { headers, network, useAnswer } from "./model.js";
import { words } from "./words.js";

/** The name of a validator by its address. */
function proposerName(address: Address, names: ReadonlyMap<Address, string>): string {
  const kind = network.value?.genesis.network ?? "main";
  return names.get(address) ?? shortAddress(addressToText(address, kind));
}

/** The screen. */
export function NetworkScreen() {
  const text = words.value.network;
  const told = useAnswer((client) => client.validators());
  const names = new Map((told?.validators ?? []).map(({ address, name }) => [address, String(name)]));
  const [tip] = headers.value;
  const number = (value: bigint): string => numberText(value, language.value);
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <div class="grid lead">
        <section class="tip" aria-label={text.height} aria-live="polite">
          <p>{network.value?.genesis.document.name}</p>
          <p class="big" data-testid="height">
            {tip === undefined ? "…" : number(tip.height)}
          </p>
          <p>{tip === undefined ? words.value.loading : momentText(tip.timeMs, language.value)}</p>
          {tip !== undefined && (
            <p class="row">
              <Icon name="shield" />
              {text.proven}
            </p>
          )}
          <p class="mono">{network.value?.genesis.chainId}</p>
        </section>
        <section class="panel stack" aria-label={text.validators}>
          <h2>{text.validators}</h2>
          <ul class="list">
            {(told?.validators ?? []).map(({ name, power, since }) => (
              <li class="row between wrap" key={name}>
                <strong>{name}</strong>
                <span class="soft small">
                  {text.power(number(power), number(told?.totalPower ?? 0n))} · {text.since(number(since))}
                </span>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <section class="panel stack" aria-label={text.live}>
        <h2>{text.live}</h2>
        <p class="soft">{text.lead}</p>
        <ul class="list heads">
          {headers.value.map((header) => (
            <li key={String(header.height)}>
              <strong>{text.block(number(header.height))}</strong>
              <span class="soft small">
                {text.proposer} {proposerName(header.proposer, names)}
              </span>
              <span class="number">{clockText(header.timeMs, language.value)}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
