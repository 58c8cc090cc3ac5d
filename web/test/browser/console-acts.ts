/** The console: a brand's people decide on roles, policy, partnerships, motions and webhooks, and sign elsewhere. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { lieAbout, openConsole, savedBy, signIn } from "./console.js";
import { PHRASE } from "./member.js";
import type { Network } from "./world.js";
import { addressOf, lojal, PASSPHRASE, picture, plain, Visitor } from "./world.js";

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

/** Waits for a last look, and answers with its differences. */
async function differences(page: Page): Promise<string> {
  await page.getByTestId("review").waitFor();
  return plain((await page.getByTestId("diff").allInnerTexts()).join(" "));
}

/** Signs what is looked at, and waits until it is final. */
async function sign(visitor: Visitor, button: string): Promise<void> {
  await visitor.button(button).click();
  await visitor.page.getByRole("heading", { name: "Klart" }).waitFor();
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
    assert.match(network.lojal("havshotell", "policy", "show", "havshotell"), /7,000,000/);
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
    await other.page.getByText("Havshotell → Fjällen", { exact: true }).waitFor({ state: "detached" });
    await other.leave();
  });
}

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

function motionTests(world: World): void {
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
    const press = async (name: string | RegExp, role: "link" | "button" | "textbox"): Promise<void> => {
      const wanted = page.getByRole(role, { name }).first();
      await wanted.waitFor();
      for (let tabs = 0; tabs < 80; tabs += 1) {
        if (await wanted.evaluate((element) => element === document.activeElement)) {
          return;
        }
        await page.keyboard.press("Tab");
      }
      assert.fail(`${String(name)} isn't reached by the keyboard`);
    };
    await press("Villkor", "link");
    await page.keyboard.press("Enter");
    await press("Ändra villkor", "link");
    await page.keyboard.press("Enter");
    await press("Minst för ett nytt konto", "textbox");
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText("25");
    await press("Granska", "button");
    await page.keyboard.press("Enter");
    await page.getByTestId("direct").waitFor();
    await press("Skriv under", "button");
    await page.keyboard.press("Enter");
    await press("Lösenfras", "textbox");
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
  partnerTests(world);
  webhookTests(world);
  keyboardTests(world);
  motionTests(world);
}
