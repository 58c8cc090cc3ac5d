/** The brand's campaigns with their gauges, one of them, those that it sponsors, and pausing and accepting them. */

import "../campaigns.css";

import type { api, BrandAction, BrandId } from "@lojal/client";
import { campaignDigest } from "@lojal/client";
import { useEffect } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Waiting } from "../../shared/parts.js";
import { goTo, linkTo } from "../../shared/route.js";
import { claimIn, claimPlace } from "../../wallet/model/invitation.js";
import { theNetwork } from "../../wallet/model/network.js";
import { Heading } from "../../wallet/ui/parts.js";
import { has, shown } from "../model/brand.js";
import { standingOf } from "../model/campaign-cost.js";
import type { Sponsored } from "../model/campaigns.js";
import { proven, provenCampaign, useProven, useSponsored } from "../model/campaigns.js";
import { csvOf } from "../model/csv.js";
import { ITEMS_MAX } from "../model/reading.js";
import { campaignPairs } from "../model/rows-campaign.js";
import { say } from "../model/saying.js";
import { campaignName, Cost, Gauges, isLie, Proven, SoFar, StateChip } from "../ui/campaign.js";
import { SaveTable } from "../ui/list-parts.js";
import { Facts, Fault, Panel } from "../ui/parts.js";
import { ReviewAction } from "../ui/review.js";
import { words } from "../words/index.js";
import { campaignWords } from "../words/campaigns.js";

type BrandCampaign = api.BrandCampaign;

/** The name of a campaign in the address of a screen. */
export function placeOf(brand: BrandId, { campaign }: BrandCampaign): string {
  return claimPlace({ brand, campaign, referrer: null });
}

/** The moment that comes next in the life of a campaign. */
function nextMoment({ terms, state }: BrandCampaign): string {
  const text = campaignWords.value;
  const [opens, closes] = [say.value.moment(terms.opensMs), say.value.moment(terms.closesMs)];
  return { announced: text.opensAt(opens), open: text.closesAt(closes), closed: text.closedAt(closes) }[state];
}

/** What can be done with a campaign of the brand's own. */
function Ways({ of, brand, hasLook }: {
  readonly of: BrandCampaign;
  readonly brand: BrandId;
  readonly hasLook: boolean;
}) {
  const text = campaignWords.value;
  const name = text.name(String(of.campaign), "").replace(/: $/, "");
  const way = (to: string, what: string, look = "button plain") => (
    <a class={look} href={linkTo(to, placeOf(brand, of))}>
      {what}
      <span class="hidden"> {name}</span>
    </a>
  );
  const isOver = of.state === "closed";
  return (
    <div class="row wrap">
      {hasLook && way("campaign", text.look)}
      {!isOver && has("admin") && way("campaign-edit", text.change)}
      {!isOver && has("admin") && way("campaign-pause", of.terms.paused ? text.resume : text.pause)}
      {!isOver && has("grant") && of.terms.by !== "member" && way("campaign-grant", text.grant)}
    </div>
  );
}

function One({ of, brand }: { readonly of: BrandCampaign; readonly brand: BrandId }) {
  return (
    <div data-testid={`campaign-${of.campaign}`}>
      <Panel title={campaignName(of, brand)} aside={<StateChip of={of} />}>
        <p class="small soft">{nextMoment(of)}</p>
        <Gauges of={of} brand={brand} />
        <Ways of={of} brand={brand} hasLook />
      </Panel>
    </div>
  );
}

/** The campaigns as a table, with the terms as the ledger has them. */
function tableOf(told: api.Campaigns): string {
  const head = ["campaign", "state", "opens", "closes", "award", "times", "stock_left", "points", "reversed", "paid"];
  const rows = told.campaigns.map((of) => [
    String(of.campaign),
    standingOf(of),
    new Date(of.terms.opensMs).toISOString(),
    new Date(of.terms.closesMs).toISOString(),
    of.terms.award.type,
    ...[of.times, of.stockLeft ?? "", of.points, of.reversed, of.paid, of.budgetLeft ?? ""].map(String),
  ]);
  return csvOf([...head, "budget_left"], rows);
}

function SponsoredOne({ of }: { readonly of: Sponsored }) {
  const text = campaignWords.value;
  const { brand, campaign } = of;
  const waits = campaign.accepted === false;
  return (
    <li class="person" data-testid="sponsored">
      <div class="stack tight">
        <p>
          <strong>{text.grantOf(campaignName(campaign, brand), say.value.brand(brand))}</strong>
        </p>
        <p>
          <span class={waits ? "chip warn" : "chip"}>{waits ? text.waits : text.accepted}</span>
        </p>
      </div>
      <div class="row wrap">
        <a class="button plain" href={linkTo("campaign", placeOf(brand, campaign))}>
          {text.look}
          <span class="hidden"> {campaignName(campaign, brand)}</span>
        </a>
      </div>
    </li>
  );
}

function SponsoredPart({ own }: { readonly own: BrandId }) {
  const text = campaignWords.value;
  const list = useSponsored(own);
  useEffect(() => {
    // Each brand is a page: all of them are read, at the gateway's pace.
    if (!list.isReading && list.cursor !== null && list.error === null && list.items.length < ITEMS_MAX) {
      list.all();
    }
  }, [list.isReading, list.cursor]);
  return (
    <Panel title={text.sponsored}>
      <p class="soft">{text.sponsoredLead}</p>
      <Fault error={list.error} />
      {list.isReading && <Waiting text={words.value.common.loading} />}
      {!list.isReading && list.items.length === 0 && <p class="soft">{text.sponsoredNone}</p>}
      <ul class="list">
        {list.items.map((one) => (
          <SponsoredOne key={placeOf(one.brand, one.campaign)} of={one} />
        ))}
      </ul>
    </Panel>
  );
}

/** The screen of all campaigns. */
export function Campaigns() {
  const text = campaignWords.value;
  const { common } = words.value;
  const id = shown.value?.brand.id ?? null;
  const { error } = useProven(id === null ? [] : [id]);
  const told = id === null ? undefined : proven.value.get(id);
  if (id === null) {
    return <Waiting text={common.loading} />;
  }
  const all = isLie(error) ? [] : [...(told?.campaigns ?? [])].reverse();
  const closed = all.filter(({ state }) => state === "closed");
  const live = all.filter(({ state }) => state !== "closed");
  return (
    <div class="stack">
      <div>
        <h1>{text.title}</h1>
        <Proven brand={id} error={error} />
      </div>
      <p class="soft">{text.lead}</p>
      {has("admin") ? (
        <a class="button" href={linkTo("campaign-new")}>
          <Icon name="gift" />
          {text.add}
        </a>
      ) : (
        <p class="soft">{common.onlyAdmin}</p>
      )}
      {told !== undefined && live.length === 0 && <p class="panel soft">{text.none}</p>}
      <div class="grid two">
        {live.map((of) => (
          <One key={of.campaign} of={of} brand={id} />
        ))}
      </div>
      {closed.length > 0 && (
        <details>
          <summary>{text.closedOnes(say.value.number(closed.length))}</summary>
          <div class="grid two">
            {closed.map((of) => (
              <One key={of.campaign} of={of} brand={id} />
            ))}
          </div>
        </details>
      )}
      {told !== undefined && all.length > 0 && (
        <SaveTable name={`${id}-campaigns`} isReady table={() => tableOf(told)} />
      )}
      <SponsoredPart key={id} own={id} />
    </div>
  );
}

/** The campaign that the address of a screen names, once it is proven. */
export function useCampaign(of: string): {
  readonly brand: BrandId | null;
  readonly campaign: BrandCampaign | null;
  readonly error: unknown;
} {
  const named = claimIn(of);
  const brand = named?.brand ?? null;
  const { error } = useProven(brand === null ? [] : [brand]);
  const campaign = named === null || isLie(error) ? null : provenCampaign(named.brand, named.campaign);
  return { brand, campaign, error };
}

/** A screen about one campaign, while there is none. */
export function NoCampaign({ brand, error }: { readonly brand: BrandId | null; readonly error: unknown }) {
  const isTold = brand !== null && proven.value.has(brand) && error === null;
  return (
    <div class="stack">
      <Heading title={campaignWords.value.title} back="campaigns" />
      <Fault error={error} />
      {error === null && !isTold && brand !== null && <Waiting text={words.value.common.loading} />}
      {(isTold || brand === null) && <p class="panel soft">{campaignWords.value.unknown}</p>}
    </div>
  );
}

/** The terms, and the digest by which a sponsor names them, computed here. */
function TermsPanel({ of, brand }: { readonly of: BrandCampaign; readonly brand: BrandId }) {
  const text = campaignWords.value;
  const digest = campaignDigest(theNetwork().genesis.chainId, brand, of.campaign, of.terms);
  return (
    <Panel title={text.terms}>
      <Facts facts={campaignPairs(of.terms, brand, say.value)} />
      {of.terms.sponsor !== null && (
        <>
          <p class="small soft">{text.digest}</p>
          <p class="mono" data-testid="digest">
            {digest}
          </p>
        </>
      )}
    </Panel>
  );
}

/** The screen of one campaign, of this brand or of one that it sponsors. */
export function CampaignScreen({ of }: { readonly of: string }) {
  const text = campaignWords.value;
  const own = shown.value?.brand.id ?? null;
  const { brand, campaign, error } = useCampaign(of);
  if (brand === null || campaign === null || own === null) {
    return <NoCampaign brand={brand} error={error} />;
  }
  const isSponsor = campaign.terms.sponsor?.brand === own;
  return (
    <div class="stack">
      <div class="row between wrap">
        <Heading title={campaignName(campaign, brand)} back="campaigns" />
        <StateChip of={campaign} />
      </div>
      <Proven brand={brand} error={error} />
      <div class="grid two">
        <div class="stack">
          <Panel title={say.value.brand(brand)}>
            <p class="small soft">{nextMoment(campaign)}</p>
            <Gauges of={campaign} brand={brand} />
            <SoFar of={campaign} brand={brand} />
            {brand === own && <Ways of={campaign} brand={brand} hasLook={false} />}
            {isSponsor && (
              <div class="row wrap">
                {campaign.accepted === false && has("admin") && (
                  <a class="button" href={linkTo("campaign-accept", of)}>
                    {text.accept}
                  </a>
                )}
                {campaign.accepted === true && has("grant") && campaign.terms.by !== "member" && (
                  <a class="button plain" href={linkTo("campaign-grant", of)}>
                    {text.grant}
                  </a>
                )}
              </div>
            )}
          </Panel>
          <div class="panel">
            <Cost terms={campaign.terms} before={campaign} brand={brand} />
          </div>
        </div>
        <TermsPanel of={campaign} brand={brand} />
      </div>
    </div>
  );
}

/** The screen on which a campaign is paused, or goes on. */
export function CampaignPause({ of }: { readonly of: string }) {
  const { brand, campaign, error } = useCampaign(of);
  if (brand === null || campaign === null) {
    return <NoCampaign brand={brand} error={error} />;
  }
  const terms = { ...campaign.terms, paused: !campaign.terms.paused };
  const action: BrandAction = { type: "set_campaign", brand, campaign: campaign.campaign, terms };
  return (
    <ReviewAction brand={brand} action={action} onBack={() => goTo("campaigns")}>
      {terms.paused ? (
        <p class="soft">{campaignWords.value.pauseLead}</p>
      ) : (
        <Cost terms={terms} before={campaign} brand={brand} />
      )}
    </ReviewAction>
  );
}

/** The screen on which a sponsor accepts terms: the digest is that of the terms that are proven and shown. */
export function CampaignAccept({ of }: { readonly of: string }) {
  const text = campaignWords.value;
  const own = shown.value?.brand.id ?? null;
  const { brand, campaign, error } = useCampaign(of);
  if (brand === null || campaign === null || own === null) {
    return <NoCampaign brand={brand} error={error} />;
  }
  const { terms } = campaign;
  const digest = campaignDigest(theNetwork().genesis.chainId, brand, campaign.campaign, terms);
  const action: BrandAction = { type: "accept_sponsorship", brand, campaign: campaign.campaign, terms: digest };
  return (
    <ReviewAction brand={own} action={action} onBack={() => goTo("campaigns")}>
      <Cost terms={terms} before={campaign} brand={brand} />
      <p class="soft">{text.acceptLead(say.value.brand(brand))}</p>
      <p class="small soft">{text.digest}</p>
      <p class="mono" data-testid="digest">
        {digest}
      </p>
      <p class="small soft">{text.digestLead}</p>
    </ReviewAction>
  );
}
