import assert from "node:assert/strict";
import { test } from "node:test";

import type { Address, api, BrandId, CampaignId, ChainTag, Day, Points, Salt, TimeMs, VoucherId } from "@lojal/client";
import { voucherCallToUri } from "@lojal/client";

import { scanned } from "../src/wallet/model/code.js";
import type { OwnedVoucher } from "../src/wallet/model/voucher-choice.js";
import { mostLeft, mostReturned, priceOfEach, vouchersFor } from "../src/wallet/model/voucher-choice.js";

// The words follow the browser's language, and there is none here.
Object.defineProperty(globalThis, "navigator", { configurable: true, value: { language: "sv-SE" } });
Object.defineProperty(globalThis, "localStorage", { configurable: true, value: { getItem: () => null } });
const { language } = await import("../src/shared/preferences.js");
const { codeWords } = await import("../src/wallet/words/codes.js");
const { voucherWords } = await import("../src/wallet/words/vouchers.js");

const [ANNA, POOL] = ["02".repeat(20), "05".repeat(20)] as [Address, Address];
const [KAFFET, NORDMAT] = ["kaffet", "nordmat"] as [BrandId, BrandId];
const [CHAIN, OTHER] = ["01020304", "04030201"] as [ChainTag, ChainTag];
const NOW = Date.UTC(2031, 0, 15) as TimeMs;

const ASKED = {
  brand: KAFFET,
  campaign: 5 as CampaignId,
  quantity: 2,
  dated: "2031-01-15" as Day,
  untilMs: (NOW + 60_000) as TimeMs,
  household: null,
  salt: "07".repeat(16) as Salt,
};

function owned(
  byte: string,
  left: number,
  until: string,
  more: Partial<api.Voucher> = {},
  isPool = false,
): OwnedVoucher {
  const voucher = byte.repeat(16) as VoucherId;
  const one = { brand: KAFFET, voucher, campaign: 5 as CampaignId, left, until: until as Day, ...more };
  return { owner: isPool ? POOL : ANNA, isPool, voucher: one };
}

function ids(all: readonly OwnedVoucher[]): readonly string[] {
  return all.map(({ voucher }) => voucher.voucher.slice(0, 2));
}

test("a till's request is answered by the voucher that ends first, one's own before a pool's", () => {
  const all = [
    owned("0a", 5, "2031-03-01"),
    owned("0b", 2, "2031-02-01", {}, true),
    owned("0c", 2, "2031-02-01"),
    owned("10", 3, "2031-02-01"),
    owned("0d", 1, "2031-01-20"),
    owned("0e", 9, "2031-01-20", { campaign: 6 as CampaignId }),
    owned("0f", 9, "2031-01-20", { brand: NORDMAT }),
  ];
  assert.deepEqual(ids(vouchersFor(ASKED, all)), ["0c", "0b", "0a"]);
  assert.deepEqual(ids(vouchersFor({ ...ASKED, household: POOL }, all)), ["0b"]);
  assert.deepEqual(ids(vouchersFor({ ...ASKED, quantity: 6 }, all)), []);
  assert.equal(mostLeft({ ...ASKED, quantity: 6 }, all), 5);
  assert.equal(mostLeft({ ...ASKED, campaign: 9 as CampaignId }, all), 0);
});

test("what comes back is the price of whole uses that are left of the voucher and of the payment", () => {
  const paid = (amount: bigint | null, units: bigint | null, left: bigint | null): api.UsedReference => {
    const of = units === null ? null : { amount: units, track: null, place: null, takenBack: null, left: null };
    return { amount, units: of, left } as api.UsedReference;
  };
  assert.equal(priceOfEach(paid(300n, 3n, 300n)), 100n as Points);
  assert.equal(mostReturned({ left: 2 }, paid(300n, 3n, 300n)), 2, "one was used");
  assert.equal(mostReturned({ left: 3 }, paid(300n, 3n, 100n)), 1, "some was refunded");
  assert.equal(mostReturned({ left: 3 }, paid(null, null, null)), 0, "it cost nothing");
});

test("a scanned request for a voucher is one, unless its time is over or it is of another network", () => {
  const text = voucherCallToUri({ chain: CHAIN, request: ASKED });
  const found = scanned(`${text.slice(0, 8)}\n ${text.slice(8)}`, "test", CHAIN, NOW);
  assert.deepEqual(found, { type: "voucher", call: { chain: CHAIN, request: ASKED } });
  assert.deepEqual(scanned(text, "test", CHAIN, ASKED.untilMs), { type: "fault", fault: "expired" });
  assert.deepEqual(scanned(text, "test", OTHER, NOW), { type: "fault", fault: "network" });
  assert.deepEqual(scanned(text.replace("USE1Q", "USE1P"), "test", CHAIN, NOW), { type: "fault", fault: "damaged" });
});

test("uses are counted in words, and codes of vouchers and the market have theirs, in both languages", () => {
  const codes = [
    "at_least_out_of_range",
    "issue_too_large",
    "request_mismatch",
    "request_expired",
    "too_many_vouchers",
    "unknown_voucher",
    "voucher_over",
    "voucher_exceeded",
    "voucher_used",
    "not_returnable",
    "policy_forbids_trade",
    "offer_out_of_bounds",
    "too_many_offers",
    "unknown_offer",
    "offer_over",
    "offer_suspended",
    "take_too_small",
    "take_exceeds_offer",
    "above_max_pay",
  ];
  const told = (["sv", "en"] as const).map((one) => {
    language.value = one;
    assert.deepEqual(codes.filter((code) => codeWords.value[code] === undefined), []);
    return [voucherWords.value.left("1"), voucherWords.value.left("2"), voucherWords.value.use.action("1")];
  });
  assert.deepEqual(told, [
    ["1 gång kvar", "2 gånger kvar", "Använd en gång nu"],
    ["1 use left", "2 uses left", "Use it once now"],
  ]);
});
