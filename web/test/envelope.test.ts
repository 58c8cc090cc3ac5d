import assert from "node:assert/strict";
import { test } from "node:test";

import type { Envelope } from "../src/wallet/model/envelope.js";
import { envelopeIn, envelopeText, openEnvelope, sealEnvelope, takeOutput } from "../src/wallet/model/envelope.js";

const ADDRESS = "tloj1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq";
const PLACE = { credential: "0a0b0c", salt: "17".repeat(32) };
const SECRET = new Uint8Array(32).fill(5);

function output(byte: number): Promise<CryptoKey> {
  return takeOutput(new Uint8Array(32).fill(byte));
}

test("what was sealed for a passkey opens with what that computes, and with nothing else", async () => {
  const envelope = await sealEnvelope(PLACE, await output(1), ADDRESS, SECRET);
  assert.deepEqual(await openEnvelope(envelope, await output(1), ADDRESS), SECRET);
  assert.equal(await openEnvelope(envelope, await output(2), ADDRESS), null);
  assert.equal(await openEnvelope(envelope, await output(1), `${ADDRESS}q`), null, "it is of one account");
  const turned = (hex: string): string => `${hex.startsWith("0") ? "1" : "0"}${hex.slice(1)}`;
  for (const field of ["credential", "salt", "nonce", "sealed"] as const) {
    const changed: Envelope = { ...envelope, [field]: turned(envelope[field]) };
    assert.equal(await openEnvelope(changed, await output(1), ADDRESS), null, field);
  }
  assert.ok(!envelopeText(envelope).includes("05".repeat(32)));
  const again = await sealEnvelope(PLACE, await output(1), ADDRESS, SECRET);
  assert.notEqual(again.sealed, envelope.sealed, "no nonce is used twice");
});

test("what a passkey computes can't be read once it is taken over", async () => {
  const bytes = new Uint8Array(32).fill(9);
  const key = await takeOutput(bytes);
  assert.deepEqual(bytes, new Uint8Array(32), "no copy is left");
  assert.equal(key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("raw", key));
});

test("an envelope comes back from its text, and a damaged one is none", async () => {
  const envelope = await sealEnvelope(PLACE, await output(1), ADDRESS, SECRET);
  const text = envelopeText(envelope);
  assert.deepEqual(envelopeIn(text), envelope);
  const long = (bytes: number): string => envelopeText({ ...envelope, credential: "ab".repeat(bytes) });
  assert.ok(envelopeIn(long(1023)) !== null);
  const damaged = [
    "",
    "null",
    "[]",
    "7",
    text.slice(1),
    text.replace('"version":1', '"version":2'),
    text.replace(envelope.salt, envelope.salt.slice(2)),
    text.replace(envelope.nonce, `${envelope.nonce}00`),
    text.replace(envelope.sealed, envelope.sealed.toUpperCase()),
    text.replace(envelope.sealed, ""),
    text.replace(`"${envelope.credential}"`, "12"),
    long(0),
    long(1024),
  ];
  for (const one of damaged) {
    assert.equal(envelopeIn(one), null, one);
  }
});
