/** The console: a brand's people sign in, see their brand and find what has happened. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import type { Browser, Page } from "playwright-core";

import type { Network } from "./world.js";
import { addressOf, answer, issue, PASSPHRASE, picture, plain, Visitor } from "./world.js";

type World = () => { readonly network: Network; readonly browser: Browser };

/** Opens a place of the console. */
export async function openConsole({ page, origin }: Visitor, place = ""): Promise<void> {
  await page.goto(`${origin}/console/#/${place}`);
}

/** Signs in with the key file of a wallet of the command line. */
export async function signIn(visitor: Visitor, network: Network, wallet: string): Promise<void> {
  const { page } = visitor;
  await openConsole(visitor);
  await page.locator("main button.button").first().click();
  await page.locator("input[type=file]").setInputFiles(network.path(`wallets/${wallet}/key.json`));
  await page.locator("input[type=password]").fill(PASSPHRASE);
  await page.locator("form button[type=submit]").click();
  await page.locator("nav.nav").waitFor();
  await page.locator("h1").first().waitFor();
}

/** The text of what a button saves. */
export async function savedBy(page: Page, press: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  return readFileSync(await download.path(), "utf8");
}

/** Waits for a last look, and answers with its differences. */
export async function differences(page: Page): Promise<string> {
  await page.getByTestId("review").waitFor();
  return plain((await page.getByTestId("diff").allInnerTexts()).join(" "));
}

/** Signs what is looked at, and waits until it is final. */
export async function sign(visitor: Visitor, button: string): Promise<void> {
  await visitor.button(button).click();
  await visitor.page.getByRole("heading", { name: "Klart" }).waitFor();
}

function signInTests(world: World): void {
  test("an operator signs in with a key file, is told its rights, and stays signed in", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 900 });
    const { page } = visitor;
    await signIn(visitor, network, "nordmat");
    await page.getByRole("heading", { name: "Nordmat", level: 1 }).waitFor();
    const may = await page.getByTestId("may").innerText();
    for (const right of ["ge ut poäng: ingen gräns", "reserverat", "ta tillbaka", "ändra villkor"]) {
      assert.ok(may.includes(right), may);
    }
    await page.locator('[data-state="proven"]').waitFor();
    await picture(page, "console");
    await page.reload();
    await page.getByRole("heading", { name: "Nordmat", level: 1 }).waitFor();
    await visitor.go("settings");
    await visitor.button("Lås").click();
    await page.getByLabel("Lösenfras").fill("fel lösenfras");
    await visitor.button("Lås upp").click();
    await page.getByText("Fel lösenfras.").waitFor();
    await page.getByLabel("Lösenfras").fill(PASSPHRASE);
    await visitor.button("Lås upp").click();
    await page.locator("nav.nav").waitFor();
    await visitor.leave();
  });

  test("the console's key and the wallet's key in one browser are two", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "nordmat");
    await visitor.open();
    await page.getByRole("heading", { name: "Poäng som är dina" }).waitFor();
    await visitor.leave();
  });

  test("a key with roles in two brands chooses one, and goes over to the other", async () => {
    const { network, browser } = world();
    const key = network.lojal("member-2", "address", "--key").trim();
    for (const brand of ["fjallen", "kaffet"]) {
      network.lojal(brand, "operator", "set", brand, key, "--roles", "capture");
    }
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await openConsole(visitor);
    await page.locator("main button.button").first().click();
    await page.locator("input[type=file]").setInputFiles(network.path("wallets/member-2/key.json"));
    await page.locator("input[type=password]").fill(PASSPHRASE);
    await page.locator("form button[type=submit]").click();
    await page.getByRole("heading", { name: "Välj varumärke" }).waitFor();
    await page.getByRole("button", { name: /^Kaffet/ }).click();
    await page.getByRole("heading", { name: "Kaffet", level: 1 }).waitFor();
    assert.ok((await page.getByTestId("may").innerText()).includes("reserverat"));
    await page.reload();
    await page.getByRole("heading", { name: "Kaffet", level: 1 }).waitFor();
    await page.getByRole("button", { name: /Kaffet.*Byt varumärke/ }).click();
    await page.getByRole("button", { name: /^Fjällen/ }).click();
    await page.getByRole("heading", { name: "Fjällen", level: 1 }).waitFor();
    network.lojal("fjallen", "operator", "remove", "fjallen", addressOf(network, "member-2"));
    await page.getByRole("heading", { name: "Välj varumärke" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /^Fjällen/ }).count(), 0, "nothing of it is shown on");
    network.lojal("kaffet", "operator", "remove", "kaffet", addressOf(network, "member-2"));
    await page.getByRole("button", { name: /^Kaffet/ }).click();
    await page.getByRole("heading", { name: "Nyckeln har ingen roll" }).waitFor();
    await visitor.leave();
  });

  test("a key without a role is told so, and shows what an admin needs", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await openConsole(visitor);
    await visitor.button("Jag har en nyckelfil").click();
    await page.locator("input[type=file]").setInputFiles(network.path("wallets/member-1/key.json"));
    await page.locator("input[type=password]").fill(PASSPHRASE);
    await page.locator("form button[type=submit]").click();
    await page.getByRole("heading", { name: "Nyckeln har ingen roll" }).waitFor();
    const key = network.lojal("member-1", "address", "--key").trim();
    await page.getByText(key).waitFor();
    await visitor.leave();
  });
}

function transactionTests(world: World): void {
  test("a receipt is found by its text, and its transaction is proven", async () => {
    const { network, browser } = world();
    const receipt = `kassa 3 ${crypto.randomUUID()}`;
    network.lojal("nordmat", "issue", addressOf(network, "member-2"), "300", "nordmat", "--receipt", receipt);
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "nordmat");
    await visitor.go("transactions");
    await page.getByLabel("Sökord").fill(receipt);
    await visitor.button("Sök").click();
    const used = plain(await page.getByTestId("used").innerText());
    assert.match(used, /Poäng 300/);
    assert.match(used, /Går att ta tillbaka 300/);
    await page.getByTestId("used").getByRole("link").first().click();
    await page.getByTestId("outcome").waitFor();
    assert.equal(await page.getByTestId("outcome").innerText(), "Genomförd");
    await page.getByText("Bevisat från nätverkets början").waitFor();
    await visitor.go("transactions");
    await page.getByLabel("Sökord").fill("ett kvitto som ingen har");
    await visitor.button("Sök").click();
    await page.getByText("Referensen är inte använd").waitFor();
    await page.getByLabel("Sök med").selectOption("id");
    await page.getByLabel("Sökord").fill("ab".repeat(32));
    await visitor.button("Sök").click();
    await page.getByText("Gatewayen känner inte till transaktionen.").waitFor();
    await visitor.leave();
  });

  test("the operator's own history is complete, is filtered, and is a table for other programs", async () => {
    const { network, browser } = world();
    issue(network, "kaffet", addressOf(network, "member-2"), "12.50");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "kaffet");
    await visitor.go("transactions/own");
    await page.getByTestId("complete").getByText("Komplett sedan start").waitFor();
    await page.getByLabel("Slag").selectOption("issue");
    const table = await savedBy(page, () => visitor.button("Spara tabellen (CSV)").click());
    const [head, first] = table.split("\r\n");
    assert.equal(head, "time,block,operation,brand,amount,account,reference,sender,transaction,outcome");
    assert.match(first ?? "", /^[0-9T:.-]+Z,[0-9]+,issue,kaffet,12\.50,tloj1[a-z0-9]+,[0-9a-f]+,tloj1/);
    await page.getByLabel("Utfall").selectOption("failed");
    await page.getByText("Inget passar.").waitFor();
    await visitor.leave();
  });

  test("what happens to the brand is shown as it happens", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "fjallen");
    await visitor.go("transactions/events");
    await page.getByText("Följer nätverket").waitFor();
    await page.getByLabel("Slag").selectOption("points");
    await page.getByText("Följer nätverket").waitFor();
    const issued = page.getByTestId("lines").locator("li", { hasText: /737$/ });
    assert.equal(await issued.count(), 0);
    issue(network, "fjallen", addressOf(network, "member-2"), "737");
    await issued.first().waitFor();
    assert.equal(await issued.count(), 1);
    await visitor.leave();
  });
}

/** Answers a route with other JSON than the gateway's. */
export async function lieAbout<T>(page: Page, path: string, change: (json: T) => unknown): Promise<void> {
  await page.route(path, (route) =>
    answer(route, async () => {
      const response = await route.fetch();
      await route.fulfill({ response, body: JSON.stringify(change((await response.json()) as T)) });
    }),
  );
}

function lieTests(world: World): void {
  test("a gateway that lies to a brand's people is exposed, whatever it lies about", async () => {
    const { network, browser } = world();
    issue(network, "nordmat", addressOf(network, "member-2"), "5");
    issue(network, "nordmat", addressOf(network, "member-2"), "6");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await lieAbout<{ transactions: unknown[] }>(page, "**/v1/accounts/*/transactions?**", (json) => {
      return { ...json, transactions: json.transactions.filter((_, at) => at !== 1) };
    });
    await lieAbout<{ totals: { issued: string } }>(page, "**/v1/brands/nordmat", (json) => {
      return { ...json, totals: { ...json.totals, issued: "123456" } };
    });
    await lieAbout<{ proof: string }>(page, "**/v1/transactions/*/proof", ({ proof }) => {
      return { proof: proof.slice(0, -2) + (proof.endsWith("00") ? "01" : "00") };
    });
    await signIn(visitor, network, "nordmat");
    await page.getByText("Summan går inte ihop").waitFor();
    await visitor.go("transactions/own");
    await page.getByTestId("lie").waitFor();
    assert.equal(await page.getByTestId("lines").count(), 0, "nothing of a history with a hole is shown");
    await visitor.go("transactions/events");
    await page.getByTestId("lines").locator("a").first().click();
    await page.getByTestId("lie").waitFor();
    assert.equal(await page.getByTestId("outcome").count(), 0, "no outcome that isn't proven");
    await lieAbout<{ header: string }>(page, "**/v1/accounts/*/proof", (json) => {
      return { ...json, header: json.header.slice(0, -1) + (json.header.endsWith("0") ? "1" : "0") };
    });
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.getByTestId("untrue").waitFor();
    await visitor.leave();
  });
}

/** The tests. */
export function consoleTests(world: World): void {
  signInTests(world);
  transactionTests(world);
  lieTests(world);
}
