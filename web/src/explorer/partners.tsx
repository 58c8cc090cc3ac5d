/** The agreements between brands, and what they owe each other. */

import type { api, ExactMoney, Points } from "@lojal/client";

import { amountText, dayText } from "../shared/format.js";
import { language } from "../shared/preferences.js";
import { decimalsOf, nameOf, useAnswer } from "./model.js";
import { words } from "./words.js";

function Way({ one }: { readonly one: api.Partnership }) {
  const text = words.value.partners;
  const terms = one.terms ?? one.proposal?.terms;
  if (terms === undefined) {
    return null;
  }
  const amount = (points: bigint, decimals: number): string => {
    return amountText(points as Points, decimals, language.value);
  };
  return (
    <tr>
      <td>
        {nameOf(one.from)} → {nameOf(one.to)}
        {one.terms === null && one.proposal !== null && (
          <>
            <br />
            <span class="small soft">{text.proposal(nameOf(one.proposal.by))}</span>
          </>
        )}
      </td>
      <td class="number">
        {amount(BigInt(terms.rateDen), decimalsOf(one.from))} :{" "}
        {amount(BigInt(terms.rateNum), decimalsOf(one.to))}
      </td>
      <td class="number">{amount(terms.dailyMax, decimalsOf(one.from))}</td>
      <td class="end">{dayText(terms.endsMs, language.value)}</td>
    </tr>
  );
}

/** An exact sum in the settlement currency; its millionths are left out. */
function moneyText({ minor }: ExactMoney, currency: string | null): string {
  const locale = language.value === "sv" ? "sv-SE" : "en-GB";
  const whole = Number(minor) / 100;
  return currency === null
    ? new Intl.NumberFormat(locale).format(minor)
    : new Intl.NumberFormat(locale, { style: "currency", currency }).format(whole);
}

function NettingPanel({ told }: { readonly told: api.Netting }) {
  const text = words.value.partners;
  return told.pairs.length === 0 ? (
    <p class="soft">{text.nettingNone}</p>
  ) : (
    <ul class="list">
      {told.pairs.map(({ first, second, net, netDebtor }) => {
        const creditor = netDebtor === first ? second : first;
        const who = netDebtor === null ? null : text.owes(nameOf(netDebtor), nameOf(creditor));
        return (
          <li class="row between" key={`${first} ${second}`}>
            <span>{who ?? `${nameOf(first)} – ${nameOf(second)}: ${text.even}`}</span>
            <span class="number">{moneyText(net, told.currency)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** The screen. */
export function PartnersScreen() {
  const text = words.value.partners;
  const told = useAnswer((client) => client.partnerships());
  const netting = useAnswer((client) => client.netting());
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <div class="panel">
        {told === null && <p role="status">{words.value.loading}</p>}
        {told?.partnerships.length === 0 && <p class="soft">{text.none}</p>}
        {told !== null && told.partnerships.length > 0 && (
          <div class="scroll" tabIndex={0} role="region" aria-label={text.title}>
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">{text.way}</th>
                  <th scope="col">{text.rate}</th>
                  <th scope="col">{text.daily}</th>
                  <th scope="col" class="end">
                    {text.ends}
                  </th>
                </tr>
              </thead>
              <tbody>
                {told.partnerships.map((one) => (
                  <Way key={`${one.from} ${one.to}`} one={one} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
      <section class="panel stack" aria-label={text.netting}>
        <h2>{text.netting}</h2>
        {netting !== null && <NettingPanel told={netting} />}
      </section>
      <p class="soft small">{words.value.said}</p>
    </div>
  );
}
