/** Campaigns of the brand and of those whose sponsor it is, proven, and what they can cost at most. */

import { computed } from "@preact/signals";
import type { api, BrandAction, BrandId } from "@lojal/client";
import { ListClient } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { ask, brands } from "../../wallet/model/network.js";
import { campaigns, readCampaigns } from "../../wallet/model/offers.js";
import type { Shown } from "./brand.js";
import { shown } from "./brand.js";
import type { List } from "./pages.js";
import { usePages } from "./pages.js";
import type { Now } from "./tell-actions.js";

/** The campaigns that were proven since the page was opened, by brand. */
export const proven = computed<ReadonlyMap<BrandId, api.Campaigns>>(() => {
  const now = [...campaigns.value].filter(([, { isNow }]) => isNow);
  return new Map(now.map(([brand, { told }]) => [brand, told]));
});

/** The campaigns of brands, proven anew whenever the brand that is shown is asked for; and the last fault. */
export function useProven(of: readonly BrandId[]): { readonly error: unknown } {
  const [error, setError] = useState<unknown>(null);
  const { value: now } = shown;
  const key = of.join(" ");
  useEffect(() => {
    let isOld = false;
    const tell = (fault: unknown): void => (isOld ? undefined : setError(fault));
    Promise.all(of.map(readCampaigns)).then(() => tell(null), tell);
    return () => {
      isOld = true;
    };
  }, [key, now]);
  return { error };
}

/** The brands whose campaigns an action is about. */
function brandsIn(action: BrandAction): readonly BrandId[] {
  return action.type === "set_campaign" || action.type === "accept_sponsorship" ? [action.brand] : [];
}

/** A brand as it is now, with the campaigns that actions are compared with; the fault if these can't be proven. */
export function useNow(now: Shown, actions: readonly BrandAction[]): { readonly now: Now; readonly error: unknown } {
  const { error } = useProven([...new Set(actions.flatMap(brandsIn))]);
  return { now: { ...now, campaigns: proven.value }, error };
}

/** A campaign of a brand that is proven; null if there is none, or it isn't proven yet. */
export function provenCampaign(brand: BrandId, number: number): api.BrandCampaign | null {
  return proven.value.get(brand)?.campaigns.find(({ campaign }) => campaign === number) ?? null;
}

/** A campaign that a brand sponsors, as the gateway says. */
export interface Sponsored {
  readonly brand: BrandId;
  readonly campaign: api.BrandCampaign;
}

/** The campaigns of others whose sponsor a brand is: each other brand is a page. */
export function useSponsored(own: BrandId): List<Sponsored, api.Campaigns> {
  const others = [...brands.value.keys()].filter((id) => id !== own).sort();
  return usePages(`${own} ${others.length}`, async (cursor) => {
    const at = Number(cursor ?? 0);
    const [brand] = others.slice(at);
    if (brand === undefined) {
      throw new Error("there is no other brand");
    }
    const answer = await ask((client) => new ListClient(client).campaigns(brand));
    const items = answer.campaigns
      .filter(({ terms, state }) => terms.sponsor?.brand === own && state !== "closed")
      .map((campaign) => ({ brand, campaign }));
    return { items, answer, cursor: at + 1 < others.length ? String(at + 1) : null };
  });
}
