/** Looking something up: by the text of a receipt, by a reference, or by the id of a transaction. */

import type { api, Reference } from "@lojal/client";
import { parseReference, receiptReference } from "@lojal/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Field, Waiting } from "../../shared/parts.js";
import { goTo, linkTo } from "../../shared/route.js";
import { ask } from "../../wallet/model/network.js";
import { chosen } from "../model/brand.js";
import { say } from "../model/saying.js";
import { DayInput, Facts, Fault, Panel, Said, Select, TextInput } from "../ui/parts.js";
import { words } from "../words/index.js";

type By = "receipt" | "reference" | "id";
type Kind = api.ReferenceKind;

const KINDS: readonly Kind[] = [
  "issue",
  "redeem",
  "hold",
  "capture",
  "reverse",
  "stamp",
  "take_back",
  "grant",
  "claim",
  "use_voucher",
  "refund",
];

type Result =
  | { readonly type: "none" }
  | { readonly type: "asking" }
  | { readonly type: "fault"; readonly error: unknown }
  | { readonly type: "found"; readonly reference: Reference; readonly used: api.UsedReference };

function transactionLink(status: api.TransactionStatus | null): ComponentChildren {
  return status === null ? null : (
    <a class="mono" href={linkTo("tx", status.id)}>
      {status.id.slice(0, 16)}…
    </a>
  );
}

function Used({ reference, used }: { readonly reference: Reference; readonly used: api.UsedReference }) {
  const text = words.value.transactions;
  const brand = chosen.value;
  const { words: ledger } = say.value;
  if (brand === null) {
    return null;
  }
  const points = (amount: typeof used.amount): string | null =>
    amount === null ? null : say.value.points(amount, brand);
  const { units } = used;
  const count = (amount: bigint | null): string | null => (amount === null ? null : say.value.number(amount));
  const facts: (readonly [string, ComponentChildren])[] = [
    [ledger.facts.reference, <span class="mono">{reference}</span>],
    [text.dayOf, used.dated],
    [text.amount, points(used.amount)],
    [ledger.facts.track, units === null ? null : units.track],
    [ledger.facts.place, units === null ? null : units.place],
    [ledger.facts.units, units === null ? null : count(units.amount)],
    [text.taken, units === null ? points(used.taken) : count(units.takenBack)],
    [text.left, units === null ? points(used.left) : count(units.left)],
    [text.until, used.untilMs === null ? null : say.value.moment(used.untilMs)],
    [
      text.account,
      used.account === null ? null : <span class="mono">{say.value.address(used.account)}</span>,
    ],
    [text.transaction, transactionLink(used.transaction)],
    [text.ended, transactionLink(used.endedBy)],
  ];
  return (
    <Panel title={text.used} aside={<span class="chip">{ledger.used[used.state]}</span>}>
      <div data-testid="used">
        <Facts facts={facts.filter(([, value]) => value !== null)} />
      </div>
      <Said />
    </Panel>
  );
}

/** The reference that somebody has written; null if it is none. */
function referenceOf(by: By, written: string): Reference | null {
  try {
    return by === "receipt" ? receiptReference(written) : parseReference(written.trim().toLowerCase());
  } catch {
    return null;
  }
}

/** The part of the screen. */
export function Find() {
  const text = words.value.transactions;
  const [by, setBy] = useState<By>("receipt");
  const [written, setWritten] = useState("");
  const [kind, setKind] = useState<Kind>("issue");
  const [dated, setDated] = useState("");
  const [wrong, setWrong] = useState("");
  const [result, setResult] = useState<Result>({ type: "none" });
  const find = async (): Promise<void> => {
    const [brand, id] = [chosen.value, written.trim().toLowerCase()];
    if (by === "id") {
      setWrong(/^[0-9a-f]{64}$/.test(id) ? "" : text.badId);
      if (/^[0-9a-f]{64}$/.test(id)) {
        goTo("tx", id);
      }
      return;
    }
    const reference = referenceOf(by, written);
    setWrong(reference === null ? text.badReference : "");
    if (reference === null || brand === null) {
      return;
    }
    setResult({ type: "asking" });
    const day = dated === "" ? null : (dated as NonNullable<api.UsedReference["dated"]>);
    const used = await ask((client) => client.reference(brand, kind, reference, day));
    setResult({ type: "found", reference, used });
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    find().catch((error: unknown) => setResult({ type: "fault", error }));
  };
  return (
    <>
      <form class="panel stack" onSubmit={submit}>
        <p class="soft">{text.findLead}</p>
        <FindFields {...{ by, setBy, written, setWritten, kind, setKind, dated, setDated, wrong }} />
        <button class="button" type="submit" disabled={written.trim() === ""}>
          <Icon name="search" />
          {text.find}
        </button>
      </form>
      {result.type === "asking" && <Waiting text={words.value.common.loading} />}
      {result.type === "fault" && <Fault error={result.error} />}
      {result.type === "found" && <Used {...result} />}
    </>
  );
}

function FindFields(props: {
  readonly by: By;
  readonly setBy: (by: By) => void;
  readonly written: string;
  readonly setWritten: (text: string) => void;
  readonly kind: Kind;
  readonly setKind: (kind: Kind) => void;
  readonly dated: string;
  readonly setDated: (day: string) => void;
  readonly wrong: string;
}) {
  const text = words.value.transactions;
  const { by, setBy, written, setWritten, kind, setKind, dated, setDated, wrong } = props;
  const ways: readonly (readonly [By, string])[] = [
    ["receipt", text.byReceipt],
    ["reference", text.byReference],
    ["id", text.byId],
  ];
  const kinds = KINDS.map((one) => [one, say.value.words.kinds[one]] as const);
  return (
    <>
      <div class="fields">
        <Field label={text.by}>{(id) => <Select id={id} value={by} all={ways} onValue={setBy} />}</Field>
        {by !== "id" && (
          <Field label={text.kind}>
            {(id) => <Select id={id} value={kind} all={kinds} onValue={setKind} />}
          </Field>
        )}
        {by !== "id" && (
          <Field label={text.dated}>
            {(id) => <DayInput id={id} value={dated} onValue={setDated} />}
          </Field>
        )}
      </div>
      <Field label={text.text} wrong={wrong}>
        {(id, hint) => (
          <TextInput id={id} hint={hint} isMono={by !== "receipt"} value={written} onValue={setWritten} />
        )}
      </Field>
    </>
  );
}
