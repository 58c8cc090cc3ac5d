/** Invitations of this account to campaigns: links lead to them, and they are kept until they are used. */

import { signal } from "@preact/signals";
import type { Address, api, BrandId, Campaign, CampaignId, Invitation, Points } from "@lojal/client";
import { decode, fromHex, invitationCodec, invitationUnder, LojalError } from "@lojal/client";

import { theNetwork } from "./network.js";
import { read, write } from "./store.js";

/** Most invitations to one campaign that are kept. */
export const KEPT_MAX = 8;

/** The invitations that are known, in hex, by brand and campaign. Which of them fit, the terms and the account say. */
const known = signal<ReadonlyMap<string, readonly string[]>>(new Map());

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

/** True if a place names an invitation that lacks something, as links that were cut do. */
export function isDamaged(of: string): boolean {
  const hex = invitedIn(of);
  return /\/invited(?:-|$)/i.test(of.trim()) && (hex === null || invitationOf(hex) === null);
}

/**
 * The invitations that are kept when another one comes. Those that fit come first, so no other link pushes them out;
 * as long as it isn't known which do, what is there stays.
 */
export function keptWith(before: readonly string[], hex: string, fits: ((hex: string) => boolean) | null) {
  const others = before.filter((one) => one !== hex);
  if (fits === null) {
    return (others.length < before.length ? before : [...before, hex]).slice(0, KEPT_MAX);
  }
  const all = [hex, ...others];
  return [...all.filter(fits), ...all.filter((one) => !fits(one))].slice(0, KEPT_MAX);
}

async function readKept(brand: BrandId, campaign: CampaignId): Promise<readonly string[]> {
  const text = await read(keptAs(brand, campaign));
  return text === null ? [] : text.split(" ");
}

function tell(brand: BrandId, campaign: CampaignId, all: readonly string[]): void {
  known.value = new Map(known.value).set(placeOf(brand, campaign), all);
}

/** The campaign that an invitation is to, with its terms if they are known. */
interface Place {
  readonly brand: BrandId;
  readonly campaign: CampaignId;
  readonly terms: Campaign | null;
}

async function keep({ brand, campaign, terms }: Place, accounts: readonly Address[], hex: string): Promise<void> {
  const fits = (one: string): boolean => {
    const invitation = invitationOf(one);
    return invitation !== null && terms !== null && accounts.some((account) => {
      return underTerms({ brand, campaign, terms }, account, invitation) !== null;
    });
  };
  const before = await readKept(brand, campaign);
  const all = keptWith(before, hex, terms === null ? null : fits);
  tell(brand, campaign, all);
  if (all.join(" ") !== before.join(" ")) {
    await write({ [keptAs(brand, campaign)]: all.join(" ") });
  }
}

let last: Promise<void> = Promise.resolve();

/** Keeps an invitation beside those that are there, one at a time; nothing if the bytes are none. */
export function keepInvitation(place: Place, accounts: readonly Address[], hex: string): Promise<void> {
  if (invitationOf(hex) === null) {
    return Promise.resolve();
  }
  const kept = last.then(() => keep(place, accounts, hex));
  last = kept.catch(() => undefined);
  return kept;
}

/** Looks up the invitations that were kept to campaigns that know some. */
export async function readInvitations({ brand, campaigns }: api.Campaigns): Promise<void> {
  const knowing = campaigns.filter(({ terms, campaign }) => {
    return terms.invited.length > 0 && !known.value.has(placeOf(brand, campaign));
  });
  for (const { campaign } of knowing) {
    const all = await readKept(brand, campaign);
    if (all.length > 0) {
      tell(brand, campaign, all);
    }
  }
}

type Known = Place & { readonly terms: Campaign };

function underTerms({ brand, campaign, terms }: Known, account: Address, invitation: Invitation): Invitation | null {
  return invitationUnder(theNetwork().genesis.chainId, { brand, campaign, account }, terms, invitation);
}

/** The invitation of an account to a campaign, under its list; null if none is known that the terms know. */
export function invitationTo(of: Known, account: Address): Invitation | null {
  for (const hex of known.value.get(placeOf(of.brand, of.campaign)) ?? []) {
    const invitation = invitationOf(hex);
    const found = invitation === null ? null : underTerms(of, account, invitation);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

/** The terms as they are for who shows an invitation: with the sum that it says, or its price if that is lower. */
export function personalTerms(terms: Campaign, { amount }: Invitation): Campaign {
  const sum = amount as Points;
  return terms.award.type === "points"
    ? { ...terms, award: { ...terms.award, amount: sum } }
    : { ...terms, price: sum < terms.price ? sum : terms.price };
}
