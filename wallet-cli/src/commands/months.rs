//! The months with which an account's points expired: its lots once more, by the rules of the protocol, from its
//! transactions and the expiries of its issues.

use std::collections::BTreeMap;

use lojal_types::api::{self, TransactionStatus};
use lojal_types::{AddressText, BrandId, Expiry, Month, Operation, Points, Reference, TimeMs};

use super::unsent::{Taken, happened, with_taken};

/// The expiries of the points of issues, as far as they are known.
pub(super) type Expiries = BTreeMap<(BrandId, Reference), Expiry>;

/// Points that expired as their hold ended, since their month was over by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Late {
    /// The reference of the hold.
    pub(super) reference: Reference,
    /// The end of the hold, by itself or with a transaction.
    pub(super) time_ms: TimeMs,
    /// The points that expired.
    pub(super) amount: Points,
}

/// The points of a brand that expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gone {
    /// At the ends of months.
    pub(super) by_month: BTreeMap<Month, Points>,
    /// At the ends of holds.
    pub(super) late: Vec<Late>,
}

/// Points by expiry.
type Lots = BTreeMap<Expiry, Points>;

/// The references of the issues from which all points of a brand in an account came. None if some came in another way:
/// of points that were sent, converted or refunded no transaction says with which month they expire.
pub(super) fn issues_of(all: &[TransactionStatus], account: AddressText, brand: BrandId) -> Option<Vec<Reference>> {
    let mut references = Vec::new();
    for (_, operation) in happened(all) {
        match operation {
            Operation::Issue(one) if one.to == account && one.brand == brand => references.push(one.reference.clone()),
            Operation::Transfer(one) if one.to == account && one.brand == brand => return None,
            Operation::Convert(one) if one.account == account && one.to == brand => return None,
            Operation::Refund(one) if one.to == account && one.brand == brand => return None,
            _ => {}
        }
    }
    Some(references)
}

/// The numbers of an account's points of a brand that expired, by month and hold. None unless all of `all`, its
/// transactions, say how they moved its lots, and the lots that are left are those of `account`.
pub(super) fn expired_by_month(
    (all, taken, expiries): (&[TransactionStatus], &Taken, &Expiries),
    account: &api::Account,
    brand: BrandId,
    now: TimeMs,
) -> Option<Gone> {
    let (lots, holds, late) = (Lots::new(), Vec::new(), Vec::new());
    let mut replay = Replay { account: account.address, brand, expiries, lots, holds, late };
    for status in all.iter().rev() {
        for (time, operation) in happened(std::slice::from_ref(status)) {
            replay.end_holds(time);
            replay.apply(time, &with_taken(operation, taken))?;
        }
    }
    replay.end_holds(now);
    let is_live = |expiry: &Expiry| expiry.is_live_in(now.month());
    let left: Lots =
        replay.lots.iter().filter(|(expiry, _)| is_live(expiry)).map(|(of, points)| (*of, *points)).collect();
    if there(account, brand)? != left {
        return None;
    }
    let dead = replay.lots.iter().filter_map(|(expiry, amount)| match expiry {
        Expiry::Month(month) if !is_live(expiry) => Some((*month, *amount)),
        _ => None,
    });
    Some(Gone { by_month: dead.collect(), late: replay.late })
}

/// The points of a brand that an account has by their expiry, those that wait among them.
fn there(account: &api::Account, brand: BrandId) -> Option<Lots> {
    let mut there = Lots::new();
    for balance in account.balances.iter().filter(|balance| balance.brand == brand) {
        let free = balance.lots.iter().map(|lot| (lot.expiry, lot.amount));
        for (expiry, amount) in free.chain(balance.pending.iter().map(|lot| (lot.expiry, lot.amount))) {
            let before = there.entry(expiry).or_insert(Points::ZERO);
            *before = before.checked_add(amount)?;
        }
    }
    Some(there)
}

/// Points that are set aside.
struct OpenHold {
    reference: Reference,
    end: TimeMs,
    lots: Lots,
}

/// The lots of a brand in an account, those that have expired among them, as its transactions move them.
struct Replay<'a> {
    account: AddressText,
    brand: BrandId,
    expiries: &'a Expiries,
    lots: Lots,
    holds: Vec<OpenHold>,
    late: Vec<Late>,
}

impl Replay<'_> {
    /// "From the first block that isn't earlier than that minute its lots are the account's again" (protocol, Holds).
    fn end_holds(&mut self, time: TimeMs) {
        let (ended, open) = std::mem::take(&mut self.holds).into_iter().partition(|hold| hold.end <= time);
        self.holds = open;
        let ended: Vec<OpenHold> = ended;
        ended.into_iter().for_each(|hold| self.give_back(&hold.reference, hold.lots, hold.end));
    }
    fn put(&mut self, lots: Lots) {
        for (expiry, amount) in lots {
            let before = self.lots.entry(expiry).or_insert(Points::ZERO);
            *before = Points::new(before.get().saturating_add(amount.get()));
        }
    }
    /// Ends a hold: the lots are the account's again, but for those whose month is over.
    fn give_back(&mut self, reference: &Reference, lots: Lots, time_ms: TimeMs) {
        let (live, dead): (Lots, Lots) = lots.into_iter().partition(|(expiry, _)| expiry.is_live_in(time_ms.month()));
        self.put(live);
        let amount = dead.values().fold(0, |sum: u64, amount| sum.saturating_add(amount.get()));
        if amount > 0 {
            self.late.push(Late { reference: reference.clone(), time_ms, amount: Points::new(amount) });
        }
    }
    /// Moves what the operation moves; none if it doesn't say of which lots, or there is too little in them.
    fn apply(&mut self, time: TimeMs, operation: &Operation<AddressText>) -> Option<()> {
        let own = |account: AddressText, brand: BrandId| account == self.account && brand == self.brand;
        match operation {
            Operation::Issue(one) if own(one.to, one.brand) => {
                let expiry = *self.expiries.get(&(one.brand, one.reference.clone()))?;
                self.put(Lots::from([(expiry, one.amount)]));
            }
            Operation::Transfer(one) if own(one.to, one.brand) => return None,
            Operation::Convert(one) if own(one.account, one.to) => return None,
            Operation::Refund(one) if own(one.to, one.brand) => return None,
            Operation::Claim(one) if own(one.account, one.brand) => drop(self.take(one.price_max, time)?),
            Operation::Redeem(one) if own(one.from, one.brand) => drop(self.take(one.amount, time)?),
            Operation::Transfer(one) if own(one.from, one.brand) => drop(self.take(one.amount, time)?),
            Operation::Convert(one) if own(one.account, one.from) => drop(self.take(one.burned, time)?),
            Operation::Reverse(one) if own(one.from, one.brand) => {
                let expiry = *self.expiries.get(&(one.brand, one.issue_reference.clone()))?;
                let lot = self.lots.get_mut(&expiry).filter(|_| one.at_least == one.amount)?;
                *lot = lot.checked_sub(one.amount)?;
                self.lots.retain(|_, amount| !amount.is_zero());
            }
            Operation::Hold(one) if own(one.from, one.brand) => {
                let (reference, end) = (one.request.reference.clone(), one.expires_ms.to_whole_minute()?);
                let lots = self.take(one.amount, time)?;
                self.holds.push(OpenHold { reference, end, lots });
            }
            Operation::Capture(one) if own(one.from, one.brand) => {
                let mut held = self.close(&one.hold_reference)?;
                // "A lot whose month ends while it is held is honoured when it is captured" (protocol, Holds).
                take(&mut held, one.amount, |_| true)?;
                self.give_back(&one.hold_reference, held, time);
            }
            Operation::Release(one) if own(one.from, one.brand) => {
                // One that has ended is the account's again already.
                if let Some(held) = self.close(&one.hold_reference) {
                    self.give_back(&one.hold_reference, held, time);
                }
            }
            _ => {}
        }
        Some(())
    }
    fn take(&mut self, amount: Points, time: TimeMs) -> Option<Lots> {
        take(&mut self.lots, amount, |expiry| expiry.is_live_in(time.month()))
    }
    fn close(&mut self, reference: &Reference) -> Option<Lots> {
        let at = self.holds.iter().position(|hold| hold.reference == *reference)?;
        Some(self.holds.swap_remove(at).lots)
    }
}

/// Takes points of the earliest lots that suit; none if there are too few.
fn take(lots: &mut Lots, amount: Points, suits: impl Fn(Expiry) -> bool) -> Option<Lots> {
    let (mut missing, mut taken) = (amount, Lots::new());
    for (expiry, lot) in lots.iter_mut().filter(|(expiry, _)| suits(**expiry)) {
        let part = missing.min(*lot);
        (missing, *lot) = (missing.checked_sub(part)?, lot.checked_sub(part)?);
        if !part.is_zero() {
            taken.insert(*expiry, part);
        }
    }
    lots.retain(|_, amount| !amount.is_zero());
    missing.is_zero().then_some(taken)
}

#[cfg(test)]
mod tests {
    use lojal_types::api::TransactionState;
    use lojal_types::{
        AnsweredRequest, Bounded, Capture, ChainTag, Convert, Day, Height, Hold, Issue, KeyPair, Lot, NetworkKind,
        Outcome, Redeem, Release, Reverse, Salt, Signature, SignedTransaction, Transaction, TransactionId, Transfer,
    };

    use super::*;

    fn own() -> AddressText {
        KeyPair::from_seed(&[1; 32]).address().to_text(NetworkKind::Test)
    }
    fn other() -> AddressText {
        KeyPair::from_seed(&[2; 32]).address().to_text(NetworkKind::Test)
    }
    fn brand() -> BrandId {
        "kaffet".parse().expect("valid")
    }
    fn reference(byte: u8) -> Reference {
        Reference::new(vec![byte]).expect("one byte")
    }
    fn month(text: &str) -> Month {
        text.parse().expect("a month")
    }
    /// Some whole minute after the tenth of a month, counted in the months of an average year.
    fn within(text: &str) -> TimeMs {
        TimeMs::new(u64::from(month(text).get()) * 2_629_800_000 + 10 * 86_400_000).expect("in range")
    }

    fn at(time: &str, operations: Vec<Operation<AddressText>>) -> TransactionStatus {
        let time_ms = within(time);
        assert_eq!(time_ms.month(), month(time));
        let operations = Bounded::new(operations).expect("a few");
        let (chain, sender) = (ChainTag::new([0; 4]), own());
        let transaction = Transaction { chain, sender, valid_until_ms: time_ms, nonce: 0, operations };
        let public_key = KeyPair::from_seed(&[1; 32]).public_key();
        let signed = SignedTransaction { transaction, public_key, signature: Signature::new([0; 64]) };
        let receipt = Outcome::Applied;
        let state = TransactionState::Committed { height: Height::new(1), index: 0, time_ms, receipt };
        TransactionStatus { id: TransactionId::new([0; 32]), state, transaction: Some(signed), activity: None }
    }
    fn issue(number: u8, amount: u64) -> Operation<AddressText> {
        let (to, amount, dated) = (own(), Points::new(amount), Day::default());
        Operation::Issue(Issue { brand: brand(), to, amount, reference: reference(number), dated, expiry: None })
    }
    fn redeem(amount: u64) -> Operation<AddressText> {
        Operation::Redeem(Redeem { brand: brand(), from: own(), amount: Points::new(amount), request: None })
    }
    fn hold(number: u8, amount: u64, until: &str) -> Operation<AddressText> {
        let (brand, from, amount, expires_ms) = (brand(), own(), Points::new(amount), within(until));
        let (reference, dated, salt) = (reference(number), Day::default(), Salt::new([0; 16]));
        let request = AnsweredRequest { reference, dated, until_ms: expires_ms, for_household: false, salt };
        Operation::Hold(Hold { brand, from, amount, expires_ms, request })
    }
    fn capture(number: u8, amount: u64) -> Operation<AddressText> {
        let (hold_reference, reference) = (reference(number), reference(100 + number));
        let (brand, from, amount) = (brand(), own(), Points::new(amount));
        let (hold_dated, dated) = (Day::default(), Day::default());
        Operation::Capture(Capture { brand, from, hold_reference, hold_dated, amount, reference, dated })
    }

    /// The points that expired until a month: the issues 1, 2 and 3 are good through January, February and March 2026.
    fn found(operations: &[TransactionStatus], now: &str, left: &[(&str, u64)]) -> Option<Gone> {
        let issues = [(1, "2026-01"), (2, "2026-02"), (3, "2026-03")];
        let expiries = issues.map(|(number, until)| ((brand(), reference(number)), Expiry::Month(month(until))));
        let all: Vec<TransactionStatus> = operations.iter().rev().cloned().collect();
        let lot =
            |(until, amount): &(&str, u64)| Lot { expiry: Expiry::Month(month(until)), amount: Points::new(*amount) };
        let lots: Vec<Lot> = left.iter().map(lot).collect();
        let balances = vec![api::Balance { brand: brand(), total: Points::ZERO, lots, pending: Vec::new() }];
        let account = serde_json::json!({
            "address": own(), "exists": true, "rotated_key": null, "balances": balances, "height": 5,
        });
        let account = serde_json::from_value(account).expect("an account");
        expired_by_month((&all, &Taken::new(), &Expiries::from(expiries)), &account, brand(), within(now))
    }
    /// Points that expired by month, and by the number and the end of a hold.
    fn gone(months: &[(&str, u64)], holds: &[(u8, &str, u64)]) -> Option<Gone> {
        let by_month = months.iter().map(|(text, amount)| (month(text), Points::new(*amount))).collect();
        let late = holds.iter().map(|(number, time, amount)| {
            let (reference, time_ms) = (reference(*number), within(time));
            Late { reference, time_ms, amount: Points::new(*amount) }
        });
        Some(Gone { by_month, late: late.collect() })
    }
    fn months(months: &[(&str, u64)]) -> Option<Gone> {
        gone(months, &[])
    }

    #[test]
    fn what_was_not_spent_in_time_expired_with_its_month() {
        let all =
            [at("2025-12", vec![issue(2, 20), issue(1, 10), redeem(4)]), at("2026-02", vec![issue(3, 5), redeem(7)])];
        assert_eq!(found(&all, "2026-02", &[("2026-02", 13), ("2026-03", 5)]), months(&[("2026-01", 6)]));
        assert_eq!(found(&all, "2026-03", &[("2026-03", 5)]), months(&[("2026-01", 6), ("2026-02", 13)]));
        assert_eq!(found(&all, "2026-03", &[("2026-03", 4)]), None, "the account has other lots");
    }

    #[test]
    fn what_is_held_expires_when_it_comes_back_and_is_honoured_when_it_is_captured() {
        let start = at("2025-12", vec![issue(1, 30), issue(2, 30)]);
        let held = at("2026-01", vec![hold(7, 20, "2026-03"), hold(8, 20, "2026-03")]);
        let all = [start, held, at("2026-02", vec![capture(7, 15)])];
        // Of the first hold 5 come back at once; of the second, 10 of each month when it ends.
        assert_eq!(found(&all, "2026-02", &[("2026-02", 20)]), gone(&[], &[(7, "2026-02", 5)]));
        let ends = [(7, "2026-02", 5), (8, "2026-03", 20)];
        assert_eq!(found(&all, "2026-03", &[]), gone(&[("2026-02", 20)], &ends));
        let (brand, from, hold_reference, hold_dated) = (brand(), own(), reference(8), Day::default());
        let release = Release { brand, from, hold_reference, hold_dated };
        let all = [&all[..], &[at("2026-02", vec![Operation::Release(release)])]].concat();
        assert_eq!(found(&all, "2026-02", &[("2026-02", 30)]), gone(&[], &[(7, "2026-02", 5), (8, "2026-02", 10)]));
    }

    #[test]
    fn a_reversal_takes_points_of_its_issue_and_a_conversion_the_earliest() {
        let (amount, issue_reference) = (Points::new(6), reference(2));
        let (brand, from, reference) = (brand(), own(), reference(9));
        let (at_least, issue_dated, dated) = (amount, Day::default(), Day::default());
        let reverse = Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated };
        let to = "nordmat".parse().expect("valid");
        let (account, burned, received) = (own(), Points::new(4), Points::new(1));
        let convert = Convert { account, from: brand, to, burned, received };
        let operations = vec![issue(1, 10), issue(2, 10), Operation::Reverse(reverse), Operation::Convert(convert)];
        let all = [at("2025-12", operations)];
        assert_eq!(found(&all, "2026-03", &[]), months(&[("2026-01", 6), ("2026-02", 4)]));
        assert_eq!(issues_of(&all, own(), brand).map(|issues| issues.len()), Some(2));
        assert_eq!(issues_of(&all, own(), to), None, "what came with a conversion has months of its own");
    }

    #[test]
    fn nothing_is_said_of_points_whose_months_nobody_knows() {
        let got = Transfer { brand: brand(), from: other(), to: own(), amount: Points::new(5) };
        let all = [at("2025-12", vec![issue(1, 10), Operation::Transfer(got)])];
        assert_eq!(found(&all, "2026-03", &[]), None);
        assert_eq!(issues_of(&all, own(), brand()), None);
        assert_eq!(found(&[at("2025-12", vec![issue(4, 10)])], "2026-03", &[]), None, "an issue that nobody knows");
        assert_eq!(found(&[at("2025-12", vec![issue(1, 10), redeem(11)])], "2026-03", &[]), None, "too few points");
    }
}
