/** What the brand may still have to give: its points with members by the month in which they expire. */

import type { api, BrandId, Points } from "@lojal/client";
import { plusMonths } from "@lojal/client";
import { useState } from "preact/hooks";

import { monthText, shortMonthText } from "../../shared/format.js";
import { Field } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { expiriesTable, shareOf, sumOf } from "../model/list-tables.js";
import { say } from "../model/saying.js";
import { Chart, SaveTable, Tile } from "../ui/list-parts.js";
import { Panel, Select } from "../ui/parts.js";
import { listWords } from "../words/lists.js";

interface Part {
  readonly brand: BrandId;
  readonly month: api.BrandMonth;
}

function amountOf(parts: readonly api.PointsByExpiry[]): Points {
  return sumOf(parts.map(({ points }) => points));
}

function shareText(points: Points, whole: Points): string {
  const share = shareOf(points, whole);
  return share === null ? "–" : `${say.value.number(share)} %`;
}

function Tiles({ brand, month: { month, byExpiry, outstanding } }: Part) {
  const text = listWords.value.liability;
  const soon = amountOf(byExpiry.filter(({ expiry }) => expiry < plusMonths(month, 3)));
  const never = amountOf(byExpiry.filter(({ expiry }) => expiry === "never"));
  const points = (amount: Points): string => say.value.points(amount, brand);
  return (
    <dl class="tiles">
      <Tile name={text.total} value={points(outstanding)} />
      <Tile name={text.soon} value={points(soon)} note={shareText(soon, outstanding)} />
      <Tile name={text.never} value={points(never)} note={shareText(never, outstanding)} />
    </dl>
  );
}

function Expiries({ brand, month }: Part) {
  const text = listWords.value.liability;
  const { byExpiry, outstanding } = month;
  const groups = byExpiry.map(({ expiry, points }) => {
    return { label: barText(expiry), values: [{ look: "issued", amount: points as bigint }] };
  });
  if (byExpiry.length === 0) {
    return <p class="panel soft">{text.none}</p>;
  }
  return (
    <Panel title={text.chart}>
      <Chart groups={groups} places={8} />
      <div class="scroll" tabIndex={0} role="group" aria-label={text.chart}>
        <table class="table" data-testid="expiries">
          <thead>
            <tr>
              <th scope="col">{text.expiry}</th>
              <th scope="col" class="end">
                {text.points}
              </th>
              <th scope="col" class="end">
                {text.share}
              </th>
            </tr>
          </thead>
          <tbody>
            {byExpiry.map(({ expiry, points }) => (
              <tr key={expiry}>
                <th scope="row">{expiry === "never" ? text.never : monthText(expiry, language.value)}</th>
                <td class="end number">{say.value.points(points, brand)}</td>
                <td class="end soft">{shareText(points, outstanding)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="row wrap">
        <SaveTable
          name={`${brand}-liability-${month.month}`}
          isReady
          table={() => expiriesTable(month, brand, say.value)}
        />
      </div>
    </Panel>
  );
}

/** A month under a bar, with its year. */
function barText(expiry: string): string {
  return expiry === "never" ? "∞" : `${shortMonthText(expiry, language.value)} ${expiry.slice(2, 4)}`;
}

/** The part of the screen. */
export function Liability({ brand, told }: { readonly brand: BrandId; readonly told: api.BrandStatistics }) {
  const text = listWords.value.liability;
  const newest = [...told.months].reverse();
  const [wanted, setWanted] = useState<string>("");
  const month = newest.find((one) => one.month === wanted) ?? newest[0];
  if (month === undefined) {
    return <p class="panel soft">{listWords.value.figures.none}</p>;
  }
  const name = (one: api.BrandMonth, at: number): string => {
    const written = monthText(one.month, language.value);
    return at === 0 ? text.now(written) : written;
  };
  return (
    <>
      <p class="soft">{text.lead}</p>
      <div class="fields one">
        <Field label={text.at}>
          {(id) => (
            <Select
              id={id}
              value={month.month as string}
              all={newest.map((one, at) => [one.month as string, name(one, at)] as const)}
              onValue={setWanted}
            />
          )}
        </Field>
      </div>
      <Tiles brand={brand} month={month} />
      <Expiries brand={brand} month={month} />
    </>
  );
}
