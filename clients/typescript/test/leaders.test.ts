import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address } from "../src/address.js";
import { parseAddress } from "../src/address.js";
import { parseBrandId } from "../src/brand.js";
import { Client } from "../src/client/client.js";
import { UnexpectedAnswerError } from "../src/client/error.js";
import { ListClient } from "../src/client/lists.js";
import type { ChainId } from "../src/ids.js";
import { leaderName } from "../src/leaders.js";
import type { TrackId } from "../src/track.js";
import type { Asked, Reply } from "./support/server.js";
import { problem, TestServer } from "./support/server.js";

const FJALLEN = parseBrandId("fjallen");
const ANNA_TEXT = "tloj1u7z3yk6438jmdwjmn54esqcwdmpr7gvkawzflq";
const PATH = "/v1/brands/fjallen/tracks";

function replied({ path }: Asked): Reply {
  const leader = { rank: 1n, units: 70n, name: "abandon zoo" };
  const at = { complete: true, height: 9n, time_ms: 1_796_004_867_542n };
  const json = { brand: "fjallen", track: 1n, leaders: [leader], ranked: 1n, own: null, ...at };
  switch (path) {
    case `${PATH}/1/leaders`:
    case `${PATH}/2/leaders`:
      return { status: 200, json };
    case `${PATH}/1/leaders?account=${ANNA_TEXT}&limit=5`:
      return { status: 200, json: { ...json, own: { ...leader, account: ANNA_TEXT } } };
    default:
      return problem(404, "unknown_route");
  }
}

test("leaders are read as their route has them, and those of another track are refused", async () => {
  const server = await TestServer.start(replied);
  try {
    const lists = new ListClient(new Client(server.url, { network: "test" }));
    const account = parseAddress(ANNA_TEXT, "test");
    const told = await lists.leaders(FJALLEN, 1 as TrackId);
    const first = { rank: 1n, units: 70n, name: "abandon zoo", account: null };
    assert.deepEqual([told.leaders, told.ranked, told.own, told.complete], [[first], 1n, null, true]);
    const { own } = await lists.leaders(FJALLEN, 1 as TrackId, { account, limit: 5 });
    assert.deepEqual(own, { ...first, account });
    await assert.rejects(lists.leaders(FJALLEN, 2 as TrackId), UnexpectedAnswerError);
  } finally {
    await server.stop();
  }
});

test("a name is of one account and one track", () => {
  const [chain, account] = ["01".repeat(32) as ChainId, "02".repeat(20) as Address];
  // The same as in crates/types/src/api/programme/leaders.rs: words 1075 and 413.
  assert.equal(leaderName(chain, account, FJALLEN, 1 as TrackId), "major crisp");
  assert.notEqual(leaderName(chain, account, FJALLEN, 2 as TrackId), leaderName(chain, account, FJALLEN, 1 as TrackId));
});
