import assert from "node:assert/strict";
import { test } from "node:test";

import { NO_ACTIVITY } from "../src/activity.js";
import { fromHex, toHex, utf8 } from "../src/bytes.js";
import { encode } from "../src/codec/codec.js";
import { Genesis, genesisDocumentCodec, genesisDocumentFromToml, isKnownVersion } from "../src/genesis.js";
import type { Hash } from "../src/ids.js";
import { halfOf, parseTransactionId, tagOf } from "../src/ids.js";
import type { Json, JsonObject } from "../src/json.js";
import { snakeCase } from "../src/codec/combine.js";
import { exactMoneyCodec, fromMicro, inMicro } from "../src/points.js";
import type { RecordKind, RecordKindName } from "../src/state/kinds.js";
import { decodeKey, decodeValue, encodeKey, encodeValue, kindOfKey, recordKinds } from "../src/state/kinds.js";
import { proofCodec, verifyProof } from "../src/state/proof.js";
import type { Proof } from "../src/state/proof.js";
import type { BrandRecord } from "../src/state/records.js";
import { StateTree } from "../src/state/tree.js";
import type { TimeMs } from "../src/time.js";
import { dayOf, monthOf, parseDay, monthOfDay } from "../src/time.js";
import { genesisEntries } from "./support/genesis-state.js";
import { assertCanonical, field, listIn, NETWORK, number, objectIn, text, vectors } from "./support/vectors.js";

function kindNamed(name: string): RecordKindName {
  const found = (Object.keys(recordKinds) as RecordKindName[]).find((kind) => snakeCase(kind) === name);
  assert.ok(found !== undefined, `there is no kind of record called ${name}`);
  return found;
}

function day(ms: Json | undefined): Json {
  return dayOf(Number(ms) as TimeMs);
}
function month(ms: Json | undefined): Json {
  return monthOf(Number(ms) as TimeMs);
}

/** The fields of an entry in words that its record has in another form. */
function recordOf(name: RecordKindName, entry: JsonObject): Json {
  const { on_day_of_ms: onDay, ...others } = entry;
  switch (name) {
    case "parameters":
    case "validators":
      return field(entry, "record");
    case "outstanding":
      return field(entry, "points");
    case "track":
      return field(entry, "terms");
    case "issued":
      return withHalf({ ...others, besides: besidesOf(others) });
    case "reversed":
    case "stamped":
    case "takenBack":
    case "marked":
    case "givenVoucher":
    case "refunded":
      return withHalf(others);
    case "redeemed":
    case "captured": {
      const { paid = null } = others;
      return { ...others, paid: paid === null ? null : withHalf(objectIn(paid)) };
    }
    case "issuedToday":
    case "transferredToday":
    case "convertedToday":
      return { day: day(onDay), points: field(entry, "points") };
    case "account": {
      const { used } = entry;
      const inDays = used === null || used === undefined ? null : objectIn(used);
      const { on_day_of_ms: at, ...amounts } = inDays ?? {};
      return { ...others, used: inDays === null ? null : { day: day(at), ...amounts } };
    }
    case "holds":
      return { holds: listIn(entry["holds"]).map(setAsideOf), offers: listIn(entry["offers"] ?? []).map(setAsideOf) };
    case "spent": {
      const counts = listIn(entry["counts"]).map((pair) => {
        const [brand = null, points = null] = listIn(pair);
        return { brand, points };
      });
      return { month: month(entry["in_month_of_ms"]), counts };
    }
    case "protocol": {
      const scheduled = entry["scheduled"];
      const [version = null, height = null] = Array.isArray(scheduled) ? (scheduled as readonly Json[]) : [];
      return { version: field(entry, "version"), scheduled: scheduled === null ? null : { version, height } };
    }
    case "motion": {
      const { stage = null, ...motion } = others;
      return { ...motion, status: stage };
    }
    case "obligation": {
      const owed = exactMoneyCodec.fromJson(entry["owed"] ?? null, NETWORK);
      assert.deepEqual(fromMicro(inMicro(owed)), owed);
      return { owed_micro: inMicro(owed) };
    }
    case "member":
    case "invitation":
      return field(entry, "rights");
    default:
      return others;
  }
}

/** What an issue is besides its points: given by a campaign, pending, both, or neither. */
function besidesOf({ campaign, matures }: JsonObject): Json {
  if (campaign === undefined) {
    return matures === undefined ? null : { how: "pending", matures };
  }
  return matures === undefined ? { how: "given", campaign } : { how: "given_pending", campaign, matures };
}

/** An entry with the half of its transaction's id that records have. */
function withHalf(entry: JsonObject): JsonObject {
  return { ...entry, transaction: halfOf(parseTransactionId(text(entry["transaction"]))) };
}

function setAsideOf(json: Json): Json {
  const { counted, ...setAside } = objectIn(json);
  if (counted === null || counted === undefined) {
    return { ...setAside, counted: null };
  }
  const [member = null, at] = listIn(counted);
  return { ...setAside, counted: { member, month: month(at) } };
}

/** The fields of an entry in words that its key has. */
function keyFieldsOf(entry: JsonObject): JsonObject {
  const { dated } = entry;
  return dated === undefined ? entry : { ...entry, shelf: monthOfDay(parseDay(text(dated))) };
}

/** Those fields that a codec of this library has. */
function only(json: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([name]) => fields.includes(name)));
}

/** The names of the fields that a codec has, by its own JSON of a value. */
function fieldsOf(json: Json): readonly string[] {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? Object.keys(json) : [];
}

function kindOf(name: RecordKindName): RecordKind<object, unknown> {
  return recordKinds[name] as unknown as RecordKind<object, unknown>;
}

/** The kinds that are about an account, but for its own record and that of a governor's seat. */
const BLINDED = new Set<RecordKindName>([
  ...(["balance", "holds", "transferredToday", "standing", "vouchers"] as const),
  ...(["memberships", "household", "member", "invitation", "spent"] as const),
]);

/** A brand whose issues wait as one whose don't, which its bytes say without the last one; undefined of all else. */
function withoutDays(name: RecordKindName, record: unknown): unknown {
  const brand = name === "brand" ? (record as BrandRecord) : null;
  return brand === null || brand.pendingDays === 0 ? undefined : { ...brand, pendingDays: 0 };
}

test("state keys and records have their bytes, and say what the vectors do", () => {
  const shown = new Set<RecordKindName>();
  for (const { name, input, output } of vectors("state")) {
    const { kind: kindName, ...entry } = objectIn(input);
    const recordName = kindNamed(text(kindName));
    shown.add(recordName);
    const kind = kindOf(recordName);
    const keyBytes = fromHex(text(field(output, "key")));
    assert.equal(kindOfKey(keyBytes), recordName, name);

    const decodedKey = decodeKey(kind, keyBytes);
    const keyJson = kind.key.toJson(decodedKey, NETWORK);
    const key = kind.key.fromJson(only(keyFieldsOf(entry), fieldsOf(keyJson)), NETWORK);
    assert.equal(toHex(encodeKey(kind, key)), field(output, "key"), name);
    assert.throws(() => decodeKey(kind, fromHex(`${text(field(output, "key"))}00`)), { code: "malformed" }, name);

    const value = fromHex(text(field(output, "record")));
    const shownRecord = recordOf(recordName, entry);
    const decoded = decodeValue(kind, value);
    const recordJson = kind.record.toJson(decoded, NETWORK);
    const isPlain = ["parameters", "validators", "outstanding"].includes(recordName);
    const json = isPlain ? shownRecord : only(objectIn(shownRecord), fieldsOf(recordJson));
    const record = kind.record.fromJson(json, NETWORK);
    const bytes = toHex(encode(kind.record, record));
    // A set's own bytes are of another object.
    const canonical = recordName === "validators" ? decoded : record;
    assertCanonical(kind.record, canonical, bytes, name, withoutDays(recordName, record));
    assert.equal(toHex(encodeValue(kind, key, record, NO_ACTIVITY.digest)), toHex(value), name);
    const isBlinded = toHex(value) !== bytes;
    assert.equal(isBlinded, BLINDED.has(recordName), name);
    if (isBlinded) {
      assert.throws(() => decodeValue(kind, value.slice(0, 15)), { code: "malformed" }, name);
    }
  }
  assert.deepEqual([...shown].sort(), Object.keys(recordKinds).sort(), "every kind of record has a vector");
});

test("state trees have their roots and proofs", () => {
  for (const { name, input, output } of vectors("tree")) {
    const entries = listIn(field(input, "entries")).map((pair) => {
      const [key, value] = listIn(pair);
      return [utf8(text(key)), utf8(text(value))] as const;
    });
    const tree = StateTree.of(entries);
    const root = field(output, "root") as Hash;
    assert.equal(tree.root(), root, name);
    assert.equal(StateTree.of([...entries].reverse()).root(), root, name);
    const proofs = listIn(field(output, "proofs"));
    assert.deepEqual(
      proofs.map((shown) => field(shown, "key")),
      field(input, "prove"),
      name,
    );
    for (const shown of proofs) {
      checkProof(tree, root, objectIn(shown), name);
    }
  }
});

function checkProof(tree: StateTree, root: Hash, shown: JsonObject, name: string): void {
  const [key, value] = [utf8(text(shown["key"])), shown["value"] ?? null];
  const proof = tree.prove(key);
  assertCanonical(proofCodec, proof, text(shown["proof_borsh"]), name);
  const bytes = value === null ? null : utf8(text(value));
  verifyProof(proof, root, key, bytes);
  const wrong = value === null ? "proof_absent" : "proof_other_value";
  assert.throws(() => verifyProof(proof, root, key, utf8("another value")), { code: wrong }, name);
  if (value !== null) {
    assert.throws(() => verifyProof(proof, root, key, null), { code: "proof_present" }, name);
  }
  const otherRoot = "00".repeat(32) as Hash;
  assert.throws(() => verifyProof(proof, otherRoot, key, bytes), { code: "proof_wrong_root" }, name);
  for (const forged of forgeries(proof)) {
    assert.throws(() => verifyProof(forged, root, key, bytes), /^ProofError/, name);
  }
}

/** A proof with each of its hashes changed, an entry left out, two in another order, a sibling more. */
function forgeries({ siblings, page }: Proof): readonly Proof[] {
  const other = (hash: Hash): Hash => ((hash.startsWith("0") ? "1" : "0") + hash.slice(1)) as Hash;
  const changed = <T>(items: readonly T[], change: (item: T) => T): readonly (readonly T[])[] => {
    return items.map((item) => items.map((one) => (one === item ? change(one) : one)));
  };
  return [
    ...changed(siblings, other).map((all) => ({ siblings: all, page })),
    ...changed(page, (entry) => {
      return entry.entry === "hidden" ? { ...entry, hash: other(entry.hash) } : { ...entry, value: `${entry.value}00` };
    }).map((all) => ({ siblings, page: all })),
    ...page.map((entry) => ({ siblings, page: page.filter((one) => one !== entry) })),
    ...(page.length > 1 ? [{ siblings, page: [...page].reverse() }] : []),
    { siblings: [...siblings, "00".repeat(32) as Hash], page },
  ];
}

test("a version is known or not, as the program has it", () => {
  for (const { name, output } of vectors("versions")) {
    assert.equal(isKnownVersion(Number(number(field(output, "version")))), field(output, "is_known"), name);
  }
});

test("genesis documents have their bytes, chain id and first state", () => {
  for (const { name, input, output } of vectors("genesis")) {
    const toml = listIn(input).map(text).join("\n");
    const document = genesisDocumentFromToml(toml);
    assertCanonical(genesisDocumentCodec, document, text(field(output, "borsh")), name);
    const json = genesisDocumentCodec.toJson(document, NETWORK);
    assert.deepEqual(genesisDocumentCodec.fromJson(json, NETWORK), document, name);
    const genesis = Genesis.fromToml(toml.replaceAll("\n", "\r\n"));
    assert.equal(genesis.chainId, field(output, "chain_id"), name);
    assert.equal(tagOf(genesis.chainId), field(output, "chain_tag"), name);
    assert.equal(genesis.validators.hash(genesis.chainId), field(output, "validators_hash"), name);
    assert.equal(StateTree.of(genesisEntries(genesis)).root(), field(output, "state_root"), name);
  }
});

test("a genesis document that breaks a rule starts no network", () => {
  const [, twoBrands] = vectors("genesis");
  assert.ok(twoBrands !== undefined);
  const toml = listIn(twoBrands.input).map(text).join("\n");
  const broken: readonly (readonly [string, string, string])[] = [
    ["heartbeat_ms = 3000", "heartbeat_ms = 99", "parameter"],
    ["version = 1", "version = 3", "genesis_version"],
    ['id = "fjallen"', 'id = "nordmat"', "genesis_shared_brand_id"],
    ['name = "Fjällen"', 'name = "NORDMAT"', "genesis_brand_names"],
    ['name = "validator 4"\ngovernor', 'name = "validator 5"\ngovernor', "genesis_seats"],
    ["power = 4", "power = 0", "validator_power"],
    ["expiry_months = 1\n", "expiry_months = 61\n", "policy_expiry_months"],
    ["decimals = 2", "decimals = 5", "brand_decimals"],
    ['roles = ["issue", "reverse"]', 'roles = ["reverse", "issue"]', "brand_operator"],
  ];
  for (const [from, to, code] of broken) {
    const changed = toml.replace(from, to);
    assert.notEqual(changed, toml, `${from} is there`);
    assert.throws(() => Genesis.fromToml(changed), { code }, to);
  }
});
