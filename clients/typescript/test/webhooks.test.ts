import assert from "node:assert/strict";
import { test } from "node:test";

import { parseEventPlace } from "../src/api/events.js";
import { parseBrandId } from "../src/brand.js";
import { Client } from "../src/client/client.js";
import { isProblem } from "../src/client/error.js";
import type { Asked, Reply } from "./support/server.js";
import { problem, TestServer } from "./support/server.js";

const NORDMAT = parseBrandId("nordmat");
const ID = "53b81ed7ff6bf866";
const WEBHOOK = {
  id: ID,
  brand: "nordmat",
  url: "https://shop.example.org/lojal",
  types: ["points"],
  public_key: "whpk_Myol",
  active: true,
  registered: "11",
  registered_ms: 1_796_004_867_542n,
  reached: "812-3-0",
  failures: 2n,
  next_ms: null,
  dead: 0n,
};
const ATTEMPT = { event: "812-3-0", type: "lojal.points.issued", time_ms: 1_796_004_867_542n, fault: "status 500" };

function replied({ method, path }: Asked): Reply {
  const whole = `${method} ${path.replace("/v1/brands/nordmat/webhooks", "")}`;
  switch (whole) {
    case "GET ":
      return { status: 200, json: { webhooks: [WEBHOOK] } };
    case "POST ":
      return { status: 201, json: { webhook: WEBHOOK, secret: "whsec_ZjoN" } };
    case `POST /${ID}/secret`:
      return { status: 200, json: { webhook: WEBHOOK, secret: "whsec_AawR" } };
    case `POST /${ID}/replay?after=812-3-0`:
      return { status: 200, json: WEBHOOK };
    case `GET /${ID}/deliveries`:
      return { status: 200, json: { attempts: [ATTEMPT], dead: [] } };
    case `DELETE /${ID}`:
      return { status: 204, body: "" };
    default:
      return problem(404, "unknown_webhook");
  }
}

test("webhooks are listed, registered, sent again and removed as their routes want it", async () => {
  const server = await TestServer.start(replied);
  try {
    const { webhooks } = new Client(server.url, { network: "test" });
    const [only] = (await webhooks.all(NORDMAT)).webhooks;
    assert.deepEqual([only?.id, only?.reached, only?.failures, only?.nextMs], [ID, "812-3-0", 2, null]);
    const added = await webhooks.add(NORDMAT, { url: WEBHOOK.url, types: ["points"] });
    assert.equal(added.secret, "whsec_ZjoN");
    const body = new TextDecoder().decode(server.asked.at(-1)?.body);
    assert.equal(body, '{"url":"https://shop.example.org/lojal","types":["points"]}');
    assert.equal((await webhooks.roll(NORDMAT, ID)).secret, "whsec_AawR");
    assert.equal((await webhooks.replay(NORDMAT, ID, parseEventPlace("812-3-0"))).id, ID);
    const { attempts, dead } = await webhooks.deliveries(NORDMAT, ID);
    assert.deepEqual([attempts[0]?.fault, dead], ["status 500", []]);
    await webhooks.remove(NORDMAT, ID);
    const gone = webhooks.remove(NORDMAT, "../../status");
    await assert.rejects(gone, (error) => isProblem(error, "unknown_webhook"));
    assert.ok(server.asked.at(-1)?.path.includes("..%2F"), "an id leads nowhere else");
  } finally {
    await server.stop();
  }
});
