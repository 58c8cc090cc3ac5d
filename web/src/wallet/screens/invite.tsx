/** The member's own invitation: a code and a link that lead whoever is invited to the campaign. */

import "../offers.css";

import type { api, BrandId } from "@lojal/client";
import { dayOf, GatewayUntrueError, toTimeMs } from "@lojal/client";

import { numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Notice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { Qr } from "../../shared/qr.js";
import { claimIn, invitationLink } from "../model/invitation.js";
import { brandOf, brands } from "../model/network.js";
import { offersAt, standingAt, useCampaigns } from "../model/offers.js";
import { wallet } from "../model/session.js";
import { amountOf, CopyButton, Heading } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { offerWords } from "../words/offers.js";
import { Trouble } from "./offers.js";

/** What has to be so before somebody can be brought along. */
function Before({ brand }: { readonly brand: BrandId }) {
  const text = offerWords.value;
  const since = standingAt(brand)?.since ?? null;
  const today = dayOf(toTimeMs(Date.now()));
  return since !== null && since < today ? null : (
    <Notice kind="warn">
      <p>{since === null ? text.inviteUnknown : text.inviteOlder}</p>
    </Notice>
  );
}

function Share({ link }: { readonly link: string }) {
  const text = offerWords.value;
  return typeof navigator.share === "function" ? (
    <button
      class="button"
      type="button"
      onClick={() => void navigator.share({ url: link }).catch(() => undefined)}
    >
      <Icon name="send" />
      {text.share}
    </button>
  ) : null;
}

function Invitation({ told, campaign }: { readonly told: api.Campaigns; readonly campaign: api.BrandCampaign }) {
  const text = offerWords.value;
  const own = wallet.value;
  const { referral, award } = campaign.terms;
  const { brand } = told;
  if (own === null || referral === null || award.type !== "points") {
    return (
      <Notice kind="warn">
        <p>{text.noInvitation}</p>
      </Notice>
    );
  }
  const link = invitationLink(location.origin, { brand, campaign: campaign.campaign, referrer: own.addressText });
  const offer = offersAt(own.address, told)?.find(({ of }) => of.campaign === campaign.campaign);
  const number = (count: number): string => numberText(count, language.value);
  return (
    <>
      <p class="soft">{text.inviteLead(amountOf(brand, award.amount), amountOf(brand, referral.award))}</p>
      <Before brand={brand} />
      <div class="code">
        <Qr text={link} label={text.inviteQr} />
      </div>
      {offer !== undefined && (
        <p class="row between">
          <span class="soft">{brandOf(brand).name}</span>
          <span class="number">{text.brought(number(offer.brought), number(referral.yearMax))}</span>
        </p>
      )}
      <div class="panel stack">
        <h2>{text.inviteLink}</h2>
        <p class="mono" data-testid="invitation">
          {link}
        </p>
        <Share link={link} />
        <CopyButton text={link} />
      </div>
    </>
  );
}

/** The screen: `of` names the brand and the campaign, such as `kaffet/3`. */
export function Invite({ of }: { readonly of: string }) {
  const text = offerWords.value;
  const named = claimIn(of);
  const to = named !== null && brands.value.has(named.brand) ? named : null;
  const { known, error } = useCampaigns(to?.brand ?? null);
  const campaign = known?.told.campaigns.find((one) => one.campaign === to?.campaign);
  const isLie = error instanceof GatewayUntrueError;
  return (
    <div class="stack">
      <div>
        <Heading title={text.invite} back={to === null ? "offers" : "brand"} backTo={to?.brand ?? ""} />
        <Shield />
      </div>
      {to !== null && <Trouble known={known} error={error} />}
      {(to === null || (known !== null && campaign === undefined)) && (
        <Notice kind="warn">
          <p>{to === null ? text.unknownBrand : text.unknownCampaign}</p>
        </Notice>
      )}
      {known !== null && campaign !== undefined && !isLie && <Invitation told={known.told} campaign={campaign} />}
    </div>
  );
}
