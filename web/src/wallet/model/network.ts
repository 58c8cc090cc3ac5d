/** The network that this wallet belongs to: its genesis document, kept from the first visit on, and its gateway. */

import { signal } from "@preact/signals";
import type {
  Address,
  BrandId,
  Client,
  KeptBlock,
  Policy,
  ProvenAccount,
  SignedReadToken,
} from "@lojal/client";
import { Gateways, Genesis, Verifier } from "@lojal/client";

import { read, write } from "./store.js";

/** A brand as the wallet shows it. */
export interface Brand {
  readonly id: BrandId;
  readonly name: string;
  readonly decimals: number;
  readonly policy: Policy;
}

/** All that is known of the network. */
export interface Network {
  readonly genesis: Genesis;
  readonly gateways: Gateways;
  readonly verifier: Verifier;
}

/** The network; null until its genesis document is there. */
export const network = signal<Network | null>(null);
/** The brands: those of the genesis document by what it says, others by the gateway's word. */
export const brands = signal<ReadonlyMap<BrandId, Brand>>(new Map());

function brandsOf(genesis: Genesis): Map<BrandId, Brand> {
  return new Map(
    genesis.document.brands.map(({ id, name, decimals, policy }) => [id, { id, name, decimals, policy }]),
  );
}

function verifierOf(genesis: Genesis, kept: string | null): Verifier {
  if (kept === null) {
    return Verifier.of(genesis);
  }
  const { header, validators } = JSON.parse(kept) as KeptBlock;
  return Verifier.of(genesis, { header, validators });
}

let known = "";

/** Finds the network: the one that is kept, or on the first visit the one whose gateway serves this page. */
export async function findNetwork(): Promise<void> {
  let text = await read("genesis");
  if (text === null) {
    const response = await fetch("/v1/genesis", { credentials: "omit" });
    if (!response.ok) {
      throw new Error(`the gateway doesn't show its genesis document (HTTP status ${response.status})`);
    }
    text = await response.text();
  }
  const genesis = Genesis.fromToml(text);
  known = text;
  const verifier = verifierOf(genesis, await read("kept"));
  brands.value = brandsOf(genesis);
  network.value = { genesis, verifier, gateways: new Gateways([location.origin], genesis) };
}

/** The genesis document that was shown, which is kept with the first key. */
export function genesisText(): string {
  return known;
}

/** The network as people compare it with what somebody shows; null until it is there. */
export function identity(): { readonly name: string; readonly chainId: string } | null {
  const genesis = network.value?.genesis;
  return genesis === undefined ? null : { name: genesis.document.name, chainId: genesis.chainId };
}

/** The network, where there has to be one. */
export function theNetwork(): Network {
  if (network.value === null) {
    throw new Error("there is no network yet");
  }
  return network.value;
}

/** Asks the gateway. */
export function ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
  return theNetwork().gateways.ask(async (gateway) => question(await gateway.client()));
}

let proving: Promise<unknown> = Promise.resolve();

/**
 * Proves something. One after the other, since an answer that was asked for before another one and comes after it would
 * be taken for an old one.
 */
export function proveNext<T>(question: (client: Client, verifier: Verifier) => Promise<T>): Promise<T> {
  const next = proving.then(() => ask((client) => question(client, theNetwork().verifier)));
  proving = next.catch(() => undefined);
  return next;
}

/** Proves an account. */
export function prove(address: Address): Promise<ProvenAccount> {
  return proveNext((client, verifier) => verifier.account(client, address));
}

/** Says from now on who reads. */
export function readWith(token: SignedReadToken | null): void {
  theNetwork().gateways.all.forEach((gateway) => gateway.readWith(token));
}

/** Keeps the last block that was proven. */
export async function keepBlock(): Promise<void> {
  const { kept } = theNetwork().verifier;
  if (kept !== null) {
    await write({ kept: JSON.stringify(kept) });
  }
}

/** Learns of brands that have come after genesis, and of policies as they are now. */
export async function refreshBrands(): Promise<void> {
  const { brands: shown } = await ask((client) => client.brands());
  const known = brandsOf(theNetwork().genesis);
  const next = new Map(brands.value);
  for (const { id, name, decimals, policy } of shown) {
    next.set(id, { ...(known.get(id) ?? { id, name, decimals }), policy });
  }
  brands.value = next;
}

/** A brand by its id; one that nobody has told of shows its id. */
export function brandOf(id: BrandId): Brand {
  const [other] = brands.value.values();
  const found = brands.value.get(id);
  if (found !== undefined) {
    return found;
  }
  if (other === undefined) {
    throw new Error("the network has no brand");
  }
  return { id, name: id, decimals: 0, policy: other.policy };
}
