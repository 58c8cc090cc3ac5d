/** The terms of campaigns in words. */

import type { Award, BrandId, Campaign, Requirement } from "@lojal/client";

import type { Pairs } from "./rows.js";
import { waitText } from "./rows.js";
import type { Say } from "./say.js";

function days(count: number, say: Say): string {
  return say.words.time.days(say.number(count));
}

function factText(fact: Requirement, say: Say): string {
  const { campaign: names } = say.words;
  switch (fact.type) {
    case "progress": {
      const counted = names.progress(say.number(fact.atLeast), String(fact.track));
      return [counted, fact.thisMonth ? names.thisMonth : "", fact.consume ? names.consume : ""]
        .filter((part) => part !== "")
        .join(", ");
    }
    case "level":
      return names.level(say.number(fact.level), String(fact.track));
    case "mark":
      return names.mark(String(fact.mark));
    case "new":
    case "since":
      return names[fact.type](days(fact.days, say));
    case "invited":
      return names.isInvited;
  }
}

function factsText(facts: readonly Requirement[], say: Say): string {
  return facts.length === 0 ? "–" : facts.map((fact) => factText(fact, say)).join("; ");
}

/**
 * An award in words: the one place of the console that tells all kinds of them. In brief it is what one unit gives.
 */
export function awardText(award: Award, brand: BrandId, say: Say, isBrief = false): string {
  const { campaign: names, months, always } = say.words;
  switch (award.type) {
    case "points": {
      const [amount, most] = [say.points(award.amount, brand), say.points(award.upTo, brand)];
      const points = isBrief || award.amount === award.upTo ? names.each(amount) : names.points(amount, most);
      return isBrief || award.months === null ? points : names.within(points, months(say.number(award.months)));
    }
    case "mark": {
      const mark = names.mark(String(award.mark));
      return award.days === null ? `${mark}, ${always}` : names.within(mark, days(award.days, say));
    }
    case "voucher":
      return names.within(names.voucher, days(award.validDays, say));
    case "cause":
      return award.to === null
        ? names.cause
        : names.causeFor(say.brand(award.to.brand), say.price(award.to.priceMicro, brand));
  }
}

/** The terms of a campaign in words. */
export function campaignPairs(terms: Campaign, brand: BrandId, say: Say): Pairs {
  const { campaign: names, track } = say.words;
  const { early, referral, perMember, stock, budget, sponsor } = terms;
  const or = <T>(value: T | null, text: (value: T) => string): string => (value === null ? "–" : text(value));
  return [
    [names.opens, say.moment(terms.opensMs)],
    [names.closes, say.moment(terms.closesMs)],
    [names.early, or(early, ({ ms, requires }) => names.earlyIs(say.span(ms), factsText(requires, say)))],
    [names.requires, factsText(terms.requires, say)],
    [names.by, names.takenBy[terms.by]],
    [names.price, terms.price === (0n as bigint) ? names.free : names.each(say.points(terms.price, brand))],
    [names.award, awardText(terms.award, brand, say)],
    [names.referral, or(referral, ({ award, yearMax }) => names.yearly(say.points(award, brand), say.number(yearMax)))],
    [names.perMember, or(perMember, ({ times, per }) => `${say.number(times)} ${names.periods[per]}`)],
    [names.stock, or(stock, (units) => say.number(units))],
    [names.budget, or(budget, (points) => say.points(points, brand))],
    [names.sponsor, or(sponsor, (one) => names.paidBy(say.brand(one.brand), say.price(one.priceMicro, brand)))],
    [names.invited, terms.invited.length === 0 ? "–" : terms.invited.join(", ")],
    [names.households, say.yesNo(terms.households)],
    [names.returnable, say.yesNo(terms.returnable)],
    [names.pendingDays, waitText(terms.pendingDays, say)],
    [names.paused, say.yesNo(terms.paused)],
    [track.about, terms.about],
  ];
}
