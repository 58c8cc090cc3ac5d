import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeBlock } from "../src/block.js";
import { fromHex } from "../src/bytes.js";
import type { Campaign, CampaignId } from "../src/campaign.js";
import { campaignCodec, campaignDigest, claimReference, referralReference } from "../src/campaign.js";
import { Genesis } from "../src/genesis.js";
import type { ChainId, TransactionId } from "../src/ids.js";
import { invitationUnder, isInvited } from "../src/invitation.js";
import type { Operation } from "../src/operation/operation.js";
import { operationCodec, spendingOf } from "../src/operation/operation.js";
import { receiptCodec } from "../src/receipt.js";
import { decodeKey, decodeValue, kindOfKey, recordKinds } from "../src/state/kinds.js";
import { transactionId } from "../src/transaction.js";
import { field, listIn, NETWORK, objectIn, text, vectors } from "./support/vectors.js";

/** An operation of the chain with campaigns that was applied, and its place in it. */
interface Applied {
  readonly operation: Operation;
  readonly transaction: TransactionId;
  readonly index: number;
}

const story = vectors("chain").find(({ name }) => name === "levels of version 2");
assert.ok(story !== undefined);
const chain = field(story.output, "chain_id") as ChainId;

function appliedOf(): readonly Applied[] {
  return listIn(field(story?.output ?? null, "blocks")).flatMap((output) => {
    const { transactions } = decodeBlock(fromHex(text(field(output, "block_borsh"))));
    const receipts = listIn(field(output, "receipts")).map((json) => receiptCodec.fromJson(json, NETWORK));
    return transactions.flatMap((signed, at) => {
      const { operations } = signed.transaction;
      const id = transactionId(signed.transaction, chain);
      const isApplied = receipts[at]?.outcome.result === "applied";
      return isApplied ? operations.map((operation, index) => ({ operation, transaction: id, index })) : [];
    });
  });
}

function campaignTerms(): ReadonlyMap<CampaignId, Campaign> {
  const set = appliedOf().flatMap(({ operation }) => (operation.type === "set_campaign" ? [operation] : []));
  return new Map(set.map(({ campaign, terms }) => [campaign, terms]));
}

/** The references on the shelves that have given points by a campaign, a mark or a voucher. */
function given(): ReadonlySet<string> {
  const pairs = listIn(field(story?.output ?? null, "last_shelves")).flatMap((shelf) => {
    return listIn(field(shelf, "records")).map((pair) => listIn(pair).map((hex) => fromHex(text(hex))));
  });
  const references = pairs.flatMap(([key, value]) => {
    assert.ok(key !== undefined && value !== undefined);
    const name = kindOfKey(key);
    if (name === "issued") {
      const { besides } = decodeValue(recordKinds.issued, value);
      return besides === null || besides.how === "pending" ? [] : [decodeKey(recordKinds.issued, key).reference];
    }
    // All of these keys are the same but for their number.
    const isGiven = name === "marked" || name === "givenVoucher";
    return isGiven ? [decodeKey<{ readonly reference: string }, unknown>(recordKinds[name], key).reference] : [];
  });
  return new Set(references);
}

test("a sponsor names terms by their digest, paused or not", () => {
  const accepted = appliedOf().flatMap(({ operation }) => (operation.type === "accept_sponsorship" ? [operation] : []));
  assert.equal(accepted.length, 1);
  for (const { brand, campaign, terms: digest } of accepted) {
    const terms = campaignTerms().get(campaign);
    assert.ok(terms !== undefined);
    assert.equal(campaignDigest(chain, brand, campaign, terms), digest);
    assert.equal(campaignDigest(chain, brand, campaign, { ...terms, paused: true }), digest);
    assert.notEqual(campaignDigest(chain, brand, campaign, { ...terms, households: !terms.households }), digest);
  }
});

test("whoever claims knows the references of what it gives", () => {
  const references = given();
  const claims = appliedOf().flatMap(({ operation, transaction, index }) => {
    return operation.type === "claim" ? [{ operation, reference: claimReference(chain, transaction, index) }] : [];
  });
  assert.ok(claims.length > 1);
  const terms = campaignTerms();
  for (const { operation, reference } of claims) {
    // What is donated leaves nothing under a reference.
    assert.equal(references.has(reference), terms.get(operation.campaign)?.award.type !== "cause");
    assert.equal(references.has(referralReference(reference)), operation.referrer !== null);
  }
  assert.ok(claims.some(({ operation }) => operation.referrer !== null));
});

test("a claim spends at most what it says, and nothing if it is free", () => {
  for (const { input } of vectors("operations")) {
    const operation = operationCodec.fromJson(input, NETWORK);
    if (operation.type === "claim") {
      const { account, brand, priceMax: amount } = operation;
      assert.deepEqual(spendingOf(operation), amount === 0n ? null : { account, brand, amount });
    }
  }
});

test("JSON may leave out what a campaign doesn't have", () => {
  const plain = {
    opens_ms: 1n,
    closes_ms: 2n,
    by: "operator",
    award: { type: "mark", mark: 7n },
    about: "00".repeat(32),
  };
  const terms = campaignCodec.fromJson(plain, NETWORK);
  assert.deepEqual([terms.early, terms.requires, terms.price, terms.budget], [null, [], 0n, null]);
  assert.deepEqual([terms.households, terms.paused, terms.sponsor, terms.referral], [false, false, null, null]);
  assert.throws(() => campaignCodec.fromJson({ ...plain, reward: null }, NETWORK), { code: "malformed_json" });
});

test("what is taken back is a stamp unless JSON says that it is a mark", () => {
  const [found] = vectors("operations").filter(({ name }) => name === "take_back");
  const { of, ...others } = objectIn(found?.input ?? null);
  assert.equal(of, "stamp");
  const operation = operationCodec.fromJson(others, NETWORK);
  assert.equal(operation.type === "take_back" && operation.of, "stamp");
});

test("nobody grants where a network begins with version 1", () => {
  const lines = listIn(field(story?.input ?? null, "genesis")).map(text);
  assert.doesNotThrow(() => Genesis.fromToml(lines.join("\n")));
  const older = lines.map((line) => (line === "version = 2" ? "version = 1" : line)).join("\n");
  assert.throws(() => Genesis.fromToml(older), { code: "brand_operator" });
});

test("an invitation is for one account, one campaign and one sum", () => {
  const operationOf = (name: string): Operation => {
    const vector = vectors("operations").find((one) => one.name === name);
    return operationCodec.fromJson(vector?.input ?? null, NETWORK);
  };
  const [first] = vectors("transactions");
  const network = field(first?.input ?? null, "chain_id") as ChainId;
  const [set, claim] = [operationOf("set_campaign for the invited"), operationOf("claim of who is invited")];
  assert.ok(set.type === "set_campaign" && claim.type === "claim");
  const [{ terms }, { brand, campaign, account, invitation }] = [set, claim];
  assert.ok(invitation !== null);
  const of = { brand, campaign, account };
  const other = operationOf("claim of a household");
  assert.ok(other.type === "claim");
  assert.ok(isInvited(network, of, terms, invitation));
  assert.ok(!isInvited(network, { ...of, campaign: 5 as CampaignId }, terms, invitation));
  assert.ok(!isInvited(network, { ...of, account: other.account }, terms, invitation));
  for (const wrong of [
    { ...invitation, amount: invitation.amount - 1n },
    { ...invitation, root: 0 },
    { ...invitation, root: 2 },
    { ...invitation, path: [] },
  ]) {
    assert.ok(!isInvited(network, of, terms, wrong));
  }
  // The brand may have made the list before others were set.
  for (const root of [0, 1, 7]) {
    assert.deepEqual(invitationUnder(network, of, terms, { ...invitation, root }), invitation);
  }
  assert.equal(invitationUnder(network, of, terms, { ...invitation, path: [] }), null);
  // What is more than the terms give is no invitation of theirs.
  const award = { type: "points", amount: 1n, upTo: invitation.amount - 1n, months: null };
  assert.ok(!isInvited(network, of, { ...terms, award } as Campaign, invitation));
});
