/** A real network, a real browser, and people who visit the pages in it. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Operation } from "@lojal/client";
import {
  addressOfKey,
  dayOf,
  Gateways,
  Genesis,
  keyOf,
  newTransaction,
  parseAddress,
  parseBrandId,
  receiptReference,
  signTransactionBy,
  toPoints,
  toTimeMs,
} from "@lojal/client";
import type { Browser, BrowserContext, Locator, Page, Route } from "playwright-core";
import { chromium } from "playwright-core";

// The support of the client's tests, which its build has compiled.
type Support = typeof import("../../../clients/typescript/dist/test/support/devnet.js");
const support = new URL("../../../../clients/typescript/dist/test/support/devnet.js", import.meta.url);
/** It. */
export const { Devnet, PASSPHRASE, program, skipWithout } = (await import(support.href)) as Support;
/** A development network. */
export type Network = Awaited<ReturnType<typeof Devnet.start>>;

/** The time that anything may take before a test gives up. The machine may be busy. */
export const PATIENCE = 60_000;

/** The path of the browser; undefined if there is none. */
export function browserPath(): string | undefined {
  const given = process.env["LOJAL_CHROMIUM"];
  return [given, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (path) => path !== undefined && path !== "" && existsSync(path),
  );
}

/** The reason to skip the tests; false if everything is there. */
export function skipped(): string | false {
  const missing = skipWithout("lojal-node", "lojal");
  return missing !== false ? missing : browserPath() === undefined ? "there is no Chromium" : false;
}

/** Starts the browser. */
export function launch(...args: readonly string[]): Promise<Browser> {
  const path = browserPath();
  assert.ok(path !== undefined);
  return chromium.launch({ executablePath: path, args: ["--no-sandbox", ...args] });
}

/** The settings of a visit. */
export interface Visit {
  readonly language?: "sv" | "en";
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** The gateway, by its place in the network. */
  readonly gateway?: number;
  /** Whether the service worker is let in. */
  readonly worker?: boolean;
  /** Whether the page has an address with a name, as passkeys need it. */
  readonly named?: boolean;
}

/** Somebody who visits the pages. */
export class Visitor {
  /** The faults that the browser has reported: of scripts, of the policy, and of requests elsewhere. */
  readonly faults: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly origin: string,
  ) {}

  static async of(browser: Browser, network: Network, visit: Visit = {}): Promise<Visitor> {
    const { language = "sv", theme = "light", width = 390, height = 844 } = visit;
    const { gateway = 0, worker = false, named = false } = visit;
    const context = await browser.newContext({
      viewport: { width, height },
      locale: language === "sv" ? "sv-SE" : "en-GB",
      colorScheme: theme,
      acceptDownloads: true,
      serviceWorkers: worker ? "allow" : "block",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const url = network.urls[gateway] ?? "";
    const visitor = new Visitor(context, page, named ? url.replace("127.0.0.1", "localhost") : url);
    visitor.#listen();
    return visitor;
  }
  #listen(): void {
    this.page.on("pageerror", (error) => this.faults.push(error.message));
    this.page.on("console", (message) => {
      const text = message.text();
      // What a test itself has taken away, or keeps out.
      const isOwn = /Failed to load resource|Service Worker registration blocked/.test(text);
      if (message.type() === "error" && !isOwn) {
        this.faults.push(text);
      }
    });
    this.page.on("request", (request) => {
      const isInside = request.url().startsWith(this.origin) || /^(?:data|blob):/.test(request.url());
      if (!isInside) {
        this.faults.push(`a request leaves the origin: ${request.url()}`);
      }
    });
  }
  /** Opens a place of the wallet. */
  async open(place = ""): Promise<void> {
    await this.page.goto(`${this.origin}/wallet/#/${place}`);
  }
  /** Goes to a place of the page that is open. */
  async go(place: string): Promise<void> {
    await this.page.evaluate((hash) => {
      location.hash = hash;
    }, `#/${place}`);
  }
  /** Goes to something by the keyboard alone. */
  async tabTo(role: "link" | "button" | "textbox", name: string | RegExp, tabsMax = 60): Promise<void> {
    const wanted = this.page.getByRole(role, { name }).first();
    await wanted.waitFor();
    for (let tabs = 0; tabs < tabsMax; tabs += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) {
        return;
      }
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`${String(name)} isn't reached by the keyboard`);
  }
  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name });
  }
  /** Takes over a wallet of the command line. */
  async importFile(path: string, passphrase = PASSPHRASE): Promise<void> {
    await this.open();
    await this.page.locator("button.plain").nth(1).click();
    await this.page.locator("input[type=file]").setInputFiles(path);
    await this.page.locator("input[type=password]").fill(passphrase);
    await this.page.locator("form button[type=submit]").click();
    await this.proven();
  }
  /** Waits until what is shown is proven. */
  async proven(): Promise<void> {
    await this.page.locator('[data-state="proven"]').first().waitFor();
  }
  /** The amount on the card of a brand. */
  async amount(brand: string): Promise<string> {
    const card = this.page.locator("a.card", { hasText: brand });
    await card.waitFor();
    return plain(await card.locator(".sum").innerText());
  }
  /** Ends the visit; nothing must have gone wrong in it. */
  async leave(): Promise<void> {
    await this.page.unrouteAll({ behavior: "ignoreErrors" });
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }
}

/** A text with the blanks of numbers made plain. */
export function plain(text: string): string {
  return text.replace(/\s+/gu, " ").replace(/−/g, "-").trim();
}

/** Waits until a question has an answer that is wanted. */
export async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer) || performance.now() > end) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Answers a request, unless it has been answered since or nobody waits any more. */
export async function answer(route: Route, how: (route: Route) => Promise<void>): Promise<void> {
  await how(route).catch((error: unknown) => {
    if (!/already handled|disposed|closed/.test(String(error))) {
      throw error;
    }
  });
}

/** Takes a picture for the documents, if LOJAL_PICTURES says where to. */
export async function picture(page: Page, name: string): Promise<void> {
  const directory = process.env["LOJAL_PICTURES"] ?? "";
  if (directory !== "") {
    mkdirSync(directory, { recursive: true });
    await page.screenshot({ path: join(directory, `${name}.png`) });
  }
}

/** A file of the repository. */
export function repository(path: string): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
}

/** Runs the wallet of the command line in a directory, with a passphrase; answers with what it printed. */
export function lojal(home: string, passphrase: string, ...args: readonly string[]): string {
  const env = { ...process.env, LOJAL_PASSPHRASE: passphrase };
  const run = spawnSync(program("lojal") ?? "", ["--home", home, ...args], { encoding: "utf8", env });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

/** The template of a network on which guardians' changes take effect, and recoveries can be finished, after seconds. */
export function quickRecovery(): string {
  const template = readFileSync(repository("genesis/dev.toml"), "utf8");
  const path = join(mkdtempSync(join(tmpdir(), "lojal-web-")), "genesis.toml");
  writeFileSync(path, template.replace(/^recovery_delay_ms = \d+/m, "recovery_delay_ms = 8000"));
  return path;
}

/** A till's request for points, as the wallet of the command line writes it. */
export function request(network: Network, amount: number, brand = "nordmat"): string {
  const json = JSON.parse(network.lojal(brand, "request", String(amount), brand, "--json")) as {
    request: string;
  };
  return json.request;
}

/** Gives points to a member. */
export function issue(network: Network, brand: string, to: string, amount: string): void {
  network.lojal(brand, "issue", to, amount, brand, "--receipt", `receipt ${crypto.randomUUID()}`);
}

/** Gives a point many times, each in a transaction of its own. */
export async function issueMany(network: Network, brand: string, to: string, times: number): Promise<void> {
  const genesis = Genesis.fromToml(network.read("genesis.toml"));
  const key = keyOf(network.secret(brand));
  const own = addressOfKey(key.publicKey);
  const now = toTimeMs(Date.now());
  const each = (): Operation => ({
    type: "issue",
    brand: parseBrandId(brand),
    to: parseAddress(to, genesis.network),
    amount: toPoints(1),
    reference: receiptReference(`receipt ${crypto.randomUUID()}`),
    dated: dayOf(now),
    expiry: null,
  });
  const signed = await Promise.all(
    Array.from({ length: times }, () => {
      return signTransactionBy(newTransaction(genesis.chainId, own, [each()], now), genesis.chainId, key);
    }),
  );
  const gateways = new Gateways([network.urls[0] ?? ""], genesis);
  await gateways.ask(async (gateway) => (await gateway.client()).submitBatch(signed, true));
}

/** The address of a wallet of the command line. */
export function addressOf(network: Network, wallet: string): string {
  return network.lojal(wallet, "address").trim();
}

/** The total of a brand's points that a wallet of the command line proves. */
export function totalOf(network: Network, wallet: string, brand: string): number {
  const shown = JSON.parse(network.lojal(wallet, "balance", "--json")) as {
    balances: readonly { readonly brand: string; readonly total: number }[];
  };
  return shown.balances.find((balance) => balance.brand === brand)?.total ?? 0;
}

/** All that the page has stored, in its database and beside it. */
export function stored(page: Page): Promise<Readonly<Record<string, string>>> {
  return page.evaluate(async () => {
    const opened = indexedDB.open("lojal-wallet");
    const base = await new Promise<IDBDatabase>((resolve) => {
      opened.onsuccess = () => resolve(opened.result);
    });
    const store = base.transaction("values").objectStore("values");
    const [keys, values] = [store.getAllKeys(), store.getAll()];
    await new Promise((resolve) => {
      values.onsuccess = resolve;
    });
    base.close();
    const found = Object.fromEntries(keys.result.map((key, at) => [String(key), String(values.result[at])]));
    return { ...found, ...localStorage, ...sessionStorage } as Record<string, string>;
  });
}
