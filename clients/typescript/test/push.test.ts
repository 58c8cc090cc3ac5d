import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address } from "../src/address.js";
import { addressToText } from "../src/address.js";
import { Client } from "../src/client/client.js";
import { isProblem } from "../src/client/error.js";
import type { Asked, Reply } from "./support/server.js";
import { problem, TestServer } from "./support/server.js";

const ID = "53b81ed7ff6bf866";
const ANNA = "01".repeat(20) as Address;
const PATH = `/v1/accounts/${addressToText(ANNA, "test")}/push`;
const PUSH = {
  id: ID,
  service: "https://push.example.org",
  types: ["points"],
  renewed_ms: 1_796_004_867_542n,
  until_ms: 1_803_780_867_542n,
  reached: "812-3-0",
  failures: 0n,
};
const NEW = { endpoint: "https://push.example.org/x", p256dh: "BA", auth: "AA", types: ["points"] };

function replied({ method, path }: Asked): Reply {
  switch (`${method} ${path}`) {
    case "GET /v1/push":
      return { status: 200, json: { public_key: "BLn9" } };
    case `GET ${PATH}`:
      return { status: 200, json: { pushes: [PUSH] } };
    case `POST ${PATH}`:
      return { status: 201, json: PUSH };
    case `DELETE ${PATH}/${ID}`:
      return { status: 204, body: "" };
    default:
      return problem(404, "unknown_push");
  }
}

test("a browser subscribes, is listed and ends as the routes want it", async () => {
  const server = await TestServer.start(replied);
  try {
    const { push } = new Client(server.url, { network: "test" });
    assert.equal((await push.service()).publicKey, "BLn9");
    const added = await push.add(ANNA, NEW);
    assert.deepEqual([added.id, added.reached, added.failures], [ID, "812-3-0", 0]);
    const body = new TextDecoder().decode(server.asked.at(-1)?.body);
    assert.deepEqual(JSON.parse(body), NEW);
    assert.deepEqual((await push.all(ANNA)).pushes.map((one) => one.service), ["https://push.example.org"]);
    await push.remove(ANNA, ID);
    await assert.rejects(push.remove(ANNA, "../../status"), (error) => isProblem(error, "unknown_push"));
    assert.ok(server.asked.at(-1)?.path.includes("..%2F"), "an id leads nowhere else");
  } finally {
    await server.stop();
  }
});
