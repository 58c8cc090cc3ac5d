import assert from "node:assert/strict";
import { test } from "node:test";

import { addressCodec } from "../src/address.js";
import { blockCodec, decodeBlock, headerCodec } from "../src/block.js";
import { fromHex, toHex } from "../src/bytes.js";
import { certificateCodec, voteOf, voteSigningBytes } from "../src/certificate.js";
import { CertifiedHeader, HeaderChain } from "../src/chain/certified.js";
import { decode, encode } from "../src/codec/codec.js";
import { Genesis } from "../src/genesis.js";
import type { ChainId, Height, Hash } from "../src/ids.js";
import { parseTransactionId, tagOf } from "../src/ids.js";
import type { Json } from "../src/json.js";
import { operationsCodec } from "../src/operation/operation.js";
import { receiptCodec } from "../src/receipt.js";
import type { Receipt } from "../src/receipt.js";
import type { RecordKind } from "../src/state/kinds.js";
import { decodeKey, decodeValue, encodeKey, encodeValue, kindOfKey, recordKinds } from "../src/state/kinds.js";
import { shelfProofCodec } from "../src/state/proof.js";
import { StateTree } from "../src/state/tree.js";
import { parseMonth, timeMsCodec } from "../src/time.js";
import { encodeSigned, signTransaction } from "../src/transaction.js";
import type { SignedTransaction } from "../src/transaction.js";
import { genesisEntries } from "./support/genesis-state.js";
import type { Vector } from "./support/vectors.js";
import {
  assertCanonical,
  assertSameJson,
  field,
  keyOf,
  listIn,
  NETWORK,
  number,
  text,
  vectors,
} from "./support/vectors.js";

function genesisOf(vector: Vector): Genesis {
  return Genesis.fromToml(listIn(field(vector.input, "genesis")).map(text).join("\n"));
}

/** The transaction of an input, signed here. */
function signedOf(input: Json, chain: ChainId): SignedTransaction {
  const transaction = {
    chain: tagOf(chain),
    sender: addressCodec.fromJson(field(input, "sender"), NETWORK),
    validUntilMs: timeMsCodec.fromJson(field(input, "valid_until_ms"), NETWORK),
    nonce: number(field(input, "nonce")),
    operations: operationsCodec.fromJson(field(input, "operations"), NETWORK),
  };
  return signTransaction(transaction, chain, keyOf(field(input, "seed")));
}

function receiptsOf(output: Json): readonly Receipt[] {
  return listIn(field(output, "receipts")).map((json) => receiptCodec.fromJson(json, NETWORK));
}

/** Follows the chain of a vector, checking every block; answers with the last header. */
function follow(vector: Vector): CertifiedHeader {
  const genesis = genesisOf(vector);
  const chain = HeaderChain.from(genesis);
  const inputs = listIn(field(vector.input, "blocks"));
  let last: CertifiedHeader | undefined;
  for (const [at, output] of listIn(field(vector.output, "blocks")).entries()) {
    const input = inputs[at] ?? null;
    const bytes = text(field(output, "block_borsh"));
    const block = decodeBlock(fromHex(bytes));
    assertCanonical(blockCodec, block, bytes, vector.name);
    assertSameJson(headerCodec.toJson(block.header, NETWORK), field(output, "header"), vector.name);
    assert.equal(block.header.proposer, keyOf(field(input, "proposer_seed")).address());
    const built = listIn(field(input, "transactions")).map((one) => signedOf(one, genesis.chainId));
    assert.deepEqual(
      built.map((one) => toHex(encodeSigned(one))),
      block.transactions.map((one) => toHex(encodeSigned(one))),
    );

    const certificate = decode(certificateCodec, fromHex(text(field(output, "certificate_borsh"))));
    assertCanonical(certificateCodec, certificate, text(field(output, "certificate_borsh")), vector.name);
    for (const seed of listIn(field(input, "certificate_seeds"))) {
      const key = keyOf(seed);
      const message = voteSigningBytes(voteOf(certificate, key.address()), genesis.chainId);
      const found = certificate.signatures.find((one) => one.validator === key.address());
      assert.equal(found?.signature, key.sign(message));
    }
    last = chain.advance(block.header, certificate);
    assert.equal(last.id, field(output, "id"));
    const transactions = last.transactions(block);
    const receipts = receiptsOf(output);
    transactions.forEach((one, place) => {
      const proven = last?.outcome(receipts, one.id);
      assert.deepEqual(proven?.value, receipts[place]?.outcome);
    });
  }
  assert.ok(last !== undefined);
  return last;
}

function entriesOf(json: Json): readonly (readonly [Uint8Array, Uint8Array])[] {
  return listIn(json).map((pair) => {
    const [key, value] = listIn(pair);
    return [fromHex(text(key)), fromHex(text(value))] as const;
  });
}

function kindOf(key: Uint8Array): RecordKind<unknown, unknown> {
  return recordKinds[kindOfKey(key)] as unknown as RecordKind<unknown, unknown>;
}

test("chains are followed from genesis, header by header, with everything that is in their blocks", () => {
  for (const vector of vectors("chain")) {
    const genesis = genesisOf(vector);
    assert.equal(genesis.chainId, field(vector.output, "chain_id"));
    assert.equal(StateTree.of(genesisEntries(genesis)).root(), field(vector.output, "genesis_state_root"));
    follow(vector);
  }
});

test("the last state of a chain has the root of its last header, and every record is read and proven", () => {
  for (const vector of vectors("chain")) {
    const last = follow(vector);
    const entries = entriesOf(field(vector.output, "last_state"));
    const tree = StateTree.of(entries);
    assert.equal(tree.root(), last.header.stateRoot, vector.name);
    for (const [key, value] of entries) {
      const kind = kindOf(key);
      const decodedKey = decodeKey(kind, key);
      assert.equal(toHex(encodeKey(kind, decodedKey)), toHex(key));
      const record = decodeValue(kind, value);
      assert.ok(toHex(value).startsWith(toHex(encode(kind.record, record))));
      assert.deepEqual(last.prove(kind, decodedKey, value, tree.prove(key)).value, record);
      assert.throws(() => last.prove(kind, decodedKey, null, tree.prove(key)), { code: "proof_present" });
    }
  }
});

/** The digest of the activity of each account. */
function digestsOf(entries: readonly (readonly [Uint8Array, Uint8Array])[]): ReadonlyMap<string, Hash> {
  const accounts = entries.filter(([key]) => kindOfKey(key) === "account");
  return new Map(
    accounts.map(([key, value]) => {
      const { account } = decodeKey(recordKinds.account, key);
      return [account, decodeValue(recordKinds.account, value).activity.digest];
    }),
  );
}

test("the records of accounts end with blinds that come from their activity", () => {
  let [fresh, kept] = [0, 0];
  for (const vector of vectors("chain")) {
    const entries = entriesOf(field(vector.output, "last_state"));
    const digests = digestsOf(entries);
    for (const [key, value] of entries.filter(([key]) => kindOfKey(key) === "balance")) {
      const { account, brand } = decodeKey(recordKinds.balance, key);
      const digest = digests.get(account);
      assert.ok(digest !== undefined);
      const record = decodeValue(recordKinds.balance, value);
      const expected = encodeValue(recordKinds.balance, { account, brand }, record, digest);
      assert.equal(expected.length, value.length);
      // A record that the account's last transaction left as it was keeps its blind.
      if (toHex(expected) === toHex(value)) {
        fresh += 1;
      } else {
        kept += 1;
      }
    }
  }
  assert.ok(fresh > 0 && kept > 0, `${fresh} fresh, ${kept} kept`);
});

test("what lies on shelves is proven through the shelves' records", () => {
  for (const vector of vectors("chain")) {
    const last = follow(vector);
    for (const shelf of listIn(field(vector.output, "last_shelves"))) {
      const records = entriesOf(field(shelf, "records"));
      const month = parseMonth(text(field(shelf, "month")));
      const bytes = text(field(shelf, "proof_of_first"));
      const proof = decode(shelfProofCodec, fromHex(bytes));
      assertCanonical(shelfProofCodec, proof, bytes, vector.name);
      assert.equal(proof.onShelf?.shelf.root, StateTree.of(records).root(), month);
      assert.equal(proof.onShelf?.shelf.count, BigInt(records.length), month);
      const [first] = records;
      assert.ok(first !== undefined);
      const [key, value] = first;
      const kind = kindOf(key);
      const decodedKey = decodeKey(kind, key);
      const proven = last.prove(kind, decodedKey, value, proof);
      assert.deepEqual(proven.value, decode(kind.record, value));
      assert.equal(proven.timeMs, last.header.timeMs);
      assert.throws(() => last.prove(kind, decodedKey, null, proof), { code: "proof_present" });
      assert.throws(() => last.prove(kind, decodedKey, value, proof.inState), { code: "chain_shelf" });
      for (const [otherKey, otherValue] of records) {
        const record = decode(kindOf(otherKey).record, otherValue);
        assert.equal(toHex(encode(kindOf(otherKey).record, record)), toHex(otherValue));
      }
    }
  }
});

test("a header that isn't the next, or not final, is refused and changes nothing", () => {
  const vector = vectors("chain")[1];
  assert.ok(vector !== undefined);
  const genesis = genesisOf(vector);
  const blocks = listIn(field(vector.output, "blocks")).map((output) => ({
    block: decodeBlock(fromHex(text(field(output, "block_borsh")))),
    certificate: decode(certificateCodec, fromHex(text(field(output, "certificate_borsh")))),
    receipts: receiptsOf(output),
  }));
  const [first, second] = blocks;
  assert.ok(first !== undefined && second !== undefined);
  const chain = HeaderChain.from(genesis);
  const refused = (header: typeof first.block.header, certificate: typeof first.certificate, code: string): void => {
    assert.throws(() => chain.advance(header, certificate), { code });
    assert.equal(chain.height, 0n);
  };
  const { header } = first.block;
  refused(second.block.header, second.certificate, "chain_height");
  refused({ ...second.block.header, height: 1n as Height }, second.certificate, "chain_parent");
  refused({ ...header, timeMs: genesis.document.timeMs }, first.certificate, "chain_time");
  refused({ ...header, version: 3 }, first.certificate, "chain_version");
  refused({ ...header, chainId: "00".repeat(32) as ChainId }, first.certificate, "chain_chain");
  refused({ ...header, stateRoot: "00".repeat(32) as Hash }, first.certificate, "chain_certificate");
  refused({ ...header, validatorsHash: "00".repeat(32) as Hash }, first.certificate, "chain_validators");
  refused(header, second.certificate, "chain_certificate");
  const few = { ...first.certificate, signatures: first.certificate.signatures.slice(0, 1) };
  refused(header, few, "certificate_quorum");
  const certified = chain.advance(header, first.certificate);
  assert.equal(chain.last, certified.id);
  const again = (): unknown => CertifiedHeader.verify(header, first.certificate, chain.validators, genesis.chainId);
  assert.doesNotThrow(again);

  assert.throws(() => certified.transactions(second.block), { code: "chain_transactions" });
  const fewer = { header, transactions: first.block.transactions.slice(1) };
  assert.throws(() => certified.transactions(fewer), { code: "chain_transactions" });
  const [receipt] = first.receipts;
  assert.ok(receipt !== undefined);
  assert.throws(() => certified.outcome(second.receipts, receipt.transaction), { code: "chain_receipts" });
  const stranger = parseTransactionId("00".repeat(32));
  assert.throws(() => certified.outcome(first.receipts, stranger), { code: "chain_receipts" });
});
