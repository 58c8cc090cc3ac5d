/**
 * A signing key at rest, as the wallet of the command line keeps it: its secret is encrypted under a passphrase, its
 * public key and its account's address are not. Argon2id (RFC 9106) makes the encryption key, ChaCha20-Poly1305 (RFC
 * 8439) encrypts.
 *
 * A file of version 1 holds the key itself. A file of version 2 holds what a backup's words write down, and says after
 * how many rotations the key is derived from it.
 */

import { argon2id } from "@noble/hashes/argon2.js";

import type { AddressText } from "../address.js";
import { addressToText, parseAddressText } from "../address.js";
import { concat, fromHex, toHex, utf8 } from "../bytes.js";
import { FaultError, JsonError, TextError } from "../error.js";
import type { PublicKey } from "../ids.js";
import { parsePublicKey } from "../ids.js";
import type { Json, JsonObject } from "../json.js";
import { isObject, parseJson, writeJson } from "../json.js";
import { KeyPair } from "../key.js";
import { Backup, ENTROPY_BYTES, ROTATIONS_MAX } from "./backup.js";
import { CIPHER_KEY_BYTES, CIPHER_NONCE_BYTES, CIPHER_TAG_BYTES, openBytes, sealBytes } from "./cipher.js";
import type { Passphrase } from "./passphrase.js";

/** The version of files that hold a key. */
export const KEY_FILE_VERSION_KEY = 1;
/** The version of files that hold what a backup's words write down; the latest version that this code knows. */
export const KEY_FILE_VERSION_BACKUP = 2;
/** Largest key file, in bytes. */
export const KEY_FILE_BYTES_MAX = 16 * 1024;
/** Argon2id's memory in KiB: that of new files, which is the least for any, and most that a file can ask for. */
export const MEMORY_KIB: readonly [number, number] = [19 * 1024, 1024 * 1024];
/** Argon2id's passes: those of new files, the fewest for any, and most that a file can ask for. */
export const ITERATIONS: readonly [number, number] = [2, 32];
/** Argon2id's lanes: those of new files, and most that a file can ask for. */
export const PARALLELISM: readonly [number, number] = [1, 8];

const ASSOCIATED_DATA_TAG = "lojal/key-file/v1";
const SALT_BYTES = 16;

/** The reason that a key can't be stored or used. */
export type KeyFileFault = "form" | "version" | "parameter" | "wrong_passphrase" | "too_many_rotations";

/** A key that can't be stored or used. */
export class KeyFileError extends FaultError<"key_file", KeyFileFault> {
  constructor(fault: KeyFileFault, message: string) {
    super("key_file", fault, message);
  }
}

/** The secret of a key file: a key by itself, or what the words of a backup write down, after some rotations. */
export type Secret =
  | { readonly type: "key"; readonly key: KeyPair }
  | { readonly type: "backup"; readonly backup: Backup; readonly rotation: number };

/** The key of a secret, which signs. */
export function keyOf(secret: Secret): KeyPair {
  return secret.type === "key" ? secret.key : secret.backup.key(secret.rotation);
}

/** The bytes of a secret that a key file seals. */
export function secretBytes(secret: Secret): Uint8Array {
  return secret.type === "backup" ? secret.backup.entropy() : secret.key.seed();
}

/** The secret of the key that replaces this one: the backup's next, or a random one where there is no backup. */
export function nextSecret(secret: Secret): Secret {
  if (secret.type === "key") {
    return { type: "key", key: KeyPair.fromSeed(crypto.getRandomValues(new Uint8Array(ENTROPY_BYTES))) };
  }
  if (secret.rotation >= ROTATIONS_MAX) {
    const message = `the key was replaced ${ROTATIONS_MAX} times: send the points to a new wallet`;
    throw new KeyFileError("too_many_rotations", message);
  }
  return { ...secret, rotation: secret.rotation + 1 };
}

/** The numbers by which Argon2id makes the key of a file. */
interface Derivation {
  readonly memoryKib: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** The content of a key file. Nothing in it is secret without the passphrase. */
interface Content extends Derivation {
  readonly address: AddressText;
  readonly publicKey: PublicKey;
  readonly rotation: number | null;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** A key file, sealed. */
export class KeyFile {
  readonly #content: Content;

  private constructor(content: Content) {
    this.#content = content;
  }

  /** Encrypts the secret of the key that signs for the account at `address`. Takes about a second, and 19 MiB. */
  static seal(address: AddressText, secret: Secret, passphrase: Passphrase): KeyFile {
    const content: Content = {
      address,
      publicKey: keyOf(secret).publicKey,
      rotation: secret.type === "backup" ? secret.rotation : null,
      memoryKib: MEMORY_KIB[0],
      iterations: ITERATIONS[0],
      parallelism: PARALLELISM[0],
      salt: crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
      nonce: crypto.getRandomValues(new Uint8Array(CIPHER_NONCE_BYTES)),
      ciphertext: new Uint8Array(),
    };
    const [form = new Uint8Array()] = passphrase.forms();
    const ciphertext = sealBytes(derive(content, form), content.nonce, secretBytes(secret), associatedData(content));
    return new KeyFile({ ...content, ciphertext });
  }

  /**
   * Decrypts the secret, whichever form of the passphrase it was sealed with. Throws `key_file_wrong_passphrase` when
   * the passphrase, or anything in the file, is not as it was. Takes about a second for each form.
   */
  unlock(passphrase: Passphrase): Secret {
    for (const form of passphrase.forms()) {
      const secret = this.#unlockWith(form);
      if (secret !== null) {
        return secret;
      }
    }
    throw new KeyFileError("wrong_passphrase", "wrong passphrase, or the key file was changed");
  }
  #unlockWith(form: Uint8Array): Secret | null {
    const content = this.#content;
    const bytes = openBytes(derive(content, form), content.nonce, content.ciphertext, associatedData(content));
    return bytes === null ? null : this.secretOf(bytes);
  }
  /** The secret of this file in bytes that were sealed otherwise; null if they are those of another key. */
  secretOf(bytes: Uint8Array): Secret | null {
    const { rotation, publicKey } = this.#content;
    if (bytes.length !== ENTROPY_BYTES) {
      return null;
    }
    const secret: Secret =
      rotation === null
        ? { type: "key", key: KeyPair.fromSeed(bytes) }
        : { type: "backup", backup: Backup.fromEntropy(bytes), rotation };
    return keyOf(secret).publicKey === publicKey ? secret : null;
  }

  /** Reads and checks the text of a key file. */
  static fromJson(text: string): KeyFile {
    if (text.length > KEY_FILE_BYTES_MAX) {
      throw new KeyFileError("form", `it is no key file: it is longer than ${KEY_FILE_BYTES_MAX} bytes`);
    }
    return new KeyFile(parse(text));
  }
  /** The text of the file. */
  toJson(): string {
    const { address, publicKey, rotation, memoryKib, iterations, parallelism, salt, nonce, ciphertext } =
      this.#content;
    const json: Json = {
      version: BigInt(versionOf(rotation)),
      address,
      public_key: publicKey,
      ...(rotation === null ? {} : { rotation: BigInt(rotation) }),
      derivation: "argon2id",
      memory_kib: BigInt(memoryKib),
      iterations: BigInt(iterations),
      parallelism: BigInt(parallelism),
      salt: toHex(salt),
      cipher: "chacha20-poly1305",
      nonce: toHex(nonce),
      ciphertext: toHex(ciphertext),
    };
    return `${writeJson(json, 2)}\n`;
  }
  /** The account that the key signs for; it outlives the key. */
  get address(): AddressText {
    return this.#content.address;
  }
  /** The public key. */
  get publicKey(): PublicKey {
    return this.#content.publicKey;
  }
}

function versionOf(rotation: number | null): number {
  return rotation === null ? KEY_FILE_VERSION_KEY : KEY_FILE_VERSION_BACKUP;
}

function uint32(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number, true);
  return bytes;
}

/** The bytes that the encryption vouches for besides the secret. */
function associatedData({ address, publicKey, rotation }: Content): Uint8Array {
  const version = uint32(versionOf(rotation));
  const rotations = rotation === null ? new Uint8Array() : uint32(rotation);
  return concat(utf8(ASSOCIATED_DATA_TAG), version, rotations, fromHex(publicKey), utf8(address));
}

function derive({ salt, memoryKib, iterations, parallelism }: Content, form: Uint8Array): Uint8Array {
  return argon2id(form, salt, { m: memoryKib, t: iterations, p: parallelism, dkLen: CIPHER_KEY_BYTES });
}

const FIELDS = new Set(
  "version address public_key rotation derivation memory_kib iterations parallelism salt cipher nonce ciphertext".split(
    " ",
  ),
);

function parse(text: string): Content {
  try {
    const json = parseJson(text);
    if (!isObject(json)) {
      throw new JsonError("expected an object");
    }
    return contentOf(json);
  } catch (error) {
    if (error instanceof JsonError || error instanceof TextError) {
      throw new KeyFileError("form", `it is no key file (${error.message}): restore it from a backup`);
    }
    throw error;
  }
}

function contentOf(json: JsonObject): Content {
  const version = numberIn(json, "version");
  if (version < KEY_FILE_VERSION_KEY || version > KEY_FILE_VERSION_BACKUP) {
    const message = `it has version ${version}, but this program knows versions up to ${KEY_FILE_VERSION_BACKUP}`;
    throw new KeyFileError("version", message);
  }
  const unknown = Object.keys(json).find((key) => !FIELDS.has(key));
  if (unknown !== undefined) {
    throw new JsonError(`unknown field ${unknown}`);
  }
  const hasRotation = "rotation" in json && json["rotation"] !== null;
  if (hasRotation !== (version === KEY_FILE_VERSION_BACKUP)) {
    throw new JsonError("a rotation belongs into files of version 2, and only there");
  }
  if (json["derivation"] !== "argon2id" || json["cipher"] !== "chacha20-poly1305") {
    throw new JsonError("its derivation or cipher is unknown");
  }
  return {
    address: addressIn(json),
    publicKey: parsePublicKey(textIn(json, "public_key")),
    rotation: hasRotation ? parameterIn(json, "rotation", [0, ROTATIONS_MAX]) : null,
    memoryKib: parameterIn(json, "memory_kib", MEMORY_KIB),
    iterations: parameterIn(json, "iterations", ITERATIONS),
    parallelism: parameterIn(json, "parallelism", PARALLELISM),
    salt: bytesIn(json, "salt", SALT_BYTES),
    nonce: bytesIn(json, "nonce", CIPHER_NONCE_BYTES),
    ciphertext: bytesIn(json, "ciphertext", ENTROPY_BYTES + CIPHER_TAG_BYTES),
  };
}

function addressIn(json: JsonObject): AddressText {
  const text = textIn(json, "address");
  const { address, network } = parseAddressText(text);
  const expected = addressToText(address, network);
  if (expected !== text) {
    throw new JsonError(`a second spelling of ${expected}`);
  }
  return expected;
}
function textIn(json: JsonObject, field: string): string {
  const value = json[field];
  if (typeof value !== "string") {
    throw new JsonError(`${field} must be a text`);
  }
  return value;
}
function numberIn(json: JsonObject, field: string): number {
  const value = json[field];
  if (typeof value !== "bigint" || value < 0n || value >= 1n << 32n) {
    throw new JsonError(`${field} must be a whole number`);
  }
  return Number(value);
}
function parameterIn(json: JsonObject, field: string, [min, max]: readonly [number, number]): number {
  const value = numberIn(json, field);
  if (value < min || value > max) {
    throw new KeyFileError("parameter", `its ${field} is out of bounds: restore it from a backup`);
  }
  return value;
}
function bytesIn(json: JsonObject, field: string, count: number): Uint8Array {
  // Either case, as the wallet of the command line reads it.
  const bytes = fromHex(textIn(json, field).toLowerCase());
  if (bytes.length !== count) {
    throw new JsonError(`${field} must be ${2 * count} hex digits`);
  }
  return bytes;
}
