//! A chain of version 2 with a market: members offer points, take a part, several parts at once and what is left,
//! withdraw, freeze, and let the month of what they offer end.

use lojal_types::{Code, Expiry, Offer, OfferId, Operation, Outcome, Points};

use super::chain::{Input, TransactionInput, block, offer_of, transaction};
use super::compose::*;
use super::genesis::{Lines, whole_economy};
use super::samples::{START_MS, account, parse, time};

const TILL: u8 = 11;
const CAFE: u8 = 14;
const ANNA: u8 = 21;
const BO: u8 = 22;
const CLEO: u8 = 23;

/// Three blocks in November, and two in December.
const TIMES_MS: [u64; 5] = [START_MS + 1000, START_MS + 2000, START_MS + 3000, START_MS + 16_000, START_MS + 76_000];

/// A transaction, and what must become of it.
type Step = (TransactionInput, Outcome);

/// The document of the whole economy, with version 2 from the first block on and points of both brands traded.
fn document() -> Lines {
    let changed = |line: String| match line.as_str() {
        "version = 1" => vec!["version = 2".to_owned()],
        "transfer_daily_max = 100" => vec!["transfer_daily_max = 100".to_owned(), "tradeable = true".to_owned()],
        _ => vec![line],
    };
    whole_economy().into_iter().flat_map(changed).collect()
}

/// The time of a block, and the steps in it.
struct Told {
    at_ms: u64,
    steps: Vec<Step>,
}

impl Told {
    fn tell(&mut self, sender: u8, operations: Vec<Written>, outcome: Outcome) -> TransactionInput {
        let nonce = self.at_ms * 100 + u64::try_from(self.steps.len()).expect("few");
        let input = transaction(sender, sender, self.at_ms, nonce, operations);
        self.steps.push((input.clone(), outcome));
        input
    }
    fn applies(&mut self, sender: u8, operations: Vec<Written>) -> TransactionInput {
        self.tell(sender, operations, Outcome::Applied)
    }
    fn fails(&mut self, sender: u8, operation: Written, code: Code) {
        self.tell(sender, vec![operation], Outcome::Failed { operation: 0, code });
    }
    /// Makes an offer; answers with its name.
    fn offers(&mut self, sender: u8, amounts: (u64, &str), price: (u32, u32), until_ms: u64) -> OfferId {
        let offer = offer(account(sender), amounts, price, time(until_ms));
        let wanted = Offer { wants_until: Expiry::Never, min_take: Points::new(20), ..offer };
        let input = self.applies(sender, vec![Operation::Offer(wanted)]);
        offer_of(&document(), &input)
    }
}

fn story() -> Vec<Vec<Step>> {
    let [mut given, mut offered, mut traded, mut december, mut later] =
        TIMES_MS.map(|at_ms| Told { at_ms, steps: Vec::new() });
    let (anna, bo, cleo) = (account(ANNA), account(BO), account(CLEO));
    given.applies(TILL, vec![issue("nordmat", anna, 500, "receipt 1")]);
    given.applies(TILL, vec![issue_until("2026-11", "nordmat", cleo, 60, "receipt 2")]);
    given.applies(CAFE, vec![issue("kaffet", bo, 200, "receipt 3"), issue("kaffet", cleo, 50, "receipt 4")]);
    let day_ms = 86_400_000;
    let first = offered.offers(ANNA, (100, "2027-11"), (1, 3), START_MS + day_ms);
    let second = offered.offers(ANNA, (80, "2027-11"), (1, 2), START_MS + 60_000);
    let third = offered.offers(CLEO, (60, "2026-11"), (1, 10), START_MS + day_ms);
    let unknown = parse("00112233445566778899aabbccddeeff");
    traded.applies(BO, vec![take(anna, first, bo, (40, 14))]);
    traded.fails(BO, take(anna, first, bo, (19, 9)), Code::TakeTooSmall);
    traded.fails(BO, take(anna, first, bo, (61, 99)), Code::TakeExceedsOffer);
    traded.fails(BO, take(anna, second, bo, (20, 9)), Code::AboveMaxPay);
    traded.fails(BO, take(anna, unknown, bo, (20, 10)), Code::UnknownOffer);
    traded.applies(BO, vec![take(anna, first, bo, (20, 7)), take(anna, second, bo, (20, 10))]);
    traded.fails(CLEO, withdraw_offer(anna, second), Code::NotOwner);
    december.fails(BO, take(cleo, third, bo, (60, 6)), Code::UnknownOffer);
    december.fails(BO, take_of("2026-11", cleo, third, bo, (60, 6)), Code::OfferOver);
    december.applies(ANNA, vec![Operation::Freeze(lojal_types::Freeze {})]);
    december.fails(CLEO, take(anna, first, cleo, (40, 14)), Code::OfferSuspended);
    december.applies(CLEO, vec![withdraw_offer(cleo, third)]);
    let own = december.offers(BO, (20, "2027-11"), (1, 1), START_MS + day_ms);
    let rest = december.offers(BO, (30, "2027-11"), (1, 1), START_MS + day_ms);
    later.applies(BO, vec![withdraw_offer(bo, own)]);
    later.applies(CLEO, vec![take(bo, rest, cleo, (30, 30))]);
    later.offers(BO, (20, "2027-11"), (2, 1), START_MS + day_ms);
    [given, offered, traded, december, later].map(|told| told.steps).into()
}

/// The chain as an input of a vector.
pub(super) fn market() -> Input {
    let blocks =
        story().into_iter().zip(TIMES_MS).zip([1, 2, 3, 4, 1]).map(|((steps, at_ms), proposer)| {
            block(at_ms, proposer, steps.into_iter().map(|(input, _)| input).collect())
        });
    Input { genesis: document(), blocks: blocks.collect() }
}

/// The outcomes that the transactions must have.
pub(super) fn market_outcomes() -> Vec<Outcome> {
    story().into_iter().flatten().map(|(_, outcome)| outcome).collect()
}
