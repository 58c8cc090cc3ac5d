/** The operator's own transactions, proven complete as far as they are read, with filters and as a table. */

import { useEffect, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Field, Notice, saveFile, Waiting } from "../../shared/parts.js";
import { shown as account } from "../../wallet/model/account.js";
import type { Activity } from "../../wallet/model/activity.js";
import { activity, activityFault, readActivity, readAll, readMore } from "../../wallet/model/activity.js";
import { wallet } from "../../wallet/model/session.js";
import { say } from "../model/saying.js";
import type { Filter } from "../model/tell-operations.js";
import { isWanted, linesOf, NO_FILTER, tableOf } from "../model/tell-operations.js";
import { Lines } from "../ui/lines.js";
import { DayInput, Select } from "../ui/parts.js";
import { words } from "../words/index.js";

function Complete({ read }: { readonly read: Activity }) {
  const text = words.value.transactions;
  const { proof, completeFrom } = read;
  const number = (count: bigint): string => say.value.number(count);
  return (
    <p class="row good small" role="status" data-testid="complete">
      <Icon name="shield" />
      <span>
        {proof.isComplete
          ? text.complete(number(proof.head.count))
          : text.partly(number(proof.shown), number(proof.head.count))}
        {completeFrom !== null && ` · ${text.pruned}`}
      </span>
    </p>
  );
}

function Filters(props: {
  readonly filter: Filter;
  readonly types: readonly string[];
  readonly onFilter: (filter: Filter) => void;
}) {
  const text = words.value.transactions;
  const { filter, types, onFilter } = props;
  const outcomes = [
    ["", words.value.common.all],
    ["applied", text.applied],
    ["failed", text.failed],
  ] as const;
  const kinds = types.map((type) => [type, say.value.words.operations[type] ?? type] as const);
  return (
    <div class="fields">
      <Field label={text.type}>
        {(id) => (
          <Select
            id={id}
            value={filter.type}
            all={[["", words.value.common.all] as const, ...kinds]}
            onValue={(type) => onFilter({ ...filter, type })}
          />
        )}
      </Field>
      <Field label={text.outcome}>
        {(id) => (
          <Select
            id={id}
            value={filter.outcome}
            all={outcomes}
            onValue={(outcome) => onFilter({ ...filter, outcome })}
          />
        )}
      </Field>
      <Field label={text.from}>
        {(id) => (
          <DayInput id={id} value={filter.from} onValue={(from) => onFilter({ ...filter, from })} />
        )}
      </Field>
      <Field label={text.to}>
        {(id) => (
          <DayInput id={id} value={filter.to} onValue={(to) => onFilter({ ...filter, to })} />
        )}
      </Field>
    </div>
  );
}

/** The part of the screen. */
export function Own() {
  const { transactions: text, common } = words.value;
  const own = wallet.value?.address;
  const count = account.value?.own.activity.count;
  const [filter, setFilter] = useState(NO_FILTER);
  useEffect(() => {
    if (own !== undefined) {
      void readActivity(own);
    }
  }, [own, count]);
  const read = activity.value?.of === own ? activity.value : null;
  const all = linesOf(read?.items ?? []);
  const lines = all.filter((line) => isWanted(line, filter));
  const types = [...new Set(all.map(({ operation }) => operation.type))].sort();
  return (
    <>
      {activityFault.value !== "" && (
        <Notice kind="bad">
          <p data-testid="lie">{text.lie}</p>
          <p class="small soft">{activityFault.value}</p>
        </Notice>
      )}
      {read === null && activityFault.value === "" && <Waiting text={common.loading} />}
      {read !== null && (
        <section class="panel stack" aria-label={text.tabs.own}>
          <Complete read={read} />
          <Filters filter={filter} types={types} onFilter={setFilter} />
          {lines.length === 0 ? <p class="soft">{text.empty}</p> : <Lines lines={lines} />}
          <p class="small soft">
            {text.filtered(say.value.number(lines.length), say.value.number(all.length))}
          </p>
          <div class="row wrap">
            {read.cursor !== null && (
              <button class="button plain" type="button" onClick={() => void readMore()}>
                {common.moreRows}
              </button>
            )}
            {read.cursor !== null && (
              <button class="button plain" type="button" onClick={() => void readAll()}>
                {text.readAll}
              </button>
            )}
            <button
              class="button plain"
              type="button"
              disabled={lines.length === 0}
              onClick={() => saveFile("lojal-own.csv", "text/csv", tableOf(lines, say.value))}
            >
              <Icon name="down" />
              {common.csv}
            </button>
          </div>
        </section>
      )}
    </>
  );
}
