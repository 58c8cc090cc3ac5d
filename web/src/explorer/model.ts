/** What the explorer knows: the network, its last headers, each checked, and what the gateway says of the rest. */

import { signal } from "@preact/signals";
import type { BrandId, Header } from "@lojal/client";
import { Client, GatewayUntrueError, Genesis, Verifier } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

/** The time after which the gateway is asked for its last header again, in milliseconds. */
const EVERY_MS = 2_000;
/** Headers that are shown. */
const SHOWN = 8;

/** The network with its gateway. */
export interface Network {
  readonly genesis: Genesis;
  readonly client: Client;
  readonly verifier: Verifier;
}

/** The network; null until its genesis document is there. */
export const network = signal<Network | null>(null);
/** The last headers, the newest first. */
export const headers = signal<readonly Header[]>([]);
/** The words of the last fault; empty without one. */
export const fault = signal("");
/** True if the gateway was caught. */
export const isUntrue = signal(false);

function note(error: unknown): void {
  fault.value = error instanceof Error ? error.message : String(error);
  isUntrue.value = error instanceof GatewayUntrueError;
}

/** Finds the network whose gateway serves this page. */
export async function findNetwork(): Promise<void> {
  const text = await (await fetch("/v1/genesis", { credentials: "omit" })).text();
  const genesis = Genesis.fromToml(text);
  network.value = { genesis, client: new Client(location.origin, genesis), verifier: Verifier.of(genesis) };
}

/** Asks for the last header, and checks it. */
export async function readHeader(): Promise<void> {
  const known = network.value;
  if (known === null) {
    return;
  }
  try {
    const header = await known.verifier.latest(known.client);
    if (header.height !== headers.value[0]?.height) {
      headers.value = [header, ...headers.value].slice(0, SHOWN);
    }
    [fault.value, isUntrue.value] = ["", false];
  } catch (error) {
    note(error);
  }
}

/** Reads headers for as long as the page is looked at. */
export async function followHeaders(): Promise<void> {
  for (;;) {
    if (!document.hidden) {
      await readHeader();
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** The answer to a question, asked anew every now and then; null until the first. */
export function useAnswer<T>(question: (client: Client) => Promise<T>): T | null {
  const [answer, setAnswer] = useState<T | null>(null);
  const height = headers.value[0]?.height;
  useEffect(() => {
    const known = network.value;
    let isOld = false;
    if (known !== null) {
      question(known.client).then((told) => (isOld ? undefined : setAnswer(told)), note);
    }
    return () => {
      isOld = true;
    };
  }, [height]);
  return answer;
}

/** The decimals of a brand by the genesis document; of one that came later none. */
export function decimalsOf(id: BrandId): number {
  return network.value?.genesis.document.brands.find((brand) => brand.id === id)?.decimals ?? 0;
}

/** The name of a brand by the genesis document; of one that came later its id. */
export function nameOf(id: BrandId): string {
  return network.value?.genesis.document.brands.find((brand) => brand.id === id)?.name ?? id;
}
