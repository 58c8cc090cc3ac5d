/** Claiming what a campaign gives: what it costs and what is left after, for whom, and the reason if it can't be. */

import "../offers.css";

import type { Address, api, BrandId, Operation, Points, state } from "@lojal/client";
import { addressToText, GatewayUntrueError } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { shortAddress } from "../../shared/format.js";
import { Choice, Notice } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { shown } from "../model/account.js";
import type { Forecast } from "../model/foretell.js";
import { useForecast } from "../model/foretell.js";
import type { ToClaim } from "../model/invitation.js";
import { claimIn } from "../model/invitation.js";
import { brandOf, brands, theNetwork } from "../model/network.js";
import { keepReferrer, offersAt, referrerOf, useCampaigns } from "../model/offers.js";
import { invitationTo, invitedIn, isDamaged, keepInvitation } from "../model/personal.js";
import { wallet } from "../model/session.js";
import { awardTitle, unitsMax } from "../ui/award.js";
import { FactLine, missingText } from "../ui/fact.js";
import { addressIn } from "../ui/fields.js";
import { offerFacts, whyNot } from "../ui/offer.js";
import { amountOf, Heading, look } from "../ui/parts.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { Stepper } from "../ui/stepper.js";
import { Terms } from "../ui/terms.js";
import { offerWords } from "../words/offers.js";
import { Trouble } from "./offers.js";

type Claiming = Extract<Operation, { readonly type: "claim" }>;

/** The address of whoever has brought this account along: the one that the place names, else the one that is kept. */
function useReferrer({ brand, campaign, referrer }: ToClaim): readonly [Address | null, () => void] {
  const [kept, setKept] = useState<string | null>(referrer);
  useEffect(() => {
    if (referrer === null) {
      void referrerOf(brand, campaign).then(setKept);
    } else if (addressIn(referrer) !== null && addressIn(referrer) !== wallet.value?.address) {
      void keepReferrer(brand, campaign, referrer);
    }
  }, []);
  const forget = (): void => {
    setKept(null);
    void keepReferrer(brand, campaign, null);
  };
  return [kept === null ? null : addressIn(kept), forget];
}

/** The sentences about the invitation by which the reader came here. */
function Invited(props: {
  readonly terms: api.BrandCampaign["terms"];
  readonly brand: BrandId;
  readonly referrer: Address | null;
  readonly canClaim: boolean;
  readonly onForget: () => void;
}) {
  const { terms, brand, referrer, canClaim, onForget } = props;
  const text = offerWords.value;
  if (referrer === null) {
    return null;
  }
  if (referrer === wallet.value?.address) {
    return (
      <Notice kind="warn">
        <p>{text.ownInvitation}</p>
      </Notice>
    );
  }
  const who = shortAddress(addressToText(referrer, theNetwork().genesis.network));
  return terms.referral === null ? (
    <p class="soft">{text.noInvitation}</p>
  ) : (
    <Notice icon="family">
      <p data-testid="invited">{text.invited(who, amountOf(brand, terms.referral.award))}</p>
      {!canClaim && <p class="small">{text.invitedKept}</p>}
      <button class="button quiet" type="button" onClick={onForget}>
        {text.uninvited}
      </button>
    </Notice>
  );
}

/** Most units that an account can claim at once: of what is left, and of what its bound leaves. */
function mostOf({ of, taken }: state.Offer): number {
  const { terms, stockLeft } = of;
  const bound = terms.perMember === null ? Number.MAX_SAFE_INTEGER : Math.max(1, terms.perMember.times - taken);
  const stock = stockLeft === null ? Number.MAX_SAFE_INTEGER : Math.max(1, Number(stockLeft));
  return Math.min(unitsMax(terms.award, terms.price), bound, stock);
}

/** The reason for which nothing can be claimed now. */
function Why({ offer, why }: { readonly offer: state.Offer; readonly why: string | null }) {
  const text = offerWords.value;
  const isUnknown = offer.facts.some(({ has }) => has === null);
  const missing = offer.facts.map(missingText).filter((one) => one !== null);
  return why === null ? null : (
    <Notice kind="warn" icon="clock">
      <p data-testid="why">{isUnknown ? text.meet : why !== "" ? why : text.lacking(missing.join(", "))}</p>
      {isUnknown && <a href={linkTo("show")}>{text.show}</a>}
    </Notice>
  );
}

/** What would be left, or why it wouldn't work, in the words of claims where there are some. */
function After({ forecast, brand }: { readonly forecast: Forecast; readonly brand: BrandId }) {
  const { codes } = offerWords.value;
  const code = forecast.type === "told" && forecast.outcome.result !== "applied" ? forecast.outcome.code : null;
  const known = code === null ? undefined : codes[code];
  return known === undefined ? (
    <Left forecast={forecast} brand={brand} />
  ) : (
    <Notice kind="bad">
      <p data-testid="refused">{known}</p>
    </Notice>
  );
}

/** The key by which a claim is told from others that would be asked for. */
function keyOf(claim: Claiming, { height }: api.Campaigns): string {
  return `${claim.account} ${claim.quantity} ${claim.priceMax} ${claim.referrer ?? ""} ${height}`;
}

function Form(props: {
  readonly to: ToClaim;
  readonly hex: string | null;
  readonly told: api.Campaigns;
  readonly own: Address;
  readonly campaign: api.BrandCampaign;
}) {
  const { to, hex, told, own, campaign } = props;
  const { brand } = to;
  const text = offerWords.value;
  const pools = campaign.terms.households ? (shown.value?.pools ?? []).map(({ address }) => address) : [];
  const [account, setAccount] = useState<Address>(own);
  const [wanted, setWanted] = useState(1);
  const [referrer, forget] = useReferrer(to);
  const offer = offersAt(account, told)?.find(({ of }) => of.campaign === campaign.campaign);
  const { terms } = offer?.of ?? campaign;
  const invitation = invitationTo({ brand, ...campaign }, account);
  const most = offer === undefined ? 1 : mostOf(offer);
  const quantity = Math.min(wanted, most);
  const priceMax = (terms.price * BigInt(quantity)) as Points;
  const brought = terms.referral === null || referrer === own || account !== own ? null : referrer;
  const why = offer === undefined ? null : whyNot(offer, brand, account, told.timeMs);
  const canClaim = offer !== undefined && why === null;
  const taken = { brand, campaign: campaign.campaign, account, quantity };
  const claim: Claiming = { type: "claim", ...taken, priceMax, referrer: brought, invitation };
  const forecast = useForecast(canClaim ? [claim] : [], account, brand, canClaim ? keyOf(claim, told) : "");
  const named = [[own, text.own] as const, ...pools.map((one) => [one, text.pool] as const)];
  return (
    <>
      <div class={`gift ${look(brand)}`}>
        <p>{text.gives}</p>
        <p class="big" data-testid="gives">
          {awardTitle(terms.award, brand, quantity)}
        </p>
        <p>{brandOf(brand).name}</p>
      </div>
      {invitation !== null && (
        <Notice kind="good" icon="gift">
          <p data-testid="personal">{text.personal}</p>
        </Notice>
      )}
      {hex !== null && invitation === null && (
        <Notice kind="warn">
          <p data-testid="not-personal">{text.notPersonal}</p>
        </Notice>
      )}
      <Invited terms={terms} brand={brand} referrer={referrer} canClaim={canClaim} onForget={forget} />
      <div class="panel stack">
        {offer !== undefined && <p class="soft">{offerFacts(offer, brand, told.timeMs)}</p>}
        {offer?.facts.map((fact, at) => (
          <FactLine key={at} fact={fact} />
        ))}
        {pools.length > 0 && (
          <Choice legend={text.for} name="for" all={named} value={account} onValue={setAccount} />
        )}
        {most > 1 && (
          <Stepper label={text.quantity} value={quantity} most={most} onValue={setWanted} />
        )}
        {terms.price > 0n && (
          <div class="row between">
            <span class="soft">{text.price}</span>
            <span class="number" data-testid="price">
              {amountOf(brand, priceMax)}
            </span>
          </div>
        )}
        <After forecast={forecast} brand={brand} />
      </div>
      {offer !== undefined && <Why offer={offer} why={why} />}
      <SignButton
        text={terms.price > 0n ? text.actionPay(amountOf(brand, priceMax)) : text.action}
        icon="check"
        isReady={canClaim && wouldWork(forecast)}
        operations={() => [claim]}
        onSent={() => keepReferrer(brand, campaign.campaign, null)}
      />
      <Terms campaign={campaign} brand={brand} />
    </>
  );
}

/** The screen: `of` names the brand, the campaign, and whoever has brought the reader along, such as `kaffet/3`. */
export function Claim({ of }: { readonly of: string }) {
  const text = offerWords.value;
  const named = claimIn(of);
  const to = named !== null && brands.value.has(named.brand) ? named : null;
  const { known, error } = useCampaigns(to?.brand ?? null);
  const isCut = isDamaged(of);
  const hex = isCut ? null : invitedIn(of);
  const own = wallet.value?.address;
  const campaign = known?.told.campaigns.find((one) => one.campaign === to?.campaign);
  const terms = own === undefined ? null : (campaign?.terms ?? null);
  useEffect(() => {
    if (to !== null && hex !== null) {
      const pools = (shown.value?.pools ?? []).map(({ address }) => address);
      void keepInvitation({ ...to, terms }, own === undefined ? [] : [own, ...pools], hex);
    }
  }, [of, terms === null]);
  return (
    <div class="stack">
      <Heading title={text.claimTitle} back={to === null ? "offers" : "brand"} backTo={to?.brand ?? ""} />
      {isCut && (
        <Notice kind="warn">
          <p data-testid="damaged">{text.damaged}</p>
        </Notice>
      )}
      {to === null && !isCut && (
        <Notice kind="warn">
          <p>{text.unknownBrand}</p>
        </Notice>
      )}
      {to !== null && <Trouble known={known} error={error} />}
      {known !== null && campaign === undefined && (
        <Notice kind="warn">
          <p>{text.unknownCampaign}</p>
        </Notice>
      )}
      {to !== null && known !== null && campaign !== undefined && own !== undefined && (
        <>
          {!(error instanceof GatewayUntrueError) && (
            <Form to={to} hex={hex} told={known.told} own={own} campaign={campaign} />
          )}
        </>
      )}
    </div>
  );
}
