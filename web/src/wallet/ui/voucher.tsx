/** The parts of vouchers' screens. */

import type { Day } from "@lojal/client";
import { dayOf, toTimeMs } from "@lojal/client";

import { dateText, momentText, numberText } from "../../shared/format.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { freshness } from "../model/account.js";
import type { ProvenOrKept } from "../model/kept.js";
import { useProvenOrKept } from "../model/kept.js";
import type { HeldVouchers } from "../model/vouchers.js";
import { keepVouchers, readVouchers, vouchersIn } from "../model/vouchers.js";
import { words } from "../words/index.js";
import { voucherWords } from "../words/vouchers.js";

/** The vouchers as they are proven now, or as they were. */
export function useVouchers(): ProvenOrKept<HeldVouchers> {
  return useProvenOrKept(vouchersIn, keepVouchers, readVouchers);
}

/** What is wrong with the vouchers, or how old they are. */
export function VouchersTrouble({ now, kept, isLacking }: ProvenOrKept<HeldVouchers>) {
  const text = voucherWords.value;
  const isAlone = freshness.value !== "loading" && freshness.value !== "proven";
  const isNothing = now === null && kept === null && !isLacking;
  return (
    <>
      {isLacking && (
        <Notice kind="bad">
          <p>{text.lacking}</p>
        </Notice>
      )}
      {now === null && kept !== null && (
        <Notice kind="warn" icon="clock">
          <p>{text.kept(momentText(kept.own.timeMs, language.value))}</p>
        </Notice>
      )}
      {isNothing && (isAlone ? <p class="soft">{text.offline}</p> : <Waiting text={words.value.common.loading} />)}
    </>
  );
}

/** A number of uses that are left. */
export function leftText(count: number): string {
  return voucherWords.value.left(numberText(count, language.value));
}

/** The last day of a voucher. */
export function untilText(until: Day): string {
  const text = voucherWords.value;
  const isToday = until === dayOf(toTimeMs(Date.now()));
  return isToday ? text.lastToday : text.until(dateText(until, language.value));
}
