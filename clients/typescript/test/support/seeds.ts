/** The seeds of the fuzz targets, which the Rust code made, and the codes of errors. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

import { LojalError } from "../../src/error.js";
import { repository } from "./vectors.js";

/** The seeds of a fuzz target, which the Rust code made, by name. */
export function seeds(target: string): ReadonlyMap<string, string> {
  const directory = repository(`fuzz/corpus/${target}`);
  const names = readdirSync(directory).filter((name) => name.startsWith("seed-"));
  return new Map(names.map((name) => [name.slice("seed-".length), readFileSync(`${directory}/${name}`, "utf8")]));
}

/** The code of the error that a call throws; null if it throws none. */
export function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    assert.ok(error instanceof LojalError);
    return error.code;
  }
}
