import assert from "node:assert/strict";
import { test } from "node:test";

import type { EventPlace } from "../src/api/events.js";
import { compareEventPlaces, eventCodec, parseEventPlace } from "../src/api/events.js";
import { parseBrandId } from "../src/brand.js";
import type { Client } from "../src/client/client.js";
import { isProblem } from "../src/client/error.js";
import { Gateways } from "../src/client/gateways.js";
import { watchEvents } from "../src/client/watch.js";
import { parseJson } from "../src/json.js";
import { clientOf, GENESIS, NOW, nodeStatus, ONES, TEXT, withServer, CHAIN } from "./support/gateway.js";
import type { Reply } from "./support/server.js";
import { problem, TestServer } from "./support/server.js";

const BRAND = parseBrandId("kaffet");

function eventText(id: string, subject: string): string {
  const operation = { type: "transfer", brand: "kaffet", from: TEXT, to: TEXT, amount: 5 };
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: "/lojal/09090909",
    type: "lojal.points.transferred",
    subject,
    time: "2027-03-14T00:00:00.000Z",
    datacontenttype: "application/json",
    data: { height: 812, time_ms: NOW, operation },
  });
}

function line(id: string, subject: string = TEXT): string {
  return `id: ${id}\ndata: ${eventText(id, subject)}\n\n`;
}

function stream(body: string): Reply {
  return { status: 200, body, type: "text/event-stream" };
}

/** The places that a stream with this content tells, and the code of the error that it ends with. */
function told(content: string, after: string | null = null): Promise<readonly [string[], string | null]> {
  return withServer(
    () => stream(content),
    async (server) => toldBy(clientOf(server), after),
  );
}

async function toldBy(client: Client, after: string | null): Promise<readonly [string[], string | null]> {
  const places: string[] = [];
  try {
    const from = after === null ? null : parseEventPlace(after);
    for await (const one of client.events({ account: ONES }, { after: from })) {
      places.push(one.place);
    }
    return [places, null];
  } catch (error) {
    return [places, (error as { code: string }).code];
  }
}

test("places of events are in the order of the ledger, and have one text", () => {
  const ordered = ["0", "7-0-0", "7-0-1", "7-1-0", "7-65536-30", "7", "10-0-0"].map(parseEventPlace);
  for (const [at, place] of ordered.entries()) {
    assert.equal(compareEventPlaces(place, place), 0);
    assert.ok(ordered.slice(at + 1).every((later) => compareEventPlaces(place, later) < 0));
    assert.ok(ordered.slice(0, at).every((earlier) => compareEventPlaces(place, earlier) > 0));
  }
  for (const wrong of ["", "1-0", "01", "1-0-0-0", "1-00-0", "x", "1-0-"]) {
    assert.throws(() => parseEventPlace(wrong), wrong);
  }
});

test("an event has the JSON that it was read from", () => {
  const json = parseJson(eventText("812-3-0", TEXT));
  const event = eventCodec.fromJson(json, "test");
  assert.deepEqual([event.data.height, event.data.operation?.type, event.data.sender], [812n, "transfer", null]);
  assert.deepEqual(eventCodec.fromJson(eventCodec.toJson(event, "test"), "test"), event);
});

test("a stream tells events and how far there are none", async () => {
  const content = `: alive\nid: 812\n\n${line("813-0-0")}${line("813-0-1")}: alive\n\nid: 900\n\n`;
  assert.deepEqual(await told(content, "812"), [["812", "813-0-0", "813-0-1", "900"], null]);
});

test("a question for events says whose, which and from where", async () => {
  await withServer(
    () => stream(line("813-0-0", "kaffet")),
    async (server) => {
      const options = { types: ["points.issued", "hold"], after: "812-3-0" as EventPlace };
      for await (const one of clientOf(server).events({ brand: BRAND }, options)) {
        assert.equal(one.place, "813-0-0");
      }
      assert.deepEqual(
        server.asked.map(({ path }) => path),
        ["/v1/events?brand=kaffet&types=points.issued-hold&after=812-3-0"],
      );
    },
  );
});

test("what is no stream of these events is told from one", async () => {
  for (const [content, code] of [
    [line("812-3-0"), "gateway_untrue"],
    [line("813-0-0", "kaffet"), "unexpected_answer"],
    ["id: x\n\n", "unexpected_answer"],
    ["data: {}\n\n", "unexpected_answer"],
    ["id: 813-0-0\ndata: {}\n\n", "unexpected_answer"],
    ["event: end\ndata: {}\n\n", "unexpected_answer"],
    [`data: ${"x".repeat(2 * 1024 * 1024)}`, "unexpected_answer"],
    ["id: 813", "interrupted"],
  ] as const) {
    assert.deepEqual(await told(content, "812-3-0"), [[], code], content.slice(0, 40));
  }
  const ended = '{"type":"x","title":"x","status":403,"detail":"x","code":"not_permitted"}';
  assert.deepEqual(await told(`id: 1\n\nevent: end\ndata: ${ended}\n\n`), [["1"], "not_permitted"]);
  const refused = withServer(() => problem(401, "token_missing"), (server) => toldBy(clientOf(server), null));
  assert.deepEqual(await refused, [[], "token_missing"]);
});

test("a watch goes on at the next gateway from where it was, and ends when it is told to", async () => {
  const part = (path: string, body: string): Reply => (path === "/v1/status" ? nodeStatus(CHAIN, NOW) : stream(body));
  const one = await TestServer.start(({ path }) => part(path, `${line("812-0-0")}${line("812-0-1")}`));
  const broken = await TestServer.start(({ path }) => (path === "/v1/status" ? nodeStatus(CHAIN, NOW) : "hang up"));
  const other = await TestServer.start(({ path }) => part(path, line("813-0-0")));
  try {
    const stop = new AbortController();
    const gateways = new Gateways([one.url, broken.url, other.url], GENESIS);
    const ids: string[] = [];
    for await (const event of watchEvents(gateways, { account: ONES }, { signal: stop.signal })) {
      ids.push(event.id);
      if (ids.length === 3) {
        stop.abort();
      }
    }
    assert.deepEqual(ids, ["812-0-0", "812-0-1", "813-0-0"]);
    assert.ok(other.asked.some(({ path }) => path.endsWith("&after=812-0-1")));
  } finally {
    await Promise.all([one, broken, other].map((server) => server.stop()));
  }
});

test("a watch makes another token once, and ends when all would say no", async () => {
  let asked = 0;
  const answer = (path: string): Reply => {
    asked += path === "/v1/status" ? 0 : 1;
    return path === "/v1/status" ? nodeStatus(CHAIN, NOW) : problem(401, "token_expired");
  };
  const server = await TestServer.start(({ path }) => answer(path));
  try {
    let renewals = 0;
    const renew = async (): Promise<void> => {
      renewals += 1;
    };
    const watch = watchEvents(new Gateways([server.url], GENESIS), { account: ONES }, { renew });
    const error: unknown = await watch.next().catch((reason: unknown) => reason);
    assert.ok(isProblem(error, "token_expired"));
    assert.deepEqual([renewals, asked], [1, 2]);
  } finally {
    await server.stop();
  }
});
