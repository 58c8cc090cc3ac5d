/** The parts of the screens of campaigns: gauges, states, and what terms can cost at most. */

import type { api, BrandId, Campaign } from "@lojal/client";
import { GatewayUntrueError } from "@lojal/client";

import { Icon } from "../../shared/icon.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { costOf, owedFor, standingOf } from "../model/campaign-cost.js";
import { proven } from "../model/campaigns.js";
import { awardText } from "../model/rows-campaign.js";
import { say } from "../model/saying.js";
import { words } from "../words/index.js";
import { campaignWords } from "../words/campaigns.js";
import { Facts, Fault } from "./parts.js";

type BrandCampaign = api.BrandCampaign;

/** The name of a campaign: its number, and what it gives. */
export function campaignName({ campaign, terms }: BrandCampaign, brand: BrandId): string {
  return campaignWords.value.name(String(campaign), awardText(terms.award, brand, say.value, true));
}

/** The state of a campaign as a chip. */
export function StateChip({ of }: { readonly of: BrandCampaign }) {
  const standing = standingOf(of);
  const isFine = standing === "open" || standing === "announced" || standing === "closed";
  return (
    <span class={isFine ? "chip" : "chip warn"} data-testid="state">
      {campaignWords.value.states[standing]}
    </span>
  );
}

function Gauge(props: {
  readonly name: string;
  readonly used: bigint;
  readonly all: bigint;
  readonly told: string;
  readonly left: string;
}) {
  const { name, used, all, told, left } = props;
  const part = Math.min(100, Number((used * 1000n) / all) / 10);
  return (
    <div class="stack tight">
      <p class="row between wrap small">
        <span class="soft">{name}</span>
        <span class="number">{told}</span>
      </p>
      <div class={part >= 90 ? "meter full" : "meter"} aria-hidden="true">
        <i style={{ width: `${part}%` }} />
      </div>
      <p class="small soft">{left}</p>
    </div>
  );
}

/** The gauges of a campaign: how much of its budget and of its stock has gone. */
export function Gauges({ of, brand }: { readonly of: BrandCampaign; readonly brand: BrandId }) {
  const text = campaignWords.value;
  const { terms, budgetLeft, stockLeft, times } = of;
  const points = (amount: bigint): string => say.value.points(amount as BrandCampaign["points"], brand);
  const number = (count: bigint): string => say.value.number(count);
  return (
    <>
      {terms.budget !== null && budgetLeft !== null && (
        <Gauge
          name={text.budget}
          used={terms.budget - budgetLeft}
          all={terms.budget}
          told={text.of(points(terms.budget - budgetLeft), points(terms.budget))}
          left={text.left(points(budgetLeft))}
        />
      )}
      {terms.stock !== null && stockLeft !== null && (
        <Gauge
          name={text.stock}
          used={terms.stock - stockLeft}
          all={terms.stock}
          told={text.of(number(terms.stock - stockLeft), number(terms.stock))}
          left={text.left(number(stockLeft))}
        />
      )}
      {terms.budget === null && terms.stock === null && <p class="small soft">{text.taken(number(times))}</p>}
    </>
  );
}

/** What has come of a campaign so far. */
export function SoFar({ of, brand }: { readonly of: BrandCampaign; readonly brand: BrandId }) {
  const text = campaignWords.value;
  const { terms, points, reversed, paid, refunded } = of;
  const shown = (amount: typeof points): string => say.value.points(amount, brand);
  const facts: (readonly [string, string])[] = [
    ...(terms.budget === null ? [] : [[text.given, shown(points)] as const]),
    ...(reversed > 0n ? [[text.reversed, shown(reversed)] as const] : []),
    ...(terms.price > 0n ? [[text.paid, shown(paid)] as const] : []),
    ...(refunded > 0n ? [[text.refunded, shown(refunded)] as const] : []),
    ...(terms.sponsor === null
      ? []
      : [
          [
            text.debt(say.value.brand(terms.sponsor.brand)),
            say.value.money(owedFor(points, terms.sponsor.priceMicro)),
          ] as const,
        ]),
  ];
  return facts.length === 0 ? null : <Facts facts={facts} />;
}

/** The most that terms can cost the brand and its sponsor, before they are signed. */
export function Cost(props: {
  readonly terms: Campaign;
  readonly before: BrandCampaign | null;
  readonly brand: BrandId;
}) {
  const text = campaignWords.value;
  const { terms, before, brand } = props;
  const cost = costOf(terms, before);
  const points = (amount: bigint): string => say.value.points(amount as BrandCampaign["points"], brand);
  const { sponsor, award } = terms;
  const isCause = award.type === "cause";
  const to = isCause ? award.to : null;
  return (
    <section class="stack tight cost" aria-label={text.cost} data-testid="cost">
      <h3>{text.cost}</h3>
      {cost === null && (
        <p class="soft">
          {text.costNone}
          {terms.price > 0n && ` ${(isCause ? text.costDonated : text.costPrice)(points(terms.price))}`}
          {to !== null && ` ${text.costCause(say.value.brand(to.brand), say.value.price(to.priceMicro, brand))}`}
        </p>
      )}
      {cost !== null && (
        <Facts
          facts={[
            [text.costPoints, points(cost.points)],
            ...(cost.left === cost.points ? [] : [[text.costLeft, points(cost.left)] as const]),
            ...(cost.owed === null || sponsor === null
              ? []
              : [[text.costOwed(say.value.brand(sponsor.brand)), say.value.money(cost.owed)] as const]),
          ]}
        />
      )}
    </section>
  );
}

/** The notice that a sponsor has to accept what changes. */
export function Again({ terms }: { readonly terms: Campaign }) {
  return terms.sponsor === null ? null : (
    <Notice kind="warn" icon="family">
      <p>{campaignWords.value.again(say.value.brand(terms.sponsor.brand))}</p>
    </Notice>
  );
}

/** The sign that campaigns are proven, or why not. */
export function Proven({ brand, error }: { readonly brand: BrandId; readonly error: unknown }) {
  const told = proven.value.get(brand);
  if (error !== null || told === undefined) {
    return error === null ? <Waiting text={words.value.common.loading} /> : <Fault error={error} />;
  }
  return (
    <p class="proof small good">
      <Icon name="shield" />
      <span data-testid="proven">{campaignWords.value.proven(say.value.number(told.height))}</span>
    </p>
  );
}

/** True if nothing of a gateway that was caught is to be shown. */
export function isLie(error: unknown): boolean {
  return error instanceof GatewayUntrueError;
}
