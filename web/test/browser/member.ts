/** Scenario 21: a member's life with the wallet. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import encodeQR from "qr";
import type { Browser } from "playwright-core";

import type { Network } from "./world.js";
import { addressOf, issue, issueMany, launch, picture, plain } from "./world.js";
import { request, stored, totalOf, until, Visitor } from "./world.js";

/** Transactions of a long history: more than are made before somebody scrolls. */
const MANY = 130;

/** The passphrase of new members. */
export const PHRASE = "tretton gula elefanter dansar";

/** Makes a wallet as a new member does, by some way in, and answers with its words. */
export async function becomeMember(
  visitor: Visitor,
  ...ways: readonly string[]
): Promise<readonly string[]> {
  const { page } = visitor;
  await visitor.open();
  for (const way of ways.length === 0 ? ["Skapa en ny plånbok"] : ways) {
    await visitor.button(way).click();
  }
  const shown = page.getByTestId("words").locator("li");
  // Lists are read as they are at that moment, and this page comes a moment after the click.
  await shown.nth(23).waitFor();
  const list = (await shown.allInnerTexts()).map((word) => word.trim());
  await visitor.button("Jag har skrivit ner dem").click();
  await page.locator("input[data-place]").nth(2).waitFor();
  for (const field of await page.locator("input[data-place]").all()) {
    await field.fill("fel");
  }
  await visitor.button("Fortsätt").click();
  await page.getByText("Det är inte ordet på ditt papper").first().waitFor();
  for (const field of await page.locator("input[data-place]").all()) {
    await field.fill(list[Number(await field.getAttribute("data-place"))] ?? "");
  }
  await visitor.button("Fortsätt").click();
  await page.locator("input[type=password]").first().fill(PHRASE);
  await page.locator("input[type=password]").last().fill(PHRASE);
  await visitor.button("Klar").click();
  await page.locator("nav.nav").waitFor();
  if (ways.length === 0) {
    await visitor.proven();
  }
  return list;
}

/** A video of a still picture with a code, as Chromium takes it for a camera. */
function video(text: string): Buffer {
  const [width, height, frames] = [640, 480, 3];
  const rows = encodeQR(text, "raw", { border: 4, ecc: "medium" });
  const scale = Math.floor(height / rows.length);
  const [left, top] = [(width - scale * rows.length) >> 1, (height - scale * rows.length) >> 1];
  const light = Buffer.alloc(width * height, 235);
  rows.forEach((row, y) =>
    row.forEach((isDark, x) => {
      for (let line = 0; isDark && line < scale; line += 1) {
        const from = (top + y * scale + line) * width + left + x * scale;
        light.fill(16, from, from + scale);
      }
    }),
  );
  const frame = Buffer.concat([Buffer.from("FRAME\n"), light, Buffer.alloc((width * height) / 2, 128)]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420mpeg2\n`);
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame)]);
}

/** The tests. */
export function memberTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("a new member writes down words, shows a code, and points land while it is shown", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { worker: true });
    const { page } = visitor;
    const list = await becomeMember(visitor);
    assert.equal(list.length, 24);
    await page.getByText("Inga poäng än").waitFor();
    await picture(page, "empty");
    await visitor.go("show");
    await page.getByText("Väntar på poäng…").waitFor();
    const address = await page.getByTestId("address").innerText();
    await picture(page, "show");
    issue(network, "nordmat", address.trim(), "1250");
    await page.getByText("+1 250 Nordmat").waitFor();
    await visitor.go("");
    assert.equal(await visitor.amount("Nordmat"), "1 250 poäng");
    const manifest = await page.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
      return (await (await fetch(link?.href ?? "")).json()) as { display: string; start_url: string };
    });
    assert.deepEqual([manifest.display, manifest.start_url], ["standalone", "/wallet/"]);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await visitor.leave();
  });

  test("a till's code is read by the camera, and paid after a look at what is left", async () => {
    const { network } = world();
    const path = join(network.scratch, "camera.y4m");
    writeFileSync(path, video(request(network, 100)));
    const browser = await launch(
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${path}`,
    );
    try {
      const visitor = await Visitor.of(browser, network);
      const { page } = visitor;
      issue(network, "nordmat", addressOf(network, "member-1"), "500");
      const before = totalOf(network, "member-1", "nordmat");
      await visitor.importFile(network.path("wallets/member-1/key.json"));
      await visitor.go("scan");
      await visitor.button("Starta kameran").click();
      await page.getByText("Kvar efteråt").waitFor();
      assert.equal(plain(await page.getByTestId("amount").innerText()), "100");
      assert.equal(
        plain(await page.getByTestId("left").locator(".number").innerText()).replace(" ", ""),
        `${before - 100}`,
      );
      await picture(page, "pay");
      await visitor.button("Betala nu").click();
      await page.getByRole("heading", { name: "Betalt" }).waitFor();
      await picture(page, "paid");
      assert.equal(totalOf(network, "member-1", "nordmat"), before - 100);
      await visitor.leave();
    } finally {
      await browser.close();
    }
  });

  test("a page that is reloaded in the middle of a payment pays once", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    issue(network, "nordmat", addressOf(network, "member-2"), "300");
    const before = totalOf(network, "member-2", "nordmat");
    await visitor.importFile(network.path("wallets/member-2/key.json"));
    await visitor.go(`pay/${request(network, 40)}`);
    // The gateway gets the bytes, and the page never hears of it.
    const posted: Buffer[] = [];
    await page.route("**/v1/transactions?**", async (route) => {
      posted.push(route.request().postDataBuffer() ?? Buffer.alloc(0));
      await route.fetch().catch(() => undefined);
      if (posted.length > 1) {
        await route.continue().catch(() => undefined);
      }
    });
    await visitor.button("Betala nu").click();
    await until(
      () => Promise.resolve(posted.length),
      (count) => count > 0,
    );
    await page.getByRole("heading", { name: "Skickar…" }).waitFor();
    await page.unroute("**/v1/transactions?**");
    await page.reload();
    await page
      .getByRole("heading", { name: "Betalt" })
      .or(page.getByRole("heading", { name: "Kvitto" }))
      .waitFor();
    assert.equal(totalOf(network, "member-2", "nordmat"), before - 40);
    await visitor.go("");
    await visitor.proven();
    const waits = async (): Promise<number> => {
      return Object.keys(await stored(page)).filter((name) => name.startsWith("sent:")).length;
    };
    assert.equal(await until(waits, (count) => count === 0), 0, "nothing waits once it is final");
    await visitor.leave();
  });

  test("without a network the last proven balance is there with its time, and nothing can be paid", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { worker: true });
    const { page, context } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    const shown = await visitor.amount("Nordmat");
    await picture(page, "home");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await until(
      () => page.evaluate(() => navigator.serviceWorker.controller !== null),
      (isThere) => isThere,
    );
    const code = request(network, 10);
    await context.setOffline(true);
    await page.reload();
    await page.locator('[data-state="offline"]').waitFor();
    assert.match(await page.locator('[data-state="offline"]').innerText(), /Senast bevisat .*\d/);
    assert.equal(await visitor.amount("Nordmat"), shown);
    await picture(page, "offline");
    await visitor.go(`pay/${code}`);
    await page.getByText("Det går inte att betala utan kontakt med gatewayen.").waitFor();
    assert.ok(await visitor.button("Betala nu").isDisabled());
    await context.setOffline(false);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await visitor.go("");
    await visitor.proven();
    await visitor.leave();
  });

  test("points are sent, and the history is proven complete with a receipt for each", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    const to = addressOf(network, "member-2");
    const before = totalOf(network, "member-2", "nordmat");
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go(`send/${to}`);
    await page.getByRole("radio", { name: "Nordmat" }).check();
    await page.getByLabel("Hur många?").fill("25");
    await visitor.button("Granska").click();
    await visitor.button("Skicka nu").click();
    await page.getByRole("heading", { name: "Klart" }).waitFor();
    assert.equal(totalOf(network, "member-2", "nordmat"), before + 25);
    await visitor.go("activity");
    await page.getByText(/Komplett sedan start, (\d+) av \1/).waitFor();
    await page.locator("a.item", { hasText: "Skickade" }).first().click();
    await page.getByText("Bevisat ända från nätverkets början").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      visitor.button("Spara kvittot som fil").click(),
    ]);
    const path = join(network.scratch, "receipt.json");
    await download.saveAs(path);
    assert.match(
      network.lojal("member-1", "receipt", "verify", path),
      /./,
      "the command line verifies the file",
    );
    await visitor.leave();
  });

  test("a long history is read whole, and made as far as somebody scrolls", async () => {
    const { network, browser } = world();
    await issueMany(network, "fjallen", addressOf(network, "member-2"), MANY);
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-2/key.json"));
    await visitor.go("activity");
    await page.getByTestId("complete").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Spara allt som tabell (CSV)" }).click(),
    ]);
    const rows = readFileSync(await download.path(), "utf8").trim().split("\r\n").length - 1;
    assert.ok(rows >= MANY, `the table has ${rows} rows`);
    const shown = page.locator("a.item");
    assert.ok((await shown.count()) < MANY, "what is far below isn't made");
    const all = await until(
      async () => {
        await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
        return shown.count();
      },
      (count) => count >= rows,
    );
    assert.ok(all >= rows, `${all} of ${rows} are shown`);
    await visitor.leave();
  });
}
