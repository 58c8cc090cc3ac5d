//! `ProposePartnership`, `AcceptPartnership` and `EndPartnership`: what two brands agree on, in one direction.

use lojal_types::{
    AcceptPartnership, BrandId, Code, EndPartnership, PartnershipProposal, PartnershipTerms, ProposePartnership, Role,
};

use super::authority::Weight;
use super::{By, Context, authority};
use crate::key::{PartnersKey, PartnershipKey};
use crate::record::Partnership;
use crate::stop::{Stop, decided};

/// One of the brands puts terms forward; terms in force stay in force until the other accepts.
pub(super) fn propose(context: &mut Context<'_, '_>, proposal: &ProposePartnership) -> Result<(), Stop> {
    let ProposePartnership { from, to, terms } = proposal;
    two_brands(context, *from, *to)?;
    let by = by_one_of_them(context, *from, *to)?;
    authority::brand_in_force(context, by)?;
    authority::admin(context, by, Weight::Widens)?;
    in_bounds(context, terms)?;
    let key = PartnershipKey { from: *from, to: *to };
    let mut partnership = context.overlay.get(&key)?.unwrap_or_default();
    partnership.proposal = Some(PartnershipProposal { by, terms: terms.clone() });
    context.overlay.put(&key, &partnership)?;
    let mut partners = context.overlay.get(&PartnersKey(*from))?.unwrap_or_default();
    partners.ids = partners.ids.with_sorted(*to).expect("there are no more brands than that");
    context.overlay.put(&PartnersKey(*from), &partners)?;
    Ok(())
}

/// `AcceptPartnership`: "One brand's admin proposes, the other's accepts the identical terms; either ends it."
/// (protocol, Between brands)
pub(super) fn accept(context: &mut Context<'_, '_>, acceptance: &AcceptPartnership) -> Result<(), Stop> {
    let AcceptPartnership { from, to, terms } = acceptance;
    two_brands(context, *from, *to)?;
    let key = PartnershipKey { from: *from, to: *to };
    let mut partnership = context.overlay.get(&key)?.unwrap_or_default();
    let proposal = take_proposal(&mut partnership)?;
    let other = if proposal.by == *from { *to } else { *from };
    authority::admin(context, other, Weight::Widens)?;
    authority::brand_in_force(context, other)?;
    same_terms(&proposal, terms)?;
    in_bounds(context, terms)?;
    partnership.terms = Some(proposal.terms);
    context.overlay.put(&key, &partnership)?;
    Ok(())
}

/// `EndPartnership`: "either ends it. Members convert from the acceptance to the end. What is owed stays owed."
/// (protocol, Between brands)
pub(super) fn end(context: &mut Context<'_, '_>, end: &EndPartnership) -> Result<(), Stop> {
    let EndPartnership { from, to } = *end;
    two_brands(context, from, to)?;
    by_one_of_them(context, from, to)?;
    let key = PartnershipKey { from, to };
    known(context, &key)?;
    context.overlay.remove(&key)?;
    let mut partners = context.overlay.get(&PartnersKey(from))?.unwrap_or_default();
    partners.ids = partners.ids.without(&to);
    if partners.ids.is_empty() {
        context.overlay.remove(&PartnersKey(from))?;
    } else {
        context.overlay.put(&PartnersKey(from), &partners)?;
    }
    Ok(())
}

/// A partnership is between two brands of this ledger.
pub(super) fn two_brands(context: &mut Context<'_, '_>, from: BrandId, to: BrandId) -> Result<(), Stop> {
    authority::brand(context, from)?;
    authority::brand(context, to)?;
    if from == to { Err(Code::SameBrand.into()) } else { Ok(()) }
}

/// The one of the two brands for which the sender acts: the first if it is an admin of both. A motion is of one of
/// them.
fn by_one_of_them(context: &mut Context<'_, '_>, from: BrandId, to: BrandId) -> Result<BrandId, Stop> {
    if let By::Motion { brand, .. } = context.by {
        return if brand == from || brand == to { Ok(brand) } else { Err(Code::ActionOfOtherBrand.into()) };
    }
    match decided(authority::operator(context, from, Role::Admin))? {
        Ok(_) => Ok(from),
        Err(code) => match decided(authority::operator(context, to, Role::Admin))? {
            Ok(_) => Ok(to),
            // An operator of one of them learns that it lacks the role.
            Err(other) => Err(code.max(other).into()),
        },
    }
}

/// Terms that nobody has put forward can't be accepted.
fn take_proposal(partnership: &mut Partnership) -> Result<PartnershipProposal, Code> {
    partnership.proposal.take().ok_or(Code::UnknownProposal)
}

/// "One brand's admin proposes, the other's accepts the identical terms" (protocol, Between brands), whatever was put
/// forward meanwhile.
fn same_terms(proposal: &PartnershipProposal, terms: &PartnershipTerms) -> Result<(), Code> {
    if proposal.terms == *terms { Ok(()) } else { Err(Code::TermsDiffer) }
}

/// Only a partnership that is in force or proposed can be ended.
fn known(context: &mut Context<'_, '_>, key: &PartnershipKey) -> Result<(), Stop> {
    Ok(context.overlay.get(key)?.map(drop).ok_or(Code::UnknownPartnership)?)
}

/// Terms keep the limits and end later than now.
fn in_bounds(context: &Context<'_, '_>, terms: &PartnershipTerms) -> Result<(), Code> {
    let in_bounds = terms.check().is_ok() && terms.ends_ms > context.time;
    if in_bounds { Ok(()) } else { Err(Code::TermsOutOfBounds) }
}
