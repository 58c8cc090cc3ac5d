/** The forms of a value: its canonical bytes, and its JSON. */

import type { NetworkKind } from "../address.js";
import type { Json } from "../json.js";
import { parseJson, writeJson } from "../json.js";
import { Reader, Writer } from "./bytes.js";

/** The canonical bytes of values of a type. */
export interface BytesCodec<T> {
  /** Writes a value; throws an `EncodeError` for one that has no bytes. */
  write(writer: Writer, value: T): void;
  /** Reads a value; throws a `DecodeError` for bytes that are none. */
  read(reader: Reader): T;
}

/** The JSON of values of a type, in which addresses carry the prefix of a kind of network. */
export interface JsonCodec<T> {
  /** The JSON of a value. */
  toJson(value: T, network: NetworkKind): Json;
  /** The value that JSON is; throws an error of this library if it is none. */
  fromJson(json: Json, network: NetworkKind): T;
  /** The value of a field that is left out, if it can be. */
  readonly absent?: () => T;
}

/** Both forms. */
export interface Codec<T> extends BytesCodec<T>, JsonCodec<T> {}

/** The type of the values of a codec. */
export type ValueOf<C> = C extends JsonCodec<infer T> ? T : never;

/** The canonical bytes of a value. */
export function encode<T>(codec: BytesCodec<T>, value: T): Uint8Array {
  const writer = new Writer();
  codec.write(writer, value);
  return writer.finish();
}

/** The value of canonical bytes, all of them. */
export function decode<T>(codec: BytesCodec<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes);
  const value = codec.read(reader);
  reader.end();
  return value;
}

/** The text of a value in JSON. */
export function toJsonText<T>(codec: JsonCodec<T>, value: T, network: NetworkKind): string {
  return writeJson(codec.toJson(value, network));
}

/** The value of a text in JSON. */
export function fromJsonText<T>(codec: JsonCodec<T>, text: string, network: NetworkKind): T {
  return codec.fromJson(parseJson(text), network);
}
