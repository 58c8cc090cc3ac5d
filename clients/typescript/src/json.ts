/**
 * JSON with exact numbers: whole numbers of any size, which `JSON.parse` would round, are `bigint`. Other numbers are
 * refused, as the ledger has none.
 */

import { JsonError } from "./error.js";
import { Scanner } from "./scanner.js";

/** A value in JSON. */
export type Json = null | boolean | bigint | string | readonly Json[] | JsonObject;

/** An object in JSON. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Most lists and objects inside of each other. */
const DEPTH_MAX = 64;

/** Reads a JSON text. Every key stands once in its object. */
export function parseJson(text: string): Json {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

/** The text of a JSON value, without blanks; with `indent` blanks a level if that is given. */
export function writeJson(value: Json, indent = 0): string {
  return write(value, indent, "\n");
}

/** True if a JSON value is an object. */
export function isObject(json: Json): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** The kind of a JSON value, in words. */
export function kindOf(json: Json): string {
  if (json === null) {
    return "null";
  }
  if (Array.isArray(json)) {
    return "a list";
  }
  return (
    { bigint: "a number", boolean: "a truth value", string: "a text", object: "an object" }[typeof json as string] ??
    "nothing"
  );
}

function write(value: Json, indent: number, line: string): string {
  if (typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  const isList = Array.isArray(value);
  const next = line + " ".repeat(indent);
  const parts = isList
    ? (value as readonly Json[]).map((item) => write(item, indent, next))
    : Object.entries(value).map(([key, item]) => {
        return `${JSON.stringify(key)}:${indent > 0 ? " " : ""}${write(item, indent, next)}`;
      });
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) {
    return open + close;
  }
  return indent > 0 ? open + next + parts.join("," + next) + line + close : open + parts.join(",") + close;
}

const BLANKS = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["null", null],
  ["true", true],
  ["false", false],
]);

class Parser extends Scanner {
  constructor(text: string) {
    super(text, BLANKS);
  }

  value(depth: number): Json {
    if (depth > DEPTH_MAX) {
      throw this.error("lists and objects stand too deep in each other");
    }
    this.take(BLANKS);
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.list(depth);
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }
  end(): void {
    this.take(BLANKS);
    if (this.at !== this.text.length) {
      throw this.error("there is more after the value");
    }
  }

  private object(depth: number): JsonObject {
    const object: Record<string, Json> = Object.create(null) as Record<string, Json>;
    this.at += 1;
    if (this.next("}")) {
      return object;
    }
    do {
      this.take(BLANKS);
      const key = this.string();
      if (key in object) {
        throw this.error(`the field ${JSON.stringify(key)} stands twice`);
      }
      this.expect(":");
      object[key] = this.value(depth + 1);
    } while (this.next(","));
    this.expect("}");
    return object;
  }
  private list(depth: number): readonly Json[] {
    const items: Json[] = [];
    this.at += 1;
    if (this.next("]")) {
      return items;
    }
    do {
      items.push(this.value(depth + 1));
    } while (this.next(","));
    this.expect("]");
    return items;
  }
  private string(): string {
    return JSON.parse(this.take(TEXT) ?? this.fail("expected a text")) as string;
  }
  private word(): Json {
    const value = this.takeWord(WORDS);
    if (value !== undefined) {
      return value;
    }
    const source = this.take(NUMBER) ?? this.fail("expected a value");
    if (/[.eE]/.test(source) || source === "-0") {
      throw this.error(`${source} is no whole number in digits alone`);
    }
    return BigInt(source);
  }

  protected override error(reason: string): JsonError {
    return new JsonError(`no JSON: ${reason}, at character ${this.at}`);
  }
}
