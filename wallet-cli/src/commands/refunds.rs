//! Points that were paid and are given back: by the brand, or to the owner of a voucher that isn't used.

use lojal_types::api::{ReferenceKind, UsedReference};
use lojal_types::{BrandId, Code, Day, Operation, Payment, Points, Reference, Refund};
use lojal_wallet::amount;
use lojal_wallet::dates::{Dated, Kind};

use super::context::Context;
use super::dating;
use super::points::one_reference;
use super::reference::used;
use super::request::random_salt;
use super::transact::{Session, Wish, Words, points_text};
use super::vouchers;
use crate::ask;
use crate::cli::{RefundArgs, ReturnArgs};
use crate::error::CommandError;
use crate::output::Report;

/// `lojal refund`. The day of the payment and what can be refunded of it come from the ledger.
pub(super) fn refund(context: &Context, args: RefundArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let RefundArgs { of, of_reference, to, amount, brand, of_dated, reference, dated, consent, sending } = args;
    let account = to.to_canonical(session.home.network())?;
    let brand = session.brand(brand)?;
    let amount = amount::parse(&amount, brand.decimals)?;
    let paid = paid(&session, (brand.id, of), &of_reference, of_dated)?;
    let (of_dated, left) = known(&paid)?;
    let text = points_text(amount, &brand);
    let left_text = points_text(left, &brand);
    let what = format!("give {text} back to {to} of what it paid by {}; {left_text} can be now", name(of));
    ask::consent(&what, consent, &sending)?;
    let reference = one_reference(&session, reference.receipt, reference.reference);
    let dated = dating::day(&session, Dated { brand: brand.id, kind: Kind::Refund, reference: &reference }, dated)?;
    let refund = Refund { brand: brand.id, to: account, of, of_reference, of_dated, amount, reference, dated };
    let words = |code: &str| {
        (code == Code::RefundExceedsPayment.name()).then(|| Words {
            text: format!("of this payment {left_text} could be refunded, and {text} were wanted"),
            is_final: false,
        })
    };
    let done = format!("refunded {text} to {to}");
    session.fulfil(Wish::new(Operation::Refund(refund), &done).in_words(&words), &sending)
}

/// `lojal return`. The price comes from the ledger, which the claim's reference, the voucher's own id, leads to.
pub(super) fn give_back(context: &Context, args: &ReturnArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let owner = vouchers::owner(&session, &args.owner)?;
    let voucher = vouchers::found(&session, &owner, args.voucher)?;
    let brand = session.brand(voucher.brand)?;
    let of_reference = Reference::new(voucher.voucher.as_bytes().to_vec()).expect("16 bytes");
    let paid = match paid(&session, (brand.id, Payment::Claim), &of_reference, None) {
        Err(CommandError::NotUsed) => return Err(CommandError::CostNothing(voucher.voucher)),
        paid => paid?,
    };
    let (of_dated, _) = known(&paid)?;
    let uses = args.uses.unwrap_or(voucher.left);
    let units = paid.units.map_or(0, |units| units.amount);
    let each = paid.amount.unwrap_or(Points::ZERO).get().checked_div(units).unwrap_or(0);
    let amount = Points::new(each.saturating_mul(uses.into()));
    let (text, counted) = (points_text(amount, &brand), vouchers::in_words(uses));
    let of = vouchers::of(&owner);
    let what = format!("return {counted} of voucher {}{of} for the {text} that they cost", voucher.voucher);
    ask::consent(&what, args.consent, &args.sending)?;
    let reference = Reference::new(random_salt()?.as_bytes().to_vec()).expect("16 bytes");
    let (dated, to) = (session.today()?, owner.address);
    let refund = Refund { brand: brand.id, to, of: Payment::Claim, of_reference, of_dated, amount, reference, dated };
    let done = format!("returned {counted} of voucher {}{of} for {text}", voucher.voucher);
    session.fulfil(Wish::new(Operation::Refund(refund), &done).with_random_reference(), &args.sending)
}

/// A payment, as the ledger has it.
fn paid(
    session: &Session<'_>,
    (brand, of): (BrandId, Payment),
    reference: &Reference,
    dated: Option<Day>,
) -> Result<UsedReference, CommandError> {
    let kind = match of {
        Payment::Redeem => ReferenceKind::Redeem,
        Payment::Capture => ReferenceKind::Capture,
        Payment::Claim => ReferenceKind::Claim,
    };
    used(&session.gateways, brand, (kind, reference), dated)
}

/// The day of a payment, and the points that a refund could give back now.
fn known(paid: &UsedReference) -> Result<(Day, Points), CommandError> {
    let (Some(day), Some(left)) = (paid.dated, paid.left) else {
        return Err(CommandError::Usage(
            "this was paid before the network knew refunds: issue points instead, under a receipt of their own",
        ));
    };
    Ok((day, left))
}

fn name(of: Payment) -> &'static str {
    match of {
        Payment::Redeem => "a redemption",
        Payment::Capture => "a capture",
        Payment::Claim => "a claim",
    }
}
