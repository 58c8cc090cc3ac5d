/** The brand's transactions, by whoever: those of a kind, of an account, or from a day on. */

import "../lists.css";

import type { Address, BrandId, Day, Operation } from "@lojal/client";
import { isInPointsOf, LojalError, ListClient, parseAddress, startOfDay } from "@lojal/client";
import { useState } from "preact/hooks";

import { Field } from "../../shared/parts.js";
import { ask, theNetwork } from "../../wallet/model/network.js";
import { chosen } from "../model/brand.js";
import { usePages } from "../model/pages.js";
import { say } from "../model/saying.js";
import { linesOf, tableOf } from "../model/tell-operations.js";
import { Lines } from "../ui/lines.js";
import { ListFoot } from "../ui/list-parts.js";
import { DayInput, Said, Select, TextInput } from "../ui/parts.js";
import { words } from "../words/index.js";
import { listWords } from "../words/lists.js";

const KINDS = ["issue", "redeem", "transfer", "reverse", "hold", "capture", "release", "convert"] as const;
/** Transactions of a page. */
const PAGE = 50;

interface Wanted {
  readonly kind: "" | (typeof KINDS)[number];
  /** The account as it was written; empty for all. */
  readonly account: string;
  /** The first day (UTC), or an empty text. */
  readonly since: string;
}

/** The account in a text; null if it is none of this network. */
function addressIn(text: string): Address | null {
  try {
    return parseAddress(text.trim().toLowerCase(), theNetwork().genesis.network);
  } catch (error) {
    if (error instanceof LojalError) {
      return null;
    }
    throw error;
  }
}

function Filters(props: {
  readonly wanted: Wanted;
  readonly wrong: string;
  readonly onWanted: (wanted: Wanted) => void;
}) {
  const { wanted, wrong, onWanted } = props;
  const { transactions, common } = words.value;
  const text = listWords.value.all;
  const kinds = KINDS.map((kind) => [kind, say.value.words.operations[kind] ?? kind] as const);
  return (
    <div class="fields">
      <Field label={transactions.type}>
        {(id) => (
          <Select
            id={id}
            value={wanted.kind}
            all={[["", common.all] as const, ...kinds]}
            onValue={(kind) => onWanted({ ...wanted, kind })}
          />
        )}
      </Field>
      <Field label={text.since}>
        {(id) => <DayInput id={id} value={wanted.since} onValue={(since) => onWanted({ ...wanted, since })} />}
      </Field>
      <Field label={text.account} wrong={wrong}>
        {(id, hint) => (
          <TextInput
            id={id}
            hint={hint}
            isMono
            value={wanted.account}
            onValue={(account) => onWanted({ ...wanted, account })}
          />
        )}
      </Field>
    </div>
  );
}

function Result({ brand, wanted }: { readonly brand: BrandId; readonly wanted: Wanted }) {
  const text = listWords.value.all;
  const { kind, since } = wanted;
  const account = wanted.account.trim() === "" ? null : addressIn(wanted.account);
  const filter = {
    ...(kind === "" ? {} : { kind }),
    ...(account === null ? {} : { account }),
    ...(since === "" ? {} : { sinceMs: startOfDay(since as Day) }),
  };
  const list = usePages(`${brand} ${kind} ${account} ${since}`, async (cursor) => {
    const page = { limit: PAGE, cursor };
    const answer = await ask((client) => new ListClient(client).transactions(brand, filter, page));
    return { items: answer.transactions, answer, cursor: answer.nextCursor };
  });
  // A transaction comes as a whole; what it does with other brands' points is theirs.
  const isWanted = (operation: Operation): boolean => {
    return isInPointsOf(operation, brand) && (kind === "" || operation.type === kind);
  };
  const lines = linesOf(list.items).filter(({ operation }) => isWanted(operation));
  const older = list.last?.completeFrom ?? null;
  return (
    <>
      {lines.length > 0 && <Lines lines={lines} />}
      {lines.length === 0 && !list.isReading && <p class="soft">{text.none}</p>}
      {older !== null && <p class="small soft">{text.older(say.value.number(older))}</p>}
      <ListFoot
        list={list}
        told={text.read(say.value.number(lines.length))}
        name={`${brand}-transactions`}
        table={() => tableOf(lines, say.value)}
      />
    </>
  );
}

/** The part of the screen; `of` is the account whose transactions are wanted first, or an empty text. */
export function All({ of }: { readonly of: string }) {
  const text = listWords.value.all;
  const brand = chosen.value;
  const [wanted, setWanted] = useState<Wanted>({ kind: "", account: of, since: "" });
  const isBad = wanted.account.trim() !== "" && addressIn(wanted.account) === null;
  return (
    <section class="panel stack" aria-label={words.value.transactions.tabs.all}>
      <p class="soft">{text.lead}</p>
      <Filters wanted={wanted} wrong={isBad ? text.accountBad : ""} onWanted={setWanted} />
      {brand !== null && !isBad && <Result brand={brand} wanted={wanted} />}
      <Said />
    </section>
  );
}
