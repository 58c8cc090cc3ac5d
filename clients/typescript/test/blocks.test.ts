import assert from "node:assert/strict";
import { test } from "node:test";

import { activityCodec, checkHistory, foldHistory, HistoryError } from "../src/activity.js";
import { addressCodec, addressOfKey } from "../src/address.js";
import { blockCodec, blockId, decodeBlock, headerCodec, isWhole, transactionsRoot } from "../src/block.js";
import { parseBrandId } from "../src/brand.js";
import { compareText, fromHex, toHex } from "../src/bytes.js";
import {
  certificateCodec,
  proposalContentCodec,
  proposalSigningBytes,
  verifyCertificate,
  voteContentCodec,
  voteOf,
  voteSigningBytes,
} from "../src/certificate.js";
import { decode, encode } from "../src/codec/codec.js";
import { actionCodec, actionsCodec, motionDigest } from "../src/governance/action.js";
import type { MotionId } from "../src/governance/motion.js";
import {
  nodeProofCodec,
  nodeProofHolds,
  nodeSigningBytes,
  readinessSigningBytes,
  signOfLifeCodec,
} from "../src/governance/motion.js";
import { chainHash } from "../src/hash.js";
import type { BlockId, ChainId, Hash, Height } from "../src/ids.js";
import { heightCodec, transactionIdCodec } from "../src/ids.js";
import type { Json } from "../src/json.js";
import { verifySignature } from "../src/key.js";
import { merkleRoot } from "../src/merkle.js";
import { parseName } from "../src/name/name.js";
import { brandActionsCodec, brandMotionDigest } from "../src/operation/together.js";
import { outcomeCodec, receiptCodec, receiptsRoot } from "../src/receipt.js";
import type { TimeMs } from "../src/time.js";
import { validatorCodec, ValidatorSet, validatorSetCodec } from "../src/validator.js";
import {
  assertBothForms,
  assertCanonical,
  assertSameJson,
  field,
  keyOf,
  listIn,
  NETWORK,
  number,
  objectIn,
  text,
  vectors,
} from "./support/vectors.js";

function chainOf(input: Json): ChainId {
  return field(input, "chain_id") as ChainId;
}

test("headers have their bytes and block ids", () => {
  for (const { name, input, output } of vectors("headers")) {
    const header = assertBothForms(headerCodec, input, text(field(output, "borsh")), name);
    assert.equal(blockId(header), field(output, "id"), name);
  }
});

test("manifests of snapshots have their block's header after their form, and are named by their hash", () => {
  const [FORM_BYTES, HEADER_BYTES] = [4, 264];
  for (const { name, output } of vectors("snapshots")) {
    const manifest = fromHex(text(field(output, "manifest_borsh")));
    const header = decode(headerCodec, manifest.subarray(FORM_BYTES, FORM_BYTES + HEADER_BYTES));
    assert.equal(blockId(header), field(output, "block"), name);
    const hash = chainHash("lojal/snapshot/v1", header.chainId, manifest);
    assert.equal(toHex(hash), field(output, "manifest_hash"), name);
  }
});

test("blocks have their bytes and the root of their transactions", () => {
  for (const { name, input, output } of vectors("blocks")) {
    const block = assertBothForms(blockCodec, input, text(field(output, "borsh")), name);
    assert.deepEqual(decodeBlock(encode(blockCodec, block)), block, name);
    assert.equal(transactionsRoot(block.transactions), field(output, "transactions_root"), name);
    assert.ok(isWhole(block), name);
    const [first] = block.transactions;
    const others = first === undefined ? [] : [...block.transactions, first];
    assert.equal(isWhole({ ...block, transactions: others }), first === undefined, name);
  }
});

test("receipts have their bytes and root", () => {
  for (const { name, input, output } of vectors("receipts")) {
    const bytes = listIn(field(output, "borsh"));
    const receipts = listIn(input).map((json, at) => assertBothForms(receiptCodec, json, text(bytes[at]), name));
    assert.equal(receipts.length, bytes.length);
    assert.equal(receiptsRoot(receipts), field(output, "receipts_root"), name);
  }
});

test("lists have their Merkle roots", () => {
  for (const { name, input, output } of vectors("merkle")) {
    assert.equal(toHex(merkleRoot(listIn(input).map((item) => fromHex(text(item))))), output, name);
  }
});

test("votes have their bytes and signatures", () => {
  for (const { name, input, output } of vectors("votes")) {
    const { chain_id: _, seed, ...content } = objectIn(input);
    const key = keyOf(seed);
    const validator = field(output, "validator");
    const vote = assertBothForms(voteContentCodec, { ...content, validator }, text(field(output, "borsh")), name);
    assert.equal(vote.validator, key.address(), name);
    const bytes = voteSigningBytes(vote, chainOf(input));
    assert.equal(toHex(bytes), field(output, "signing_bytes"), name);
    assert.equal(key.sign(bytes), field(output, "signature"), name);
  }
});

test("proposals have their bytes and signatures", () => {
  for (const { name, input, output } of vectors("proposals")) {
    const { chain_id: _, seed, ...content } = objectIn(input);
    const key = keyOf(seed);
    const json = { ...content, proposer: field(output, "proposer") };
    const proposal = assertBothForms(proposalContentCodec, json, text(field(output, "borsh")), name);
    assert.equal(proposal.proposer, key.address(), name);
    const bytes = proposalSigningBytes(proposal, chainOf(input));
    assert.equal(toHex(bytes), field(output, "signing_bytes"), name);
    assert.equal(key.sign(bytes), field(output, "signature"), name);
  }
});

test("certificates have their bytes, and hold with more than two thirds of the power only", () => {
  for (const { name, input, output } of vectors("certificates")) {
    const chain = chainOf(input);
    const bytes = text(field(output, "borsh"));
    const certificate = assertBothForms(certificateCodec, field(output, "certificate"), bytes, name);
    const keys = listIn(field(input, "seeds")).map(keyOf);
    const built = {
      height: field(input, "height") as Height,
      round: Number(field(input, "round")),
      block: field(input, "block") as BlockId,
    };
    const signatures = keys.map((key) => {
      const vote = voteOf({ ...built, signatures: [] }, key.address());
      return { validator: key.address(), signature: key.sign(voteSigningBytes(vote, chain)) };
    });
    signatures.sort((one, other) => compareText(one.validator, other.validator));
    assert.deepEqual({ ...built, signatures }, certificate, name);

    const absent = keyOf("7e".repeat(32));
    const validators = (power: bigint): ValidatorSet => {
      const all = [...keys, ...(power > 0n ? [absent] : [])].map((key, at) => ({
        name: parseName(`validator ${at}`),
        publicKey: key.publicKey,
        networkKey: keyOf(`${(0x50 + at).toString(16)}`.repeat(32)).publicKey,
        power: key === absent ? power : 2n,
      }));
      return ValidatorSet.of(all);
    };
    const most = BigInt(keys.length);
    // Two for each that signed: they are more than two thirds while the other has less than their number.
    verifyCertificate(certificate, validators(most > 1n ? most - 1n : 0n), chain);
    assert.throws(() => verifyCertificate(certificate, validators(most), chain), { code: "certificate_quorum" });
    const other = "22".repeat(32) as ChainId;
    assert.throws(() => verifyCertificate(certificate, validators(0n), other), { code: "certificate_signature" });
    const [first] = certificate.signatures;
    assert.ok(first !== undefined);
    const twice = { ...certificate, signatures: [first, ...certificate.signatures] };
    assert.throws(() => verifyCertificate(twice, validators(0n), chain), { code: "certificate_order" });
    const others = validators(1n).validators.filter((one) => addressOfKey(one.publicKey) !== first.validator);
    const without = ValidatorSet.of(others);
    assert.throws(() => verifyCertificate(certificate, without, chain), { code: "certificate_stranger" });
    const later = { ...certificate, round: certificate.round + 1 };
    assert.throws(() => verifyCertificate(later, validators(0n), chain), { code: "certificate_signature" });
  }
});

test("validator sets have their order, bytes, hash, quorum and proposers", () => {
  for (const { name, input, output } of vectors("validators")) {
    const validators = listIn(field(input, "validators")).map((json) => validatorCodec.fromJson(json, NETWORK));
    const set = ValidatorSet.of([...validators].reverse());
    assert.deepEqual(set.validators, ValidatorSet.of(validators).validators, name);
    assertCanonical(validatorSetCodec, set, text(field(output, "borsh")), name);
    const shown = (all: readonly { readonly publicKey: (typeof validators)[number]["publicKey"] }[]): Json => {
      return all.map((one) => addressCodec.toJson(addressOfKey(one.publicKey), NETWORK));
    };
    assertSameJson(shown(set.validators), field(output, "canonical_order"), name);
    assert.equal(set.hash(chainOf(input)), field(output, "hash"), name);
    assert.equal(set.totalPower(), field(output, "total_power"), name);
    const quorum = number(field(output, "quorum_power_min"));
    assert.ok(set.isQuorum(quorum) && !set.isQuorum(quorum - 1n), name);
    const proposers = [0, 1, 2, 3].map((round) => set.proposer(258n as Height, round));
    assertSameJson(shown(proposers), field(output, "proposers"), name);
  }
});

test("motions have their bytes and digests, and nodes sign what is expected", () => {
  const kinds = new Set<string>();
  for (const { name, input, output } of vectors("governance")) {
    const chain = chainOf(input);
    switch (field(input, "kind")) {
      case "motion": {
        const actions = assertBothForms(actionsCodec, field(input, "actions"), text(field(output, "borsh")), name);
        assert.equal(motionDigest(chain, actions), field(output, "digest"), name);
        actions.forEach((action) => kinds.add(action.type));
        const [first] = actions;
        assert.ok(first !== undefined);
        assert.deepEqual(actionCodec.fromJson(actionCodec.toJson(first, NETWORK), NETWORK), first, name);
        break;
      }
      case "brand_motion": {
        const borsh = text(field(output, "borsh"));
        const actions = assertBothForms(brandActionsCodec, field(input, "actions"), borsh, name);
        const brand = parseBrandId(text(field(input, "brand")));
        assert.equal(brandMotionDigest(chain, brand, actions), field(output, "digest"), name);
        break;
      }
      case "node": {
        const [validator, network] = [keyOf(field(input, "validator_seed")), keyOf(field(input, "network_seed"))];
        const keys = {
          name: parseName(text(field(input, "name"))),
          publicKey: validator.publicKey,
          networkKey: network.publicKey,
        };
        const bytes = nodeSigningBytes(chain, keys);
        assert.equal(toHex(bytes), field(output, "signing_bytes"), name);
        const proof = { byValidator: validator.sign(bytes), byNetwork: network.sign(bytes) };
        assertSameJson(nodeProofCodec.toJson(proof, NETWORK), field(output, "proof"), name);
        assert.ok(nodeProofHolds(proof, chain, keys), name);
        const swapped = { byValidator: proof.byNetwork, byNetwork: proof.byValidator };
        assert.ok(!nodeProofHolds(swapped, chain, keys), name);
        break;
      }
      default: {
        const key = keyOf(field(input, "seed"));
        const [index, timeMs] = [Number(field(input, "index")), Number(field(input, "time_ms")) as TimeMs];
        const motion = number(field(input, "motion")) as MotionId;
        const bytes = readinessSigningBytes(chain, { motion, digest: field(input, "digest") as Hash, index, timeMs });
        assert.equal(toHex(bytes), field(output, "signing_bytes"), name);
        const signature = key.sign(bytes);
        assert.equal(signature, field(output, "signature"), name);
        assert.ok(verifySignature(key.publicKey, bytes, signature), name);
        const sign = { index, timeMs, signature };
        assertCanonical(signOfLifeCodec, sign, toHex(encode(signOfLifeCodec, sign)), name);
      }
    }
  }
  assert.equal(kinds.size, 14, "every kind of action has a vector");
});

test("activities fold over their transactions, and show what is missing, added, moved or changed", () => {
  for (const { name, input, output } of vectors("activity")) {
    const before = activityCodec.fromJson(field(input, "before"), NETWORK);
    const items = listIn(field(input, "transactions")).map((json, at) => ({
      number: before.count + BigInt(at) + 1n,
      id: transactionIdCodec.fromJson(field(json, "id"), NETWORK),
      height: heightCodec.fromJson(field(json, "height"), NETWORK),
      outcome: outcomeCodec.fromJson(field(json, "outcome"), NETWORK),
    }));
    const after = assertBothForms(activityCodec, field(output, "after"), text(field(output, "borsh")), name);
    assert.deepEqual(foldHistory(before, items), after, name);
    checkHistory(before, items, after);
    items.forEach((item) => {
      const without = items.filter((one) => one !== item);
      const changed = items.map((one) => (one === item ? { ...one, height: (one.height + 9n) as Height } : one));
      const renumbered = without.map((one, place) => ({ ...one, number: before.count + BigInt(place) + 1n }));
      for (const lie of [without, renumbered, changed, [...items, item]]) {
        assert.throws(() => checkHistory(before, lie, after), HistoryError, name);
      }
    });
  }
});
