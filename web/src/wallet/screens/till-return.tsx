/** A return: takes back the points that a purchase gave, as many as are left of them. */

import type { api, Operation, Points, Reference } from "@lojal/client";
import { formatAmount, isProblem, receiptReference } from "@lojal/client";
import { useState } from "preact/hooks";

import { momentText } from "../../shared/format.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { ask, brandOf } from "../model/network.js";
import { noteSigned } from "../model/till.js";
import { AmountField, amountIn } from "../ui/fields.js";
import { amountOf, errorText, Heading } from "../ui/parts.js";
import { SignButton } from "../ui/sign.js";
import { thisDay } from "../ui/take-held.js";
import { AtDesk, lastOf, ReceiptField } from "../ui/till-parts.js";
import type { Desk } from "../ui/till-parts.js";
import { words } from "../words/index.js";
import { tillWords } from "../words/till.js";

interface Purchase {
  readonly reference: Reference;
  readonly issue: api.IssueAnswer;
}

function TakeBack({ desk, purchase }: { readonly desk: Desk; readonly purchase: Purchase }) {
  const text = tillWords.value;
  const { brand } = desk;
  const { reference: issueReference, issue } = purchase;
  const { to: from, dated: issueDated, amount: given, reversed, reversible, reversibleUntilMs } = issue;
  const whole = formatAmount(reversible, brandOf(brand).decimals);
  const [typed, setTyped] = useState(language.value === "sv" ? whole.replace(".", ",") : whole);
  const [receipt, setReceipt] = useState("");
  const amount = amountIn(typed, brandOf(brand));
  const isTooMuch = amount !== null && amount > reversible;
  const isReady = amount !== null && !isTooMuch && receipt.trim() !== "";
  const reverse = async (points: Points): Promise<readonly Operation[]> => {
    const reference = receiptReference(receipt);
    const atLeast = 1n as Points;
    const dated = await thisDay();
    return [{ type: "reverse", brand, from, amount: points, atLeast, issueReference, issueDated, reference, dated }];
  };
  return (
    <>
      <dl class="panel facts" data-testid="purchase">
        <dt>{text.wasGiven}</dt>
        <dd>
          {amountOf(brand, given)} · {lastOf(from)}
        </dd>
        <dt>{text.wasTaken}</dt>
        <dd>{amountOf(brand, reversed)}</dd>
        <dt>{text.canTake}</dt>
        <dd class="number">{amountOf(brand, reversible)}</dd>
        <dt>{text.until}</dt>
        <dd>{momentText(reversibleUntilMs, language.value)}</dd>
      </dl>
      {reversible === 0n ? (
        <Notice kind="warn">
          <p>{text.tooLate}</p>
        </Notice>
      ) : (
        <div class="panel stack">
          <AmountField
            label={text.takeBackLabel}
            value={typed}
            wrong={isTooMuch ? text.tooMuchBack(amountOf(brand, reversible)) : ""}
            onValue={setTyped}
          />
          <ReceiptField
            label={text.ownReceipt}
            hint={text.ownReceiptHint}
            value={receipt}
            onValue={setReceipt}
          />
          <SignButton
            text={text.takeBack}
            icon="undo"
            kind="danger"
            to="till-done"
            isReady={isReady}
            operations={() => []}
            before={() => reverse(amount ?? reversible)}
            onSent={(id) => noteSigned(id, "return", { brand, amount: amount ?? reversible, member: from })}
          />
        </div>
      )}
    </>
  );
}

function Find({ desk }: { readonly desk: Desk }) {
  const text = tillWords.value;
  const [receipt, setReceipt] = useState("");
  const [purchase, setPurchase] = useState<Purchase | null>(null);
  const [wrong, setWrong] = useState("");
  const [isBusy, setBusy] = useState(false);
  const find = (event: Event): void => {
    event.preventDefault();
    const reference = receiptReference(receipt);
    setBusy(true);
    setWrong("");
    setPurchase(null);
    ask((client) => client.issue(desk.brand, reference))
      .then((issue) => setPurchase({ reference, issue }))
      .catch((error: unknown) =>
        setWrong(isProblem(error, "unknown_reference") ? text.unknown : errorText(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <form class="panel stack" onSubmit={find}>
        <ReceiptField label={text.ofReceipt} wrong={wrong} value={receipt} onValue={setReceipt} />
        {isBusy && <Waiting text={words.value.common.loading} />}
        <button class="button" type="submit" disabled={receipt.trim() === "" || isBusy}>
          {text.find}
        </button>
      </form>
      {purchase !== null && <TakeBack key={purchase.reference} desk={desk} purchase={purchase} />}
    </>
  );
}

/** The screen. */
export function TillReturn() {
  const text = tillWords.value;
  return (
    <AtDesk>
      {(desk) => (
        <div class="stack">
          <Heading title={text.returnTitle} back="till" />
          <p class="soft">{text.returnLead}</p>
          <Find desk={desk} />
        </div>
      )}
    </AtDesk>
  );
}
