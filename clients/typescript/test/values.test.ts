import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOfHousehold, addressCodec, addressToText, networkKindCodec, parseAddress } from "../src/address.js";
import { isHousehold } from "../src/address.js";
import { brandIdCodec, policyCodec } from "../src/brand.js";
import { concat, fromHex, toHex, utf8 } from "../src/bytes.js";
import { allCodes, codeCodec, codeNumber, isCode } from "../src/code.js";
import type { Codec } from "../src/codec/codec.js";
import { LojalError } from "../src/error.js";
import { explanationOf } from "../src/explanations.js";
import { guardiansAreInOrder, guardiansCodec, guardiansInOrder, thresholdIsInRange } from "../src/guardian.js";
import { sha256 } from "../src/hash.js";
import { memberRightsCodec, memberRoleCodec } from "../src/household.js";
import type { ChainId, PublicKey, Signature, TransactionId } from "../src/ids.js";
import { heightCodec } from "../src/ids.js";
import { isValidKey, verifySignature } from "../src/key.js";
import { looks } from "../src/name/look.js";
import { NameError, nameCodec, parseName } from "../src/name/name.js";
import { roleCodec } from "../src/operator.js";
import { genesisOperatorCodec, parametersCodec } from "../src/parameters.js";
import { partnershipTermsCodec } from "../src/partnership.js";
import { currencyCodec, lotCodec, moneyCodec, pointsCodec } from "../src/points.js";
import { referenceCodec } from "../src/reference.js";
import type { TimeMs } from "../src/time.js";
import { dayNumber, dayOf, expiryCodec, monthCodec, monthOf, timeMsCodec } from "../src/time.js";
import {
  assertBothForms,
  assertCanonical,
  field,
  keyOf,
  listIn,
  NETWORK,
  number,
  objectIn,
  text,
  textOf,
  vectors,
} from "./support/vectors.js";

test("keys have their public keys, addresses and signatures", () => {
  for (const { name, input, output } of vectors("keys")) {
    const key = keyOf(field(input, "seed"));
    const message = fromHex(text(field(input, "message")));
    assert.equal(key.publicKey, field(output, "public_key"), name);
    const address = key.address();
    assertCanonical(addressCodec, address, text(field(output, "address")), name);
    for (const network of ["main", "test"] as const) {
      const shown = text(field(output, `address_on_${network}`));
      assert.equal(addressToText(address, network), shown, name);
      assert.equal(parseAddress(shown, network), address, name);
      assert.equal(parseAddress(shown.toUpperCase(), network), address, name);
      const other = network === "main" ? "test" : "main";
      assert.throws(() => parseAddress(shown, other), { code: "invalid_network" }, name);
      assert.throws(() => addressCodec.fromJson(shown.toUpperCase(), network), LojalError, name);
      assert.throws(() => parseAddress(shown.replace("1", "2"), network), { code: "invalid_address" }, name);
    }
    const signature = key.sign(message);
    assert.equal(signature, field(output, "signature"), name);
    assert.ok(verifySignature(key.publicKey, message, signature), name);
    assert.ok(isValidKey(key.publicKey), name);
    assert.ok(!JSON.stringify(key).includes(text(field(input, "seed"))), name);
  }
});

test("an address has no second text with bits after its bytes", () => {
  for (const wrong of [
    "tloj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpq66esds",
    "tloj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpr5fvxr0",
    "bc1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqxqqqqqq",
    "",
  ]) {
    assert.throws(() => parseAddress(wrong, "test"), { code: "invalid_address" }, wrong);
  }
});

test("signatures hold by the rules of ZIP-215 and no stricter ones", () => {
  for (const { name, input, output } of vectors("signatures")) {
    const key = text(field(input, "public_key")) as PublicKey;
    const signature = text(field(input, "signature")) as Signature;
    const holds = verifySignature(key, fromHex(text(field(input, "message"))), signature);
    assert.equal(holds, field(output, "holds"), name);
    assert.ok(!isValidKey(key) || !name.startsWith("small order"), `${name}: nobody may choose it as a key`);
  }
});

test("households have their addresses", () => {
  for (const { name, input, output } of vectors("households")) {
    const [chain, id] = [field(input, "chain_id") as ChainId, field(input, "transaction") as TransactionId];
    const address = addressOfHousehold(chain, id, Number(field(input, "operation")));
    assert.equal(address, field(output, "address"), name);
    assert.equal(addressToText(address, "test"), field(output, "address_on_test"), name);
    assert.ok(isHousehold(address), name);
  }
});

const CODECS: Readonly<Record<string, Codec<never>>> = Object.fromEntries(
  Object.entries({
    points: pointsCodec,
    lot: lotCodec,
    expiry: expiryCodec,
    month: monthCodec,
    time: timeMsCodec,
    height: heightCodec,
    reference: referenceCodec,
    brand_id: brandIdCodec,
    name: nameCodec,
    network: networkKindCodec,
    role: roleCodec,
    policy: policyCodec,
    parameters: parametersCodec,
    operator: genesisOperatorCodec,
    currency: currencyCodec,
    money: moneyCodec,
    guardians: guardiansCodec,
    member_role: memberRoleCodec,
    member_rights: memberRightsCodec,
    terms: partnershipTermsCodec,
  }).map(([name, codec]) => [name, codec as unknown as Codec<never>]),
);

test("values have their bytes", () => {
  const shown = new Set<string>();
  for (const { name, input, output } of vectors("values")) {
    const type = text(field(input, "type"));
    const codec = CODECS[type];
    assert.ok(codec !== undefined, `there is no codec of a ${type}`);
    shown.add(type);
    const value = assertBothForms(codec, field(input, "value"), text(field(output, "borsh")), name) as unknown;
    if (type === "time") {
      assert.equal(monthOf(value as TimeMs), field(output, "month"), name);
      assert.equal(BigInt(dayNumber(dayOf(value as TimeMs))), field(output, "day"), name);
    }
    if (type === "guardians") {
      const guardians = guardiansCodec.fromJson(field(input, "value"), NETWORK);
      assert.ok(guardiansAreInOrder(guardians) && thresholdIsInRange(guardians), name);
      assert.deepEqual(guardiansInOrder([...guardians.guardians].reverse()), guardians.guardians, name);
    }
  }
  assert.deepEqual([...shown].sort(), Object.keys(CODECS).sort(), "every codec has a vector");
});

test("codes have their numbers, names and explanations", () => {
  const all = vectors("codes");
  for (const { name, input, output } of all) {
    const code = codeCodec.fromJson(input, NETWORK);
    assert.equal(BigInt(codeNumber(code)), number(field(output, "number")), name);
    assertBothForms(codeCodec, input, text(field(output, "borsh")), name);
  }
  assert.deepEqual(
    allCodes(),
    all.map((vector) => vector.name),
  );
  const documented = textOf("docs/codes.md").matchAll(/^\| ([0-9]+) \| `([a-z_]+)` \| (.*) \|$/gm);
  const rows = [...documented].map(([, , code = "", explanation = ""]) => [code, explanation.replaceAll("\\|", "|")]);
  assert.deepEqual(
    rows,
    allCodes().map((code) => [code, explanationOf(code)]),
  );
  assert.ok(!isCode("toString") && !isCode("nonsense"));
});

function faultOf(name: string): string | null {
  try {
    parseName(name);
    return null;
  } catch (error) {
    assert.ok(error instanceof NameError);
    return error.fault;
  }
}

/** SHA-256 over what names can have, as `tests/vectors/README.md` describes it. */
function table(first: number, last: number): { readonly characters: number; readonly sha256: string } {
  const parts: Uint8Array[] = [];
  let characters = 0;
  for (let code = first; code <= last; code += 1) {
    if (code >= 0xd800 && code < 0xe000) {
      continue;
    }
    const character = String.fromCodePoint(code);
    if (["character", "blank"].includes(faultOf(`a${character}`) ?? "")) {
      continue;
    }
    characters += 1;
    const bytes = new Uint8Array(5);
    new DataView(bytes.buffer).setUint32(0, code, true);
    bytes[4] = faultOf(character) === null ? 1 : 0;
    parts.push(bytes, ...looks(character).map((look) => concat(utf8(look), Uint8Array.of(0))));
  }
  return { characters, sha256: toHex(sha256(...parts)) };
}

test("names are judged and compared by the frozen tables", () => {
  // A million characters are refused; where from doesn't matter.
  Error.stackTraceLimit = 0;
  for (const { name, input, output } of vectors("names")) {
    if (field(input, "type") === "characters") {
      const [first, last] = listIn(field(input, "value"));
      const found = table(Number(first), Number(last));
      assert.equal(BigInt(found.characters), field(output, "characters"), name);
      assert.equal(found.sha256, field(output, "sha256"), name);
      continue;
    }
    const written = text(field(input, "value"));
    if (Array.isArray(output)) {
      assert.deepEqual(looks(parseName(written)), output, name);
    } else {
      assert.equal(faultOf(written), objectIn(output)["broken"], name);
    }
  }
});
