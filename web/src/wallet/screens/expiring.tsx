/** The points by the month in which they go. */

import type { api } from "@lojal/client";

import { lastDayText, shortMonthText } from "../../shared/format.js";
import { Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { shown } from "../model/account.js";
import { brandOf } from "../model/network.js";
import { amountOf, Heading } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { words } from "../words/index.js";
import { screenWords } from "../words/screens.js";

const [WIDTH, HEIGHT, FOOT, HEAD] = [320, 132, 22, 18];

function Bars({ balance }: { readonly balance: api.Balance }) {
  const lots = balance.lots.slice(0, 12);
  const most = lots.reduce((max, { amount }) => (amount > max ? amount : max), 1n as bigint);
  const step = WIDTH / Math.max(lots.length, 4);
  const room = HEIGHT - FOOT - HEAD;
  return (
    <svg class="bars" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {lots.map(({ expiry, amount }, at) => {
        const height = Math.max(3, (Number(amount) / Number(most)) * room);
        const middle = (at + 0.5) * step;
        const label = expiry === "never" ? "∞" : shortMonthText(expiry, language.value);
        return (
          <g key={expiry}>
            <rect x={middle - step * 0.3} y={HEAD + room - height} width={step * 0.6} height={height} rx="5" />
            <text class="value" x={middle} y={HEAD + room - height - 5} text-anchor="middle">
              {lots.length <= 6 ? amountOf(balance.brand, amount) : ""}
            </text>
            <text x={middle} y={HEIGHT - 6} text-anchor="middle">
              {label}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function OfBrand({ balance }: { readonly balance: api.Balance }) {
  const { expiring } = screenWords.value;
  const { common } = words.value;
  const { name } = brandOf(balance.brand);
  return (
    <section class="panel stack" aria-label={name}>
      <div class="row between">
        <h2>{name}</h2>
        <span class="number">{amountOf(balance.brand, balance.total)}</span>
      </div>
      {balance.lots.length > 1 && <Bars balance={balance} />}
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{expiring.month}</th>
            <th scope="col" class="end">
              {common.points}
            </th>
          </tr>
        </thead>
        <tbody>
          {balance.lots.map(({ expiry, amount }) => (
            <tr key={expiry}>
              <td>{lastDayText(expiry, language.value) ?? common.never}</td>
              <td class="end number">{amountOf(balance.brand, amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The screen. */
export function Expiring() {
  const { expiring } = screenWords.value;
  const { common } = words.value;
  const balances = shown.value?.own.account.balances.filter(({ lots }) => lots.length > 0);
  return (
    <div class="stack">
      <div>
        <Heading title={expiring.title} back="" />
        <Shield />
      </div>
      <p class="soft">{expiring.lead}</p>
      {balances === undefined && <Waiting text={common.loading} />}
      {balances?.length === 0 && <p class="panel soft">{expiring.none}</p>}
      {balances?.map((balance) => (
        <OfBrand key={balance.brand} balance={balance} />
      ))}
    </div>
  );
}
