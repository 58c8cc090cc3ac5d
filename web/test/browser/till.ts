/** The till in a wallet: an operator's key asks, gives and takes back, and believes nothing that isn't proven. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Browser, Page } from "playwright-core";

import type { Network } from "./world.js";
import { addressOf, answer, issue, PASSPHRASE, picture, plain, totalOf, until, Visitor } from "./world.js";

type World = () => { readonly network: Network; readonly browser: Browser };

/** Opens the till of nordmat. */
export async function openTill(visitor: Visitor, network: Network): Promise<void> {
  await visitor.importFile(network.path("wallets/nordmat/key.json"));
  await visitor.go("till");
  await visitor.page.getByTestId("keypad").waitFor();
}

/** Types an amount on the keys, and asks for it. Answers with the code that is shown. */
async function askFor(visitor: Visitor, way: string, amount: string): Promise<string> {
  const { page } = visitor;
  await visitor.go("till");
  await page.getByRole("radio", { name: way }).check();
  for (const key of amount) {
    await page.getByTestId("keypad").getByRole("button", { name: key, exact: true }).click();
  }
  await visitor.button("Visa kod").click();
  await page.getByText("Koden som text").click();
  return (await page.getByTestId("code").innerText()).trim();
}

/** A member with a wallet in another browser. */
async function member(browser: Browser, network: Network, name: string): Promise<Visitor> {
  const visitor = await Visitor.of(browser, network);
  await visitor.importFile(network.path(`wallets/${name}/key.json`));
  return visitor;
}

/** What became of something, once it is that which is waited for: what was before may still be on the screen. */
async function shown(page: Page, title: string): Promise<string> {
  const outcome = page.getByTestId("till-outcome").filter({ hasText: title });
  await outcome.waitFor();
  return plain(await outcome.innerText());
}

/** The total of a kind of deed today, as the till has it. */
async function totals(visitor: Visitor): Promise<string> {
  await visitor.go("till");
  await visitor.page.getByTestId("totals").waitFor();
  return plain(await visitor.page.getByTestId("totals").innerText());
}

/** The key of a wallet of the command line. */
function keyOf(network: Network, wallet: string): string {
  return network.lojal(wallet, "address", "--key").trim();
}

async function pasted(page: Page, text: string): Promise<void> {
  await page.getByLabel("Koden som text").fill(text);
  await page.getByRole("button", { name: "Använd" }).click();
}

function payTests(world: World): void {
  test("a till shows a code, sees it paid and proven, and knows the member by the last four letters", async () => {
    const { network, browser } = world();
    const till = await Visitor.of(browser, network);
    issue(network, "nordmat", addressOf(network, "member-1"), "60");
    await openTill(till, network);
    await picture(till.page, "till");
    const code = await askFor(till, "Ta betalt", "42");
    await picture(till.page, "till-code");
    // Whoever reloads the page goes on where they were.
    await till.page.reload();
    await till.page.getByText("Väntar på medlemmen…").waitFor();
    const payer = await member(browser, network, "member-1");
    await payer.go(`pay/${code}`);
    await payer.button("Betala nu").click();
    await payer.page.getByRole("heading", { name: "Betalt" }).waitFor();
    const text = await shown(till.page, "Betalt");
    const last = addressOf(network, "member-1").slice(-4);
    assert.match(text, new RegExp(`Betalt.*42.*Nordmat · medlem …${last}.*Bevisat`));
    await picture(till.page, "till-paid");
    await till.page.getByRole("link", { name: "Nästa kund" }).click();
    assert.match(await totals(till), /Betalt 42 1 st/);
    await payer.leave();
    await till.leave();
  });

  test("a till is told a lie about a payment, and doesn't take it for one", async () => {
    const { network, browser } = world();
    const till = await Visitor.of(browser, network);
    const payer = await member(browser, network, "member-1");
    issue(network, "nordmat", addressOf(network, "member-1"), "20");
    await openTill(till, network);
    const first = await askFor(till, "Ta betalt", "3");
    let paid = "";
    till.page.on("response", (response) => {
      if (response.url().includes("/v1/payments/") && response.ok()) {
        void response.text().then((body) => (paid = body));
      }
    });
    await payer.go(`pay/${first}`);
    await payer.button("Betala nu").click();
    await shown(till.page, "Betalt");
    await until(
      () => Promise.resolve(paid),
      (body) => body !== "",
    );
    // The gateway shows the payment of the one before as that of another.
    await till.page.route("**/v1/payments/*", (route) =>
      answer(route, (asked) =>
        asked.fulfill({ status: 200, contentType: "application/json", body: paid }),
      ),
    );
    await till.go("till");
    await till.page.getByRole("radio", { name: "Ta betalt" }).check();
    await till.page.getByLabel("Belopp i poäng").fill("3");
    await till.button("Visa kod").click();
    assert.match(await shown(till.page, "Gatewayen ljuger"), /Lämna inte ut varan/);
    await payer.leave();
    await till.leave();
  });

  test("a till asks by keyboard alone, and a wrong amount is said", async () => {
    const { network, browser } = world();
    const till = await Visitor.of(browser, network, { width: 1280, height: 860 });
    const { page } = till;
    await openTill(till, network);
    await page.getByLabel("Belopp i poäng").focus();
    await page.keyboard.type("1,5");
    await page.getByText("Skriv ett helt antal, till exempel 100.").waitFor();
    assert.ok(await till.button("Visa kod").isDisabled());
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Enter");
    await page.getByText("Väntar på medlemmen…").waitFor();
    assert.equal(plain(await page.getByTestId("amount").innerText()), "1");
    await picture(page, "till-code-wide");
    await page.getByRole("link", { name: "Avbryt" }).focus();
    await page.keyboard.press("Enter");
    await page.getByTestId("keypad").waitFor();
    await page.getByText("väntar").first().waitFor();
    await till.leave();
  });
}

function holdTests(world: World): void {
  test("points are held for a till, which takes some of them by the request, or by the member's ticket", async () => {
    const { network, browser } = world();
    const till = await Visitor.of(browser, network);
    const guest = await member(browser, network, "member-2");
    issue(network, "nordmat", addressOf(network, "member-2"), "100");
    const before = totalOf(network, "member-2", "nordmat");
    await openTill(till, network);
    const first = await askFor(till, "Reservera", "30");
    await guest.go(`pay/${first}`);
    await guest.button("Reservera nu").click();
    await guest.page.getByTestId("ticket").waitFor();
    await picture(guest.page, "ticket");
    assert.match(await shown(till.page, "Reserverat"), /30/);
    await till.button("Ta reserverade poäng").click();
    await till.page.getByLabel("Så mycket tas").fill("31");
    await till.page.getByText("Högst 30 är reserverat.").waitFor();
    await till.page.getByLabel("Så mycket tas").fill("25");
    await till.button("Ta poängen").click();
    assert.match(await shown(till.page, "Poängen är tagna"), /25/);
    assert.equal(totalOf(network, "member-2", "nordmat"), before - 25);

    const second = await askFor(till, "Reservera", "20");
    await guest.go(`pay/${second}`);
    await guest.button("Reservera nu").click();
    const ticket = (await guest.page.getByTestId("ticket").getAttribute("data-text")) ?? "";
    assert.match(await shown(till.page, "Reserverat"), /20/);
    await till.go("till-take");
    await pasted(till.page, addressOf(network, "member-2"));
    await till.page.getByText("Det är en adress. Här behövs medlemmens biljett.").waitFor();
    await pasted(till.page, ticket);
    await till.button("Släpp allt").click();
    await shown(till.page, "Poängen är släppta");
    assert.equal(totalOf(network, "member-2", "nordmat"), before - 25);
    assert.match(await totals(till), /Tagit reserverat 25 1 st/);
    await guest.leave();
    await till.leave();
  });
}

function giveTests(world: World): void {
  test("points are given once for a receipt, and taken back for a return", async () => {
    const { network, browser } = world();
    const till = await Visitor.of(browser, network);
    const { page } = till;
    const to = addressOf(network, "member-2");
    const before = totalOf(network, "member-2", "nordmat");
    const receipt = `kassa 7, ${crypto.randomUUID()}`;
    await openTill(till, network);
    const give = async (): Promise<void> => {
      await till.go("till");
      await page.getByRole("radio", { name: "Ge poäng" }).check();
      await page.getByLabel("Belopp i poäng").fill("15");
      await till.button("Skanna medlemmen").click();
      await pasted(page, to);
      await page.getByLabel("Kvittonummer").fill(receipt);
    };
    await give();
    await till.button("Ge poäng").click();
    assert.match(await shown(page, "Poängen är givna"), new RegExp(`15.*medlem …${to.slice(-4)}`));
    await picture(page, "till-given");
    assert.equal(totalOf(network, "member-2", "nordmat"), before + 15);
    await give();
    await page.locator(".notice.bad").waitFor();
    assert.ok(await till.button("Ge poäng").isDisabled(), "the same receipt gives nothing twice");

    await till.go("till-return");
    await page.getByLabel("Köpets kvittonummer").fill("inget sådant köp");
    await till.button("Sök köpet").click();
    await page.getByText("Inget köp är känt under det kvittot.").waitFor();
    await page.getByLabel("Köpets kvittonummer").fill(receipt);
    await till.button("Sök köpet").click();
    await page.getByTestId("purchase").waitFor();
    await page.getByLabel("Så många tas tillbaka, högst").fill("10");
    await page.getByLabel("Returens kvittonummer").fill(`retur ${receipt}`);
    await picture(page, "till-return");
    await till.button("Ta tillbaka").click();
    assert.match(await shown(page, "Poängen är tillbaka"), /10/);
    assert.equal(totalOf(network, "member-2", "nordmat"), before + 5);
    assert.match(await totals(till), /Gett 15 1 st.*Tagit tillbaka 10 1 st|Tagit tillbaka 10 1 st.*Gett 15 1 st/);
    await till.leave();
  });

  test("a till sees what is left of its daily limit, and is none any more when it is removed", async () => {
    const { network, browser } = world();
    const [key, own] = [keyOf(network, "member-2"), addressOf(network, "member-2")];
    network.lojal("nordmat", "operator", "set", "nordmat", key, "--roles", "issue", "--issue-daily-max", "100");
    const till = await member(browser, network, "member-2");
    const { page } = till;
    await till.go("till");
    await page.getByRole("radio", { name: "Ge poäng" }).check();
    assert.equal(await page.getByRole("radio", { name: "Reservera" }).count(), 0, "it may issue, and nothing else");
    await page.getByText("Du har gett 0 av 100 i dag.").waitFor();
    await page.getByLabel("Belopp i poäng").fill("60");
    await till.button("Skanna medlemmen").click();
    await pasted(page, addressOf(network, "member-1"));
    await page.getByLabel("Kvittonummer").fill(`kassa 9, ${crypto.randomUUID()}`);
    await till.button("Ge poäng").click();
    await shown(page, "Poängen är givna");
    await page.getByRole("link", { name: "Nästa kund" }).click();
    await page.getByRole("radio", { name: "Ge poäng" }).check();
    await page.getByText("Du har gett 60 av 100 i dag.").waitFor();
    network.lojal("nordmat", "operator", "remove", "nordmat", own);
    await till.go("");
    await till.go("till");
    await page.getByRole("heading", { name: "Den här plånboken är ingen kassa" }).waitFor();
    await till.leave();
  });

  test("a wallet that is no till says which key an admin needs", async () => {
    const { network, browser } = world();
    const visitor = await member(browser, network, "member-1");
    await visitor.go("more");
    await visitor.page.getByRole("link", { name: "Kassa, för den som står i butiken" }).click();
    await visitor.page.getByRole("heading", { name: "Den här plånboken är ingen kassa" }).waitFor();
    assert.match(await visitor.page.getByTestId("till-key").innerText(), /^[0-9a-f]{64}$/);
    await visitor.leave();
  });

  test("a till whose key is locked asks for the passphrase before it gives anything", async () => {
    const { network, browser } = world();
    const till = await Visitor.of(browser, network);
    const { page } = till;
    await openTill(till, network);
    await page.reload();
    await page.getByTestId("keypad").waitFor();
    await page.getByRole("radio", { name: "Ge poäng" }).check();
    await page.getByLabel("Belopp i poäng").fill("1");
    await till.button("Skanna medlemmen").click();
    await pasted(page, addressOf(network, "member-1"));
    await page.getByLabel("Kvittonummer").fill(`kassa 8, ${crypto.randomUUID()}`);
    await till.button("Ge poäng").click();
    await page.getByLabel("Lösenfras").fill(PASSPHRASE);
    await till.button("Lås upp").click();
    await shown(page, "Poängen är givna");
    await till.leave();
  });
}

/** The tests. */
export function tillTests(world: World): void {
  payTests(world);
  holdTests(world);
  giveTests(world);
}
