import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address } from "../src/address.js";
import { addressToText } from "../src/address.js";
import { blockCodec, decodeBlock } from "../src/block.js";
import { brandIdCodec, policyCodec } from "../src/brand.js";
import { fromHex, toHex } from "../src/bytes.js";
import { certificateCodec } from "../src/certificate.js";
import type { Codec } from "../src/codec/codec.js";
import { decode, encode } from "../src/codec/codec.js";
import { DecodeError, LojalError } from "../src/error.js";
import { genesisDocumentCodec } from "../src/genesis.js";
import { guardiansCodec, recoveryCodec } from "../src/guardian.js";
import { memberRightsCodec } from "../src/household.js";
import type { ChainId, VoucherId } from "../src/ids.js";
import { writeJson } from "../src/json.js";
import { nameCodec } from "../src/name/name.js";
import { accountsOf, answerOf, askedBy, brandsOf, operationCodec, spendingOf } from "../src/operation/operation.js";
import { voucherAnswerOf, voucherAskedBy } from "../src/operation/vouchers.js";
import { rolesCodec } from "../src/operator.js";
import { currencyCodec } from "../src/points.js";
import { signedReadTokenCodec } from "../src/read-token.js";
import { receiptCodec } from "../src/receipt.js";
import { referenceCodec } from "../src/reference.js";
import type { Request } from "../src/request.js";
import { referenceOfRequest, referenceOfVoucherRequest, requestCodec, voucherRequestCodec } from "../src/request.js";
import {
  accountRecordCodec,
  balanceRecordCodec,
  brandListRecordCodec,
  holdsRecordCodec,
  householdRecordCodec,
  membershipsRecordCodec,
  operatorListRecordCodec,
} from "../src/state/records.js";
import { dayCodec, timeMsCodec } from "../src/time.js";
import {
  batchCodec,
  decodeSigned,
  encodeSigned,
  signedTransactionCodec,
  signTransaction,
  transactionCodec,
  TransactionError,
  transactionId,
  transactionSigningBytes,
  VerifiedTransaction,
} from "../src/transaction.js";
import { validatorSetCodec } from "../src/validator.js";
import {
  assertBothForms,
  assertCanonical,
  field,
  keyOf,
  NETWORK,
  objectIn,
  text,
  vectors,
} from "./support/vectors.js";

test("operations have their bytes, kinds and accounts", () => {
  const kinds = new Set<string>();
  for (const { name, input, output } of vectors("operations")) {
    const operation = assertBothForms(operationCodec, input, text(field(output, "borsh")), name);
    kinds.add(operation.type);
    assert.equal(BigInt(encode(operationCodec, operation)[0] ?? 0), field(output, "kind"), name);
    const accounts = accountsOf(operation).map((account) => addressToText(account, NETWORK));
    assert.deepEqual(accounts, field(output, "accounts"), name);
    const shown = writeJson(input);
    assert.ok(
      brandsOf(operation).every((brand) => shown.includes(`"${brand}"`)),
      name,
    );
    if (operation.type === "redeem" || operation.type === "hold") {
      const spending = spendingOf(operation);
      assert.deepEqual(spending, { account: operation.from, brand: operation.brand, amount: operation.amount }, name);
      assert.equal(askedBy(operation) === null, operation.request === null, name);
    }
    assert.throws(() => operationCodec.fromJson({ ...objectIn(input), more: 1n }, NETWORK), LojalError, name);
  }
  assert.equal(kinds.size, 53, "every kind of operation has a vector");
});

test("requests have their bytes and references, and answers give them back", () => {
  for (const { name, input, output } of vectors("requests")) {
    const chain = field(input, "chain_id") as ChainId;
    const holdUntil = field(input, "hold_until_ms");
    const fields = objectIn(input);
    const request: Request = {
      ...requestCodec.fromJson(
        {
          brand: fields["brand"] ?? null,
          amount: fields["amount"] ?? null,
          dated: fields["dated"] ?? null,
          until_ms: fields["until_ms"] ?? null,
          household: fields["household"] ?? null,
          salt: fields["salt"] ?? null,
          kind: holdUntil === null ? { type: "redeem" } : { type: "hold", expires_ms: holdUntil },
        },
        NETWORK,
      ),
    };
    assertCanonical(requestCodec, request, text(field(output, "borsh")), name);
    assert.equal(referenceOfRequest(request, chain), field(output, "reference"), name);
    const payer = request.household ?? ("11".repeat(20) as Address);
    const answer = answerOf(request, chain, payer);
    assert.ok(answer.type === "redeem" || answer.type === "hold");
    assert.deepEqual(askedBy(answer), request, name);
    assert.equal(answer.request?.reference, field(output, "reference"), name);
    assert.ok(dayCodec.toJson(request.dated, NETWORK) === fields["dated"], name);
  }
});

test("requests for vouchers have their bytes and references, and answers give them back", () => {
  for (const { name, input, output } of vectors("voucher-requests")) {
    const { chain_id: id, ...fields } = objectIn(input);
    const chain = text(id) as ChainId;
    const request = assertBothForms(voucherRequestCodec, fields, text(field(output, "borsh")), name);
    assert.equal(referenceOfVoucherRequest(request, chain), field(output, "reference"), name);
    const owner = request.household ?? ("11".repeat(20) as Address);
    const answer = voucherAnswerOf(request, chain, owner, "7a".repeat(16) as VoucherId);
    assert.deepEqual(voucherAskedBy(answer, request.campaign), request, name);
    assert.equal(answer.request.reference, field(output, "reference"), name);
  }
});

test("transactions have their bytes, ids and signatures, and verify", () => {
  for (const { name, input, output } of vectors("transactions")) {
    const chain = field(input, "chain_id") as ChainId;
    const key = keyOf(field(input, "seed"));
    assert.equal(field(input, "network"), NETWORK);
    const bytes = text(field(output, "transaction_borsh"));
    const transaction = assertBothForms(transactionCodec, field(input, "transaction"), bytes, name);
    const id = transactionId(transaction, chain);
    assert.equal(id, field(output, "id"), name);
    assert.equal(toHex(transactionSigningBytes(id, chain)), field(output, "signing_bytes"), name);
    const signed = signTransaction(transaction, chain, key);
    assert.equal(signed.publicKey, field(output, "public_key"), name);
    assert.equal(signed.signature, field(output, "signature"), name);
    assertCanonical(signedTransactionCodec, signed, text(field(output, "signed_borsh")), name);
    assert.deepEqual(decodeSigned(encodeSigned(signed)), signed, name);
    const verified = VerifiedTransaction.verify(signed, chain);
    assert.equal(verified.id, id, name);
    assert.equal(toHex(verified.bytes), field(output, "signed_borsh"), name);
    const other = "00".repeat(32) as ChainId;
    assert.throws(() => VerifiedTransaction.verify(signed, other), { code: "wrong_chain" }, name);
    const sameTag = (chain.slice(0, 8) + "00".repeat(28)) as ChainId;
    assert.throws(() => VerifiedTransaction.verify(signed, sameTag), { code: "bad_signature" }, name);
    const later = { ...signed, transaction: { ...transaction, nonce: transaction.nonce ^ 1n } };
    assert.throws(() => VerifiedTransaction.verify(later, chain), { code: "bad_signature" }, name);
    const batch = encode(batchCodec, [signed, signed]);
    assert.equal(toHex(batch), `02000000${text(field(output, "signed_borsh")).repeat(2)}`, name);
  }
});

test("a transaction that is too large is refused by that name", () => {
  assert.throws(() => decodeSigned(new Uint8Array(16 * 1024 + 1)), { code: "transaction_too_large" });
  assert.throws(() => decodeSigned(new Uint8Array(16 * 1024)), { code: "malformed" });
});

const REFUSED: Readonly<Record<string, Codec<never>>> = Object.fromEntries(
  Object.entries({
    account: accountRecordCodec,
    balance: balanceRecordCodec,
    block: blockCodec,
    brand_id: brandIdCodec,
    brand_list: brandListRecordCodec,
    certificate: certificateCodec,
    currency: currencyCodec,
    genesis_document: genesisDocumentCodec,
    guardians: guardiansCodec,
    holds: holdsRecordCodec,
    household: householdRecordCodec,
    member_rights: memberRightsCodec,
    memberships: membershipsRecordCodec,
    name: nameCodec,
    operation: operationCodec,
    operator_list: operatorListRecordCodec,
    policy: policyCodec,
    receipt: receiptCodec,
    recovery: recoveryCodec,
    reference: referenceCodec,
    roles: rolesCodec,
    signed_transaction: signedTransactionCodec,
    read_token: signedReadTokenCodec,
    time: timeMsCodec,
    validator_set: validatorSetCodec,
  }).map(([name, codec]) => [name, codec as unknown as Codec<never>]),
);

test("bytes that break a rule are refused as malformed", () => {
  for (const { name, input, output } of vectors("refused")) {
    assert.equal(output, "refused");
    const type = text(field(input, "type"));
    const codec = REFUSED[type];
    assert.ok(codec !== undefined, `there is no codec of a ${type}`);
    const bytes = fromHex(text(field(input, "borsh")));
    assert.throws(() => decode(codec, bytes), DecodeError, name);
    if (type === "signed_transaction") {
      assert.throws(() => decodeSigned(bytes), TransactionError, name);
    }
    if (type === "block") {
      assert.throws(() => decodeBlock(bytes), DecodeError, name);
    }
  }
});
