/**
 * What brands give this wallet's account and its pools beside points for purchases: campaigns, proven like a balance
 * and kept for the time without a gateway, and those who have brought this account along.
 */

import { signal } from "@preact/signals";
import type { Address, BrandId, CampaignId } from "@lojal/client";
import { api, fromJsonText, LojalError, provenCampaigns, state, toJsonText } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import type { Proven } from "./account.js";
import { shown } from "./account.js";
import { proveNext, theNetwork } from "./network.js";
import { invitationTo, personalTerms, readInvitations } from "./personal.js";
import { wallet } from "./session.js";
import { read, write } from "./store.js";

/** The campaigns of a brand as far as they are known. */
export interface Known {
  readonly told: api.Campaigns;
  /** False if they were proven before the page was opened. */
  readonly isNow: boolean;
}

/** The campaigns that are known, by brand. */
export const campaigns = signal<ReadonlyMap<BrandId, Known>>(new Map());

const keptAs = (brand: BrandId): string => `campaigns:${brand}`;

function tell(brand: BrandId, known: Known): void {
  campaigns.value = new Map(campaigns.value).set(brand, known);
}

/** Proves the campaigns of a brand, and keeps them. */
export async function readCampaigns(brand: BrandId): Promise<void> {
  const { genesis } = theNetwork();
  const told = await proveNext((client, verifier) => provenCampaigns(verifier, client, genesis.chainId, brand));
  await readInvitations(told);
  tell(brand, { told, isNow: true });
  await write({ [keptAs(brand)]: toJsonText(api.campaignsCodec, told, genesis.network) });
}

/** Shows the campaigns that were kept, until newer ones are proven. */
export async function readKept(brand: BrandId): Promise<void> {
  const text = await read(keptAs(brand));
  if (text !== null && !campaigns.value.has(brand)) {
    const told = fromJsonText(api.campaignsCodec, text, theNetwork().genesis.network);
    await readInvitations(told);
    tell(brand, { told, isNow: false });
  }
}

/** The campaigns of a brand as a screen has them, and the fault of the last time. */
export interface Read {
  readonly known: Known | null;
  readonly error: unknown;
}

function useRead(brand: BrandId | null, anew: unknown): Read {
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (brand === null) {
      return;
    }
    void readKept(brand).catch(() => undefined);
    readCampaigns(brand).then(() => setError(null), setError);
  }, [brand, anew]);
  return { known: brand === null ? null : (campaigns.value.get(brand) ?? null), error };
}

/** The campaigns of a brand, proven anew whenever something has happened. */
export function useCampaigns(brand: BrandId | null): Read {
  return useRead(brand, shown.value);
}

/** The campaigns of one brand of many, proven once. */
export function useCampaignsOnce(brand: BrandId | null): Read {
  return useRead(brand, null);
}

/** The proven account of this wallet, or of one of its pools. */
export function provenOf(account: Address): Proven | null {
  const { value: now } = shown;
  if (now === null || now.own.account.address === account) {
    return now?.own ?? null;
  }
  return now.pools.find(({ address }) => address === account)?.proven ?? null;
}

/**
 * The campaigns as they are for an account, with the sums that it is invited to; null where nothing tells how it stands
 * there.
 */
export function offersAt(account: Address, told: api.Campaigns): readonly state.Offer[] | null {
  const records = provenOf(account)?.records ?? null;
  const { brand } = told;
  const invitations = new Map(
    told.campaigns.map((of) => [of.campaign, invitationTo({ brand, ...of }, account)] as const),
  );
  const campaigns = told.campaigns.map((of) => {
    const invitation = invitations.get(of.campaign) ?? null;
    return invitation === null ? of : { ...of, terms: personalTerms(of.terms, invitation) };
  });
  const isInvitedTo = (campaign: CampaignId): boolean => (invitations.get(campaign) ?? null) !== null;
  try {
    return records === null ? null : state.offersOf(records, account, { ...told, campaigns }, isInvitedTo);
  } catch (error) {
    if (error instanceof LojalError) {
      return null;
    }
    throw error;
  }
}

/** The standing of this wallet's account at a brand; null if it has none, or nothing tells. */
export function standingAt(brand: BrandId): api.Standing | null {
  const { value: now } = shown;
  const own = wallet.value?.address;
  try {
    const records = now?.own.records ?? null;
    const found = records === null || own === undefined ? [] : state.standingsOf(records, own).standings;
    return found.find((one) => one.brand === brand) ?? null;
  } catch (error) {
    if (error instanceof LojalError) {
      return null;
    }
    throw error;
  }
}

const invitedAs = (brand: BrandId, campaign: CampaignId): string => `referrer:${brand}:${campaign}`;

/** Keeps the address of whoever has brought this account along, until it can claim; null forgets it. */
export async function keepReferrer(brand: BrandId, campaign: CampaignId, referrer: string | null): Promise<void> {
  await write({ [invitedAs(brand, campaign)]: referrer });
}

/** The address of whoever has brought this account along; null if nobody has. */
export function referrerOf(brand: BrandId, campaign: CampaignId): Promise<string | null> {
  return read(invitedAs(brand, campaign));
}
