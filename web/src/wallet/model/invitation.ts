/** Invitations: links that lead to a campaign, and say who has brought the reader along. */

import type { BrandId, CampaignId } from "@lojal/client";

/** A campaign that is to be claimed, and the address of whoever has brought the member along, if anybody has. */
export interface ToClaim {
  readonly brand: BrandId;
  readonly campaign: CampaignId;
  readonly referrer: string | null;
}

const CLAIM = /^([a-z0-9-]{1,32})\/([0-9]{1,10})(?:\/([a-z0-9]{1,100}))?$/i;

/** The claim that a place names, such as `kaffet/3` or `kaffet/3/tloj1…`; null if it names none. */
export function claimIn(of: string): ToClaim | null {
  // What follows a campaign for the invited is no address.
  const [place] = of.trim().split(/\/invited(?:-[^/]*)?$/i);
  const [, brand, campaign, referrer] = CLAIM.exec(place ?? "") ?? [];
  return brand === undefined || campaign === undefined
    ? null
    : {
        brand: brand.toLowerCase() as BrandId,
        campaign: Number(campaign) as CampaignId,
        referrer: referrer ?? null,
      };
}

/** The place of a claim. */
export function claimPlace({ brand, campaign, referrer }: ToClaim): string {
  return [brand, campaign, ...(referrer === null ? [] : [referrer])].join("/");
}

/** The link of an invitation, which opens this wallet in any browser. */
export function invitationLink(origin: string, claim: ToClaim): string {
  return `${origin}/wallet/#/claim/${claimPlace(claim)}`;
}

/** The place of a claim that a scanned text leads to. Whose gateway it names makes no difference here. */
export function linkedPlace(text: string): string | null {
  return /^https?:\/\/[^#\s]+#\/claim\/(\S+)$/i.exec(text.trim())?.[1] ?? null;
}

/** The invitation that a scanned text is; null if it is none. */
export function invitationIn(text: string): ToClaim | null {
  const of = linkedPlace(text);
  return of === null ? null : claimIn(of);
}
