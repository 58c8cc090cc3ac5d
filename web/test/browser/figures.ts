/**
 * The figures of the pages: measures the wallet in a real browser against a real network, and prints them in Markdown
 * for docs/benchmarks.md. `npm run figures`; it is no test, and nothing here fails because something is slow.
 */

import assert from "node:assert/strict";
import { cpus } from "node:os";
import { basename, dirname } from "node:path";

import type { Browser, CDPSession, Page } from "playwright-core";

import type { Network } from "./world.js";
import { addressOf, Devnet, issue, issueMany, launch, program, skipped, totalOf, until, Visitor } from "./world.js";

/** Loads of which the median counts. */
const LOADS = 9;
/** The times by which the processor is slowed down. */
const SLOWED = 4;
/** Items of the long history. */
const ITEMS = 10_000;
/** Transactions of a batch. */
const BATCH = 1_000;
/** The speeds of scrolling, in pixels per second: fourteen screens of a phone, and nearly five. */
const [FLYING, SCROLLING] = [12_000, 4_000];
/** The time for which a slow processor scrolls, in milliseconds. */
const SCROLLED_MS = 15_000;
/** A frame that is late, in milliseconds: the one after the next should have come. */
const LATE_MS = 34;
/** The kB in which loads are bounded. */
const KB = 1_000;

/** The moments of a load, in milliseconds from the start of the navigation. */
interface Marks {
  /** The controls are there and painted, and the page takes the next task. */
  interactive?: number;
  proven?: number;
  /** The end of the answer of which the balance was proven. */
  answered?: number;
}

type Marked = typeof globalThis & { marks: Marks };

/** Notes the moments of every load, in the page itself. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const marks: Marks = {};
    (globalThis as Marked).marks = marks;
    let isThere = false;
    const look = (): void => {
      if (!isThere && document.querySelector("nav.nav a, main button.button:not(:disabled)") !== null) {
        isThere = true;
        requestAnimationFrame(() => setTimeout(() => (marks.interactive = performance.now())));
      }
      if (marks.proven === undefined && document.querySelector('[data-state="proven"]') !== null) {
        marks.proven = performance.now();
        const answers = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
        const proofs = answers.filter(({ name }) => /\/v1\/accounts\/[^/]+\/proof$/.test(name));
        marks.answered = Math.max(...proofs.map(({ responseEnd }) => responseEnd));
      }
    };
    const attributeFilter = ["data-state", "disabled"];
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter });
  });
}

async function slowed(visitor: Visitor, rate = SLOWED): Promise<CDPSession> {
  const session = await visitor.context.newCDPSession(visitor.page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
  return session;
}

async function marked(page: Page, isWhole: (marks: Marks) => boolean): Promise<Marks> {
  return until(() => page.evaluate(() => ({ ...(globalThis as Marked).marks })), isWhole);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? NaN;
}

function spread(values: readonly number[]): string {
  return `${Math.round(medianOf(values))} (${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))})`;
}

/** What a browser loads on a first visit, in bytes as they were transferred, without headers. */
interface FirstLoad {
  /** The page and its files until its controls are there. */
  readonly files: number;
  readonly count: number;
  /** The files that come right after that. */
  readonly later: number;
  /** The answers of the gateway. */
  readonly answers: number;
}

async function firstLoad(browser: Browser, network: Network): Promise<FirstLoad> {
  const visitor = await Visitor.of(browser, network);
  const { page } = visitor;
  await watch(page);
  // What comes after the first screen.
  const later = [/codes-/, /explanations-/].map((file) => page.waitForResponse(file));
  await visitor.open();
  await marked(page, ({ interactive }) => interactive !== undefined);
  await Promise.all(later.map(async (response) => (await response).finished()));
  const all = await page.evaluate(() => {
    const { interactive = 0 } = (globalThis as Marked).marks;
    const entries = performance.getEntries() as PerformanceResourceTiming[];
    return entries
      .filter(({ entryType }) => entryType === "navigation" || entryType === "resource")
      .map(({ name, encodedBodySize, startTime }) => ({
        bytes: encodedBodySize,
        isFile: !new URL(name).pathname.startsWith("/v1/"),
        isFirst: startTime < interactive,
      }));
  });
  await visitor.leave();
  const sum = (some: readonly { readonly bytes: number }[]): number => some.reduce((sum, { bytes }) => sum + bytes, 0);
  const first = all.filter(({ isFile, isFirst }) => isFile && isFirst);
  return {
    files: sum(first),
    count: first.length,
    later: sum(all.filter(({ isFile, isFirst }) => isFile && !isFirst)),
    answers: sum(all.filter(({ isFile }) => !isFile)),
  };
}

/** First visits, each in a browser that has nothing. */
async function firstVisits(browser: Browser, network: Network): Promise<readonly number[]> {
  const found: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    const visitor = await Visitor.of(browser, network);
    await watch(visitor.page);
    await slowed(visitor);
    await visitor.open();
    const { interactive = NaN } = await marked(visitor.page, (marks) => marks.interactive !== undefined);
    found.push(interactive);
    await visitor.leave();
  }
  return found;
}

/** The moments of loads of a member's wallet. */
interface Visits {
  readonly interactive: readonly number[];
  /** From the answer to the proven balance. */
  readonly proving: readonly number[];
  readonly proven: readonly number[];
}

/** Visits of a member, either from the network or from what the service worker keeps. */
async function visits(browser: Browser, network: Network, worker: boolean, rate: number): Promise<Visits> {
  const visitor = await Visitor.of(browser, network, { worker });
  const { page } = visitor;
  await watch(page);
  await visitor.importFile(network.path("wallets/member-1/key.json"));
  const session = await slowed(visitor, rate);
  if (worker) {
    await until(
      () => page.evaluate(() => navigator.serviceWorker.controller !== null),
      (isThere) => isThere,
    );
  } else {
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  }
  const all: Required<Marks>[] = [];
  while (all.length < LOADS) {
    await page.reload();
    const isWhole = ({ interactive, proven }: Marks): boolean => interactive !== undefined && proven !== undefined;
    all.push((await marked(page, isWhole)) as Required<Marks>);
  }
  await visitor.leave();
  return {
    interactive: all.map(({ interactive }) => interactive),
    proven: all.map(({ proven }) => proven),
    proving: all.map(({ proven, answered }) => proven - answered),
  };
}

/** The frames of a scroll through a history. */
interface Scroll {
  readonly items: number;
  readonly frames: readonly number[];
}

/** Scrolls by some pixels per second, to the end of all items or for a time, up if the speed is negative. */
async function scroll(page: Page, speed: number, most: { items: number } | { ms: number }): Promise<Scroll> {
  const frames = await page.evaluate(
    async ({ speed, items, ms }) => {
      const shown = document.getElementsByClassName("item");
      const found: number[] = [];
      const isAtEnd = (): boolean => {
        return shown.length >= items && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
      };
      const start = await new Promise<number>(requestAnimationFrame);
      for (let before = start; before - start < ms && !isAtEnd(); ) {
        const now = await new Promise<number>(requestAnimationFrame);
        found.push(now - before);
        // A page that stands still for long isn't scrolled on meanwhile.
        scrollBy(0, (speed * Math.min(now - before, 100)) / 1000);
        before = now;
      }
      return found;
    },
    { speed, items: Infinity, ms: Infinity, ...most },
  );
  return { items: await page.locator("a.item").count(), frames };
}

/** The scrolls through the long history. */
interface Scrolls {
  /** From its top to its end, which is read, proven and made on the way. */
  readonly whole: Scroll;
  /** Up from its end, with all of it made, on a slow processor. */
  readonly made: Scroll;
  /** Down from its top as it is read, on a slow processor. */
  readonly reading: Scroll;
}

async function scrolls(browser: Browser, network: Network): Promise<Scrolls> {
  const visitor = await Visitor.of(browser, network);
  const { page } = visitor;
  await visitor.importFile(network.path("wallets/member-2/key.json"));
  await visitor.go("activity");
  await page.locator("a.item").nth(20).waitFor();
  const whole = await scroll(page, FLYING, { items: ITEMS });
  const session = await slowed(visitor);
  const made = await scroll(page, -SCROLLING, { ms: SCROLLED_MS });
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.reload();
  await visitor.go("activity");
  await page.locator("a.item").nth(20).waitFor();
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  const reading = await scroll(page, SCROLLING, { ms: SCROLLED_MS });
  await visitor.leave();
  return { whole, made, reading };
}

function row(target: string, aim: string, isReached: boolean, figures: string): string {
  return `| ${target} | ${aim} | ${isReached ? "reached" : "**missed**"} | ${figures} |`;
}

function lateIn({ frames }: Scroll): number {
  return frames.filter((frame) => frame > LATE_MS).length;
}

function isSmooth(of: Scroll): boolean {
  return lateIn(of) <= of.frames.length / 100;
}

function scrollRow(name: string, of: Scroll): string {
  const { frames, items } = of;
  const sorted = frames.toSorted((one, other) => one - other);
  const at = (part: number): string => (sorted[Math.floor(part * (sorted.length - 1))] ?? NaN).toFixed(1);
  const seconds = (frames.reduce((sum, frame) => sum + frame, 0) / 1000).toFixed(0);
  const share = ((100 * lateIn(of)) / frames.length).toFixed(2);
  return (
    `| ${name} | ${items.toLocaleString("en")} | ${seconds} | ${frames.length.toLocaleString("en")} | ` +
    `${at(0.5)} | ${at(0.99)} | ${at(1)} | ${lateIn(of)} (${share} %) |`
  );
}

function timeRow(target: string, values: readonly number[], most: number): string {
  return row(target, `at most ${most.toLocaleString("en")} ms`, medianOf(values) <= most, `${spread(values)} ms`);
}

function smoothRow(target: string, of: Scroll): string {
  const figures = `${((100 * lateIn(of)) / of.frames.length).toFixed(2)} %`;
  return row(`late frames, ${target}`, "at most 1 %", isSmooth(of), figures);
}

async function measure(browser: Browser, network: Network): Promise<readonly string[]> {
  const load = await firstLoad(browser, network);
  const first = await firstVisits(browser, network);
  const cold = await visits(browser, network, false, SLOWED);
  const warm = await visits(browser, network, true, SLOWED);
  const fast = await visits(browser, network, true, 1);
  const { whole, made, reading } = await scrolls(browser, network);
  const kb = (bytes: number): string => `${(bytes / KB).toFixed(1)} kB`;
  const loaded = `${kb(load.files)}, ${load.count} files`;
  const slow = `${SLOWED} × slowed`;
  const build = basename(dirname(program("lojal-node") ?? ""));
  return [
    "| target | aim |  | figures |",
    "| --- | ---: | ---: | ---: |",
    row("first load of the wallet, gzip", "at most 110 kB", load.files <= 110 * KB, loaded),
    timeRow(`interactive, first visit, ${slow}`, first, 1_000),
    timeRow(`interactive, a member's visit, from the network, ${slow}`, cold.interactive, 1_000),
    timeRow(`interactive, a member's visit, from the service worker, ${slow}`, warm.interactive, 1_000),
    timeRow("a balance proven after its answer", fast.proving, 150),
    timeRow(`the same, ${slow}`, warm.proving, 150),
    smoothRow("a history of 10,000 to its end, as the machine is", whole),
    smoothRow(`up from its end, ${slow}`, made),
    smoothRow(`down as it is read, ${slow}`, reading),
    "",
    "| scrolling | items | s | frames | p50 ms | p99 ms | longest ms | late |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    scrollRow(`to the end, ${FLYING.toLocaleString("en")} pixels per s`, whole),
    scrollRow(`up from the end, ${SCROLLING.toLocaleString("en")} pixels per s, ${slow}`, made),
    scrollRow(`down as it is read, ${SCROLLING.toLocaleString("en")} pixels per s, ${slow}`, reading),
    "",
    `Besides: ${kb(load.answers)} of the gateway's answers on a first visit, and ${kb(load.later)} of files after the ` +
      `first screen. From the start of a member's visit to the proven balance: ${spread(cold.proven)} ms from the ` +
      `network and ${spread(warm.proven)} ms from the service worker, both ${slow}, and ${spread(fast.proven)} ms as ` +
      "the machine is.",
    "",
    `Chromium ${browser.version()}; ${cpus().length} cores of ${cpus()[0]?.model ?? "?"}; a ${build} build of the nodes.`,
  ];
}

const missing = skipped();
assert.equal(missing, false, String(missing));
const network = await Devnet.start();
const browser = await launch();
try {
  const [one, two] = [addressOf(network, "member-1"), addressOf(network, "member-2")];
  for (const brand of ["nordmat", "fjallen", "havshotell", "kaffet"]) {
    issue(network, brand, one, "100");
  }
  issue(network, "fjallen", two, "100");
  for (let made = 0; made < ITEMS; made += BATCH) {
    await issueMany(network, "fjallen", two, BATCH);
  }
  assert.equal(totalOf(network, "member-2", "fjallen"), 100 + ITEMS);
  console.log((await measure(browser, network)).join("\n"));
} finally {
  await browser.close();
  await network.stop();
}
