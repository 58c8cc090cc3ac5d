//! `ProposePartnership`, `AcceptPartnership` and `EndPartnership`: what two brands agree on, in one direction.

use lojal_types::{
    AcceptPartnership, BrandId, Code, EndPartnership, PartnershipProposal, PartnershipTerms, ProposePartnership, Role,
};

use super::{Context, authority};
use crate::key::{PartnersKey, PartnershipKey};

/// One of the brands puts terms forward; terms in force stay in force until the other accepts.
pub(super) fn propose(context: &mut Context<'_, '_>, proposal: &ProposePartnership) -> Result<(), Code> {
    let ProposePartnership { from, to, terms } = proposal;
    two_brands(context, *from, *to)?;
    let by = by_one_of_them(context, *from, *to)?;
    in_bounds(context, terms)?;
    let key = PartnershipKey { from: *from, to: *to };
    let mut partnership = context.overlay.get(&key).unwrap_or_default();
    partnership.proposal = Some(PartnershipProposal { by, terms: terms.clone() });
    context.overlay.put(&key, &partnership);
    let mut partners = context.overlay.get(&PartnersKey(*from)).unwrap_or_default();
    partners.ids = partners.ids.with_sorted(*to).expect("there are no more brands than that");
    context.overlay.put(&PartnersKey(*from), &partners);
    Ok(())
}

/// "It exists when both brands have signed it." (protocol §6)
pub(super) fn accept(context: &mut Context<'_, '_>, acceptance: &AcceptPartnership) -> Result<(), Code> {
    let AcceptPartnership { from, to, terms } = acceptance;
    two_brands(context, *from, *to)?;
    let key = PartnershipKey { from: *from, to: *to };
    let mut partnership = context.overlay.get(&key).unwrap_or_default();
    let proposal = partnership.proposal.take().ok_or(Code::UnknownProposal)?;
    let other = if proposal.by == *from { *to } else { *from };
    authority::operator(context, other, Role::Admin)?;
    if proposal.terms != *terms {
        return Err(Code::TermsDiffer);
    }
    in_bounds(context, terms)?;
    partnership.terms = Some(proposal.terms);
    context.overlay.put(&key, &partnership);
    Ok(())
}

/// Either brand can end it at once; what is owed stays owed.
pub(super) fn end(context: &mut Context<'_, '_>, end: &EndPartnership) -> Result<(), Code> {
    let EndPartnership { from, to } = *end;
    two_brands(context, from, to)?;
    by_one_of_them(context, from, to)?;
    let key = PartnershipKey { from, to };
    context.overlay.get(&key).ok_or(Code::UnknownPartnership)?;
    context.overlay.remove(&key);
    let mut partners = context.overlay.get(&PartnersKey(from)).unwrap_or_default();
    partners.ids = partners.ids.without(&to);
    context.overlay.put(&PartnersKey(from), &partners);
    Ok(())
}

/// A partnership is between two brands of this ledger.
pub(super) fn two_brands(context: &mut Context<'_, '_>, from: BrandId, to: BrandId) -> Result<(), Code> {
    authority::brand(context, from)?;
    authority::brand(context, to)?;
    if from == to { Err(Code::SameBrand) } else { Ok(()) }
}

/// For which of the two brands the sender acts; for the first if it is an admin of both.
fn by_one_of_them(context: &mut Context<'_, '_>, from: BrandId, to: BrandId) -> Result<BrandId, Code> {
    match authority::operator(context, from, Role::Admin) {
        Ok(_) => Ok(from),
        Err(code) => match authority::operator(context, to, Role::Admin) {
            Ok(_) => Ok(to),
            // An operator of one of them learns that it lacks the role.
            Err(other) => Err(code.max(other)),
        },
    }
}

/// Terms keep the limits and end later than now.
fn in_bounds(context: &Context<'_, '_>, terms: &PartnershipTerms) -> Result<(), Code> {
    let in_bounds = terms.check().is_ok() && terms.ends_ms > context.time;
    if in_bounds { Ok(()) } else { Err(Code::TermsOutOfBounds) }
}
