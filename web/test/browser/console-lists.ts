/** The console: who has the brand's points, its transactions and key figures, beside what the command line says. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { savedBy, signIn } from "./console.js";
import type { Network } from "./world.js";
import { addressOf, issue, picture, plain, totalOf, until, Visitor } from "./world.js";

type World = () => { readonly network: Network; readonly browser: Browser };

interface Accounts {
  readonly accounts: readonly { readonly account: string; readonly total: number }[];
}
interface Statistics {
  readonly months: readonly { readonly issued: string; readonly outstanding: number; readonly by_expiry: unknown[] }[];
}

/** A list of a brand, as the command line has it. */
function listOf<T>(network: Network, brand: string, ...what: readonly string[]): T {
  return JSON.parse(network.lojal(brand, "brand", ...what, "--json")) as T;
}

/** The rows of a table that is saved. */
async function rowsOf(visitor: Visitor): Promise<readonly string[]> {
  const { page } = visitor;
  await page.getByTestId("read").locator(".spinner").waitFor({ state: "detached" });
  const table = await savedBy(page, () => visitor.button("Spara tabellen (CSV)").click());
  return table.trimEnd().split("\r\n");
}

/** The text of the first row of a table. */
async function firstRow(page: Page, table: string): Promise<string> {
  const row = page.getByTestId(table).locator("tbody tr").first();
  await row.waitFor();
  return plain(await row.innerText());
}

function memberTests(world: World): void {
  test("a brand sees who has its points, finds one of them, and goes on to what they have done", async () => {
    const { network, browser } = world();
    const anna = addressOf(network, "member-1");
    issue(network, "kaffet", anna, "2.50");
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 900 });
    const { page } = visitor;
    await signIn(visitor, network, "kaffet");
    await page.getByRole("link", { name: "Medlemmar" }).click();
    const rows = await rowsOf(visitor);
    const { accounts } = listOf<Accounts>(network, "kaffet", "accounts", "kaffet");
    assert.equal(rows[0], "account,points,held,pending,expires_first,of_them");
    assert.equal(rows.length - 1, accounts.length, "all of them");
    const total = (totalOf(network, "member-1", "kaffet") / 100).toFixed(2);
    assert.ok(rows.some((row) => row.startsWith(`${anna},${total},`)), rows.join("\n"));
    await picture(page, "console-members");
    await page.getByLabel("Sök på en adress").fill(anna.slice(-6));
    await page.getByTestId("members").locator("tbody a").first().click();
    await page.getByTestId("lines").locator("li").first().waitFor();
    assert.equal(await page.getByLabel("Konto (adress)").inputValue(), anna);
    await visitor.leave();
  });

  test("who has points that expire soon is listed, with what goes in all", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "kaffet");
    await visitor.go("figures/expiring");
    await page.getByText("Inga poäng går ut då.").waitFor();
    await page.getByLabel("Går ut inom").selectOption("12");
    await page.getByTestId("sums").waitFor();
    const { accounts } = listOf<Accounts>(network, "kaffet", "expiring", "kaffet", "--months", "12");
    const rows = await rowsOf(visitor);
    assert.equal(rows[0], "account,expires_with,points");
    assert.ok(rows.length - 1 >= accounts.length && accounts.length > 0);
    await visitor.leave();
  });
}

function transactionTests(world: World): void {
  test("the brand's transactions are listed by whoever, and those of a kind and an account alone", async () => {
    const { network, browser } = world();
    const [anna, bo] = [addressOf(network, "member-1"), addressOf(network, "member-2")];
    issue(network, "nordmat", anna, "41");
    network.lojal("member-1", "send", bo, "23", "nordmat");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "nordmat");
    await visitor.go("transactions/all");
    const lines = page.getByTestId("lines").locator("li");
    await lines.filter({ hasText: "Överföring" }).first().waitFor();
    await lines.filter({ hasText: "41" }).first().waitFor();
    await page.getByLabel("Slag").selectOption("transfer");
    await page.getByLabel("Konto (adress)").fill("ingen adress");
    await page.getByText("Det är ingen adress i det här nätverket.").waitFor();
    await page.getByLabel("Konto (adress)").fill(bo);
    await lines.filter({ hasText: "23" }).first().waitFor();
    const [head, ...rows] = await rowsOf(visitor);
    assert.equal(head, "time,block,operation,brand,amount,account,reference,sender,transaction,outcome");
    assert.ok(rows.length > 0 && rows.every((row) => row.includes(",transfer,nordmat,")), rows.join("\n"));
    await page.getByLabel("Från dag (UTC)").fill("2099-01-01");
    await page.getByText("Inga transaktioner passar.").waitFor();
    await visitor.leave();
  });
}

function figureTests(world: World): void {
  test("key figures by month and what may have to be given are those of the ledger", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 900 });
    const { page } = visitor;
    await signIn(visitor, network, "fjallen");
    await page.getByRole("link", { name: "Nyckeltal" }).click();
    const { months } = listOf<Statistics>(network, "fjallen", "statistics", "fjallen");
    const now = months.at(-1);
    assert.ok(now !== undefined);
    const issued = new Intl.NumberFormat("sv-SE").format(BigInt(now.issued));
    assert.ok((await firstRow(page, "months")).includes(plain(issued)));
    assert.ok(plain(await page.getByTestId("tiles").innerText()).includes(plain(issued)));
    await picture(page, "console-figures");
    const table = await savedBy(page, () => visitor.button("Spara tabellen (CSV)").click());
    const rows = table.trimEnd().split("\r\n");
    assert.equal(rows.length - 1, months.length);
    assert.ok(rows.at(-1)?.includes(`,${now.issued},`), table);
    await page.getByRole("link", { name: "Skuld" }).click();
    const outstanding = new Intl.NumberFormat("sv-SE").format(now.outstanding);
    await page.getByTestId("expiries").waitFor();
    assert.equal(await page.getByTestId("expiries").locator("tbody tr").count(), now.by_expiry.length);
    assert.ok(plain(await page.locator(".tiles").innerText()).includes(plain(outstanding)));
    await picture(page, "console-liability");
    await visitor.leave();
  });

  test("figures follow what happens, and a gateway that says no is said to", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "havshotell");
    await visitor.go("figures");
    const before = await firstRow(page, "months");
    issue(network, "havshotell", addressOf(network, "member-2"), "19");
    const after = await until(
      () => firstRow(page, "months"),
      (row) => row !== before,
    );
    assert.notEqual(after, before);
    const problem = { type: "/problems/overloaded", title: "no", status: 503, detail: "no", code: "overloaded" };
    await page.route("**/v1/brands/*/accounts**", (route) =>
      route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }),
    );
    await visitor.go("members");
    await page.getByTestId("fault").waitFor();
    await page.unroute("**/v1/brands/*/accounts**");
    await visitor.button("Försök igen").click();
    await page.getByTestId("members").waitFor();
    await visitor.leave();
  });
}

/** The tests. */
export function consoleListTests(world: World): void {
  memberTests(world);
  transactionTests(world);
  figureTests(world);
}
