import assert from "node:assert/strict";
import { test } from "node:test";

import type { Account } from "../src/api/accounts.js";
import { accountCodec } from "../src/api/accounts.js";
import type { UsedReference } from "../src/api/references.js";
import { REFERENCE_KINDS, USED_STATES, usedReferenceCodec } from "../src/api/references.js";
import type { Foretold, Simulation } from "../src/api/simulation.js";
import { simulationCodec } from "../src/api/simulation.js";
import { parseBrandId } from "../src/brand.js";
import { toHex } from "../src/bytes.js";
import type { Height } from "../src/ids.js";
import { toPoints } from "../src/points.js";
import { newReadToken, readTokenToText } from "../src/read-token.js";
import { parseReference } from "../src/reference.js";
import { parseDay } from "../src/time.js";
import type { TrackId } from "../src/track.js";
import { encodeSigned } from "../src/transaction.js";
import { CHAIN, clientOf, COMMITTED_STATE, ID, KEY, NOW, ONES, SIGNED, TEXT, withServer } from "./support/gateway.js";

/** The bytes of a signature. */
const SIGNATURE_BYTES = 64;

const HEIGHT = 41n as Height;

/** An account with so many points of kaffet. */
function reading(points: number): Account {
  const total = toPoints(points);
  const lots = [{ expiry: "never" as const, amount: total }];
  const balances = [{ brand: parseBrandId("kaffet"), total, lots, pending: [] }];
  const empty = accountCodec.fromJson(
    {
      address: TEXT,
      exists: true,
      rotated_key: null,
      guardians: { guardians: [], threshold: 0n },
      safeguards: { waiting: null, barred: [], cancelled: null },
      balances: [],
      height: HEIGHT,
    },
    "test",
  );
  return { ...empty, balances };
}

test("a transaction is simulated without its signature, by whoever reads its sender", async () => {
  const outcomes: readonly Foretold[] = [
    { result: "applied" },
    { result: "failed", operation: 3, code: "insufficient_points" },
    { result: "refused", code: "transaction_expired" },
  ];
  const effects = [{ before: reading(15), after: reading(2) }];
  for (const outcome of outcomes) {
    const told: Simulation = { outcome, effects, height: HEIGHT, timeMs: NOW };
    await withServer(
      () => ({ status: 200, json: simulationCodec.toJson(told, "test") }),
      async (server) => {
        const client = clientOf(server);
        const token = await newReadToken(KEY.address(), KEY, CHAIN, client.audience, NOW);
        client.readWith(token);
        assert.deepEqual(await client.simulate(SIGNED), told);
        const asked = server.asked[0];
        assert.ok(asked);
        assert.deepEqual([asked.method, asked.path], ["POST", "/v1/simulate"]);
        assert.equal(asked.authorization, `Bearer ${readTokenToText(token)}`);
        assert.equal(toHex(asked.body), toHex(encodeSigned(SIGNED).slice(0, -SIGNATURE_BYTES)));
        await client.submit(SIGNED, false).catch(() => null);
        assert.equal(server.asked[1]?.authorization, undefined, "a submission doesn't say who reads");
      },
    );
  }
});

test("a reference is asked for by kind and brand", async () => {
  const nothing = { taken: null, left: null, untilMs: null, endedBy: null };
  const units = { amount: 40n, track: 1 as TrackId, place: null, takenBack: 15n, left: 25n };
  const [brand, reference] = [parseBrandId("kaffet"), parseReference("0a0b")];
  const transaction = { id: ID, state: COMMITTED_STATE, transaction: null, activity: null };
  for (const state of USED_STATES) {
    const used: UsedReference = {
      ...nothing,
      state,
      dated: parseDay("2027-03-14"),
      account: ONES,
      amount: toPoints(5),
      units: state === "stamped" ? units : null,
      transaction,
      height: HEIGHT,
      timeMs: NOW,
    };
    await withServer(
      () => ({ status: 200, json: usedReferenceCodec.toJson(used, "test") }),
      async (server) => {
        for (const kind of REFERENCE_KINDS) {
          assert.deepEqual(await clientOf(server).reference(brand, kind, reference), used);
          assert.equal(server.asked.at(-1)?.path, `/v1/brands/kaffet/references/${kind}/0a0b`);
        }
        await clientOf(server).reference(brand, "issue", reference, parseDay("2027-03-14"));
        assert.equal(server.asked.at(-1)?.path, "/v1/brands/kaffet/references/issue/0a0b?dated=2027-03-14");
      },
    );
  }
});
