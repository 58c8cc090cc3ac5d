//! The wishes of tills with what became of them, and the payments and uses of vouchers that they have asked for, as
//! they are kept.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::api::Problem;
use lojal_types::{
    Address, CampaignId, Day, Height, Points, Reference, Request, RequestKind, SignedTransaction, TimeMs,
    TransactionId, VoucherId, VoucherRequest,
};

use crate::limits::{HOLD_FOR_S, PAY_WITHIN_S};
use crate::wish::{Kind, Wish};

/// The identity of a wish: a reference is used once for each kind.
pub(crate) type Id = (Kind, Reference);

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

/// Uses of a voucher that a till has asked for. Their id is the reference of the request.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Call {
    /// Its place in the order of all that was asked for.
    pub(crate) number: u64,
    /// The till's reference.
    pub(crate) name: String,
    pub(crate) id: Reference,
    pub(crate) request: VoucherRequest,
    /// The time within which it can be answered, in seconds.
    pub(crate) use_within_s: u64,
    /// The API key that it was asked with.
    pub(crate) key: u32,
    pub(crate) answer: Option<Use>,
}

impl Call {
    /// The things by which a second request under its reference is the same or another one.
    pub(crate) fn wanted(&self) -> Wanted {
        let VoucherRequest { campaign, quantity, household, .. } = self.request;
        Wanted { campaign, quantity, household, use_within_s: self.use_within_s }
    }
}

/// Uses of a voucher as a till wants them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) campaign: CampaignId,
    pub(crate) quantity: u16,
    pub(crate) household: Option<Address>,
    pub(crate) use_within_s: u64,
}

/// The use of a voucher, as it is proven.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Use {
    /// The member who signed.
    pub(crate) by: Address,
    /// The account that had the voucher: the member's, or a household's.
    pub(crate) of: Address,
    pub(crate) voucher: VoucherId,
    pub(crate) transaction: TransactionId,
    pub(crate) height: Height,
    pub(crate) time_ms: TimeMs,
}
