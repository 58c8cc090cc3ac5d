/** The market: points of others bought, one's own offered and withdrawn, and what is gone before it is signed for. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Browser } from "playwright-core";

import type { Network } from "./world.js";
import { addressOf, issue, picture, plain, totalOf, Visitor } from "./world.js";

type World = () => { readonly network: Network; readonly browser: Browser };

interface Resting {
  readonly offer: string;
  readonly owner: string;
  readonly amount: number;
}

function inMarket(network: Network): readonly Resting[] {
  const json = network.lojal("member-2", "offers", "nordmat", "havshotell", "--json");
  return (JSON.parse(json) as { readonly offers: readonly Resting[] }).offers;
}

/** Offers points of the grocer for those of the hotel by the command line, and answers with the offer's name. */
export function offerFood(network: Network, amount: number, price: number, ...more: readonly string[]): string {
  const terms = ["offer", String(amount), "nordmat", String(price), "havshotell", ...more];
  const told = network.lojal("member-2", ...terms, "--yes", "--json");
  return (JSON.parse(told) as { readonly offer: string }).offer;
}

/** Opens the market with the grocer's points for those of the hotel. */
async function openMarket(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  await visitor.go("market");
  for (const [group, brand] of [
    ["Jag vill ha", "Nordmat"],
    ["Jag betalar med", "Havshotell"],
  ] as const) {
    await page.getByRole("group", { name: group }).getByRole("radio", { name: brand }).check();
  }
}

function buyTests(world: World): void {
  test("points are bought of several offers at once, the cheapest first, for no more than was shown", async () => {
    const { network, browser } = world();
    issue(network, "nordmat", addressOf(network, "member-2"), "200");
    const [first, second] = [offerFood(network, 30, 3), offerFood(network, 40, 8, "--at-least", "10")];
    const before = [totalOf(network, "member-1", "nordmat"), totalOf(network, "member-1", "havshotell")] as const;
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.page.getByRole("link", { name: "Marknad", exact: true }).click();
    await openMarket(visitor);
    const shown = page.getByTestId(`resting-${second}`);
    await shown.waitFor();
    const words = plain(await shown.innerText());
    assert.match(words, /40 Nordmat för 8 Havshotell · 0,2 Havshotell per poäng Poängen gäller till och med/);
    assert.match(words, /minst 10 åt gången · slutar/);
    await picture(page, "market");
    await page.getByLabel("Hur många vill du ha?").fill("50");
    await visitor.button("Granska köpet").click();
    await page.getByTestId("left").waitFor();
    assert.equal(plain(await page.getByTestId("gets").innerText()), "50 Nordmat");
    assert.equal(plain(await page.getByTestId("pays").innerText()), "Du betalar högst: 7 Havshotell");
    const parts = plain(await page.getByTestId("parts").innerText());
    assert.match(parts, /^30 Nordmat för 3 Havshotell .* 20 Nordmat för 4 Havshotell .* 20 blir kvar av erbjudandet/);
    await picture(page, "market-take");
    await visitor.button("Köp 50 Nordmat").click();
    await page.getByTestId("bought").filter({ hasText: "+50 Nordmat" }).waitFor();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.equal(totalOf(network, "member-1", "nordmat"), before[0] + 50);
    assert.equal(totalOf(network, "member-1", "havshotell"), before[1] - 7);
    const left = (id: string): number | undefined => inMarket(network).find(({ offer }) => offer === id)?.amount;
    assert.deepEqual([left(first), left(second)], [undefined, 20]);
    await visitor.leave();
  });

  test("an offer that is gone when it is signed for takes nothing, and says why", async () => {
    const { network, browser } = world();
    issue(network, "nordmat", addressOf(network, "member-2"), "60");
    const id = offerFood(network, 60, 6);
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await openMarket(visitor);
    await page.getByTestId(`resting-${id}`).getByRole("link", { name: /^Köp/ }).click();
    await page.getByLabel("Hur många?").fill("61");
    await page.getByTestId("short").filter({ hasText: "Bara 60 Nordmat går att få" }).waitFor();
    await page.getByLabel("Hur många?").fill("15");
    await page.getByTestId("pays").filter({ hasText: "2 Havshotell" }).waitFor();
    // From then on the page has all that it asks for before somebody signs.
    await visitor.button("Köp 15 Nordmat").and(page.locator(":enabled")).waitFor();
    const before = totalOf(network, "member-1", "havshotell");
    network.lojal("member-2", "withdraw", id);
    await visitor.button("Köp 15 Nordmat").click();
    await page.getByRole("heading", { name: "Det blev inte av" }).waitFor();
    await page.getByText("Erbjudandet finns inte längre: det är sålt").waitFor();
    assert.equal(totalOf(network, "member-1", "havshotell"), before);
    await visitor.leave();
  });
}

function sellTests(world: World): void {
  test("points are offered in plain words, stand among one's own, and come back when they are withdrawn", async () => {
    const { network, browser } = world();
    issue(network, "nordmat", addressOf(network, "member-1"), "80");
    const before = totalOf(network, "member-1", "nordmat");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("market-offer");
    const choose = (group: string, brand: string): Promise<void> => {
      return page.getByRole("group", { name: group }).getByRole("radio", { name: brand }).check();
    };
    await choose("Det du säljer", "Nordmat");
    await choose("Det du vill ha betalt i", "Havshotell");
    await page.getByLabel("Hur många?").fill("80");
    await page.getByLabel("Pris för alla, i Havshotell").fill("200");
    await page.getByLabel("Minst åt gången").fill("81");
    await page.getByText("Skriv ett antal som inte är fler än du säljer.").waitFor();
    await page.getByLabel("Minst åt gången").fill("10");
    const told = page.getByTestId("told");
    await told.getByText("Du säljer 80 Nordmat för 200 Havshotell.").waitFor();
    await told.getByText("En poäng kostar 2,5 Havshotell.").waitFor();
    await page.getByTestId("left").waitFor();
    await picture(page, "market-offer");
    await visitor.button("Bjud ut 80 Nordmat").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.equal(totalOf(network, "member-1", "nordmat"), before - 80, "they are set aside");
    await visitor.go("");
    await page.getByRole("link", { name: "80 Nordmat ute på marknaden" }).first().click();
    const own = page.getByTestId("own");
    const mine = own.getByRole("listitem").filter({ hasText: "för 200 Havshotell" });
    await mine.getByText("minst 10 åt gången").waitFor();
    const ownName = addressOf(network, "member-1");
    assert.ok(inMarket(network).some(({ owner, amount }) => owner === ownName && amount === 80));
    await mine.getByRole("button", { name: "Ta tillbaka 80 Nordmat" }).click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.equal(totalOf(network, "member-1", "nordmat"), before);
    await visitor.leave();
  });
}

/** The tests. */
export function marketTests(world: World): void {
  buyTests(world);
  sellTests(world);
}
