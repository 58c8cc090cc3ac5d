import { readFileSync } from "node:fs";

import { defineConfig } from "vite";

const here = (path: string): string => new URL(path, import.meta.url).pathname;

/** The pages, which differ in these words alone. */
const PAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  wallet: {
    title: "Lojal",
    description: "Dina poäng.",
    links:
      '<link rel="manifest" href="/wallet/app.webmanifest">' +
      '<link rel="apple-touch-icon" href="/wallet/icon-192.png">',
  },
  explorer: { title: "Lojal Explorer", description: "Vad ett nätverk av lojalitetspoäng har beslutat." },
  console: { title: "Lojal Console", description: "Ett varumärkes poäng, kassor och villkor." },
};

/** The text of a page: page.html with its words. */
function pageText(page: string): string {
  const given: Readonly<Record<string, string>> = { page, links: "", ...PAGES[page] };
  return readFileSync(here("page.html"), "utf8").replace(/\{(\w+)\}/g, (_, name: string) => given[name] ?? "");
}

const inputOf = (page: string): string => here(`${page}/index.html`);

export default defineConfig({
  root: here("."),
  publicDir: here("public"),
  resolve: {
    alias: {
      "@lojal/client/explanations": here("../clients/typescript/src/explanations.ts"),
      "@lojal/client": here("../clients/typescript/src/index.ts"),
    },
  },
  plugins: [
    {
      name: "lojal-pages",
      // There are no such files: each is made of the one that all share.
      resolveId: (id) => (Object.keys(PAGES).some((page) => inputOf(page) === id) ? id : null),
      load: (id) => {
        const page = Object.keys(PAGES).find((one) => inputOf(one) === id);
        return page === undefined ? null : pageText(page);
      },
    },
  ],
  worker: { format: "es" },
  build: {
    target: "es2022",
    outDir: here("dist"),
    emptyOutDir: true,
    // Nothing is inlined, since the policy of the pages lets nothing inline run.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rollupOptions: {
      input: {
        ...Object.fromEntries(Object.keys(PAGES).map((page) => [page, inputOf(page)])),
        sw: here("src/wallet/sw.ts"),
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "wallet/sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
