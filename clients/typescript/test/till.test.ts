import assert from "node:assert/strict";
import { test } from "node:test";

import { parseBrandId } from "../src/brand.js";
import { LojalError } from "../src/error.js";
import type { ChainId } from "../src/ids.js";
import { KeyPair, verifySignature } from "../src/key.js";
import { toPoints } from "../src/points.js";
import { parseReference } from "../src/reference.js";
import type { TimeMs } from "../src/time.js";
import { parseDay, startOfDay } from "../src/time.js";
import {
  newTransaction,
  signTransaction,
  signTransactionBy,
  transactionId,
  transactionSigningBytes,
  VerifiedTransaction,
} from "../src/transaction.js";
import { ClockError, isOver, LEDGER_AHEAD_MS_MAX, signingTime, today } from "../src/wallet/clock.js";
import { gainingRound } from "../src/wallet/cycle.js";
import type { Exchange } from "../src/wallet/cycle.js";
import { DATES_MAX, datedOf, DatesError, keepDay, knownDay } from "../src/wallet/dates.js";
import { OpaqueKey } from "../src/wallet/opaque-key.js";
import "./support/node.js";

const NOON = (startOfDay(parseDay("2027-03-14")) + 43_200_000) as TimeMs;
const KEY = KeyPair.fromSeed(new Uint8Array(32).fill(7));
const CHAIN = "09".repeat(32) as ChainId;

function later(ms: number): TimeMs {
  return (NOON + ms) as TimeMs;
}

test("what is signed counts from this machine's time, or the ledger's if that is a little later", () => {
  assert.equal(signingTime(NOON, later(-9_000_000)), NOON);
  assert.equal(signingTime(NOON, later(LEDGER_AHEAD_MS_MAX)), later(LEDGER_AHEAD_MS_MAX));
  assert.throws(() => signingTime(NOON, later(LEDGER_AHEAD_MS_MAX + 1)), { code: "clock_ledger_ahead" });
  assert.equal(today(NOON, NOON), "2027-03-14");
  assert.equal(today(later(86_400_000), NOON), "2027-03-15");
  assert.throws(() => today(later(2 * 86_400_000), NOON), ClockError);
  assert.ok(!isOver(NOON, later(4999)) && isOver(NOON, later(5000)));
});

test("a reference keeps the day that it was first sent with", () => {
  const [brand, reference] = [parseBrandId("kaffet"), parseReference("0a0b")];
  const issue = { brand, kind: "issue", reference } as const;
  const [first, second] = [parseDay("2027-03-14"), parseDay("2027-03-15")];
  assert.equal(knownDay("", issue), null);
  const kept = keepDay("", issue, first, first);
  assert.deepEqual(kept, { dates: "kaffet issue 0a0b 2027-03-14\n", day: first });
  assert.deepEqual(keepDay(kept.dates, issue, second, second), { dates: kept.dates, day: first });
  const capture = keepDay(kept.dates, { ...issue, kind: "capture" }, second, second);
  assert.equal(capture.dates, `${kept.dates}kaffet capture 0a0b 2027-03-15\n`);
  const after = keepDay(
    capture.dates,
    { ...issue, kind: "reversal" },
    parseDay("2027-05-16"),
    parseDay("2027-05-16"),
  );
  assert.equal(after.dates, "kaffet capture 0a0b 2027-03-15\nkaffet reversal 0a0b 2027-05-16\n");
  const many = Array.from(
    { length: DATES_MAX },
    (_, at) => `kaffet issue ${at.toString(16).padStart(8, "0")} ${first}\n`,
  );
  const full = keepDay(many.join(""), issue, first, first).dates.split("\n");
  assert.deepEqual([full.length - 1, full[0]], [DATES_MAX, `kaffet issue 00000001 ${first}`]);
  for (const damaged of ["kaffet issue 0a0b 2027-02-29\n", "nonsense\n"]) {
    assert.throws(() => knownDay(damaged, issue), DatesError);
  }
  const operation = {
    type: "issue",
    brand,
    to: KEY.address(),
    amount: toPoints(5),
    reference,
    dated: first,
    expiry: null,
  } as const;
  assert.deepEqual(datedOf(operation), { ...issue, day: first });
  assert.equal(datedOf({ type: "freeze" }), null);
});

test("a way round that gives more than it takes is found, and one that doesn't is none", () => {
  const exchange = (from: string, to: string, num: number, den: number): Exchange => {
    return { from: parseBrandId(from), to: parseBrandId(to), num, den };
  };
  const rates = [exchange("bb", "cc", 1, 2), exchange("cc", "dd", 3, 1), exchange("dd", "aa", 1, 1)];
  assert.deepEqual(gainingRound(rates, exchange("aa", "bb", 1, 1)), ["aa", "bb", "cc", "dd", "aa"]);
  assert.equal(gainingRound(rates, exchange("aa", "bb", 2, 3)), null);
  assert.equal(gainingRound(rates, exchange("aa", "bb", 1, 2)), null);
  assert.deepEqual(gainingRound([exchange("bb", "aa", 1, 1)], exchange("aa", "bb", 1001, 1000)), ["aa", "bb", "aa"]);
  assert.equal(gainingRound([exchange("bb", "aa", 1, 1)], exchange("aa", "bb", 1, 1)), null);
  assert.equal(gainingRound([], exchange("aa", "bb", 1000, 1)), null);
  // A gain on another way round isn't one of the new partnership.
  const other = [exchange("bb", "cc", 2, 1), exchange("cc", "bb", 2, 1)];
  assert.equal(gainingRound(other, exchange("aa", "bb", 1, 1)), null);
});

test("a key that can't be taken out of the system signs as its pair does", async () => {
  const opaque = await OpaqueKey.of(KEY);
  const transaction = newTransaction(CHAIN, KEY.address(), [{ type: "freeze" }], NOON);
  const signed = await signTransactionBy(transaction, CHAIN, opaque);
  assert.deepEqual(signed, signTransaction(transaction, CHAIN, KEY));
  assert.equal(VerifiedTransaction.verify(signed, CHAIN).transaction, transaction);
  const message = transactionSigningBytes(transactionId(transaction, CHAIN), CHAIN);
  assert.ok(verifySignature(opaque.publicKey, message, await opaque.sign(message)));
  assert.ok(!JSON.stringify(opaque).includes("07".repeat(32)));
  const handed = OpaqueKey.from(structuredClone(opaque.parts()));
  assert.equal(await handed.sign(message), await opaque.sign(message), "a worker hands it to its page");
  await assert.rejects(crypto.subtle.exportKey("pkcs8", handed.parts().key));
  assert.notEqual(newTransaction(CHAIN, KEY.address(), [{ type: "freeze" }], NOON).nonce, transaction.nonce);
  assert.throws(() => KeyPair.fromSeed(new Uint8Array(31)), RangeError);
  assert.throws(
    () => VerifiedTransaction.verify({ ...signed, publicKey: "02".repeat(32) as never }, CHAIN),
    LojalError,
  );
});
