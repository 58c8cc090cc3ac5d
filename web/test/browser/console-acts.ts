/** The console: a brand's people decide on roles, policy, partnerships and webhooks, and sign elsewhere. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser } from "playwright-core";

import { differences, openConsole, savedBy, sign, signIn } from "./console.js";
import type { Network } from "./world.js";
import { addressOf, PASSPHRASE, picture, Visitor } from "./world.js";

type World = () => { readonly network: Network; readonly browser: Browser };

interface Operators {
  readonly operators: readonly {
    readonly address: string;
    readonly roles: readonly string[];
    readonly issue_daily_max: number | null;
  }[];
}

/** The roles and the daily limit of an account, as the command line reads them. */
function rightsOf(network: Network, brand: string, account: string): readonly [readonly string[], number | null] {
  const { operators } = JSON.parse(network.lojal(brand, "operator", "list", brand, "--json")) as Operators;
  const found = operators.find(({ address }) => address === account);
  return [found?.roles ?? [], found?.issue_daily_max ?? null];
}

function roleTests(world: World): void {
  test("a role is given, changed and taken, each with what it changes before it is signed", async () => {
    const { network, browser } = world();
    const till = addressOf(network, "member-2");
    const key = network.lojal("member-2", "address", "--key").trim();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "fjallen");
    await visitor.go("operator-new");
    await page.getByLabel("Kontots nyckel").fill(key);
    await page.getByText(`Kontot ${till}`).waitFor();
    await page.getByLabel(/^ta tillbaka/).check();
    await page.getByLabel(/^ge förmåner/).waitFor();
    await page.getByLabel("Får ge ut per dag").fill("5000");
    await visitor.button("Granska").click();
    assert.match(await differences(page), /Roller Blir: ge poäng, ta tillbaka|Roller ge poäng, ta tillbaka/);
    await sign(visitor, "Skriv under");
    assert.deepEqual(rightsOf(network, "fjallen", till), [["issue", "reverse"], 5000]);
    await visitor.go("operators");
    await page.getByTestId("operator").filter({ hasText: till }).getByRole("link", { name: /Ändra/ }).click();
    await page.getByText(`Kontot ${till}`).waitFor();
    await page.getByLabel(/^ta tillbaka/).uncheck();
    await page.getByLabel("Får ge ut per dag").fill("900");
    await visitor.button("Granska").click();
    const changed = await differences(page);
    assert.match(changed, /ge poäng, ta tillbaka/);
    assert.match(changed, /högst 5 000.*högst 900/);
    await picture(page, "console-review");
    await sign(visitor, "Skriv under");
    assert.deepEqual(rightsOf(network, "fjallen", till), [["issue"], 900]);
    await visitor.go("operators");
    const table = await savedBy(page, () => visitor.button("Spara tabellen (CSV)").click());
    assert.ok(table.includes(`${till},issue,900,0`), table);
    await page.getByTestId("operator").filter({ hasText: till }).getByRole("link", { name: /Ta bort/ }).click();
    await page.getByTestId("review").waitFor();
    await sign(visitor, "Skriv under");
    assert.deepEqual(rightsOf(network, "fjallen", till), [[], null]);
    await visitor.leave();
  });

  test("a till without the admin's role sees its brand, and is given nothing to change", async () => {
    const { network, browser } = world();
    const key = network.lojal("member-2", "address", "--key").trim();
    network.lojal("havshotell", "operator", "set", "havshotell", key, "--roles", "issue", "--issue-daily-max", "40");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "member-2");
    await page.getByText("Du får ge ut poäng: högst 40.").waitFor();
    for (const place of ["operators", "policy", "partners"]) {
      await visitor.go(place);
      await page.getByText("Bara en administratör kan ändra det här.").waitFor();
    }
    await visitor.go("webhooks");
    await page.getByText("Bara en administratör ser och ändrar webhooks.").waitFor();
    // A place that is typed all the same: the ledger says no, in words.
    await visitor.go("policy-edit");
    await page.getByLabel("Nya poäng gäller").fill("12");
    await visitor.button("Granska").click();
    await page.getByText("Kontot saknar rollen för det här.").waitFor();
    assert.ok(await visitor.button("Skriv under").isDisabled());
    network.lojal("havshotell", "operator", "remove", "havshotell", addressOf(network, "member-2"));
    await visitor.leave();
  });
}

function policyTests(world: World): void {
  test("a policy is changed with every difference in words, and a reload in the middle does it once", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "kaffet");
    await visitor.go("policy-edit");
    await page.getByText("Inget är ändrat.").waitFor();
    await page.getByLabel("Nya poäng gäller").fill("99");
    await page.getByText("1 till 60 månader.").waitFor();
    await page.getByLabel("Nya poäng gäller").fill("9");
    await page.getByLabel("Minst för ett nytt konto").fill("0,20");
    await page.getByLabel("Medlemmar får skicka").check();
    await visitor.button("Granska").click();
    const changes = await differences(page);
    for (const part of [/6 månader.*9 månader/, /0,10.*0,20/, /nej.*ja/]) {
      assert.match(changes, part);
    }
    assert.ok(!changes.includes("Största utgivning"), "what stays as it is is no difference");
    // The answer of the gateway is lost, and the page is reloaded: what was signed is sent again.
    await page.route("**/v1/transactions?**", (route) => route.abort());
    await visitor.button("Skriv under").click();
    await page.getByRole("heading", { name: "Skickar…" }).waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.reload();
    await page.getByTestId("sent").filter({ hasText: "Klart" }).or(page.getByTestId("outcome")).first().waitFor();
    await visitor.go("transactions/own");
    await page.getByLabel("Slag").selectOption("set_policy");
    assert.equal(await page.getByTestId("lines").locator("li").count(), 1, "it has happened once");
    const shown = network.lojal("kaffet", "policy", "show", "kaffet");
    assert.match(shown, /9 months/);
    await visitor.leave();
  });

  test("a file for the command line is signed there, lands, and is seen to", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "havshotell");
    await visitor.go("policy-edit");
    await page.getByLabel("Största utgivning").fill("7000000");
    await visitor.button("Granska").click();
    await page.getByTestId("direct").waitFor();
    const text = await savedBy(page, () => visitor.button("Spara som fil för kommandoraden").click());
    await page.getByRole("heading", { name: "Filen väntar på en underskrift" }).waitFor();
    const file = join(network.scratch, "console.tx");
    writeFileSync(file, text);
    assert.match(network.lojal("havshotell", "tx", "decode", file), /policy/);
    network.lojal("havshotell", "tx", "sign", file, "--yes");
    network.lojal("havshotell", "tx", "submit", `${file}.signed`);
    await page.getByTestId("outcome").waitFor();
    assert.equal(await page.getByTestId("outcome").innerText(), "Genomförd");
    assert.match(network.lojal("havshotell", "policy", "show", "havshotell"), /7000000/);
    await visitor.leave();
  });
}

function tokenTests(world: World): void {
  test("with a token alone everything is seen, and what is signed elsewhere lands", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await openConsole(visitor);
    await visitor.button("Nyckeln är någon annanstans").click();
    const token = network.lojal("havshotell", "token").trim();
    await page.getByLabel(/^Läsbevis/).fill("ljr1_AAAA");
    await visitor.button("Logga in").click();
    await page.getByText("Det är inget läsbevis.").waitFor();
    await page.getByLabel(/^Läsbevis/).fill(token);
    await visitor.button("Logga in").click();
    await page.getByRole("heading", { name: "Havshotell", level: 1 }).waitFor();
    await page.locator('[data-state="proven"]').waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Havshotell", level: 1 }).waitFor();
    await visitor.go("webhooks");
    await page.getByText("Använd lojal webhook, där nyckeln är.").waitFor();
    await visitor.go("policy-edit");
    await page.getByLabel("Största överföring").fill("900000");
    await visitor.button("Granska").click();
    await page.getByTestId("direct").waitFor();
    assert.equal(await visitor.button("Skriv under").count(), 0, "there is nothing to sign with");
    const text = await savedBy(page, () => visitor.button("Spara som fil för kommandoraden").click());
    const file = join(network.scratch, "elsewhere.tx");
    writeFileSync(file, text);
    network.lojal("havshotell", "tx", "sign", file, "--yes");
    network.lojal("havshotell", "tx", "submit", `${file}.signed`);
    await page.getByTestId("outcome").waitFor();
    assert.match(network.lojal("havshotell", "policy", "show", "havshotell"), /900000/);
    await visitor.go("settings");
    await visitor.button("Lås").click();
    await page.getByRole("heading", { name: "Ditt varumärke, dina beslut" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Ditt varumärke, dina beslut" }).waitFor();
    await visitor.leave();
  });
}

function partnerTests(world: World): void {
  test("a partnership is proposed by one brand, accepted by the other, and ended, each in words", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "havshotell");
    await visitor.go("partner-new");
    await page.getByLabel("Det andra varumärket").selectOption("fjallen");
    await page.getByLabel("Så många från Havshotell").fill("100");
    await page.getByLabel("Blir så många hos Fjällen").fill("3");
    await page.getByLabel("Värde av en poäng från Havshotell").fill("0,05");
    await page.getByLabel("Högst per dag").fill("20000");
    await page.getByLabel("Högsta skuld").fill("1500");
    await page.getByLabel("Sista dag").fill("2031-12-31");
    await visitor.button("Granska").click();
    const terms = await differences(page);
    for (const part of ["100 Havshotell blir 3 Fjällen", "0,05 SEK", "20 000 Havshotell", "1 500,00 SEK"]) {
      assert.ok(terms.includes(part), terms);
    }
    await sign(visitor, "Skriv under");
    await visitor.leave();

    const other = await Visitor.of(browser, network);
    await signIn(other, network, "fjallen");
    await other.go("partners");
    await other.page.getByRole("link", { name: /Godta Havshotell → Fjällen/ }).click();
    assert.equal(await differences(other.page), terms, "the same words for the same terms");
    await sign(other, "Skriv under");
    const found = network.lojal("fjallen", "partner", "list");
    assert.match(found, /havshotell.*fjallen/);
    await other.go("partners");
    await other.page.getByRole("link", { name: /Avsluta Havshotell → Fjällen/ }).click();
    await other.page.getByText("Byten slutar på en gång.").waitFor();
    await sign(other, "Skriv under");
    await other.go("partners");
    await other.page.getByRole("heading", { name: "Havshotell → Fjällen" }).waitFor({ state: "detached" });
    await other.leave();
  });
}

function webhookTests(world: World): void {
  test("a webhook is added, its secret is shown once, it is sent again, and removed", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await signIn(visitor, network, "fjallen");
    await visitor.go("webhooks");
    await page.getByText("Inga webhooks på den här gatewayen.").waitFor();
    await visitor.go("webhook-new");
    await page.getByLabel("Adress").fill("http://127.0.0.1:9/lojal");
    await visitor.button("Lägg till").click();
    await page.getByTestId("fault").waitFor();
    await page.getByLabel("Adress").fill("https://shop.example.org/lojal");
    await page.getByLabel("Poäng").check();
    await visitor.button("Lägg till").click();
    const secret = await page.getByTestId("secret").innerText();
    assert.match(secret, /^whsec_/);
    await visitor.button("Jag har sparat den").click();
    await page.getByRole("heading", { name: "https://shop.example.org/lojal" }).waitFor();
    assert.equal(await page.getByText(secret).count(), 0);
    await page.getByRole("link", { name: /Leveranser/ }).click();
    await page.getByLabel("Efter händelsen").fill("inte en plats");
    await page.getByText("En händelses id, eller ett blocks höjd.").waitFor();
    await page.getByLabel("Efter händelsen").fill("");
    await visitor.button("Skicka igen").click();
    await page.getByText("Gatewayen skickar igen.").waitFor();
    await page.getByRole("button", { name: "Ta bort" }).click();
    await visitor.button("Ja, ta bort").click();
    await page.getByText("Inga webhooks på den här gatewayen.").waitFor();
    await page.reload();
    await visitor.go("webhooks");
    await visitor.button("Visa webhooks").click();
    await page.getByRole("dialog").getByLabel("Lösenfras").fill(PASSPHRASE);
    await page.getByRole("dialog").getByRole("button", { name: "Lås upp" }).click();
    await page.getByText("Inga webhooks på den här gatewayen.").waitFor();
    await visitor.leave();
  });
}

function keyboardTests(world: World): void {
  test("a policy is changed by keyboard alone, with the passphrase asked for on the way", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 900 });
    const { page } = visitor;
    await signIn(visitor, network, "havshotell");
    await page.reload();
    await page.getByRole("heading", { name: "Havshotell", level: 1 }).waitFor();
    await visitor.tabTo("link", "Villkor", 80);
    await page.keyboard.press("Enter");
    await visitor.tabTo("link", "Ändra villkor", 80);
    await page.keyboard.press("Enter");
    await visitor.tabTo("textbox", "Minst för ett nytt konto", 80);
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText("25");
    await visitor.tabTo("button", "Granska", 80);
    await page.keyboard.press("Enter");
    await page.getByTestId("direct").waitFor();
    await visitor.tabTo("button", "Skriv under", 80);
    await page.keyboard.press("Enter");
    await visitor.tabTo("textbox", "Lösenfras", 80);
    await page.keyboard.insertText(PASSPHRASE);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.match(network.lojal("havshotell", "policy", "show", "havshotell"), /at least 25/);
    await visitor.leave();
  });
}

/** The tests. */
export function consoleActTests(world: World): void {
  roleTests(world);
  policyTests(world);
  tokenTests(world);
  partnerTests(world);
  webhookTests(world);
  keyboardTests(world);
}
