/** A campaign as a member sees it: what it gives, what it costs, how much of it is left, and why not now. */

import type { Address, api, BrandId, state, TimeMs } from "@lojal/client";
import { dayOf, plusDays } from "@lojal/client";

import { dateText, dayText, momentText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { claimPlace } from "../model/invitation.js";
import { provenOf } from "../model/offers.js";
import { offerWords } from "../words/offers.js";
import { awardDetail, awardIcon, awardTitle } from "./award.js";
import { FactLine } from "./fact.js";
import { amountOf, codeText } from "./parts.js";

type Offer = state.Offer;

/** The group that a campaign is shown in. */
export type Group = "rewards" | "challenges" | "offers" | "given";

/** The group of a campaign: by its price, by what it asks for, or by who gives it. */
export function groupOf({ terms }: api.BrandCampaign): Group {
  const asksForDeeds = terms.requires.some(({ type }) => type === "progress" || type === "level");
  if (terms.by === "operator") {
    return "given";
  }
  return terms.price > 0n ? "rewards" : asksForDeeds ? "challenges" : "offers";
}

/** The points of a brand that an account lacks for a unit; 0 if it lacks none. */
export function lackingFor({ of }: Offer, brand: BrandId, account: Address): bigint {
  const balances = provenOf(account)?.account.balances ?? [];
  const has = balances.find((one) => one.brand === brand)?.total ?? 0n;
  return of.terms.price > has ? of.terms.price - has : 0n;
}

/** The last day of the period that a day is in. */
function periodEnds(per: "day" | "month" | "year", now: TimeMs): string {
  const today = dayOf(now);
  const [year = 0, month = 1] = today.split("-").map(Number);
  const first = { day: null, month: Date.UTC(year, month), year: Date.UTC(year + 1, 0) }[per];
  const next = first === null ? plusDays(today, 1) : dayOf(first as TimeMs);
  return dateText(next, language.value);
}

/** The reason for which an account can't claim now, in words; null if it can. */
export function whyNot(offer: Offer, brand: BrandId, account: Address, now: TimeMs): string | null {
  const { why } = offerWords.value;
  const { obstacle, of, facts } = offer;
  const lacking = lackingFor(offer, brand, account);
  switch (obstacle) {
    case null:
      return lacking > 0n ? why.points_missing(amountOf(brand, lacking as typeof of.terms.price)) : null;
    case "campaign_not_open":
      return of.state === "closed"
        ? why.campaign_closed
        : why.campaign_not_open(momentText(of.terms.opensMs, language.value));
    case "member_max_reached": {
      const per = of.terms.perMember?.per ?? "ever";
      return per === "ever" ? why.member_max_ever : why.member_max_reached(periodEnds(per, now));
    }
    case "campaign_paused":
    case "sponsor_not_accepted":
    case "not_claimed":
    case "not_for_households":
    case "sold_out":
    case "budget_spent":
      return why[obstacle];
    default:
      // What is missing stands at the fact.
      return facts.length > 0 ? "" : codeText(obstacle);
  }
}

/** The time before the end from which on its hour counts, in milliseconds. */
const NEAR_MS = 2 * 24 * 60 * 60 * 1000;

function untilText(time: TimeMs, now: TimeMs): string {
  const isNear = time - now < NEAR_MS;
  return offerWords.value.until(isNear ? momentText(time, language.value) : dayText(time, language.value));
}

/** The price, how often, what is left, and until when, in a line. */
export function offerFacts({ of }: Offer, brand: BrandId, now: TimeMs): string {
  const text = offerWords.value;
  const { terms, stockLeft, budgetLeft, state: part } = of;
  const number = (count: bigint | number): string => numberText(count, language.value);
  const points = terms.award.type === "points" && stockLeft === null ? budgetLeft : null;
  const price = terms.price > 0n ? text.costs(amountOf(brand, terms.price)) : text.free;
  const parts = [
    ...(terms.by === "operator" ? [] : [price]),
    ...(terms.perMember === null ? [] : [text.per[terms.perMember.per](number(terms.perMember.times))]),
    ...(stockLeft === null ? [] : [text.stock(number(stockLeft))]),
    ...(points === null ? [] : [text.budget(amountOf(brand, points))]),
    ...(part === "closed" ? [] : [untilText(terms.closesMs, now)]),
  ];
  return parts.join(" · ");
}

/** A campaign in a list. */
export function OfferItem(props: {
  readonly offer: Offer;
  readonly brand: BrandId;
  readonly account: Address;
  readonly now: TimeMs;
  readonly canClaim: boolean;
}) {
  const { offer, brand, account, now, canClaim } = props;
  const { of, facts, taken } = offer;
  const { terms, campaign } = of;
  const text = offerWords.value;
  const isGiven = groupOf(of) === "given";
  const why = isGiven && offer.obstacle === "not_claimed" ? null : whyNot(offer, brand, account, now);
  const title = awardTitle(terms.award, brand);
  const detail = awardDetail(terms, brand, isGiven);
  const most = terms.perMember?.times ?? 0;
  const place = claimPlace({ brand, campaign, referrer: null });
  return (
    <li class="offer" data-testid={`offer-${brand}-${campaign}`}>
      <span class="bubble">
        <Icon name={awardIcon(terms.award)} />
      </span>
      <div class="stack tight grow">
        <h3>{title}</h3>
        {detail !== null && <p class="small">{detail}</p>}
        <p class="small soft">{offerFacts(offer, brand, now)}</p>
        {facts.map((fact, at) => (
          <FactLine key={at} fact={fact} />
        ))}
        {most > 1 && taken > 0 && (
          <p class="small soft">{text.taken(numberText(taken, language.value), numberText(most, language.value))}</p>
        )}
        {why !== null && why !== "" && (
          <p class="row small why">
            <Icon name="clock" />
            {why}
          </p>
        )}
      </div>
      {canClaim && (
        <a class={why === null ? "button" : "button plain"} href={linkTo("claim", place)}>
          {why === null ? text.get : text.look}
          <span class="hidden">: {title}</span>
        </a>
      )}
    </li>
  );
}
