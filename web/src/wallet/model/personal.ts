/** Invitations of this account to campaigns: links lead to them, and they are kept until they are used. */

import { signal } from "@preact/signals";
import type { Address, api, BrandId, Campaign, CampaignId, Invitation, Points } from "@lojal/client";
import { decode, fromHex, invitationCodec, invitationUnder, LojalError } from "@lojal/client";

import { theNetwork } from "./network.js";
import { read, write } from "./store.js";

/** The invitations that are known, by brand and campaign. */
const known = signal<ReadonlyMap<string, Invitation>>(new Map());

const placeOf = (brand: BrandId, campaign: CampaignId): string => `${brand}:${campaign}`;
const keptAs = (brand: BrandId, campaign: CampaignId): string => `invitation:${placeOf(brand, campaign)}`;

const INVITED = /^[^/]+\/[0-9]+\/invited-((?:[0-9a-f]{2}){1,2000})$/;

/** The bytes of the invitation that a place names, in hex, such as `kaffet/3/invited-00…`; null if it names none. */
export function invitedIn(of: string): string | null {
  return INVITED.exec(of.trim().toLowerCase())?.[1] ?? null;
}

function invitationOf(hex: string): Invitation | null {
  try {
    return decode(invitationCodec, fromHex(hex));
  } catch (error) {
    if (error instanceof LojalError) {
      return null;
    }
    throw error;
  }
}

function tell(brand: BrandId, campaign: CampaignId, hex: string): boolean {
  const invitation = invitationOf(hex);
  if (invitation === null) {
    return false;
  }
  known.value = new Map(known.value).set(placeOf(brand, campaign), invitation);
  return true;
}

/** Keeps an invitation; false if the bytes are none. */
export async function keepInvitation(brand: BrandId, campaign: CampaignId, hex: string): Promise<boolean> {
  const isOne = tell(brand, campaign, hex);
  if (isOne) {
    await write({ [keptAs(brand, campaign)]: hex });
  }
  return isOne;
}

/** Looks up the invitations that were kept to campaigns that know some. */
export async function readInvitations({ brand, campaigns }: api.Campaigns): Promise<void> {
  const knowing = campaigns.filter(({ terms, campaign }) => {
    return terms.invited.length > 0 && !known.value.has(placeOf(brand, campaign));
  });
  for (const { campaign } of knowing) {
    const hex = await read(keptAs(brand, campaign));
    if (hex !== null) {
      tell(brand, campaign, hex);
    }
  }
}

/** The invitation of an account to a campaign, under its list; null if none is known that the terms know. */
export function invitationTo(
  { brand, campaign, terms }: { readonly brand: BrandId; readonly campaign: CampaignId; readonly terms: Campaign },
  account: Address,
): Invitation | null {
  const found = known.value.get(placeOf(brand, campaign)) ?? null;
  const of = { brand, campaign, account };
  return found === null ? null : invitationUnder(theNetwork().genesis.chainId, of, terms, found);
}

/** The terms as they are for who shows an invitation: with the sum that it says, or its price if that is lower. */
export function personalTerms(terms: Campaign, { amount }: Invitation): Campaign {
  const sum = amount as Points;
  return terms.award.type === "points"
    ? { ...terms, award: { ...terms.award, amount: sum } }
    : { ...terms, price: sum < terms.price ? sum : terms.price };
}
