/** What happens to the brand, by whoever: the last blocks, and what comes. */

import type { BrandId } from "@lojal/client";
import { useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Field, saveFile } from "../../shared/parts.js";
import { chosen } from "../model/brand.js";
import { EVENTS_MAX, useEvents } from "../model/events.js";
import { say } from "../model/saying.js";
import { tableOf } from "../model/tell-operations.js";
import { Lines } from "../ui/lines.js";
import { Fault, Said, Select } from "../ui/parts.js";
import { words } from "../words/index.js";

const BLOCKS = ["100", "1000", "10000", "100000"] as const;
const TYPES = ["points", "hold", "policy", "operator", "partnership", "settlement", "brand_motion"] as const;

/** The part of the screen. */
export function Events() {
  const { transactions: text, common } = words.value;
  const brand = chosen.value;
  const [back, setBack] = useState<(typeof BLOCKS)[number]>("1000");
  const [type, setType] = useState<"" | (typeof TYPES)[number]>("");
  if (brand === null) {
    return null;
  }
  return (
    <section class="panel stack" aria-label={text.tabs.events}>
      <p class="soft">{text.eventsLead}</p>
      <div class="fields">
        <Field label={text.type}>
          {(id) => (
            <Select
              id={id}
              value={type}
              all={[["", common.all], ...TYPES.map((one) => [one, say.value.words.events[one]] as const)]}
              onValue={setType}
            />
          )}
        </Field>
        <Field label={text.back}>
          {(id) => (
            <Select
              id={id}
              value={back}
              all={BLOCKS.map((count) => [count, text.blocks(say.value.number(Number(count)))] as const)}
              onValue={setBack}
            />
          )}
        </Field>
      </div>
      <Stream key={`${brand} ${back} ${type}`} {...{ brand, back, type }} />
      <Said />
    </section>
  );
}

function Stream(props: {
  readonly brand: BrandId;
  readonly back: string;
  readonly type: string;
}) {
  const { transactions: text, common } = words.value;
  const { lines, fault, isLive } = useEvents(props.brand, BigInt(props.back), props.type);
  return (
    <>
      <Fault error={fault} />
      <p class={isLive ? "row good small" : "row soft small"} role="status">
        {isLive ? <Icon name="check" /> : <span class="spinner" aria-hidden="true" />}
        {isLive ? text.live : text.reading}
      </p>
      {lines.length > 0 && <Lines lines={lines} />}
      {lines.length === 0 && isLive && <p class="soft">{text.noEvents}</p>}
      {lines.length === EVENTS_MAX && <p class="small soft">{text.most(say.value.number(EVENTS_MAX))}</p>}
      <button
        class="button plain"
        type="button"
        disabled={lines.length === 0}
        onClick={() => saveFile(`lojal-${props.brand}-events.csv`, "text/csv", tableOf(lines, say.value))}
      >
        <Icon name="down" />
        {common.csv}
      </button>
    </>
  );
}
