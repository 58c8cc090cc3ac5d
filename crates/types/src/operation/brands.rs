//! The brands that operations name.

use super::Operation;
use crate::brand::BrandId;

impl<A> Operation<A> {
    /// Tells whether it does something with points of one of the brands.
    pub fn is_in_points_of(&self, brands: &[BrandId]) -> bool {
        let has = |brand: &BrandId| brands.contains(brand);
        match self {
            Self::Issue(one) => has(&one.brand),
            Self::Redeem(one) => has(&one.brand),
            Self::Transfer(one) => has(&one.brand),
            Self::Reverse(one) => has(&one.brand),
            Self::Hold(one) => has(&one.brand),
            Self::Capture(one) => has(&one.brand),
            Self::Release(one) => has(&one.brand),
            Self::Convert(one) => has(&one.from) || has(&one.to),
            Self::Stamp(one) => has(&one.brand),
            Self::TakeBack(one) => has(&one.brand),
            Self::Grant(one) => has(&one.brand),
            Self::Claim(one) => has(&one.brand),
            Self::UseVoucher(one) => has(&one.brand),
            Self::Refund(one) => has(&one.brand),
            Self::SetConsent(one) => has(&one.brand),
            Self::Offer(one) => has(&one.brand) || has(&one.wants),
            Self::Take(one) => has(&one.brand) || has(&one.wants),
            Self::WithdrawOffer(one) => has(&one.brand),
            _ => false,
        }
    }
    /// The brands that the operation names.
    pub fn brands(&self) -> impl Iterator<Item = BrandId> {
        let brands = match self {
            Self::Issue(one) => [Some(one.brand), None],
            Self::Redeem(one) => [Some(one.brand), None],
            Self::Transfer(one) => [Some(one.brand), None],
            Self::Reverse(one) => [Some(one.brand), None],
            Self::Hold(one) => [Some(one.brand), None],
            Self::Capture(one) => [Some(one.brand), None],
            Self::Release(one) => [Some(one.brand), None],
            Self::ProposePartnership(one) => [Some(one.from), Some(one.to)],
            Self::AcceptPartnership(one) => [Some(one.from), Some(one.to)],
            Self::EndPartnership(one) => [Some(one.from), Some(one.to)],
            Self::Convert(one) => [Some(one.from), Some(one.to)],
            Self::Settle(one) => [Some(one.creditor), Some(one.debtor)],
            Self::SetPolicy(one) => [Some(one.brand), None],
            Self::SetOperator(one) => [Some(one.brand), None],
            Self::RemoveOperator(one) => [Some(one.brand), None],
            Self::ProposeForBrand(one) => [Some(one.brand), None],
            Self::ApproveForBrand(one) => [Some(one.brand), None],
            Self::StopForBrand(one) => [Some(one.brand), None],
            Self::SetApprovals(one) => [Some(one.brand), None],
            Self::CloseBrand(one) => [Some(one.brand), None],
            Self::SetTrack(one) => [Some(one.brand), None],
            Self::Stamp(one) => [Some(one.brand), None],
            Self::TakeBack(one) => [Some(one.brand), None],
            Self::SetCampaign(one) => [Some(one.brand), one.terms.partner()],
            Self::AcceptSponsorship(one) => [Some(one.brand), None],
            Self::Grant(one) => [Some(one.brand), None],
            Self::Claim(one) => [Some(one.brand), None],
            Self::UseVoucher(one) => [Some(one.brand), None],
            Self::Refund(one) => [Some(one.brand), None],
            Self::SetConsent(one) => [Some(one.brand), None],
            Self::SetPendingDays(one) => [Some(one.brand), None],
            Self::Offer(one) => [Some(one.brand), Some(one.wants)],
            Self::Take(one) => [Some(one.brand), Some(one.wants)],
            Self::WithdrawOffer(one) => [Some(one.brand), None],
            Self::RotateKey(_)
            | Self::SetGuardians(_)
            | Self::StartRecovery(_)
            | Self::CancelRecovery(_)
            | Self::FinishRecovery(_)
            | Self::Freeze(_)
            | Self::Unfreeze(_)
            | Self::Agree(_)
            | Self::CreateHousehold(_)
            | Self::Invite(_)
            | Self::Join(_)
            | Self::Leave(_)
            | Self::SetMember(_)
            | Self::RemoveMember(_)
            | Self::Propose(_)
            | Self::Approve(_)
            | Self::Withdraw(_)
            | Self::Activate(_)
            | Self::SetEndpoint(_) => [None, None],
        };
        brands.into_iter().flatten()
    }
}
