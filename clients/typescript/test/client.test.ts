import assert from "node:assert/strict";
import { test } from "node:test";

import { activityCodec, foldHistory, NO_ACTIVITY } from "../src/activity.js";
import type { Item } from "../src/activity.js";
import type { History } from "../src/api/accounts.js";
import { historyCodec } from "../src/api/accounts.js";
import { transactionStatusCodec } from "../src/api/transactions.js";
import type { TransactionState } from "../src/api/transactions.js";
import { parseBrandId } from "../src/brand.js";
import { toHex } from "../src/bytes.js";
import { Client } from "../src/client/client.js";
import { ProvenHistory } from "../src/client/history.js";
import {
  GatewayUntrueError,
  InterruptedError,
  isProblem,
  ProblemError,
  UnexpectedAnswerError,
  UnreachableError,
  WrongPathError,
} from "../src/client/error.js";
import type { MotionId } from "../src/governance/motion.js";
import type { Height } from "../src/ids.js";
import type { Json } from "../src/json.js";
import { parseReference } from "../src/reference.js";
import { parseDay } from "../src/time.js";
import { encodeSigned } from "../src/transaction.js";
import type { Reply } from "./support/server.js";
import { problem, TestServer } from "./support/server.js";
import {
  CHAIN,
  ONES,
  TEXT,
  NOW,
  SIGNED,
  ID,
  withServer,
  clientOf,
  statusJson,
  PENDING,
  COMMITTED_STATE,
  COMMITTED,
  nodeStatus,
} from "./support/gateway.js";

test("addresses that no gateway can have are refused", () => {
  const client = (url: string): Client => new Client(url, { network: "test" });
  for (const right of [
    "http://localhost:8080",
    "https://g.example.org",
    "https://example.org/lojal/",
    "http://[::1]:80",
  ]) {
    assert.ok(client(right).url.startsWith("http"), right);
  }
  assert.equal(client("https://example.org/lojal/").url, "https://example.org/lojal");
  const wrong = [
    "",
    "localhost:8080",
    "ftp://x.org",
    "http://",
    "http://u:p@x.org",
    "http://x.org/?a=b",
    "http://x.org/#a",
  ];
  for (const url of [...wrong, `http://${"x".repeat(2048)}`]) {
    assert.throws(() => client(url), { code: "invalid_url" }, url);
  }
  for (const own of [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "g.localhost",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "[::1]",
    "[::ffff:127.0.0.1]",
  ]) {
    assert.ok(!client(`http://${own}:7800`).isExposed, own);
  }
  for (const other of ["localhost.example.org", "notlocalhost", "10.0.0.1", "[::2]", "128.1", "[::ffff:10.0.0.1]"]) {
    assert.ok(client(`http://${other}:7800`).isExposed, other);
    assert.ok(!client(`https://${other}`).isExposed, other);
  }
});

test("a question goes to its route", async () => {
  const reference = parseReference("0a0b");
  const [brand, dated] = [parseBrandId("kaffet"), parseDay("2027-03-14")];
  const questions: readonly (readonly [(client: Client) => Promise<unknown>, string])[] = [
    [(client) => client.status(), "/v1/status"],
    [(client) => client.ready(), "/readyz"],
    [(client) => client.genesis(), "/v1/genesis"],
    [(client) => client.brands(), "/v1/brands"],
    [(client) => client.brand(brand), "/v1/brands/kaffet"],
    [(client) => client.operators(brand), "/v1/brands/kaffet/operators"],
    [(client) => client.issue(brand, reference, dated), "/v1/brands/kaffet/issues/0a0b?dated=2027-03-14"],
    [(client) => client.issue(brand, reference), "/v1/brands/kaffet/issues/0a0b"],
    [(client) => client.reversal(brand, reference, dated), "/v1/brands/kaffet/reversals/0a0b?dated=2027-03-14"],
    [(client) => client.account(ONES), `/v1/accounts/${TEXT}`],
    [(client) => client.history(ONES, 20), `/v1/accounts/${TEXT}/transactions?limit=20`],
    [
      (client) => client.history(ONES, 20, "a&b=c d"),
      `/v1/accounts/${TEXT}/transactions?limit=20&cursor=a%26b%3Dc%20d`,
    ],
    [(client) => client.household(ONES), `/v1/households/${TEXT}`],
    [(client) => client.partnerships(), "/v1/partnerships"],
    [(client) => client.netting(), "/v1/netting"],
    [(client) => client.netting(7n as Height), "/v1/netting?height=7"],
    [(client) => client.validators(), "/v1/validators"],
    [(client) => client.governance(), "/v1/governance"],
    [(client) => client.motion(7n as MotionId), "/v1/governance/7"],
    [(client) => client.payment(reference, dated), "/v1/payments/0a0b?dated=2027-03-14"],
    [(client) => client.voucherUse(reference, dated), "/v1/uses/0a0b?dated=2027-03-14"],
    [(client) => client.transaction(ID), `/v1/transactions/${ID}`],
    [(client) => client.block(7n as Height), "/v1/blocks/7"],
    [(client) => client.latestBlock(), "/v1/blocks/latest"],
    [(client) => client.export(1n as Height, 10), "/v1/export?from=1&limit=10"],
    [(client) => client.metrics(), "/metrics"],
  ];
  await withServer(
    () => problem(503, "busy"),
    async (server) => {
      for (const [ask, path] of questions) {
        const error: unknown = await ask(clientOf(server)).catch((reason: unknown) => reason);
        assert.ok(isProblem(error, "busy"), path);
        assert.equal(error.retryAfterS, 7);
        assert.deepEqual([server.asked.at(-1)?.method, server.asked.at(-1)?.path], ["GET", path]);
      }
    },
  );
});

test("answers are read exactly, with fields that are new left out of account", async () => {
  await withServer(
    () => nodeStatus(CHAIN, NOW),
    async (server) => {
      const status = await clientOf(server).status();
      assert.equal(status.height, 18_446_744_073_709_551_615n);
      assert.deepEqual([status.chainId, status.timeMs, status.validator], [CHAIN, NOW, null]);
    },
  );
});

test("a submission is the canonical bytes and says whether it waits", async () => {
  await withServer(
    ({ path }) => (path.endsWith("?wait=committed") ? COMMITTED : PENDING),
    async (server) => {
      const client = clientOf(server);
      assert.deepEqual((await client.submit(SIGNED, false)).state, { status: "pending" });
      assert.deepEqual((await client.submit(SIGNED, true)).state, COMMITTED_STATE);
      assert.deepEqual(
        server.asked.map(({ method, path }) => `${method} ${path}`),
        ["POST /v1/transactions", "POST /v1/transactions?wait=committed"],
      );
      assert.ok(server.asked.every(({ body }) => toHex(body) === toHex(encodeSigned(SIGNED))));
    },
  );
  await withServer(
    () => ({ status: 202, json: { transactions: [statusJson({ status: "pending" })] } }),
    async (server) => {
      assert.equal((await clientOf(server).submitBatch([SIGNED, SIGNED], false)).transactions.length, 1);
      const bytes = toHex(encodeSigned(SIGNED));
      assert.equal(toHex(server.asked[0]?.body ?? new Uint8Array()), `02000000${bytes}${bytes}`);
    },
  );
});

test("errors are told apart", async () => {
  const ask = async (reply: Reply, path = ""): Promise<unknown> => {
    return withServer(
      () => reply,
      (server) => new Client(server.url + path, { network: "test" }).transaction(ID).catch((error: unknown) => error),
    );
  };
  const refused = await ask(problem(422, "insufficient_points"));
  assert.ok(refused instanceof ProblemError);
  assert.equal(refused.code, "insufficient_points");
  assert.equal(refused.message, "detail of insufficient_points (insufficient_points)");
  assert.ok((await ask(problem(404, "unknown_route"))) instanceof UnexpectedAnswerError);
  assert.ok((await ask(problem(404, "unknown_route"), "/v1")) instanceof WrongPathError);
  for (const strange of [
    { status: 200, body: "<html>hello</html>" },
    { status: 502, body: "<html>bad gateway</html>" },
    { status: 200, body: '{"height": 1}' },
    { status: 301, body: "" },
    { status: 503, body: "{}", type: "application/problem+json" },
    { status: 200, json: { id: "00".repeat(32), status: "pending" } },
  ] as const) {
    const error = await ask(strange);
    assert.ok(
      error instanceof UnexpectedAnswerError,
      JSON.stringify(strange, (_, value: unknown) => String(value)),
    );
    assert.equal(error.status, strange.status);
  }
  assert.ok((await ask("hang up")) instanceof InterruptedError);
  const gone = await TestServer.start(() => PENDING);
  await gone.stop();
  const error: unknown = await clientOf(gone)
    .status()
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof UnreachableError);
});

test("an answer is read up to its largest size and not beyond", async () => {
  const body = new Uint8Array(32 * 1024 * 1024 + 1).fill(32);
  const fetcher =
    (bytes: Uint8Array): typeof fetch =>
    () =>
      Promise.resolve(new Response(bytes.slice()));
  const ask = (bytes: Uint8Array): Promise<string> => {
    return new Client("https://example.org", { network: "test", fetch: fetcher(bytes) }).genesis();
  };
  assert.equal((await ask(body.slice(1))).length, body.length - 1);
  await assert.rejects(ask(body), { code: "unexpected_answer" });
});

function item(number: number): Item {
  const outcome =
    number % 3 === 0
      ? ({ result: "failed", operation: 1, code: "wrong_key" } as const)
      : ({ result: "applied" } as const);
  return { number: BigInt(number), id: ID, height: BigInt(number) as Height, outcome };
}

function pageOf(items: readonly Item[], before: number, cursor: string | null, head: number | null): Json {
  const all = Array.from({ length: 9 }, (_, at) => item(at + 1));
  const after = (count: number): Json => activityCodec.toJson(foldHistory(NO_ACTIVITY, all.slice(0, count)), "test");
  return {
    transactions: [...items].reverse().map(({ number, height, outcome }) => {
      const state: TransactionState = { status: "committed", height, index: 0, timeMs: NOW, receipt: outcome };
      return transactionStatusCodec.toJson({ id: ID, state, transaction: SIGNED, activity: number }, "test");
    }),
    before: after(before),
    head: head === null ? null : after(head),
    next_cursor: cursor,
  };
}

test("a page of a history that doesn't fold is a lie", async () => {
  const [first, second, third] = [item(1), item(2), item(3)];
  const ask = async (page: Json, cursor: string | null = null): Promise<unknown> => {
    return withServer(
      () => ({ status: 200, json: page }),
      (server) =>
        clientOf(server)
          .history(ONES, 20, cursor)
          .catch((error: unknown) => error),
    );
  };
  const isTrue = (answer: unknown): boolean => !(answer instanceof Error);
  assert.ok(isTrue(await ask(pageOf([first, second, third], 0, null, 3))));
  assert.ok(isTrue(await ask(pageOf([second, third], 1, "c", 3))));
  assert.ok(isTrue(await ask(pageOf([second], 1, "c", 3), "d")));
  assert.ok(isTrue(await ask(pageOf([], 0, null, null))));
  const lies: readonly Json[] = [
    pageOf([first, third], 0, null, 3),
    pageOf([first, second], 0, null, 3),
    pageOf([second, third], 1, null, 3),
    pageOf([first, second, third], 0, "c", 3),
    pageOf([second, first], 0, null, 2),
    pageOf([first, { ...second, outcome: { result: "failed", operation: 0, code: "wrong_key" } }, third], 0, null, 3),
  ];
  for (const lie of lies) {
    assert.ok((await ask(lie)) instanceof GatewayUntrueError);
  }
});

test("a history is proven complete page by page, and by nothing that is left out, doubled or older", () => {
  const page = (numbers: readonly number[], before: number, next: string | null): History => {
    return historyCodec.fromJson(pageOf(numbers.map(item), before, next, null), "test");
  };
  const head = foldHistory(NO_ACTIVITY, [1, 2, 3, 4, 5].map(item));
  const history = new ProvenHistory(head);
  history.add(page([4, 5], 3, "c"));
  assert.deepEqual([history.shown, history.isComplete], [2n, false]);
  for (const wrong of [page([1, 2], 0, null), page([4, 5], 3, "c"), page([2], 1, "d")]) {
    assert.throws(() => history.add(wrong), { code: "history_end" });
  }
  history.add(page([1, 2, 3], 0, null));
  assert.deepEqual([history.shown, history.isComplete], [5n, true]);
  assert.throws(() => new ProvenHistory(head).add(page([3, 4], 2, "c")), { code: "history_end" });
  assert.ok(new ProvenHistory(NO_ACTIVITY).isComplete);
});
