import assert from "node:assert/strict";
import { test } from "node:test";

import { toHex } from "../src/bytes.js";
import { isProblem, NoGatewayAnsweredError, UnreachableError, WrongNetworkError } from "../src/client/error.js";
import { Gateways } from "../src/client/gateways.js";
import { Submission } from "../src/client/submission.js";
import type { Fate } from "../src/client/submission.js";
import type { TimeMs } from "../src/time.js";
import { encodeSigned } from "../src/transaction.js";
import type { Asked, Reply } from "./support/server.js";
import { problem, TestServer } from "./support/server.js";
import { CHAIN, GENESIS, NOW, SIGNED, withServer, PENDING, COMMITTED, nodeStatus } from "./support/gateway.js";

test("the next gateway is asked when one can't answer, and an answer ends the search", async () => {
  const ask = async (first: Reply, second: Reply): Promise<unknown> => {
    return withServer(
      () => first,
      (one) =>
        withServer(
          () => second,
          async (other) => {
            const gateways = new Gateways([one.url, other.url], GENESIS);
            return gateways.ask((gateway) => gateway.status()).catch((error: unknown) => error);
          },
        ),
    );
  };
  const right = nodeStatus(CHAIN, NOW);
  for (const trouble of [
    problem(503, "busy"),
    problem(429, "too_many_connections"),
    problem(408, "request_timeout"),
    "hang up",
  ] as Reply[]) {
    assert.ok(!((await ask(trouble, right)) instanceof Error));
  }
  assert.ok(isProblem(await ask(problem(404, "unknown_brand"), right), "unknown_brand"));
  assert.ok((await ask(nodeStatus("00".repeat(32), NOW), right)) instanceof WrongNetworkError);
  const none = await ask(problem(503, "busy"), "hang up");
  assert.ok(none instanceof NoGatewayAnsweredError);
  assert.equal(none.errors.length, 2);
});

interface Gateway {
  readonly submit: (count: number) => Reply;
  readonly find?: (count: number) => Reply;
  readonly timeMs?: number;
}

async function settle(
  gateway: Gateway,
  now = NOW as number,
  patienceMs = 20_000,
): Promise<readonly [Fate, readonly Asked[]]> {
  const counts = { submit: 0, find: 0 };
  return withServer(
    ({ method, path }) => {
      if (path === "/v1/status") {
        return nodeStatus(CHAIN, gateway.timeMs ?? NOW);
      }
      return method === "POST"
        ? gateway.submit((counts.submit += 1))
        : (gateway.find?.((counts.find += 1)) ?? problem(404, "unknown_transaction"));
    },
    async (server) => {
      const gateways = new Gateways([server.url], GENESIS);
      const submission = new Submission(gateways, SIGNED, { patienceMs, now: () => now as TimeMs });
      return [await submission.settle(), server.asked] as const;
    },
  );
}

function posts(asked: readonly Asked[]): readonly string[] {
  return asked.filter(({ method }) => method === "POST").map(({ body }) => toHex(body));
}

test("whatever happens on the way, the same bytes are sent until the outcome is certain", async () => {
  const final = { type: "final", height: 4n, index: 0, timeMs: NOW, receipt: { result: "applied" } } as const;
  assert.deepEqual((await settle({ submit: () => COMMITTED }))[0], final);
  assert.deepEqual((await settle({ submit: () => PENDING, find: () => COMMITTED }))[0], final);
  const [fate, asked] = await settle({
    submit: (count) => (count < 3 ? "hang up" : PENDING),
    find: (count) => (count < 4 ? problem(404, "unknown_transaction") : COMMITTED),
  });
  assert.deepEqual(fate, final);
  assert.ok(posts(asked).length >= 3);
  assert.ok(
    posts(asked).every((bytes) => bytes === toHex(encodeSigned(SIGNED))),
    "the same bytes each time",
  );
  assert.deepEqual(
    (await settle({ submit: () => problem(409, "duplicate_transaction"), find: () => COMMITTED }))[0],
    final,
  );
});

test("a refusal by the first gateway is one, and says until when the bytes could still happen", async () => {
  const { validUntilMs } = SIGNED.transaction;
  const refused = async (code: string, status: number): Promise<Fate> =>
    (await settle({ submit: () => problem(status, code) }))[0];
  const points = await refused("insufficient_points", 422);
  assert.ok(points.type === "refused" && points.problem.code === "insufficient_points");
  assert.equal(points.possibleUntilMs, validUntilMs + 5000);
  const signature = await refused("bad_signature", 403);
  assert.ok(signature.type === "refused" && signature.possibleUntilMs === null);
  const full = await refused("mempool_full", 503);
  assert.ok(full.type === "refused" && full.problem.code === "mempool_full");
});

test("it is over when the ledger's time and this machine's clock are past it, and not before", async () => {
  const { validUntilMs } = SIGNED.transaction;
  const late = validUntilMs + 5000;
  const lost = { submit: () => "hang up" as const, timeMs: validUntilMs };
  assert.deepEqual((await settle(lost, late))[0], { type: "expired", refusal: null });
  assert.deepEqual((await settle(lost, late - 1, 300))[0], { type: "open", refusal: null });
  assert.deepEqual((await settle({ ...lost, timeMs: validUntilMs - 1 }, late, 300))[0], {
    type: "open",
    refusal: null,
  });
  const early = { submit: () => problem(422, "transaction_expired"), timeMs: validUntilMs };
  assert.equal((await settle(early, late - 1, 300))[0].type, "open", "a gateway's word alone ends nothing");
  assert.equal((await settle(early, late))[0].type, "refused");
});

test("what never left this machine was not sent", async () => {
  const gone = await TestServer.start(() => PENDING);
  await gone.stop();
  const submission = new Submission(new Gateways([gone.url], GENESIS), SIGNED, { patienceMs: 0 });
  const fate = await submission.settle();
  assert.ok(fate.type === "not_sent" && fate.error instanceof UnreachableError);
  assert.equal(
    (await new Submission(new Gateways([gone.url], GENESIS), SIGNED, { patienceMs: 0 }).handOver()).type,
    "not_sent",
  );
});
