/** Operations as a list: when, what, whose, and how many points. */

import { addressToText } from "@lojal/client";
import { useMemo } from "preact/hooks";

import { momentText, shortAddress } from "../../shared/format.js";
import { partsOf, useGrowing } from "../../shared/growing.js";
import type { IconName } from "../../shared/icon.js";
import { Icon } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { theNetwork } from "../../wallet/model/network.js";
import { codeWords, say } from "../model/saying.js";
import type { Line } from "../model/tell-operations.js";
import { accountOf, amountIn, titleOf } from "../model/tell-operations.js";

const ICONS: Readonly<Record<string, IconName>> = {
  issue: "in",
  redeem: "up",
  transfer: "send",
  reverse: "back",
  hold: "lock",
  capture: "check",
  release: "in",
  convert: "swap",
  set_operator: "key",
  remove_operator: "key",
  set_policy: "shield",
  set_pending_days: "clock",
  propose_for_brand: "family",
  approve_for_brand: "family",
  stop_for_brand: "family",
};

function Content({ line }: { readonly line: Line }) {
  const { operation, timeMs, failed } = line;
  const account = accountOf(operation);
  const { network } = theNetwork().genesis;
  const amount = amountIn(operation, say.value);
  const facts = [
    momentText(timeMs as Parameters<typeof momentText>[0], language.value),
    account === null ? null : shortAddress(addressToText(account, network)),
  ].filter((fact) => fact !== null);
  return (
    <>
      <span class="bubble">
        <Icon name={failed === null ? (ICONS[operation.type] ?? "spark") : "cross"} />
      </span>
      <span class="grow">
        <span class={failed === null ? "what" : "what struck"}>{titleOf(operation, say.value)}</span>
        <br />
        <span class="small soft">{facts.join(" · ")}</span>
        {failed !== null && <span class="small bad block">{codeWords(failed)}</span>}
      </span>
      {amount !== null && <span class={failed === null ? "side number" : "side number struck"}>{amount}</span>}
    </>
  );
}

/** A part of the list, made once for the same lines. */
function Part({ lines }: { readonly lines: readonly Line[] }) {
  const items = useMemo(
    () =>
      lines.map((line) => (
        <li key={line.at}>
          {line.id === null ? (
            <span class="item">
              <Content line={line} />
            </span>
          ) : (
            <a class="item" href={linkTo("tx", line.id)}>
              <Content line={line} />
            </a>
          )}
        </li>
      )),
    [lines.map(({ at }) => at).join(" ")],
  );
  return <ul class="list long">{items}</ul>;
}

/** The list. */
export function Lines({ lines }: { readonly lines: readonly Line[] }) {
  const parts = partsOf(lines);
  const { count, foot } = useGrowing(parts.length);
  return (
    <div data-testid="lines">
      {parts.slice(0, count).map((part) => (
        <Part key={part[0]?.at} lines={part} />
      ))}
      {foot}
    </div>
  );
}
