/** What campaigns give, in words and as an icon: the one place of the wallet that knows all kinds of awards. */

import type { Award, BrandId, Campaign } from "@lojal/client";

import { numberText } from "../../shared/format.js";
import type { IconName } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { brandOf } from "../model/network.js";
import { offerWords } from "../words/offers.js";
import { amountOf } from "./parts.js";

/** An award of so many units, as people call it. */
export function awardTitle(award: Award, brand: BrandId, units = 1): string {
  const text = offerWords.value;
  const number = (count: number): string => numberText(count, language.value);
  switch (award.type) {
    case "points":
      return text.points(amountOf(brand, award.amount));
    case "mark":
      return award.days === null
        ? text.mark(String(award.mark))
        : text.markFor(String(award.mark), number(award.days * units));
    case "voucher":
      return text.voucher(number(units));
    case "cause":
      return text.cause;
  }
}

type Given = Pick<Campaign, "award" | "pendingDays">;

/** What else there is to say of an award; null if nothing is. */
export function awardDetail({ award, pendingDays }: Given, brand: BrandId, isGranted: boolean): string | null {
  const text = offerWords.value;
  switch (award.type) {
    case "points": {
      const parts = [
        ...(isGranted && award.upTo > award.amount ? [text.upTo(amountOf(brand, award.upTo))] : []),
        ...(award.months === null ? [] : [text.forMonths(numberText(award.months, language.value))]),
        ...(pendingDays === 0 ? [] : [text.later(numberText(pendingDays, language.value))]),
      ];
      return parts.length === 0 ? null : parts.join(" · ");
    }
    case "mark":
      return null;
    case "voucher":
      return text.voucherDays(numberText(award.validDays, language.value));
    case "cause":
      return award.to === null ? null : text.causeFor(brandOf(award.to.brand).name);
  }
}

/** The icon of an award. */
export function awardIcon(award: Award): IconName {
  switch (award.type) {
    case "points":
      return "gift";
    case "mark":
      return "star";
    case "voucher":
      return "ticket";
    case "cause":
      return "spark";
  }
}

/** Most units of one claim: what has a price can be taken several times at once, but for a mark without end. */
export function unitsMax(award: Award, price: bigint): number {
  switch (award.type) {
    case "points":
      return 1;
    case "mark":
      return price === 0n || award.days === null ? 1 : 100;
    case "voucher":
    case "cause":
      return price === 0n ? 1 : 100;
  }
}
