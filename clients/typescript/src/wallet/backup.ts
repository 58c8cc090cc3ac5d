/**
 * The backup of a wallet: 24 words that anybody can write on paper (BIP-39, English), from which every key of the
 * wallet is derived (SLIP-0010).
 *
 * The n-th key of an account, counted by its rotations from 0, is at the path `m/44'/7777'/0'/n'`. The optional
 * passphrase of BIP-39 is empty: what protects the words is where they are kept.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

import { concat, utf8 } from "../bytes.js";
import { FaultError, TextError } from "../error.js";
import type { PublicKey } from "../ids.js";
import { KeyPair } from "../key.js";
import { typed } from "./typed.js";

/** The number of words of a backup: 256 bits and a checksum of 8. */
export const WORDS = 24;
/** Bytes of the number that the words write down. */
export const ENTROPY_BYTES = 32;
/** The coin type of the path; not registered in SLIP-0044. */
export const COIN_TYPE = 7777;
/** Most rotations of one backup's key, so that a restored wallet finds the one that signs. */
export const ROTATIONS_MAX = 1000;

/** Letters that tell all words of the list apart. */
const LETTERS_MIN = 4;
const PURPOSE = 44;
const ACCOUNT = 0;
const HARDENED = 2 ** 31;

/** The reason that words are no backup. */
export type WordsFault = "count" | "typed" | "unknown" | "number" | "checksum";

/** Words that are no backup. */
export class WordsError extends FaultError<"words", WordsFault> {
  constructor(
    fault: WordsFault,
    message: string,
    /** The place of the word that is wrong, counted from 1, if one is. */
    readonly position: number | null = null,
  ) {
    super("words", fault, message);
  }
}

/**
 * A node of the tree of keys (SLIP-0010): a secret that is an Ed25519 seed, and the code that its children come from.
 */
export interface KeyNode {
  /** The Ed25519 seed. */
  readonly secret: Uint8Array;
  /** The code that its children come from. */
  readonly chainCode: Uint8Array;
}

function nodeOf(key: Uint8Array, message: Uint8Array): KeyNode {
  const digest = hmac(sha512, key, message);
  return { secret: digest.slice(0, 32), chainCode: digest.slice(32) };
}

/** The root of the tree of keys that grows from a seed. */
export function masterNode(seed: Uint8Array): KeyNode {
  return nodeOf(utf8("ed25519 seed"), seed);
}

/** The child with a number, hardened: `index` is what the path writes as `index'`. */
export function childNode({ secret, chainCode }: KeyNode, index: number): KeyNode {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, index + HARDENED);
  return nodeOf(chainCode, concat(Uint8Array.of(0), secret, number));
}

/** The number that stands before a word, such as `7`, `7.` or `7)`. */
function numberOf(part: string): number | null {
  const digits = part.replace(/[.):]+$/, "");
  return /^[0-9]+$/.test(digits) ? Number(digits) : null;
}

/** The word of the list that is meant by a word, or by its first letters: four of them tell all words apart. */
function known(part: string): string | undefined {
  return wordlist.find((word) => word === part) ?? beginningWith(part);
}

function beginningWith(part: string): string | undefined {
  return part.length >= LETTERS_MIN ? wordlist.find((word) => word.startsWith(part)) : undefined;
}

function listed(text: string): readonly string[] {
  const words: string[] = [];
  for (const part of formOf(text).toLowerCase().split(" ")) {
    const number = numberOf(part);
    const position = words.length + 1;
    if (number !== null && number !== position) {
      const message = `the number ${number} stands before word ${position}: look for missing words`;
      throw new WordsError("number", message, position);
    }
    if (number === null) {
      const word = known(part);
      if (word === undefined) {
        throw new WordsError("unknown", `word ${position} is in no backup: check its spelling`, position);
      }
      words.push(word);
    }
  }
  return words;
}

function formOf(text: string): string {
  try {
    return typed(text);
  } catch (error) {
    if (error instanceof TextError) {
      throw text.trim() === "" ? countError(0) : new WordsError("typed", `the words: ${error.message}`);
    }
    throw error;
  }
}

function countError(count: number): WordsError {
  return new WordsError(
    "count",
    `a backup has ${WORDS} words, and these are ${count}: look for missing or doubled ones`,
  );
}

/** The secret that the words write down. It is in no text of this object, and in no JSON. */
export class Backup {
  readonly #entropy: Uint8Array;
  #account: KeyNode | undefined;

  private constructor(entropy: Uint8Array) {
    this.#entropy = entropy.slice();
  }

  /** A new secret from the system's random numbers. */
  static random(): Backup {
    return new Backup(crypto.getRandomValues(new Uint8Array(ENTROPY_BYTES)));
  }
  /** Wraps a secret. */
  static fromEntropy(entropy: Uint8Array): Backup {
    if (entropy.length !== ENTROPY_BYTES) {
      throw new RangeError(`a backup has ${ENTROPY_BYTES} bytes`);
    }
    return new Backup(entropy);
  }
  /**
   * Reads the words, in any case and with any space between them; also with their numbers before them, as they were
   * shown, and cut off after four letters or more, which say which word it is. Throws a {@link WordsError}.
   */
  static fromWords(text: string): Backup {
    const words = listed(text);
    if (words.length !== WORDS) {
      throw countError(words.length);
    }
    try {
      return new Backup(mnemonicToEntropy(words.join(" "), wordlist));
    } catch {
      const message =
        "the checksum of the words is wrong: one is another word than on the paper, or two changed places";
      throw new WordsError("checksum", message);
    }
  }
  /** The words, with a space between each two. */
  words(): string {
    return entropyToMnemonic(this.#entropy, wordlist);
  }
  /** A copy of the bytes that the words write down. */
  entropy(): Uint8Array {
    return this.#entropy.slice();
  }
  /** The key after a number of rotations. */
  key(rotation: number): KeyPair {
    return KeyPair.fromSeed(childNode(this.#node(), rotation).secret);
  }
  /** The number of rotations, at most {@link ROTATIONS_MAX}, after which the key is `wanted`; null if it never is. */
  rotationOf(wanted: PublicKey): number | null {
    for (let rotation = 0; rotation <= ROTATIONS_MAX; rotation += 1) {
      if (this.key(rotation).publicKey === wanted) {
        return rotation;
      }
    }
    return null;
  }

  #node(): KeyNode {
    const seed = (): Uint8Array => mnemonicToSeedSync(this.words(), "");
    this.#account ??= [PURPOSE, COIN_TYPE, ACCOUNT].reduce(childNode, masterNode(seed()));
    return this.#account;
  }
}
