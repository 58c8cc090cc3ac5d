/** A passkey as the second way to unlock, with an authenticator that the browser makes for tests. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { addressToText, KeyFile, KeyPair, Passphrase } from "@lojal/client";
import type { Browser, CDPSession } from "playwright-core";

import { becomeMember, PHRASE } from "./member.js";
import { violations, withAxe } from "./reach.js";
import type { Network, Visit } from "./world.js";
import { addressOf, issue, PASSPHRASE, picture, request, stored, totalOf, until, Visitor } from "./world.js";

const ON = "Passkey låser upp plånboken i den här webbläsaren.";
const REFUSED = /^Passkeyn användes inte/;

/** A device that verifies who is there, and the passkeys that it has. */
class Device {
  private constructor(
    private readonly session: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async of({ context, page }: Visitor, can: { prf?: boolean; verify?: boolean } = {}): Promise<Device> {
    const { prf: hasPrf = true, verify: isUserVerified = true } = can;
    const session = await context.newCDPSession(page);
    await session.send("WebAuthn.enable");
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        ctap2Version: "ctap2_1",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        hasPrf,
        isUserVerified,
        automaticPresenceSimulation: true,
      },
    });
    return new Device(session, authenticatorId);
  }
  /** The credentials that are on it. */
  async credentials(): Promise<readonly { readonly credentialId: string; readonly rpId?: string }[]> {
    const { credentials } = await this.session.send("WebAuthn.getCredentials", {
      authenticatorId: this.authenticatorId,
    });
    return credentials;
  }
  /** Lets nobody in any more: whoever is there isn't its owner. */
  async close(): Promise<void> {
    const { authenticatorId } = this;
    await this.session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  }
  /** Takes it away, with its passkeys. */
  async remove(): Promise<void> {
    await this.session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: this.authenticatorId });
  }
}

async function turnOn(visitor: Visitor, phrase: string): Promise<void> {
  const { page } = visitor;
  await visitor.go("security");
  await visitor.button("Slå på passkey").click();
  await page.getByLabel("Lösenfras · Passkey").fill(phrase);
  await visitor.button("Fortsätt").click();
  await visitor.button("Skapa passkey").click();
}

/** Opens the key in the dialog that asks before a payment. */
async function payBy(visitor: Visitor, network: Network, amount: number, way: RegExp): Promise<void> {
  const { page } = visitor;
  await visitor.go(`pay/${request(network, amount)}`);
  await page.getByTestId("left").waitFor();
  await visitor.button("Betala nu").click();
  await page.getByRole("dialog").getByRole("button", { name: way }).click();
}

/** The tests. */
export function passkeyTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  const visit = async (settings: Visit = {}): Promise<Visitor> => {
    const { network, browser } = world();
    return Visitor.of(browser, network, { named: true, ...settings });
  };

  test("a passkey unlocks after a lock and a reload, pays, and leaves the key file as it is", async () => {
    const { network } = world();
    issue(network, "nordmat", addressOf(network, "member-1"), "60");
    const before = totalOf(network, "member-1", "nordmat");
    const path = network.path("wallets/member-1/key.json");
    const visitor = await visit();
    const { page } = visitor;
    const device = await Device.of(visitor);
    await visitor.importFile(path);
    await turnOn(visitor, PASSPHRASE);
    await page.getByText(ON).waitFor();
    assert.deepEqual((await device.credentials()).map(({ rpId }) => rpId), ["localhost"]);
    const values = await stored(page);
    assert.equal(values["key"], readFileSync(path, "utf8"), "the command line opens it as before");
    assert.ok(!JSON.stringify(values).includes(PASSPHRASE));
    await visitor.button("Lås nu").click();
    await visitor.button("Lås upp med passkey").click();
    await visitor.go("");
    await visitor.proven();
    await page.reload();
    await visitor.proven();
    await payBy(visitor, network, 7, /^Lås upp med passkey$/);
    await page.getByRole("heading", { name: "Betalt" }).waitFor();
    await page.reload();
    await visitor.go(`pay/${request(network, 5)}`);
    await visitor.button("Betala nu").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Lösenfras").fill(PASSPHRASE);
    await dialog.getByRole("button", { name: "Lås upp", exact: true }).click();
    await page.getByRole("heading", { name: "Betalt" }).waitFor();
    assert.equal(totalOf(network, "member-1", "nordmat"), before - 12);
    await visitor.leave();
  });

  test("a passkey that is cancelled, gone, or of a damaged envelope opens nothing and loses nothing", async () => {
    const { network } = world();
    const visitor = await visit();
    const { page } = visitor;
    const stranger = await Device.of(visitor, { verify: false });
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await turnOn(visitor, PASSPHRASE);
    await page.getByText(REFUSED).waitFor();
    assert.equal((await stored(page))["passkey"], undefined, "nothing is kept");
    await stranger.remove();
    const device = await Device.of(visitor);
    await visitor.button("Skapa passkey").click();
    await page.getByText(ON).waitFor();
    const kept = (await stored(page))["passkey"] ?? "";
    await visitor.button("Lås nu").click();
    await device.close();
    await visitor.button("Lås upp med passkey").click();
    await page.getByText(REFUSED).waitFor();
    await device.remove();
    await Device.of(visitor);
    await page.reload();
    await visitor.button("Lås upp med passkey").click();
    await page.getByText(REFUSED).waitFor();
    await page.getByLabel("Lösenfras").fill(PASSPHRASE);
    await visitor.button(/^Lås upp$/).click();
    await visitor.go("");
    await visitor.proven();
    assert.equal((await stored(page))["passkey"], kept, "it is left until somebody removes it");
    await visitor.go("security");
    await visitor.button("Ta bort passkey").click();
    await visitor.button("Slå på passkey").waitFor();
    assert.equal((await stored(page))["passkey"], undefined);
    await turnOn(visitor, PASSPHRASE);
    await page.getByText(ON).waitFor();
    await damage(visitor, (text) => text.replace(/"sealed":"../, '"sealed":"00').replace(/..."\}$/, '000"}'));
    await visitor.button("Lås nu").click();
    await visitor.button("Lås upp med passkey").click();
    await page.getByText(/^Den här passkeyn passar inte nyckeln/).waitFor();
    await damage(visitor, (text) => text.slice(1));
    await page.getByLabel("Lösenfras").waitFor();
    assert.equal(await visitor.button("Lås upp med passkey").count(), 0, "there is nothing that it could open");
    await page.getByLabel("Lösenfras").fill(PASSPHRASE);
    await visitor.button(/^Lås upp$/).click();
    await visitor.go("security");
    await page.getByText(/^Det som passkeyn öppnar är skadat/).waitFor();
    await visitor.button("Ta bort passkey").click();
    await visitor.button("Slå på passkey").waitFor();
    await visitor.leave();
  });

  test("where passkeys can't unlock a wallet the screen says so, and nothing is kept", async () => {
    const { network } = world();
    const visitor = await visit();
    const { page } = visitor;
    const device = await Device.of(visitor, { prf: false });
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await turnOn(visitor, PASSPHRASE);
    await page.getByText(/^Den här enhetens passkeys kan inte låsa upp/).waitFor();
    assert.equal((await stored(page))["passkey"], undefined);
    assert.ok((await device.credentials()).length <= 1);
    await visitor.leave();
    const numbers = await visit({ named: false });
    await numbers.importFile(network.path("wallets/member-1/key.json"));
    await numbers.go("security");
    await numbers.page.getByText(/^Passkeys kräver en adress med ett namn/).waitFor();
    assert.equal(await numbers.button("Slå på passkey").count(), 0);
    await numbers.leave();
  });

  test("a passkey is good for the next key of the same words, and a wrong passphrase turns none on", async () => {
    const { network } = world();
    const visitor = await visit();
    const { page } = visitor;
    const device = await Device.of(visitor);
    await becomeMember(visitor);
    await visitor.go("show");
    const address = (await page.getByTestId("address").innerText()).trim();
    issue(network, "nordmat", address, "30");
    await page.getByText("+30 Nordmat").waitFor();
    await visitor.go("security");
    await visitor.button("Slå på passkey").click();
    await page.getByLabel("Lösenfras · Passkey").fill(`${PHRASE}!`);
    await visitor.button("Fortsätt").click();
    await page.getByText("Fel lösenfras").waitFor();
    assert.deepEqual(await device.credentials(), [], "no passkey is made");
    await page.getByLabel("Lösenfras · Passkey").fill(PHRASE);
    await visitor.button("Fortsätt").click();
    await visitor.button("Skapa passkey").click();
    await page.getByText(ON).waitFor();
    const before = (await stored(page))["key"];
    await visitor.button("Byt nyckel").click();
    await page.getByLabel("Lösenfras · Byt nyckel").fill(PHRASE);
    await visitor.button("Byt nyckel").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    await until(
      () => stored(page),
      (found) => found["key"] !== before && found["token"] !== undefined,
    );
    await page.reload();
    await payBy(visitor, network, 4, /^Lås upp med passkey$/);
    await page.getByRole("heading", { name: "Betalt" }).waitFor();
    await visitor.leave();
  });

  test("a passkey ends with a key that has no words, since the next one is another secret", async () => {
    const { network } = world();
    const key = KeyPair.fromSeed(crypto.getRandomValues(new Uint8Array(32)));
    const address = addressToText(key.address(), "test");
    const path = join(network.scratch, "wordless.json");
    writeFileSync(path, KeyFile.seal(address, { type: "key", key }, Passphrase.create(PHRASE)).toJson());
    issue(network, "nordmat", address, "30");
    const visitor = await visit();
    const { page } = visitor;
    await Device.of(visitor);
    await visitor.importFile(path, PHRASE);
    await turnOn(visitor, PHRASE);
    await page.getByText(ON).waitFor();
    await visitor.button("Lås nu").click();
    await visitor.button("Lås upp med passkey").click();
    await visitor.go("");
    await visitor.proven();
    await visitor.go("security");
    await visitor.button("Byt nyckel").click();
    await page.getByLabel("Lösenfras · Byt nyckel").fill(PHRASE);
    await visitor.button("Byt nyckel").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    const values = await until(
      () => stored(page),
      (found) => found["passkey"] === undefined,
    );
    assert.equal(values["passkey"], undefined);
    await visitor.leave();
  });

  for (const [theme, width] of [
    ["light", 320],
    ["dark", 320],
    ["light", 1280],
    ["dark", 1280],
  ] as const) {
    test(`everybody can use the screens of a passkey: ${theme}, ${width} pixels`, async () => {
      const { network } = world();
      const visitor = await visit({ theme, width, height: 720 });
      const { page } = visitor;
      await withAxe(visitor);
      await Device.of(visitor);
      const found: string[] = [];
      const look = async (name: string): Promise<void> => {
        await picture(page, `passkey-${name}-${theme}-${width}`);
        found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`));
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, name);
      };
      await visitor.importFile(network.path("wallets/member-1/key.json"));
      await visitor.go("security");
      const section = page.getByRole("region", { name: "Passkey" });
      await section.getByRole("button", { name: "Slå på passkey" }).click();
      await section.scrollIntoViewIfNeeded();
      await look("passphrase");
      await page.getByLabel("Lösenfras · Passkey").fill(PASSPHRASE);
      await visitor.button("Fortsätt").click();
      await visitor.button("Skapa passkey").waitFor();
      await look("create");
      await visitor.button("Skapa passkey").click();
      await page.getByText(ON).waitFor();
      await look("on");
      await page.reload();
      await visitor.go("security");
      await visitor.button("Frys kontot").click();
      await page.getByRole("dialog").getByRole("button", { name: "Lås upp med passkey" }).waitFor();
      await look("dialog");
      await page.getByRole("dialog").getByRole("button", { name: "Avbryt" }).click();
      await visitor.button("Lås nu").click();
      await visitor.button("Lås upp med passkey").waitFor();
      await look("locked");
      assert.deepEqual(found, []);
      await visitor.leave();
    });
  }
}

/** Changes the envelope that the browser keeps, and loads the page anew. */
async function damage({ page }: Visitor, how: (text: string) => string): Promise<void> {
  const changed = how((await stored(page))["passkey"] ?? "");
  await page.evaluate(async (text) => {
    const opened = indexedDB.open("lojal-wallet");
    const base = await new Promise<IDBDatabase>((resolve) => {
      opened.onsuccess = () => resolve(opened.result);
    });
    const transaction = base.transaction("values", "readwrite");
    transaction.objectStore("values").put(text, "passkey");
    await new Promise((resolve) => {
      transaction.oncomplete = resolve;
    });
    base.close();
  }, changed);
  await page.reload();
}
