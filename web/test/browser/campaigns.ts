/** What brands give: rewards, challenges, offers, marks and invitations, claimed in the wallet and proven there. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { lastTrack } from "./levels.js";
import type { Network } from "./world.js";
import { addressOf, answer, issue, picture, plain, PASSPHRASE, totalOf, until, Visitor } from "./world.js";

const DAY_MS = 24 * 60 * 60 * 1000;

interface Shown {
  readonly campaigns: readonly {
    readonly campaign: number;
    readonly times: number;
    readonly stock_left: number | null;
    readonly accepted: boolean | null;
    readonly terms: { readonly paused: boolean };
  }[];
}

interface Pool {
  readonly address: string;
}

/** The campaign of the coffee bar that gives vouchers for a cup, for a point each. */
export const CUP = 106;

/** Sets a campaign of a brand by the command line. */
export function setCampaign(network: Network, brand: string, number: number, ...lines: readonly string[]): void {
  const terms = join(network.scratch, `${brand}-${number}.toml`);
  const [opens, closes] = [Date.now() - 60_000, Date.now() + 40 * DAY_MS];
  const window = `opens_ms = ${opens}\ncloses_ms = ${closes}\nabout = "${"9d".repeat(32)}"`;
  writeFileSync(terms, `${window}\n${lines.join("\n")}\n`);
  network.lojal(brand, "campaign", "set", brand, String(number), terms, "--yes");
}

/** The highest number that a campaign of a brand has ever had. */
export function lastCampaign(network: Network, brand: string): number {
  return (JSON.parse(network.lojal(brand, "campaign", "list", brand, "--json")) as { readonly last: number }).last;
}

/** A campaign of a brand, as the command line reads it. */
export function campaignOf(network: Network, brand: string, number: number): Shown["campaigns"][number] {
  const { campaigns } = JSON.parse(network.lojal(brand, "campaign", "list", brand, "--json")) as Shown;
  const found = campaigns.find(({ campaign }) => campaign === number);
  assert.ok(found !== undefined, `${brand} has no campaign ${number}`);
  return found;
}

/** Gives a brand's operator the role that grants, beside all others. */
export function mayGrant(network: Network, brand: string): void {
  const key = network.lojal(brand, "address", "--key").trim();
  network.lojal(brand, "operator", "set", brand, key, "--roles", "issue,capture,reverse,admin,grant");
}

function pointsUpTo(amount: number, upTo: number): string {
  return `[award]\ntype = "points"\namount = ${amount}\nup_to = ${upTo}`;
}
function points(amount: number): string {
  return pointsUpTo(amount, amount);
}
function mark(number: number, days: number | null): string {
  return `[award]\ntype = "mark"\nmark = ${number}${days === null ? "" : `\ndays = ${days}`}`;
}
function per(times: number, period: string): string {
  return `[per_member]\ntimes = ${times}\nper = "${period}"`;
}
const NEW = '[[requires]]\ntype = "new"\ndays = 30';

/**
 * Begins campaigns of the coffee bar, beside those with which a development network begins: 101 a club for points, 102
 * a challenge, 103 a welcome with a referral, 104 gifts of customer service, 105 one that is paused, 106 a voucher for
 * a cup; and 101 of the ski resort, which the grocer shall pay for.
 */
export function beginCampaigns(network: Network): void {
  mayGrant(network, "kaffet");
  mayGrant(network, "fjallen");
  const card = `[[requires]]\ntype = "progress"\ntrack = ${lastTrack(network, "kaffet")}\nat_least = 10`;
  const referral = "[referral]\naward = 300\nyear_max = 10";
  setCampaign(network, "kaffet", 101, 'by = "member"', "price = 450", "stock = 40", "households = true", mark(7, 30));
  setCampaign(network, "kaffet", 102, 'by = "member"', "budget = 100000", points(1000), card, per(1, "month"));
  setCampaign(network, "kaffet", 103, 'by = "member"', "budget = 200000", points(500), NEW, per(1, "ever"), referral);
  setCampaign(network, "kaffet", 104, 'by = "operator"', "budget = 50000", pointsUpTo(500, 2000));
  setCampaign(network, "kaffet", 105, 'by = "member"', "paused = true", mark(9, null), NEW);
  const cup = ["price = 100", "households = true", "returnable = true", '[award]\ntype = "voucher"\nvalid_days = 60'];
  setCampaign(network, "kaffet", CUP, 'by = "member"', ...cup);
  const sponsor = '[sponsor]\nbrand = "nordmat"\nprice_micro = 5000000';
  setCampaign(network, "fjallen", 101, 'by = "either"', "budget = 20000", points(50), NEW, per(1, "year"), sponsor);
}

/** Begins campaign 107 of the coffee bar for those who are invited, and answers with the end of a member's link. */
function invite(network: Network, member: string, points: string): string {
  const [table, out] = [join(network.scratch, "people.csv"), join(network.scratch, "invited.jsonl")];
  writeFileSync(table, `address,amount\n${addressOf(network, member)},${points}\n`);
  const made = network.lojal("kaffet", "campaign", "invite", "kaffet", "107", table, "--out", out, "--json");
  const { root } = JSON.parse(made) as { readonly root: string };
  const terms = ["budget = 100000", `invited = ["${root}"]`, 'by = "member"', per(1, "ever")];
  setCampaign(network, "kaffet", 107, ...terms, '[[requires]]\ntype = "invited"', pointsUpTo(500, 5000));
  const { link } = JSON.parse(readFileSync(out, "utf8")) as { readonly link: string };
  return link;
}

async function wordsOf(page: Page, brand: string, campaign: number): Promise<string> {
  const item = page.getByTestId(`offer-${brand}-${campaign}`);
  await item.waitFor();
  return plain(await item.innerText());
}

/** Presses the button that signs, and waits until it has happened. */
async function claimed(visitor: Visitor): Promise<string> {
  await visitor.page.getByTestId("left").waitFor();
  await visitor.button(/^Hämta/).click();
  await visitor.page.getByRole("heading", { name: "Klart" }).waitFor();
  return plain(await visitor.page.getByTestId("outcome").innerText());
}

function listTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("what a brand gives is shown with what it costs, what is left, and what is missing in words", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await page.getByRole("link", { name: "Erbjudanden och belöningar" }).click();
    await page.getByRole("link", { name: /^Kaffet/ }).click();
    await page.getByRole("heading", { name: "Kaffet", level: 1 }).waitFor();
    assert.match(await wordsOf(page, "kaffet", 101), /Märke 7 i 30 dagar.*Kostar 4,50 poäng · \d+ kvar · till/);
    const challenge = await wordsOf(page, "kaffet", 102);
    assert.match(challenge, /10,00 poäng.*en gång i månaden.*7 av 10 på spår \d.*3 stämplar till/);
    assert.match(await wordsOf(page, "kaffet", 103), /5,00 poäng.*Gratis · en gång.*känt i högst 30 dagar/);
    assert.match(await wordsOf(page, "kaffet", 104), /högst 20,00 poäng åt gången/);
    assert.match(await wordsOf(page, "kaffet", 105), /Pausat av varumärket/);
    assert.equal(await page.getByTestId("offer-kaffet-104").getByRole("link").count(), 0, "the brand gives it");
    await picture(page, "offers");
    await page.getByTestId("offer-kaffet-102").getByRole("link").click();
    await page.getByRole("heading", { name: "Hämta", level: 1 }).waitFor();
    await page.getByTestId("why").filter({ hasText: "Det här saknas: 3 stämplar till." }).waitFor();
    assert.ok(await visitor.button("Hämta nu").isDisabled(), "what can't be claimed isn't signed");
    await page.route("**/v1/**", (route) => route.abort());
    await visitor.go("brand/kaffet");
    await page.reload();
    await page.locator('[data-state="offline"]').waitFor();
    assert.match(await wordsOf(page, "kaffet", 101), /Märke 7 i 30 dagar/);
    assert.equal(await page.getByTestId("offer-kaffet-101").getByRole("link").count(), 0, "nothing can be claimed now");
    await visitor.leave();
  });

  test("campaigns that a gateway doesn't prove, or changes, are not shown", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await page.route("**/campaigns/proof", (route) =>
      answer(route, async () => {
        const response = await route.fetch();
        const json = (await response.json()) as { readonly proofs: readonly object[] };
        await route.fulfill({ response, body: JSON.stringify({ ...json, proofs: json.proofs.slice(0, 1) }) });
      }),
    );
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("brand/kaffet");
    await page.getByText("Gatewayen bevisar inte vad varumärket ger").waitFor();
    assert.equal(await page.getByTestId("offer-kaffet-101").count(), 0);
    await visitor.leave();
  });
}

function claimTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("a reward is claimed for points, several at once, and its mark stands there with the last day", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    const before = totalOf(network, "member-1", "kaffet");
    const { stock_left: stock } = campaignOf(network, "kaffet", 101);
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("brand/kaffet");
    await page.getByTestId("offer-kaffet-101").getByRole("link", { name: /^Hämta/ }).click();
    await visitor.button("Fler").click();
    assert.equal(await page.getByTestId("gives").innerText(), "Märke 7 i 60 dagar");
    assert.equal(plain(await page.getByTestId("price").innerText()), "9,00");
    assert.match(await claimed(visitor), /Märke 7 i 60 dagar.*Kaffet/);
    assert.equal(totalOf(network, "member-1", "kaffet"), before - 900);
    assert.equal(campaignOf(network, "kaffet", 101).stock_left, (stock ?? 0) - 2);
    await visitor.go("brand/kaffet");
    const marks = page.getByRole("list", { name: "Dina märken hos Kaffet" });
    await marks.waitFor();
    assert.match(plain(await marks.innerText()), /Märke 7 till och med \d+ \p{L}+ \d{4}/u);
    const told = JSON.parse(network.lojal("member-1", "standing", "kaffet", "--json")) as {
      readonly standings: readonly { readonly marks: readonly { readonly mark: number }[] }[];
    };
    assert.deepEqual(told.standings[0]?.marks.map(({ mark: one }) => one), [7]);
    await visitor.leave();
  });

  test("the family's pool claims where the campaign lets it, with its own points, and has the mark", async () => {
    const { network, browser } = world();
    // The family that was made in an earlier test.
    const shown = JSON.parse(network.lojal("member-2", "household", "show", "--json")) as Pool;
    issue(network, "kaffet", shown.address, "20.00");
    const [before, times] = [totalOf(network, "member-2", "kaffet"), campaignOf(network, "kaffet", 101).times];
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-2/key.json"));
    await visitor.go("claim/kaffet/101");
    await page.getByRole("radio", { name: "familjens pott" }).check();
    await page.getByTestId("left").filter({ hasText: "15,50" }).waitFor();
    await claimed(visitor);
    assert.equal(totalOf(network, "member-2", "kaffet"), before, "the member's own points stay");
    assert.equal(campaignOf(network, "kaffet", 101).times, times + 1);
    await visitor.go("levels");
    await page.getByRole("region", { name: "Familjens pott" }).getByText("Märke 7").waitFor();
    await visitor.leave();
  });

  test("an offer is claimed once, and then it says that it is", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    const before = totalOf(network, "member-1", "kaffet");
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("claim/kaffet/103");
    assert.match(await claimed(visitor), /5,00 poäng/);
    assert.equal(totalOf(network, "member-1", "kaffet"), before + 500);
    await visitor.go("brand/kaffet");
    const isDone = /Du har hämtat det/;
    assert.match(await until(() => wordsOf(page, "kaffet", 103), (words) => isDone.test(words)), isDone);
    await visitor.leave();
  });
}

function personalTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("who is invited opens a link, claims a sum of its own, and nobody else does by that link", async () => {
    const { network, browser } = world();
    const place = invite(network, "member-1", "12.50").slice("/wallet/#/".length);
    const other = await Visitor.of(browser, network);
    await other.importFile(network.path("wallets/member-2/key.json"));
    await other.go(place);
    await other.page.getByTestId("not-personal").waitFor();
    assert.ok(await other.button("Hämta nu").isDisabled(), "it isn't for this account");
    await other.leave();

    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    const before = totalOf(network, "member-1", "kaffet");
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("brand/kaffet");
    assert.match(await wordsOf(page, "kaffet", 107), /öppna länken i din inbjudan/);
    await visitor.go(place);
    await page.getByTestId("personal").waitFor();
    await page.getByTestId("gives").filter({ hasText: "12,50" }).waitFor();
    await visitor.go("brand/kaffet");
    assert.match(await wordsOf(page, "kaffet", 107), /12,50 poäng/, "the invitation is kept");
    await visitor.go("claim/kaffet/107");
    assert.match(await claimed(visitor), /12,50 poäng/);
    assert.equal(totalOf(network, "member-1", "kaffet"), before + 1250);
    await visitor.leave();
  });
}

function invitationTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("an invitation is a code and a link, and opening it leads to the claim with whoever has sent it", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    const own = addressOf(network, "member-1");
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("brand/kaffet");
    await page.getByRole("link", { name: /Bjud in någon/ }).click();
    await page.getByRole("img", { name: "QR-kod med din inbjudan" }).waitFor();
    const link = (await page.getByTestId("invitation").innerText()).trim();
    assert.equal(link, `${visitor.origin}/wallet/#/claim/kaffet/103/${own}`);
    await picture(page, "invite");
    await visitor.leave();

    const other = await Visitor.of(browser, network);
    await other.importFile(network.path("wallets/member-2/key.json"));
    await other.go("scan");
    await other.page.locator("textarea").fill(link);
    await other.button("Använd").click();
    const invited = other.page.getByTestId("invited");
    await invited.waitFor();
    assert.match(plain(await invited.innerText()), /Du är inbjuden av tloj1.*, som får 3,00 poäng/);
    await other.page.getByTestId("why").waitFor();
    assert.match(await other.page.getByTestId("why").innerText(), /Varumärket känner dig inte än/);
    // The invitation is there again when the place doesn't name it.
    await other.go("claim/kaffet/103");
    await other.page.reload();
    await invited.waitFor();
    await other.button("Hämta utan inbjudan").click();
    await invited.waitFor({ state: "detached" });
    await other.go("claim/kaffet/103/" + addressOf(network, "member-2"));
    await other.page.getByText("Det är din egen inbjudan.").waitFor();
    await other.leave();
  });

  test("an unknown brand or campaign is told as one", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("claim/kaffet/999");
    await page.getByText("Det finns ingen sådan kampanj hos varumärket.").waitFor();
    await visitor.go("claim/nobody/1");
    await page.getByText("Det finns inget sådant varumärke").waitFor();
    await visitor.leave();
  });

  test("a claim is made by keyboard alone, with the passphrase asked for on the way", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    const { times } = campaignOf(network, "kaffet", 101);
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("brand/kaffet");
    await page.reload();
    await visitor.tabTo("link", /^Hämta ?: Märke 7/);
    await page.keyboard.press("Enter");
    await page.getByTestId("left").waitFor();
    await visitor.tabTo("button", /^Hämta för 4,50/);
    await page.keyboard.press("Enter");
    await visitor.tabTo("textbox", "Lösenfras");
    await page.keyboard.insertText(PASSPHRASE);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.equal(campaignOf(network, "kaffet", 101).times, times + 1);
    await visitor.leave();
  });
}

/** The tests. */
export function campaignTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  listTests(world);
  claimTests(world);
  personalTests(world);
  invitationTests(world);
}
