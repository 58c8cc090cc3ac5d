import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { isObject, parseJson } from "../src/json.js";
import { repository, textOf } from "./support/vectors.js";

const PACKAGE = "clients/typescript";
/** Most lines of a file. */
const FILE_LINES_MAX = 400;
/** Most lines of a function, from its name to its last brace. */
const FUNCTION_LINES_MAX = 70;
/** Most columns of a line. */
const COLUMNS_MAX = 120;

/** The only packages that a program that uses this one gets. */
const DEPENDENCIES = ["@noble/curves", "@noble/hashes", "@scure/base", "@scure/bip39"];

interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

function below(directory: string): readonly Source[] {
  return readdirSync(repository(directory)).flatMap((name) => {
    const path = join(directory, name);
    if (statSync(repository(path)).isDirectory()) {
      return below(path);
    }
    const text = textOf(path);
    return name.endsWith(".ts") ? [{ path, text, lines: text.split("\n") }] : [];
  });
}

const sources = [...below(`${PACKAGE}/src`), ...below(`${PACKAGE}/test`)];
const library = sources.filter(({ path }) => path.startsWith(`${PACKAGE}/src`));

function findings(find: (source: Source) => readonly string[], among = sources): void {
  const found = among.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
  assert.deepEqual(found, []);
}

test("files, functions and lines are short", () => {
  assert.ok(library.length > 50);
  findings(({ lines }) => (lines.length - 1 > FILE_LINES_MAX ? [`${lines.length - 1} lines`] : []));
  findings(({ lines }) => {
    return lines.flatMap((line, at) => (Array.from(line).length > COLUMNS_MAX ? [`line ${at + 1} is too long`] : []));
  });
  findings(({ lines }) => {
    return lines.flatMap((line, at) => {
      const indent =
        /^( *)(?:(?:export |async |static |get )*(?:function |[a-zA-Z#]+(?:<.*>)?\().*|test\(.*)\{$/.exec(line);
      const length = lines.slice(at).findIndex((other) => new RegExp(`^${indent?.[1] ?? "-"}\\}`).test(other)) + 1;
      return indent !== null && length > FUNCTION_LINES_MAX
        ? [`the function in line ${at + 1} has ${length} lines`]
        : [];
    });
  }, library);
});

test("whatever is exported is documented, by what it is or does", () => {
  findings(({ lines }) => {
    const isPlain = (line: string): boolean =>
      /^export (?:const|(?:abstract )?class|function|async function|interface|type) \w/.test(line);
    return lines.flatMap((line, at) =>
      isPlain(line) && !/\*\/$/.test(lines[at - 1] ?? "") ? [`line ${at + 1}`] : [],
    );
  }, library);
  const questions = /\/\*\*\s+(?:\*\s+)?(?:what|which|where|whether|who|whom|whose|how|when|why)\b/gi;
  findings(({ text }) => [...text.matchAll(questions)].map(([found]) => found), library);
});

test("what is quoted from the protocol stands there word for word", () => {
  const plain = (text: string): string => text.replace(/\s+/g, " ");
  const protocol = plain(textOf("docs/protocol.md"));
  const sections = new Set(
    [...textOf("docs/protocol.md").matchAll(/^## [0-9]+\. (.+)$/gm)].map(([, name = ""]) => name),
  );
  let count = 0;
  findings(({ text }) => {
    const comments = [...text.matchAll(/\/\*\*.*?\*\/|(?:^ *\/\/.*\n)+/gms)].map(([comment]) => {
      return plain(comment.replace(/^ *(?:\*|\/\/) ?/gm, ""));
    });
    return comments.flatMap((comment) => {
      const cited = [...comment.matchAll(/\(protocol, ([A-Z][a-z ]+?)(?:; protocol, ([A-Z][a-z ]+))?\)/g)];
      const wrong = cited.flatMap(([, one = "", other]) => [one, other ?? one]).filter((name) => !sections.has(name));
      const quotes = [...comment.matchAll(/"([^"]+)"[^"]*?\(protocol, [A-Z][a-z ]+\)/g)].map(
        ([, quote = ""]) => quote,
      );
      count += quotes.length;
      const parts = quotes.flatMap((quote) => quote.split(/ ?\[…\] ?|; …/));
      const missing = parts.filter((part) => !protocol.includes(part.replace(/[.;,]$/, "")));
      return [...wrong.map((name) => `no section ${name}`), ...missing.map((part) => `not in the protocol: ${part}`)];
    });
  }, library);
  assert.ok(count > 40, `${count} rules are quoted`);
});

test("every file of golden vectors is read", () => {
  const files = readdirSync(repository("tests/vectors")).filter((name) => name.endsWith(".json"));
  const tests = sources.map(({ text }) => text).join("\n");
  const unread = files.filter((name) => !tests.includes(`vectors("${name.slice(0, -".json".length)}")`));
  assert.deepEqual(unread, []);
});

test("a program that uses this package gets noble and scure, and nothing else", () => {
  const document = (name: string): Record<string, unknown> => {
    const json = parseJson(textOf(`${PACKAGE}/${name}`));
    assert.ok(isObject(json));
    return { ...json };
  };
  assert.deepEqual(Object.keys(document("package.json")["dependencies"] as object).sort(), DEPENDENCIES);
  const locked = document("package-lock.json")["packages"] as Readonly<Record<string, { readonly dev?: boolean }>>;
  const installed = Object.entries(locked)
    .filter(([, { dev }]) => dev !== true)
    .map(([path]) => path);
  assert.deepEqual(installed.sort(), ["", ...DEPENDENCIES.map((name) => `node_modules/${name}`)]);
  assert.ok(!textOf(`${PACKAGE}/package-lock.json`).includes("resolved"), "no address of a registry");
  const imported = new Set(
    library.flatMap(({ text }) => [...text.matchAll(/from "([^."][^"]*)"/g)].map(([, name]) => name)),
  );
  const outside = [...imported].filter((name) => !DEPENDENCIES.some((one) => name?.startsWith(`${one}`)));
  assert.deepEqual(outside, []);
});
