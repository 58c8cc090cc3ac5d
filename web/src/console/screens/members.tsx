/** The accounts that have the brand's own points, as far as they are read. */

import "../lists.css";

import type { api, BrandId } from "@lojal/client";
import { isHousehold, ListClient } from "@lojal/client";
import { useState } from "preact/hooks";

import { lastDayText } from "../../shared/format.js";
import { Field } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { ask } from "../../wallet/model/network.js";
import { chosen, shown } from "../model/brand.js";
import { membersTable, sumOf } from "../model/list-tables.js";
import { usePages } from "../model/pages.js";
import { say } from "../model/saying.js";
import { ListFoot, Tile } from "../ui/list-parts.js";
import { Said, TextInput } from "../ui/parts.js";
import { listWords } from "../words/lists.js";

/** Most rows that are shown at a time. */
const ROWS_MAX = 200;

function Row({ one, brand }: { readonly one: api.BrandAccount; readonly brand: BrandId }) {
  const text = listWords.value.members;
  const points = (amount: typeof one.total): string => say.value.points(amount, brand);
  const [first] = one.lots;
  const day = first === undefined ? null : lastDayText(first.expiry, language.value);
  return (
    <tr>
      <td>
        <a class="mono" href={linkTo("transactions", `all/${say.value.address(one.account)}`)}>
          {say.value.account(one.account)}
        </a>
        {isHousehold(one.account) && <span class="small soft"> · {text.pool}</span>}
      </td>
      <td class="end number">{points(one.total)}</td>
      <td class="end">{one.held === 0n ? "–" : points(one.held)}</td>
      <td class="end">{one.pending === 0n ? "–" : points(one.pending)}</td>
      <td class="end">{first === undefined || day === null ? "–" : `${points(first.amount)} · ${day}`}</td>
    </tr>
  );
}

function Table({ accounts, brand }: { readonly accounts: readonly api.BrandAccount[]; readonly brand: BrandId }) {
  const text = listWords.value.members;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={text.title}>
      <table class="table" data-testid="members">
        <thead>
          <tr>
            <th scope="col">{text.account}</th>
            <th scope="col" class="end">
              {text.points}
            </th>
            <th scope="col" class="end">
              {text.held}
            </th>
            <th scope="col" class="end">
              {text.pending}
            </th>
            <th scope="col" class="end">
              {text.first}
            </th>
          </tr>
        </thead>
        <tbody>
          {accounts.slice(0, ROWS_MAX).map((one) => (
            <Row key={one.account} one={one} brand={brand} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Tiles({ accounts, brand }: { readonly accounts: readonly api.BrandAccount[]; readonly brand: BrandId }) {
  const text = listWords.value.members;
  const points = sumOf(accounts.map(({ total }) => total));
  const average = accounts.length === 0 ? points : ((points / BigInt(accounts.length)) as typeof points);
  const totals = shown.value?.brand.totals;
  return (
    <dl class="tiles">
      <Tile name={text.accounts} value={say.value.number(accounts.length)} />
      <Tile name={text.average} value={say.value.points(average, brand)} />
      {totals !== undefined && <Tile name={text.inAll} value={say.value.points(totals.outstanding, brand)} />}
    </dl>
  );
}

/** The members of one brand. */
function Of({ brand }: { readonly brand: BrandId }) {
  const text = listWords.value.members;
  const [wanted, setWanted] = useState("");
  const list = usePages(brand, async (cursor) => {
    const answer = await ask((client) => new ListClient(client).accounts(brand, cursor));
    return { items: answer.accounts, answer, cursor: answer.nextCursor };
  });
  const largest = [...list.items].sort((one, other) => Number(other.total - one.total));
  const fragment = wanted.trim().toLowerCase();
  const accounts = largest.filter(({ account }) => say.value.address(account).includes(fragment));
  const points = say.value.points(sumOf(list.items.map(({ total }) => total)), brand);
  return (
    <>
      <Tiles accounts={list.items} brand={brand} />
      <section class="panel stack" aria-label={text.title}>
        <Field label={text.find} hint={text.largest}>
          {(id, hint) => <TextInput id={id} hint={hint} isMono value={wanted} onValue={setWanted} />}
        </Field>
        {accounts.length > 0 && <Table accounts={accounts} brand={brand} />}
        {accounts.length === 0 && !list.isReading && (
          <p class="soft">{list.items.length === 0 ? text.none : text.noneFit}</p>
        )}
        {accounts.length > ROWS_MAX && <p class="small soft">{text.shown(say.value.number(ROWS_MAX))}</p>}
        <ListFoot
          list={list}
          told={text.read(say.value.number(list.items.length), points)}
          name={`${brand}-members`}
          table={() => membersTable(accounts, brand, say.value)}
        />
        <Said />
      </section>
    </>
  );
}

/** The screen. */
export function Members() {
  const text = listWords.value.members;
  const brand = chosen.value;
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <p class="soft">{text.lead}</p>
      {brand !== null && <Of key={brand} brand={brand} />}
    </div>
  );
}
