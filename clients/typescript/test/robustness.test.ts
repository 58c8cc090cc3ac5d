import assert from "node:assert/strict";
import { test } from "node:test";

import { accountCodec, historyCodec, householdCodec } from "../src/api/accounts.js";
import { brandAnswerCodec, brandsCodec, nettingCodec, operatorsCodec, partnershipsCodec } from "../src/api/brands.js";
import { governanceAnswerCodec, motionCodec, statusCodec, validatorsCodec } from "../src/api/network.js";
import { batchAnswerCodec, blockAnswerCodec, problemCodec, transactionStatusCodec } from "../src/api/transactions.js";
import { parseAddressText } from "../src/address.js";
import { blockCodec, headerCodec } from "../src/block.js";
import { parseBrandId } from "../src/brand.js";
import { fromHex, toHex } from "../src/bytes.js";
import { certificateCodec } from "../src/certificate.js";
import type { Codec, JsonCodec } from "../src/codec/codec.js";
import { decode, encode } from "../src/codec/codec.js";
import { DecodeError, LojalError } from "../src/error.js";
import { Genesis, genesisDocumentCodec } from "../src/genesis.js";
import { actionsCodec } from "../src/governance/action.js";
import { parseJson } from "../src/json.js";
import { looks } from "../src/name/look.js";
import { parseName } from "../src/name/name.js";
import { operationCodec } from "../src/operation/operation.js";
import { parseReference } from "../src/reference.js";
import { requestCodec } from "../src/request.js";
import type { RecordKind } from "../src/state/kinds.js";
import { decodeKey, decodeValue, kindOfKey, recordKinds } from "../src/state/kinds.js";
import { shelfProofCodec } from "../src/state/proof.js";
import { parseExpiry } from "../src/time.js";
import { signedTransactionCodec } from "../src/transaction.js";
import { validatorSetCodec } from "../src/validator.js";
import { codeOf, seeds } from "./support/seeds.js";
import { assertSameJson, field, listIn, NETWORK, text, vectors } from "./support/vectors.js";

/** The same numbers in every run: a linear congruential generator (Numerical Recipes). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Changes of bytes: another byte, a byte more or less, another bit, a large number. */
function mutations(bytes: Uint8Array, count: number, seed: number): readonly Uint8Array[] {
  const next = numbers(seed);
  return Array.from({ length: bytes.length === 0 ? 0 : count }, () => {
    const [at, changed] = [next(bytes.length), bytes.slice()];
    switch (next(5)) {
      case 0:
        changed[at] = next(256);
        return changed;
      case 1:
        changed[at] = (changed[at] ?? 0) ^ (1 << next(8));
        return changed;
      case 2:
        return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1)]);
      case 3:
        return Uint8Array.from([...bytes.slice(0, at), next(256), ...bytes.slice(at)]);
      default:
        changed.fill(255, at, at + 4);
        return changed;
    }
  });
}

/** Asserts that bytes are malformed, or else the only ones of their value. */
function assertOneEncoding<T>(codec: Codec<T>, bytes: Uint8Array): void {
  let value: T;
  try {
    value = decode(codec, bytes);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return;
  }
  assert.equal(toHex(encode(codec, value)), toHex(bytes));
  const json = codec.toJson(value, NETWORK);
  assertSameJson(codec.toJson(codec.fromJson(json, NETWORK), NETWORK), json, toHex(bytes));
}

function hexOf(file: string, name: string): readonly Uint8Array[] {
  return vectors(file).flatMap(({ output }) => {
    const shown = field(output, name);
    return (typeof shown === "string" ? [shown] : listIn(shown).map(text)).map(fromHex);
  });
}

test("whatever bytes are changed, they are malformed or the only ones of a value", () => {
  const cases: readonly (readonly [Codec<never>, readonly Uint8Array[], number])[] = [
    [operationCodec as unknown as Codec<never>, hexOf("operations", "borsh"), 200],
    [signedTransactionCodec as unknown as Codec<never>, hexOf("transactions", "signed_borsh").slice(2), 20],
    [headerCodec as unknown as Codec<never>, hexOf("headers", "borsh"), 200],
    [certificateCodec as unknown as Codec<never>, hexOf("certificates", "borsh"), 200],
    [blockCodec as unknown as Codec<never>, hexOf("blocks", "borsh"), 100],
    [genesisDocumentCodec as unknown as Codec<never>, hexOf("genesis", "borsh"), 100],
    [validatorSetCodec as unknown as Codec<never>, hexOf("validators", "borsh"), 20],
    [requestCodec as unknown as Codec<never>, hexOf("requests", "borsh"), 200],
    [shelfProofCodec as unknown as Codec<never>, shelfProofs(), 50],
  ];
  for (const [codec, all, count] of cases) {
    all.forEach((bytes, at) => {
      mutations(bytes, count, at).forEach((changed) => assertOneEncoding(codec, changed));
    });
  }
  for (const { input, output } of vectors("governance").filter(
    (vector) => field(vector.input, "kind") === "motion",
  )) {
    const bytes = fromHex(text(field(output, "borsh")));
    mutations(bytes, 50, listIn(field(input, "actions")).length).forEach((one) =>
      assertOneEncoding(actionsCodec, one),
    );
  }
});

function shelfProofs(): readonly Uint8Array[] {
  const shelves = vectors("chain").flatMap(({ output }) => listIn(field(output, "last_shelves")));
  return shelves.map((shelf) => fromHex(text(field(shelf, "proof_of_first"))));
}

test("whatever is changed of a key or a record, it is malformed or the only form of its value", () => {
  for (const [at, { output }] of vectors("state").entries()) {
    const [key, value] = [fromHex(text(field(output, "key"))), fromHex(text(field(output, "record")))];
    const kind = recordKinds[kindOfKey(key)] as unknown as RecordKind<unknown, unknown>;
    for (const changed of mutations(value, 100, at)) {
      assertOneEncoding(kind.record, changed);
      assert.ok([null, "malformed"].includes(codeOf(() => decodeValue(kind, changed))));
    }
    for (const changed of mutations(key, 100, at)) {
      assert.ok([null, "malformed"].includes(codeOf(() => decodeKey(kind, changed))));
      assert.ok([null, "malformed"].includes(codeOf(() => kindOfKey(changed))));
    }
  }
});

test("whatever JSON a gateway answers, it is refused or survives", () => {
  const codecs = [
    ...[statusCodec, brandAnswerCodec, brandsCodec, accountCodec, householdCodec, operatorsCodec, partnershipsCodec],
    ...[nettingCodec, validatorsCodec, governanceAnswerCodec, motionCodec, transactionStatusCodec, batchAnswerCodec],
    ...[historyCodec, blockAnswerCodec, problemCodec, genesisDocumentCodec, signedTransactionCodec],
  ] as unknown as readonly JsonCodec<unknown>[];
  const read = new Set<JsonCodec<unknown>>();
  for (const [name, content] of seeds("json")) {
    if (codeOf(() => parseJson(content)) !== null) {
      continue;
    }
    const json = parseJson(content);
    for (const codec of codecs) {
      if (codeOf(() => codec.fromJson(json, NETWORK)) === null) {
        read.add(codec);
        const value = codec.fromJson(json, NETWORK);
        assert.deepEqual(codec.fromJson(codec.toJson(value, NETWORK), NETWORK), value, name);
      }
    }
  }
  assert.ok(read.size >= 10, `${read.size} kinds of answers have a sample`);
});

test("whatever text is given, it is refused by an error of this library, or is the only one", () => {
  const parsers: readonly ((text: string) => string)[] = [parseBrandId, parseExpiry, parseReference, parseName];
  for (const content of [...seeds("text").values(), ...seeds("genesis").values()]) {
    for (const parse of parsers) {
      if (codeOf(() => parse(content)) === null) {
        assert.equal(parse(content), content);
      }
    }
    codeOf(() => parseAddressText(content));
    codeOf(() => parseJson(content));
    codeOf(() => Genesis.fromToml(content));
    assert.equal(looks(content).length, 2);
  }
  const good = [...seeds("genesis")].filter(([, content]) => codeOf(() => Genesis.fromToml(content)) === null);
  assert.ok(good.length > 0);
  assert.throws(() => Genesis.fromToml("name = 1"), LojalError);
});
