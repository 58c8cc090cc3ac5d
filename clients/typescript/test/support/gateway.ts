/** A transaction, and the answers of a gateway about it. */

import { addressToText } from "../../src/address.js";
import type { Address } from "../../src/address.js";
import { transactionStatusCodec } from "../../src/api/transactions.js";
import type { TransactionState } from "../../src/api/transactions.js";
import { parseBrandId } from "../../src/brand.js";
import { Client } from "../../src/client/client.js";
import type { ChainId, Height } from "../../src/ids.js";
import type { Json } from "../../src/json.js";
import { KeyPair } from "../../src/key.js";
import { toPoints } from "../../src/points.js";
import type { TimeMs } from "../../src/time.js";
import { newTransaction, signTransaction, transactionId } from "../../src/transaction.js";
import type { Asked, Reply } from "./server.js";
import "./node.js";
import { TestServer } from "./server.js";

export const CHAIN = "09".repeat(32) as ChainId;
export const GENESIS = { chainId: CHAIN, network: "test" } as const;
export const KEY = KeyPair.fromSeed(new Uint8Array(32).fill(7));
export const ONES = "01".repeat(20) as Address;
export const TEXT = addressToText(ONES, "test");
export const NOW = 1_800_000_000_000 as TimeMs;
export const SIGNED = signTransaction(
  newTransaction(
    CHAIN,
    KEY.address(),
    [{ type: "transfer", brand: parseBrandId("kaffet"), from: KEY.address(), to: ONES, amount: toPoints(5) }],
    NOW,
  ),
  CHAIN,
  KEY,
);
export const ID = transactionId(SIGNED.transaction, CHAIN);

export async function withServer<T>(
  answer: (asked: Asked) => Reply,
  use: (server: TestServer) => Promise<T>,
): Promise<T> {
  const server = await TestServer.start(answer);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

export function clientOf(server: TestServer): Client {
  return new Client(server.url, { network: "test" });
}

export function statusJson(state: TransactionState): Json {
  return transactionStatusCodec.toJson({ id: ID, state, transaction: null, activity: null }, "test");
}

export const PENDING: Reply = { status: 202, json: statusJson({ status: "pending" }) };
export const COMMITTED_STATE: TransactionState = {
  status: "committed",
  height: 4n as Height,
  index: 0,
  timeMs: NOW,
  receipt: { result: "applied" },
};
export const COMMITTED: Reply = { status: 200, json: statusJson(COMMITTED_STATE) };

export function nodeStatus(chain: string, timeMs: number): Reply {
  const json = {
    chain_id: chain,
    height: 18_446_744_073_709_551_615n,
    state_root: "00".repeat(32),
    time_ms: BigInt(timeMs),
    role: "none",
    validator: null,
    peers: 3n,
    mempool: 0n,
    version: "0",
    later: { more: true },
  };
  return { status: 200, json };
}
