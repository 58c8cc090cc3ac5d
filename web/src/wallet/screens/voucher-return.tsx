/** Returning what is left of a voucher that cost points: what comes back, what goes, and a signature. */

import "../offers.css";

import type { api, Operation, Points } from "@lojal/client";
import { dayOf, isProblem, parseReference, toHex } from "@lojal/client";
import { Fragment } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { lastDayText, momentText, numberText } from "../../shared/format.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { comingLots, useForecast } from "../model/foretell.js";
import type { Forecast } from "../model/foretell.js";
import { ask, brandOf } from "../model/network.js";
import type { OwnedVoucher } from "../model/voucher-choice.js";
import { mostReturned, priceOfEach } from "../model/voucher-choice.js";
import { voucherIn } from "../model/vouchers.js";
import { amountOf, errorText, Heading, look } from "../ui/parts.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { Stepper } from "../ui/stepper.js";
import { leftText, useVouchers, VouchersTrouble } from "../ui/voucher.js";
import { words } from "../words/index.js";
import { voucherWords } from "../words/vouchers.js";

type Paid = api.UsedReference;

/** The payment of a claim, as the gateway tells it: a voucher's id is the reference of its claim. */
function usePaid({ brand, voucher }: api.Voucher): { readonly paid: Paid | null; readonly error: unknown } {
  const [paid, setPaid] = useState<Paid | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    ask((client) => client.reference(brand, "claim", parseReference(voucher))).then(setPaid, setError);
  }, [voucher]);
  return { paid, error };
}

/** The days on which the points that come back expire. */
function Lives({ forecast, brand }: { readonly forecast: Forecast; readonly brand: api.Voucher["brand"] }) {
  const text = voucherWords.value.back;
  const effect = forecast.type === "told" ? forecast.effect : null;
  return effect === null ? null : (
    <>
      {comingLots(effect, brand).map(({ expiry, amount }) => (
        <Fragment key={expiry}>
          <dt>{text.lives}</dt>
          <dd data-testid="lives">
            {amountOf(brand, amount)} · {lastDayText(expiry, language.value) ?? text.never}
          </dd>
        </Fragment>
      ))}
    </>
  );
}

/** The operation: the owner's return uses no reference of the brand's, so any will do. */
function refundOf({ owner, voucher }: OwnedVoucher, paid: Paid, amount: Points, reference: string): Operation {
  return {
    type: "refund",
    brand: voucher.brand,
    to: owner,
    of: "claim",
    ofReference: parseReference(voucher.voucher),
    ofDated: paid.dated ?? dayOf(paid.timeMs),
    amount,
    reference: parseReference(reference),
    dated: dayOf(paid.timeMs),
  };
}

function Form({ one, paid }: { readonly one: OwnedVoucher; readonly paid: Paid }) {
  const text = voucherWords.value.back;
  const { brand, voucher, left } = one.voucher;
  const most = mostReturned(one.voucher, paid);
  const [wanted, setWanted] = useState(most);
  const reference = useMemo(() => toHex(crypto.getRandomValues(new Uint8Array(16))), [voucher]);
  const uses = Math.min(wanted, most);
  const amount = (priceOfEach(paid) * BigInt(uses)) as Points;
  const operations = most === 0 ? [] : [refundOf(one, paid, amount, reference)];
  const forecast = useForecast(operations, one.owner, brand, `${voucher} ${amount}`);
  const rest = left - uses;
  const isOver = paid.untilMs !== null && paid.timeMs >= paid.untilMs;
  if (most === 0 || isOver) {
    return (
      <Notice kind="warn">
        <p>{isOver ? text.over : voucherWords.value.free}</p>
      </Notice>
    );
  }
  return (
    <>
      <div class={`gift ${look(brand)}`}>
        <p>{text.gets}</p>
        <p class="big" data-testid="back">
          {amountOf(brand, amount)}
        </p>
        <p>
          {words.value.common.points} · {brandOf(brand).name}
        </p>
      </div>
      <div class="panel stack">
        {most > 1 && (
          <Stepper label={text.quantity} value={uses} most={most} onValue={setWanted} />
        )}
        <dl class="facts">
          <dt>{text.gives}</dt>
          <dd>{voucherWords.value.times(numberText(uses, language.value))}</dd>
          <dt>{text.leaves}</dt>
          <dd data-testid="rest">{rest === 0 ? text.leavesNone : leftText(rest)}</dd>
          <Lives forecast={forecast} brand={brand} />
        </dl>
        <Left forecast={forecast} brand={brand} label={text.has} />
        <p class="small soft">
          {text.same} {text.word}
        </p>
        {paid.untilMs !== null && <p class="small soft">{text.deadline(momentText(paid.untilMs, language.value))}</p>}
      </div>
      <SignButton
        text={text.action(amountOf(brand, amount))}
        icon="undo"
        isReady={wouldWork(forecast)}
        operations={() => operations}
      />
    </>
  );
}

function Return({ one }: { readonly one: OwnedVoucher }) {
  const { paid, error } = usePaid(one.voucher);
  if (paid !== null) {
    return <Form one={one} paid={paid} />;
  }
  return error === null ? (
    <Waiting text={words.value.common.loading} />
  ) : (
    <Notice kind="warn">
      <p>{isProblem(error, "unknown_reference") ? voucherWords.value.free : errorText(error)}</p>
    </Notice>
  );
}

/** The screen of the voucher with an id. */
export function VoucherReturn({ of }: { readonly of: string }) {
  const text = voucherWords.value;
  const held = useVouchers();
  const one = held.now === null ? null : voucherIn(held.now, of);
  return (
    <div class="stack">
      <Heading title={text.back.title} back="voucher" backTo={of} />
      <p class="soft">{text.back.lead}</p>
      <VouchersTrouble {...held} />
      {held.now !== null && one === null && (
        <Notice kind="warn">
          <p>{text.unknown}</p>
        </Notice>
      )}
      {one !== null && <Return one={one} />}
    </div>
  );
}
