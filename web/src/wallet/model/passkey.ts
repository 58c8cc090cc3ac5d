/**
 * A passkey as the second way to unlock: an authenticator of the device computes, after it has verified who is there,
 * what opens the envelope beside the key file. The page alone asks for it, and nothing of it is sent. The passphrase
 * stays, and does what a passkey doesn't: it shows the words, and replaces the key.
 */

import { computed } from "@preact/signals";
import type { OpaqueKey } from "@lojal/client";
import { fromHex, toHex } from "@lojal/client";

import type { PasskeyPlace } from "./envelope.js";
import { envelopeIn, envelopeText, OUTPUT_BYTES, SALT_BYTES, takeOutput } from "./envelope.js";
import type { Opener } from "./keys.js";
import { ask, KeyTaskError } from "./keys.js";
import { openNext } from "./rotation.js";
import { keepEnvelope, keptEnvelope, signer, unlock, wallet } from "./session.js";

/** The time that somebody has for the question of the device, in milliseconds. */
const TIMEOUT_MS = 120_000;
/** Bytes of a challenge, and of the name by which an authenticator tells passkeys apart: nobody checks either. */
const RANDOM_BYTES = 32;
/** The signatures of a passkey, which nobody asks for: Ed25519, ES256, RS256. */
const ALGORITHMS = [-8, -7, -257];

/** The envelope; null if there is none, or it is damaged. */
export const envelope = computed(() => (keptEnvelope.value === null ? null : envelopeIn(keptEnvelope.value)));

/**
 * The reason that a passkey did nothing. *refused*: whoever was asked said no, or the passkey isn't there. *prf*: it
 * computes nothing for pages. *host*: no passkey belongs to an address of numbers. *other*: it opens another wallet, or
 * the envelope is damaged. *unable*: the browser or the device can't.
 */
export type PasskeyFault = "refused" | "prf" | "host" | "other" | "unable";

/** A passkey that did nothing. */
export class PasskeyError extends Error {
  constructor(
    readonly fault: PasskeyFault,
    options?: ErrorOptions,
  ) {
    super(`the passkey: ${fault}`, options);
  }
}

/** The reason that there can be no passkey here, as far as the browser tells; null if there is none. */
export async function passkeyObstacle(): Promise<PasskeyFault | null> {
  if (typeof PublicKeyCredential === "undefined") {
    return "unable";
  }
  if (/^[\d.]+$|:/.test(location.hostname)) {
    return "host";
  }
  // Browsers that can't tell what they can are tried.
  const able = await PublicKeyCredential.getClientCapabilities?.();
  return able?.["extension:prf"] === false ? "prf" : null;
}

function faultOf(error: unknown): PasskeyFault {
  const name = error instanceof DOMException ? error.name : "";
  return name === "NotAllowedError" || name === "AbortError" ? "refused" : name === "SecurityError" ? "host" : "unable";
}

/** Asks the device, and takes what it says. */
async function asked(question: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const answer = await question;
    if (answer instanceof PublicKeyCredential) {
      return answer;
    }
  } catch (error) {
    throw new PasskeyError(faultOf(error), { cause: error });
  }
  throw new PasskeyError("unable");
}

/** What an authenticator has computed; null if that is nothing. */
function outputOf(credential: PublicKeyCredential): Promise<CryptoKey> | null {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  return first instanceof ArrayBuffer && first.byteLength === OUTPUT_BYTES ? takeOutput(new Uint8Array(first)) : null;
}

function random(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** Has the passkey of an envelope compute. */
async function compute({ credential, salt }: PasskeyPlace): Promise<CryptoKey> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    rpId: location.hostname,
    challenge: random(RANDOM_BYTES),
    allowCredentials: [{ type: "public-key", id: new Uint8Array(fromHex(credential)) }],
    userVerification: "required",
    extensions: { prf: { eval: { first: new Uint8Array(fromHex(salt)) } } },
    timeout: TIMEOUT_MS,
  };
  const output = outputOf(await asked(navigator.credentials.get({ publicKey })));
  if (output === null) {
    throw new PasskeyError("prf");
  }
  return output;
}

/** Makes a passkey. Its name is the end of the address, so that those of two wallets are told apart. */
function create(salt: Uint8Array<ArrayBuffer>): Promise<PublicKeyCredential> {
  const name = `Lojal ${wallet.value?.addressText.slice(-4) ?? ""}`;
  const publicKey: PublicKeyCredentialCreationOptions = {
    rp: { id: location.hostname, name: "Lojal" },
    user: { id: random(RANDOM_BYTES), name, displayName: name },
    challenge: random(RANDOM_BYTES),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    extensions: { prf: { eval: { first: salt } } },
    timeout: TIMEOUT_MS,
  };
  return asked(navigator.credentials.create({ publicKey }));
}

/** Makes a passkey and keeps the envelope that it opens. Nothing is kept if it computes nothing. */
export async function turnOn(passphrase: string): Promise<void> {
  const salt = random(SALT_BYTES);
  const made = await create(salt);
  const place = { credential: toHex(new Uint8Array(made.rawId)), salt: toHex(salt) };
  try {
    if (made.getClientExtensionResults().prf?.enabled !== true) {
      throw new PasskeyError("prf");
    }
    // Some authenticators compute only when they are asked the next time.
    const output = (await outputOf(made)) ?? (await compute(place));
    const file = wallet.value?.file ?? "";
    const { envelope: sealed } = await ask({ type: "enclose", file, passphrase, place, output });
    if (sealed === undefined) {
      throw new KeyTaskError("worker", "the worker sealed nothing");
    }
    await keepEnvelope(envelopeText(sealed));
  } catch (error) {
    drop(place.credential);
    throw error;
  }
}

/** Forgets the envelope. The passkey opens nothing then, and the device is told so if the browser can tell it. */
export async function turnOff(): Promise<void> {
  const credential = envelope.value?.credential;
  await keepEnvelope(null);
  if (credential !== undefined) {
    drop(credential);
  }
}

function drop(credential: string): void {
  const id = btoa(String.fromCharCode(...fromHex(credential)));
  const credentialId = id.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  // What can't be told is left in the device's settings, and of no use.
  void PublicKeyCredential.signalUnknownCredential?.({ rpId: location.hostname, credentialId }).catch(() => undefined);
}

/** Opens the key with the passkey. */
export async function unlockByPasskey(): Promise<OpaqueKey> {
  const found = envelope.value;
  if (found === null) {
    throw new PasskeyError("other");
  }
  const output = await compute(found);
  const open: Opener = async (file) => {
    try {
      return await ask({ type: "open", file, envelope: found, output });
    } catch (error) {
      const isOther = error instanceof KeyTaskError && error.code === "passkey_other";
      throw isOther ? new PasskeyError("other", { cause: error }) : error;
    }
  };
  const key = await unlock(open);
  // A next key that has no words is another secret: it waits for the passphrase.
  await openNext(open).catch((error: unknown) => {
    if (!(error instanceof PasskeyError)) {
      throw error;
    }
  });
  return signer.value ?? key;
}
