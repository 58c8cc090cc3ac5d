/** Everything that texts about the ledger need: the words, and what numbers, brands and accounts look like. */

import type { Address, BrandId, GrossPoints, Money, NetworkKind, Points, TimeMs } from "@lojal/client";
import { addressToText } from "@lojal/client";

import { amountText, momentText, numberText, shortAddress } from "../../shared/format.js";
import type { Language } from "../../shared/preferences.js";
import type { ledgerSv } from "../words/ledger-sv.js";

/** The words of what stands on the ledger. */
export type LedgerWords = typeof ledgerSv;

/** A brand as texts name it. */
export interface Named {
  readonly name: string;
  readonly decimals: number;
}

/** Something that is said of the ledger: its name, what it was, and what it becomes or is. */
export interface Row {
  readonly name: string;
  readonly before: string | null;
  readonly after: string;
}

const [SECOND, MINUTE, HOUR, DAY] = [1_000n, 60_000n, 3_600_000n, 86_400_000n];

/** The way to say things in one language about one network. */
export class Say {
  constructor(
    readonly words: LedgerWords,
    readonly language: Language,
    readonly network: NetworkKind,
    readonly currency: string | null,
    readonly brands: ReadonlyMap<BrandId, Named>,
  ) {}

  /** The name of a brand. */
  brand(id: BrandId): string {
    return this.brands.get(id)?.name ?? id;
  }
  /** The decimals of a brand's points. */
  decimals(id: BrandId): number {
    return this.brands.get(id)?.decimals ?? 0;
  }
  /** Points of a brand. */
  points(points: Points | GrossPoints, brand: BrandId): string {
    return amountText(points, this.decimals(brand), this.language);
  }
  /** A number. */
  number(number: bigint | number): string {
    return numberText(number, this.language);
  }
  /** A sum of the settlement currency. */
  money(minor: Money): string {
    const text = amountText(minor as bigint as Points, 2, this.language);
    return this.currency === null ? text : `${text} ${this.currency}`;
  }
  /** The worth of one point, with as many decimals as it needs. */
  price(micro: bigint, brand: BrandId): string {
    const digits = 8;
    const whole = micro * 10n ** BigInt(this.decimals(brand));
    const text = amountText(whole as Points, digits, "en").replace(/,/g, "").replace(/\.?0+$/, "");
    const shown = this.language === "sv" ? text.replace(".", ",") : text;
    return this.currency === null ? shown : `${shown} ${this.currency}`;
  }
  /** A span of time. */
  span(ms: bigint): string {
    const { time } = this.words;
    const units = [
      [DAY, time.days],
      [HOUR, time.hours],
      [MINUTE, time.minutes],
      [SECOND, time.seconds],
    ] as const;
    const fit = units.find(([unit]) => ms >= unit && ms % unit === 0n);
    return ms === 0n ? time.none : fit === undefined ? time.ms(this.number(ms)) : fit[1](this.number(ms / fit[0]));
  }
  /** A moment, in this browser's time zone. */
  moment(time: TimeMs): string {
    return momentText(time, this.language);
  }
  /** An account, short. */
  account(address: Address): string {
    return shortAddress(this.address(address));
  }
  /** An account, as a whole. */
  address(address: Address): string {
    return addressToText(address, this.network);
  }
  /** Yes or no. */
  yesNo(is: boolean): string {
    return is ? this.words.yes : this.words.no;
  }
}
