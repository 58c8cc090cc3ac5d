/** The brand's partnerships: what is in force, what is proposed, and what the brands owe each other. */

import type { api, BrandId } from "@lojal/client";

import { Icon } from "../../shared/icon.js";
import { saveFile, Waiting } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { has, shown } from "../model/brand.js";
import { csvOf } from "../model/csv.js";
import { termsPairs } from "../model/rows.js";
import { say } from "../model/saying.js";
import { Facts, Panel, Said } from "../ui/parts.js";
import { words } from "../words/index.js";
import { Debts } from "./debts.js";

type Partnership = api.Partnership;

/** The name of a partnership in the address of a screen. */
export function wayOf({ from, to }: Pick<Partnership, "from" | "to">): string {
  return `${from} ${to}`;
}

function Button({ to, of, text, isPlain = true }: {
  readonly to: string;
  readonly of: string;
  readonly text: string;
  readonly isPlain?: boolean;
}) {
  const [from = "", other = ""] = of.split(" ").map((id) => say.value.brand(id as BrandId));
  return (
    <a class={isPlain ? "button plain" : "button"} href={linkTo(to, of)}>
      {text}
      <span class="hidden">
        {" "}
        {from} → {other}
      </span>
    </a>
  );
}

function Proposal({ one, own }: { readonly one: Partnership; readonly own: BrandId }) {
  const { partners: text } = words.value;
  const { from, to, proposal } = one;
  if (proposal === null) {
    return null;
  }
  const isOurs = proposal.by === own;
  return (
    <div class="stack tight" data-testid="proposal">
      <p>
        <span class="chip warn">{text.proposedBy(say.value.brand(proposal.by))}</span>
      </p>
      <Facts facts={termsPairs(proposal.terms, from, to, say.value)} />
      {isOurs && <p class="soft small">{text.waitsForOther(say.value.brand(from === own ? to : from))}</p>}
      {has("admin") && (
        <div class="row wrap">
          {!isOurs && <Button to="partner-accept" of={wayOf(one)} text={text.accept} isPlain={false} />}
          {one.terms === null && (
            <Button to="partner-end" of={wayOf(one)} text={isOurs ? text.takeBack : text.decline} />
          )}
        </div>
      )}
    </div>
  );
}

function Way({ one, own }: { readonly one: Partnership; readonly own: BrandId }) {
  const { partners: text } = words.value;
  const { from, to, terms } = one;
  const title = `${say.value.brand(from)} → ${say.value.brand(to)}`;
  const isOver = terms !== null && terms.endsMs <= Date.now();
  const chip = terms === null ? null : <span class="chip">{isOver ? text.over : text.active}</span>;
  const points = (amount: Partnership["convertedToday"]): string => say.value.points(amount, from);
  return (
    <Panel title={title} aside={chip}>
      {terms !== null && (
        <>
          <Facts facts={termsPairs(terms, from, to, say.value)} />
          <p class="small soft">{text.today(points(one.convertedToday), points(terms.dailyMax))}</p>
          {has("admin") && (
            <div class="row wrap">
              <Button to="partner-new" of={wayOf(one)} text={text.proposeAgain} />
              <Button to="partner-end" of={wayOf(one)} text={text.end} />
            </div>
          )}
        </>
      )}
      <Proposal one={one} own={own} />
    </Panel>
  );
}

/** Partnerships as a table, with the terms as the ledger has them. */
function tableOf(partnerships: readonly Partnership[]): string {
  const head = ["from", "to", "state", "rate_num", "rate_den", "price_micro", "daily_max", "owed_max", "ends"];
  const rows = partnerships.flatMap(({ from, to, terms, proposal }) => {
    const states = [
      ["in_force", terms],
      [`proposed_by_${proposal?.by ?? ""}`, proposal?.terms ?? null],
    ] as const;
    return states.flatMap(([state, one]) => {
      return one === null
        ? []
        : [
            [
              from,
              to,
              state,
              ...[one.rateNum, one.rateDen, one.priceMicro, one.dailyMax, one.owedMax].map(String),
              new Date(one.endsMs).toISOString(),
            ],
          ];
    });
  });
  return csvOf(head, rows);
}

/** The screen. */
export function Partners() {
  const { partners: text, common } = words.value;
  const now = shown.value;
  if (now === null) {
    return <Waiting text={common.loading} />;
  }
  const { brand, partnerships } = now;
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <p class="soft">{text.lead}</p>
      {has("admin") ? (
        <a class="button" href={linkTo("partner-new")}>
          <Icon name="swap" />
          {text.propose}
        </a>
      ) : (
        <p class="soft">{common.onlyAdmin}</p>
      )}
      {partnerships.length === 0 && <p class="panel soft">{text.none}</p>}
      <div class="grid two">
        {partnerships.map((one) => (
          <Way key={wayOf(one)} one={one} own={brand.id} />
        ))}
      </div>
      {partnerships.length > 0 && (
        <button
          class="button plain"
          type="button"
          onClick={() => saveFile(`lojal-${brand.id}-partners.csv`, "text/csv", tableOf(partnerships))}
        >
          <Icon name="down" />
          {common.csv}
        </button>
      )}
      <Debts own={brand.id} />
      <Said />
    </div>
  );
}
