/** Numbers, truth values and texts. */

import { fromHex, toHex, utf8 } from "../bytes.js";
import { DecodeError, EncodeError, JsonError, LojalError } from "../error.js";
import type { Json } from "../json.js";
import { kindOf } from "../json.js";
import type { Reader, Writer } from "./bytes.js";
import type { Codec, JsonCodec } from "./codec.js";

function small(width: 1 | 2 | 4): Codec<number> {
  const max = 2 ** (8 * width) - 1;
  return {
    write(writer, value) {
      if (!Number.isInteger(value) || value < 0 || value > max) {
        throw new EncodeError(`${value} is no whole number from 0 to ${max}`);
      }
      writer.small(value, width);
    },
    read: (reader) => reader.small(width),
    toJson: (value) => BigInt(value),
    fromJson: (json) => Number(wholeNumber(json, BigInt(max))),
  };
}

function large(width: 8 | 16): Codec<bigint> {
  const max = (1n << BigInt(8 * width)) - 1n;
  return {
    write(writer, value) {
      if (typeof value !== "bigint" || value < 0n || value > max) {
        throw new EncodeError(`${String(value)} is no whole number from 0 to ${max}`);
      }
      writer.uint(value, width);
    },
    read: (reader) => reader.uint(width),
    toJson: (value) => value,
    fromJson: (json) => wholeNumber(json, max),
  };
}

function wholeNumber(json: Json, max: bigint): bigint {
  if (typeof json !== "bigint" || json < 0n || json > max) {
    const found = typeof json === "bigint" ? String(json) : kindOf(json);
    throw new JsonError(`expected a whole number from 0 to ${max}, not ${found}`);
  }
  return json;
}

/** Whole numbers of one byte. */
export const u8 = small(1);
/** Whole numbers of two bytes. */
export const u16 = small(2);
/** Whole numbers of four bytes. */
export const u32 = small(4);
/** Whole numbers of eight bytes. */
export const u64 = large(8);
/** Whole numbers of sixteen bytes. */
export const u128 = large(16);

/** Truth values, one byte. */
export const bool: Codec<boolean> = {
  write: (writer, value) => writer.small(value ? 1 : 0, 1),
  read(reader) {
    const byte = reader.small(1);
    if (byte > 1) {
      throw new DecodeError(`${byte} is no truth value`);
    }
    return byte === 1;
  },
  toJson: (value) => value,
  fromJson(json) {
    if (typeof json !== "boolean") {
      throw new JsonError(`expected a truth value, not ${kindOf(json)}`);
    }
    return json;
  },
};

/** The text that JSON is. */
export function textOf(json: Json): string {
  if (typeof json !== "string") {
    throw new JsonError(`expected a text, not ${kindOf(json)}`);
  }
  return json;
}

/** The JSON of any text. */
export const plainText: JsonCodec<string> = { toJson: (text) => text, fromJson: textOf };

/** Calls a function for bytes; what it refuses are malformed bytes. */
export function decoding<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof LojalError && !(error instanceof DecodeError)) {
      throw new DecodeError(error.message, { cause: error });
    }
    throw error;
  }
}

function encoding<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof LojalError && !(error instanceof EncodeError)) {
      throw new EncodeError(error.message, { cause: error });
    }
    throw error;
  }
}

/** Texts of at most so many bytes (UTF-8) that `parse` takes: it throws for others, and changes nothing. */
export function text<T extends string>(bytesMax: number, parse: (text: string) => T): Codec<T> {
  return {
    write(writer, value) {
      const bytes = utf8(encoding(() => parse(value)));
      writer.small(bytes.length, 4);
      writer.raw(bytes);
    },
    read(reader) {
      const length = reader.small(4);
      if (length > bytesMax) {
        throw new DecodeError(`a text of ${length} bytes where ${bytesMax} are allowed`);
      }
      const bytes = reader.raw(length);
      // A byte order mark is a character of a text like others.
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      return decoding(() => parse(decodeUtf8(decoder, bytes)));
    },
    toJson: (value) => value,
    fromJson: (json) => parse(textOf(json)),
  };
}

function decodeUtf8(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new DecodeError("a text that is no UTF-8", { cause });
  }
}

/** Byte strings of exactly so many bytes, shown as lower-case hex. */
export function fixedHex<T extends string>(count: number): Codec<T> {
  return {
    write: (writer, value) => writer.raw(encoding(() => hexOf(value, count))),
    read: (reader) => toHex(reader.raw(count)) as T,
    toJson: (value) => value,
    fromJson: (json) => parseFixedHex<T>(textOf(json), count),
  };
}

/** Byte strings of at most so many bytes after their length, shown as lower-case hex. */
export function sizedHex(bytesMax: number): Codec<string> {
  const check = (text: string): string => {
    if (text.length % 2 !== 0 || text.length > 2 * bytesMax || !/^[0-9a-f]*$/.test(text)) {
      throw new JsonError(`expected lower-case hex digits of at most ${bytesMax} bytes`);
    }
    return text;
  };
  return {
    write: (writer, value) => {
      const bytes = encoding(() => fromHex(check(value)));
      writer.small(bytes.length, 4);
      writer.raw(bytes);
    },
    read: (reader) => {
      const length = reader.small(4);
      if (length > bytesMax) {
        throw new DecodeError(`${length} bytes, where at most ${bytesMax} may be`);
      }
      return toHex(reader.raw(length));
    },
    toJson: (value) => value,
    fromJson: (json) => check(textOf(json)),
  };
}

function hexOf(value: string, count: number): Uint8Array {
  const bytes = fromHex(value);
  if (bytes.length !== count) {
    throw new EncodeError(`expected ${2 * count} lower-case hex digits`);
  }
  return bytes;
}

/** Checks that a text is the lower-case hex of so many bytes. */
export function parseFixedHex<T extends string>(text: string, count: number): T {
  if (text.length !== 2 * count || !/^[0-9a-f]*$/.test(text)) {
    throw new JsonError(`expected ${2 * count} lower-case hex digits`);
  }
  return text as T;
}

/** The values of a codec seen as another type. */
export function mapped<T, U>(codec: Codec<T>, to: (value: T) => U, from: (value: U) => T): Codec<U> {
  return {
    write: (writer: Writer, value) =>
      codec.write(
        writer,
        encoding(() => from(value)),
      ),
    read: (reader: Reader) => {
      const value = codec.read(reader);
      return decoding(() => to(value));
    },
    toJson: (value, network) => codec.toJson(from(value), network),
    fromJson: (json, network) => to(codec.fromJson(json, network)),
  };
}
