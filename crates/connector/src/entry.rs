//! The wishes of tills, and the payments that they have asked for, as they are kept.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::api::{Problem, ReferenceKind};
use lojal_types::{
    Address, BrandId, Capture, Day, Height, Issue, Month, Operation, Points, Reference, Release, Request, RequestKind,
    Reverse, SignedTransaction, TimeMs, TransactionId,
};

use crate::keys::Role;
use crate::limits::{HOLD_FOR_S, PAY_WITHIN_S};

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
}

impl Kind {
    /// The role that it takes.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Earn => Role::Earn,
            Self::Return => Role::Return,
            Self::Capture | Self::Release => Role::Capture,
        }
    }
    /// The kind under which the ledger knows the reference. A release has none, and stands under its hold's.
    pub(crate) fn on_ledger(self) -> ReferenceKind {
        match self {
            Self::Earn => ReferenceKind::Issue,
            Self::Return => ReferenceKind::Reverse,
            Self::Capture => ReferenceKind::Capture,
            Self::Release => ReferenceKind::Hold,
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

/// The identity of a wish: a reference is used once for each kind.
pub(crate) type Id = (Kind, Reference);

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
}

impl Wish {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Earn { .. } => Kind::Earn,
            Self::Return { .. } => Kind::Return,
            Self::Capture { .. } => Kind::Capture,
            Self::Release { .. } => Kind::Release,
        }
    }
    /// The account of the member.
    pub(crate) fn member(&self) -> Address {
        match self {
            Self::Earn { to: member, .. }
            | Self::Return { from: member, .. }
            | Self::Capture { from: member, .. }
            | Self::Release { from: member, .. } => *member,
        }
    }
    /// The points that it is about, at most; none for a release, which moves those that are held.
    pub(crate) fn amount(&self) -> Option<Points> {
        match self {
            Self::Earn { amount, .. } | Self::Return { amount, .. } | Self::Capture { amount, .. } => Some(*amount),
            Self::Release { .. } => None,
        }
    }
    /// The operation that fulfils it.
    pub(crate) fn operation(&self, brand: BrandId, reference: &Reference, dated: Day) -> Operation {
        let reference = reference.clone();
        match self.clone() {
            Self::Earn { to, amount, expiry } => {
                Operation::Issue(Issue { brand, to, amount, reference, dated, expiry })
            }
            Self::Return { from, amount, at_least, of: issue_reference, of_dated: issue_dated } => {
                let reverse = Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated };
                Operation::Reverse(reverse)
            }
            // A hold is captured once, so its own reference is as good as any.
            Self::Capture { from, amount, hold_dated } => {
                let hold_reference = reference.clone();
                Operation::Capture(Capture { brand, from, hold_reference, hold_dated, amount, reference, dated })
            }
            Self::Release { from, hold_dated } => {
                Operation::Release(Release { brand, from, hold_reference: reference, hold_dated })
            }
        }
    }
    /// The day under which an operation fulfils it; nothing if it does something else.
    pub(crate) fn fulfilled_by(&self, brand: BrandId, reference: &Reference, operation: &Operation) -> Option<Day> {
        let dated = match operation {
            Operation::Issue(one) => one.dated,
            Operation::Reverse(one) => one.dated,
            Operation::Capture(one) => one.dated,
            Operation::Release(one) => one.hold_dated,
            _ => return None,
        };
        (self.operation(brand, reference, dated) == *operation).then_some(dated)
    }
}

/// The state of a wish.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum State {
    /// It will be sent, or sent again, until its outcome is certain.
    Waiting,
    /// It is on the ledger, which is proven.
    Done(Done),
    /// It was refused, or is on the ledger without any effect.
    Failed(Failed),
}

/// The place where something was done.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Done {
    pub(crate) transaction: TransactionId,
    pub(crate) height: Height,
    pub(crate) time_ms: TimeMs,
    /// The points that a return took, as a gateway says, if it took fewer than it could.
    pub(crate) taken: Option<Points>,
}

/// The reason that something was not done.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Failed {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) number: Option<u16>,
    pub(crate) detail: String,
}

impl Failed {
    /// The reason that a gateway or the ledger has given.
    pub(crate) fn of(problem: &Problem) -> Self {
        let Problem { status, code, number, detail, .. } = problem.clone();
        Self { status, code, number, detail }
    }
    /// The document that a till gets.
    pub(crate) fn problem(&self) -> Problem {
        Problem {
            kind: format!("/problems/{}", self.code),
            title: self.code.replace('_', " "),
            status: self.status,
            detail: self.detail.clone(),
            code: self.code.clone(),
            number: self.number,
            retryable: false,
            retry_at_ms: None,
            first_height: None,
        }
    }
}

/// A wish as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Entry {
    /// Its place in the order of all that was asked for.
    pub(crate) number: u64,
    /// The till's reference.
    pub(crate) name: String,
    /// The ledger's.
    pub(crate) reference: Reference,
    pub(crate) wish: Wish,
    /// The day of the reference, chosen before anything is sent.
    pub(crate) dated: Day,
    /// The API key that it was asked with.
    pub(crate) key: u32,
    pub(crate) accepted_ms: TimeMs,
    /// The transaction that is sent; none before the first one is signed, and once the outcome is certain.
    pub(crate) signed: Option<SignedTransaction>,
    pub(crate) state: State,
}

impl Entry {
    pub(crate) fn id(&self) -> Id {
        (self.wish.kind(), self.reference.clone())
    }
    pub(crate) fn is_waiting(&self) -> bool {
        self.state == State::Waiting
    }
}

/// The things by which a second request for a payment under the same reference is the same or another one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Asked {
    pub(crate) amount: Points,
    pub(crate) is_hold: bool,
    pub(crate) hold_for_s: Option<u64>,
    pub(crate) pay_within_s: Option<u64>,
    pub(crate) household: Option<Address>,
}

impl Asked {
    /// The time within which it can be answered, in seconds.
    pub(crate) fn pay_within_s(&self) -> u64 {
        self.pay_within_s.unwrap_or(PAY_WITHIN_S)
    }
    /// The time for which points are held, in seconds, if they are to be.
    pub(crate) fn hold_for_s(&self) -> Option<u64> {
        self.is_hold.then(|| self.hold_for_s.unwrap_or(HOLD_FOR_S))
    }
    /// True if another one asks for the same, whether it says what goes without saying or not.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let of = |one: &Self| (one.amount, one.hold_for_s(), one.pay_within_s(), one.household);
        of(self) == of(other)
    }
}

/// A payment that a till has asked for. Its id is the reference of the request.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Payment {
    /// Its place in the order of all that was asked for.
    pub(crate) number: u64,
    /// The till's reference.
    pub(crate) name: String,
    pub(crate) id: Reference,
    pub(crate) asked: Asked,
    pub(crate) request: Request,
    /// The API key that it was asked with.
    pub(crate) key: u32,
    pub(crate) answer: Option<Answer>,
}

impl Payment {
    /// The time from which on nothing becomes of it any more.
    pub(crate) fn ends_ms(&self) -> TimeMs {
        match self.request.kind {
            RequestKind::Redeem => self.request.until_ms,
            RequestKind::Hold { expires_ms } => expires_ms.max(self.request.until_ms),
        }
    }
}

/// A member's answer, as it is proven.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Answer {
    pub(crate) from: Address,
    pub(crate) transaction: TransactionId,
    pub(crate) height: Height,
    pub(crate) time_ms: TimeMs,
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
        let wishes = [
            Wish::Earn { to: member, amount, expiry: None },
            Wish::Earn { to: other, amount, expiry: None },
            Wish::Earn { to: member, amount: Points::new(6), expiry: None },
            Wish::Earn { to: member, amount, expiry: Some(day.month()) },
            Wish::Return { from: member, amount, at_least: amount, of: reference(8), of_dated: day },
            Wish::Return { from: member, amount, at_least: amount, of: reference(9), of_dated: day },
            Wish::Capture { from: member, amount, hold_dated: day },
            Wish::Release { from: member, hold_dated: day },
        ];
        for (at, wish) in wishes.iter().enumerate() {
            for (with, other) in wishes.iter().enumerate() {
                let operation = other.operation(brand, &reference(1), day);
                let fulfils = wish.fulfilled_by(brand, &reference(1), &operation);
                assert_eq!(fulfils, (at == with).then_some(day), "{wish:?} by {other:?}");
                assert_eq!(wish.fulfilled_by(brand, &reference(2), &operation), None, "another reference");
                assert_eq!(wish.fulfilled_by("nordmat".parse().expect("valid"), &reference(1), &operation), None);
            }
        }
    }
}
