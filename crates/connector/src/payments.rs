//! Payments: what a till shows, what a member answers, and what becomes of points that are held.

use lojal_types::limits::HOLD_MS_MAX;
use lojal_types::{AddressText, BrandId, Day, Height, Points, Reference, Request, RequestKind, Salt, TimeMs};
use lojal_wallet::random::random_bytes;
use lojal_wallet::time::hold_end;
use lojal_wallet::uri::PaymentRequest;
use lojal_wallet::{clock, qr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::desk::{Accepted, Desk, different, invalid, is_over, named, points};
use crate::documents::EntryDocument;
use crate::entry::{Answer, Asked, Payment, State};
use crate::keys::ApiKey;
use crate::ledger::LedgerError;
use crate::problem::{Failure, Kind as Problem};
use crate::wish::{Kind, Wish};

/// Longest time for which points are held, in seconds.
const HOLD_FOR_S_MAX: u64 = HOLD_MS_MAX / 1000;
const HOLD_FOR: &str = "hold_for_s is at least pay_within_s, and at most 2592000, which is 30 days";

/// A payment to be asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pay {
    pub(crate) amount: Points,
    pub(crate) reference: String,
    /// True if the points are to be held.
    #[serde(default)]
    pub(crate) hold: bool,
    #[serde(default)]
    pub(crate) hold_for_s: Option<u64>,
    #[serde(default)]
    pub(crate) pay_within_s: Option<u64>,
    #[serde(default)]
    pub(crate) household: Option<AddressText>,
}

/// Points to be taken of those that are held.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capture {
    /// All of them, if it isn't said.
    #[serde(default)]
    pub(crate) amount: Option<Points>,
}

/// A payment, and what became of it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "Payment")]
pub(crate) struct PaymentDocument {
    id: Reference,
    reference: String,
    /// `open`, and `over` if nobody has answered in time; `paid`; `held`, and `captured`, `released` or `lapsed`.
    #[schemars(extend("enum" = ["open", "over", "paid", "held", "captured", "released", "lapsed"]))]
    state: &'static str,
    brand: BrandId,
    amount: Points,
    dated: Day,
    expires_ms: TimeMs,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_until_ms: Option<TimeMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    household: Option<AddressText>,
    /// The text that the member's wallet reads.
    text: String,
    /// The same as a QR code.
    #[serde(skip_serializing_if = "Option::is_none")]
    svg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<AddressText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<lojal_types::TransactionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<Height>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_ms: Option<TimeMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture: Option<EntryDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<EntryDocument>,
}

impl PaymentDocument {
    /// True while a member can still answer.
    pub(crate) fn is_open(&self) -> bool {
        self.state == "open"
    }
    /// The same with the QR code of its text.
    pub(crate) fn with_code(self) -> Result<Self, Failure> {
        let svg = qr::svg(&self.text).map_err(|_| Failure::internal())?;
        Ok(Self { svg: Some(svg), ..self })
    }
}

impl Desk {
    /// Asks for a payment, which takes a gateway: what nobody can answer is not shown. Tells whether it is a new one.
    pub(crate) fn ask_for(&self, key: &ApiKey, pay: &Pay) -> Result<(PaymentDocument, bool), Failure> {
        let (name, _) = named(&pay.reference)?;
        let asked = self.asked(pay)?;
        if let Some(first) = self.payment_named(&name) {
            return self.again(&first, &asked);
        }
        let (status, now) = self.ledger.now()?;
        let dated = now.day();
        let until_ms = self.end_of_request(now, ("pay_within_s", asked.pay_within_s()))?;
        let hold_for_ms = asked.hold_for_s().unwrap_or_default().saturating_mul(1000);
        let expires_ms = now.plus_ms(hold_for_ms).min(status.time_ms.plus_ms(HOLD_MS_MAX));
        if asked.is_hold && expires_ms < until_ms {
            return Err(invalid(HOLD_FOR));
        }
        let kind = if asked.is_hold { RequestKind::Hold { expires_ms } } else { RequestKind::Redeem };
        let salt = Salt::new(*random_bytes().map_err(LedgerError::from)?);
        let (brand, amount, household) = (self.ledger.brand(), asked.amount, asked.household);
        let request = Request { brand, amount, kind, dated, until_ms, household, salt };
        let id = request.reference(&self.ledger.home().chain_id());
        let payment = Payment { number: 0, name: name.clone(), id, asked, request, key: key.id, answer: None };
        let mut book = self.book();
        // Another request may have been quicker.
        let first = book.payment_named(&name).cloned();
        let opened = if first.is_none() { book.open_payment(payment.clone(), dated) } else { Ok(()) };
        drop(book);
        opened.map_err(|error| self.refused(error))?;
        match first {
            Some(first) => self.again(&first, &payment.asked),
            None => Ok((self.document(&payment, false), true)),
        }
    }
    /// The first payment under a reference that is used again.
    fn again(&self, first: &Payment, asked: &Asked) -> Result<(PaymentDocument, bool), Failure> {
        if !first.asked.is_same(asked) {
            return Err(different());
        }
        // Nobody is shown what can't be paid any more.
        let looked = self.look(&first.id).or_else(|failure| match failure.problem().retryable {
            true => Ok(self.document(first, is_over(first.request.until_ms))),
            false => Err(failure),
        });
        Ok((looked?, false))
    }
    fn asked(&self, pay: &Pay) -> Result<Asked, Failure> {
        if !pay.hold && pay.hold_for_s.is_some() {
            return Err(invalid("hold_for_s belongs to a payment with \"hold\": true"));
        }
        if pay.hold_for_s.is_some_and(|seconds| seconds > HOLD_FOR_S_MAX) {
            return Err(invalid(HOLD_FOR));
        }
        if pay.pay_within_s == Some(0) {
            return Err(invalid("pay_within_s is at least 1"));
        }
        let household = pay.household.map(|text| self.member(text)).transpose()?;
        Ok(Asked {
            amount: points("amount", pay.amount)?,
            is_hold: pay.hold,
            hold_for_s: pay.hold_for_s,
            pay_within_s: pay.pay_within_s,
            household,
        })
    }
    /// The end of a request that is made now, as a field of it says.
    pub(crate) fn end_of_request(&self, now: TimeMs, (field, seconds): (&str, u64)) -> Result<TimeMs, Failure> {
        let until_ms = now.plus_ms(seconds.saturating_mul(1000));
        let receipt_days = u32::from(self.ledger.home().genesis().document().parameters.receipt_days);
        if until_ms.day() > now.day().plus(receipt_days) {
            return Err(invalid(&format!("{field} ends within the {receipt_days} days after today")));
        }
        Ok(until_ms)
    }
    /// The payment under a reference of the till's own.
    pub(crate) fn payment_named(&self, name: &str) -> Option<Payment> {
        self.book().payment_named(name).cloned()
    }
    /// The id of the payment under a till's reference, or that the reference is itself.
    pub(crate) fn payment_id(&self, name: &str) -> Result<Reference, Failure> {
        let (name, _) = named(name)?;
        let named = self.payment_named(&name).map(|payment| payment.id);
        named.or_else(|| name.parse().ok()).ok_or_else(unknown_payment)
    }
    /// A payment, and what the ledger says of it.
    pub(crate) fn look(&self, id: &Reference) -> Result<PaymentDocument, Failure> {
        let payment = self.payment(id)?;
        if payment.answer.is_some() {
            return Ok(self.document(&payment, false));
        }
        let until_ms = payment.request.until_ms;
        let (answer, is_late) = self.ledger.answer_until(until_ms, |client| self.ledger.answer(client, &payment))?;
        let Some(answer) = answer else { return Ok(self.document(&payment, is_late && is_over(until_ms))) };
        self.keep(|book| book.answer(id, answer.clone())).ok_or_else(Failure::internal)?;
        Ok(self.document(&Payment { answer: Some(answer), ..payment }, false))
    }
    fn payment(&self, id: &Reference) -> Result<Payment, Failure> {
        self.book().payment(id).cloned().ok_or_else(unknown_payment)
    }
    fn document(&self, payment: &Payment, is_over: bool) -> PaymentDocument {
        let request = &payment.request;
        let book = self.book();
        let of = |kind| book.entry(&(kind, payment.id.clone())).map(|entry| EntryDocument::of(entry, &self.ledger));
        let is_done =
            |kind| book.entry(&(kind, payment.id.clone())).is_some_and(|entry| matches!(entry.state, State::Done(_)));
        let hold_until_ms = match request.kind {
            RequestKind::Redeem => None,
            RequestKind::Hold { expires_ms } => Some(hold_end(expires_ms)),
        };
        let lapsed = |end: TimeMs| clock::local_time().is_ok_and(|local| local >= end);
        let state = match (&payment.answer, hold_until_ms) {
            (None, _) if is_over => "over",
            (None, _) => "open",
            (Some(_), None) => "paid",
            (Some(_), Some(_)) if is_done(Kind::Capture) => "captured",
            (Some(_), Some(_)) if is_done(Kind::Release) => "released",
            (Some(_), Some(end)) if lapsed(end) => "lapsed",
            (Some(_), Some(_)) => "held",
        };
        let text = PaymentRequest { chain: self.ledger.home().chain_id().tag(), request: request.clone() }.to_uri();
        let answer = payment.answer.as_ref();
        PaymentDocument {
            id: payment.id.clone(),
            reference: payment.name.clone(),
            state,
            brand: request.brand,
            amount: request.amount,
            dated: request.dated,
            expires_ms: request.until_ms,
            hold_until_ms,
            household: request.household.map(|household| self.ledger.text(household)),
            text,
            svg: None,
            member: answer.map(|answer| self.ledger.text(answer.from)),
            transaction: answer.map(|answer| answer.transaction),
            height: answer.map(|answer| answer.height),
            time_ms: answer.map(|answer| answer.time_ms),
            capture: of(Kind::Capture),
            release: of(Kind::Release),
        }
    }

    /// Takes points that are held, once, which takes a gateway.
    pub(crate) fn capture(&self, key: &ApiKey, id: &Reference, capture: &Capture) -> Result<Accepted, Failure> {
        let (payment, answer) = self.held(id)?;
        let amount = points("amount", capture.amount.unwrap_or(payment.request.amount))?;
        if amount > payment.request.amount {
            return Err(invalid(&format!("{} points are held, and no more can be taken", payment.request.amount)));
        }
        let wish = Wish::Capture { from: answer.from, amount, hold_dated: payment.request.dated };
        self.act_on(key, payment, wish)
    }
    /// Lets go of points that are held, which takes a gateway.
    pub(crate) fn release(&self, key: &ApiKey, id: &Reference) -> Result<Accepted, Failure> {
        let (payment, answer) = self.held(id)?;
        let wish = Wish::Release { from: answer.from, hold_dated: payment.request.dated };
        self.act_on(key, payment, wish)
    }
    fn act_on(&self, key: &ApiKey, payment: Payment, wish: Wish) -> Result<Accepted, Failure> {
        let known = self.book().entry(&(wish.kind(), payment.id.clone())).map(|entry| entry.dated);
        let dated = match known {
            Some(first) => first,
            None => self.ledger.now()?.1.day(),
        };
        self.accept(key, (payment.name, payment.id), wish, dated)
    }
    /// A payment whose points were held, and by whom.
    fn held(&self, id: &Reference) -> Result<(Payment, Answer), Failure> {
        if self.payment(id)?.answer.is_none() {
            self.look(id)?;
        }
        let payment = self.payment(id)?;
        match (payment.request.kind, payment.answer.clone()) {
            (RequestKind::Hold { .. }, Some(answer)) => Ok((payment, answer)),
            (RequestKind::Hold { .. }, None) => {
                Err(Failure::new(Problem::NotHeld, "the member has held nothing yet: wait until the payment is held"))
            }
            (RequestKind::Redeem, _) => {
                let detail = "this payment is paid at once, with nothing to take: ask with \"hold\": true for points \
                              to be held";
                Err(Failure::new(Problem::NotHeld, detail))
            }
        }
    }
}

fn unknown_payment() -> Failure {
    let detail = "this connector knows no payment with this id or reference: they are in the answer to POST /payments";
    Failure::new(Problem::UnknownPayment, detail)
}
