import assert from "node:assert/strict";
import { test } from "node:test";

import { lightChangesCodec } from "../src/api/light.js";
import { fromHex, toHex, utf8 } from "../src/bytes.js";
import type { SavedReceipt } from "../src/chain/inclusion.js";
import {
  checkReceipt,
  checkTransaction,
  receiptFromText,
  receiptToText,
  savedReceiptCodec,
  transactionProofCodec,
} from "../src/chain/inclusion.js";
import { LightChain } from "../src/chain/light.js";
import { Client } from "../src/client/client.js";
import { GatewayUntrueError } from "../src/client/error.js";
import { encode } from "../src/codec/codec.js";
import { LojalError } from "../src/error.js";
import { Genesis } from "../src/genesis.js";
import type { TransactionId } from "../src/ids.js";
import type { Json } from "../src/json.js";
import { merkleLeaf, merklePath, merklePathCodec, merkleRoot, rootOfPath } from "../src/merkle.js";
import { outcomeCodec } from "../src/receipt.js";
import { withServer } from "./support/gateway.js";
import { assertCanonical, assertSameJson, field, listIn, NETWORK, text, vectors } from "./support/vectors.js";

/** The genesis document of the chain of chain.json that a vector names. */
function genesisOf(input: Json): Genesis {
  const chain = vectors("chain").find(({ name }) => name === text(field(input, "chain")));
  assert.ok(chain);
  return Genesis.fromToml(listIn(field(chain.input, "genesis")).map(text).join("\n"));
}

function fileOf(output: Json): string {
  return listIn(field(output, "file"))
    .map((line) => `${text(line)}\n`)
    .join("");
}

test("every item of a list has its path to the root", () => {
  for (const { name, input, output } of vectors("paths")) {
    const items = listIn(input).map((item) => fromHex(text(item)));
    const root = toHex(merkleRoot(items));
    listIn(output).forEach((bytes, index) => {
      const path = merklePath(items, index);
      assertCanonical(merklePathCodec, path, text(bytes), `${name}, ${index}`);
      assert.equal(toHex(rootOfPath(merkleLeaf(items[index] as Uint8Array), path)), root, name);
      assert.notEqual(toHex(rootOfPath(merkleLeaf(utf8("another item")), path)), root, name);
    });
    assert.throws(() => merklePath(items, items.length), RangeError);
  }
});

test("saved receipts hold by the genesis document alone", () => {
  for (const { name, input, output } of vectors("saved_receipts")) {
    const [genesis, file] = [genesisOf(input), fileOf(output)];
    const saved = receiptFromText(file);
    assertCanonical(savedReceiptCodec, saved, text(field(output, "borsh")), name);
    assert.equal(receiptToText(saved), file, name);
    const { header } = checkReceipt(saved, genesis);
    assert.deepEqual([header.height, BigInt(header.timeMs)], [field(output, "height"), field(output, "time_ms")], name);
    assert.equal(saved.proof.receipt.transaction, field(output, "transaction"), name);
    assertSameJson(outcomeCodec.toJson(saved.proof.receipt.outcome, NETWORK), field(output, "outcome"), name);
  }
});

test("a byte that is changed anywhere is noticed", () => {
  const all = vectors("saved_receipts");
  // A check after changes of the validators takes several certificates.
  for (const [at, step] of [
    [0, 1],
    [all.length - 1, 17],
  ] as const) {
    const vector = all[at];
    assert.ok(vector);
    const [genesis, file] = [genesisOf(vector.input), fileOf(vector.output)];
    for (let place = 0; place < file.length; place += step) {
      const other = String.fromCharCode(file.charCodeAt(place) ^ 1);
      const changed = file.slice(0, place) + other + file.slice(place + 1);
      assert.throws(() => checkReceipt(receiptFromText(changed), genesis), LojalError, `character ${place}`);
    }
    assert.throws(() => receiptFromText(`${file}\n`), { code: "inclusion_text" });
  }
});

test("receipts are those of their own transactions, and changes are not left out", () => {
  const [first, second, third, last] = vectors("saved_receipts").map(({ output }) => receiptFromText(fileOf(output)));
  assert.ok(first && second && third && last);
  const genesis = genesisOf(vectors("saved_receipts")[0]?.input ?? null);
  const { receipt, receiptsPath } = third.proof;
  const swapped: SavedReceipt = { ...second, proof: { ...second.proof, receipt, receiptsPath } };
  assert.throws(() => checkReceipt(swapped, genesis), { code: "inclusion_other_transaction" });
  const moved: SavedReceipt = { ...second, proof: { ...second.proof, transactionsPath: third.proof.transactionsPath } };
  assert.throws(() => checkReceipt(moved, genesis), { code: "inclusion_transaction" });
  const failed = { ...first.proof.receipt, outcome: second.proof.receipt.outcome };
  const untrue: SavedReceipt = { ...first, proof: { ...first.proof, receipt: failed } };
  assert.throws(() => checkReceipt(untrue, genesis), { code: "inclusion_receipt" });
  assert.throws(() => checkReceipt({ ...last, changes: [] }, genesis), { code: "light_validators" });
  assert.throws(() => checkTransaction(last.proof, LightChain.from(genesis)), { code: "light_validators" });
});

test("a gateway's proof is checked before anybody has it", async () => {
  const all = vectors("saved_receipts");
  const chosen = [all.at(0), all.at(-1)].map((vector) => {
    assert.ok(vector);
    return { genesis: genesisOf(vector.input), saved: receiptFromText(fileOf(vector.output)) };
  });
  assert.ok(chosen.some(({ saved }) => saved.changes.length > 0));
  for (const { genesis, saved } of chosen) {
    const { height } = saved.proof.header;
    const bytes = toHex(encode(transactionProofCodec, saved.proof));
    const id = saved.proof.receipt.transaction;
    const ask = (proof: string, wanted: TransactionId, changes = saved.changes): Promise<unknown> => {
      const page = lightChangesCodec.toJson({ changes, more: false, height }, "test");
      return withServer(
        ({ path }) => ({ status: 200, json: path.startsWith("/v1/light/changes") ? page : { proof } }),
        (server) => {
          const client = new Client(server.url, { network: "test" });
          return client.receipt(wanted, genesis).catch((error: unknown) => error);
        },
      );
    };
    assert.deepEqual(await ask(bytes, id), saved);
    const other = "00".repeat(32) as TransactionId;
    for (const [proof, wanted] of [[bytes, other] as const, [`${bytes}00`, id] as const, ["", id] as const]) {
      assert.ok((await ask(proof, wanted)) instanceof GatewayUntrueError);
    }
    assert.equal((await ask(bytes, id, [])) instanceof GatewayUntrueError, saved.changes.length > 0);
  }
});
