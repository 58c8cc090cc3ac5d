//! Refunds: points that a member has paid, and gets back with the lives that they had.

use axum::http::StatusCode;
use lojal_types::api::{ReferenceKind, UsedReference};
use lojal_types::{Address, Code, Day, Payment, Points, Reference};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::{Accepted, Desk, invalid, named, points, still_queued};
use crate::entry::Entry;
use crate::keys::ApiKey;
use crate::problem::Failure;
use crate::wish::{Kind, Wish};

/// The kinds of payments, in the order in which a reference is looked for.
const KINDS: [(Payment, ReferenceKind); 3] = [
    (Payment::Redeem, ReferenceKind::Redeem),
    (Payment::Capture, ReferenceKind::Capture),
    (Payment::Claim, ReferenceKind::Claim),
];

/// Points that are given back of a payment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refund {
    /// The payment: its id, which is also that of what was captured of it, or the ledger's reference of a claim.
    pub(crate) of: Reference,
    /// The number of points, if it isn't all that is left of the payment.
    #[serde(default)]
    pub(crate) amount: Option<Points>,
    pub(crate) reference: String,
    #[serde(default)]
    pub(crate) dated: Option<Day>,
}

/// A payment as the ledger has it.
struct Paid {
    to: Address,
    of: Payment,
    of_dated: Day,
    /// The points that can be given back now.
    left: Points,
}

impl Desk {
    /// Gives points of a payment back, which takes a gateway.
    pub(crate) fn refund(&self, key: &ApiKey, refund: &Refund) -> Result<Accepted, Failure> {
        let named = named(&refund.reference)?;
        let given = refund.amount.map(|amount| points("amount", amount)).transpose()?;
        let dated = self.day(Kind::Refund, &named.1, refund.dated)?;
        let of_reference = refund.of.clone();
        let wish = match self.first(Kind::Refund, &named.1) {
            // As the first time; if the rest differs, it is another request.
            Some(Wish::Refund { to, of, of_dated, amount, .. }) => {
                Wish::Refund { to, of, of_reference, of_dated, amount: given.unwrap_or(amount) }
            }
            _ => {
                let Paid { to, of, of_dated, left } = self.paid(&refund.of)?;
                let amount = given.map_or_else(|| some(left), Ok)?;
                Wish::Refund { to, of, of_reference, of_dated, amount }
            }
        };
        self.accept(key, named, wish, dated)
    }
    /// The payment under a reference, whose account and day the ledger knows.
    fn paid(&self, of: &Reference) -> Result<Paid, Failure> {
        let is_queued = self.book().entry(&(Kind::Capture, of.clone())).is_some_and(Entry::is_waiting);
        if is_queued {
            return Err(still_queued());
        }
        for (kind, asked) in KINDS {
            let brand = self.ledger.brand();
            if let Some(used) = self.ledger.ask_reference(|client| client.reference(&brand, (asked, of), None))? {
                return self.found(kind, used);
            }
        }
        let brand = self.ledger.brand();
        let given = self.ledger.ask_reference(|client| client.reference(&brand, (ReferenceKind::Grant, of), None))?;
        if given.is_some() {
            let detail =
                "this cost nothing, so nothing can be refunded of it: lojal takeback takes back what was given";
            return Err(Failure::of_code(Code::NotRefundable, StatusCode::UNPROCESSABLE_ENTITY, detail));
        }
        Err(Failure::unknown_reference())
    }
    fn found(&self, of: Payment, used: UsedReference) -> Result<Paid, Failure> {
        let UsedReference { account: Some(to), dated: Some(of_dated), left: Some(left), .. } = used else {
            return Err(invalid("this was paid before the network knew refunds: reward a purchase instead"));
        };
        Ok(Paid { to: self.member(to)?, of, of_dated, left })
    }
}

/// All that is left, if that is something.
fn some(left: Points) -> Result<Points, Failure> {
    if left.is_zero() { Err(invalid("nothing of this payment can be refunded any more")) } else { Ok(left) }
}
