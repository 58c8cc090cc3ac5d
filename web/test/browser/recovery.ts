/** Guardians and a takeover: the first part of scenario 24, for the owner who still has the wallet. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Backup } from "@lojal/client";
import type { Browser } from "playwright-core";

import { becomeMember, PHRASE } from "./member.js";
import type { Network } from "./world.js";
import { addressOf, issue, picture, until, Visitor } from "./world.js";

/** The tests. */
export function recoveryTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("a takeover by guardians is told at once with the time that is left, and cancelled", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await becomeMember(visitor);
    await visitor.go("show");
    const address = (await page.getByTestId("address").innerText()).trim();
    issue(network, "nordmat", address, "100");
    await page.getByText("+100 Nordmat").waitFor();
    // A guardian has to have an account.
    issue(network, "nordmat", addressOf(network, "member-2"), "10");
    await visitor.go("security");
    await page.getByLabel("Väktarens adress").fill(addressOf(network, "member-2"));
    await visitor.button("Lägg till").click();
    await visitor.button("Spara väktare").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    await visitor.go("security");
    await page.getByText(/Andra väktare gäller från/).waitFor();
    // The change takes effect by the clock alone, which nobody is told of.
    const hasGuardian = async (): Promise<boolean> => {
      await page.evaluate(() => dispatchEvent(new Event("online")));
      return page.getByText("1 av 1 måste säga ja").isVisible();
    };
    assert.ok(await until(hasGuardian, (has) => has));
    await visitor.go("");
    const newKey = Backup.random().key(0).publicKey;
    network.lojal("member-2", "recover", "approve", address, newKey, "--yes");
    await page.getByText("Någon försöker ta över kontot.").waitFor();
    await picture(page, "takeover");
    await visitor.go("security");
    await page.getByText(/Kan ta över om \d+:\d\d/).waitFor();
    await visitor.button("Avbryt övertagandet").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    await visitor.go("");
    await visitor.proven();
    assert.equal(await page.getByText("Någon försöker ta över kontot.").count(), 0);
    await visitor.leave();
  });

  test("a lost account is given to a new wallet by its guardian, which takes it over after the wait", async () => {
    const { network, browser } = world();
    const [old, fresh, guardian] = await Promise.all([
      Visitor.of(browser, network),
      Visitor.of(browser, network),
      Visitor.of(browser, network),
    ]);
    await becomeMember(old);
    await old.go("show");
    const lost = (await old.page.getByTestId("address").innerText()).trim();
    issue(network, "nordmat", lost, "77");
    issue(network, "nordmat", addressOf(network, "member-2"), "10");
    await old.page.getByText("+77 Nordmat").waitFor();
    await old.go("security");
    await old.page.getByLabel("Väktarens adress").fill(addressOf(network, "member-2"));
    await old.button("Lägg till").click();
    await old.button("Spara väktare").click();
    await old.page.getByRole("heading", { name: "Klart" }).waitFor();
    await old.go("security");
    const hasGuardian = async (): Promise<boolean> => {
      await old.page.evaluate(() => dispatchEvent(new Event("online")));
      return old.page.getByText("1 av 1 måste säga ja").isVisible();
    };
    assert.ok(await until(hasGuardian, (has) => has));
    await old.leave();

    await becomeMember(fresh, "Återställ med väktare", "Skapa den nya plånboken");
    await fresh.page.getByLabel("Adressen till det förlorade kontot").fill(lost);
    await fresh.button("Fortsätt").click();
    const wish = (await fresh.page.getByTestId("wish").getAttribute("data-text")) ?? "";
    await fresh.page.getByText("Ingen väktare har bett om den här nyckeln än.").waitFor();
    await picture(fresh.page, "recover");

    await guardian.importFile(network.path("wallets/member-2/key.json"));
    await guardian.go("recover/guardian");
    await guardian.page.getByLabel("Koden som text").fill("något annat");
    await guardian.button("Använd").click();
    await guardian.page.getByText("Det är ingen kod för en återställning.").waitFor();
    await guardian.page.getByLabel("Koden som text").fill(wish);
    await guardian.button("Använd").click();
    assert.equal(
      (await guardian.page.getByTestId("new-key").innerText()).trim(),
      (await fresh.page.getByTestId("wish").innerText()).trim(),
    );
    await guardian.button("Be att kontot får nyckeln").click();
    await guardian.page.getByRole("heading", { name: "Klart" }).waitFor();
    await fresh.page.getByText(/Ägaren kan avbryta i \d+:\d\d till|Tiden att avbryta är ute/).waitFor();
    await guardian.go("recover/guardian");
    await guardian.button("Slutför återställningen").click();
    await guardian.page.getByRole("heading", { name: "Klart" }).waitFor();
    await fresh.button("Ta över kontot").waitFor();
    await fresh.page.getByLabel("Lösenfras").fill(PHRASE);
    await fresh.button("Ta över kontot").click();
    await fresh.proven();
    assert.equal(await fresh.amount("Nordmat"), "77 poäng");
    await fresh.page.reload();
    await fresh.proven();
    assert.equal(await fresh.amount("Nordmat"), "77 poäng");
    await guardian.leave();
    await fresh.leave();
  });

  test("a family shares a pool: a child is invited with a limit, and sees what is left of it", async () => {
    const { network, browser } = world();
    const parent = await Visitor.of(browser, network);
    const child = await Visitor.of(browser, network);
    await becomeMember(child);
    await child.go("show");
    const to = (await child.page.getByTestId("address").innerText()).trim();
    issue(network, "nordmat", to, "10");
    await child.page.getByText("+10 Nordmat").waitFor();
    await parent.importFile(network.path("wallets/member-2/key.json"));
    await parent.go("family");
    await parent.button("Skapa en familj").click();
    await parent.page.getByRole("heading", { name: "Klart" }).waitFor();
    await parent.go("family");
    await parent.page.getByLabel("Adressen till den du bjuder in").fill(to);
    await parent.page.getByRole("radio", { name: "Barn" }).check();
    await parent.page.getByLabel("Nordmat").fill("50");
    await parent.button("Bjud in").click();
    await parent.page.getByRole("heading", { name: "Klart" }).waitFor();
    await parent.go("family");
    await parent.page.getByText("Använt 0 av 50").waitFor();
    const pool = (
      await parent.page
        .locator("section", { hasText: "Familjens adress" })
        .first()
        .locator(".mono")
        .first()
        .innerText()
    ).trim();
    network.lojal("member-2", "send", pool, "30", "nordmat");
    await child.go("family");
    await child.page.getByLabel("Familjens adress").last().fill(pool);
    await child.button("Gå med").click();
    await child.page.getByRole("heading", { name: "Klart" }).waitFor();
    await child.go("");
    await child.page.getByText("Du kan använda 50 till den här månaden").waitFor();
    await picture(child.page, "pool");
    await child.leave();
    await parent.leave();
  });
}
