/** The key of some words that signs for their account now: the first one, or one that has replaced it. */

import { Backup, Client, newReadToken, ProblemError, toTimeMs } from "@lojal/client";

import { ask, signerOf } from "./keys.js";
import { theNetwork } from "./network.js";

/** Most keys that are tried; a wallet whose key was replaced more often is restored on the command line. */
const TRIED_MAX = 32;

/**
 * The number of rotations after which the key of words signs: a gateway lets only that key read the account. Null if it
 * is none of the first.
 */
export async function restoredRotation(
  phrase: string,
  tried: (number: number) => void,
): Promise<number | null> {
  const { genesis, gateways } = theNetwork();
  const account = Backup.fromWords(phrase).key(0).address();
  const [gateway] = gateways.all;
  if (gateway === undefined) {
    return null;
  }
  const client = new Client(gateway.url, genesis);
  for (let rotation = 0; rotation < TRIED_MAX; rotation += 1) {
    tried(rotation + 1);
    const key = signerOf(await ask({ type: "derive", words: phrase, rotation }));
    const now = toTimeMs(Date.now());
    client.readWith(await newReadToken(account, key, genesis.chainId, client.audience, now));
    try {
      await client.account(account);
      return rotation;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== "not_permitted") {
        throw error;
      }
    }
  }
  return null;
}
