/** Scenario 23: everybody can use it. Every screen in both languages and colours, by keyboard, and read aloud. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { openConsole, signIn } from "./console.js";
import { offerFood } from "./market.js";
import { openTill } from "./till.js";
import { claimCups, requestCups } from "./vouchers.js";
import type { Network } from "./world.js";
import { addressOf, issue, PASSPHRASE, picture, repository, request, totalOf, Visitor } from "./world.js";

const AXE = readFileSync(repository("web/node_modules/axe-core/axe.min.js"), "utf8");

interface Axe {
  run(options: object): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }[];
  }>;
}

/** The violations of the screen that is shown. */
export async function violations(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations: found } = await axe.run({ resultTypes: ["violations"] });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

/** Lets axe into the page: the policy of the pages would not, so it goes in before any page is there. */
export async function withAxe(visitor: Visitor): Promise<void> {
  await visitor.page.addInitScript(AXE);
}

const SCREENS = [
  "",
  "show",
  "scan",
  "activity",
  "more",
  "send",
  "convert",
  "expiring",
  "levels",
  "offers",
  "brand/kaffet",
  "brand/unknown",
  "claim/kaffet/101",
  "claim/kaffet/102",
  "claim/kaffet/999",
  "invite/kaffet/103",
  "vouchers",
  "voucher/unknown",
  "market",
  "market-offer",
  "market-take/nordmat/havshotell/1",
  "family",
  "security",
  "notices",
  "till",
  "recover",
  "recover/guardian",
];
const EXPLORER = ["", "brands", "partners", "verify", "account"];
const CONSOLE = [
  "",
  "transactions",
  "transactions/all",
  "transactions/own",
  "transactions/events",
  "members",
  "figures",
  "figures/liability",
  "figures/expiring",
  "operators",
  "operator-new",
  "policy",
  "policy-edit",
  "campaigns",
  "campaign-new",
  "partners",
  "partner-new",
  "motions",
  "approvals",
  "governance",
  "webhooks",
  "webhook-new",
  `carried/${"ab".repeat(32)}`,
  "settings",
];

/** The screens of a till. */
const TILL = ["till", "till-give/1500", "till-return", "till-take"];

/** Looks at a voucher, its use and its return. */
async function inspectVoucher(visitor: Visitor, network: Network, found: string[]): Promise<void> {
  const voucher = claimCups(network, "member-1", 2);
  for (const name of ["vouchers", `voucher/${voucher}`]) {
    await visitor.go(name);
    await visitor.page.locator(`[href$="${voucher}"]`).first().waitFor();
    await inspect(visitor, name, found);
  }
  for (const name of [`voucher-return/${voucher}`, `use/${requestCups(network, 1)}`]) {
    await visitor.go(name);
    await visitor.page.getByTestId("left").waitFor();
    await inspect(visitor, name, found);
  }
}

/** Looks at the market with an offer in it, at buying of it, and at an offer of one's own. */
async function inspectMarket(visitor: Visitor, network: Network, found: string[]): Promise<void> {
  issue(network, "nordmat", addressOf(network, "member-2"), "20");
  const id = offerFood(network, 20, 1);
  const { page } = visitor;
  await visitor.go("market");
  await page.locator("input[name=sell]").first().check();
  await page.getByTestId(`resting-${id}`).waitFor();
  await inspect(visitor, "market with an offer", found);
  await visitor.go(`market-take/nordmat/havshotell/${id}`);
  await page.getByTestId("left").waitFor();
  await inspect(visitor, "market take", found);
  await visitor.go("market-offer");
  const fields = page.locator("input[inputmode=decimal]");
  await fields.nth(0).fill("100");
  await fields.nth(1).fill("250");
  await page.getByTestId("left").waitFor();
  await inspect(visitor, "market offer", found);
  network.lojal("member-2", "withdraw", id);
}

async function inspect(visitor: Visitor, name: string, found: string[]): Promise<void> {
  const { page } = visitor;
  await page.locator("h1").first().waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 320) {
    found.push(`${name}: it is ${width} pixels wide`);
  }
  found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`));
}

/** Looks at every screen of the till, as an operator of a brand. */
async function inspectTill(visitor: Visitor, network: Network, found: string[]): Promise<void> {
  const { page } = visitor;
  await openTill(visitor, network);
  for (const name of TILL) {
    await visitor.go(name);
    await page.locator(".spinner").first().waitFor({ state: "detached" });
    await inspect(visitor, name, found);
  }
  await visitor.go("till-give/1500");
  await page.locator("textarea").fill(addressOf(network, "member-2"));
  await page.locator("form button[type=submit]").click();
  await page.getByTestId("to").waitFor();
  await inspect(visitor, "till give", found);
  await visitor.go("till");
  await page.getByTestId("keypad").locator("input").fill("2");
  await page.locator("form button[type=submit]").click();
  await page.getByTestId("code").waitFor({ state: "attached" });
  await inspect(visitor, "till code", found);
  await page.locator("summary").click();
  const code = (await page.getByTestId("code").innerText()).trim();
  network.lojal("member-1", "pay", code, "--yes");
  await page.getByTestId("till-outcome").waitFor();
  await inspect(visitor, "till paid", found);
}

/** Looks at every screen of the console, as one of a brand's admins. */
async function inspectConsole(visitor: Visitor, network: Network, found: string[]): Promise<void> {
  const { page } = visitor;
  await openConsole(visitor);
  await inspect(visitor, "console welcome", found);
  await page.locator("main button.plain").nth(1).click();
  await inspect(visitor, "console token", found);
  await page.locator("main button.quiet").click();
  await signIn(visitor, network, "nordmat");
  for (const name of CONSOLE) {
    await visitor.go(name);
    const isWaiting = name.startsWith("carried");
    await page
      .locator(".spinner")
      .first()
      .waitFor({ state: isWaiting ? "visible" : "detached" });
    await inspect(visitor, `console ${name}`, found);
  }
  await visitor.go("policy-edit");
  await page.locator("form input").first().fill("30");
  await page.locator("form button[type=submit]").click();
  await page.getByTestId("direct").waitFor();
  await inspect(visitor, "console review", found);
  await visitor.go("transactions/events");
  await page.getByTestId("lines").locator("a").first().click();
  await page.getByTestId("outcome").waitFor();
  await inspect(visitor, "console transaction", found);
}

/** The tests. */
export function reachTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  for (const language of ["sv", "en"] as const) {
    for (const theme of ["light", "dark"] as const) {
      test(`every screen can be reached by everybody: ${language}, ${theme}, 320 pixels`, async () => {
        const { network, browser } = world();
        const visitor = await Visitor.of(browser, network, { language, theme, width: 320, height: 640 });
        const { page } = visitor;
        const found: string[] = [];
        await withAxe(visitor);
        await visitor.open();
        await inspect(visitor, "welcome", found);
        await visitor.importFile(network.path("wallets/member-1/key.json"));
        for (const name of SCREENS) {
          await visitor.go(name);
          await page
            .locator(".spinner")
            .first()
            .waitFor({ state: name === "show" ? "visible" : "detached" });
          await inspect(visitor, name, found);
        }
        await visitor.go(`pay/${request(network, 1)}`);
        await page.getByTestId("left").waitFor();
        await inspect(visitor, "pay", found);
        await inspectVoucher(visitor, network, found);
        await inspectMarket(visitor, network, found);
        await visitor.go("activity");
        await page.locator("a.item").first().click();
        await page.locator(".facts").waitFor();
        await inspect(visitor, "receipt", found);
        for (const name of EXPLORER) {
          await page.goto(`${visitor.origin}/explorer/#/${name}`);
          await page.getByText(/…$/).first().waitFor({ state: "detached" });
          await inspect(visitor, `explorer ${name}`, found);
        }
        await inspectConsole(visitor, network, found);
        await visitor.leave();
        const till = await Visitor.of(browser, network, { language, theme, width: 320, height: 640 });
        await withAxe(till);
        await inspectTill(till, network, found);
        await till.leave();
        assert.deepEqual(found, []);
      });
    }
  }

  test("a payment is made by keyboard alone, with the passphrase asked for on the way", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    issue(network, "nordmat", addressOf(network, "member-1"), "50");
    const before = totalOf(network, "member-1", "nordmat");
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await page.reload();
    await visitor.proven();
    const code = request(network, 7);
    await visitor.tabTo("link", "Skanna");
    await page.keyboard.press("Enter");
    await visitor.tabTo("textbox", "Koden som text");
    await page.keyboard.insertText(code);
    await visitor.tabTo("button", "Använd");
    await page.keyboard.press("Enter");
    await page.getByTestId("left").waitFor();
    await visitor.tabTo("button", "Betala nu");
    await page.keyboard.press("Enter");
    await visitor.tabTo("textbox", "Lösenfras");
    await page.keyboard.insertText(PASSPHRASE);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Betalt" }).waitFor();
    assert.equal(totalOf(network, "member-1", "nordmat"), before - 7);
    await visitor.leave();
  });

  test("a screen reader says a brand's amount once, with the brand", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { width: 1280, height: 860 });
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    const shown = await visitor.amount("Nordmat");
    const tree = await page.locator("main").ariaSnapshot();
    const lines = tree.split("\n").filter((line) => line.replace(/\s+/gu, " ").includes(shown));
    assert.equal(lines.length, 1, tree);
    assert.match(lines[0] ?? "", /link.*Nordmat/);
    await picture(page, "home-wide");
    await visitor.leave();
  });
}
