/** Scenario 22: keys in the browser, and a page that does nothing else than it should. */

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser } from "playwright-core";

import { becomeMember, PHRASE } from "./member.js";
import type { Network } from "./world.js";
import { addressOf, lojal, stored, until, Visitor } from "./world.js";

async function exported(visitor: Visitor, path: string): Promise<string> {
  await visitor.go("security");
  const [download] = await Promise.all([
    visitor.page.waitForEvent("download"),
    visitor.button("Spara nyckelfilen").click(),
  ]);
  await download.saveAs(path);
  return readFileSync(path, "utf8");
}

/** The tests. */
export function keyTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("a key file of the command line unlocks in the browser, and comes out byte for byte", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const path = network.path("wallets/member-1/key.json");
    await visitor.importFile(path);
    assert.equal(await exported(visitor, join(network.scratch, "out.json")), readFileSync(path, "utf8"));
    await visitor.leave();
  });

  test("a key file of the browser signs on the command line, and no secret is stored", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const list = await becomeMember(visitor);
    const home = join(network.scratch, "devnet/wallets/from-browser");
    mkdirSync(home, { recursive: true });
    const file = await exported(visitor, join(home, "key.json"));
    for (const name of ["genesis.toml", "wallet.toml"]) {
      copyFileSync(network.path(`wallets/member-1/${name}`), join(home, name));
    }
    const { address } = JSON.parse(file) as { address: string };
    assert.equal(addressOf(network, "from-browser"), address);
    // It reads its own account with a token that the key has signed.
    assert.match(lojal(home, PHRASE, "balance"), /never received points/);
    const values = await stored(visitor.page);
    const text = JSON.stringify(values);
    assert.ok(values["key"] === file && values["genesis"] !== undefined);
    const phrases = [list.join(" "), ...list.slice(0, 23).map((word, at) => `${word} ${list[at + 1] ?? ""}`)];
    for (const secret of [PHRASE, ...phrases]) {
      assert.ok(!text.includes(secret), "no words and no passphrase are stored");
    }
    const { entropy } = await import("@lojal/client").then(({ Backup, toHex }) => {
      return { entropy: toHex(Backup.fromWords(list.join(" ")).entropy()) };
    });
    assert.ok(!text.includes(entropy), "no seed is stored");
    await visitor.leave();
  });

  test("words bring the same wallet back, and a wrong passphrase opens nothing", async () => {
    const { network, browser } = world();
    const words = readFileSync(network.path("wallets/member-2/words"), "utf8");
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.open();
    await visitor.button("Jag har 24 ord").click();
    await page.getByLabel("Orden").fill(words.replace(/\d+\.?\s/g, ""));
    await visitor.button("Fortsätt").click();
    await page.locator("input[type=password]").first().fill("kort");
    await page.locator("input[type=password]").last().fill("kort");
    await visitor.button("Klar").click();
    await page.getByText("Minst 10 tecken.").first().waitFor();
    await page.locator("input[type=password]").first().fill("en helt annan fras");
    await page.locator("input[type=password]").last().fill("en helt annan fras");
    await visitor.button("Klar").click();
    await visitor.proven();
    await visitor.go("show");
    assert.equal((await page.getByTestId("address").innerText()).trim(), addressOf(network, "member-2"));
    await visitor.go("security");
    await visitor.button("Lås nu").click();
    await page.getByLabel("Lösenfras").fill("fel lösenfras");
    await visitor.button("Lås upp").click();
    await page.getByText("Fel lösenfras.").waitFor();
    assert.equal((await stored(page))["token"], undefined, "a locked wallet has no right to read");
    await page.getByLabel("Lösenfras").fill("en helt annan fras");
    await visitor.button("Lås upp").click();
    await visitor.page.getByRole("heading", { name: "Säkerhet", exact: true }).waitFor();
    await visitor.leave();
  });

  test("the key is replaced, and the next one signs after a reload", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await becomeMember(visitor);
    await visitor.go("show");
    const address = (await page.getByTestId("address").innerText()).trim();
    network.lojal("nordmat", "issue", address, "100", "nordmat", "--receipt", `rotation ${address}`);
    await page.getByText("+100 Nordmat").waitFor();
    const before = (await stored(page))["key"];
    await visitor.go("security");
    await visitor.button("Byt nyckel").click();
    await page.getByLabel(/Lösenfras/).fill(PHRASE);
    await visitor.button("Byt nyckel").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    const values = await until(
      () => stored(page),
      (found) => found["key"] !== before && found["token"] !== undefined,
    );
    assert.ok(values["key"] !== before && values["next-key"] === undefined);
    await page.reload();
    await visitor.go("");
    await visitor.proven();
    assert.equal(await visitor.amount("Nordmat"), "100 poäng");
    await visitor.go("security");
    await visitor.button("Frys kontot").click();
    await page.getByRole("dialog").getByLabel("Lösenfras").fill(PHRASE);
    await page.getByRole("dialog").getByRole("button", { name: "Lås upp" }).click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    await visitor.go("");
    await page.getByText("Kontot är fryst. Inget lämnar det.").waitFor();
    await visitor.leave();
  });

  test("an injected script does nothing, and no page may be put into a frame", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    const ran = await page.evaluate(async () => {
      const flags = globalThis as unknown as Record<string, boolean>;
      const inline = document.createElement("script");
      try {
        inline.textContent = "globalThis.stolen = true";
      } catch {
        // Trusted types refuse it already.
      }
      document.body.append(inline);
      const image = document.createElement("img");
      try {
        image.setAttribute("onerror", "globalThis.stolen = true");
      } catch {
        // And this.
      }
      image.src = "/wallet/none.png";
      document.body.append(image);
      await new Promise((resolve) => image.addEventListener("error", resolve, { once: true }));
      let isOut = false;
      await fetch("https://example.org/").then(
        () => (isOut = true),
        () => undefined,
      );
      let isEvaluated = false;
      try {
        isEvaluated = new Function("return true")() as boolean;
      } catch {
        // No text becomes a script.
      }
      return { isStolen: flags["stolen"] === true, isOut, isEvaluated };
    });
    assert.deepEqual(ran, { isStolen: false, isOut: false, isEvaluated: false });
    const answer = await page.request.get(`${visitor.origin}/wallet/`);
    const policy = answer.headers()["content-security-policy"] ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
    ]) {
      assert.ok(policy.includes(part), policy);
    }
    assert.ok(visitor.faults.length > 0, "the browser says what it has refused");
    visitor.faults.length = 0;
    await visitor.leave();
  });
}
