/** A till's request for a voucher: whose and which one is used, what is left of it, and the time in which to answer. */

import type { VoucherId, VoucherRequest } from "@lojal/client";
import { referenceOfVoucherRequest, tagOf, toTimeMs, voucherAnswerOf } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { numberText } from "../../shared/format.js";
import { Choice, Notice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { scanned } from "../model/code.js";
import type { Forecast } from "../model/foretell.js";
import { useForecast } from "../model/foretell.js";
import { ask, brandOf, theNetwork } from "../model/network.js";
import type { OwnedVoucher } from "../model/voucher-choice.js";
import { mostLeft, vouchersFor } from "../model/voucher-choice.js";
import { ownedIn } from "../model/vouchers.js";
import { Heading, look } from "../ui/parts.js";
import { Ring, useLeft } from "../ui/ring.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { leftText, untilText, useVouchers, VouchersTrouble } from "../ui/voucher.js";
import { screenWords } from "../words/screens.js";
import { voucherWords } from "../words/vouchers.js";

function times(count: number): string {
  return voucherWords.value.times(numberText(count, language.value));
}

/** A voucher in a choice of several. */
function inChoice({ voucher, isPool }: OwnedVoucher): string {
  const parts = [leftText(voucher.left), untilText(voucher.until), ...(isPool ? [voucherWords.value.pool] : [])];
  return parts.join(" · ");
}

/** What would come of it: the uses that are left, or the reason for which it wouldn't work. */
function After(props: {
  readonly forecast: Forecast;
  readonly request: VoucherRequest;
  readonly voucher: OwnedVoucher["voucher"];
}) {
  const { forecast, request, voucher } = props;
  const text = voucherWords.value.use;
  const isTold = forecast.type === "told";
  if (isTold && forecast.outcome.result !== "applied" && forecast.outcome.code === "duplicate_reference") {
    return (
      <Notice kind="bad">
        <p>{text.answered}</p>
      </Notice>
    );
  }
  const rest = voucher.left - request.quantity;
  return isTold && forecast.outcome.result === "applied" ? (
    <div class="row between" data-testid="left">
      <span class="soft">{text.after}</span>
      <span class="number">{rest === 0 ? text.usedUp : leftText(rest)}</span>
    </div>
  ) : (
    <Left forecast={forecast} brand={request.brand} />
  );
}

function Answer({ request, fits }: { readonly request: VoucherRequest; readonly fits: readonly OwnedVoucher[] }) {
  const text = voucherWords.value;
  const [chosen, setChosen] = useState<VoucherId | null>(null);
  const one = fits.find(({ voucher }) => voucher.voucher === chosen) ?? fits[0];
  const left = useLeft(request.untilMs);
  const { chainId } = theNetwork().genesis;
  const operations = one === undefined ? [] : [voucherAnswerOf(request, chainId, one.owner, one.voucher.voucher)];
  const key = `${one?.voucher.voucher ?? ""} ${request.salt}`;
  const forecast = useForecast(operations, one?.owner ?? null, request.brand, key);
  if (one === undefined) {
    return null;
  }
  return (
    <>
      <div class="panel stack">
        {fits.length > 1 ? (
          <Choice
            legend={text.use.which}
            name="voucher"
            all={fits.map((other) => [other.voucher.voucher, inChoice(other)] as const)}
            value={one.voucher.voucher}
            onValue={setChosen}
          />
        ) : (
          <p>
            <span class="soft">{text.use.which}: </span>
            {inChoice(one)}
          </p>
        )}
        {request.household !== null && <p>{text.use.poolOnly}</p>}
        <After forecast={forecast} request={request} voucher={one.voucher} />
        <Ring left={left} label={screenWords.value.pay.leftTime} />
      </div>
      {left <= 0 ? (
        <Notice kind="warn">
          <p>{screenWords.value.pay.overTitle}</p>
        </Notice>
      ) : (
        <SignButton
          text={text.use.action(numberText(request.quantity, language.value))}
          icon="check"
          isReady={wouldWork(forecast)}
          operations={() => operations}
        />
      )}
    </>
  );
}

/** The reason for which no voucher fits: one has answered this request, none is of its campaign, or too few uses. */
function NoneFits({ request, most }: { readonly request: VoucherRequest; readonly most: number }) {
  const text = voucherWords.value.use;
  const [isAnswered, setAnswered] = useState(false);
  useEffect(() => {
    const reference = referenceOfVoucherRequest(request, theNetwork().genesis.chainId);
    ask((client) => client.voucherUse(reference, request.dated)).then(
      () => setAnswered(true),
      // It isn't answered, or nobody says so.
      () => undefined,
    );
  }, [request.salt]);
  const few = most > 0 ? text.few(numberText(most, language.value)) : text.none;
  return (
    <Notice kind="warn">
      <p data-testid="none">{isAnswered ? text.answered : few}</p>
    </Notice>
  );
}

function Request({ request }: { readonly request: VoucherRequest }) {
  const text = voucherWords.value;
  const { brand, campaign, quantity } = request;
  const held = useVouchers();
  const known = held.now ?? held.kept;
  const all = known === null ? [] : ownedIn(known);
  const fits = vouchersFor(request, all);
  return (
    <div class="stack">
      <Heading title={text.use.title} back="scan" />
      <div class={`pay ${look(brand)}`}>
        <p class="big" data-testid="amount">
          {times(quantity)}
        </p>
        <p class="to">
          {text.name(String(campaign))} {text.use.asks(brandOf(brand).name)}
        </p>
      </div>
      <VouchersTrouble {...held} />
      {known !== null && fits.length === 0 && <NoneFits request={request} most={mostLeft(request, all)} />}
      {fits.length > 0 && <Answer request={request} fits={fits} />}
    </div>
  );
}

/** The screen of the request in a text. */
export function VoucherUse({ of }: { readonly of: string }) {
  const { scan, pay } = screenWords.value;
  const { chainId, network } = theNetwork().genesis;
  const found = scanned(of, network, tagOf(chainId), toTimeMs(Date.now()));
  if (found.type === "voucher") {
    return <Request request={found.call.request} />;
  }
  const isOver = found.type === "fault" && found.fault === "expired";
  return (
    <div class="stack">
      <Heading title={isOver ? pay.overTitle : voucherWords.value.use.title} back="scan" />
      <Notice kind="warn">
        <p>{isOver ? scan.expired : scan.damaged}</p>
      </Notice>
    </div>
  );
}
