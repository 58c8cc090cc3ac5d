/** A signing key whose secret the program itself can't read any more, for browsers. */

import { concat, fromHex, toHex } from "../bytes.js";
import type { PublicKey, Signature } from "../ids.js";
import type { KeyPair, Signer } from "../key.js";

/** The bytes before the secret of an Ed25519 key (RFC 8410, section 7). */
const PKCS8_HEAD = fromHex("302e020100300506032b657004220420");

/** The parts of an opaque key. */
export interface OpaqueParts {
  /** The public key. */
  readonly publicKey: PublicKey;
  /** The browser's handle of the private one. */
  readonly key: CryptoKey;
}

/**
 * A key that signs within the Web Cryptography API and can't be taken out of it, so that a script which gets into a
 * page can sign while it is there, but not carry the key away.
 */
export class OpaqueKey implements Signer {
  private constructor(
    /** The public key. */
    readonly publicKey: PublicKey,
    private readonly key: CryptoKey,
  ) {}

  /** A key that was taken over in a worker, which hands these two on: keys of this kind can be handed, and not read. */
  static from({ publicKey, key }: OpaqueParts): OpaqueKey {
    return new OpaqueKey(publicKey, key);
  }
  /** Both parts, for a message from a worker to its page. */
  parts(): OpaqueParts {
    return { publicKey: this.publicKey, key: this.key };
  }
  /** Takes over a key. Throws where the browser or Node has no Ed25519: then sign with the {@link KeyPair}. */
  static async of(pair: KeyPair): Promise<OpaqueKey> {
    const secret = concat(PKCS8_HEAD, pair.seed());
    try {
      const key = await crypto.subtle.importKey("pkcs8", secret.slice(), { name: "Ed25519" }, false, ["sign"]);
      return new OpaqueKey(pair.publicKey, key);
    } finally {
      secret.fill(0);
    }
  }
  /** Signs a message that already carries its domain tag. */
  async sign(message: Uint8Array): Promise<Signature> {
    const signature = await crypto.subtle.sign({ name: "Ed25519" }, this.key, message.slice());
    return toHex(new Uint8Array(signature)) as Signature;
  }
}
