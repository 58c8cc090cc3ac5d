/** Ed25519: signing with a key pair, and verification by ZIP-215 (protocol, Bytes). */

import { ed25519 } from "@noble/curves/ed25519.js";

import type { Address } from "./address.js";
import { addressOfKey } from "./address.js";
import { fromHex, toHex } from "./bytes.js";
import type { PublicKey, Signature } from "./ids.js";

/** Bytes of the secret of a key. */
export const SEED_BYTES = 32;

/** Whatever signs with a key, at once or later: a {@link KeyPair}, the system's key store, a device. */
export interface Signer {
  /** The public key. */
  readonly publicKey: PublicKey;
  /** Signs a message that already carries its domain tag. */
  sign(message: Uint8Array): Signature | Promise<Signature>;
}

/** A signing key with its public key. Its secret is not in its text, nor in its JSON. */
export class KeyPair implements Signer {
  readonly #seed: Uint8Array;
  /** The public key. */
  readonly publicKey: PublicKey;

  private constructor(seed: Uint8Array) {
    this.#seed = seed.slice();
    this.publicKey = toHex(ed25519.getPublicKey(this.#seed)) as PublicKey;
  }

  /** The key pair of a 32-byte secret (RFC 8032, section 5.1.5). */
  static fromSeed(seed: Uint8Array): KeyPair {
    if (seed.length !== SEED_BYTES) {
      throw new RangeError(`the secret of a key has ${SEED_BYTES} bytes`);
    }
    return new KeyPair(seed);
  }
  /** A copy of the secret that {@link KeyPair.fromSeed} takes. */
  seed(): Uint8Array {
    return this.#seed.slice();
  }
  /** The address of the account that starts with this key. */
  address(): Address {
    return addressOfKey(this.publicKey);
  }
  /** Signs a message that already carries its domain tag. */
  sign(message: Uint8Array): Signature {
    return toHex(ed25519.sign(message, this.#seed)) as Signature;
  }
}

/**
 * True if `signature` is the key's over `message`: "Signatures are Ed25519, verified by the rules of
 * [ZIP-215](https://zips.z.cash/zip-0215), one by one or in a batch with the same result." (protocol, Bytes) A stricter
 * check would take for wrong what every node takes for right.
 */
export function verifySignature(key: PublicKey, message: Uint8Array, signature: Signature): boolean {
  return ed25519.verify(fromHex(signature), message, fromHex(key), { zip215: true });
}

/**
 * True if the bytes can be somebody's key: "A key of small order is nobody's: it can't be in a genesis document or
 * become an account's." (protocol, Bytes) For a key of small order anybody can sign; other bytes are no point of the
 * curve.
 */
export function isValidKey(key: PublicKey): boolean {
  try {
    return !ed25519.Point.fromBytes(fromHex(key), true).isSmallOrder();
  } catch {
    return false;
  }
}
