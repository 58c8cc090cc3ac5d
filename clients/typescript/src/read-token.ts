/** Tokens that say to a gateway who reads what not everybody may (protocol, Read tokens). */

import { base64urlnopad } from "@scure/base";

import type { Address } from "./address.js";
import { addressCodec } from "./address.js";
import type { Brand } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { decode, encode } from "./codec/codec.js";
import { struct } from "./codec/combine.js";
import { text } from "./codec/primitives.js";
import { DecodeError, TextError } from "./error.js";
import { signingBytes, tag } from "./hash.js";
import type { ChainId, PublicKey, Signature } from "./ids.js";
import { publicKeyCodec, signatureCodec } from "./ids.js";
import type { Signer } from "./key.js";
import { isValidKey, verifySignature } from "./key.js";
import { AUDIENCE_BYTES_MAX, READ_TOKEN_MS_MAX } from "./limits.js";
import type { TimeMs } from "./time.js";
import { plusMs, timeMsCodec } from "./time.js";

/** The host that a client has dialled. */
export type Audience = Brand<string, "Audience">;

/** The statement of a token: it says who reads, and never what. */
export interface ReadToken {
  /** The account that reads. */
  readonly account: Address;
  /** The key that signs for it. */
  readonly publicKey: PublicKey;
  /** The gateway that it is for. */
  readonly audience: Audience;
  /** The time from which on it is none. */
  readonly untilMs: TimeMs;
}

/** A token with a signature that nobody has checked yet. */
export interface SignedReadToken {
  /** The statement. */
  readonly token: ReadToken;
  /** The signature, see {@link readTokenSigningBytes}. */
  readonly signature: Signature;
}

/** The beginning of the text of every token. */
const PREFIX = "ljr1_";
/** The time that a new token lasts: ten minutes less than it could, since a gateway's clock can be late. */
const LIFE_MS = READ_TOKEN_MS_MAX - 10 * 60 * 1000;

/**
 * Checks that a text is a host: "1 to 255 of the letters `a` to `z`, the digits and `-`, `.`, `:`, `_`" (protocol, Read
 * tokens).
 */
export function parseAudience(host: string): Audience {
  if (!/^[a-z0-9.:_-]+$/.test(host) || host.length > AUDIENCE_BYTES_MAX) {
    throw new TextError("audience", "a host has 1 to 255 small letters, digits and the signs - . : _, and no port");
  }
  return host as Audience;
}

/** The forms of hosts. */
export const audienceCodec: Codec<Audience> = text(AUDIENCE_BYTES_MAX, parseAudience);

/** The forms of what a token says. */
export const readTokenCodec: Codec<ReadToken> = struct<ReadToken>({
  account: addressCodec,
  publicKey: publicKeyCodec,
  audience: audienceCodec,
  untilMs: timeMsCodec,
});

/** The forms of signed tokens. */
export const signedReadTokenCodec: Codec<SignedReadToken> = struct<SignedReadToken>({
  token: readTokenCodec,
  signature: signatureCodec,
});

/** The host in the address of a gateway, in the one way to write it. */
export function audienceOf(url: string): Audience {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const inside = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (inside === null) {
    return parseAudience(host);
  }
  const [high, low] = [parseInt(inside[1] ?? "", 16), parseInt(inside[2] ?? "", 16)];
  return parseAudience([high >> 8, high & 255, low >> 8, low & 255].join("."));
}

/** The bytes that are signed: tag ‖ chain id ‖ the token. */
export function readTokenSigningBytes(token: ReadToken, chain: ChainId): Uint8Array {
  return signingBytes(tag.READ, chain, encode(readTokenCodec, token));
}

/** A token that lasts as long as any, with which a key of an account reads at a gateway. */
export async function newReadToken(
  account: Address,
  signer: Signer,
  chain: ChainId,
  audience: Audience,
  now: TimeMs,
): Promise<SignedReadToken> {
  const token = { account, publicKey: signer.publicKey, audience, untilMs: plusMs(now, LIFE_MS) };
  return signReadToken(token, chain, signer);
}

/** Signs a token with the key that it names. */
export async function signReadToken(token: ReadToken, chain: ChainId, signer: Signer): Promise<SignedReadToken> {
  return { token, signature: await signer.sign(readTokenSigningBytes(token, chain)) };
}

/** True if the key that a token names, which is not of small order, has signed it, for a network. */
export function holdsReadToken({ token, signature }: SignedReadToken, chain: ChainId): boolean {
  const { publicKey } = token;
  return isValidKey(publicKey) && verifySignature(publicKey, readTokenSigningBytes(token, chain), signature);
}

/** The text of a token, as it stands in the header `Authorization: Bearer`. */
export function readTokenToText(token: SignedReadToken): string {
  return PREFIX + base64urlnopad.encode(encode(signedReadTokenCodec, token));
}

/** Reads the text of a token. */
export function parseReadToken(written: string): SignedReadToken {
  let token: SignedReadToken;
  try {
    token = decode(signedReadTokenCodec, base64urlnopad.decode(written.slice(PREFIX.length)));
  } catch (error) {
    const reason = error instanceof DecodeError ? error.message : "it isn't base64url";
    throw new TextError("read_token", `no read token: ${reason}`);
  }
  if (readTokenToText(token) !== written) {
    throw new TextError("read_token", "no read token: it has another text");
  }
  return token;
}
