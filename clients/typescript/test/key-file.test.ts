import assert from "node:assert/strict";
import { test } from "node:test";

import { addressToText, parseAddressText } from "../src/address.js";
import { fromHex, toHex, utf8 } from "../src/bytes.js";
import { KeyPair } from "../src/key.js";
import { Backup, ROTATIONS_MAX } from "../src/wallet/backup.js";
import { openBytes, sealBytes } from "../src/wallet/cipher.js";
import { KeyFile, KeyFileError, keyOf, nextSecret, secretBytes } from "../src/wallet/key-file.js";
import { Passphrase } from "../src/wallet/passphrase.js";
import { codeOf, seeds } from "./support/seeds.js";

test("ChaCha20-Poly1305 is that of RFC 8439", () => {
  const key = Uint8Array.from({ length: 32 }, (_, at) => 0x80 + at);
  const nonce = fromHex("070000004041424344454647");
  const associated = fromHex("50515253c0c1c2c3c4c5c6c7");
  const plain = utf8(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
      "sunscreen would be it.",
  );
  const sealed = sealBytes(key, nonce, plain, associated);
  const expected =
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b" +
    "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc" +
    "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691";
  assert.equal(toHex(sealed), expected);
  assert.deepEqual(openBytes(key, nonce, sealed, associated), plain);
  sealed.forEach((byte, at) => {
    const changed = sealed.slice();
    changed[at] = byte ^ 1;
    assert.equal(openBytes(key, nonce, changed, associated), null, `byte ${at}`);
  });
  assert.equal(openBytes(key, nonce, sealed, associated.slice(1)), null);
  assert.equal(openBytes(key, nonce, sealed.slice(0, 15), associated), null);
  // Section A.5: another key, and a text that is no whole number of blocks.
  const other = fromHex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
  const draft = sealBytes(other, fromHex("000000000102030405060708"), utf8("Internet-Drafts"), new Uint8Array());
  assert.equal(toHex(draft.slice(0, 15)), "64a0861575861af460f062c79be643");
});

const PASSPHRASE = "open sesame, please";
const ADDRESS = addressToText(KeyPair.fromSeed(new Uint8Array(32).fill(7)).address(), "test");

test("a key comes back with its passphrase and only with it", () => {
  const secret = { type: "key", key: KeyPair.fromSeed(new Uint8Array(32).fill(7)) } as const;
  const file = KeyFile.seal(ADDRESS, secret, Passphrase.create(PASSPHRASE));
  const again = KeyFile.fromJson(file.toJson());
  assert.equal(again.toJson(), file.toJson());
  assert.equal(again.address, ADDRESS);
  assert.deepEqual(keyOf(again.unlock(Passphrase.toUnlock(PASSPHRASE))).seed(), secret.key.seed());
  assert.throws(() => again.unlock(Passphrase.toUnlock("open sesame, pleas")), { code: "key_file_wrong_passphrase" });
  assert.ok(!file.toJson().includes("07".repeat(32)));
  const main = addressToText(parseAddressText(ADDRESS).address, "main");
  const changes: readonly (readonly [string, string])[] = [
    [ADDRESS, main],
    ['"iterations": 2', '"iterations": 3'],
    [/"nonce": "([0-9a-f]+)"/.exec(file.toJson())?.[1] ?? "", "00".repeat(12)],
    [/"salt": "([0-9a-f]+)"/.exec(file.toJson())?.[1] ?? "", "00".repeat(16)],
  ];
  for (const [from, to] of changes) {
    const changed = KeyFile.fromJson(file.toJson().replace(from, to));
    const unlock = (): unknown => changed.unlock(Passphrase.toUnlock(PASSPHRASE));
    assert.throws(unlock, { code: "key_file_wrong_passphrase" }, from);
  }
});

test("a backup comes back with the rotation of its key, and its next key is the backup's next", () => {
  const backup = Backup.fromEntropy(new Uint8Array(32).fill(7));
  const secret = { type: "backup", backup, rotation: 3 } as const;
  const file = KeyFile.fromJson(KeyFile.seal(ADDRESS, secret, Passphrase.create("blåbärs\u00a0kräm")).toJson());
  const found = file.unlock(Passphrase.toUnlock("bla\u030aba\u0308rs kra\u0308m"));
  assert.ok(found.type === "backup" && found.rotation === 3);
  assert.deepEqual(found.backup.entropy(), backup.entropy());
  assert.equal(file.publicKey, backup.key(3).publicKey);
  assert.equal(keyOf(nextSecret(found)).publicKey, backup.key(4).publicKey);
  assert.throws(() => nextSecret({ ...found, rotation: ROTATIONS_MAX }), { code: "key_file_too_many_rotations" });
  const elsewhere = KeyFile.fromJson(file.toJson().replace('"rotation": 3', '"rotation": 4'));
  assert.throws(() => elsewhere.unlock(Passphrase.toUnlock("blåbärs kräm")), KeyFileError);
});

test("key files that the Rust code reads are read, and others refused by the same reason", () => {
  const expected = new Map<string, string | null>([
    ["good", null],
    ["address-of-main", null],
    ["version-2", null],
    ["capital-salt", null],
    ["version-0", "key_file_version"],
    ["largest-version", "key_file_version"],
    ["rotation-beyond", "key_file_parameter"],
    ["little-memory", "key_file_parameter"],
    ["all-memory", "key_file_parameter"],
    ["all-iterations", "key_file_parameter"],
    ["no-lanes", "key_file_parameter"],
  ]);
  for (const [name, text] of seeds("key_file")) {
    const code = expected.has(name) ? (expected.get(name) ?? null) : "key_file_form";
    assert.equal(
      codeOf(() => KeyFile.fromJson(text)),
      code,
      name,
    );
  }
  assert.equal(KeyFile.fromJson(seeds("key_file").get("good") ?? "").toJson(), seeds("key_file").get("good"));
});

test("a new passphrase is long enough, and is one text however it is typed", () => {
  assert.equal(
    codeOf(() => Passphrase.create("short")),
    "passphrase_short",
  );
  assert.equal(
    codeOf(() => Passphrase.create("")),
    "passphrase_length",
  );
  assert.equal(
    codeOf(() => Passphrase.create("x".repeat(1025))),
    "passphrase_length",
  );
  assert.equal(
    codeOf(() => Passphrase.create("a passphrase\u200bwith")),
    "invalid_typed",
  );
  assert.equal(Passphrase.toUnlock("a\u200bb").forms().length, 1);
  const forms = Passphrase.create(" Café au lait ")
    .forms()
    .map((form) => new TextDecoder().decode(form));
  assert.deepEqual(forms, ["Café au lait", "Cafe\u0301 au lait", " Café au lait "]);
});

test("a file takes the bytes of its own secret and of no other, also after a rotation of words", () => {
  const backup = Backup.fromEntropy(new Uint8Array(32).fill(5));
  const address = addressToText(backup.key(0).address(), "test");
  const passphrase = Passphrase.create(PASSPHRASE);
  const first = { type: "backup", backup, rotation: 0 } as const;
  const bytes = secretBytes(first);
  for (const secret of [first, nextSecret(first)]) {
    const file = KeyFile.seal(address, secret, passphrase);
    const again = file.secretOf(bytes);
    assert.ok(again !== null && keyOf(again).publicKey === keyOf(secret).publicKey);
    for (const other of [bytes.slice(1), new Uint8Array(), new Uint8Array(32).fill(6)]) {
      assert.equal(file.secretOf(other), null);
    }
  }
  const plain = { type: "key", key: KeyPair.fromSeed(bytes) } as const;
  const file = KeyFile.seal(ADDRESS, plain, passphrase);
  assert.deepEqual(file.secretOf(secretBytes(plain)), plain);
  assert.equal(KeyFile.seal(ADDRESS, nextSecret(plain), passphrase).secretOf(bytes), null, "its next key is another");
});
