//! A till's request, and the reference that commits to it.

use lojal_types::limits::{POINTS_MAX, TIME_MS_MAX};
use lojal_types::{
    AddressText, BrandId, CampaignId, ChainId, Day, Points, Reference, Request, RequestKind, Salt, TimeMs,
    VoucherRequest,
};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{START_MS, address, chain_id, household, named, parse, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    chain_id: ChainId,
    brand: BrandId,
    amount: Points,
    /// The end of the hold; null if points are to be redeemed at once.
    hold_until_ms: Option<TimeMs>,
    dated: Day,
    until_ms: TimeMs,
    household: Option<AddressText>,
    salt: Salt,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    borsh: String,
    reference: Reference,
}

fn build(input: &Input) -> Output {
    let Input { brand, amount, dated, until_ms, salt, .. } = *input;
    let kind = input.hold_until_ms.map_or(RequestKind::Redeem, |expires_ms| RequestKind::Hold { expires_ms });
    let household = input.household.map(address);
    let request = Request { brand, amount, kind, dated, until_ms, household, salt };
    Output { borsh: canonical_hex(&request), reference: request.reference(&input.chain_id) }
}

fn of_60_points() -> Input {
    Input {
        chain_id: chain_id(),
        brand: parse("nordmat"),
        amount: Points::new(60),
        hold_until_ms: None,
        dated: parse("2026-11-15"),
        until_ms: time(START_MS + 600_000),
        household: None,
        salt: Salt::new([0x99; 16]),
    }
}

#[test]
fn requests_have_their_bytes_and_references() {
    let largest = Input {
        brand: parse("abcdefghijk-123"),
        amount: Points::new(POINTS_MAX),
        hold_until_ms: Some(time(TIME_MS_MAX)),
        dated: parse("6999-12-31"),
        until_ms: time(TIME_MS_MAX),
        household: Some(household()),
        salt: Salt::new([0xff; 16]),
        ..of_60_points()
    };
    let samples = vec![
        named("points to be redeemed", of_60_points()),
        named("points to be held", Input { hold_until_ms: Some(time(START_MS + 7_200_000)), ..of_60_points() }),
        named("points of a household", Input { household: Some(household()), ..of_60_points() }),
        named("the same of the next day", Input { dated: parse("2026-11-16"), ..of_60_points() }),
        named("the same with other random bytes", Input { salt: Salt::new([0x9a; 16]), ..of_60_points() }),
        named("the same on another network", Input { chain_id: ChainId::new([0x99; 32]), ..of_60_points() }),
        named("as much as can be", largest),
    ];
    let about = "What a till asks for, and SHA-256(lojal/request/v1 | chain id | borsh), the reference of the answer";
    check("requests.json", about, samples, build);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VoucherInput {
    chain_id: ChainId,
    brand: BrandId,
    campaign: CampaignId,
    quantity: u16,
    dated: Day,
    until_ms: TimeMs,
    household: Option<AddressText>,
    salt: Salt,
}

fn build_for_voucher(input: &VoucherInput) -> Output {
    let VoucherInput { brand, campaign, quantity, dated, until_ms, salt, .. } = *input;
    let household = input.household.map(address);
    let request = VoucherRequest { brand, campaign, quantity, dated, until_ms, household, salt };
    Output { borsh: canonical_hex(&request), reference: request.reference(&input.chain_id) }
}

#[test]
fn requests_for_vouchers_have_their_bytes_and_references() {
    let one = || VoucherInput {
        chain_id: chain_id(),
        brand: parse("nordmat"),
        campaign: CampaignId::new(4),
        quantity: 1,
        dated: parse("2026-11-15"),
        until_ms: time(START_MS + 600_000),
        household: None,
        salt: Salt::new([0x99; 16]),
    };
    let samples = vec![
        named("a coffee", one()),
        named("as many as can be", VoucherInput { quantity: u16::MAX, ..one() }),
        named("of a household", VoucherInput { household: Some(household()), ..one() }),
        named("of another campaign", VoucherInput { campaign: CampaignId::new(u32::MAX), ..one() }),
        named("the same on another network", VoucherInput { chain_id: ChainId::new([0x99; 32]), ..one() }),
    ];
    let about = "What a till asks for, and SHA-256(lojal/voucher-request/v1 | chain id | borsh), the reference of the \
                 answer";
    check("voucher-requests.json", about, samples, build_for_voucher);
}
