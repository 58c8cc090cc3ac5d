/** A till's request: who asks for how many points, what is left after it, and the time in which to answer. */

import type { Address, Operation, PaymentRequest } from "@lojal/client";
import { answerOf, tagOf, toTimeMs } from "@lojal/client";
import { useState } from "preact/hooks";

import { momentText } from "../../shared/format.js";
import { Notice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { shown } from "../model/account.js";
import { scanned } from "../model/code.js";
import { useForecast } from "../model/foretell.js";
import { brandOf, theNetwork } from "../model/network.js";
import { wallet } from "../model/session.js";
import { amountOf, Heading, look } from "../ui/parts.js";
import { Ring, useLeft } from "../ui/ring.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { words } from "../words/index.js";
import { screenWords } from "../words/screens.js";

/** The accounts that can pay: one's own, and pools. A request that names a household is paid from its pool alone. */
function payers({ request }: PaymentRequest): readonly (readonly [Address, string])[] {
  const { pay } = screenWords.value;
  const own = wallet.value?.address;
  if (request.household !== null || own === undefined) {
    return request.household === null ? [] : [[request.household, pay.pool]];
  }
  const pools = (shown.value?.pools ?? []).map(({ address }) => [address, pay.pool] as const);
  return [[own, pay.own], ...pools];
}

function PayFrom(props: {
  readonly all: readonly (readonly [Address, string])[];
  readonly from: Address;
  readonly onFrom: (from: Address) => void;
}) {
  const { all, from, onFrom } = props;
  return all.length < 2 ? null : (
    <fieldset class="stack tight">
      <legend>{screenWords.value.pay.from}</legend>
      <div class="choices">
        {all.map(([address, name]) => (
          <label class="choice" key={address}>
            <input type="radio" name="from" checked={address === from} onChange={() => onFrom(address)} />
            <span>{name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Request({ request }: { readonly request: PaymentRequest }) {
  const { pay } = screenWords.value;
  const { brand, amount, kind, untilMs } = request.request;
  const all = payers(request);
  const [from, setFrom] = useState<Address | null>(all[0]?.[0] ?? null);
  const left = useLeft(untilMs);
  const { chainId } = theNetwork().genesis;
  const operations: readonly Operation[] = from === null ? [] : [answerOf(request.request, chainId, from)];
  const forecast = useForecast(operations, from, brand, `${from ?? ""} ${request.request.salt}`);
  const isHold = kind.type === "hold";
  const isOver = left <= 0;
  return (
    <div class="stack">
      <Heading title={isHold ? pay.hold : pay.title} back="scan" />
      <div class={`pay ${look(brand)}`}>
        <p class="big" data-testid="amount">
          {amountOf(brand, amount)}
        </p>
        <p class="to">
          {words.value.common.points} {pay.to(brandOf(brand).name)}
        </p>
        {kind.type === "hold" && <p>{pay.holdUntil(momentText(kind.expiresMs, language.value))}</p>}
      </div>
      <div class="panel stack">
        {from !== null && <PayFrom all={all} from={from} onFrom={setFrom} />}
        {request.request.household !== null && <p>{pay.poolOnly}</p>}
        <Left forecast={forecast} brand={brand} />
        <Ring left={left} label={pay.leftTime} />
      </div>
      {isOver ? (
        <Notice kind="warn">
          <p>{pay.overTitle}</p>
        </Notice>
      ) : (
        <SignButton
          text={isHold ? pay.actionHold : pay.action}
          icon="check"
          isReady={operations.length > 0 && wouldWork(forecast)}
          operations={() => operations}
        />
      )}
    </div>
  );
}

/** The screen of the request in a text. */
export function Pay({ of }: { readonly of: string }) {
  const { pay, scan } = screenWords.value;
  const { chainId, network } = theNetwork().genesis;
  const found = scanned(of, network, tagOf(chainId), toTimeMs(Date.now()));
  if (found.type === "request") {
    return <Request request={found.request} />;
  }
  const isOver = found.type === "fault" && found.fault === "expired";
  return (
    <div class="stack">
      <Heading title={isOver ? pay.overTitle : pay.title} back="scan" />
      <Notice kind="warn">
        <p>{isOver ? scan.expired : scan.damaged}</p>
      </Notice>
    </div>
  );
}
