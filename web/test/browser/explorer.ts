/** The explorer: headers as they come, totals that add up, receipts, and one's own account. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser } from "playwright-core";

import type { Network } from "./world.js";
import { addressOf, answer, issue, picture, plain, totalOf, until, Visitor } from "./world.js";

/** The brands as the command line tells them. */
interface Brands {
  readonly brands: readonly { readonly id: string; readonly totals: { readonly issued: string } }[];
}

/** Agrees on terms by which the grocer's points become the resort's. */
export function makePartners(network: Network): void {
  const until = ["--until", "2030-12-31", "--yes"];
  const terms = ["--rate", "1/2", "--price", "10", "--daily-max", "100000", "--owed-max", "10000000"];
  network.lojal("nordmat", "partner", "propose", ...terms, ...until, "nordmat", "fjallen");
  network.lojal("fjallen", "partner", "accept", "--yes", "nordmat", "fjallen");
}

/** The tests. */
export function explorerTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("headers come and are checked, and a header that isn't final is told as a lie", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 860 });
    const { page } = visitor;
    await page.goto(`${visitor.origin}/explorer/`);
    const height = async (): Promise<number> => {
      return Number(plain(await page.getByTestId("height").innerText()).replace(/\D/g, ""));
    };
    const first = await until(height, (found) => found > 0);
    assert.ok((await until(height, (found) => found > first)) > first);
    await picture(page, "explorer");
    await page.route("**/v1/light/blocks/latest", (asked) =>
      answer(asked, async (route) => {
        const response = await route.fetch();
        const json = (await response.json()) as { certificate: string };
        const certificate = json.certificate.slice(0, -1) + (json.certificate.endsWith("0") ? "1" : "0");
        await route.fulfill({ response, body: JSON.stringify({ ...json, certificate }) });
      }),
    );
    await page.getByText("Gatewayen säger något som inte kan vara sant").waitFor();
    await visitor.leave();
  });

  test("a brand's totals are shown with their sum", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 860 });
    const { page } = visitor;
    issue(network, "havshotell", addressOf(network, "member-2"), "18200");
    const told = JSON.parse(network.lojal("member-2", "brands", "--json")) as Brands;
    const issued = told.brands.find(({ id }) => id === "havshotell")?.totals.issued ?? "";
    await page.goto(`${visitor.origin}/explorer/#/brands`);
    const panel = page.getByTestId("brand-havshotell");
    await panel.getByText("Summan går ihop").waitFor();
    const sum = plain(new Intl.NumberFormat("sv-SE").format(BigInt(issued)));
    assert.ok(plain(await panel.innerText()).includes(`Utgivet ${sum}`), sum);
    await visitor.leave();
  });

  test("partners and what they owe are shown, after a member has converted in the wallet", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    issue(network, "nordmat", addressOf(network, "member-2"), "101");
    const before = totalOf(network, "member-2", "fjallen");
    await visitor.importFile(network.path("wallets/member-2/key.json"));
    await visitor.go("convert");
    await page.getByLabel("Hur många?").fill("101");
    await page.getByText("1 Nordmat blir kvar hos dig").waitFor();
    await visitor.button("Byt nu").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.equal(totalOf(network, "member-2", "fjallen"), before + 50);
    await page.goto(`${visitor.origin}/explorer/#/partners`);
    await page.getByText("Nordmat → Fjällen").waitFor();
    await page.getByText("Nordmat är skyldig Fjällen").waitFor();
    await visitor.leave();
  });

  test("a receipt is verified in the browser, and one with a changed digit is not", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 860 });
    const { page } = visitor;
    const to = addressOf(network, "member-1");
    const sent = JSON.parse(
      network.lojal("nordmat", "issue", to, "3", "nordmat", "--receipt", "for the explorer", "--json"),
    ) as { id: string };
    const path = join(network.scratch, "good.json");
    network.lojal("nordmat", "receipt", "save", sent.id, path);
    await page.goto(`${visitor.origin}/explorer/#/verify`);
    await page.locator("#receipt").setInputFiles(path);
    await page.getByTestId("verdict").getByRole("strong").filter({ hasText: /^Äkta$/ }).waitFor();
    await page.getByTestId("verdict").getByText(sent.id).waitFor();
    await picture(page, "verify");
    const text = readFileSync(path, "utf8");
    const at = Math.floor(text.length / 2);
    const bad = join(network.scratch, "bad.json");
    writeFileSync(bad, text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1));
    await page.locator("#receipt").setInputFiles(bad);
    await page.getByTestId("verdict").getByText("Inte äkta").waitFor();
    await visitor.leave();
  });

  test("one's own account is shown by a token, proven", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 860 });
    const { page } = visitor;
    await page.goto(`${visitor.origin}/explorer/#/account`);
    await page.locator("#token").fill("ljr1_none");
    await page.getByRole("button", { name: "Visa" }).click();
    await page.getByText("Det är inget läsbevis.").waitFor();
    await page.locator("#token").fill(network.lojal("member-1", "token").trim());
    await page.getByRole("button", { name: "Visa" }).click();
    await page
      .getByTestId("account")
      .getByText(/Bevisat i block/)
      .waitFor();
    await page.getByTestId("account").getByText(addressOf(network, "member-1")).waitFor();
    await visitor.leave();
  });
}
