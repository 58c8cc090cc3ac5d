/**
 * Addresses of accounts and their text form, bech32m (BIP-350) with the network's prefix (protocol, Bytes; protocol,
 * Accounts and keys).
 */

import { bech32m } from "@scure/base";

import type { Brand } from "./bytes.js";
import { firstBytes, fromHex, toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { names } from "./codec/combine.js";
import { fixedHex, textOf } from "./codec/primitives.js";
import { TextError } from "./error.js";
import { chainHash, tag, taggedHash } from "./hash.js";
import type { ChainId, PublicKey, TransactionId } from "./ids.js";

/**
 * An account, as the 20 bytes that are signed and hashed, in hex: "An account's address is that of its first key and
 * outlives it; a household has no key, and its address comes from what created it" (protocol, Accounts and keys).
 * People see the {@link AddressText}.
 */
export type Address = Brand<string, "Address">;

/** An address as people see it: `loj1…` on the main network, `tloj1…` on others. */
export type AddressText = Brand<string, "AddressText">;

/** The kind of a network, which decides the prefix that addresses carry. */
export type NetworkKind = "main" | "test";

/** The forms of the kinds of network. */
export const networkKindCodec: Codec<NetworkKind> = names(["main", "test"] as const);

const PREFIXES: Readonly<Record<NetworkKind, string>> = { main: "loj", test: "tloj" };
const BYTES = 20;
/** Characters of the 20 bytes in bech32m, five bits each. */
const DATA_CHARS = (BYTES * 8) / 5;
const LAST = BYTES - 1;
/** The bit of the last byte that says that an address is a household's. */
const HOUSEHOLD_BIT = 1;

function addressOf(digest: Uint8Array, isHouseholds: boolean): Address {
  const bytes = firstBytes(digest, BYTES);
  const last = bytes[LAST] ?? 0;
  bytes[LAST] = isHouseholds ? last | HOUSEHOLD_BIT : last & ~HOUSEHOLD_BIT;
  return toHex(bytes) as Address;
}

/** The address of the account whose first key is `key`. */
export function addressOfKey(key: PublicKey): Address {
  return addressOf(taggedHash(tag.ACCOUNT, fromHex(key)), false);
}

/** The address of the household that an operation of a transaction creates; `operation` counts from 0. */
export function addressOfHousehold(chain: ChainId, transaction: TransactionId, operation: number): Address {
  return addressOf(chainHash(tag.HOUSEHOLD, chain, fromHex(transaction), Uint8Array.of(operation)), true);
}

/**
 * True if it is a household's, which nobody has a key for: "The last bit of an address says its kind: it is cleared for
 * a key's and set for a household's." (protocol, Accounts and keys)
 */
export function isHousehold(address: Address): boolean {
  return ((fromHex(address)[LAST] ?? 0) & HOUSEHOLD_BIT) !== 0;
}

/** The text form of an address on a kind of network. */
export function addressToText(address: Address, network: NetworkKind): AddressText {
  return bech32m.encode(PREFIXES[network], bech32m.toWords(fromHex(address))) as string as AddressText;
}

/** An address with the kind of network that its text names. */
export interface ParsedAddress {
  /** The address. */
  readonly address: Address;
  /** The kind of network. */
  readonly network: NetworkKind;
}

/** Reads an address of any kind of network, in one case or the other. */
export function parseAddressText(text: string): ParsedAddress {
  const decoded = bech32m.decodeUnsafe(text as `${string}1${string}`, text.length);
  if (decoded === undefined) {
    throw new TextError("address", "not an address: check it for typing errors");
  }
  const network = (["main", "test"] as const).find((kind) => PREFIXES[kind] === decoded.prefix);
  if (network === undefined) {
    throw new TextError("address", `not an address: it starts with ${decoded.prefix}1 instead of loj1 or tloj1`);
  }
  if (decoded.words.length !== DATA_CHARS) {
    const relation = decoded.words.length > DATA_CHARS ? "more" : "fewer";
    throw new TextError("address", `not an address: it has ${relation} characters than an address; copy it again`);
  }
  return { address: toHex(bech32m.fromWords(decoded.words)) as Address, network };
}

/** Reads an address of a kind of network, in one case or the other. */
export function parseAddress(text: string, network: NetworkKind): Address {
  const parsed = parseAddressText(text);
  if (parsed.network !== network) {
    const [found, expected] = [PREFIXES[parsed.network], PREFIXES[network]];
    const message = `this address starts with ${found}1, but addresses of this network start with ${expected}1`;
    throw new TextError("network", message);
  }
  return parsed.address;
}

/** Reads an address that stands in JSON, in its one text. */
function fromCanonicalText(text: string, network: NetworkKind): Address {
  const address = parseAddress(text, network);
  if (addressToText(address, network) !== text) {
    throw new TextError("address", "addresses are written in lower case");
  }
  return address;
}

/** The forms of addresses. */
export const addressCodec: Codec<Address> = {
  ...fixedHex<Address>(BYTES),
  toJson: (address, network) => addressToText(address, network),
  fromJson: (json, network) => fromCanonicalText(textOf(json), network),
};
