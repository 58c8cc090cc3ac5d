/**
 * Notices: asked for after a click, and shown by the service worker in words that say nothing to others. The browser of
 * these tests reaches no push service, so its subscription is made up here, and what the service would deliver comes by
 * the developer's tools; the gateway's part has tests of its own, with a real receiver.
 */

import assert from "node:assert/strict";
import { createECDH, randomBytes } from "node:crypto";
import { test } from "node:test";

import type { Browser, CDPSession, Page } from "playwright-core";

import { becomeMember, PHRASE } from "./member.js";
import type { Network } from "./world.js";
import { picture, until, Visitor } from "./world.js";

const ENDPOINT = "https://push.example.org/one";

/** Puts a push service of the test's own in the place of the browser's. */
async function withPushService(visitor: Visitor): Promise<void> {
  const ecdh = createECDH("prime256v1");
  const keys = {
    p256dh: ecdh.generateKeys().toString("base64url"),
    auth: randomBytes(16).toString("base64url"),
  };
  await visitor.context.grantPermissions(["notifications", "clipboard-read", "clipboard-write"], {
    origin: visitor.origin,
  });
  await visitor.context.addInitScript(
    ([endpoint, given]) => {
      const page = globalThis as unknown as { asked: number; subscribed: unknown };
      page.asked = 0;
      Notification.requestPermission = () => {
        page.asked += 1;
        return Promise.resolve("granted");
      };
      let current: object | null = null;
      const made = (options: PushSubscriptionOptionsInit): object => ({
        endpoint,
        options: {},
        toJSON: () => ({ endpoint, keys: given }),
        unsubscribe: () => {
          current = null;
          return Promise.resolve(true);
        },
        asked: options,
      });
      PushManager.prototype.subscribe = (options = {}) => {
        page.subscribed = { visible: options.userVisibleOnly, key: options.applicationServerKey };
        current = made(options);
        return Promise.resolve(current as PushSubscription);
      };
      PushManager.prototype.getSubscription = () => Promise.resolve(current as PushSubscription | null);
    },
    [ENDPOINT, keys] as const,
  );
}

/** The way to the service worker as a push service has it. */
async function delivery(page: Page, origin: string): Promise<(data: string) => Promise<void>> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const found = new Promise<string>((resolve) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin));
      if (own !== undefined) {
        resolve(own.registrationId);
      }
    });
  });
  await session.send("ServiceWorker.enable");
  const registrationId = await found;
  return async (data) => {
    await session.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data });
  };
}

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

/** The notices that the browser shows, once there are so many. */
async function notices(page: Page, count: number): Promise<readonly Shown[]> {
  const ask = (): Promise<readonly Shown[]> =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const all = await registration.getNotifications();
      return all.map(({ title, body, tag }) => ({ title, body, tag }));
    });
  return until(ask, (all) => all.length >= count);
}

/** Opens the key, if it is asked for. */
async function unlock(page: Page): Promise<void> {
  const field = page.locator("dialog input[type=password]");
  const list = page.getByTestId("browsers");
  await field.or(list).or(page.getByText("får notiser.")).first().waitFor();
  if (await field.isVisible()) {
    await field.fill(PHRASE);
    await page.locator("dialog button[type=submit]").click();
  }
}

/** The tests. */
export function noticeTests(world: () => { readonly network: Network; readonly browser: Browser }): void {
  test("notices are let in after a click, say nothing to others, lead into the wallet, and end", async () => {
    const { network, browser } = world();
    const visitor = await Visitor.of(browser, network, { worker: true });
    const { page, context, origin } = visitor;
    await withPushService(visitor);
    await becomeMember(visitor);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await visitor.go("notices");
    const asked = (): Promise<number> => page.evaluate(() => (globalThis as unknown as { asked: number }).asked);
    await visitor.button("Slå på notiser").waitFor();
    assert.equal(await asked(), 0, "nobody is asked before a click");
    await page.getByLabel("Familjen").uncheck();
    await visitor.button("Slå på notiser").click();
    await unlock(page);
    await page.getByText("Den här webbläsaren får notiser.").waitFor();
    assert.equal(await asked(), 1);
    const { key, visible } = await page.evaluate(
      () => (globalThis as unknown as { subscribed: { key: string; visible: boolean } }).subscribed,
    );
    const service = (await (await fetch(`${origin}/v1/push`)).json()) as { public_key: string };
    assert.deepEqual([key, visible], [service.public_key, true], "for the gateway's key, and to be shown");
    await visitor.button("Visa dem").click();
    await page.getByText("push.example.org").waitFor();
    await picture(page, "notices");

    const deliver = await delivery(page, origin);
    const message = (type: string, id: string): string => JSON.stringify({ type, id }).padEnd(128);
    await deliver(message("points.issued", "8-0-0"));
    await deliver(message("points.issued", "8-0-0"));
    await deliver(message("recovery.started", "9-0-0"));
    await deliver("nonsense");
    const shown = await notices(page, 3);
    const bodies = Object.fromEntries(shown.map(({ tag, body }) => [tag, body]));
    assert.equal(shown.length, 3, "an event that comes twice is one notice");
    assert.equal(bodies["8-0-0"], "Du har fått poäng.");
    assert.match(bodies["9-0-0"] ?? "", /Någon vill ge ditt konto en ny nyckel/);
    assert.equal(bodies["lojal"], "Något har hänt i plånboken.");
    assert.ok(shown.every(({ title }) => title === "Lojal"));

    await visitor.go("more");
    await page.getByLabel("English").check();
    await until(
      () => page.evaluate(() => localStorage.getItem("lojal-language")),
      (language) => language === "en",
    );
    await deliver(message("household.invited", "10-0-0"));
    const english = (await notices(page, 4)).find(({ tag }) => tag === "10-0-0");
    assert.equal(english?.body, "Something has happened in the family.");
    await page.getByLabel("Svenska").check();

    const [worker] = context.serviceWorkers();
    await worker?.evaluate(async () => {
      const scope = globalThis as unknown as { registration: ServiceWorkerRegistration } & EventTarget;
      const [notification] = await scope.registration.getNotifications({ tag: "9-0-0" });
      const event = new Event("notificationclick");
      scope.dispatchEvent(Object.assign(event, { notification, waitUntil: () => undefined }));
    });
    await page.waitForURL(/#\/security$/);
    assert.equal((await notices(page, 3)).length, 3, "the one that was clicked is gone");

    await visitor.go("notices");
    await visitor.button("Stäng av notiser här").click();
    await unlock(page);
    await visitor.button("Slå på notiser").waitFor();
    const left = await page.evaluate(async () => {
      const { pushManager } = await navigator.serviceWorker.ready;
      return (await pushManager.getSubscription()) === null;
    });
    assert.ok(left, "nothing of the subscription is left in the browser");
    await page.getByText("Ingen webbläsare får notiser från den här gatewayen.").waitFor();
    await visitor.leave();
  });
}
