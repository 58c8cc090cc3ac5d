/** A member's vouchers: claimed, listed, used at a till, and returned. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Browser } from "playwright-core";

import { CUP } from "./campaigns.js";
import type { Network } from "./world.js";
import { PASSPHRASE, picture, plain, totalOf, until, Visitor } from "./world.js";

type Uris = typeof import("../../../clients/typescript/dist/src/wallet/uri.js");
const uri = new URL("../../../../clients/typescript/dist/src/wallet/uri.js", import.meta.url);
const uris = (await import(uri.href)) as Uris;

type World = () => { readonly network: Network; readonly browser: Browser };

interface Voucher {
  readonly voucher: string;
  readonly campaign: number;
  readonly left: number;
}

/** The vouchers of the coffee bar that an account proves, as the wallet of the command line has them. */
function vouchersOf(network: Network, wallet: string, ...of: readonly string[]): readonly Voucher[] {
  const json = network.lojal(wallet, "vouchers", ...of, "--brand", "kaffet", "--json");
  return (JSON.parse(json) as { readonly vouchers: readonly Voucher[] }).vouchers;
}

/** The uses that are left of all vouchers for cups of a wallet. */
function usesOf(network: Network, wallet: string): number {
  return vouchersOf(network, wallet).reduce((sum, { left }) => sum + left, 0);
}

/** Claims a voucher for a cup by the command line, and answers with its id. */
export function claimCups(network: Network, wallet: string, uses: number, ...more: readonly string[]): string {
  const owner = more[0] === "--for" && more[1] !== undefined ? [more[1]] : [];
  const before = new Set(vouchersOf(network, wallet, ...owner).map(({ voucher }) => voucher));
  network.lojal(wallet, "claim", "kaffet", String(CUP), "--quantity", String(uses), ...more, "--yes");
  const found = vouchersOf(network, wallet, ...owner).find(({ voucher }) => !before.has(voucher));
  assert.ok(found !== undefined, "the claim gave a voucher");
  return found.voucher;
}

/** A till's request for a voucher for cups, as the wallet of the command line writes it. */
export function requestCups(network: Network, uses: number, ...more: readonly string[]): string {
  const asked = ["request", "--voucher", String(CUP), "kaffet", "--uses", String(uses), ...more, "--json"];
  return (JSON.parse(network.lojal("kaffet", ...asked)) as { readonly request: string }).request;
}

/** The same request for a voucher of another campaign, which no till shows that knows the terms. */
function ofCampaign(code: string, number: number): string {
  const { chain, request } = uris.voucherCallFromUri(code);
  const campaign = number as typeof request.campaign;
  return uris.voucherCallToUri({ chain, request: { ...request, campaign } });
}

async function scan(visitor: Visitor, code: string): Promise<void> {
  await visitor.go("scan");
  await visitor.page.locator("textarea").fill(code);
  await visitor.page.locator("form button[type=submit]").click();
}

function useTests(world: World): void {
  test("a voucher is claimed, listed, used at a till once that is final, and no code is answered twice", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go(`claim/kaffet/${CUP}`);
    await visitor.button("Fler").click();
    await visitor.button("Fler").click();
    await page.getByTestId("left").waitFor();
    await visitor.button("Hämta för 3,00 poäng").click();
    await page.getByRole("link", { name: "Se kupongen" }).click();
    await page.getByTestId("uses").filter({ hasText: "3 gånger" }).waitFor();
    const [, id = ""] = /voucher\/([0-9a-f]{32})$/.exec(page.url()) ?? [];
    await picture(page, "voucher");
    await visitor.go("vouchers");
    const shown = page.getByTestId("vouchers-kaffet").locator(`a[href="#/voucher/${id}"]`);
    await shown.filter({ hasText: "Kan lämnas tillbaka" }).waitFor();
    assert.match(plain(await shown.innerText()), /Kupong, kampanj 106 3 gånger kvar · till och med \d+ \p{L}+ \d{4}/u);
    await picture(page, "vouchers");
    const code = requestCups(network, 2);
    await scan(visitor, code);
    await page.getByTestId("left").waitFor();
    assert.equal(await page.getByTestId("amount").innerText(), "2 gånger");
    await picture(page, "voucher-use");
    const before = usesOf(network, "member-1");
    await visitor.button("Använd 2 gånger nu").click();
    await page.getByRole("heading", { name: "Använd", exact: true }).waitFor();
    const outcome = page.getByTestId("outcome");
    const told = plain(await outcome.innerText());
    assert.match(told, /2 gånger Kupong använd · Kaffet .* Slutgiltigt i block \d+ Kod för kassan [0-9A-F]{8}/);
    const after = usesOf(network, "member-1");
    assert.equal(after, before - 2);
    await scan(visitor, code);
    await page.getByText("Den här koden är redan besvarad.").waitFor();
    assert.equal(await visitor.button("Använd 2 gånger nu").and(page.locator(":enabled")).count(), 0);
    await visitor.leave();
  });

  test("a voucher is used by keyboard alone, with the passphrase asked for on the way", async () => {
    const { network, browser } = world();
    claimCups(network, "member-1", 1);
    const visitor = await Visitor.of(browser, network, { language: "en" });
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await page.reload();
    await visitor.proven();
    const before = usesOf(network, "member-1");
    await visitor.tabTo("link", "Vouchers");
    await page.keyboard.press("Enter");
    await visitor.tabTo("link", "Scan the till's code");
    await page.keyboard.press("Enter");
    await visitor.tabTo("textbox", "The code as text");
    await page.keyboard.insertText(requestCups(network, 1));
    await visitor.tabTo("button", "Use");
    await page.keyboard.press("Enter");
    await page.getByTestId("left").waitFor();
    await visitor.tabTo("button", "Use it once now");
    await page.keyboard.press("Enter");
    await visitor.tabTo("textbox", "Passphrase");
    await page.keyboard.insertText(PASSPHRASE);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Used", exact: true }).waitFor();
    const after = usesOf(network, "member-1");
    assert.equal(after, before - 1);
    await visitor.leave();
  });

  test("a request that no voucher fits says so, and one for more uses than there are how many there are", async () => {
    const { network, browser } = world();
    claimCups(network, "member-1", 1);
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await scan(visitor, requestCups(network, 90));
    await page.getByTestId("none").filter({ hasText: "Du har högst" }).waitFor();
    await scan(visitor, ofCampaign(requestCups(network, 1), CUP + 1));
    await page.getByTestId("none").filter({ hasText: "Du har ingen kupong som passar." }).waitFor();
    await visitor.go("voucher/unknown");
    await page.getByText("Den kupongen finns inte längre").waitFor();
    await visitor.leave();
  });
}

function returnTests(world: World): void {
  test("what isn't used of a voucher is returned, after a look at what comes back and what goes", async () => {
    const { network, browser } = world();
    const id = claimCups(network, "member-1", 3);
    const before = totalOf(network, "member-1", "kaffet");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go(`voucher/${id}`);
    await page.getByRole("link", { name: "Lämna tillbaka" }).click();
    await visitor.button("Färre").click();
    assert.equal(plain(await page.getByTestId("back").innerText()), "2,00");
    assert.equal(plain(await page.getByTestId("rest").innerText()), "1 gång kvar");
    await page.getByTestId("left").waitFor();
    // What comes back is asked for anew with each use more or less.
    const lives = await until(() => page.getByTestId("lives").innerText(), (text) => plain(text).startsWith("2,00"));
    assert.match(plain(lives), /^2,00 · \d+ \p{L}+\.? \d{4}$/u);
    await picture(page, "voucher-return");
    await visitor.button("Lämna tillbaka för 2,00 poäng").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.match(plain(await page.getByTestId("outcome").innerText()), /2,00 Fick tillbaka · Kaffet/);
    assert.equal(totalOf(network, "member-1", "kaffet"), before + 200);
    const left = vouchersOf(network, "member-1").find(({ voucher }) => voucher === id)?.left;
    assert.equal(left, 1);
    await visitor.leave();
  });

  test("the family's vouchers are listed with whose they are, and answer a till that wants one of them", async () => {
    const { network, browser } = world();
    // The family that was made in an earlier test, which has got points in another one.
    const { address } = JSON.parse(network.lojal("member-2", "household", "show", "--json")) as { address: string };
    const id = claimCups(network, "member-2", 1, "--for", address);
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-2/key.json"));
    await visitor.go("vouchers");
    await page.locator(`a[href="#/voucher/${id}"]`).filter({ hasText: "familjens pott" }).waitFor();
    await scan(visitor, requestCups(network, 1, "--household", address));
    await page.getByText("Kassan vill ha en av familjens kuponger.").waitFor();
    await page.getByTestId("left").waitFor();
    await visitor.button("Använd en gång nu").click();
    await page.getByRole("heading", { name: "Använd", exact: true }).waitFor();
    const left = vouchersOf(network, "member-2", address).filter(({ voucher }) => voucher === id);
    assert.deepEqual(left, []);
    await visitor.leave();
  });
}

/** The tests. */
export function voucherTests(world: World): void {
  useTests(world);
  returnTests(world);
}
