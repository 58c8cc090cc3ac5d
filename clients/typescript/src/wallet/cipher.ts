/**
 * ChaCha20-Poly1305 (RFC 8439), for the one thing that it is used for: the secret of a key file, a few bytes. Not for
 * long messages, and not where somebody can time it.
 */

import { concat } from "../bytes.js";

/** Bytes of a key. */
export const CIPHER_KEY_BYTES = 32;
/** Bytes of a nonce. */
export const CIPHER_NONCE_BYTES = 12;
/** Bytes of a tag. */
export const CIPHER_TAG_BYTES = 16;

const BLOCK_BYTES = 64;
/** The columns and diagonals of a double round (RFC 8439, section 2.3). */
const QUARTERS: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];
/** "expand 32-byte k" */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

function quarter(state: Uint32Array, [a, b, c, d]: readonly [number, number, number, number]): void {
  const mix = (to: number, from: number, turned: number, by: number): void => {
    state[to] = (state[to] ?? 0) + (state[from] ?? 0);
    const mixed = (state[turned] ?? 0) ^ (state[to] ?? 0);
    state[turned] = (mixed << by) | (mixed >>> (32 - by));
  };
  mix(a, b, d, 16);
  mix(c, d, b, 12);
  mix(a, b, d, 8);
  mix(c, d, b, 7);
}

/** A block of the key stream (RFC 8439, section 2.3.1). */
function chachaBlock(key: Uint8Array, nonce: Uint8Array, counter: number): Uint8Array {
  const start = Uint32Array.from([...CONSTANTS, ...words(key), counter, ...words(nonce)]);
  const state = start.slice();
  for (let round = 0; round < 10; round += 1) {
    QUARTERS.forEach((places) => quarter(state, places));
  }
  const block = new Uint8Array(BLOCK_BYTES);
  const view = new DataView(block.buffer);
  state.forEach((word, at) => view.setUint32(4 * at, word + (start[at] ?? 0), true));
  return block;
}

/** The text with the key stream over it, which is its own inverse (RFC 8439, section 2.4). */
function chacha20(key: Uint8Array, nonce: Uint8Array, text: Uint8Array): Uint8Array {
  const result = text.slice();
  for (let from = 0; from < text.length; from += BLOCK_BYTES) {
    // The block with number 0 gives the key of the tag.
    const stream = chachaBlock(key, nonce, 1 + from / BLOCK_BYTES);
    for (let at = from; at < Math.min(from + BLOCK_BYTES, text.length); at += 1) {
      result[at] = (text[at] ?? 0) ^ (stream[at - from] ?? 0);
    }
  }
  return result;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function toLittleEndian(number: bigint, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, at) => Number((number >> BigInt(8 * at)) & 0xffn));
}

const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
const PRIME = (1n << 130n) - 5n;

/** The tag of a message (RFC 8439, section 2.5). */
function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const [r, s] = [littleEndian(key.slice(0, 16)) & CLAMP, littleEndian(key.slice(16, 32))];
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.slice(at, at + 16);
    sum = ((sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * r) % PRIME;
  }
  return toLittleEndian(sum + s, CIPHER_TAG_BYTES);
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array((16 - (bytes.length % 16)) % 16));
}

function tagOf(key: Uint8Array, nonce: Uint8Array, encrypted: Uint8Array, associated: Uint8Array): Uint8Array {
  const lengths = [associated, encrypted].map((bytes) => toLittleEndian(BigInt(bytes.length), 8));
  const message = concat(padded(associated), padded(encrypted), ...lengths);
  return poly1305(chachaBlock(key, nonce, 0).slice(0, 32), message);
}

/** Encrypts a text; its tag vouches for it and for the associated data. A key and a nonce together are used once. */
export function sealBytes(key: Uint8Array, nonce: Uint8Array, text: Uint8Array, associated: Uint8Array): Uint8Array {
  const encrypted = chacha20(key, nonce, text);
  return concat(encrypted, tagOf(key, nonce, encrypted, associated));
}

/** The text that was encrypted; null if key, nonce, associated data or any byte is another. */
export function openBytes(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array,
): Uint8Array | null {
  const at = sealed.length - CIPHER_TAG_BYTES;
  if (at < 0) {
    return null;
  }
  const [encrypted, found] = [sealed.slice(0, at), sealed.slice(at)];
  const expected = tagOf(key, nonce, encrypted, associated);
  const differences = expected.reduce((sum, byte, place) => sum | (byte ^ (found[place] ?? 0)), 0);
  return differences === 0 ? chacha20(key, nonce, encrypted) : null;
}
