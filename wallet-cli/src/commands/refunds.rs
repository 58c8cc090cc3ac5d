//! Points that were paid and are given back: by the brand, or to the owner of a voucher that isn't used.

use lojal_types::api::{ReferenceKind, UsedReference};
use lojal_types::{AddressText, BrandId, Code, Day, Operation, Payment, Points, Reference, Refund, Role};
use lojal_wallet::amount;
use lojal_wallet::dates::{Dated, Kind};
use lojal_wallet::gateways::is_not_permitted;

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
    if of == Payment::Claim {
        not_ones_own(&session, brand.id, to)?;
    }
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
        [Code::RefundExceedsPayment, Code::VoucherUsed].iter().any(|one| one.name() == code).then(|| Words {
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
        // A gateway tells nobody but the brand that a claim which cost points isn't there.
        Err(CommandError::NotUsed) => return Err(cost_nothing(&of_reference)),
        Err(CommandError::Gateways(error)) if is_not_permitted(&error) => return Err(cost_nothing(&of_reference)),
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
    let paid = used(&session.gateways, brand, (kind, reference), dated);
    let was_given = || used(&session.gateways, brand, (ReferenceKind::Grant, reference), dated).is_ok();
    match paid {
        Err(CommandError::NotUsed) if of == Payment::Claim && was_given() => Err(cost_nothing(reference)),
        paid => paid,
    }
}

/// The refusal to give anything back of a claim that cost nothing, or of what was granted.
fn cost_nothing(reference: &Reference) -> CommandError {
    let text = format!(
        "{reference} cost nothing, so nothing can be given back for it: lojal takeback takes back what an operator \
         has given"
    );
    CommandError::of_code(Code::NotRefundable, text)
}

/// Keeps an owner's return from a receipt, which it wouldn't use: it would happen once more each time.
fn not_ones_own(session: &Session<'_>, brand: BrandId, to: AddressText) -> Result<(), CommandError> {
    let own = session.home.address_text();
    let is_own = to == own || (to.is_household() && session.account(own)?.memberships.contains(&to));
    if !is_own || reverses(session, brand)? {
        return Ok(());
    }
    Err(CommandError::refused(
        "not_permitted",
        "this wallet is no operator that refunds: lojal return gives your own voucher back, without a receipt",
    ))
}

/// True if this wallet is an operator with the role *reverse*.
fn reverses(session: &Session<'_>, brand: BrandId) -> Result<bool, CommandError> {
    let own = session.home.address_text();
    match session.gateways.ask(|gateway| Ok(gateway.client()?.operators(&brand)?)) {
        Ok(known) => Ok(known.operators.iter().any(|one| one.address == own && one.roles.contains(&Role::Reverse))),
        // Operators alone are told who they are.
        Err(error) if is_not_permitted(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The day of a payment, and the points that a refund could give back now.
fn known(paid: &UsedReference) -> Result<(Day, Points), CommandError> {
    let (Some(day), Some(left)) = (paid.dated, paid.left) else {
        return Err(CommandError::refused(
            "not_refundable",
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
