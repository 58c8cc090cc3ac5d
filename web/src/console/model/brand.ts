/**
 * The brands whose people this account is one of, and what the gateway says of the one that is chosen. No route proves
 * a brand's records, so all of this is the gateway's word; the ledger does what was signed, or nothing.
 */

import { computed, signal } from "@preact/signals";
import type { api, BrandId, Role } from "@lojal/client";
import { isProblem, watchEvents } from "@lojal/client";

import { ask, theNetwork } from "../../wallet/model/network.js";
import type { Mine } from "../../wallet/model/roles.js";
import { findRoles } from "../../wallet/model/roles.js";
import { canRead, wallet } from "../../wallet/model/session.js";
import { read, write } from "../../wallet/model/store.js";
import type { Now } from "./tell-actions.js";

/** The time after which everything is asked anew though nothing has happened, in milliseconds. */
const EVERY_MS = 15_000;
/** Most pages of partnerships that are read. */
const PAGES_MAX = 20;
/** The events that change what is shown of a brand, but for its points. */
const TYPES = [
  "policy",
  "operator",
  "approvals",
  "brand",
  "partnership",
  "settlement",
  "brand_motion",
  "campaign.set",
  "sponsorship",
];

/** All that is shown of a brand. */
export interface Shown extends Omit<Now, "campaigns"> {
  readonly brand: api.BrandAnswer;
  readonly motions: api.BrandMotions;
  /** The partnerships of all brands. */
  readonly everybodys: readonly api.Partnership[];
}

/** The brands in which the account has roles; null until they are found. */
export const mine = signal<readonly Mine[] | null>(null);
/** The brand that is chosen. */
export const chosen = signal<BrandId | null>(null);
/** All that is shown of it; null until the gateway has answered. */
export const shown = signal<Shown | null>(null);
/** The version of the protocol, as the gateway says; 0 until it has. */
export const version = signal(0);
/** The version from which on there are campaigns, and the role that grants what they give. */
const CAMPAIGNS_FROM = 2;
/** True if the network has campaigns, and the role *grant*. */
export const hasCampaigns = computed(() => version.value >= CAMPAIGNS_FROM);
/** The last fault of asking; null without one. */
export const fault = signal<unknown>(null);

/** The account's own rights in the brand. */
export const own = computed<api.OperatorAnswer | null>(() => {
  const address = wallet.value?.address;
  const listed = shown.value?.operators.find((one) => one.address === address);
  const found = mine.value?.find(({ id }) => id === chosen.value)?.operator;
  return shown.value === null ? (found ?? null) : (listed ?? null);
});

/** True if the account has a role in the brand. */
export function has(role: Role): boolean {
  return own.value?.roles.includes(role) ?? false;
}

/** Finds the brands in which the account has roles, and chooses the one that was chosen before, or the only one. */
export async function findBrands(): Promise<void> {
  try {
    const found = await findRoles();
    mine.value = found;
    const before = await read("brand");
    const [only] = found;
    const kept = found.find(({ id }) => id === before);
    const choice = kept ?? (found.length === 1 ? only : undefined);
    fault.value = null;
    if (choice !== undefined) {
      await choose(choice.id);
    }
  } catch (error) {
    fault.value = error;
  }
}

/** Chooses a brand; another one can be chosen after null. */
export async function choose(id: BrandId | null): Promise<void> {
  await write({ brand: id });
  shown.value = null;
  chosen.value = id;
  await refresh();
}

/** Forgets whose brands these were: of a key that is gone, or before another look. */
export function forgetBrands(): void {
  mine.value = null;
  chosen.value = null;
  shown.value = null;
}

async function allPartnerships(): Promise<readonly api.Partnership[]> {
  const all: api.Partnership[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const told: api.Partnerships = await ask((client) => client.partnerships(cursor));
    all.push(...told.partnerships);
    cursor = told.nextCursor;
    if (cursor === null) {
      break;
    }
  }
  return all;
}

let asked = 0;

/** Asks for everything about the brand anew. */
export async function refresh(): Promise<void> {
  const id = chosen.value;
  if (id === null || !canRead.value) {
    return;
  }
  const turn = (asked += 1);
  try {
    // A network goes to a later version, and never back.
    const learnt = hasCampaigns.value ? null : await ask((client) => client.governance());
    version.value = learnt?.version ?? version.value;
    const [brand, { operators }, everybodys, motions] = await Promise.all([
      ask((client) => client.brand(id)),
      ask((client) => client.operators(id)),
      allPartnerships(),
      theNetwork().gateways.ask((gateway) => gateway.brandMotions(id)),
    ]);
    // What was asked for later, or of another brand, counts.
    if (turn === asked && chosen.value === id) {
      const partnerships = everybodys.filter(({ from, to }) => from === id || to === id);
      shown.value = { brand, operators, partnerships, everybodys, motions };
      fault.value = null;
    }
  } catch (error) {
    if (turn === asked && isProblem(error, "not_permitted")) {
      await giveUp(id);
    } else if (turn === asked) {
      fault.value = error;
    }
  }
}

/** Gives up a brand in which the account has no role any more: nothing of it is shown on. */
async function giveUp(id: BrandId): Promise<void> {
  mine.value = (mine.value ?? []).filter((one) => one.id !== id);
  fault.value = null;
  await choose(null);
}

/** Follows the brand: asks anew whenever something of it has changed. Returns how to stop. */
export function followBrand(): () => void {
  const brand = chosen.value;
  const stopping = new AbortController();
  const { signal: stop } = stopping;
  const timer = setInterval(() => (document.hidden ? undefined : void refresh()), EVERY_MS);
  const listen = async (): Promise<void> => {
    if (brand !== null) {
      const options = { signal: stop, types: TYPES };
      for await (const _ of watchEvents(theNetwork().gateways, { brand }, options)) {
        await refresh();
      }
    }
  };
  // Without the stream everything is still asked for every now and then.
  listen().catch(() => undefined);
  return () => {
    clearInterval(timer);
    stopping.abort();
  };
}
