/** What brands give: the list of brands, and one brand with its rewards, challenges, offers, marks and invitations. */

import "../offers.css";

import type { Address, api, BrandId, state } from "@lojal/client";
import { GatewayUntrueError } from "@lojal/client";

import { lastDayText, momentText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Menu, Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { shown } from "../model/account.js";
import { claimPlace } from "../model/invitation.js";
import { brandOf, brands } from "../model/network.js";
import type { Known } from "../model/offers.js";
import { offersAt, standingAt, useCampaigns, useCampaignsOnce } from "../model/offers.js";
import { wallet } from "../model/session.js";
import { Marks } from "../ui/marks.js";
import type { Group } from "../ui/offer.js";
import { groupOf, OfferItem, whyNot } from "../ui/offer.js";
import { amountOf, comingText, errorText, Heading, look } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { words } from "../words/index.js";
import { offerWords } from "../words/offers.js";

const GROUPS: readonly Group[] = ["rewards", "challenges", "offers", "given"];
/** Most brands of which it is asked what there is to claim, before one of them is opened. */
const ASKED_MAX = 12;

/** What is wrong with the campaigns, or how old they are. */
export function Trouble({ known, error }: { readonly known: Known | null; readonly error: unknown }) {
  const text = offerWords.value;
  const isLie = error instanceof GatewayUntrueError;
  return (
    <>
      {error !== null && (isLie || known === null) && (
        <Notice kind={isLie ? "bad" : "warn"}>
          <p>{isLie ? text.lie : errorText(error)}</p>
        </Notice>
      )}
      {known !== null && !known.isNow && error !== null && (
        <Notice kind="warn" icon="clock">
          <p>{text.kept(momentText(known.told.timeMs, language.value))}</p>
        </Notice>
      )}
      {known === null && error === null && <Waiting text={words.value.common.loading} />}
    </>
  );
}

function Balance({ brand }: { readonly brand: BrandId }) {
  const { home, common } = words.value;
  const found = shown.value?.own.account.balances.find((one) => one.brand === brand);
  const [first] = found?.lots ?? [];
  const day = first === undefined ? null : lastDayText(first.expiry, language.value);
  const coming = found === undefined ? null : comingText(found);
  return (
    <div class={`gift ${look(brand)}`}>
      <p class="big" data-testid="balance">
        {amountOf(brand, found?.total ?? (0n as api.Balance["total"]))}
      </p>
      <p>
        {common.points}
        {first !== undefined && ` · ${day === null ? common.never : home.nextExpiry(day)}`}
      </p>
      {coming !== null && <p data-testid="coming">{coming}</p>}
    </div>
  );
}

function GroupPanel(props: {
  readonly group: Group;
  readonly offers: readonly state.Offer[];
  readonly told: api.Campaigns;
  readonly account: Address;
  readonly canClaim: boolean;
}) {
  const { group, offers, told, account, canClaim } = props;
  const text = offerWords.value;
  const { brand, timeMs } = told;
  const inGroup = offers.filter(({ of }) => of.state !== "closed" && groupOf(of) === group);
  const isReady = (one: state.Offer): boolean => whyNot(one, brand, account, timeMs) === null;
  const sorted = [...inGroup.filter(isReady), ...inGroup.filter((one) => !isReady(one))];
  return sorted.length === 0 ? null : (
    <section class="panel stack" aria-label={text[group]}>
      <h2>{text[group]}</h2>
      <ul class="offers">
        {sorted.map((offer) => (
          <OfferItem
            key={offer.of.campaign}
            offer={offer}
            brand={brand}
            account={account}
            now={timeMs}
            canClaim={canClaim && group !== "given"}
          />
        ))}
      </ul>
    </section>
  );
}

/** The campaigns for which somebody can be invited. */
function Invitations({ told }: { readonly told: api.Campaigns }) {
  const text = offerWords.value;
  const open = told.campaigns.filter(({ terms, state: part }) => terms.referral !== null && part === "open");
  return (
    <>
      {open.map(({ campaign, terms }) => (
        <a class="panel item" key={campaign} href={linkTo("invite", claimPlace({ ...told, campaign, referrer: null }))}>
          <span class="bubble">
            <Icon name="family" />
          </span>
          <span class="grow">
            <strong>{text.invite}</strong>
            <br />
            <span class="small soft">+{text.points(amountOf(told.brand, terms.referral?.award ?? terms.price))}</span>
          </span>
          <Icon name="chevron" />
        </a>
      ))}
    </>
  );
}

function Given({ told, account }: { readonly told: api.Campaigns; readonly account: Address }) {
  // Without a gateway nothing tells how the account stands: then the campaigns are shown, and none can be claimed.
  const bare = (of: api.BrandCampaign): state.Offer => ({ of, facts: [], taken: 0, brought: 0, obstacle: null });
  const offers = offersAt(account, told);
  const isEmpty = told.campaigns.every(({ state: part }) => part === "closed");
  return (
    <>
      {isEmpty && <p class="panel soft">{offerWords.value.none}</p>}
      {GROUPS.map((group) => (
        <GroupPanel
          key={group}
          group={group}
          offers={offers ?? told.campaigns.map(bare)}
          told={told}
          account={account}
          canClaim={offers !== null}
        />
      ))}
      <Invitations told={told} />
    </>
  );
}

/** The screen of a brand. */
export function BrandScreen({ of }: { readonly of: string }) {
  const text = offerWords.value;
  const id = brands.value.has(of as BrandId) ? (of as BrandId) : null;
  const { known, error } = useCampaigns(id);
  const own = wallet.value?.address;
  if (id === null || own === undefined) {
    return (
      <div class="stack">
        <Heading title={text.title} back="offers" />
        <Notice kind="warn">
          <p>{text.unknownBrand}</p>
        </Notice>
      </div>
    );
  }
  const { name } = brandOf(id);
  const marks = standingAt(id)?.marks ?? [];
  return (
    <div class="stack">
      <div>
        <Heading title={name} back="offers" />
        <Shield />
      </div>
      <div class="side-by-side">
        <Balance brand={id} />
        <div class="stack about">
          {marks.length > 0 && (
            <section class="panel stack" aria-label={text.marksOf(name)}>
              <h2>{text.marks}</h2>
              <Marks marks={marks} label={text.marksOf(name)} />
            </section>
          )}
          <Menu
            links={[
              [linkTo("vouchers"), "ticket", words.value.more.vouchers],
              [linkTo("levels"), "star", text.levels],
              [linkTo("expiring"), "clock", text.expiry],
            ]}
          />
        </div>
        <div class="stack gives">
          <Trouble known={known} error={error} />
          {known !== null && !(error instanceof GatewayUntrueError) && <Given told={known.told} account={own} />}
        </div>
      </div>
    </div>
  );
}

/** The number of campaigns of a brand that an account can claim now; null where nothing tells that. */
function readyIn(told: api.Campaigns, account: Address): number | null {
  const offers = offersAt(account, told);
  const isReady = (one: state.Offer): boolean => {
    return groupOf(one.of) !== "given" && whyNot(one, told.brand, account, told.timeMs) === null;
  };
  return offers === null ? null : offers.filter(isReady).length;
}

/** A brand in the list, with how much of what it gives can be claimed. */
function BrandRow({ id, isAsked }: { readonly id: BrandId; readonly isAsked: boolean }) {
  const text = offerWords.value;
  const { known } = useCampaignsOnce(isAsked ? id : null);
  const own = wallet.value?.address;
  const ready = known === null || own === undefined ? null : readyIn(known.told, own);
  return (
    <li>
      <a href={linkTo("brand", id)}>
        <span class={`badge ${look(id)}`}>
          <Icon name="gift" />
        </span>
        <span class="grow">
          <strong>{brandOf(id).name}</strong>
          {ready !== null && (
            <>
              <br />
              <span class={ready > 0 ? "small reach" : "small soft"}>
                {ready > 0 ? text.ready(numberText(ready, language.value)) : text.notReady}
              </span>
            </>
          )}
        </span>
        <Icon name="chevron" />
      </a>
    </li>
  );
}

/** The screen of all brands: first those that know the member, or of which it has points. */
export function Offers() {
  const text = offerWords.value;
  const held = new Set((shown.value?.own.account.balances ?? []).map(({ brand }) => brand));
  const isMine = (id: BrandId): boolean => held.has(id) || standingAt(id) !== null;
  const all = [...brands.value.keys()];
  const sorted = [...all.filter(isMine), ...all.filter((id) => !isMine(id))];
  return (
    <div class="stack">
      <div>
        <Heading title={text.title} back="" />
        <Shield />
      </div>
      <p class="soft">{text.lead}</p>
      <ul class="panel list brand-rows">
        {sorted.map((id, at) => (
          <BrandRow key={id} id={id} isAsked={at < ASKED_MAX} />
        ))}
      </ul>
    </div>
  );
}
