/** All the terms of a campaign, as the ledger has them. */

import type { api, BrandId } from "@lojal/client";
import { toTimeMs } from "@lojal/client";

import { momentText, numberText } from "../../shared/format.js";
import { language } from "../../shared/preferences.js";
import { brandOf } from "../model/network.js";
import { offerWords } from "../words/offers.js";
import { awardDetail, awardTitle } from "./award.js";
import { requirementText } from "./fact.js";
import { amountOf } from "./parts.js";

function factsOf({ terms, campaign }: api.BrandCampaign, brand: BrandId): readonly (readonly [string, string])[] {
  const text = offerWords.value;
  const number = (count: bigint | number): string => numberText(count, language.value);
  const moment = (time: typeof terms.opensMs): string => momentText(time, language.value);
  const { perMember, stock, budget, sponsor, early, requires } = terms;
  const detail = awardDetail(terms, brand, terms.by !== "member");
  const opensEarly = early === null ? null : toTimeMs(terms.opensMs - Number(early.ms));
  const isIn = early?.requires.map(requirementText).join(", ") ?? "";
  return [
    [text.number, String(campaign)],
    [text.gives, [awardTitle(terms.award, brand), ...(detail === null ? [] : [detail])].join(", ")],
    ...requires.map((one) => [text.asksFor, requirementText(one)] as const),
    [text.opens, moment(terms.opensMs)],
    ...(opensEarly === null ? [] : [[text.opensEarly, text.earlier(isIn, moment(opensEarly))] as const]),
    [text.closes, moment(terms.closesMs)],
    [text.bound, perMember === null ? text.boundNone : text.per[perMember.per](number(perMember.times))],
    ...(stock === null ? [] : [[text.inAll, number(stock)] as const]),
    ...(budget === null ? [] : [[text.inAll, text.points(amountOf(brand, budget))] as const]),
    ...(sponsor === null ? [] : [[text.sponsor, brandOf(sponsor.brand).name] as const]),
  ];
}

/** The terms, on demand. */
export function Terms({ campaign, brand }: { readonly campaign: api.BrandCampaign; readonly brand: BrandId }) {
  const text = offerWords.value;
  return (
    <details class="panel terms">
      <summary>{text.terms}</summary>
      <div class="stack">
        <p class="small soft">{text.termsLead}</p>
        <dl class="facts">
          {factsOf(campaign, brand).map(([name, value], at) => (
            <>
              <dt key={`${at} name`}>{name}</dt>
              <dd key={`${at} value`}>{value}</dd>
            </>
          ))}
        </dl>
        <p class="small soft">{text.about}</p>
        <p class="mono">{campaign.terms.about}</p>
      </div>
    </details>
  );
}
