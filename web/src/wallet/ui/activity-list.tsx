/** Transactions as a list. */

import type { api } from "@lojal/client";
import { addressToText } from "@lojal/client";
import { useMemo } from "preact/hooks";

import { clockText, shortAddress } from "../../shared/format.js";
import type { IconName } from "../../shared/icon.js";
import { Icon } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import type { Entry, Kind } from "../model/describe.js";
import { entriesOf } from "../model/describe.js";
import { brandOf, theNetwork } from "../model/network.js";
import { wallet } from "../model/session.js";
import { words } from "../words/index.js";
import { amountOf } from "./parts.js";

const ICONS: Readonly<Record<Kind, IconName>> = {
  issued: "in",
  received: "in",
  redeemed: "up",
  paid: "up",
  sent: "send",
  converted: "swap",
  held: "lock",
  captured: "check",
  released: "in",
  reversed: "back",
  given: "send",
  taken: "check",
  returned: "back",
  refunded: "in",
  repaid: "back",
  household: "family",
  security: "shield",
  recovery: "key",
  other: "spark",
};

/** What an entry is called. */
export function entryTitle({ kind, operation }: Entry): string {
  return words.value.operations[operation] ?? words.value.kinds[kind];
}

/** The kinds whose points aren't the account's own to lose: those that are held, and those that a till deals with. */
const UNSIGNED: readonly Kind[] = ["held", "given", "taken", "returned", "repaid"];

/** The points of an entry, with their sign. */
export function entryAmount({ brand, amount, isIncoming, kind }: Entry): string | null {
  if (brand === null || amount === null) {
    return null;
  }
  const sign = isIncoming ? "+" : UNSIGNED.includes(kind) ? "" : "−";
  return `${sign}${amountOf(brand, amount)}`;
}

function Line({ status, entry }: { readonly status: api.TransactionStatus; readonly entry: Entry }) {
  const { state } = status;
  const isFailed = state.status === "committed" && state.receipt.result === "failed";
  const amount = entryAmount(entry);
  const other = entry.other === null ? null : addressToText(entry.other, theNetwork().genesis.network);
  const brand = entry.brand === null ? null : brandOf(entry.brand).name;
  const time = state.status === "committed" ? clockText(state.timeMs, language.value) : "";
  return (
    <a class="item" href={linkTo("receipt", status.id)}>
      <span class="bubble">
        <Icon name={isFailed ? "cross" : ICONS[entry.kind]} />
      </span>
      <span class="grow">
        <span class={isFailed ? "what struck" : "what"}>{entryTitle(entry)}</span>
        <br />
        <span class="small soft">
          {[time, brand, other === null ? null : shortAddress(other)]
            .filter((part) => part !== null)
            .join(" · ")}
          {isFailed && ` · ${words.value.activity.failed}`}
        </span>
      </span>
      {amount !== null && (
        <span class={`side number ${isFailed ? "struck" : entry.isIncoming ? "good" : ""}`}>
          {amount}
          {entry.received !== null && (
            <>
              <br />
              <span class="small good">
                +{amountOf(entry.received.brand, entry.received.amount)} {brandOf(entry.received.brand).name}
              </span>
            </>
          )}
        </span>
      )}
    </a>
  );
}

/** The transactions, each as what it means to the account. */
export function ActivityList({ items }: { readonly items: readonly api.TransactionStatus[] }) {
  const own = wallet.value?.address;
  return useMemo(() => {
    if (own === undefined) {
      return null;
    }
    const lines = items.flatMap((status) => entriesOf(status, own).map((entry, at) => ({ status, entry, at })));
    return (
      <ul class="list long">
        {lines.map(({ status, entry, at }) => (
          <li key={`${status.id}-${at}`}>
            <Line status={status} entry={entry} />
          </li>
        ))}
      </ul>
    );
  }, [items, own]);
}
