/**
 * Another key in the place of this one. The file of the next key is in the database before the ledger is asked, and
 * takes the place of the old one when it is proven that the ledger knows it: whenever the page is closed, one of the
 * two files has the key that signs.
 */

import { signal } from "@preact/signals";
import type { OpaqueKey, TransactionId } from "@lojal/client";
import { Client, newReadToken, toTimeMs } from "@lojal/client";

import { freshness, shown } from "./account.js";
import type { Opener } from "./keys.js";
import { ask, byPassphrase, signerOf } from "./keys.js";
import { theNetwork } from "./network.js";
import { send } from "./outbox.js";
import type { OpenFile } from "./session.js";
import { adoptFile, dropKey, fileValues, openFile, readFile, take, unlock, wallet } from "./session.js";
import { write } from "./store.js";

/** The file of the key that is to be next; null if there is none. */
export const rotation = signal<OpenFile | null>(null);

/** The next key, until the ledger knows it. */
let nextKey: OpaqueKey | null = null;

/** Makes the next key, keeps it, and asks the ledger for it. */
export async function rotate(passphrase: string): Promise<TransactionId> {
  const own = wallet.value;
  if (own === null) {
    throw new Error("there is no wallet");
  }
  await unlock(byPassphrase(passphrase));
  // One that was asked for before may still come: another one beside it could be lost.
  const pending = rotation.value ?? (await readFile("next-key"));
  const answer =
    pending === null
      ? await ask({ type: "next", file: own.file, passphrase })
      : { ...(await ask({ type: "unlock", file: pending.file, passphrase })), file: pending.file };
  const next = openFile(answer);
  await write(fileValues("next-key", next));
  rotation.value = next;
  nextKey = signerOf(answer);
  return send([{ type: "rotate_key", newKey: next.publicKey }]);
}

/** Opens the next key too, if there is one: after a reload it is opened as the one before it is. */
export async function openNext(open: Opener): Promise<void> {
  if (rotation.value !== null && nextKey === null) {
    nextKey = signerOf(await open(rotation.value.file));
    await finishRotation();
  }
}

/** True if the next key reads the account, and the account proves that it signs. */
async function isIn(next: OpenFile, key: OpaqueKey): Promise<boolean> {
  const { genesis, verifier, gateways } = theNetwork();
  const [address, gateway] = [wallet.value?.address, gateways.all[0]];
  if (address === undefined || gateway === undefined) {
    return false;
  }
  const client = new Client(gateway.url, genesis);
  const now = toTimeMs(Date.now());
  client.readWith(await newReadToken(address, key, genesis.chainId, client.audience, now));
  const { account } = await verifier.account(client, address);
  return account.rotatedKey === next.publicKey;
}

/**
 * Takes the next key into use, once it is proven that the ledger knows it. From then on the key before it reads nothing
 * any more, so the next one has to ask.
 */
export async function finishRotation(): Promise<void> {
  rotation.value ??= await readFile("next-key");
  const [next, key] = [rotation.value, nextKey];
  if (next === null) {
    return;
  }
  const isShown = shown.value?.own.account.rotatedKey === next.publicKey;
  const isRefused = freshness.value === "refused" && key !== null;
  if (isShown || (isRefused && (await isIn(next, key).catch(() => false)))) {
    rotation.value = null;
    nextKey = null;
    dropKey();
    await adoptFile(next);
    if (key !== null) {
      await take(key);
    }
  }
}
