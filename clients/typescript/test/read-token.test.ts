import assert from "node:assert/strict";
import { test } from "node:test";

import { addressCodec } from "../src/address.js";
import { fromHex, toHex } from "../src/bytes.js";
import { Client } from "../src/client/client.js";
import { isProblem } from "../src/client/error.js";
import { decode, encode } from "../src/codec/codec.js";
import { TextError } from "../src/error.js";
import type { ChainId } from "../src/ids.js";
import { KeyPair } from "../src/key.js";
import {
  audienceOf,
  holdsReadToken,
  newReadToken,
  parseAudience,
  parseReadToken,
  readTokenSigningBytes,
  readTokenToText,
  signedReadTokenCodec,
  signReadToken,
} from "../src/read-token.js";
import { timeMsCodec } from "../src/time.js";
import { CHAIN, NOW, ONES, withServer } from "./support/gateway.js";
import { problem } from "./support/server.js";
import { field, keyOf, NETWORK, text, vectors } from "./support/vectors.js";

test("read tokens have their bytes, signatures and texts", async () => {
  for (const { name, input, output } of vectors("read_tokens")) {
    const [chain, signer] = [text(field(input, "chain_id")) as ChainId, keyOf(field(input, "seed"))];
    const token = {
      account: addressCodec.fromJson(field(input, "account"), NETWORK),
      publicKey: signer.publicKey,
      audience: parseAudience(text(field(input, "audience"))),
      untilMs: timeMsCodec.fromJson(field(input, "until_ms"), NETWORK),
    };
    assert.equal(toHex(readTokenSigningBytes(token, chain)), field(output, "signing_bytes"), name);
    const signed = await signReadToken(token, chain, signer);
    assert.equal(signed.signature, field(output, "signature"), name);
    assert.equal(toHex(encode(signedReadTokenCodec, signed)), field(output, "borsh"), name);
    assert.equal(readTokenToText(signed), field(output, "text"), name);
    assert.deepEqual(parseReadToken(text(field(output, "text"))), signed, name);
    assert.ok(holdsReadToken(signed, chain), name);
    assert.ok(!holdsReadToken(signed, "00".repeat(32) as ChainId), name);
  }
});

test("texts that are no read token are refused", () => {
  for (const { name, input, output } of vectors("read_token_texts")) {
    const [written, borsh] = [text(field(input, "text")), field(output, "borsh")];
    if (borsh === null) {
      assert.throws(() => parseReadToken(written), TextError, name);
    } else {
      assert.deepEqual(parseReadToken(written), decode(signedReadTokenCodec, fromHex(text(borsh))), name);
    }
  }
});

test("a host has one name however the address is written", () => {
  for (const [url, host] of [
    ["http://127.0.0.1:7800", "127.0.0.1"],
    ["http://127.1", "127.0.0.1"],
    ["http://LOCALHOST.:80", "localhost"],
    ["https://Gateway.example.org/lojal", "gateway.example.org"],
    ["http://[0:0:0:0:0:0:0:1]:80", "::1"],
    ["http://[::ffff:192.0.2.1]", "192.0.2.1"],
  ] as const) {
    assert.equal(audienceOf(url), host, url);
  }
});

test("a token goes with questions", async () => {
  const key = KeyPair.fromSeed(new Uint8Array(32).fill(7));
  const heard: (string | undefined)[] = [];
  await withServer(
    (request) => {
      heard.push(request.authorization);
      return problem(404, "unknown_brand");
    },
    async (server) => {
      const client = new Client(server.url, { network: "test" });
      const ask = async (): Promise<void> => {
        assert.ok(isProblem(await client.account(ONES).catch((error: unknown) => error), "unknown_brand"));
      };
      await ask();
      const token = await newReadToken(key.address(), key, CHAIN, client.audience, NOW);
      client.readWith(token);
      await ask();
      client.readWith(null);
      await ask();
      assert.deepEqual(heard, [undefined, `Bearer ${readTokenToText(token)}`, undefined]);
    },
  );
});
