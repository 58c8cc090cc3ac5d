/** The operations of campaigns: brands give their members something, on terms that everybody sees. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { Campaign, CampaignId } from "../campaign.js";
import { campaignCodec, campaignIdCodec } from "../campaign.js";
import type { VariantCodecs } from "../codec/combine.js";
import { option, struct } from "../codec/combine.js";
import { u16, u64 } from "../codec/primitives.js";
import type { Hash } from "../ids.js";
import type { Invitation } from "../invitation.js";
import { invitationCodec } from "../invitation.js";
import { hashCodec } from "../ids.js";
import type { Points } from "../points.js";
import { pointsOrNoneCodec } from "../points.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";
import type { Day } from "../time.js";
import { dayCodec } from "../time.js";

/** An admin of a brand begins a campaign, makes one kinder, or pauses one. */
export interface SetCampaign {
  /** The brand. */
  readonly brand: BrandId;
  /** The campaign: one that there is, or a higher number than any before. */
  readonly campaign: CampaignId;
  /** Its terms. */
  readonly terms: Campaign;
}

/** An admin of a sponsor agrees to pay for a campaign's points. */
export interface AcceptSponsorship {
  /** The brand whose campaign it is. */
  readonly brand: BrandId;
  /** The campaign. */
  readonly campaign: CampaignId;
  /** The digest of its terms, so that nobody accepts others than those that were shown. */
  readonly terms: Hash;
}

/** An operator of a brand, or of its sponsor, gives an account what a campaign gives. */
export interface Grant {
  /** The brand. */
  readonly brand: BrandId;
  /** The campaign. */
  readonly campaign: CampaignId;
  /** The account. */
  readonly to: Address;
  /** The number of points, or of units of anything else. */
  readonly amount: bigint;
  /** The receipt, or what else it is for; a brand issues and grants once per reference. */
  readonly reference: Reference;
  /** The day on the receipt. */
  readonly dated: Day;
}

/** A member takes what a campaign gives, for itself or for its household. */
export interface Claim {
  /** The brand. */
  readonly brand: BrandId;
  /** The campaign. */
  readonly campaign: CampaignId;
  /** The account that takes part: the member, or its household. */
  readonly account: Address;
  /** The number of units. */
  readonly quantity: number;
  /** Most points that all of them cost; 0 if they are free. */
  readonly priceMax: Points;
  /** The member who has brought this one along. */
  readonly referrer: Address | null;
  /** The invitation that is shown, if there is one. */
  readonly invitation: Invitation | null;
}

/** The operations of campaigns, by type. */
export interface CampaignOperations {
  /** See {@link SetCampaign}. */
  readonly set_campaign: SetCampaign;
  /** See {@link AcceptSponsorship}. */
  readonly accept_sponsorship: AcceptSponsorship;
  /** See {@link Grant}. */
  readonly grant: Grant;
  /** See {@link Claim}. */
  readonly claim: Claim;
}

/** The numbers and forms of the operations of campaigns. */
export const campaignOperations: VariantCodecs<CampaignOperations> = {
  set_campaign: [
    67,
    struct<SetCampaign>({ brand: brandIdCodec, campaign: campaignIdCodec, terms: campaignCodec }),
  ],
  accept_sponsorship: [
    68,
    struct<AcceptSponsorship>({ brand: brandIdCodec, campaign: campaignIdCodec, terms: hashCodec }),
  ],
  grant: [
    69,
    struct<Grant>({
      brand: brandIdCodec,
      campaign: campaignIdCodec,
      to: addressCodec,
      amount: u64,
      reference: referenceCodec,
      dated: dayCodec,
    }),
  ],
  claim: [
    70,
    struct<Claim>({
      brand: brandIdCodec,
      campaign: campaignIdCodec,
      account: addressCodec,
      quantity: u16,
      priceMax: pointsOrNoneCodec,
      referrer: option(addressCodec),
      invitation: option(invitationCodec),
    }),
  ],
};
