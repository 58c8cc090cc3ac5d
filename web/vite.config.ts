import { defineConfig } from "vite";

const here = (path: string): string => new URL(path, import.meta.url).pathname;

export default defineConfig({
  root: here("."),
  publicDir: here("public"),
  resolve: {
    alias: { "@lojal/client": here("../clients/typescript/src/index.ts") },
  },
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
        wallet: here("wallet/index.html"),
        explorer: here("explorer/index.html"),
        console: here("console/index.html"),
        sw: here("src/wallet/sw.ts"),
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "wallet/sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
