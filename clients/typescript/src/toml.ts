/**
 * The part of [TOML](https://toml.io) that genesis documents and motions are written in: tables, lists of tables,
 * inline tables and lists, texts of one line, whole numbers and truth values. Dates, fractions and texts of several
 * lines are refused, since nothing that the ledger knows is one.
 */

import { TextError } from "./error.js";
import type { Json } from "./json.js";
import { Scanner } from "./scanner.js";

/** Most lists and tables inside of each other. */
const DEPTH_MAX = 64;

interface Table {
  [key: string]: Value;
}
type Value = bigint | boolean | string | Value[] | Table;

/** Reads a TOML document, as JSON has it. */
export function parseToml(toml: string): Json {
  return new Parser(toml.replace(/^\ufeff/, "")).document();
}

const BLANKS = /[ \t]*/y;
const NEWLINE = /(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*[ \t]*(?:#[^\r\n]*)?/y;
const BARE_KEY = /[A-Za-z0-9_-]+/y;
const LITERAL = /'[^'\r\n]*'/y;
const BASIC = /"(?:[^"\\\u0000-\u0008\u000a-\u001f\u007f]|\\(?:["\\bfnrte]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*"/y;
const NUMBER = /[+-]?(?:0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*)(?![0-9A-Za-z_.:+-])/y;
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  b: "\b",
  e: "\u001b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function isTable(value: Value | undefined): value is Table {
  return typeof value === "object" && !Array.isArray(value);
}

function emptyTable(): Table {
  return Object.create(null) as Table;
}

class Parser extends Scanner {
  private readonly root = emptyTable();
  /** The tables that a header, or an inline table, has made: none of them is opened again. */
  private readonly closed = new Set<Table>();
  /** The lists that are written out: nothing is added to them. */
  private readonly written = new Set<Value[]>();

  constructor(text: string) {
    super(text, BLANKS);
  }

  document(): Json {
    let table = this.root;
    this.take(NEWLINE);
    while (this.at < this.text.length) {
      if (this.text[this.at] === "[") {
        table = this.header();
      } else {
        this.pair(table);
      }
      this.endOfLine();
    }
    return this.root;
  }

  /** Reads `[a.b]` or `[[a.b]]`, and answers with the table that follows. */
  private header(): Table {
    const isList = this.text.startsWith("[[", this.at);
    this.at += isList ? 2 : 1;
    const path = this.key();
    this.expect(isList ? "]]" : "]");
    const [last, parent] = [path.at(-1) ?? "", this.open(this.root, path.slice(0, -1))];
    const there = parent[last];
    if (isList) {
      const list = there ?? (parent[last] = []);
      if (!Array.isArray(list) || this.written.has(list)) {
        throw this.error(`${path.join(".")} is no list of tables`);
      }
      const table = emptyTable();
      list.push(table);
      return table;
    }
    if (there === undefined) {
      const table = (parent[last] = emptyTable());
      this.closed.add(table);
      return table;
    }
    if (!isTable(there) || this.closed.has(there)) {
      throw this.error(`${path.join(".")} stands twice`);
    }
    this.closed.add(there);
    return there;
  }

  /** The table at a path below another one, made where it isn't there; of a list of tables, the last. */
  private open(from: Table, path: readonly string[]): Table {
    let table = from;
    for (const key of path) {
      const there = table[key] ?? (table[key] = emptyTable());
      const next = Array.isArray(there) && !this.written.has(there) ? there.at(-1) : there;
      if (!isTable(next)) {
        throw this.error(`${key} is no table`);
      }
      table = next;
    }
    return table;
  }

  private pair(table: Table): void {
    const path = this.key();
    this.expect("=");
    const [last, parent] = [path.at(-1) ?? "", this.open(table, path.slice(0, -1))];
    if (last in parent) {
      throw this.error(`${path.join(".")} stands twice`);
    }
    parent[last] = this.value();
  }

  private key(): readonly string[] {
    const path: string[] = [];
    do {
      this.take(BLANKS);
      path.push(this.take(BARE_KEY) ?? this.string() ?? this.fail("expected a key"));
      this.take(BLANKS);
    } while (this.next(".") && path.length < DEPTH_MAX);
    return path;
  }

  private depth = 0;
  private value(): Value {
    this.take(BLANKS);
    this.depth += 1;
    if (this.depth > DEPTH_MAX) {
      throw this.error("lists and tables stand too deep in each other");
    }
    const value = this.valueHere();
    this.depth -= 1;
    return value;
  }
  private valueHere(): Value {
    switch (this.text[this.at]) {
      case "[":
        return this.list();
      case "{":
        return this.inlineTable();
      case '"':
      case "'":
        return this.string() ?? this.fail("expected a text of one line");
      default:
        return this.word();
    }
  }
  private list(): Value[] {
    const items: Value[] = [];
    this.at += 1;
    this.take(NEWLINE);
    while (!this.next("]")) {
      items.push(this.value());
      this.take(NEWLINE);
      const hasMore = this.next(",");
      this.take(NEWLINE);
      if (!hasMore) {
        this.expect("]");
        break;
      }
    }
    this.written.add(items);
    return items;
  }
  private inlineTable(): Table {
    const table = emptyTable();
    this.at += 1;
    this.take(BLANKS);
    if (!this.next("}")) {
      do {
        this.pair(table);
        this.take(BLANKS);
      } while (this.next(","));
      this.expect("}");
    }
    this.closed.add(table);
    return table;
  }
  private string(): string | undefined {
    const literal = this.take(LITERAL);
    if (literal !== undefined) {
      return literal.slice(1, -1);
    }
    const basic = this.take(BASIC);
    return basic?.slice(1, -1).replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_, ...found: string[]) => {
      const [short, long, sign] = found;
      return sign === undefined ? this.character(short ?? long ?? "") : (ESCAPES[sign] ?? sign);
    });
  }
  private character(hex: string): string {
    const number = Number.parseInt(hex, 16);
    if (number > 0x10ffff || (number >= 0xd800 && number < 0xe000)) {
      throw this.error(`U+${hex} is no character`);
    }
    return String.fromCodePoint(number);
  }
  private word(): Value {
    const value = this.takeWord(WORDS);
    if (value !== undefined) {
      return value;
    }
    const source = this.take(NUMBER) ?? this.fail("expected a text, a whole number or a truth value");
    const digits = source.replace(/^[+-]/, "");
    const isGrouped = /__|_$|^0[xob]_/.test(digits);
    if (isGrouped || /^0[0-9_]/.test(digits)) {
      throw this.error(`${source} is no whole number`);
    }
    const number = BigInt(digits.replaceAll("_", ""));
    return source.startsWith("-") ? -number : number;
  }

  private endOfLine(): void {
    this.take(BLANKS);
    const rest = this.text.slice(this.at, this.at + 2);
    if (rest !== "" && !/^(?:#|\n|\r\n)/.test(rest)) {
      throw this.error("expected the end of the line");
    }
    this.take(NEWLINE);
  }
  protected override error(reason: string): TextError {
    const line = this.text.slice(0, this.at).split("\n").length;
    return new TextError("toml", `line ${line}: ${reason}`);
  }
}
