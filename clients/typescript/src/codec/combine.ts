/** Structs, variants, lists and options. */

import type { NetworkKind } from "../address.js";
import { DecodeError, EncodeError, JsonError } from "../error.js";
import type { Json, JsonObject } from "../json.js";
import { isObject, kindOf } from "../json.js";
import type { Reader, Writer } from "./bytes.js";
import type { Codec, JsonCodec } from "./codec.js";

/** Codecs of the fields of a struct, in the order in which their bytes stand. */
export type Fields<T> = { readonly [K in keyof T]-?: Codec<T[K]> };
/** Codecs of the JSON of the fields of a struct. */
export type JsonFields<T> = { readonly [K in keyof T]-?: JsonCodec<T[K]> };

/** The name that a field has in JSON: `validUntilMs` is `valid_until_ms`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Adds to an error about JSON the place where it was. */
function within<T>(place: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Error && error.name !== "TypeError") {
      throw new JsonError(`${place}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** The object that JSON is. */
export function objectOf(json: Json): JsonObject {
  if (!isObject(json)) {
    throw new JsonError(`expected an object, not ${kindOf(json)}`);
  }
  return json;
}

/** The JSON of structs. Fields that it doesn't know are left out of account: gateways may get more of them. */
export function jsonStruct<T extends object>(fields: JsonFields<T>): JsonCodec<T> {
  return jsonOf(fields, false);
}

function jsonOf<T extends object>(fields: JsonFields<T>, isStrict: boolean): JsonCodec<T> {
  const named = Object.entries<JsonCodec<unknown>>(fields).map(([name, codec]) => {
    return { name, key: snakeCase(name), codec };
  });
  const keys = new Set(named.map(({ key }) => key));
  return {
    toJson(value, network) {
      const json: Record<string, Json> = {};
      for (const { name, key, codec } of named) {
        json[key] = codec.toJson((value as Record<string, unknown>)[name], network);
      }
      return json;
    },
    fromJson(json, network) {
      const object = objectOf(json);
      const unknown = isStrict ? Object.keys(object).find((key) => !keys.has(key)) : undefined;
      if (unknown !== undefined) {
        throw new JsonError(`unknown field ${unknown}`);
      }
      const value: Record<string, unknown> = {};
      for (const { name, key, codec } of named) {
        value[name] = within(key, () => field(object[key], codec, network));
      }
      return value as T;
    },
  };
}

function field(json: Json | undefined, codec: JsonCodec<unknown>, network: NetworkKind): unknown {
  if (json !== undefined) {
    return codec.fromJson(json, network);
  }
  if (codec.absent === undefined) {
    throw new JsonError("the field is missing");
  }
  return codec.absent();
}

function bytesOf<T extends object>(fields: Fields<T>): Pick<Codec<T>, "write" | "read"> {
  const named = Object.entries<Codec<unknown>>(fields);
  return {
    write(writer, value) {
      for (const [name, codec] of named) {
        codec.write(writer, (value as Record<string, unknown>)[name]);
      }
    },
    read(reader) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of named) {
        value[name] = codec.read(reader);
      }
      return value as T;
    },
  };
}

/** Structs: their fields one after the other, and in JSON by name, no others. */
export function struct<T extends object>(fields: Fields<T>): Codec<T> {
  return { ...bytesOf(fields), ...jsonOf(fields, true) };
}

/** Structs whose JSON may have more fields than this library knows. */
export function openStruct<T extends object>(fields: Fields<T>): Codec<T> {
  return { ...bytesOf(fields), ...jsonOf(fields, false) };
}

/** A struct with the name of its variant. */
export type Tagged<Tag extends string, Variants extends object> = {
  [Name in keyof Variants & string]: { readonly [T in Tag]: Name } & Variants[Name];
}[keyof Variants & string];

/** Variants by name: the number of each in bytes, and its content. */
export type VariantCodecs<Variants extends object> = {
  readonly [Name in keyof Variants]: readonly [number, Codec<Variants[Name]>];
};

/** Variants of which each has a number in bytes and a name in JSON, beside its fields. */
export function variants<Variants extends object, Tag extends string>(
  tag: Tag,
  codecs: VariantCodecs<Variants>,
): Codec<Tagged<Tag, Variants>> {
  type Value = Tagged<Tag, Variants>;
  const byName = new Map(Object.entries(codecs as unknown as Record<string, readonly [number, Codec<object>]>));
  const byNumber = new Map([...byName].map(([name, [number, codec]]) => [number, [name, codec] as const]));
  const of = (name: string): readonly [number, Codec<object>] => {
    const found = byName.get(name);
    if (found === undefined) {
      throw new JsonError(`there is no ${tag} ${name}`);
    }
    return found;
  };
  const nameOf = (value: Value): string => (value as Record<string, unknown>)[tag] as string;
  return {
    write(writer, value) {
      const found = byName.get(nameOf(value));
      if (found === undefined) {
        throw new EncodeError(`there is no ${tag} ${nameOf(value)}`);
      }
      writer.small(found[0], 1);
      found[1].write(writer, value);
    },
    read(reader) {
      const number = reader.small(1);
      const found = byNumber.get(number);
      if (found === undefined) {
        throw new DecodeError(`there is no ${tag} with number ${number}`);
      }
      return { [tag]: found[0], ...found[1].read(reader) } as Value;
    },
    toJson(value, network) {
      const [, codec] = of(nameOf(value));
      return { [tag]: nameOf(value), ...objectOf(codec.toJson(value, network)) };
    },
    fromJson(json, network) {
      const { [tag]: name, ...content } = objectOf(json) as Record<string, Json>;
      if (typeof name !== "string") {
        throw new JsonError(`the field ${tag} is missing, or no text`);
      }
      return { [tag]: name, ...of(name)[1].fromJson(content, network) } as Value;
    },
  };
}

/** Names of which each has a number, from 0 on or from `first`: variants without fields. */
export function names<Name extends string>(all: readonly Name[], first = 0): Codec<Name> {
  return {
    write(writer, value) {
      const at = all.indexOf(value);
      if (at < 0) {
        throw new EncodeError(`${value} is none of ${all.join(", ")}`);
      }
      writer.small(at + first, 1);
    },
    read(reader) {
      const number = reader.small(1);
      const name = all[number - first];
      if (name === undefined) {
        throw new DecodeError(`${number} is the number of none of ${all.join(", ")}`);
      }
      return name;
    },
    toJson: (value) => value,
    fromJson(json) {
      const name = all.find((one) => one === json);
      if (name === undefined) {
        throw new JsonError(`expected one of ${all.join(", ")}`);
      }
      return name;
    },
  };
}

/** The JSON of lists. */
export function jsonList<T>(item: JsonCodec<T>): JsonCodec<readonly T[]> {
  return {
    toJson: (value, network) => value.map((one) => item.toJson(one, network)),
    fromJson(json, network) {
      if (!Array.isArray(json)) {
        throw new JsonError(`expected a list, not ${kindOf(json)}`);
      }
      return (json as readonly Json[]).map((one, at) => within(`item ${at}`, () => item.fromJson(one, network)));
    },
  };
}

/** Lists of `min` to `max` items. */
export function list<T>(item: Codec<T>, min: number, max: number): Codec<readonly T[]> {
  const isAllowed = (count: number): boolean => min <= count && count <= max;
  const message = (count: number): string => `a list of ${count} where ${min} to ${max} are allowed`;
  const inJson = jsonList(item);
  return {
    write(writer: Writer, value) {
      if (!isAllowed(value.length)) {
        throw new EncodeError(message(value.length));
      }
      writer.small(value.length, 4);
      value.forEach((one) => item.write(writer, one));
    },
    // "decoding […] refuses an announced length beyond its bound before allocating" (protocol, Bytes)
    read(reader: Reader) {
      const count = reader.small(4);
      if (!isAllowed(count)) {
        throw new DecodeError(message(count));
      }
      const items: T[] = [];
      for (let at = 0; at < count; at += 1) {
        items.push(item.read(reader));
      }
      return items;
    },
    toJson: inJson.toJson,
    fromJson(json, network) {
      const items = inJson.fromJson(json, network);
      if (!isAllowed(items.length)) {
        throw new JsonError(message(items.length));
      }
      return items;
    },
  };
}

/** The JSON of values that may not be there: null. A field may be left out. */
export function jsonOption<T>(codec: JsonCodec<T>): JsonCodec<T | null> {
  return {
    toJson: (value, network) => (value === null ? null : codec.toJson(value, network)),
    fromJson: (json, network) => (json === null ? null : codec.fromJson(json, network)),
    absent: () => null,
  };
}

/** Values that may not be there. */
export function option<T>(codec: Codec<T>): Codec<T | null> {
  return {
    write(writer, value) {
      writer.small(value === null ? 0 : 1, 1);
      if (value !== null) {
        codec.write(writer, value);
      }
    },
    read(reader) {
      const byte = reader.small(1);
      if (byte > 1) {
        throw new DecodeError(`${byte} says neither that a value is there nor that it isn't`);
      }
      return byte === 0 ? null : codec.read(reader);
    },
    ...jsonOption(codec),
  };
}

/**
 * The last part of a record, which later versions of the protocol add: without it nothing stands there, and the bytes
 * are those of before.
 */
export function tail<T>(codec: Codec<T>): Codec<T | null> {
  return {
    write(writer, value) {
      if (value !== null) {
        codec.write(writer, value);
      }
    },
    read: (reader) => (reader.isAtEnd() ? null : codec.read(reader)),
    ...jsonOption(codec),
  };
}

/** Lists that stand last in whatever they are a part of: where they are empty, the bytes end before them. */
export function someAtEnd<T>(item: Codec<T>, max: number): Codec<readonly T[]> {
  const some = tail(list(item, 1, max));
  return {
    ...orEmpty(list(item, 0, max)),
    write: (writer, items) => some.write(writer, items.length === 0 ? null : items),
    read: (reader) => some.read(reader) ?? [],
  };
}

/** The same values, of which one stands for a field that JSON leaves out. */
export function defaulted<C extends JsonCodec<T>, T>(codec: C & JsonCodec<T>, absent: () => T): C {
  return { ...codec, absent };
}

/** The same lists, of which the empty one stands for a field that JSON leaves out. */
export function orEmpty<C extends JsonCodec<readonly T[]>, T>(items: C & JsonCodec<readonly T[]>): C {
  return defaulted<C, readonly T[]>(items, () => []);
}

/** Structs without fields. */
export const nothing: Codec<Record<never, never>> = struct<Record<never, never>>({});
