/** Points that wait: an admin says for how many days, a member sees what is on its way, and nobody can spend it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Browser } from "playwright-core";

import { signIn } from "./console.js";
import type { Network } from "./world.js";
import { addressOf, issue, picture, plain, totalOf, Visitor } from "./world.js";

/** The tests of points that wait. */
export function pendingTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("an admin lets new points wait, and a member sees them below the balance and not in it", async () => {
    const { network, browser } = world();
    const admin = await Visitor.of(browser, network, { width: 1280, height: 900 });
    await signIn(admin, network, "havshotell");
    await admin.go("policy");
    await admin.page.getByRole("link", { name: "Ändra väntetiden" }).click();
    const days = admin.page.getByLabel("Dagar innan nya poäng går att använda");
    await days.fill("91");
    await admin.page.getByText("0 till 90 dagar.").waitFor();
    await days.fill("14");
    await admin.button("Granska").click();
    await admin.page.getByTestId("review").getByText("14 dagar senare").waitFor();
    await picture(admin.page, "console-pending");
    await admin.button("Skriv under").click();
    await admin.page.getByTestId("sent").filter({ hasText: "Klart" }).waitFor();

    const member = addressOf(network, "member-1");
    const before = totalOf(network, "member-1", "havshotell");
    issue(network, "havshotell", member, "50");
    const visitor = await Visitor.of(browser, network);
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    const card = visitor.page.locator("a.card", { hasText: "Havshotell" });
    const coming = plain(await card.getByTestId("coming").innerText());
    assert.match(coming, /^50 på väg, från \d+ \p{L}+ \d{4}$/u);
    const sum = new Intl.NumberFormat("sv-SE").format(before);
    assert.ok((await visitor.amount("Havshotell")).startsWith(plain(sum)), "what waits is in no sum");
    await picture(visitor.page, "wallet-coming");
    await card.click();
    assert.equal(plain(await visitor.page.getByTestId("coming").innerText()), coming);
    await visitor.leave();

    await admin.go("");
    await admin.page.getByTestId("part-pending").getByText("50").waitFor();
    await admin.page.getByText("Summan går ihop").waitFor();
    await admin.leave();
    network.lojal("havshotell", "policy", "pending", "havshotell", "0", "--yes");
  });
}
