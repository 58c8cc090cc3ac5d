// Completes what Vite has built: the service worker's version and files, dist/build.json with the hash of everything
// that it was built from, and the list by which the gateway carries the files (crates/web/src/list.rs).

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("..", import.meta.url));
const repository = join(web, "..");
const dist = join(web, "dist");

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The files below a path, sorted, from the directory of the repository. */
function below(path) {
  const whole = join(repository, path);
  if (!statSync(whole).isDirectory()) {
    return [path];
  }
  return readdirSync(whole)
    .sort()
    .flatMap((name) => below(join(path, name)));
}

/** All that the pages are built from. tests/tests/conformance/tidiness/pages.rs has the same list. */
const SOURCES = [
  "clients/typescript/package-lock.json",
  "clients/typescript/src",
  "web/package-lock.json",
  "web/page.html",
  "web/public",
  "web/scripts/seal.js",
  "web/src",
  "web/tsconfig.json",
  "web/vite.config.ts",
];

const lines = SOURCES.flatMap(below).map(
  (path) => `${sha256(readFileSync(join(repository, path)))}  ${path}\n`,
);
const source = sha256(lines.join(""));

const files = below("web/dist")
  .map((path) => relative("web/dist", path))
  .filter((path) => path !== "build.json");
/** The files of assets/ that a page needs, at once or later: those that it names, and those that they name. */
function needed(page) {
  const all = files.filter((path) => path.startsWith("assets/"));
  const found = new Set();
  const look = (path) => {
    const text = readFileSync(join(dist, path), "utf8");
    for (const other of all.filter((one) => !found.has(one) && text.includes(one.slice("assets/".length)))) {
      found.add(other);
      look(other);
    }
  };
  look(page);
  return all.filter((path) => found.has(path)).map((path) => `/${path}`);
}
// The service worker is the wallet's: a member's phone keeps nothing of the other pages.
const assets = needed("wallet/index.html");
const worker = join(dist, "wallet/sw.js");
if (!existsSync(worker)) {
  throw new Error("there is no wallet/sw.js in dist");
}
const others = files.filter((path) => path !== "wallet/sw.js");
const version = sha256(others.map((path) => sha256(readFileSync(join(dist, path)))).join("")).slice(0, 16);
const text = readFileSync(worker, "utf8")
  .replace("__LOJAL_VERSION__", version)
  .replace(/["'`]__LOJAL_FILES__["'`]/, JSON.stringify(assets));
if (text.includes("__LOJAL_")) {
  throw new Error("the service worker isn't complete");
}
writeFileSync(worker, text);

const hashes = Object.fromEntries(files.map((path) => [path, sha256(readFileSync(join(dist, path)))]));
writeFileSync(join(dist, "build.json"), `${JSON.stringify({ source, files: hashes }, null, 2)}\n`);

const entries = files.map((path) => `    ("${path}", include_bytes!("../../../web/dist/${path}")),\n`);
const list = [
  "//! The files of `web/dist`, by their paths. `npm run build` in `web/` writes this list.\n\n",
  "/// They.\n",
  "pub(crate) const FILES: &[(&str, &[u8])] = &[\n",
  ...entries,
  "];\n",
];
writeFileSync(join(repository, "crates/web/src/list.rs"), list.join(""));

const total = files.reduce((sum, path) => sum + statSync(join(dist, path)).size, 0);
console.log(`${files.length} files, ${total} bytes, source ${source.slice(0, 12)}`);
