import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, toHex, utf8 } from "../src/bytes.js";
import type { Codec } from "../src/codec/codec.js";
import { decode, encode, fromJsonText, toJsonText } from "../src/codec/codec.js";
import { list, option, struct } from "../src/codec/combine.js";
import { bool, text, u128, u16, u32, u64, u8 } from "../src/codec/primitives.js";
import { DecodeError, EncodeError, JsonError, TextError } from "../src/error.js";
import type { Json } from "../src/json.js";
import { parseJson, writeJson } from "../src/json.js";
import { isValidEndpoint, parseEndpoint } from "../src/endpoint.js";
import type { PartnershipTerms } from "../src/partnership.js";
import { burnedFor, checkTerms, conversionOf, receivedFor, termsGive } from "../src/partnership.js";
import type { Points } from "../src/points.js";
import { addPoints, subtractPoints, toMoney, toPoints } from "../src/points.js";
import type { Month, TimeMs } from "../src/time.js";
import {
  dayNumber,
  dayOfNumber,
  holdEnd,
  isLiveIn,
  monthNumber,
  monthOf,
  monthOfNumber,
  parseDay,
  parseMonth,
  plusDays,
  plusMonths,
  startOfDay,
  startOfMonth,
  toTimeMs,
} from "../src/time.js";
import { parseToml } from "../src/toml.js";

test("numbers are exact up to their width, and nothing beyond is encoded", () => {
  const widths: readonly (readonly [Codec<number> | Codec<bigint>, number])[] = [
    [u8, 1],
    [u16, 2],
    [u32, 4],
    [u64, 8],
    [u128, 16],
  ];
  for (const [codec, width] of widths) {
    const any = codec as Codec<number | bigint>;
    const max = (1n << BigInt(8 * width)) - 1n;
    const native = (value: bigint): number | bigint => (width > 4 ? value : Number(value));
    for (const value of [0n, 1n, max - 1n, max]) {
      assert.equal(decode(any, encode(any, native(value))), native(value));
      assert.equal(fromJsonText(any, toJsonText(any, native(value), "test"), "test"), native(value));
    }
    assert.equal(toHex(encode(any, native(max))), "ff".repeat(width));
    assert.throws(() => encode(any, native(max + 1n)), EncodeError);
    assert.throws(() => encode(any, native(-1n)), EncodeError);
    assert.throws(() => fromJsonText(any, String(max + 1n), "test"), JsonError);
    assert.throws(() => fromJsonText(any, "-1", "test"), JsonError);
    assert.throws(() => fromJsonText(any, '"1"', "test"), JsonError);
  }
  assert.throws(() => encode(u8, 1.5), EncodeError);
});

test("lists keep their bounds, also before what follows is read", () => {
  const few = list(u8, 1, 3);
  assert.deepEqual(decode(few, fromHex("020000000102")), [1, 2]);
  for (const wrong of ["00000000", "0400000001020304", "ffffffff", "010000000109", "0200000001"]) {
    assert.throws(() => decode(few, fromHex(wrong)), DecodeError, wrong);
  }
  assert.throws(() => encode(few, []), EncodeError);
  assert.throws(() => few.fromJson([], "test"), JsonError);
  assert.throws(() => few.fromJson([1n, 2n, 3n, 4n], "test"), JsonError);
});

test("options, truth values and texts have one encoding", () => {
  assert.throws(() => decode(option(u8), fromHex("02")), DecodeError);
  assert.throws(() => decode(bool, fromHex("02")), DecodeError);
  const words = text(4, (one) => one);
  assert.equal(decode(words, fromHex("02000000c3a5")), "å");
  assert.equal(decode(words, encode(words, "\ufeff")), "\ufeff");
  for (const wrong of ["01000000c3", "0500000041", "04000000f4908080", "03000000eda080"]) {
    assert.throws(() => decode(words, fromHex(wrong)), DecodeError, wrong);
  }
});

test("errors in JSON say where they are, and unknown fields are refused", () => {
  interface Inner {
    readonly someNumber: number;
  }
  const codec = struct<{ readonly all: readonly Inner[] }>({ all: list(struct<Inner>({ someNumber: u8 }), 0, 9) });
  const read = (json: Json): unknown => codec.fromJson(json, "test");
  assert.deepEqual(read({ all: [{ some_number: 1n }] }), { all: [{ someNumber: 1 }] });
  assert.throws(
    () => read({ all: [{ some_number: 1n }, { some_number: 256n }] }),
    /^JsonError: all: item 1: some_number: /,
  );
  assert.throws(() => read({ all: [{ some_number: 1n, more: 1n }] }), /unknown field more/);
  assert.throws(() => read({ all: [{}] }), /some_number: the field is missing/);
  assert.throws(() => read({}), /all: the field is missing/);
  assert.throws(() => read([]), /expected an object, not a list/);
});

test("JSON keeps numbers exact, and has one text for each value", () => {
  for (const right of [
    "null",
    "true",
    "[]",
    "{}",
    "18446744073709551615",
    "-1",
    '"a\\"\\\\\\n\\u0001é"',
    '{"a":[1,{"b":null}],"__proto__":2}',
  ]) {
    assert.equal(writeJson(parseJson(right)), right);
    assert.equal(writeJson(parseJson(` ${right.replaceAll(",", " ,\n")}\t`)), right);
  }
  for (const wrong of [
    ["", "nul", "[1,]", "{,}", '{"a":1,}', '{"a" 1}', "1.5", "1e3", "-0", "01", "+1", "1 2", '"\n"', '"\\x"', "NaN"],
    ['{"a":1,"a":2}', "[".repeat(70) + "]".repeat(70), "\ufeff1", "'a'", '"a', "{", "[1"],
  ].flat()) {
    assert.throws(() => parseJson(wrong), JsonError, wrong);
  }
  assert.equal(writeJson({ a: [1n, "x"], b: {} }, 2), '{\n  "a": [\n    1,\n    "x"\n  ],\n  "b": {}\n}');
});

test("TOML is read as far as genesis documents have it, and refused beyond", () => {
  const toml = `\ufeff# a comment
name = "a \\"b\\" \\u00e5 \\U0001f600" # another
literal = 'C:\\path'
"quoted key" = -1_000
hex = 0xff
dotted.key = true
list = [ 1, 2, # three
  3,
]
inline = { a = 1, b.c = [] }

[table]
a = false
[table.below]
x = 1
[[many]]
n = 1
[many.policy]
p = 1
[[many]]
n = 2
`;
  const expected = {
    name: 'a "b" å 😀',
    literal: "C:\\path",
    "quoted key": -1000n,
    hex: 255n,
    dotted: { key: true },
    list: [1n, 2n, 3n],
    inline: { a: 1n, b: { c: [] } },
    table: { a: false, below: { x: 1n } },
    many: [{ n: 1n, policy: { p: 1n } }, { n: 2n }],
  };
  assert.equal(writeJson(parseToml(toml)), writeJson(expected));
  assert.equal(writeJson(parseToml(toml.replaceAll("\n", "\r\n"))), writeJson(expected));
  assert.equal(writeJson(parseToml("")), "{}");
  for (const wrong of [
    "a = 1\na = 2",
    "[a]\n[a]",
    "a = 1\n[a]",
    "a = [1]\n[[a]]",
    "[a]\nb = 1\n[[a]]",
    "a = {b = 1}\n[a]",
    "a = 1 b = 2",
    "a = 1.5",
    "a = 1e3",
    "a = 1979-05-27",
    'a = """x"""',
    "a = 'x\ny'",
    "a = 01",
    "a = 1__0",
    "a = nan",
    "a =",
    "= 1",
    "a",
    "[a",
    "[[a]",
    'a = "\\q"',
    'a = "\\ud800"',
    `a = ${"[".repeat(9000)}${"]".repeat(9000)}`,
    `a = ${"{b = ".repeat(9000)}1${"}".repeat(9000)}`,
    `a${".a".repeat(9000)} = 1`,
  ]) {
    assert.throws(() => parseToml(wrong), TextError, wrong);
  }
});

test("months and days change at midnight (UTC), also over leap days and centuries", () => {
  const of = (ms: number): string => monthOf(toTimeMs(ms));
  assert.equal(of(951_782_399_999), "2000-02");
  assert.equal(of(951_868_800_000), "2000-03");
  assert.equal(of(4_107_542_399_999), "2100-02");
  assert.equal(of(4_107_542_400_000), "2100-03");
  assert.equal(of(158_731_487_999_999), "6999-12");
  assert.throws(() => toTimeMs(158_731_488_000_000), { code: "invalid_time" });
  for (let number = 0; number < 60_360; number += 7) {
    const month = monthOfNumber(number);
    assert.equal(monthNumber(parseMonth(month)), number);
    assert.equal(monthOf(startOfMonth(month)), month);
  }
  for (let number = 0; number < 1_837_169; number += 101) {
    assert.equal(dayNumber(parseDay(dayOfNumber(number))), number);
  }
  assert.equal(monthOfNumber(65_535), "7431-04");
  assert.equal(plusMonths("7431-03" as Month, 60), "7431-04");
  for (const wrong of ["2026-13", "2026-00", "26-11", "1969-12", "7431-05", "2026-1", ""]) {
    assert.throws(() => parseMonth(wrong), { code: "invalid_month" }, wrong);
  }
  for (const wrong of [
    "2026-02-29",
    "2100-02-29",
    "2026-04-31",
    "7000-01-01",
    "1969-12-31",
    "2026-1-01",
    "2026-01-00",
  ]) {
    assert.throws(() => parseDay(wrong), { code: "invalid_day" }, wrong);
  }
  assert.equal(plusDays(parseDay("2000-02-28"), 2), "2000-03-01");
  assert.equal(plusDays(parseDay("1970-01-02"), -9), "1970-01-01");
  assert.equal(plusDays(parseDay("6999-12-31"), 9), "6999-12-31");
  assert.equal(startOfDay(parseDay("1970-01-02")), 86_400_000);
  assert.ok(isLiveIn("2026-12" as Month, "2026-12" as Month) && !isLiveIn("2026-12" as Month, "2027-01" as Month));
  assert.ok(isLiveIn("never", "7431-04" as Month));
  assert.equal(holdEnd(60_001 as TimeMs), 120_000);
  assert.equal(holdEnd(60_000 as TimeMs), 60_000);
});

function terms(rateNum: number, rateDen: number): PartnershipTerms {
  const endsMs = 1 as TimeMs;
  return { rateNum, rateDen, priceMicro: 0n, dailyMax: toPoints(1), owedMax: toMoney(1), endsMs };
}

test("what is burned is the least that gives what is received", () => {
  const most = 2 ** 32 - 1;
  for (const [num, den] of [
    [1, 1],
    [3, 7],
    [7, 3],
    [1, 10],
    [10, 1],
    [most, 1],
    [1, most],
  ] as const) {
    const its = terms(num, den);
    checkTerms(its);
    for (const points of [0, 1, 2, 3, 6, 7, 13, 199, Number.MAX_SAFE_INTEGER].map(toPoints)) {
      const received = receivedFor(its, points);
      if (received === null) {
        continue;
      }
      const burned = burnedFor(its, received);
      assert.ok(burned !== null && burned <= points);
      assert.equal(receivedFor(its, burned), received);
      assert.deepEqual(conversionOf(its, points), received === 0n ? null : { burned, received });
      assert.equal(termsGive(its, { burned: points, received }), points === burned);
      const less = subtractPoints(burned, toPoints(1));
      assert.ok(less === null || (receivedFor(its, less) ?? 0n) < received);
    }
  }
  assert.equal(receivedFor(terms(most, 1), ((1n << 64n) - 1n) as Points), null);
  for (const [code, change] of [
    ["terms_rate", { rateNum: 0 }],
    ["terms_price", { priceMicro: 1_000_000_000_001n }],
    ["terms_daily_max", { dailyMax: toPoints(0) }],
    ["terms_owed_max", { owedMax: toMoney(0) }],
  ] as const) {
    assert.throws(() => checkTerms({ ...terms(1, 1), ...change }), { code });
  }
});

test("points are added and taken without wrapping", () => {
  const most = toPoints((1n << 64n) - 1n);
  assert.equal(addPoints(most, toPoints(1)), null);
  assert.equal(subtractPoints(toPoints(1), toPoints(2)), null);
  assert.throws(() => toPoints(-1), { code: "invalid_number" });
  assert.throws(() => toPoints(0.5), { code: "invalid_number" });
  assert.throws(() => toPoints(2 ** 53), { code: "invalid_number" });
  assert.throws(() => toPoints(1n << 64n), { code: "invalid_number" });
});

test("addresses with a port are endpoints and nothing else is", () => {
  for (const right of ["/ip4/192.0.2.7/tcp/7900", "/ip6/2001:db8::7/tcp/1", "/dns/node-1.example.org/tcp/65535"]) {
    assert.ok(isValidEndpoint(parseEndpoint(right)), right);
  }
  for (const wrong of [
    ["192.0.2.7:7900", "/ip4/192.0.2.7/tcp/0", "/ip4/192.0.2.7/tcp/65536", "/ip4/192.0.2.7/tcp/07900"],
    [
      "/ip4/192.0.2.7/udp/7900",
      "/ip4/example.org/tcp/7900",
      "/ip4//tcp/7900",
      "/dns/a b/tcp/7900",
      "/dns/a\n/tcp/7900",
    ],
    ["/dns/a/tcp/7900/p2p/x", "/unix/a/tcp/1"],
  ].flat()) {
    assert.ok(!isValidEndpoint(parseEndpoint(wrong)), wrong);
  }
  assert.throws(() => parseEndpoint(""), { code: "invalid_endpoint" });
  assert.throws(() => parseEndpoint("å".repeat(65)), { code: "invalid_endpoint" });
  assert.equal(utf8(parseEndpoint("å".repeat(64))).length, 128);
});
