/** Points to somebody else, or into the family's pool: to whom, how many, and a last look before it is signed. */

import type { Address, BrandId, Operation } from "@lojal/client";
import { addressToText } from "@lojal/client";
import { useState } from "preact/hooks";

import { Notice, Waiting } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { shown } from "../model/account.js";
import { useForecast } from "../model/foretell.js";
import type { Brand } from "../model/network.js";
import { brandOf, theNetwork } from "../model/network.js";
import { wallet } from "../model/session.js";
import { AddressField, addressIn, AmountField, amountIn, BrandChoice } from "../ui/fields.js";
import { amountOf, Heading, look } from "../ui/parts.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { words } from "../words/index.js";
import { screenWords } from "../words/screens.js";

/** The brands that an account has points of, with how many. */
function heldBrands(): readonly (readonly [Brand, bigint])[] {
  const some = (shown.value?.own.account.balances ?? []).filter(({ total }) => total > 0n);
  return some.map(({ brand, total }) => [brandOf(brand), total]);
}

function isPool(address: Address | null): boolean {
  return address !== null && (shown.value?.pools ?? []).some((pool) => pool.address === address);
}

/** What is wrong with an amount; empty if nothing is. */
function wrongAmount(text: string, brand: Brand | null, has: bigint): string {
  const { send } = screenWords.value;
  if (text.trim() === "" || brand === null) {
    return "";
  }
  const amount = amountIn(text, brand);
  return amount === null ? send.amountBad : amount > has ? send.tooMuch : "";
}

function Review({
  operation,
  brand,
  onBack,
}: {
  readonly operation: Extract<Operation, { type: "transfer" }>;
  readonly brand: Brand;
  readonly onBack: () => void;
}) {
  const { send } = screenWords.value;
  const { common } = words.value;
  const { amount, to, from } = operation;
  const forecast = useForecast([operation], from, brand.id, `${to} ${amount}`);
  return (
    <div class="stack">
      <h1>{send.review}</h1>
      <div class={`pay ${look(brand.id)}`}>
        <p class="big">{amountOf(brand.id, amount)}</p>
        <p class="to">
          {common.points} · {brand.name}
        </p>
      </div>
      <div class="panel stack">
        <div>
          <p class="soft">{isPool(to) ? send.toPool : common.to}</p>
          <p class="mono">{addressToText(to, theNetwork().genesis.network)}</p>
        </div>
        <Left forecast={forecast} brand={brand.id} />
      </div>
      <SignButton text={send.action} icon="send" isReady={wouldWork(forecast)} operations={() => [operation]} />
      <button class="button plain" type="button" onClick={onBack}>
        {common.back}
      </button>
    </div>
  );
}

/** The operation that the fields say; null while one of them is wrong. */
function operationOf(to: Address | null, brand: Brand | null, text: string, has: bigint): Operation | null {
  const from = wallet.value?.address;
  const amount = brand === null ? null : amountIn(text, brand);
  if (from === undefined || to === null || to === from || brand === null || amount === null || amount > has) {
    return null;
  }
  return { type: "transfer", brand: brand.id, from, to, amount };
}

/** The screen; `of` is the address that was scanned. */
export function Send({ of }: { readonly of: string }) {
  const { send } = screenWords.value;
  const held = heldBrands();
  const [to, setTo] = useState(of);
  const [chosen, setChosen] = useState<BrandId | null>(held[0]?.[0].id ?? null);
  const [text, setText] = useState("");
  const [isReviewed, setReviewed] = useState(false);
  const address = addressIn(to);
  const [brand = null, has = 0n] = held.find(([one]) => one.id === chosen) ?? held[0] ?? [];
  const operation = operationOf(address, brand, text, has);
  if (isReviewed && operation?.type === "transfer" && brand !== null) {
    return <Review operation={operation} brand={brand} onBack={() => setReviewed(false)} />;
  }
  const canGo = brand !== null && (isPool(address) ? brand.policy.poolable : brand.policy.transferable);
  const limits =
    brand === null || !canGo || isPool(address)
      ? ""
      : send.limits(amountOf(brand.id, brand.policy.transferMin), amountOf(brand.id, brand.policy.transferMax));
  const isSelf = address !== null && address === wallet.value?.address;
  const review = (event: Event): void => {
    event.preventDefault();
    setReviewed(true);
  };
  return (
    <form class="stack" onSubmit={review}>
      <Heading title={send.title} back="" />
      {shown.value === null && <Waiting text={words.value.common.loading} />}
      <div class="panel stack">
        <AddressField label={send.toLabel} value={to} wrong={isSelf ? send.self : ""} onValue={setTo} />
        <a href={linkTo("scan")}>{send.scan}</a>
        <BrandChoice
          label={words.value.common.brand}
          name="brand"
          all={held.map(([one]) => one)}
          value={brand?.id ?? null}
          onValue={setChosen}
        />
        {held.length === 0 && <p class="soft">{send.noBrand}</p>}
        <AmountField
          label={send.amountLabel}
          value={text}
          hint={limits}
          wrong={wrongAmount(text, brand, has)}
          onValue={setText}
        />
        {brand !== null && !canGo && (
          <Notice kind="warn">
            <p>{send.notTransferable}</p>
          </Notice>
        )}
      </div>
      <button class="button" type="submit" disabled={operation === null || !canGo}>
        {send.check}
      </button>
    </form>
  );
}
