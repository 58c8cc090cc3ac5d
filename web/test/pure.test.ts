import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import type {
  Address,
  api,
  BrandId,
  Day,
  Operation,
  Points,
  Reference,
  Request,
  Salt,
  TimeMs,
} from "@lojal/client";
import { addressToText, holdTicketToUri, paymentRequestToUri, tagOf } from "@lojal/client";
import type { ChainId, PendingLot } from "@lojal/client";

import { lookOf } from "../src/shared/brand-look.js";
import { amountText, lastDayText, leftText, monthText, shortAddress } from "../src/shared/format.js";
import { scanned } from "../src/wallet/model/code.js";
import { entriesOf, entryOf } from "../src/wallet/model/describe.js";
import { statementOf } from "../src/wallet/model/statement.js";
import { comingOf } from "../src/wallet/model/coming.js";
import { shownByMember } from "../src/wallet/model/till-code.js";
import { typedKey } from "../src/wallet/model/typed-key.js";
import { messageIn, noticeOf } from "../src/wallet/push-text.js";

const [OWN, OTHER] = ["02".repeat(20), "04".repeat(20)] as [Address, Address];
const [NORDMAT, KAFFET] = ["nordmat", "kaffet"] as [BrandId, BrandId];
const CHAIN = "09".repeat(32) as ChainId;
const NOW = Date.UTC(2027, 2, 14, 12) as TimeMs;

function points(amount: number): Points {
  return BigInt(amount) as Points;
}
/** A text with the blanks that a language puts into numbers made plain. */
function plain(text: string | null): string {
  return (text ?? "").replace(/\s/gu, " ").replace(/−/g, "-");
}

test("amounts have the brand's decimals and the language's signs, exactly", () => {
  assert.equal(plain(amountText(points(125_000), 2, "sv")), "1 250,00");
  assert.equal(amountText(points(125_000), 2, "en"), "1,250.00");
  assert.equal(amountText(points(7), 0, "sv"), "7");
  const most = (2n ** 53n - 1n) as Points;
  assert.equal(amountText(most, 2, "en"), "90,071,992,547,409.91", "no digit is lost");
});

test("points can be used through the last day of their month", () => {
  assert.equal(lastDayText("2028-02" as never, "en"), "29 Feb 2028");
  assert.equal(plain(lastDayText("2027-12" as never, "sv")), "31 dec. 2027");
  assert.equal(lastDayText("never", "sv"), null);
  assert.equal(monthText("2027-03", "sv"), "mars 2027");
});

test("a time that is left counts down to nothing, and never below", () => {
  assert.deepEqual([3_723_000, 61_000, 999, 0, -5].map(leftText), ["1:02:03", "1:01", "0:01", "0:00", "0:00"]);
});

test("an address is shortened in lists, and a brand always has the same colours", () => {
  assert.equal(shortAddress("tloj1gqnxpg5ernlndvc9xy5r82vd8upzamjchpkhvy"), "tloj1gqnxp…khvy");
  assert.equal(shortAddress("short"), "short");
  const looks = ["nordmat", "fjallen", "havshotell", "kaffet"].map(lookOf);
  assert.equal(new Set(looks).size, looks.length, "those of the development network are told apart");
  assert.ok(looks.every((look) => look >= 0 && look < 8));
});

test("a transfer goes or comes, by whose account it is", () => {
  const transfer: Operation = { type: "transfer", brand: NORDMAT, from: OWN, to: OTHER, amount: points(5) };
  const [sent, received] = [entryOf(transfer, OWN), entryOf(transfer, OTHER)];
  assert.deepEqual([sent.kind, sent.isIncoming, sent.other], ["sent", false, OTHER]);
  assert.deepEqual([received.kind, received.isIncoming, received.other], ["received", true, OWN]);
});

test("a conversion says what went and what came", () => {
  const convert: Operation = {
    type: "convert",
    account: OWN,
    from: NORDMAT,
    to: KAFFET,
    burned: points(3),
    received: points(2),
  };
  const entry = entryOf(convert, OWN);
  assert.deepEqual([entry.brand, entry.amount, entry.received], [NORDMAT, 3n, { brand: KAFFET, amount: 2n }]);
});

test("operations of people are told apart, and those that name nobody are the sender's", () => {
  const kinds = [{ type: "freeze" }, { type: "create_household" }, { type: "cancel_recovery" }] as const;
  assert.deepEqual(
    kinds.map((operation) => entryOf(operation, OWN).kind),
    ["security", "household", "recovery"],
  );
  const operations: readonly Operation[] = [
    { type: "transfer", brand: NORDMAT, from: OTHER, to: OWN, amount: points(1) },
    { type: "transfer", brand: NORDMAT, from: OTHER, to: "06".repeat(20) as Address, amount: points(2) },
  ];
  const signed = {
    transaction: { operations, sender: OTHER },
  } as unknown as api.TransactionStatus["transaction"];
  const status: api.TransactionStatus = {
    id: "00".repeat(32) as api.TransactionStatus["id"],
    state: { status: "pending" },
    transaction: signed,
    activity: null,
  };
  assert.equal(entriesOf(status, OWN).length, 1, "what concerns others isn't shown");
  assert.equal(entriesOf(status, OTHER).length, 2);
  assert.deepEqual(entriesOf({ ...status, transaction: null }, OWN), []);
});

function request(untilMs: number): Request {
  return {
    brand: NORDMAT,
    amount: points(100),
    kind: { type: "redeem" },
    dated: "2027-03-14" as Day,
    untilMs: untilMs as TimeMs,
    household: null,
    salt: "ab".repeat(16) as Salt,
  };
}

test("a scanned text is a request, an address, or of no use for a reason", () => {
  const uri = paymentRequestToUri({ chain: tagOf(CHAIN), request: request(NOW + 1000) });
  const read = (text: string, chain = CHAIN): string => {
    const found = scanned(text, "test", tagOf(chain), NOW);
    return found.type === "fault" ? found.fault : found.type;
  };
  assert.equal(read(uri), "request");
  assert.equal(read(` ${uri.toLowerCase()}\n`), "request", "white space and case don't matter");
  assert.equal(read(uri, "08".repeat(32) as ChainId), "network");
  assert.equal(read(paymentRequestToUri({ chain: tagOf(CHAIN), request: request(NOW) })), "expired");
  assert.equal(read(uri.slice(0, -2)), "damaged");
  assert.equal(read(addressToText(OWN, "test")), "address");
  assert.equal(read(addressToText(OWN, "main")), "network");
  assert.equal(read("https://example.org"), "other");
  assert.equal(read("lojal:"), "damaged");
});

test("a hold and a reversal move what they say, and a release says no amount", () => {
  const reference = "00".repeat(32) as Reference;
  const dated = "2027-03-14" as Day;
  const release: Operation = {
    type: "release",
    brand: NORDMAT,
    from: OWN,
    holdReference: reference,
    holdDated: dated,
  };
  assert.equal(entryOf(release, OWN).amount, null);
  const capture: Operation = { ...release, type: "capture", amount: points(4), reference, dated };
  assert.deepEqual([entryOf(capture, OWN).kind, entryOf(capture, OWN).amount], ["captured", 4n]);
});

test("a history is a table that other programs read", () => {
  const convert = {
    type: "convert",
    account: OWN,
    from: NORDMAT,
    to: KAFFET,
    burned: points(3),
    received: points(250),
  };
  const transfer = { type: "transfer", brand: KAFFET, from: OTHER, to: OWN, amount: points(1250) };
  const operations = [convert, transfer] as readonly Operation[];
  const status = {
    id: "ab".repeat(32),
    state: { status: "committed", height: 1n, index: 0, timeMs: NOW, receipt: { result: "applied" } },
    transaction: { transaction: { operations, sender: OWN } },
    activity: 1n,
  } as unknown as api.TransactionStatus;
  const table = statementOf([status], OWN, "test", (brand) => (brand === KAFFET ? 2 : 0));
  const lines = table.split("\r\n").map((line) => line.split(","));
  assert.equal(lines[0]?.length, 9);
  assert.deepEqual(lines[1]?.slice(0, 6), [
    "2027-03-14T12:00:00.000Z",
    "convert",
    "nordmat",
    "-3",
    "kaffet",
    "2.50",
  ]);
  assert.deepEqual(lines[2]?.slice(1, 7), [
    "transfer",
    "kaffet",
    "12.50",
    "",
    "",
    addressToText(OTHER, "test"),
  ]);
  assert.deepEqual([lines.length, lines[3]], [4, [""]], "each line ends");
});

test("keys make an amount and nothing that is none", () => {
  const typed = (keys: string, decimals: number): string =>
    [...keys].reduce((text, key) => typedKey(text, key, decimals), "");
  assert.equal(typed("12550", 0), "12550");
  assert.equal(typed("007", 0), "7", "a number doesn't begin with nothing");
  assert.equal(typed("12,5", 0), "125", "a brand without decimals has no comma");
  assert.equal(typed(",5", 2), "0,5");
  assert.equal(typed("1.2.345", 2), "1.23", "one point, and no more digits than the brand has");
  assert.equal(typed("1".repeat(40), 0).length, 16);
});

test("a till takes a member's address and ticket, and says what else a code is", () => {
  const [tag, kind] = [tagOf(CHAIN), "test"] as const;
  const of = (text: string, now = NOW) => shownByMember(text, kind, tag, now);
  const address = addressToText(OTHER, kind);
  assert.deepEqual(of(` ${address.toUpperCase()} `), { type: "member", address: OTHER });
  const ticket = {
    chain: tag,
    brand: NORDMAT,
    from: OTHER,
    holdReference: "0a" as Reference,
    holdDated: "2027-03-14" as Day,
    amount: points(30),
    expiresMs: (NOW + 60_000) as TimeMs,
  };
  const text = holdTicketToUri(ticket);
  assert.deepEqual(of(text), { type: "ticket", ticket });
  const fault = (told: ReturnType<typeof of>): string => (told.type === "fault" ? told.fault : told.type);
  assert.equal(fault(of(text, (NOW + 3_600_000) as TimeMs)), "expired");
  assert.equal(fault(of(holdTicketToUri({ ...ticket, chain: "00000000" as typeof tag }))), "network");
  assert.equal(fault(of(`${text.slice(0, -1)}Q`)), "damaged");
  assert.equal(fault(of(addressToText(OTHER, "main"))), "network");
  assert.equal(fault(of("hello")), "other");
  const request: Request = {
    brand: NORDMAT,
    amount: points(5),
    kind: { type: "redeem" },
    dated: "2027-03-14" as Day,
    untilMs: (NOW + 60_000) as TimeMs,
    household: null,
    salt: "00".repeat(16) as Salt,
  };
  assert.equal(fault(of(paymentRequestToUri({ chain: tag, request }))), "request");
});

test("what a till does with others' points is not told as its own", () => {
  const [reference, dated] = ["0a" as Reference, "2027-03-14" as Day];
  const amount = points(5);
  const issue: Operation = { type: "issue", brand: NORDMAT, to: OTHER, amount, reference, dated, expiry: null };
  assert.deepEqual([entryOf(issue, OWN).kind, entryOf(issue, OTHER).kind], ["given", "issued"]);
  const hold = { brand: NORDMAT, from: OTHER, holdReference: reference, holdDated: dated };
  const capture: Operation = { type: "capture", ...hold, amount, reference, dated };
  assert.deepEqual([entryOf(capture, OWN).kind, entryOf(capture, OTHER).kind], ["taken", "captured"]);
});

test("a notice says what happened in its reader's language, and nothing that others should not see", () => {
  const types = ["points.issued", "points.expiring", "hold.captured", "household.invited", "recovery.started", "news"];
  for (const language of ["sv", "en"]) {
    const notices = types.map((type) => noticeOf(type, language));
    assert.ok(notices.every(({ title, body }) => title === "Lojal" && body !== "" && !/\d|nordmat/i.test(body)));
    assert.deepEqual(
      notices.map(({ place }) => place),
      ["activity", "expiring", "activity", "family", "security", ""],
    );
    assert.deepEqual(notices.filter(({ isUrgent }) => isUrgent).length, 1);
  }
  assert.notEqual(noticeOf("points.issued", "sv").body, noticeOf("points.issued", "en").body);
});

test("a message is read only as the gateway writes it", () => {
  assert.deepEqual(messageIn(`{"type":"points.issued","id":"8-0-0"}${" ".repeat(90)}`), {
    type: "points.issued",
    id: "8-0-0",
  });
  for (const wrong of ["", "nonsense", "[]", "{}", '{"type":"<b>","id":"1"}', '{"type":"a","id":7}', "null"]) {
    assert.equal(messageIn(wrong), null, wrong);
  }
});

test("tests in the browser find whole texts by their roles, since hidden words beside a link are texts too", () => {
  const directory = new URL("../../test/browser/", import.meta.url);
  const sources = readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), "utf8")] as const);
  assert.ok(sources.length > 10);
  const found = sources.filter(([, text]) => /getByText\([^()]*exact/.test(text)).map(([name]) => name);
  assert.deepEqual(found, []);
});

test("what is on its way is summed up, with the first day on which some of it can be used", () => {
  const waits = (matures: string, expiry: string, amount: number) => {
    return { matures, expiry, amount: BigInt(amount) } as unknown as PendingLot;
  };
  assert.equal(comingOf({ pending: [] }), null);
  const oneDay = [waits("2026-12-15", "2028-12", 30), waits("2026-12-15", "never", 20)];
  assert.deepEqual(comingOf({ pending: oneDay }), { amount: 50n, from: "2026-12-15", isOneDay: true });
  const later = [...oneDay, waits("2026-12-16", "never", 5)];
  assert.deepEqual(comingOf({ pending: later }), { amount: 55n, from: "2026-12-15", isOneDay: false });
});
