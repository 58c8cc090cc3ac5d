/** The history of the account, by day, proven complete as far as it is shown. */

import type { Address, api, BrandId } from "@lojal/client";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { dayText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { partsOf, useGrowing } from "../../shared/growing.js";
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

type Part = readonly api.TransactionStatus[];

const daysOfParts = new WeakMap<Part, readonly (readonly [string, Part])[]>();

/** The transactions of a part by day, the newest first. */
function daysOf(part: Part): readonly (readonly [string, Part])[] {
  const known = daysOfParts.get(part);
  if (known !== undefined) {
    return known;
  }
  const days = new Map<string, api.TransactionStatus[]>();
  for (const status of part) {
    if (status.state.status === "committed") {
      const day = dayText(status.state.timeMs, language.value);
      days.set(day, [...(days.get(day) ?? []), status]);
    }
  }
  daysOfParts.set(part, [...days]);
  return [...days];
}

/** Parts by day: a day that is in several of them has them all. */
function byDay(parts: readonly Part[]): readonly (readonly [string, readonly Part[]])[] {
  const days = new Map<string, Part[]>();
  for (const [day, ofDay] of parts.flatMap(daysOf)) {
    days.set(day, [...(days.get(day) ?? []), ofDay]);
  }
  return [...days];
}

/** The transactions that are wanted, in parts that stay the same ones while nothing is read. */
function useParts(all: Part, brand: BrandId | "", own: Address | undefined): readonly Part[] {
  const before = useRef<{ readonly parts: readonly Part[]; readonly language: string } | null>(null);
  return useMemo(() => {
    const isWanted = (status: api.TransactionStatus): boolean => {
      return brand === "" || (own !== undefined && entriesOf(status, own).some((entry) => entry.brand === brand));
    };
    // The days of a part are in a language.
    const same = before.current?.language === language.value ? before.current.parts : [];
    const parts = partsOf(all.filter(isWanted), same);
    before.current = { parts, language: language.value };
    return parts;
  }, [all, brand, own, language.value]);
}

const NONE: Part = [];

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
  const parts = useParts(read?.items ?? NONE, brand, own);
  const canRead = read !== null && read.cursor !== null && activityFault.value === "";
  const { count: made, foot } = useGrowing(parts.length, canRead ? () => void readMore() : null);
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
      {read !== null && parts.length === 0 && <p class="panel soft">{text.empty}</p>}
      {byDay(parts.slice(0, made)).map(([day, ofDay]) => (
        <section class="panel stack" key={day} aria-label={day}>
          <h2>{day}</h2>
          <div>
            {ofDay.map((part) => (
              <ActivityList key={part[0]?.id} items={part} />
            ))}
          </div>
        </section>
      ))}
      {foot}
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
