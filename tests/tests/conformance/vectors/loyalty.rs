//! A chain of version 2: a track and campaigns begin, members are stamped, reach levels, are given something and take
//! something, donate, pay, a purchase is returned.

use lojal_types::{ChainId, Code, Outcome, Payment, Reference, VoucherId, claim_reference, voucher_id};

use super::chain::{Input, TransactionInput, block, chain_id_of, referring, transaction, unsigned};
use super::compose::*;
use super::genesis::{Lines, whole_economy};
use super::samples::{START_MS, account, time};

const TILL: u8 = 11;
const GROCER: u8 = 13;
const CAFE: u8 = 14;
const ANNA: u8 = 21;
const BO: u8 = 22;
const CLEO: u8 = 23;
const DORA: u8 = 24;

/// Two blocks in November, and one in December.
const NOVEMBER_MS: u64 = START_MS + 1000;
const STAMPED_MS: u64 = START_MS + 2000;
const DECEMBER_MS: u64 = START_MS + 16_000;

/// A sender, its operations, and what must become of them.
type Step = (u8, Vec<Written>, Outcome);

fn applied(sender: u8, operations: Vec<Written>) -> Step {
    (sender, operations, Outcome::Applied)
}

fn fails(sender: u8, operation: Written, code: Code) -> Step {
    (sender, vec![operation], Outcome::Failed { operation: 0, code })
}

/// The document of the whole economy, with version 2 from the first block on and a till that takes back and grants.
fn document() -> Lines {
    let changed = |line: String| match line.as_str() {
        "version = 1" => "version = 2".to_owned(),
        "roles = [\"issue\", \"capture\"]" => "roles = [\"issue\", \"capture\", \"reverse\", \"grant\"]".to_owned(),
        _ => line,
    };
    whole_economy().into_iter().map(changed).collect()
}

/// Three coffees and a meal for somebody else: the first transaction of the second block.
fn purchase() -> Vec<Written> {
    vec![claim(4, account(ANNA), (3, 120), None), claim(5, account(ANNA), (1, 40), None)]
}

/// The voucher of the coffees, and the reference of what was paid for them.
fn bought(chain: &ChainId) -> (VoucherId, Reference) {
    let id = unsigned(&transaction(ANNA, ANNA, STAMPED_MS, 201, purchase()), chain).id(chain);
    (voucher_id(chain, &id, 0), claim_reference(chain, &id, 0))
}

fn story() -> Vec<(u64, Vec<Step>)> {
    let (anna, bo, dora) = (account(ANNA), account(BO), account(DORA));
    let sale = vec![issue("nordmat", anna, 500, "receipt 1"), stamp(anna, 500, None, "receipt 1")];
    let others = [(BO, "receipt 4"), (CLEO, "receipt 5")].map(|(member, receipt)| {
        vec![issue("nordmat", account(member), 70, receipt), stamp(account(member), 70, None, receipt)]
    });
    let november = vec![
        fails(TILL, track(), Code::RoleMissing),
        applied(GROCER, vec![track()]),
        fails(GROCER, harder_track(), Code::TrackPromised),
        fails(TILL, set_campaign(1, sponsored()), Code::RoleMissing),
        applied(GROCER, vec![set_campaign(1, sponsored()), set_campaign(2, club()), set_campaign(3, welcome())]),
        applied(GROCER, vec![set_campaign(4, coffees()), set_campaign(5, meals())]),
        fails(TILL, grant(1, anna, 150, "gift 1"), Code::SponsorNotAccepted),
        applied(TILL, sale),
        fails(TILL, set_pending_days(1), Code::RoleMissing),
        fails(GROCER, set_pending_days(91), Code::PolicyOutOfBounds),
        applied(GROCER, vec![set_pending_days(1)]),
    ];
    let chain = chain_id_of(&document());
    let (coffee, paid_for) = bought(&chain);
    let uses = |voucher| use_voucher(&chain, (anna, false), (4, voucher, 1));
    let stamped = vec![
        applied(ANNA, purchase()),
        fails(ANNA, uses(VoucherId::new([7; 16])), Code::UnknownVoucher),
        applied(ANNA, vec![uses(coffee)]),
        applied(ANNA, vec![redeem("nordmat", anna, 60, Some("request 1"))]),
        fails(TILL, stamp(anna, 10_001, None, "receipt 2"), Code::StampTooLarge),
        applied(TILL, vec![stamp(anna, 1_500, None, "receipt 2")]),
        applied(ANNA, vec![set_consent(9)]),
        applied(TILL, others.concat()),
        fails(BO, redeem("nordmat", bo, 1, None), Code::InsufficientPoints),
        applied(TILL, vec![reverse("nordmat", bo, (20, 20), "receipt 4", "return 5")]),
        applied(CAFE, vec![accept_sponsorship(&chain_id_of(&document()), 1, &sponsored())]),
        fails(TILL, grant(1, anna, 201, "gift 1"), Code::GrantOutOfRange),
        applied(TILL, vec![grant(1, anna, 150, "gift 1")]),
        fails(ANNA, claim(2, anna, (2, 79), None), Code::PriceAboveMax),
        applied(ANNA, vec![claim(2, anna, (2, 80), None)]),
    ];
    let payment = || (reference("request 1"), today());
    let coffees_paid = || (paid_for.clone(), time(STAMPED_MS).day());
    let december = vec![
        fails(BO, redeem("nordmat", bo, 51, None), Code::InsufficientPoints),
        applied(BO, vec![redeem("nordmat", bo, 50, None)]),
        fails(ANNA, refund((Payment::Redeem, anna), payment(), 60, "refund 1"), Code::NotOperator),
        applied(TILL, vec![refund((Payment::Redeem, anna), payment(), 25, "refund 1")]),
        fails(TILL, refund((Payment::Redeem, anna), payment(), 36, "refund 2"), Code::RefundExceedsPayment),
        fails(ANNA, refund((Payment::Claim, anna), coffees_paid(), 120, "refund 3"), Code::VoucherUsed),
        applied(ANNA, vec![refund((Payment::Claim, anna), coffees_paid(), 40, "refund 3")]),
        applied(TILL, vec![stamp(anna, 70, None, "receipt 3")]),
        fails(TILL, take_back(account(TILL), 1_500, "receipt 2", "return 1"), Code::AwardToOther),
        applied(TILL, vec![take_back(anna, 1_500, "receipt 2", "return 1")]),
        fails(TILL, take_back(anna, 1, "receipt 2", "return 2"), Code::TakeBackExceeds),
        applied(TILL, vec![reverse("nordmat", anna, (50, 50), "gift 1", "return 3")]),
        applied(TILL, vec![issue("nordmat", dora, 70, "receipt 6"), stamp(dora, 70, None, "receipt 6")]),
        fails(DORA, claim(3, dora, (1, 0), Some(dora)), Code::ReferrerRelated),
        applied(DORA, vec![claim(3, dora, (1, 0), Some(anna))]),
        fails(DORA, claim(3, dora, (1, 0), None), Code::MemberMaxReached),
    ];
    vec![(NOVEMBER_MS, november), (STAMPED_MS, stamped), (DECEMBER_MS, december)]
}

fn written(number: u64, at_ms: u64, steps: &[Step]) -> Vec<TransactionInput> {
    let write = |(index, (sender, operations, _)): (u64, &Step)| {
        transaction(*sender, *sender, at_ms, number * 100 + index, operations.clone())
    };
    (1..).zip(steps).map(write).collect()
}

/// The chain as an input of a vector.
pub(super) fn loyalty() -> Input {
    let make = |(number, (at_ms, steps)): (u64, (u64, Vec<Step>))| {
        let proposer = u8::try_from((number - 1) % 4 + 1).expect("one of four validators");
        block(at_ms, proposer, written(number, at_ms, &steps))
    };
    referring(Input { genesis: document(), blocks: (1..).zip(story()).map(make).collect() })
}

/// The outcomes that the transactions must have.
pub(super) fn loyalty_outcomes() -> Vec<Outcome> {
    story().into_iter().flat_map(|(_, steps)| steps).map(|(_, _, outcome)| outcome).collect()
}
