/** The parts that lists have: their foot, figures in tiles, and bars. */

import { Icon } from "../../shared/icon.js";
import { saveFile } from "../../shared/parts.js";
import type { List } from "../model/pages.js";
import { ITEMS_MAX } from "../model/reading.js";
import { say } from "../model/saying.js";
import { words } from "../words/index.js";
import { listWords } from "../words/lists.js";
import { Fault } from "./parts.js";

/** The button that saves a table. */
export function SaveTable(props: { readonly name: string; readonly isReady: boolean; readonly table: () => string }) {
  const { name, isReady, table } = props;
  return (
    <button
      class="button plain"
      type="button"
      disabled={!isReady}
      onClick={() => saveFile(`lojal-${name}.csv`, "text/csv", table())}
    >
      <Icon name="down" />
      {words.value.common.csv}
    </button>
  );
}

/** The foot of a list: how far it is read, the ways to read on, and its table. */
export function ListFoot<T, A>(props: {
  readonly list: List<T, A>;
  readonly told: string;
  readonly name: string;
  readonly table: () => string;
}) {
  const { list, told, name, table } = props;
  const { common } = words.value;
  const text = listWords.value;
  const count = list.items.length;
  const hasMore = list.cursor !== null && count < ITEMS_MAX;
  return (
    <>
      <Fault error={list.error} />
      <p class="row small soft" role="status" data-testid="read">
        {list.isReading && <span class="spinner" aria-hidden="true" />}
        {list.isReading ? text.reading(say.value.number(count)) : told}
      </p>
      {count >= ITEMS_MAX && <p class="small soft">{text.most(say.value.number(ITEMS_MAX))}</p>}
      <div class="row wrap">
        {list.error !== null && (
          <button class="button plain" type="button" disabled={list.isReading} onClick={list.more}>
            {text.again}
          </button>
        )}
        {hasMore && list.error === null && (
          <button class="button plain" type="button" disabled={list.isReading} onClick={list.more}>
            {common.moreRows}
          </button>
        )}
        {hasMore && list.error === null && (
          <button class="button plain" type="button" disabled={list.isReading} onClick={list.all}>
            {text.readAll}
          </button>
        )}
        <SaveTable name={name} isReady={count > 0} table={table} />
      </div>
    </>
  );
}

/** A figure with its name, and what it is compared with. */
export function Tile(props: { readonly name: string; readonly value: string; readonly note?: string }) {
  const { name, value, note } = props;
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <span class="figure">{value}</span>
        {note !== undefined && <span class="small soft block">{note}</span>}
      </dd>
    </div>
  );
}

/** Bars side by side: under each a label, in each some values with a class of their own. */
export interface Group {
  readonly label: string;
  readonly values: readonly { readonly look: string; readonly amount: bigint }[];
}

/** Most labels under a chart: of more groups only some have theirs. */
const LABELS_MAX = 13;

/** A chart of groups of bars, for the eye: what it shows stands in the table below it. */
export function Chart({ groups, places }: { readonly groups: readonly Group[]; readonly places: number }) {
  const most = groups.flatMap(({ values }) => values).reduce((max, { amount }) => (amount > max ? amount : max), 1n);
  const height = (amount: bigint): string => `${Number((amount * 1_000n) / most) / 10}%`;
  const every = Math.ceil(groups.length / LABELS_MAX);
  const everyOfNarrow = every === 1 ? 2 : 3 * every;
  const columns = `repeat(${Math.max(groups.length, places)}, minmax(0, 1fr))`;
  return (
    <div class="chart" style={{ gridTemplateColumns: columns }} aria-hidden="true">
      {groups.map(({ label, values }, at) => (
        <div key={label}>
          <div class="group">
            {values.map(({ look, amount }) => (
              <i key={look} class={`bar-${look}`} style={{ height: height(amount) }} />
            ))}
          </div>
          <span class={at % everyOfNarrow === 0 ? "label" : "label second"}>{at % every === 0 ? label : ""}</span>
        </div>
      ))}
    </div>
  );
}
