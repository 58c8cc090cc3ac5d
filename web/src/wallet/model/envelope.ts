/**
 * The envelope of a passkey: the secret of this browser's key file once more, encrypted under what an authenticator
 * computes for this envelope alone (the PRF extension of WebAuthn). HKDF with SHA-256 makes the key, AES-GCM encrypts.
 * It lies beside the key file, which stays as it is.
 */

import { fromHex, toHex } from "@lojal/client";

/** The tag of what is derived and vouched for. */
const TAG = "lojal/passkey/v1";
/** Bytes of the salt that the authenticator computes with. */
export const SALT_BYTES = 32;
/** Bytes of what it computes. */
export const OUTPUT_BYTES = 32;
const NONCE_BYTES = 12;
/** Bytes of a sealed secret: 32, and the tag of AES-GCM. */
const SEALED_BYTES = 32 + 16;
/** Most bytes of a credential's id (WebAuthn, Credential ID). */
const CREDENTIAL_BYTES_MAX = 1023;

/** The passkey that an envelope is for, and what it is asked to compute with. */
export interface PasskeyPlace {
  /** The id of the credential, in hex. */
  readonly credential: string;
  /** The salt, in hex. */
  readonly salt: string;
}

/** An envelope. Nothing in it is secret without the authenticator. */
export interface Envelope extends PasskeyPlace {
  readonly nonce: string;
  readonly sealed: string;
}

/** What an authenticator has computed, taken over by the browser: keys can be derived of it, and it can't be read. */
export async function takeOutput(output: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("raw", output, "HKDF", false, ["deriveKey"]);
  } finally {
    output.fill(0);
  }
}

function keyFrom(output: CryptoKey): Promise<CryptoKey> {
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode(TAG) };
  return crypto.subtle.deriveKey(how, output, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** The cipher, which vouches for the passkey and the account besides the secret. */
function cipher({ credential, salt }: PasskeyPlace, nonce: Uint8Array<ArrayBuffer>, address: string): AesGcmParams {
  const additionalData = new TextEncoder().encode(JSON.stringify([TAG, credential, salt, address]));
  return { name: "AES-GCM", iv: nonce, additionalData };
}

/** Seals the secret of the key file of an account. */
export async function sealEnvelope(
  { credential, salt }: PasskeyPlace,
  output: CryptoKey,
  address: string,
  secret: Uint8Array,
): Promise<Envelope> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const how = cipher({ credential, salt }, nonce, address);
  const sealed = await crypto.subtle.encrypt(how, await keyFrom(output), new Uint8Array(secret));
  return { credential, salt, nonce: toHex(nonce), sealed: toHex(new Uint8Array(sealed)) };
}

/** The secret in an envelope; null if the passkey, the account, or anything in it is another. */
export async function openEnvelope(
  envelope: Envelope,
  output: CryptoKey,
  address: string,
): Promise<Uint8Array | null> {
  const how = cipher(envelope, new Uint8Array(fromHex(envelope.nonce)), address);
  const sealed = new Uint8Array(fromHex(envelope.sealed));
  return crypto.subtle.decrypt(how, await keyFrom(output), sealed).then(
    (secret) => new Uint8Array(secret),
    (error: unknown) => {
      if (error instanceof DOMException && error.name === "OperationError") {
        return null;
      }
      throw error;
    },
  );
}

/** The text of an envelope, as the browser keeps it. */
export function envelopeText({ credential, salt, nonce, sealed }: Envelope): string {
  return JSON.stringify({ version: 1, credential, salt, nonce, sealed });
}

/** The envelope in a text; null if it is none that this page knows. */
export function envelopeIn(text: string): Envelope | null {
  try {
    const { version, credential, salt, nonce, sealed } = JSON.parse(text) as Record<string, unknown>;
    const hasAll =
      version === 1 &&
      isHex(credential, 1, CREDENTIAL_BYTES_MAX) &&
      isHex(salt, SALT_BYTES) &&
      isHex(nonce, NONCE_BYTES) &&
      isHex(sealed, SEALED_BYTES);
    return hasAll ? { credential, salt, nonce, sealed } : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return null;
    }
    throw error;
  }
}

function isHex(value: unknown, min: number, max = min): value is string {
  return typeof value === "string" && new RegExp(`^(?:[0-9a-f]{2}){${min},${max}}$`).test(value);
}
