/** Offering points: which, how many, for what, and how long; told in plain words before it is signed. */

import type { Address, BrandId, Expiry, Lot, Offer, Operation, Points, TimeMs } from "@lojal/client";
import { holdEnd, monthOf, payFor, plusMonths, toTimeMs } from "@lojal/client";
import { useMemo, useState } from "preact/hooks";

import { lastDayText, momentText } from "../../shared/format.js";
import { Choice, Notice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { useForecast } from "../model/foretell.js";
import { lotsOf, tradeable } from "../model/market.js";
import { ratioOf } from "../model/market-plan.js";
import type { Brand } from "../model/network.js";
import { brandOf } from "../model/network.js";
import { wallet } from "../model/session.js";
import { AmountField, amountIn, BrandChoice } from "../ui/fields.js";
import { eachText, pointsOf, TraderChoice } from "../ui/market.js";
import { amountOf, Heading } from "../ui/parts.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { marketWords } from "../words/market.js";
import { screenWords } from "../words/screens.js";

const DAY_MS = 24 * 60 * 60 * 1000;
/** The time by which the longest offers end before the ledger's bound, for clocks that differ, in milliseconds. */
const REST_MS = 10 * 60 * 1000;

const DAYS = ["1", "3", "7", "30"] as const;
const LIVINGS = ["0", "3", "12", "never"] as const;

/** All that the fields say. */
interface Fields {
  readonly from: Address;
  readonly brand: BrandId | null;
  readonly expiry: Expiry | null;
  readonly amount: string;
  readonly wants: BrandId | null;
  readonly price: string;
  readonly least: string;
  readonly living: (typeof LIVINGS)[number];
  readonly days: (typeof DAYS)[number];
}

/** The fields with what follows from them: what isn't chosen, or can't be any more, is the first there is. */
interface Chosen {
  readonly sold: readonly Brand[];
  readonly brand: Brand | undefined;
  readonly lots: readonly Lot[];
  readonly lot: Lot | undefined;
  readonly others: readonly Brand[];
  readonly wants: Brand | undefined;
}

function chosenIn({ from, brand: named, expiry, wants }: Fields): Chosen {
  const sold = tradeable().filter(({ id }) => lotsOf(from, id).length > 0);
  const brand = sold.find(({ id }) => id === named) ?? sold[0];
  const lots = brand === undefined ? [] : lotsOf(from, brand.id);
  const lot = lots.find((one) => one.expiry === expiry) ?? lots[0];
  const others = tradeable().filter(({ id }) => id !== brand?.id);
  return { sold, brand, lots, lot, others, wants: others.find(({ id }) => id === wants) ?? others[0] };
}

/** What is wrong with the fields; empty texts where nothing is. */
interface Wrong {
  readonly amount: string;
  readonly price: string;
  readonly least: string;
}

interface Read {
  readonly offer: Offer | null;
  readonly wrong: Wrong;
}

/** The offer that the fields say; null while one of them is empty or wrong. */
function offerIn(fields: Fields, { brand, lot, wants }: Chosen, now: TimeMs): Read {
  const text = marketWords.value.sell;
  const { amountBad } = screenWords.value.send;
  const amount = brand === undefined ? null : amountIn(fields.amount, brand);
  const price = wants === undefined ? null : amountIn(fields.price, wants);
  const isAny = fields.least.trim() === "";
  const least = isAny || brand === undefined ? (1n as Points) : amountIn(fields.least, brand);
  const ratio = amount === null || price === null ? null : ratioOf(price, amount);
  const isTooMany = amount !== null && lot !== undefined && amount > lot.amount;
  const isBad = (typed: string, read: Points | null): boolean => typed.trim() !== "" && read === null;
  const isLeastBad = least === null || least === 0n || (amount !== null && least > amount);
  const isTooFine = amount !== null && price !== null && ratio === null;
  const wrong = {
    amount: isBad(fields.amount, amount) ? amountBad : isTooMany ? text.tooMany : "",
    price: isBad(fields.price, price) ? amountBad : isTooFine ? text.fine : "",
    least: isLeastBad ? text.leastBad : "",
  };
  const isWrong = wrong.amount !== "" || wrong.price !== "" || wrong.least !== "";
  if (brand === undefined || lot === undefined || wants === undefined || amount === null || ratio === null) {
    return { offer: null, wrong };
  }
  const wantsUntil: Expiry = fields.living === "never" ? "never" : plusMonths(monthOf(now), Number(fields.living));
  const lastsMs = Number(fields.days) * DAY_MS - (fields.days === "30" ? REST_MS : 0);
  const offer: Offer = {
    brand: brand.id,
    from: fields.from,
    amount,
    expiry: lot.expiry,
    wants: wants.id,
    priceNum: ratio[0],
    priceDen: ratio[1],
    wantsUntil,
    minTake: least ?? (1n as Points),
    expiresMs: toTimeMs(now + lastsMs),
  };
  return { offer: isWrong ? null : offer, wrong };
}

/** The offer in plain words, and the button that signs it. */
function Told({ offer }: { readonly offer: Offer }) {
  const text = marketWords.value.sell;
  const { brand, from, amount, expiry, wants, priceNum, priceDen, expiresMs } = offer;
  const operation: Operation = { type: "offer", ...offer };
  const key = Object.values(offer).join(" ");
  const forecast = useForecast([operation], from, brand, key);
  const price = payFor(amount, priceNum, priceDen);
  const day = lastDayText(expiry, language.value);
  return (
    <>
      <div class="panel stack" data-testid="told">
        <p>
          <strong>{text.told(pointsOf(brand, amount), pointsOf(wants, price))}</strong>
        </p>
        <p>{text.unit(eachText(offer))}</p>
        <p class="soft">
          {text.ends(momentText(holdEnd(expiresMs), language.value))} {day !== null && text.earlier(day)}
        </p>
        <Left forecast={forecast} brand={brand} label={marketWords.value.buy.after(brandOf(brand).name)} />
      </div>
      <SignButton
        text={text.action(pointsOf(brand, amount))}
        icon="up"
        isReady={wouldWork(forecast)}
        operations={() => [operation]}
      />
    </>
  );
}

/** A lot in the choice of them. */
function lotText(brand: BrandId, { amount, expiry }: Lot): string {
  const text = marketWords.value.sell;
  const day = lastDayText(expiry, language.value);
  return day === null ? text.lotAlways(amountOf(brand, amount)) : text.lotDay(amountOf(brand, amount), day);
}

interface Part {
  readonly fields: Fields;
  readonly chosen: Chosen;
  readonly wrong: Wrong;
  readonly onChange: (change: Partial<Fields>) => void;
}

/** What is sold. */
function Sold({ fields, chosen: { sold, brand, lots, lot }, wrong, onChange }: Part) {
  const text = marketWords.value.sell;
  if (brand === undefined || lot === undefined) {
    return null;
  }
  const { transferMin, transferMax } = brand.policy;
  return (
    <div class="panel stack">
      <TraderChoice legend={text.from} value={fields.from} onValue={(from) => onChange({ from })} />
      <BrandChoice
        label={text.brand}
        name="brand"
        all={sold}
        value={brand.id}
        onValue={(id) => onChange({ brand: id, expiry: null })}
      />
      <Choice<Expiry>
        legend={text.lot}
        name="lot"
        all={lots.map((one) => [one.expiry, lotText(brand.id, one)] as const)}
        value={lot.expiry}
        onValue={(expiry) => onChange({ expiry })}
      />
      <AmountField
        label={text.amount}
        hint={text.limits(amountOf(brand.id, transferMin), amountOf(brand.id, transferMax))}
        value={fields.amount}
        wrong={wrong.amount}
        onValue={(amount) => onChange({ amount })}
      />
    </div>
  );
}

/** What is wanted for it, and for how long. */
function Wanted({ fields, chosen: { others, wants }, wrong, onChange }: Part) {
  const text = marketWords.value.sell;
  if (wants === undefined) {
    return null;
  }
  return (
    <div class="panel stack">
      <BrandChoice
        label={text.wants}
        name="wants"
        all={others}
        value={wants.id}
        onValue={(id) => onChange({ wants: id })}
      />
      <AmountField
        label={text.price(wants.name)}
        value={fields.price}
        wrong={wrong.price}
        onValue={(price) => onChange({ price })}
      />
      <Choice
        legend={text.living}
        name="living"
        all={LIVINGS.map((one) => [one, text.livings[one]] as const)}
        value={fields.living}
        onValue={(living) => onChange({ living })}
      />
      <Choice
        legend={text.lasts}
        name="days"
        all={DAYS.map((one) => [one, text.days[one]] as const)}
        value={fields.days}
        onValue={(days) => onChange({ days })}
      />
      <AmountField
        label={text.least}
        hint={text.leastHint}
        value={fields.least}
        wrong={wrong.least}
        onValue={(least) => onChange({ least })}
      />
    </div>
  );
}

function Form({ own }: { readonly own: Address }) {
  const text = marketWords.value.sell;
  const [fields, setFields] = useState<Fields>({
    from: own,
    brand: null,
    expiry: null,
    amount: "",
    wants: null,
    price: "",
    least: "",
    living: "0",
    days: "7",
  });
  const chosen = chosenIn(fields);
  const now = useMemo(() => toTimeMs(Date.now()), [fields]);
  const { offer, wrong } = offerIn(fields, chosen, now);
  const part = { fields, chosen, wrong, onChange: (change: Partial<Fields>) => setFields({ ...fields, ...change }) };
  if (chosen.brand === undefined || chosen.wants === undefined) {
    return (
      <>
        <TraderChoice legend={text.from} value={fields.from} onValue={(from) => setFields({ ...fields, from })} />
        <Notice kind="warn">
          <p>{text.none}</p>
        </Notice>
      </>
    );
  }
  return (
    <>
      <Sold {...part} />
      <Wanted {...part} />
      {offer !== null && <Told offer={offer} />}
    </>
  );
}

/** The screen. */
export function MarketOffer() {
  const text = marketWords.value.sell;
  const own = wallet.value?.address;
  return (
    <div class="stack">
      <Heading title={text.title} back="market" />
      <p class="soft">{text.lead}</p>
      {own !== undefined && <Form own={own} />}
    </div>
  );
}
