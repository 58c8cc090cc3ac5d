/** Gateways that lie, are old, or say no: the wallet tells, and shows nothing that isn't proven. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Browser, Page, Route } from "playwright-core";

import type { Network } from "./world.js";
import { addressOf, answer, issue, picture, until, Visitor } from "./world.js";

interface Proofs {
  readonly header: string;
  readonly certificate: string;
  readonly proofs: readonly { readonly key: string; readonly proof: string }[];
}

/** Answers with another text than the gateway's. */
async function changed(route: Route, change: (json: Proofs) => Proofs): Promise<void> {
  await answer(route, async () => {
    const response = await route.fetch();
    const json = change((await response.json()) as Proofs);
    await route.fulfill({ response, body: JSON.stringify(json) });
  });
}

/** A hex text with its last digit changed. */
function flipped(hex: string): string {
  return hex.slice(0, -1) + (hex.endsWith("0") ? "1" : "0");
}

/** Has the wallet ask again, and says what it makes of the answer. */
async function asked(page: Page): Promise<string | null> {
  await page.evaluate(() => dispatchEvent(new Event("online")));
  return page.locator("[data-state]").first().getAttribute("data-state");
}

/** The lies of a gateway about an account. */
const LIES: readonly (readonly [string, (json: Proofs) => Proofs])[] = [
  [
    "a value is changed",
    (json) => ({ ...json, proofs: json.proofs.map((one) => ({ ...one, proof: flipped(one.proof) })) }),
  ],
  ["proofs are left out", (json) => ({ ...json, proofs: json.proofs.slice(1) })],
  ["the header is another one", (json) => ({ ...json, header: flipped(json.header) })],
  ["the certificate is another one", (json) => ({ ...json, certificate: flipped(json.certificate) })],
];

/** The tests. */
export function lieTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("a gateway that lies about a balance is exposed, and its balance is not shown", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    issue(network, "kaffet", addressOf(network, "member-1"), "12.50");
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    const shown = await visitor.amount("Kaffet");
    for (const [what, lie] of LIES) {
      await page.route("**/v1/accounts/*/proof", (route) => changed(route, lie));
      // A header that is known already needs no certificate: the lie shows with the next block.
      await until(
        () => asked(page),
        (state) => state === "untrue",
      );
      assert.equal(await asked(page), "untrue", what);
      assert.equal(await visitor.amount("Kaffet"), shown, `${what}: what was proven before stays`);
      if (what === "a value is changed") {
        await picture(page, "lie");
      }
      await page.unroute("**/v1/accounts/*/proof");
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await visitor.proven();
    }
    await visitor.leave();
  });

  test("a history that leaves something out is not shown", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    issue(network, "nordmat", addressOf(network, "member-1"), "5");
    issue(network, "nordmat", addressOf(network, "member-1"), "6");
    await page.route("**/v1/accounts/*/transactions?**", (asked) =>
      answer(asked, async (route) => {
        const response = await route.fetch();
        const json = (await response.json()) as { transactions: unknown[] };
        const transactions = json.transactions.filter((_, at) => at !== 1);
        await route.fulfill({ response, body: JSON.stringify({ ...json, transactions }) });
      }),
    );
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    await visitor.go("activity");
    await page.getByText("Historiken stämmer inte med det som är bevisat").waitFor();
    assert.equal(await page.getByTestId("complete").count(), 0);
    await visitor.leave();
  });

  test("an old answer is called old, and one behind what was seen is not taken", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    // An hour later by this device's clock, while the answers are of now.
    await page.clock.install();
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    let first: Proofs | null = null;
    await page.route("**/v1/accounts/*/proof", (route) =>
      changed(route, (json) => {
        first ??= json;
        return first;
      }),
    );
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await visitor.proven();
    await page.clock.setSystemTime(Date.now() + 3_600_000);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator('[data-state="stale"]').waitFor();
    await visitor.leave();
  });

  test("a gateway that says no is said to, and a locked wallet asks for its passphrase", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network);
    const { page } = visitor;
    await visitor.importFile(network.path("wallets/member-1/key.json"));
    const problem = {
      type: "/problems/not_permitted",
      title: "no",
      status: 403,
      detail: "no",
      code: "not_permitted",
    };
    await page.route("**/v1/accounts/*/proof", (route) =>
      route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) }),
    );
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator('[data-state="refused"]').waitFor();
    await visitor.leave();
  });
}
