/**
 * The key of this wallet, and who reads with it. The key file is what the wallet of the command line keeps, byte for
 * byte; the key itself is in memory alone, can't be read there, and is gone after some idle minutes.
 */

import { computed, signal } from "@preact/signals";
import type { Address, OpaqueKey, PublicKey, SignedReadToken, Signer } from "@lojal/client";
import {
  addressToText,
  holdsReadToken,
  newReadToken,
  parseAddressText,
  parseReadToken,
  readTokenToText,
  toTimeMs,
} from "@lojal/client";

import type { KeyAnswer, Opener } from "./keys.js";
import { signerOf } from "./keys.js";
import { genesisText, readWith, theNetwork } from "./network.js";
import { forgetAll, read, write } from "./store.js";

/** The time without a touch after which the key is gone, in milliseconds. */
export const IDLE_MS = 5 * 60 * 1000;
/** The rest of a token's time below which it is made anew, in milliseconds. */
const TOKEN_REST_MS = 60 * 60 * 1000;

/** The key file of this wallet. */
export interface Wallet {
  /** The file; empty where only a token is here, and its key elsewhere. */
  readonly file: string;
  readonly address: Address;
  readonly addressText: string;
  readonly publicKey: PublicKey;
}

/** The wallet; null if there is none in this browser. */
export const wallet = signal<Wallet | null>(null);
/** The key, while it is there. */
export const signer = signal<OpaqueKey | null>(null);
/** True if the wallet may read: it has a token, or made one. */
export const canRead = signal(false);
/** True if the wallet is ready to be shown. */
export const isOpen = computed(() => wallet.value !== null && canRead.value);

/** True if the key is in this browser, and can sign once it is unlocked. */
export const isKeyHere = computed(() => wallet.value !== null && wallet.value.file !== "");

/** The text of the passkey's envelope as it was found; null if there is none. */
export const keptEnvelope = signal<string | null>(null);

/** A question for the passphrase, which a dialog answers. */
export interface Unlocking {
  resolve(key: OpaqueKey): void;
  reject(error: Error): void;
}
/** The question that is open. */
export const unlocking = signal<Unlocking | null>(null);

/** A key file with what it says openly, which the worker has read from it. */
export interface OpenFile {
  readonly file: string;
  readonly address: string;
  readonly publicKey: PublicKey;
}

/** What the worker says of a key file. */
export function openFile({ file, address, publicKey }: KeyAnswer): OpenFile {
  if (file === undefined || address === undefined || publicKey === undefined) {
    throw new Error("the worker made no key file");
  }
  return { file, address, publicKey };
}

function walletOf({ file, address: addressText, publicKey }: OpenFile): Wallet {
  return { file, addressText, publicKey, address: parseAddressText(addressText).address };
}

/** The key file that is kept under a name; null if there is none. */
export async function readFile(name: "key" | "next-key"): Promise<OpenFile | null> {
  const [file, open] = [await read(name), await read(`${name}-open`)];
  if (file === null || open === null) {
    return null;
  }
  const { address, publicKey } = JSON.parse(open) as Omit<OpenFile, "file">;
  return { file, address, publicKey };
}

/** The values of the database that keep a key file under a name. */
export function fileValues(
  name: "key" | "next-key",
  { file, address, publicKey }: OpenFile,
): Record<string, string> {
  return { [name]: file, [`${name}-open`]: JSON.stringify({ address, publicKey }) };
}

/** Finds the wallet of this browser, and the token with which it may still read. */
export async function findWallet(): Promise<void> {
  const file = await readFile("key");
  keptEnvelope.value = await read("passkey");
  const written = await read("token");
  if (file === null) {
    if (written !== null) {
      takeToken(parseReadToken(written));
    }
    return;
  }
  wallet.value = walletOf(file);
  if (written !== null) {
    const token = parseReadToken(written);
    if (token.token.untilMs > Date.now() + TOKEN_REST_MS && token.token.audience === audience()) {
      readWith(token);
      canRead.value = true;
    }
  }
}

/** A token that doesn't read here: of another host or network, or one whose time is over. */
export class ForeignTokenError extends Error {}

/** Reads with a token of a key that is elsewhere, as long as it lasts. */
function takeToken(signed: SignedReadToken): void {
  const { genesis } = theNetwork();
  const { account: address, publicKey, untilMs, audience: host } = signed.token;
  if (untilMs <= Date.now() || host !== audience() || !holdsReadToken(signed, genesis.chainId)) {
    throw new ForeignTokenError("this token doesn't read here");
  }
  wallet.value = { file: "", address, publicKey, addressText: addressToText(address, genesis.network) };
  readWith(signed);
  canRead.value = true;
}

/** Signs in with the text of a token alone: what is to be signed is handed out to whoever has the key. */
export async function keepToken(text: string): Promise<void> {
  const token = parseReadToken(text.trim());
  takeToken(token);
  await write({ token: readTokenToText(token), genesis: genesisText() });
}

function audience(): string | undefined {
  return theNetwork().gateways.all[0]?.audience;
}

/** Makes a token, with which the wallet reads for a week. */
export async function makeToken(key: Signer): Promise<void> {
  const [gateway] = theNetwork().gateways.all;
  if (gateway === undefined || wallet.value === null) {
    throw new Error("there is nobody to read, or nothing to read from");
  }
  const { chainId } = theNetwork().genesis;
  const token = await newReadToken(wallet.value.address, key, chainId, gateway.audience, toTimeMs(Date.now()));
  await write({ token: readTokenToText(token) });
  readWith(token);
  canRead.value = true;
}

let idle: ReturnType<typeof setTimeout> | undefined;

/** Notes that somebody is there. */
export function touched(): void {
  if (signer.value !== null) {
    clearTimeout(idle);
    idle = setTimeout(dropKey, IDLE_MS);
  }
}

/** Drops the key from memory; reading goes on. */
export function dropKey(): void {
  signer.value = null;
  clearTimeout(idle);
}

/** Takes a key that was just opened. */
export async function take(key: OpaqueKey): Promise<void> {
  signer.value = key;
  touched();
  if (!canRead.value) {
    await makeToken(key);
  }
}

/** Opens the key file. */
export async function unlock(open: Opener): Promise<OpaqueKey> {
  if (wallet.value === null) {
    throw new Error("there is no wallet");
  }
  const key = signerOf(await open(wallet.value.file));
  await take(key);
  return key;
}

/** The key: the one in memory, or after the passphrase was asked for. */
export function needKey(): Promise<OpaqueKey> {
  if (signer.value !== null) {
    touched();
    return Promise.resolve(signer.value);
  }
  return new Promise((resolve, reject) => {
    unlocking.value = { resolve, reject };
  });
}

/** Locks the wallet: neither key nor token is left. */
export async function lock(): Promise<void> {
  dropKey();
  await write({ token: null });
  readWith(null);
  canRead.value = false;
  if (!isKeyHere.value) {
    wallet.value = null;
  }
}

/** Keeps a new wallet, with the network that it belongs to, and opens it. */
export async function keepWallet(file: OpenFile, key: OpaqueKey): Promise<void> {
  await write({ ...fileValues("key", file), genesis: genesisText() });
  wallet.value = walletOf(file);
  // The browser decides; what it says changes nothing here.
  void navigator.storage?.persist?.();
  await take(key);
}

/** Keeps the envelope of a passkey beside the key file; with null there is none any more. */
export async function keepEnvelope(text: string | null): Promise<void> {
  await write({ passkey: text });
  keptEnvelope.value = text;
}

/** True if the envelope of the file before opens a file, too: words stay the same, and a key without words doesn't. */
function isOfEnvelope({ file, address }: OpenFile): boolean {
  return address === wallet.value?.addressText && "rotation" in (JSON.parse(file) as object);
}

/** Puts the next key file in the place of the one before, once the ledger knows the next key. */
export async function adoptFile(file: OpenFile): Promise<void> {
  const kept = isOfEnvelope(file) ? {} : { passkey: null };
  await write({ ...fileValues("key", file), "next-key": null, "next-key-open": null, token: null, ...kept });
  keptEnvelope.value = await read("passkey");
  readWith(null);
  canRead.value = false;
  wallet.value = walletOf(file);
}

/** Forgets everything of this browser. */
export async function forgetWallet(): Promise<void> {
  dropKey();
  await forgetAll();
  location.reload();
}
