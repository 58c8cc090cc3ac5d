/** What brands count beside points: levels and stamp cards, proven, and what a brand may do with them. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser, Page } from "playwright-core";

import type { Network } from "./world.js";
import { addressOf, answer, picture, plain, Visitor } from "./world.js";

interface Shown {
  readonly brand: string;
  readonly consents: number;
  readonly tracks: readonly { readonly units: number; readonly level: number; readonly lasts: { until_ms: number } }[];
}

/** Stamps for somebody, by a brand's operator. */
function stamp(network: Network, brand: string, track: number, to: string, ...what: readonly string[]): void {
  network.lojal(brand, "stamp", brand, String(track), to, ...what, "--receipt", `receipt ${crypto.randomUUID()}`);
}

/** Begins another track of a brand, and answers with its number. */
function begin(network: Network, brand: string, ...lines: readonly string[]): number {
  const terms = join(network.scratch, `${brand}.toml`);
  writeFileSync(terms, `take_back_days = 14\nabout = "${"9d".repeat(32)}"\n${lines.join("\n")}\n`);
  network.lojal(brand, "track", "set", brand, "--terms", terms, "--yes");
  return lastTrack(network, brand);
}

/** The number of a brand's last track. */
export function lastTrack(network: Network, brand: string): number {
  return (JSON.parse(network.lojal(brand, "track", "list", brand, "--json")) as { readonly last: number }).last;
}

function level(atLeast: number, months: number): string {
  return `[[levels]]\nat_least = ${atLeast}\nmonths = ${months}`;
}

/** Begins levels at the ski resort, a card at the coffee bar and a hunt at the grocer's, and gives a member of each. */
export function beginProgrammes(network: Network, member: string): void {
  const rolling = (months: number): string => `[kind]\ntype = "rolling"\nmonths = ${months}`;
  const slopes = [rolling(12), level(1000, 12), level(3000, 12), level(8000, 12)];
  const levels = begin(network, "fjallen", "stamp_max = 100000", "soft = true", ...slopes);
  const card = begin(network, "kaffet", "stamp_max = 10", rolling(6), level(10, 1));
  const [opens, closes] = [Date.now() - 60_000, Date.now() + 40 * 24 * 60 * 60 * 1000];
  const window = `opens_ms = ${opens}\ncloses_ms = ${closes}`;
  const hunt = begin(network, "nordmat", "stamp_max = 1", `[kind]\ntype = "places"\n${window}\ncount = 8`);
  const to = addressOf(network, member);
  stamp(network, "fjallen", levels, to, "3700");
  stamp(network, "kaffet", card, to, "7");
  stamp(network, "nordmat", hunt, to, "--place", "0");
  stamp(network, "nordmat", hunt, to, "--place", "4");
}

/** The standing of a member at a brand, as the wallet of the command line proves it. */
function standing(network: Network, member: string, brand: string): Shown | undefined {
  const json = JSON.parse(network.lojal(member, "standing", brand, "--json")) as { standings: readonly Shown[] };
  return json.standings[0];
}

/** The words of the part of a brand, on one line. */
async function wordsOf(page: Page, brand: string): Promise<string> {
  const part = page.getByTestId(`standing-${brand}`);
  await part.waitFor();
  return plain(await part.innerText());
}

/** The tests. */
export function levelTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("levels and stamp cards are shown as the command line proves them, and stay while nobody answers", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { language: "en" });
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await page.getByRole("link", { name: "Levels and stamp cards" }).click();
    const [track] = standing(network, "member-1", "fjallen")?.tracks ?? [];
    assert.ok(track !== undefined);
    const last = new Date(track.lasts.until_ms - 1);
    const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }).format(last);
    const slopes = await wordsOf(page, "fjallen");
    assert.match(slopes, new RegExp(`Level ${track.level} through ${month}; [\\d,]+ more by then keeps it`));
    assert.match(slopes, /more reach level \d.*Otherwise level \d follows/);
    assert.match(slopes, /Since \d+ \w+ \d{4}/);
    const cups = page.getByTestId("standing-kaffet").getByRole("img");
    assert.match((await cups.getAttribute("aria-label")) ?? "", /^Stamp card: \d+ of 10$/);
    assert.match(await wordsOf(page, "nordmat"), /2 of 8 places.*Stamped until/);
    await picture(page, "levels");
    await page.route("**/v1/**", (route) => route.abort());
    await page.reload();
    await page.locator('[data-state="offline"]').waitFor();
    await page.getByText("This was proven").waitFor();
    assert.match(await wordsOf(page, "fjallen"), new RegExp(`Level ${track.level} through ${month}`));
    await visitor.leave();
  });

  test("what a brand may do is switched, signed, and stands on the ledger", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    const before = standing(network, "member-1", "fjallen")?.consents ?? 0;
    await visitor.go("levels");
    const part = page.getByTestId("standing-fjallen");
    await part.getByRole("switch", { name: "visa mig i topplistor" }).click();
    await part.getByRole("switch", { name: "skicka mig påminnelser" }).click();
    await part.getByRole("button", { name: "Skriv under" }).click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.equal(standing(network, "member-1", "fjallen")?.consents, before ^ 9);
    await visitor.go("levels");
    const isOn = await part.getByRole("switch", { name: "visa mig i topplistor" }).isChecked();
    assert.equal(isOn, (before & 1) === 0);
    assert.equal(await part.getByRole("button", { name: "Skriv under" }).count(), 0, "there is nothing to sign");
    await visitor.leave();
  });

  test("whoever lets a brand list them sees the own rank, and others see two words and no address", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { language: "en" });
    const { page } = visitor;
    const track = lastTrack(network, "fjallen");
    stamp(network, "fjallen", track, addressOf(network, "member-2"), "12");
    network.lojal("member-1", "consent", "fjallen", "--none");
    network.lojal("member-2", "consent", "fjallen", "--ranks");
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("levels");
    const ranks = page.getByTestId(`ranks-fjallen-${track}`);
    await ranks.getByText("Ranking").click();
    await ranks.getByText("You aren't shown here").waitFor();
    assert.equal(await ranks.getByRole("listitem").count(), 1);
    network.lojal("member-1", "consent", "fjallen", "--ranks");
    await ranks.getByText("You are number 1 of 2.").waitFor();
    const told = plain(await ranks.innerText());
    assert.match(told, /1 \w+ \w+ · you [\d,]+ 2 \w+ \w+ 12/);
    assert.ok(!told.includes("tloj1"));
    await visitor.leave();
  });

  test("standings that a gateway doesn't prove are not shown", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    const isStanding = ({ key }: { readonly key: string }): boolean => key.startsWith("25") || key.startsWith("15");
    await page.route("**/v1/accounts/*/proof", (route) =>
      answer(route, async () => {
        const response = await route.fetch();
        const json = (await response.json()) as { readonly proofs: readonly { readonly key: string }[] };
        const proofs = json.proofs.filter((one) => !isStanding(one));
        await route.fulfill({ response, body: JSON.stringify({ ...json, proofs }) });
      }),
    );
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("levels");
    await page.getByText("Gatewayen bevisar inte det som varumärken räknar").waitFor();
    assert.equal(await page.getByTestId("standing-fjallen").count(), 0);
    await visitor.leave();
  });
}
