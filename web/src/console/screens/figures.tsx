/** Key figures: the brand's points by month, what it may still have to give, and whose points expire soon. */

import "../lists.css";

import type { api, BrandId } from "@lojal/client";
import { ListClient } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { monthText, shortMonthText } from "../../shared/format.js";
import { Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { ask } from "../../wallet/model/network.js";
import { chosen, shown } from "../model/brand.js";
import { monthsTable, shareOf, SUMS, sumOf } from "../model/list-tables.js";
import { say } from "../model/saying.js";
import { Chart, SaveTable, Tile } from "../ui/list-parts.js";
import { Fault, Panel, Said } from "../ui/parts.js";
import { words } from "../words/index.js";
import { listWords } from "../words/lists.js";
import { Expiring } from "./expiring.js";
import { Liability } from "./liability.js";

/** Months that a chart has room for, and over which a rate is told. */
const YEAR = 12;

interface Part {
  readonly brand: BrandId;
  readonly told: api.BrandStatistics;
}

function Tiles({ brand, told }: Part) {
  const text = listWords.value.figures;
  const now = told.months.at(-1);
  const before = told.months.at(-2);
  if (now === undefined) {
    return <p class="panel soft">{text.none}</p>;
  }
  const points = (amount: Parameters<typeof say.value.points>[0]): string => say.value.points(amount, brand);
  const month = (one: api.BrandMonth): string => monthText(one.month, language.value);
  const last = (name: "issued" | "redeemed"): string | undefined => {
    return before === undefined ? undefined : text.before(points(before[name]), month(before));
  };
  const year = told.months.slice(-YEAR);
  const rate = shareOf(sumOf(year.map((one) => one.redeemed)), sumOf(year.map((one) => one.issued)));
  return (
    <>
      <h2>{text.soFar(month(now))}</h2>
      <dl class="tiles" data-testid="tiles">
        <Tile name={text.outstanding} value={points(now.outstanding)} note={text.heldToo(points(now.held))} />
        <Tile name={text.issued} value={points(now.issued)} {...noted(last("issued"))} />
        <Tile name={text.redeemed} value={points(now.redeemed)} {...noted(last("redeemed"))} />
        <Tile
          name={text.rate}
          value={rate === null ? "–" : `${say.value.number(rate)} %`}
          note={text.rateOver(year.length)}
        />
      </dl>
    </>
  );
}

function noted(note: string | undefined): { readonly note?: string } {
  return note === undefined ? {} : { note };
}

function Months({ brand, told }: Part) {
  const text = listWords.value.figures;
  const newest = [...told.months].reverse();
  const groups = told.months.slice(-YEAR).map(({ month, issued, redeemed }) => {
    const values = [
      { look: "issued", amount: issued as bigint },
      { look: "redeemed", amount: redeemed as bigint },
    ];
    return { label: shortMonthText(month, language.value), values };
  });
  return (
    <>
      <Panel
        title={text.chart}
        aside={
          <p class="key">
            <span>
              <i />
              {text.issued}
            </span>
            <span>
              <i class="redeemed" />
              {text.redeemed}
            </span>
          </p>
        }
      >
        <Chart groups={groups} places={6} />
      </Panel>
      <Panel title={text.table}>
        <div class="scroll" tabIndex={0} role="group" aria-label={text.table}>
          <table class="table" data-testid="months">
            <thead>
              <tr>
                <th scope="col">{text.month}</th>
                {SUMS.map((name) => (
                  <th scope="col" class="end" key={name}>
                    {text[name]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {newest.map((one) => (
                <tr key={one.month}>
                  <th scope="row">{monthText(one.month, language.value)}</th>
                  {SUMS.map((name) => (
                    <td class="end" key={name}>
                      {say.value.points(one[name], brand)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="small soft">{text.zone}</p>
        <div class="row wrap">
          <SaveTable
            name={`${brand}-months`}
            isReady={told.months.length > 0}
            table={() => monthsTable(told.months, brand, say.value)}
          />
        </div>
      </Panel>
    </>
  );
}

/** What the gateway has counted; asked for again whenever the brand's totals are. */
function useStatistics(brand: BrandId | null): { readonly told: api.BrandStatistics | null; readonly error: unknown } {
  const [told, setTold] = useState<api.BrandStatistics | null>(null);
  const [error, setError] = useState<unknown>(null);
  const totals = Object.values(shown.value?.brand.totals ?? {}).join();
  useEffect(() => {
    let isOld = false;
    if (brand !== null) {
      ask((client) => new ListClient(client).statistics(brand)).then(
        (answer) => {
          if (!isOld) {
            setTold(answer);
            setError(null);
          }
        },
        (fault: unknown) => (isOld ? undefined : setError(fault)),
      );
    }
    return () => {
      isOld = true;
    };
  }, [brand, totals]);
  return { told, error };
}

function Counted({ brand, part }: { readonly brand: BrandId; readonly part: string }) {
  const text = listWords.value.figures;
  const { told, error } = useStatistics(brand);
  return (
    <>
      <Fault error={error} />
      {told === null && error === null && <Waiting text={words.value.common.loading} />}
      {told !== null && part === "liability" && <Liability brand={brand} told={told} />}
      {told !== null && part !== "liability" && <Tiles brand={brand} told={told} />}
      {told !== null && part !== "liability" && told.months.length > 0 && <Months brand={brand} told={told} />}
      {told !== null && (
        <p class="small soft">
          {text.upTo(say.value.number(told.height), say.value.moment(told.timeMs))}
          {told.completeFrom !== null && ` ${text.from(say.value.number(told.completeFrom))}`}
        </p>
      )}
      <Said />
    </>
  );
}

/** The screen; `of` is the part of it that is shown. */
export function Figures({ of }: { readonly of: string }) {
  const text = listWords.value.figures;
  const brand = chosen.value;
  const all = [
    ["", text.tabs.months],
    ["liability", text.tabs.liability],
    ["expiring", text.tabs.expiring],
  ] as const;
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <nav class="tabs" aria-label={text.title}>
        {all.map(([part, name]) => (
          <a key={part} href={linkTo("figures", part)} aria-current={of === part ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
      {brand !== null && of === "expiring" && <Expiring key={brand} brand={brand} />}
      {brand !== null && of !== "expiring" && <Counted key={brand} brand={brand} part={of} />}
    </div>
  );
}
