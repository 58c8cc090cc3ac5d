import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address } from "../src/address.js";
import { parseBrandId } from "../src/brand.js";
import { fromHex, toHex } from "../src/bytes.js";
import type { CampaignId } from "../src/campaign.js";
import type { ChainTag, Salt } from "../src/ids.js";
import { KeyPair } from "../src/key.js";
import { POINTS_MAX } from "../src/limits.js";
import { toPoints } from "../src/points.js";
import type { Points } from "../src/points.js";
import { parseReference } from "../src/reference.js";
import type { Request } from "../src/request.js";
import { dayOf } from "../src/time.js";
import type { TimeMs } from "../src/time.js";
import { formatAmount, formatAmountGrouped, parseAmount } from "../src/wallet/amount.js";
import { Backup, childNode, masterNode, WordsError } from "../src/wallet/backup.js";
import { receiptReference } from "../src/wallet/receipt-text.js";
import { typed } from "../src/wallet/typed.js";
import {
  checkHoldTicket,
  checkPaymentRequest,
  checkVoucherCall,
  holdTicketFromUri,
  holdTicketToUri,
  paymentRequestFromUri,
  paymentRequestToUri,
  UriError,
  voucherCallFromUri,
  voucherCallToUri,
} from "../src/wallet/uri.js";
import { codeOf, seeds } from "./support/seeds.js";

const HAMSTER =
  "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis " +
  "maple dilemma loan word shrug inflict delay length";

test("words are those of BIP-39, and keys those of SLIP-0010", () => {
  const zero = Backup.fromEntropy(new Uint8Array(32));
  assert.equal(zero.words(), `${"abandon ".repeat(23)}art`);
  assert.deepEqual(Backup.fromWords(zero.words()).entropy(), new Uint8Array(32));
  assert.equal(
    toHex(Backup.fromWords(HAMSTER).entropy()),
    "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
  );
  // The first vector of SLIP-0010 for Ed25519, at m/0'/1'/2'/2'/1000000000'.
  const node = [0, 1, 2, 2, 1_000_000_000].reduce(childNode, masterNode(fromHex("000102030405060708090a0b0c0d0e0f")));
  assert.equal(toHex(node.chainCode), "68789923a0cac2cd5a29172a475fe9e0fb14cd6adb5ad98a3fa70333e7afa230");
  assert.equal(toHex(node.secret), "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793");
  assert.equal(
    KeyPair.fromSeed(node.secret).publicKey,
    "3c24da049451555d51a7014a37337aa4e12d41e485abccfa46b47dfb2af54b7a",
  );
  // The seed of the words with an empty passphrase, and the path of the wallet.
  const seed = fromHex(
    "408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf70" +
      "5489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399480840",
  );
  for (const rotation of [0, 1, 7]) {
    const path = [44, 7777, 0, rotation].reduce(childNode, masterNode(seed));
    assert.deepEqual(zero.key(rotation).seed(), path.secret);
  }
  assert.equal(zero.rotationOf(zero.key(7).publicKey), 7);
  assert.notEqual(Backup.random().words(), Backup.random().words());
  assert.equal(JSON.stringify(zero), "{}");
});

test("words are read as they were shown, in any case, and by their first four letters", () => {
  const words = HAMSTER.split(" ");
  const expected = Backup.fromWords(HAMSTER).entropy();
  const numbered = (end: string): string => words.map((word, at) => `${at + 1}${end} ${word}\n`).join("");
  const short = words
    .map((word) => word.slice(0, 4))
    .join("\r\n")
    .toUpperCase();
  for (const text of [numbered(""), numbered("."), numbered(")"), short, `  ${HAMSTER.toUpperCase()}\t`]) {
    assert.deepEqual(Backup.fromWords(text).entropy(), expected, text);
  }
  const wrong = (text: string): readonly [string, number | null] => {
    try {
      Backup.fromWords(text);
      return ["none", null];
    } catch (error) {
      assert.ok(error instanceof WordsError);
      return [error.fault, error.position];
    }
  };
  const replaced = (at: number, word: string): string =>
    words.map((one, place) => (place === at ? word : one)).join(" ");
  assert.deepEqual(wrong(replaced(4, "causes")), ["unknown", 5]);
  assert.deepEqual(wrong(replaced(4, "delay")), ["checksum", null]);
  assert.deepEqual(wrong(`${HAMSTER} art`), ["count", null]);
  assert.deepEqual(wrong(""), ["count", null]);
  assert.deepEqual(wrong(numbered("").replace("7 private\n", "")), ["number", 7]);
  assert.deepEqual(wrong("hamster dia"), ["unknown", 2]);
  assert.deepEqual(wrong("hamster\u200bdiagram"), ["typed", null]);
});

test("words that the Rust code reads are read, and no others", () => {
  // A Kelvin sign is a K, and there is no letter in the words that could grow.
  const right = new Set(["words", "other-words", "capitals", "lines", "a-kelvin-sign", "a-letter-that-grows"]);
  for (const [name, words] of seeds("backup_words")) {
    const isRead = codeOf(() => Backup.fromWords(words)) === null;
    assert.equal(isRead, right.has(name), name);
  }
});

test("one text in many forms is one text, and what nobody sees is refused inside", () => {
  const forms = [
    "Café 123",
    "Cafe\u0301 123",
    "Café 123\r",
    "\ufeffCafé 123\n",
    "\u200b\u00a0Café\u00a0123\u200f",
    "Café \t 123",
  ];
  for (const form of forms) {
    assert.equal(typed(form), "Café 123");
    assert.equal(receiptReference(form), receiptReference("Café 123"));
  }
  for (const nothing of ["", " ", "\ufeff", "\u200b\u200d", "\0", "\u2800", "\u3164", "\u{1d159}\u{16fe4}"]) {
    assert.equal(
      codeOf(() => typed(nothing)),
      "invalid_typed",
      JSON.stringify(nothing),
    );
  }
  for (const hidden of ["12\u200b3", "a\u202eb", "a\u0007b"]) {
    assert.equal(
      codeOf(() => typed(hidden)),
      "invalid_typed",
    );
  }
  assert.equal(typed("می\u200cخواهم"), "می\u200cخواهم");
  // printf 'lojal/receipt/v1R-2026-0001' | sha256sum
  const expected = "a8a108fabf8d328be2c6ae11072a0eafa3cafb28d51b3f3c83a5e79665d285ab";
  assert.equal(receiptReference("R-2026-0001"), expected);
});

test("amounts are read in the brand's decimals, and what is no amount is refused by its reason", () => {
  const right: readonly (readonly [string, number, bigint])[] = [
    ["12.50", 2, 1250n],
    ["12.5", 2, 1250n],
    ["12", 2, 1200n],
    ["007", 0, 7n],
    ["0.0001", 4, 1n],
    ["9007199254740991", 0, POINTS_MAX],
    ["1,250", 0, 1250n],
    ["1,250.00", 2, 125_000n],
    ["9,007,199,254,740,991", 0, POINTS_MAX],
    ["12,50", 2, 1250n],
    ["12,5", 2, 1250n],
    ["0,250", 3, 250n],
    ["1250,125", 3, 1_250_125n],
    ["0,0001", 4, 1n],
    [" 12.50\r\n", 2, 1250n],
    ["\u200b1,250\u00a0", 0, 1250n],
  ];
  for (const [text, decimals, points] of right) {
    assert.equal(parseAmount(text, decimals), points, text);
  }
  const wrong: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
    form: [
      ...["", ".", "12.", ".5", "--1", "-", "+1", "1e3", "1 2", "1.2.3", "0x10", "١٢", "1_000", "1,,0", ",5", "5,"],
      ...["1,250", "12,500", "1,2,3", "1,25,000.00", "1234,567.00", "12,50.00", "1.234,56"],
    ].map((text) => [text, 2] as const),
    negative: [
      ["-1", 2],
      ["-12.50", 2],
      ["-0", 2],
      ["-1,250.00", 2],
    ],
    decimals: [
      ["12.505", 2],
      ["12.500", 2],
      ["1.0", 0],
      ["1,250.000", 2],
      ["1234,567", 2],
    ],
    zero: [
      ["0", 2],
      ["0.00", 2],
      ["000", 2],
    ],
    too_large: [
      ["9007199254740992", 0],
      ["90071992547409.92", 2],
      ["99999999999999999999999999", 0],
    ],
  };
  for (const [fault, cases] of Object.entries(wrong)) {
    for (const [text, decimals] of cases) {
      assert.equal(
        codeOf(() => parseAmount(text, decimals)),
        `amount_${fault}`,
        text,
      );
    }
  }
  for (const [text, decimals] of [
    ["1,250", 1],
    ["1,250", 3],
    ["1,250", 4],
    ["12,50", 0],
    ["1,2", 0],
    ["0,250", 0],
  ] as const) {
    assert.equal(
      codeOf(() => parseAmount(text, decimals)),
      "amount_form",
      text,
    );
  }
  for (const points of [1n, 999n, 1250n, 1_234_567n, POINTS_MAX] as Points[]) {
    for (const decimals of [0, 1, 2, 3, 4]) {
      assert.equal(parseAmount(formatAmount(points, decimals), decimals), points);
      assert.equal(formatAmountGrouped(points, decimals).replaceAll(",", ""), formatAmount(points, decimals));
    }
  }
  assert.equal(formatAmountGrouped(toPoints(123_456_789), 2), "1,234,567.89");
  assert.equal(formatAmountGrouped(toPoints(5), 2), "0.05");
});

const TIME = 1_800_000_300_000 as TimeMs;
const CHAIN = "01020304" as ChainTag;
const NINES = "09".repeat(20) as Address;

function request(kind: Request["kind"], household: Address | null): Request {
  const salt = "07".repeat(16) as Salt;
  return {
    brand: parseBrandId("kaffet"),
    amount: toPoints(1250),
    kind,
    dated: dayOf(TIME),
    untilMs: TIME,
    household,
    salt,
  };
}

test("payment requests and tickets are the texts of the Rust code", () => {
  const texts = seeds("payment_text");
  const pay = { chain: CHAIN, request: request({ type: "redeem" }, null) };
  const hold = { chain: CHAIN, request: request({ type: "hold", expiresMs: TIME }, NINES) };
  const ticket = {
    chain: CHAIN,
    brand: parseBrandId("kaffet"),
    from: NINES,
    holdReference: parseReference("07"),
    holdDated: dayOf(TIME),
    amount: toPoints((1n << 64n) - 1n),
    expiresMs: TIME,
  };
  assert.equal(paymentRequestToUri(pay), texts.get("request"));
  assert.equal(paymentRequestToUri(hold), texts.get("request-to-hold"));
  assert.equal(holdTicketToUri(ticket), texts.get("ticket"));
  assert.deepEqual(holdTicketFromUri(texts.get("ticket") ?? ""), ticket);
  for (const name of ["request", "spaces-everywhere", "mixed-letters"]) {
    assert.deepEqual(paymentRequestFromUri(texts.get(name) ?? ""), pay, name);
  }
  for (const name of ["request-to-hold", "small-letters"]) {
    assert.deepEqual(paymentRequestFromUri(texts.get(name) ?? ""), hold, name);
  }
  const damaged = [
    "mixed-letters-inside",
    "wide-spaces",
    "scheme-only",
    "too-long",
    "padding-that-is-not-zero",
    "a-letter-of-padding-more",
  ];
  for (const name of damaged) {
    assert.equal(
      codeOf(() => paymentRequestFromUri(texts.get(name) ?? "")),
      "uri_damaged",
      name,
    );
  }
  assert.equal(
    codeOf(() => paymentRequestFromUri(texts.get("ticket") ?? "")),
    "uri_kind",
  );
  assert.equal(
    codeOf(() => holdTicketFromUri("https://example.org")),
    "uri_scheme",
  );
  assert.throws(() => checkPaymentRequest(pay, CHAIN, TIME), { code: "uri_expired" });
  checkPaymentRequest(pay, CHAIN, (TIME - 1) as TimeMs);
  assert.throws(() => checkPaymentRequest(pay, "04030201" as ChainTag, TIME), { code: "uri_network" });
  checkHoldTicket(ticket, CHAIN, (TIME - 1) as TimeMs);
  assert.throws(() => checkHoldTicket(ticket, CHAIN, TIME), UriError);
});

test("a request for a voucher is no payment request, and ends with its time", () => {
  const { brand, dated, untilMs, salt } = request({ type: "redeem" }, null);
  const asked = { brand, campaign: 3 as CampaignId, quantity: 2, dated, untilMs, household: NINES, salt };
  const call = { chain: CHAIN, request: asked };
  const text = voucherCallToUri(call);
  assert.ok(text.startsWith("LOJAL:USE1"), text);
  assert.deepEqual(voucherCallFromUri(text.toLowerCase()), call);
  assert.equal(
    codeOf(() => paymentRequestFromUri(text)),
    "uri_kind",
  );
  assert.equal(
    codeOf(() => voucherCallFromUri(seeds("payment_text").get("request") ?? "")),
    "uri_kind",
  );
  checkVoucherCall(call, CHAIN, (TIME - 1) as TimeMs);
  assert.throws(() => checkVoucherCall(call, CHAIN, TIME), { code: "uri_expired" });
  assert.throws(() => checkVoucherCall(call, "04030201" as ChainTag, TIME), { code: "uri_network" });
});
