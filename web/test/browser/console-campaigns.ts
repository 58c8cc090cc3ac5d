/** The console: campaigns with their gauges, begun, changed, paused, sponsored and granted, each in words first. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser } from "playwright-core";

import { campaignOf, lastCampaign } from "./campaigns.js";
import { differences, savedBy, sign, signIn } from "./console.js";
import type { Network } from "./world.js";
import { addressOf, answer, picture, plain, totalOf, until, Visitor } from "./world.js";

type World = () => { readonly network: Network; readonly browser: Browser };

function listTests(world: World): void {
  test("campaigns are proven and shown with their gauges and states, and saved as a table", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 900 });
    const { page } = visitor;
    await signIn(visitor, network, "kaffet");
    await page.getByRole("link", { name: "Kampanjer" }).click();
    await page.getByTestId("proven").waitFor();
    const club = plain(await page.getByTestId("campaign-101").innerText());
    assert.match(club, /Kampanj 101: märke 7, i 30 dagar öppen.*Exemplar av lagret \d+ av 40.*kvar/);
    assert.match(plain(await page.getByTestId("campaign-104").innerText()), /Poäng av budgeten [\d,]+ av 500,00/);
    assert.equal(await page.getByTestId("campaign-105").getByTestId("state").innerText(), "pausad");
    const table = await savedBy(page, () => visitor.button("Spara tabellen (CSV)").click());
    assert.match(table, /\r\n105,paused,/);
    await picture(page, "console-campaigns");
    await page.getByTestId("campaign-103").getByRole("link", { name: /^Visa/ }).click();
    await page.getByRole("heading", { name: "Villkoren" }).waitFor();
    await visitor.leave();
  });

  test("campaigns that a gateway changes are exposed, and can't be signed for", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "kaffet");
    await page.route("**/campaigns/proof", (route) =>
      answer(route, async () => {
        const response = await route.fetch();
        const json = (await response.json()) as { readonly proofs: readonly object[] };
        await route.fulfill({ response, body: JSON.stringify({ ...json, proofs: json.proofs.slice(0, 1) }) });
      }),
    );
    await visitor.go("campaigns");
    await page.getByTestId("lie").first().waitFor();
    assert.equal(await page.getByTestId("campaign-101").count(), 0);
    await visitor.go("campaign-pause/kaffet%2F101");
    await page.getByTestId("lie").first().waitFor();
    assert.equal(await visitor.button("Skriv under").count(), 0);
    await visitor.leave();
  });
}

function changeTests(world: World): void {
  test("a campaign is begun, made kinder, paused and resumed, each with what changes and costs at most", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    const number = lastCampaign(network, "havshotell") + 1;
    await signIn(visitor, network, "havshotell");
    await visitor.go("campaign-new");
    await page.getByLabel("Poäng när en medlem hämtar").fill("250");
    await page.getByText("Det som medlemmar hämtar gratis måste kräva något").waitFor();
    await visitor.button("Lägg till ett krav").click();
    await page.getByRole("group", { name: "Krav 1" }).getByLabel("Slag").selectOption("new");
    await page.getByLabel("Dagar", { exact: true }).fill("60");
    await page.getByLabel("Sista dag (UTC)").fill("2027-12-31");
    await page.getByLabel("Poäng i allt (budget)").fill("20000");
    await page.getByLabel("Betalas av").selectOption("nordmat");
    await page.getByLabel("Sponsorns pris för en poäng").fill("0,02");
    const about = { name: "villkor.txt", mimeType: "text/plain", buffer: Buffer.from("Välkommen!") };
    await page.getByLabel("Räkna den av filen").setInputFiles(about);
    await visitor.button("Granska").click();
    const terms = await differences(page);
    assert.match(terms, /250 poäng/);
    assert.match(terms, /känd i högst 60 dagar/);
    const cost = plain(await page.getByTestId("cost").innerText());
    assert.match(cost, /Poäng i hela budgeten 20 000.*Nordmat blir skyldig som mest 400,00 SEK/);
    await sign(visitor, "Skriv under");
    assert.equal(campaignOf(network, "havshotell", number).accepted, false);

    await visitor.go("campaigns");
    await page.getByTestId(`campaign-${number}`).getByRole("link", { name: /^Ändra/ }).click();
    await page.getByText("Inget är ändrat.").waitFor();
    await page.getByLabel("Poäng i allt (budget)").fill("30000");
    await visitor.button("Granska").click();
    assert.match(await differences(page), /20 000.*30 000/);
    await page.getByText("Nordmat måste godta villkoren på nytt").waitFor();
    await picture(page, "console-campaign-review");
    await sign(visitor, "Skriv under");
    await visitor.go(`campaign-edit/havshotell%2F${number}`);
    await page.getByLabel("Poäng när en medlem hämtar").fill("100");
    await visitor.button("Granska").click();
    await page.getByText("En kampanj som har börjat kan bara bli generösare").waitFor();
    assert.ok(await visitor.button("Skriv under").isDisabled(), "a promise stands");

    await visitor.go(`campaign-pause/havshotell%2F${number}`);
    await page.getByRole("heading", { name: `Kampanj ${number} pausas` }).waitFor();
    await sign(visitor, "Skriv under");
    assert.equal(campaignOf(network, "havshotell", number).terms.paused, true);
    await visitor.go(`campaign-pause/havshotell%2F${number}`);
    await page.getByRole("heading", { name: `Kampanj ${number} fortsätter` }).waitFor();
    await sign(visitor, "Skriv under");
    assert.equal(campaignOf(network, "havshotell", number).terms.paused, false);
    await visitor.leave();
  });
}

function sponsorTests(world: World): void {
  test("a sponsor reads the terms, sees the most that it will owe, and accepts their digest", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "nordmat");
    await visitor.go("campaigns");
    const waiting = page.getByTestId("sponsored").filter({ hasText: "Fjällen" });
    await waiting.getByText("väntar på er").waitFor();
    await waiting.getByRole("link", { name: /^Visa/ }).click();
    await page.getByRole("link", { name: "Godta som sponsor" }).click();
    await page.getByTestId("review").waitFor();
    assert.match(await differences(page), /Betalas av Blir: Nordmat|Betalas av Nordmat/);
    assert.match(plain(await page.getByTestId("cost").innerText()), /Nordmat blir skyldig som mest 1 000,00 SEK/);
    const digest = (await page.getByTestId("digest").innerText()).trim();
    assert.ok(network.lojal("fjallen", "campaign", "show", "fjallen", "101").includes(digest));
    await sign(visitor, "Skriv under");
    assert.equal(campaignOf(network, "fjallen", 101).accepted, true);
    await visitor.leave();
  });
}

function grantTests(world: World): void {
  test("a member is given what a campaign gives, and a file for the command line does the same", async () => {
    const { network, browser } = world();
    const member = addressOf(network, "member-2");
    const before = totalOf(network, "member-2", "kaffet");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "kaffet");
    await visitor.go("campaigns");
    await page.getByTestId("campaign-104").getByRole("link", { name: /^Ge till en medlem/ }).click();
    await page.getByLabel("Medlemmens adress").fill(member);
    await page.getByLabel("Poäng", { exact: true }).fill("20,01");
    await page.getByLabel("Ärende eller kvitto").fill("ärende 61");
    assert.ok(await visitor.button("Granska").isDisabled(), "it is more than the campaign gives at once");
    await page.getByLabel("Poäng", { exact: true }).fill("12,50");
    await visitor.button("Granska").click();
    assert.match(await differences(page), /12,50/);
    await picture(page, "console-grant");
    const text = await savedBy(page, () => visitor.button("Spara som fil för kommandoraden").click());
    const file = join(network.scratch, "grant.tx");
    writeFileSync(file, text);
    network.lojal("kaffet", "tx", "sign", file, "--yes");
    network.lojal("kaffet", "tx", "submit", `${file}.signed`);
    await page.getByTestId("outcome").waitFor();
    const total = await until(
      () => Promise.resolve(totalOf(network, "member-2", "kaffet")),
      (now) => now === before + 1250,
    );
    assert.equal(total, before + 1250);
    await visitor.leave();
  });
}

/** The tests. */
export function consoleCampaignTests(world: World): void {
  listTests(world);
  changeTests(world);
  sponsorTests(world);
  grantTests(world);
}
