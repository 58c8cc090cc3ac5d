/** The history of the account, by day, proven complete as far as it is shown. */

import type { Address, api, BrandId } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { dayText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Field, Notice, saveFile, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { shown } from "../model/account.js";
import type { Activity as Read } from "../model/activity.js";
import { activity, activityFault, readActivity, readAll, readMore } from "../model/activity.js";
import { entriesOf } from "../model/describe.js";
import { brandOf, brands, theNetwork } from "../model/network.js";
import { wallet } from "../model/session.js";
import { statementOf } from "../model/statement.js";
import { ActivityList } from "../ui/activity-list.js";
import { Heading } from "../ui/parts.js";
import { words } from "../words/index.js";

function Proof({ read }: { readonly read: Read }) {
  const text = words.value.activity;
  const number = (count: bigint): string => numberText(count, language.value);
  const { proof, completeFrom } = read;
  return (
    <p class="row good small" role="status" data-testid="complete">
      <Icon name="shield" />
      <span>
        {proof.isComplete
          ? text.complete(number(proof.head.count))
          : text.part(number(proof.shown), number(proof.head.count))}
        {completeFrom !== null && ` · ${text.pruned}`}
      </span>
    </p>
  );
}

/** The transactions by day, the newest first. */
function byDay(
  items: readonly api.TransactionStatus[],
): readonly (readonly [string, api.TransactionStatus[]])[] {
  const days = new Map<string, api.TransactionStatus[]>();
  for (const status of items) {
    if (status.state.status === "committed") {
      const day = dayText(status.state.timeMs, language.value);
      days.set(day, [...(days.get(day) ?? []), status]);
    }
  }
  return [...days];
}

/** Saves all of the history as a table, with the brands' decimals. */
async function save(own: Address): Promise<void> {
  const all = await readAll();
  if (all !== null) {
    const table = statementOf(all.items, own, theNetwork().genesis.network, (brand) => brandOf(brand).decimals);
    saveFile("lojal.csv", "text/csv", table);
  }
}

/** The screen. */
export function Activity() {
  const { activity: text, common } = words.value;
  const own = wallet.value?.address;
  const count = shown.value?.own.activity.count;
  const [brand, setBrand] = useState<BrandId | "">("");
  useEffect(() => {
    if (own !== undefined) {
      void readActivity(own);
    }
  }, [own, count]);
  const read = activity.value?.of === own ? activity.value : null;
  const items = (read?.items ?? []).filter((status) => {
    return brand === "" || (own !== undefined && entriesOf(status, own).some((entry) => entry.brand === brand));
  });
  return (
    <div class="stack">
      <div>
        <Heading title={text.title} />
        {read !== null && <Proof read={read} />}
      </div>
      {activityFault.value !== "" && (
        <Notice kind="bad">
          <p>{text.lie}</p>
          <p class="small soft">{activityFault.value}</p>
        </Notice>
      )}
      <Field label={text.filterBrand}>
        {(id) => (
          <select
            class="input"
            id={id}
            value={brand}
            onChange={(event) => setBrand(event.currentTarget.value as BrandId | "")}
          >
            <option value="">{text.all}</option>
            {[...brands.value.values()].map(({ id: one, name }) => (
              <option key={one} value={one}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {read === null && activityFault.value === "" && <Waiting text={common.loading} />}
      {read !== null && items.length === 0 && <p class="panel soft">{text.empty}</p>}
      {byDay(items).map(([day, ofDay]) => (
        <section class="panel stack" key={day} aria-label={day}>
          <h2>{day}</h2>
          <ActivityList items={ofDay} />
        </section>
      ))}
      {read !== null && read.items.length > 0 && own !== undefined && (
        <button class="button plain" type="button" onClick={() => void save(own)}>
          <Icon name="down" />
          {text.save}
        </button>
      )}
      {read !== null && read.cursor !== null && (
        <button class="button plain" type="button" onClick={() => void readMore()}>
          {text.more}
        </button>
      )}
    </div>
  );
}
