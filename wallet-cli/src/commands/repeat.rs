//! The effect of a wish that is sent a second time.

use lojal_types::{Operation, Redeem};

/// The effect of a second transaction for the same wish, should the first one happen after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// The same once more.
    Twice,
    /// Nothing: its reference is used.
    ReferenceIsUsed,
    /// Nothing that the first one hasn't done.
    Nothing,
}

impl Repeat {
    /// The effect of an operation that is repeated with the same reference.
    pub(super) fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Transfer(_)
            | Operation::Redeem(Redeem { request: None, .. })
            | Operation::Convert(_)
            | Operation::CreateHousehold(_)
            | Operation::ProposeForBrand(_)
            | Operation::Propose(_)
            | Operation::Claim(_)
            | Operation::Offer(_)
            | Operation::Take(_) => Self::Twice,
            Operation::Issue(_)
            | Operation::Redeem(Redeem { request: Some(_), .. })
            | Operation::Reverse(_)
            | Operation::Hold(_)
            | Operation::Capture(_)
            | Operation::Release(_)
            | Operation::Stamp(_)
            | Operation::TakeBack(_)
            | Operation::Grant(_)
            | Operation::UseVoucher(_)
            | Operation::Refund(_)
            | Operation::Settle(_) => Self::ReferenceIsUsed,
            Operation::RotateKey(_)
            | Operation::SetGuardians(_)
            | Operation::StartRecovery(_)
            | Operation::CancelRecovery(_)
            | Operation::FinishRecovery(_)
            | Operation::Freeze(_)
            | Operation::Unfreeze(_)
            | Operation::SetPolicy(_)
            | Operation::SetOperator(_)
            | Operation::RemoveOperator(_)
            | Operation::ApproveForBrand(_)
            | Operation::StopForBrand(_)
            | Operation::SetApprovals(_)
            | Operation::CloseBrand(_)
            | Operation::ProposePartnership(_)
            | Operation::AcceptPartnership(_)
            | Operation::EndPartnership(_)
            | Operation::Invite(_)
            | Operation::Join(_)
            | Operation::Leave(_)
            | Operation::SetMember(_)
            | Operation::RemoveMember(_)
            | Operation::Approve(_)
            | Operation::Withdraw(_)
            | Operation::Activate(_)
            | Operation::SetEndpoint(_)
            | Operation::SetTrack(_)
            | Operation::SetCampaign(_)
            | Operation::AcceptSponsorship(_)
            | Operation::SetConsent(_)
            | Operation::SetPendingDays(_)
            | Operation::WithdrawOffer(_)
            | Operation::Agree(_) => Self::Nothing,
        }
    }
    /// A warning for somebody who would do it again before the first one can't happen any more.
    pub(super) fn warning(self) -> &'static str {
        match self {
            Self::Twice => "before that, don't do it again unless you want it twice",
            Self::ReferenceIsUsed => "done again with the same reference, it still happens once",
            Self::Nothing => "done again, it still happens once",
        }
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::{Address, ChainId, Freeze, Points, Request, RequestKind, Salt, TimeMs, Transfer};

    use super::*;

    #[test]
    fn only_what_has_no_reference_can_happen_twice() {
        let brand = "kaffet".parse().expect("valid");
        let (from, to, amount) = (Address::new([1; 20]), Address::new([2; 20]), Points::new(1));
        let (kind, until_ms, salt) = (RequestKind::Redeem, TimeMs::default(), Salt::new([7; 16]));
        let dated = until_ms.day();
        let request = Request { brand, amount, kind, dated, until_ms, household: None, salt };
        let alone = Operation::Redeem(Redeem { brand, from, amount, request: None });
        assert_eq!(Repeat::of(&alone), Repeat::Twice);
        assert_eq!(Repeat::of(&request.answer(&ChainId::new([1; 32]), from)), Repeat::ReferenceIsUsed);
        assert_eq!(Repeat::of(&Operation::Transfer(Transfer { brand, from, to, amount })), Repeat::Twice);
        assert_eq!(Repeat::of(&Operation::Freeze(Freeze {})), Repeat::Nothing);
    }
}
