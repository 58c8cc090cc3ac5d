/** The golden vectors of the repository, and what every canonical encoding must keep. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { NetworkKind } from "../../src/address.js";
import { concat, fromHex, toHex } from "../../src/bytes.js";
import type { Codec } from "../../src/codec/codec.js";
import { decode, encode } from "../../src/codec/codec.js";
import { DecodeError } from "../../src/error.js";
import type { Json, JsonObject } from "../../src/json.js";
import { isObject, parseJson, writeJson } from "../../src/json.js";
import { KeyPair } from "../../src/key.js";
import "./node.js";

/** The network of the vectors. */
export const NETWORK: NetworkKind = "test";

/** The path of a file of the repository. */
export function repository(path: string): string {
  return fileURLToPath(new URL(`../../../../../${path}`, import.meta.url));
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(repository(path), "utf8");
}

/** A vector: a name, an input and what must come of it. */
export interface Vector {
  readonly name: string;
  readonly input: Json;
  readonly output: Json;
}

/** The vectors of a file of `tests/vectors`. */
export function vectors(file: string): readonly Vector[] {
  const document = objectIn(parseJson(textOf(`tests/vectors/${file}.json`)));
  const all = listIn(document["vectors"]).map((json) => {
    const { name, input, output } = objectIn(json);
    assert.ok(input !== undefined && output !== undefined);
    return { name: text(name), input, output };
  });
  assert.ok(all.length > 0);
  return all;
}

/** JSON that must be an object. */
export function objectIn(json: Json | undefined): JsonObject {
  assert.ok(json !== undefined && isObject(json));
  return json;
}
/** JSON that must be a list. */
export function listIn(json: Json | undefined): readonly Json[] {
  assert.ok(Array.isArray(json));
  return json as readonly Json[];
}
/** JSON that must be a text. */
export function text(json: Json | undefined): string {
  assert.ok(typeof json === "string");
  return json;
}
/** JSON that must be a number. */
export function number(json: Json | undefined): bigint {
  assert.ok(typeof json === "bigint");
  return json;
}
/** A field of JSON, which must be there. */
export function field(json: Json, name: string): Json {
  const value = objectIn(json)[name];
  assert.ok(value !== undefined, `${name} is there`);
  return value;
}

/** The key pair of a secret in hex. */
export function keyOf(seed: Json | undefined): KeyPair {
  return KeyPair.fromSeed(fromHex(text(seed)));
}

/** Asserts that two values in JSON are the same, whatever the order of their fields. */
export function assertSameJson(found: Json, expected: Json, what: string): void {
  assert.equal(writeJson(sorted(found), 1), writeJson(sorted(expected), 1), what);
}

function sorted(json: Json): Json {
  if (Array.isArray(json)) {
    return (json as readonly Json[]).map(sorted);
  }
  if (!isObject(json)) {
    return json;
  }
  const entries = Object.entries(json).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, sorted(value)]));
}

/**
 * Asserts that a value has these canonical bytes, that they decode to it and to nothing else, and that neither a byte
 * more nor a byte less does, unless `shorter` is what a byte less says.
 */
export function assertCanonical<T>(codec: Codec<T>, value: T, hex: string, what: string, shorter?: T): void {
  const bytes = fromHex(hex);
  assert.equal(toHex(encode(codec, value)), hex, what);
  assert.deepEqual(decode(codec, bytes), value, what);
  assert.throws(() => decode(codec, concat(bytes, Uint8Array.of(0))), DecodeError, `${what}, a byte more`);
  if (shorter !== undefined) {
    assert.deepEqual(decode(codec, bytes.slice(0, -1)), shorter, `${what}, a byte less`);
  } else if (bytes.length > 0) {
    assert.throws(() => decode(codec, bytes.slice(0, -1)), DecodeError, `${what}, a byte less`);
  }
}

/** Asserts that JSON is a value with these canonical bytes, both ways; answers with the value. */
export function assertBothForms<T>(codec: Codec<T>, json: Json, hex: string, what: string): T {
  const value = codec.fromJson(json, NETWORK);
  assertCanonical(codec, value, hex, what);
  assertSameJson(codec.toJson(value, NETWORK), json, what);
  return value;
}
