//! The wishes of tills, and the operations that fulfil them.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::api::ReferenceKind;
use lojal_types::{
    Address, BrandId, CampaignId, Capture, Day, Grant, Issue, Month, Operation, Payment, Points, Reference, Refund,
    Release, Reverse, Stamp, TakeBack, TakenBackOf, TrackId,
};

use crate::keys::Role;

/// A kind of wish, which has references of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub(crate) enum Kind {
    /// A purchase is rewarded.
    Earn,
    /// A reward is taken back.
    Return,
    /// Points that are held are taken.
    Capture,
    /// Points that are held are let go of.
    Release,
    /// Something is counted for a member.
    Stamp,
    /// A count or a mark is taken back.
    TakeBack,
    /// A campaign gives something.
    Grant,
    /// Points that were paid are given back.
    Refund,
}

impl Kind {
    /// The role that it takes.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Earn | Self::Stamp => Role::Earn,
            Self::Return | Self::TakeBack | Self::Refund => Role::Return,
            Self::Capture | Self::Release => Role::Capture,
            Self::Grant => Role::Grant,
        }
    }
    /// The kind under which the ledger knows the reference. A release has none, and stands under its hold's.
    pub(crate) fn on_ledger(self) -> ReferenceKind {
        match self {
            Self::Earn => ReferenceKind::Issue,
            Self::Return => ReferenceKind::Reverse,
            Self::Capture => ReferenceKind::Capture,
            Self::Release => ReferenceKind::Hold,
            Self::Stamp => ReferenceKind::Stamp,
            Self::TakeBack => ReferenceKind::TakeBack,
            Self::Grant => ReferenceKind::Grant,
            Self::Refund => ReferenceKind::Refund,
        }
    }
    /// The name of the ledger's kind, or of the operation that has none.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            kind => kind.on_ledger().name(),
        }
    }
}

/// A thing that is counted on a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Count {
    pub(crate) track: TrackId,
    /// The number of units; 1 for a place.
    pub(crate) amount: u64,
    pub(crate) place: Option<u8>,
}

impl Count {
    fn operation(self, brand: BrandId, to: Address, reference: Reference, dated: Day) -> Operation {
        let Self { track, amount, place } = self;
        Operation::Stamp(Stamp { brand, track, to, amount, place, reference, dated })
    }
}

/// A thing that a campaign gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Gift {
    pub(crate) campaign: CampaignId,
    /// The points, or the number of units of anything else.
    pub(crate) amount: u64,
}

/// Units or days that are taken back of what was stamped or given under a reference, on a day.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Uncount {
    pub(crate) amount: u64,
    pub(crate) of: Reference,
    pub(crate) of_dated: Day,
}

impl Uncount {
    fn operation(
        self,
        of: TakenBackOf,
        (brand, from): (BrandId, Address),
        reference: Reference,
        dated: Day,
    ) -> Operation {
        let Self { amount, of: of_reference, of_dated } = self;
        Operation::TakeBack(TakeBack { brand, from, of, of_reference, of_dated, amount, reference, dated })
    }
}

/// A thing that a till wants done.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum Wish {
    /// Points for a purchase, which may expire earlier than the brand's policy says.
    Earn { to: Address, amount: Points, expiry: Option<Month> },
    /// Points back, for what was given under another reference.
    Return { from: Address, amount: Points, at_least: Points, of: Reference, of_dated: Day },
    /// Points that are held.
    Capture { from: Address, amount: Points, hold_dated: Day },
    /// No points that are held.
    Release { from: Address, hold_dated: Day },
    /// Something to be counted.
    Stamp { to: Address, count: Count },
    /// Something to be counted no more.
    TakeBack { from: Address, uncount: Uncount },
    /// Points for a purchase, and what is counted for it: both or neither.
    EarnAndStamp { to: Address, amount: Points, expiry: Option<Month>, count: Count },
    /// Both of them back.
    ReturnAndTakeBack {
        from: Address,
        amount: Points,
        at_least: Points,
        of: Reference,
        of_dated: Day,
        uncount: Uncount,
    },
    /// Something that a campaign gives.
    Grant { to: Address, gift: Gift },
    /// Days of a mark back.
    TakeMark { from: Address, uncount: Uncount },
    /// Points back that were paid.
    Refund { to: Address, of: Payment, of_reference: Reference, of_dated: Day, amount: Points },
}

impl Wish {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Earn { .. } | Self::EarnAndStamp { .. } => Kind::Earn,
            Self::Return { .. } | Self::ReturnAndTakeBack { .. } => Kind::Return,
            Self::Capture { .. } => Kind::Capture,
            Self::Release { .. } => Kind::Release,
            Self::Stamp { .. } => Kind::Stamp,
            Self::TakeBack { .. } | Self::TakeMark { .. } => Kind::TakeBack,
            Self::Grant { .. } => Kind::Grant,
            Self::Refund { .. } => Kind::Refund,
        }
    }
    /// The other kind of use of the reference after which this can't happen.
    pub(crate) fn beside(&self) -> Option<Kind> {
        match self {
            // What was let go of can't be taken any more.
            Self::Capture { .. } => Some(Kind::Release),
            Self::EarnAndStamp { .. } => Some(Kind::Stamp),
            Self::ReturnAndTakeBack { .. } => Some(Kind::TakeBack),
            // Points that are granted are an issue.
            Self::Grant { .. } => Some(Kind::Earn),
            _ => None,
        }
    }
    /// The account of the member.
    pub(crate) fn member(&self) -> Address {
        match self {
            Self::Earn { to: member, .. }
            | Self::Return { from: member, .. }
            | Self::Capture { from: member, .. }
            | Self::Release { from: member, .. }
            | Self::Stamp { to: member, .. }
            | Self::TakeBack { from: member, .. }
            | Self::EarnAndStamp { to: member, .. }
            | Self::ReturnAndTakeBack { from: member, .. }
            | Self::Grant { to: member, .. }
            | Self::TakeMark { from: member, .. }
            | Self::Refund { to: member, .. } => *member,
        }
    }
    /// The points that it is about, at most; none for a release, which moves those that are held, for stamps, and for
    /// what campaigns give, of which only the ledger knows whether it is points.
    pub(crate) fn amount(&self) -> Option<Points> {
        match self {
            Self::Earn { amount, .. }
            | Self::Return { amount, .. }
            | Self::Capture { amount, .. }
            | Self::EarnAndStamp { amount, .. }
            | Self::ReturnAndTakeBack { amount, .. }
            | Self::Refund { amount, .. } => Some(*amount),
            Self::Release { .. }
            | Self::Stamp { .. }
            | Self::TakeBack { .. }
            | Self::Grant { .. }
            | Self::TakeMark { .. } => None,
        }
    }
    /// The thing that it counts.
    pub(crate) fn count(&self) -> Option<Count> {
        match self {
            Self::Stamp { count, .. } | Self::EarnAndStamp { count, .. } => Some(*count),
            _ => None,
        }
    }
    /// The units of a stamp that it takes back.
    pub(crate) fn uncount(&self) -> Option<&Uncount> {
        match self {
            Self::TakeBack { uncount, .. } | Self::ReturnAndTakeBack { uncount, .. } => Some(uncount),
            _ => None,
        }
    }
    /// The operations that fulfil it, all of them in one transaction.
    pub(crate) fn operations(&self, brand: BrandId, reference: &Reference, dated: Day) -> Vec<Operation> {
        let reference = reference.clone();
        match self.clone() {
            Self::Earn { to, amount, expiry } => {
                vec![Operation::Issue(Issue { brand, to, amount, reference, dated, expiry })]
            }
            Self::Return { from, amount, at_least, of: issue_reference, of_dated: issue_dated } => {
                let reverse = Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated };
                vec![Operation::Reverse(reverse)]
            }
            // A hold is captured once, so its own reference is as good as any.
            Self::Capture { from, amount, hold_dated } => {
                let hold_reference = reference.clone();
                vec![Operation::Capture(Capture { brand, from, hold_reference, hold_dated, amount, reference, dated })]
            }
            Self::Release { from, hold_dated } => {
                vec![Operation::Release(Release { brand, from, hold_reference: reference, hold_dated })]
            }
            Self::Stamp { to, count } => vec![count.operation(brand, to, reference, dated)],
            Self::TakeBack { from, uncount } => {
                vec![uncount.operation(TakenBackOf::Stamp, (brand, from), reference, dated)]
            }
            Self::Refund { to, of, of_reference, of_dated, amount } => {
                let refund = Refund { brand, to, of, of_reference, of_dated, amount, reference, dated };
                vec![Operation::Refund(refund)]
            }
            Self::EarnAndStamp { to, amount, expiry, count } => {
                let issue = Issue { brand, to, amount, reference: reference.clone(), dated, expiry };
                vec![Operation::Issue(issue), count.operation(brand, to, reference, dated)]
            }
            Self::ReturnAndTakeBack { from, amount, at_least, of, of_dated, uncount } => {
                let back = Self::Return { from, amount, at_least, of, of_dated };
                let mut operations = back.operations(brand, &reference, dated);
                operations.push(uncount.operation(TakenBackOf::Stamp, (brand, from), reference, dated));
                operations
            }
            Self::Grant { to, gift: Gift { campaign, amount } } => {
                vec![Operation::Grant(Grant { brand, campaign, to, amount, reference, dated })]
            }
            Self::TakeMark { from, uncount } => {
                vec![uncount.operation(TakenBackOf::Mark, (brand, from), reference, dated)]
            }
        }
    }
    /// The day under which the operations of a transaction fulfil it; nothing if they do something else.
    pub(crate) fn fulfilled_by(&self, brand: BrandId, reference: &Reference, by: &[Operation]) -> Option<Day> {
        let mut days = by.iter().filter_map(|operation| match (self.kind(), operation) {
            (Kind::Earn, Operation::Issue(one)) => Some(one.dated),
            (Kind::Return, Operation::Reverse(one)) => Some(one.dated),
            (Kind::Capture, Operation::Capture(one)) => Some(one.dated),
            (Kind::Release, Operation::Release(one)) => Some(one.hold_dated),
            (Kind::Stamp, Operation::Stamp(one)) => Some(one.dated),
            (Kind::TakeBack, Operation::TakeBack(one)) => Some(one.dated),
            (Kind::Grant, Operation::Grant(one)) => Some(one.dated),
            (Kind::Refund, Operation::Refund(one)) => Some(one.dated),
            _ => None,
        });
        days.find(|day| self.operations(brand, reference, *day).iter().all(|operation| by.contains(operation)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_fulfilled_by_its_own_operation_under_any_day_and_by_no_other() {
        let (member, other) = (Address::new([1; 20]), Address::new([2; 20]));
        let brand: BrandId = "kaffet".parse().expect("valid");
        let reference = |byte| Reference::new(vec![byte; 32]).expect("32 bytes");
        let (amount, day) = (Points::new(5), Day::default().plus(9));
        let count = Count { track: TrackId::new(1), amount: 1, place: None };
        let uncount = |of| Uncount { amount: 1, of: reference(of), of_dated: day };
        let gift = Gift { campaign: CampaignId::new(1), amount: 1 };
        let refund = |of: Payment, byte: u8| {
            let of_reference = reference(byte);
            Wish::Refund { to: member, of, of_reference, of_dated: day, amount }
        };
        let wishes = [
            Wish::Earn { to: member, amount, expiry: None },
            Wish::Earn { to: other, amount, expiry: None },
            Wish::Earn { to: member, amount: Points::new(6), expiry: None },
            Wish::Earn { to: member, amount, expiry: Some(day.month()) },
            Wish::Return { from: member, amount, at_least: amount, of: reference(8), of_dated: day },
            Wish::Return { from: member, amount, at_least: amount, of: reference(9), of_dated: day },
            Wish::Capture { from: member, amount, hold_dated: day },
            Wish::Release { from: member, hold_dated: day },
            Wish::Stamp { to: member, count },
            Wish::Stamp { to: member, count: Count { place: Some(1), ..count } },
            Wish::TakeBack { from: member, uncount: uncount(8) },
            Wish::TakeBack { from: member, uncount: uncount(9) },
            Wish::TakeMark { from: member, uncount: uncount(9) },
            Wish::Grant { to: member, gift },
            Wish::Grant { to: member, gift: Gift { amount: 2, ..gift } },
            Wish::Grant { to: member, gift: Gift { campaign: CampaignId::new(2), ..gift } },
            refund(Payment::Redeem, 8),
            refund(Payment::Redeem, 9),
            refund(Payment::Capture, 8),
        ];
        for (at, wish) in wishes.iter().enumerate() {
            for (with, other) in wishes.iter().enumerate() {
                let operations = other.operations(brand, &reference(1), day);
                let fulfils = wish.fulfilled_by(brand, &reference(1), &operations);
                assert_eq!(fulfils, (at == with).then_some(day), "{wish:?} by {other:?}");
                assert_eq!(wish.fulfilled_by(brand, &reference(2), &operations), None, "another reference");
                assert_eq!(wish.fulfilled_by("nordmat".parse().expect("valid"), &reference(1), &operations), None);
            }
        }
    }

    #[test]
    fn a_purchase_with_a_stamp_is_fulfilled_by_both_together_and_by_neither_alone() {
        let (to, amount, day) = (Address::new([1; 20]), Points::new(5), Day::default().plus(9));
        let (brand, reference) = ("kaffet".parse().expect("valid"), Reference::new(vec![1; 32]).expect("32 bytes"));
        let count = Count { track: TrackId::new(1), amount: 40, place: None };
        let uncount = Uncount { amount: 40, of: reference.clone(), of_dated: day };
        let (of, of_dated) = (reference.clone(), day);
        let both = [
            Wish::EarnAndStamp { to, amount, expiry: None, count },
            Wish::ReturnAndTakeBack {
                from: to,
                amount,
                at_least: amount,
                of: of.clone(),
                of_dated,
                uncount: uncount.clone(),
            },
        ];
        let parts = [
            [Wish::Earn { to, amount, expiry: None }, Wish::Stamp { to, count }],
            [Wish::Return { from: to, amount, at_least: amount, of, of_dated }, Wish::TakeBack { from: to, uncount }],
        ];
        for (both, parts) in both.iter().zip(&parts) {
            let operations = both.operations(brand, &reference, day);
            assert_eq!(both.fulfilled_by(brand, &reference, &operations), Some(day));
            for part in parts {
                let alone = part.operations(brand, &reference, day);
                assert_eq!(both.fulfilled_by(brand, &reference, &alone), None, "{part:?}");
                assert_eq!(part.fulfilled_by(brand, &reference, &operations), Some(day), "it has happened, too");
            }
            assert_eq!((both.kind(), both.beside()), (parts[0].kind(), Some(parts[1].kind())));
        }
    }
}
