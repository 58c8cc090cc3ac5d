/** The accounts of which points expire soon, with what goes in all. */

import type { api, BrandId } from "@lojal/client";
import { ListClient } from "@lojal/client";
import { useState } from "preact/hooks";

import { monthText } from "../../shared/format.js";
import { Field } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { ask } from "../../wallet/model/network.js";
import { expiringTable } from "../model/list-tables.js";
import { usePages } from "../model/pages.js";
import { say } from "../model/saying.js";
import { ListFoot, Tile } from "../ui/list-parts.js";
import { Said, Select } from "../ui/parts.js";
import { listWords } from "../words/lists.js";

/** Most rows that are shown at a time. */
const ROWS_MAX = 200;
const SPANS = ["1", "3", "6", "12"] as const;

interface Row {
  readonly account: api.ExpiringAccount["account"];
  readonly lot: api.ExpiringAccount["lots"][number];
}

function rowsOf(accounts: readonly api.ExpiringAccount[]): readonly Row[] {
  const rows = accounts.flatMap(({ account, lots }) => lots.map((lot) => ({ account, lot })));
  return rows.sort((one, other) => {
    const first = one.lot.expiry === other.lot.expiry ? 0 : one.lot.expiry < other.lot.expiry ? -1 : 1;
    return first === 0 ? Number(other.lot.amount - one.lot.amount) : first;
  });
}

function Table({ rows, brand }: { readonly rows: readonly Row[]; readonly brand: BrandId }) {
  const { expiring: text, members } = listWords.value;
  return (
    <>
      <div class="scroll" tabIndex={0} role="group" aria-label={text.months}>
        <table class="table" data-testid="expiring">
          <thead>
            <tr>
              <th scope="col">{text.account}</th>
              <th scope="col">{text.expiry}</th>
              <th scope="col" class="end">
                {text.points}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS_MAX).map(({ account, lot }) => (
              <tr key={`${account} ${lot.expiry}`}>
                <td>
                  <a class="mono" href={linkTo("transactions", `all/${say.value.address(account)}`)}>
                    {say.value.account(account)}
                  </a>
                </td>
                <td>{monthText(lot.expiry, language.value)}</td>
                <td class="end number">{say.value.points(lot.amount, brand)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > ROWS_MAX && <p class="small soft">{members.shown(say.value.number(ROWS_MAX))}</p>}
    </>
  );
}

function Of({ brand, months }: { readonly brand: BrandId; readonly months: number }) {
  const text = listWords.value.expiring;
  const list = usePages(`${brand} ${months}`, async (cursor) => {
    const answer = await ask((client) => new ListClient(client).expiring(brand, months, cursor));
    return { items: answer.accounts, answer, cursor: answer.nextCursor };
  });
  const rows = rowsOf(list.items);
  const sums = list.last?.points ?? [];
  return (
    <>
      {sums.length > 0 && (
        <dl class="tiles" data-testid="sums">
          {sums.map(({ expiry, points }) => (
            <Tile
              key={expiry}
              name={`${text.expiry} ${monthText(expiry, language.value)}`}
              value={say.value.points(points, brand)}
            />
          ))}
        </dl>
      )}
      <section class="panel stack" aria-label={listWords.value.figures.tabs.expiring}>
        {rows.length > 0 && <Table rows={rows} brand={brand} />}
        {rows.length === 0 && !list.isReading && <p class="soft">{text.none}</p>}
        <ListFoot
          list={list}
          told={text.read(say.value.number(list.items.length))}
          name={`${brand}-expiring`}
          table={() => expiringTable(list.items, brand, say.value)}
        />
        <Said />
      </section>
    </>
  );
}

/** The part of the screen. */
export function Expiring({ brand }: { readonly brand: BrandId }) {
  const text = listWords.value.expiring;
  const [span, setSpan] = useState<(typeof SPANS)[number]>("3");
  return (
    <>
      <p class="soft">{text.lead}</p>
      <div class="fields one">
        <Field label={text.months}>
          {(id) => (
            <Select
              id={id}
              value={span}
              all={SPANS.map((one) => [one, text.span[one]] as const)}
              onValue={setSpan}
            />
          )}
        </Field>
      </div>
      <Of key={span} brand={brand} months={Number(span)} />
    </>
  );
}
