//! Invitations: what a claim shows of a brand's list, of which the campaign has the root (protocol, Campaigns).

use lojal_types::{Award, Campaign, Claim, Code, Points};

use super::Context;

/// The sum that an account is invited to; nothing if it shows no invitation.
///
/// "It is a line of the list with that root, for this account at this campaign; of points it is 1 to `up_to` of them,
/// and of a cause at least 1 (`invitation_invalid`)." (protocol, Campaigns)
pub(super) fn shown(context: &Context<'_, '_>, claim: &Claim, terms: &Campaign) -> Result<Option<u64>, Code> {
    let Some(invitation) = &claim.invitation else { return Ok(None) };
    let Claim { brand, campaign, account, .. } = *claim;
    let sums = match terms.award {
        Award::Points { up_to, .. } => 1..=up_to.get(),
        Award::Cause { .. } => 1..=u64::MAX,
        Award::Mark { .. } | Award::Voucher { .. } => 0..=u64::MAX,
    };
    let is_invited = invitation.is_for(&context.chain, (brand, campaign, account), &terms.invited);
    if is_invited && sums.contains(&invitation.amount) {
        Ok(Some(invitation.amount))
    } else {
        Err(Code::InvitationInvalid)
    }
}

/// The points that a claim gives: those of the invitation, or as many as the campaign gives everybody.
pub(super) fn award(terms: &Campaign, sum: Option<u64>) -> Points {
    match terms.award {
        Award::Points { amount, .. } => sum.map_or(amount, Points::new),
        Award::Mark { .. } | Award::Voucher { .. } | Award::Cause { .. } => Points::ZERO,
    }
}
