/** The days that what the brand issues is pending, and other ones, in words before they are signed. */

import type { api, BrandAction } from "@lojal/client";
import { limits } from "@lojal/client";
import { useState } from "preact/hooks";

import { Field, Waiting } from "../../shared/parts.js";
import { Heading } from "../../wallet/ui/parts.js";
import { shown } from "../model/brand.js";
import { ReviewOrCancel, TextInput } from "../ui/parts.js";
import { ReviewAction } from "../ui/review.js";
import { words } from "../words/index.js";

/** The days that a text says; null if it says none that can be set. */
function daysIn(text: string): number | null {
  const days = /^[0-9]{1,2}$/.test(text.trim()) ? Number(text.trim()) : null;
  return days !== null && days <= limits.PENDING_DAYS_MAX ? days : null;
}

function Form({ brand }: { readonly brand: api.BrandAnswer }) {
  const { policy: text } = words.value;
  const [typed, setTyped] = useState(String(brand.pendingDays));
  const [action, setAction] = useState<Extract<BrandAction, { type: "set_pending_days" }> | null>(null);
  const days = daysIn(typed);
  const isSame = days === brand.pendingDays;
  if (action !== null) {
    return <ReviewAction brand={brand.id} action={action} onBack={() => setAction(null)} />;
  }
  const review = (event: Event): void => {
    event.preventDefault();
    if (days !== null) {
      setAction({ type: "set_pending_days", brand: brand.id, days });
    }
  };
  return (
    <form class="stack" onSubmit={review}>
      <Heading title={text.pendingEdit} back="policy" />
      <div class="panel stack">
        <p class="soft">{text.pendingLead}</p>
        <Field label={text.pendingDays} hint={text.pendingHint} wrong={days === null ? text.pendingBad : ""}>
          {(id, hint) => <TextInput id={id} hint={hint} mode="decimal" value={typed} onValue={setTyped} />}
        </Field>
        {isSame && <p class="soft">{text.same}</p>}
        <ReviewOrCancel isReady={days !== null && !isSame} back="policy" />
      </div>
    </form>
  );
}

/** The screen. */
export function PendingEdit() {
  const brand = shown.value?.brand;
  return (
    <div class="narrow">
      {brand === undefined ? <Waiting text={words.value.common.loading} /> : <Form key={brand.id} brand={brand} />}
    </div>
  );
}
