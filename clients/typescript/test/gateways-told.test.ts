import assert from "node:assert/strict";
import { test } from "node:test";

import { brandMotionsCodec } from "../src/api/brand-motions.js";
import type { BrandMotions } from "../src/api/brand-motions.js";
import { transactionStatusCodec } from "../src/api/transactions.js";
import { parseBrandId } from "../src/brand.js";
import { GatewayUntrueError } from "../src/client/error.js";
import { Gateways } from "../src/client/gateways.js";
import type { MotionId } from "../src/governance/motion.js";
import type { Hash, Height } from "../src/ids.js";
import type { Json } from "../src/json.js";
import type { BrandAction } from "../src/operation/together.js";
import { brandMotionDigest } from "../src/operation/together.js";
import type { TimeMs } from "../src/time.js";
import { CHAIN, COMMITTED_STATE, GENESIS, ID, nodeStatus, NOW, ONES, SIGNED, withServer } from "./support/gateway.js";

const NORDMAT = parseBrandId("nordmat");
const ACTIONS: readonly BrandAction[] = [{ type: "remove_operator", brand: NORDMAT, operator: ONES }];

function motions(digest: Hash): BrandMotions {
  const motion = {
    motion: 7n as MotionId,
    by: ONES,
    actions: ACTIONS,
    digest,
    createdMs: NOW,
    lapsesMs: (NOW + 1000) as TimeMs,
    approvedBy: [ONES],
    counting: 1,
    stoppedBy: [],
    fromMs: null,
  };
  return { brand: NORDMAT, approvals: { needed: 2, delayMs: 0n }, motions: [motion], height: 4n as Height };
}

/** Asks the only gateway, which answers with some JSON. */
function ask<T>(json: Json, question: (gateway: Gateways["all"][number]) => Promise<T>): Promise<T> {
  return withServer(
    ({ path }) => (path === "/v1/status" ? nodeStatus(CHAIN, NOW) : { status: 200, json }),
    ({ url }) => new Gateways([url], GENESIS).ask(question),
  );
}

test("a brand's motion that isn't the one of its digest exposes its gateway", async () => {
  const right = brandMotionDigest(CHAIN, NORDMAT, ACTIONS);
  const json = (digest: Hash): Json => brandMotionsCodec.toJson(motions(digest), "test");
  const told = await ask(json(right), (gateway) => gateway.brandMotions(NORDMAT));
  assert.equal(told.motions[0]?.motion, 7n);
  const other = brandMotionDigest(CHAIN, parseBrandId("kaffet"), ACTIONS);
  await assert.rejects(ask(json(other), (gateway) => gateway.brandMotions(NORDMAT)), GatewayUntrueError);
});

test("a transaction that isn't what its id is made of exposes its gateway", async () => {
  const json = (nonce: bigint): Json => {
    const transaction = { ...SIGNED, transaction: { ...SIGNED.transaction, nonce } };
    return transactionStatusCodec.toJson({ id: ID, state: COMMITTED_STATE, transaction, activity: null }, "test");
  };
  const { nonce } = SIGNED.transaction;
  assert.equal((await ask(json(nonce), (gateway) => gateway.transaction(ID))).id, ID);
  await assert.rejects(ask(json(nonce ^ 1n), (gateway) => gateway.transaction(ID)), GatewayUntrueError);
});
