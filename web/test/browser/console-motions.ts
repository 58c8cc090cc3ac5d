/** The console: admins decide together, and what the network decides is read. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser } from "playwright-core";

import { differences, lieAbout, openConsole, sign, signIn } from "./console.js";
import { PHRASE } from "./member.js";
import type { Network } from "./world.js";
import { lojal, picture, plain, Visitor } from "./world.js";

type World = () => { readonly network: Network; readonly browser: Browser };

/** Makes an admin of a brand, with a wallet of its own, and has the brand ask for two of its admins. */
function secondAdmin(network: Network, brand: string): string {
  const home = network.path("wallets/second-admin");
  const [gateway = ""] = network.urls;
  const words = join(network.scratch, "second-admin.words");
  const genesis = network.path("genesis.toml");
  lojal(home, PHRASE, "init", "--genesis", genesis, "--gateway", gateway, "--words-out", words);
  const key = lojal(home, PHRASE, "address", "--key").trim();
  network.lojal(brand, "operator", "set", brand, key, "--roles", "admin");
  network.lojal(brand, "brand", "approvals", brand, "--needed", "2", "--delay", "none", "--yes");
  return home;
}

async function signInWith(visitor: Visitor, file: string, passphrase: string): Promise<void> {
  const { page } = visitor;
  await openConsole(visitor);
  await page.locator("main button.button").first().click();
  await page.locator("input[type=file]").setInputFiles(file);
  await page.locator("input[type=password]").fill(passphrase);
  await page.locator("form button[type=submit]").click();
  await page.locator("nav.nav").waitFor();
}

/** Says for how many days new points wait, as far as to what will change. */
async function reviewWait(visitor: Visitor, days: string): Promise<void> {
  const { page } = visitor;
  await visitor.go("policy");
  await page.getByRole("link", { name: "Ändra väntetiden" }).click();
  await page.getByLabel("Dagar innan nya poäng går att använda").fill(days);
  await visitor.button("Granska").click();
}

/** The tests. */
export function consoleMotionTests(world: World): void {
  test("two admins decide: one puts forward, the other reads the difference and carries it out", async () => {
    const { network, browser } = world();
    const home = secondAdmin(network, "nordmat");
    const first = await Visitor.of(browser, network);
    await signIn(first, network, "nordmat");
    await first.go("policy-edit");
    await first.page.getByLabel("Nya poäng gäller").fill("36");
    await first.button("Granska").click();
    await first.page.getByTestId("motion").waitFor();
    await sign(first, "Lägg fram som förslag");
    await first.page.getByRole("link", { name: "Till förslagen" }).click();
    await first.page.getByTestId("waits").getByText("Väntar på 1 till").waitFor();
    assert.equal(await first.page.getByRole("link", { name: /^Godkänn/ }).count(), 0, "it has said yes already");

    const second = await Visitor.of(browser, network);
    const { page } = second;
    await signInWith(second, join(home, "key.json"), PHRASE);
    await second.go("motions");
    assert.match(plain(await page.getByTestId("motions").innerText()), /24 månader.*36 månader/);
    await picture(page, "console-motion");
    await page.getByRole("link", { name: /Godkänn och genomför/ }).click();
    assert.match(await differences(page), /24 månader.*36 månader/);
    await sign(second, "Godkänn och genomför");
    assert.match(network.lojal("nordmat", "policy", "show", "nordmat"), /36 months/);
    // The first one sees it without a reload.
    await first.page.getByText("Inga förslag väntar.").waitFor();

    // That new points wait takes one admin, and that they wait shorter takes both.
    await reviewWait(first, "14");
    await sign(first, "Skriv under");
    assert.match(network.lojal("nordmat", "policy", "show", "nordmat"), /pending for 14 days/);
    await reviewWait(second, "0");
    await page.getByTestId("motion").waitFor();
    await sign(second, "Lägg fram som förslag");
    await first.go("motions");
    await first.page.getByRole("link", { name: /Godkänn och genomför/ }).click();
    assert.match(await differences(first.page), /14 dagar/);
    await sign(first, "Godkänn och genomför");
    assert.match(network.lojal("nordmat", "policy", "show", "nordmat"), /can be spent at once/);
    await second.leave();

    await first.go("approvals");
    await first.page.getByLabel("Så många administratörer måste säga ja").fill("1");
    await first.button("Granska").click();
    await first.page.getByTestId("motion").waitFor();
    await sign(first, "Lägg fram som förslag");
    await first.go("motions");
    await first.page.getByRole("link", { name: /Ta tillbaka/ }).click();
    await sign(first, "Ta tillbaka");
    await first.go("motions");
    await first.page.getByText("Inga förslag väntar.").waitFor();
    await first.leave();
  });

  test("a gateway that shows other actions than a motion has is exposed", async () => {
    const { network, browser } = world();
    network.lojal("nordmat", "policy", "set", "nordmat", "--expiry-months", "48", "--yes");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await lieAbout<{ motions: { actions: { policy: { expiry_months: number } }[] }[] }>(
      page,
      "**/v1/brands/nordmat/motions",
      (json) => {
        json.motions[0]?.actions.forEach(({ policy }) => (policy.expiry_months = 37));
        return json;
      },
    );
    await signIn(visitor, network, "nordmat");
    await page.getByTestId("lie").waitFor();
    await visitor.go("motions");
    assert.equal(await page.getByTestId("waits").count(), 0, "nothing of it is shown");
    await visitor.leave();
  });

  test("what the network decides about a brand is read in words", async () => {
    const { network, browser } = world();
    network.lojal("fjallen", "govern", "propose", "--suspend", "kaffet", "--yes");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "kaffet");
    await visitor.go("governance");
    await page.getByText("Kaffet stängs av från att ge ut poäng").waitFor();
    await page.getByText("Rör ditt varumärke").waitFor();
    await visitor.leave();
  });
}
