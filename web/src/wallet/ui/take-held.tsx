/** Taking points that are held, all or some of them, or letting go of them. */

import type { Address, BrandId, Day, Operation, Points, Reference } from "@lojal/client";
import { formatAmount, today, toTimeMs } from "@lojal/client";
import { useState } from "preact/hooks";

import { language } from "../../shared/preferences.js";
import { ask, brandOf } from "../model/network.js";
import type { Deed } from "../model/till.js";
import { noteSigned } from "../model/till.js";
import { tillWords } from "../words/till.js";
import { AmountField, amountIn } from "./fields.js";
import { amountOf } from "./parts.js";
import { SignButton } from "./sign.js";
import type { Desk } from "./till-parts.js";

/** Points that are held, as the operations name them. */
export interface Held {
  readonly brand: BrandId;
  readonly from: Address;
  readonly amount: Points;
  readonly holdReference: Reference;
  readonly holdDated: Day;
}

/** The day by which what is signed now is dated. */
export async function thisDay(): Promise<Day> {
  const { timeMs } = await ask((client) => client.status());
  return today(toTimeMs(Date.now()), timeMs);
}

/** The form. */
export function TakeHeld({ desk, held }: { readonly desk: Desk; readonly held: Held }) {
  const text = tillWords.value;
  const { brand, from, holdReference, holdDated } = held;
  const { decimals } = brandOf(brand);
  const whole = formatAmount(held.amount, decimals);
  const [typed, setTyped] = useState(language.value === "sv" ? whole.replace(".", ",") : whole);
  const amount = amountIn(typed, brandOf(brand));
  const isTooMuch = amount !== null && amount > held.amount;
  const done = (deed: Deed, points: Points) => (id: Parameters<typeof noteSigned>[0]) =>
    noteSigned(id, deed, { brand, amount: points, member: from });
  // The hold's own reference is the capture's, so one that is tried again can't take anything twice.
  const capture = async (points: Points): Promise<readonly Operation[]> => [
    {
      type: "capture",
      brand,
      from,
      holdReference,
      holdDated,
      amount: points,
      reference: holdReference,
      dated: await thisDay(),
    },
  ];
  return (
    <div class="stack">
      <AmountField
        label={text.takeLabel}
        value={typed}
        wrong={isTooMuch ? text.tooMuch(amountOf(brand, held.amount)) : ""}
        onValue={setTyped}
      />
      <SignButton
        text={text.take}
        icon="check"
        to="till-done"
        isReady={amount !== null && !isTooMuch && desk.may("capture")}
        operations={() => []}
        before={() => capture(amount ?? held.amount)}
        onSent={done("capture", amount ?? held.amount)}
      />
      <SignButton
        text={text.letGo}
        kind="plain"
        to="till-done"
        isReady={desk.may("capture")}
        operations={() => [{ type: "release", brand, from, holdReference, holdDated }]}
        onSent={done("release", held.amount)}
      />
    </div>
  );
}
