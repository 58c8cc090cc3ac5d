/** The terms of a campaign as people write them into fields, and back. */

import type {
  Award,
  BrandId,
  Campaign,
  Hash,
  MarkId,
  Period,
  PerMember,
  Points,
  Referral,
  Sponsor,
  TakenBy,
  TimeMs,
} from "@lojal/client";
import { AmountError, dayOf, formatAmount, limits, LojalError, parseAmount, parseDay } from "@lojal/client";
import { plusDays, startOfDay, toTimeMs } from "@lojal/client";

import type { RequirementForm } from "./requirement-form.js";
import { requirementFormOf, requirementOf } from "./requirement-form.js";

/** Decimals of the worth of a point: millionths of the currency's minor unit. */
const PRICE_DECIMALS = 8;
const POINTS_MAX = 2n ** 53n - 1n;
const DAY_MS = 86_400_000;

/** The fields. Amounts, numbers and days (UTC) are texts; an empty one stands for none where there can be none. */
export interface CampaignForm {
  readonly opens: string;
  readonly lastDay: string;
  readonly by: TakenBy;
  readonly award: Award["type"];
  readonly amount: string;
  readonly upTo: string;
  readonly months: string;
  readonly pendingDays: string;
  readonly mark: string;
  readonly days: string;
  readonly validDays: string;
  readonly returnable: boolean;
  readonly to: BrandId | "";
  readonly toWorth: string;
  readonly price: string;
  readonly requires: readonly RequirementForm[];
  readonly times: string;
  readonly per: Period;
  readonly stock: string;
  readonly budget: string;
  readonly referral: string;
  readonly yearMax: string;
  readonly sponsor: BrandId | "";
  readonly worth: string;
  readonly invited: string;
  readonly households: boolean;
  readonly about: string;
}

/** The name of a field, or of one of the facts by its place. */
export type Wrong = keyof CampaignForm | `requires.${number}`;

/** The fields of a new campaign, which opens on a day. */
export function newForm(today: string): CampaignForm {
  return {
    opens: today,
    lastDay: "",
    by: "member",
    award: "points",
    amount: "",
    upTo: "",
    months: "",
    pendingDays: "",
    mark: "1",
    days: "",
    validDays: "",
    returnable: false,
    to: "",
    toWorth: "",
    price: "",
    requires: [],
    times: "1",
    per: "ever",
    stock: "",
    budget: "",
    referral: "",
    yearMax: "",
    sponsor: "",
    worth: "",
    invited: "",
    households: false,
    about: "",
  };
}

function worthText(priceMicro: bigint, decimals: number): string {
  const text = formatAmount((priceMicro * 10n ** BigInt(decimals)) as Points, PRICE_DECIMALS);
  return text.replace(/\.?0+$/, "");
}

/** The fields of terms. */
export function campaignFormOf(terms: Campaign, decimals: number): CampaignForm {
  const points = (amount: Points | null): string => (amount === null ? "" : formatAmount(amount, decimals));
  const or = (value: bigint | number | null): string => (value === null ? "" : String(value));
  const { award, perMember, referral, sponsor } = terms;
  const isPoints = award.type === "points";
  const to = award.type === "cause" ? award.to : null;
  return {
    opens: dayOf(terms.opensMs),
    lastDay: dayOf(toTimeMs(terms.closesMs - 1)),
    by: terms.by,
    award: award.type,
    amount: isPoints ? points(award.amount) : "",
    upTo: isPoints && award.upTo !== award.amount ? points(award.upTo) : "",
    months: isPoints ? or(award.months) : "",
    pendingDays: terms.pendingDays === 0 ? "" : String(terms.pendingDays),
    mark: award.type === "mark" ? String(award.mark) : "1",
    days: award.type === "mark" ? or(award.days) : "",
    validDays: award.type === "voucher" ? String(award.validDays) : "",
    returnable: terms.returnable,
    to: to?.brand ?? "",
    toWorth: to === null ? "" : worthText(to.priceMicro, decimals),
    price: terms.price === (0n as bigint) ? "" : points(terms.price),
    requires: terms.requires.map(requirementFormOf),
    times: or(perMember?.times ?? null),
    per: perMember?.per ?? "ever",
    stock: or(terms.stock),
    budget: points(terms.budget),
    referral: points(referral?.award ?? null),
    yearMax: or(referral?.yearMax ?? null),
    sponsor: sponsor?.brand ?? "",
    worth: sponsor === null ? "" : worthText(sponsor.priceMicro, decimals),
    invited: terms.invited.join(" "),
    households: terms.households,
    about: terms.about,
  };
}

/** Terms as fields say them, or the fields that are wrong. */
export interface ReadCampaign {
  readonly terms: Campaign | null;
  readonly wrong: ReadonlySet<Wrong>;
}

type NumberName = "months" | "pendingDays" | "mark" | "days" | "validDays" | "times" | "stock" | "yearMax";

/** The reader of fields, which notes those that are wrong. */
class Fields {
  readonly wrong = new Set<Wrong>();

  constructor(
    readonly form: CampaignForm,
    readonly decimals: number,
  ) {}

  /** The value that a text says; a wrong one is noted, and stands for another. */
  read<T>(name: Wrong, parse: () => T | null, otherwise: T): T {
    try {
      const value = parse();
      if (value !== null) {
        return value;
      }
    } catch (error) {
      if (!(error instanceof AmountError) && !(error instanceof LojalError)) {
        throw error;
      }
    }
    this.wrong.add(name);
    return otherwise;
  }
  /** Points; at most so many that the ledger takes them. */
  points(name: "amount" | "upTo" | "price" | "budget" | "referral"): Points {
    return this.read(
      name,
      () => {
        const amount = parseAmount(this.form[name], this.decimals);
        return amount > POINTS_MAX ? null : amount;
      },
      1n as Points,
    );
  }
  /** A whole number up to another one. */
  number(name: NumberName, most: number, least = 1): number {
    const text = this.form[name].trim();
    const isNumber = /^[0-9]{1,16}$/.test(text) && Number(text) >= least && Number(text) <= most;
    return this.read(name, () => (isNumber ? Number(text) : null), 1);
  }
  /** True if a field has something in it. */
  has(name: keyof CampaignForm): boolean {
    const value = this.form[name];
    return typeof value === "string" && value.trim() !== "";
  }
}

/** The worth of the smallest unit of points that are worth so much; null if it is no whole number of millionths. */
function microOf(worth: string, decimals: number): bigint | null {
  const unit = 10n ** BigInt(decimals);
  const whole = parseAmount(worth, PRICE_DECIMALS);
  return whole % unit === 0n && whole / unit <= limits.PRICE_MICRO_MAX ? whole / unit : null;
}

function awardOf(fields: Fields): Award {
  const { form } = fields;
  switch (form.award) {
    case "points": {
      const amount = fields.points("amount");
      const upTo = fields.has("upTo") ? fields.points("upTo") : amount;
      if (upTo < amount) {
        fields.wrong.add("upTo");
      }
      const months = fields.has("months") ? fields.number("months", 60) : null;
      return { type: "points", amount, upTo, months };
    }
    case "mark": {
      const days = fields.has("days") ? fields.number("days", limits.CAMPAIGN_DAYS_MAX) : null;
      return { type: "mark", mark: fields.number("mark", 65_535, 0) as MarkId, days };
    }
    case "voucher":
      return { type: "voucher", validDays: fields.number("validDays", limits.VOUCHER_DAYS_MAX) };
    case "cause": {
      const { to, toWorth } = form;
      const priceMicro = to === "" ? 0n : fields.read("toWorth", () => microOf(toWorth, fields.decimals), 1n);
      return { type: "cause", to: to === "" ? null : { brand: to, priceMicro } };
    }
  }
}

/** The first and the last moment; those of terms that are there stay until other days are written. */
function windowOf(fields: Fields, before: Campaign | null): readonly [TimeMs, TimeMs] {
  const { opens, lastDay } = fields.form;
  const was = before === null ? null : campaignFormOf(before, fields.decimals);
  const opensMs =
    before !== null && opens === was?.opens
      ? before.opensMs
      : fields.read("opens", () => startOfDay(parseDay(opens)), 0 as TimeMs);
  const closesMs =
    before !== null && lastDay === was?.lastDay
      ? before.closesMs
      : fields.read("lastDay", () => startOfDay(plusDays(parseDay(lastDay), 1)), 0 as TimeMs);
  const isLong = closesMs - opensMs > Number(limits.CAMPAIGN_MS_MAX);
  if (closesMs <= opensMs || isLong || closesMs <= Date.now() - DAY_MS) {
    fields.wrong.add("lastDay");
  }
  return [opensMs, closesMs];
}

function sponsorOf(fields: Fields, budget: Points | null): Sponsor | null {
  const { sponsor, worth } = fields.form;
  if (sponsor === "" || budget === null) {
    return null;
  }
  const parse = (): bigint | null => {
    const micro = microOf(worth, fields.decimals);
    return micro !== null && budget * micro <= limits.MONEY_MAX * 1_000_000n ? micro : null;
  };
  return { brand: sponsor, priceMicro: fields.read("worth", parse, 1n) };
}

/** What members take for nothing asks for a fact; a referral is for new ones, once ever, and not for households. */
function judge(fields: Fields, terms: Campaign): void {
  if (terms.award.type === "cause" && terms.price === (0n as bigint)) {
    fields.wrong.add("price");
  }
  if (terms.by !== "operator" && terms.price === (0n as bigint) && terms.requires.length === 0) {
    fields.wrong.add("requires");
  }
  if (terms.referral !== null) {
    const isOnce = terms.perMember?.times === 1 && terms.perMember.per === "ever";
    const isNew = terms.requires.some(({ type }) => type === "new");
    if (!isOnce || !isNew || terms.households || terms.by !== "member") {
      fields.wrong.add("referral");
    }
  }
}

/** The terms that fields say. An earlier opening and a pause, which aren't in them, stay as they were. */
export function campaignOf(form: CampaignForm, before: Campaign | null, decimals: number): ReadCampaign {
  const fields = new Fields(form, decimals);
  const isPoints = form.award === "points";
  const [opensMs, closesMs] = windowOf(fields, before);
  const budget = isPoints ? fields.points("budget") : null;
  const hasPrice = !isPoints && form.by === "member" && fields.has("price");
  const perMember: PerMember | null = fields.has("times")
    ? { times: fields.number("times", limits.CAMPAIGN_TIMES_MAX), per: form.per }
    : null;
  const referral: Referral | null =
    isPoints && form.by === "member" && fields.has("referral")
      ? { award: fields.points("referral"), yearMax: fields.number("yearMax", 65_535) }
      : null;
  const terms: Campaign = {
    opensMs,
    closesMs,
    early: before?.early ?? null,
    requires: form.requires.map((one, at) =>
      fields.read(`requires.${at}`, () => requirementOf(one), { type: "new", days: 1 }),
    ),
    by: form.by,
    price: hasPrice ? fields.points("price") : (0n as Points),
    award: awardOf(fields),
    referral,
    perMember,
    stock: fields.has("stock") ? BigInt(fields.number("stock", Number.MAX_SAFE_INTEGER)) : null,
    budget,
    sponsor: sponsorOf(fields, budget),
    invited: fields.read("invited", () => rootsIn(form.invited), []),
    households: form.households,
    returnable: form.returnable && form.award === "voucher" && hasPrice,
    pendingDays: isPoints && fields.has("pendingDays") ? fields.number("pendingDays", limits.PENDING_DAYS_MAX) : 0,
    paused: before?.paused ?? false,
    about: fields.read("about", () => hashIn(form.about), "00".repeat(32) as Hash),
  };
  judge(fields, terms);
  return { terms: fields.wrong.size === 0 ? terms : null, wrong: fields.wrong };
}

/** The roots in a text, between white space or commas; null if something else is among them, or there are too many. */
function rootsIn(text: string): readonly Hash[] | null {
  const roots = text.split(/[\s,]+/).filter((part) => part !== "").map(hashIn);
  const known = roots.filter((root) => root !== null);
  return known.length === roots.length && roots.length <= limits.INVITATION_LISTS_MAX ? known : null;
}

/** The hash in a text; null if it is none. */
export function hashIn(text: string): Hash | null {
  const hex = text.trim().toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? (hex as Hash) : null;
}
