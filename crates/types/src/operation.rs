//! The operations that a transaction can ask for (protocol, Transactions): one struct per operation, by group.
//!
//! Every operation is written once, over the form of an address: [`Address`] in bytes, [`AddressText`] in JSON.
//!
//! [`AddressText`]: crate::address::AddressText

mod answer;
mod brand;
mod brand_motion;
mod brands;
mod campaign;
mod governance;
mod holds;
mod household;
mod keys;
mod market;
mod names;
mod partnership;
mod points;
mod programme;
mod voucher;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::brand::{RemoveOperator, SetOperator, SetPendingDays, SetPolicy};
pub use self::brand_motion::{
    ApproveForBrand, BrandAction, BrandActions, CloseBrand, ProposeForBrand, SetApprovals, StopForBrand, brand_digest,
    try_map_actions,
};
pub use self::campaign::{AcceptSponsorship, Claim, Grant, SetCampaign};
pub use self::governance::{Activate, Approve, Propose, SetEndpoint, Withdraw};
pub use self::holds::{Capture, Hold, Release};
pub use self::household::{CreateHousehold, Invite, Join, Leave, RemoveMember, SetMember};
pub use self::keys::{Agree, CancelRecovery, FinishRecovery, Freeze, RotateKey, SetGuardians, StartRecovery, Unfreeze};
pub use self::market::{Offer, Take, WithdrawOffer};
pub use self::names::OPERATION_NAMES;
pub use self::partnership::{AcceptPartnership, Convert, EndPartnership, ProposePartnership, Settle};
pub use self::points::{Issue, Redeem, Reverse, Transfer};
pub use self::programme::{SetConsent, SetTrack, Stamp, TakeBack, TakenBackOf};
pub use self::voucher::{Payment, Refund, UseVoucher};
use crate::address::Address;
use crate::brand::BrandId;
use crate::guardian::Guardian;
use crate::points::Points;
use crate::rules::Rules;

/// One step of a transaction. The numbers of the kinds are part of the bytes: 1 points and holds, 16 between brands,
/// 24 brands, 32 keys, 40 households, 48 governance, 64 programme, 80 market.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[borsh(use_discriminant = true)]
#[serde(tag = "type", rename_all = "snake_case")]
#[repr(u8)]
pub enum Operation<A = Address> {
    /// See [`Issue`].
    Issue(Issue<A>) = 1,
    /// See [`Redeem`].
    Redeem(Redeem<A>) = 2,
    /// See [`Transfer`].
    Transfer(Transfer<A>) = 3,
    /// See [`Reverse`].
    Reverse(Reverse<A>) = 4,
    /// See [`Hold`].
    Hold(Hold<A>) = 5,
    /// See [`Capture`].
    Capture(Capture<A>) = 6,
    /// See [`Release`].
    Release(Release<A>) = 7,
    /// See [`ProposePartnership`].
    ProposePartnership(ProposePartnership) = 16,
    /// See [`AcceptPartnership`].
    AcceptPartnership(AcceptPartnership) = 17,
    /// See [`EndPartnership`].
    EndPartnership(EndPartnership) = 18,
    /// See [`Convert`].
    Convert(Convert<A>) = 19,
    /// See [`Settle`].
    Settle(Settle) = 20,
    /// See [`SetPolicy`].
    SetPolicy(SetPolicy) = 24,
    /// See [`SetOperator`].
    SetOperator(SetOperator) = 25,
    /// See [`RemoveOperator`].
    RemoveOperator(RemoveOperator<A>) = 26,
    /// See [`ProposeForBrand`].
    ProposeForBrand(ProposeForBrand<A>) = 27,
    /// See [`ApproveForBrand`].
    ApproveForBrand(ApproveForBrand) = 28,
    /// See [`StopForBrand`].
    StopForBrand(StopForBrand) = 29,
    /// See [`SetApprovals`].
    SetApprovals(SetApprovals) = 30,
    /// See [`CloseBrand`].
    CloseBrand(CloseBrand) = 31,
    /// See [`RotateKey`].
    RotateKey(RotateKey) = 32,
    /// See [`SetGuardians`].
    SetGuardians(SetGuardians<A>) = 33,
    /// See [`StartRecovery`].
    StartRecovery(StartRecovery<A>) = 34,
    /// See [`CancelRecovery`].
    CancelRecovery(CancelRecovery) = 35,
    /// See [`FinishRecovery`].
    FinishRecovery(FinishRecovery<A>) = 36,
    /// See [`Freeze`].
    Freeze(Freeze) = 37,
    /// See [`Unfreeze`].
    Unfreeze(Unfreeze) = 38,
    /// See [`Agree`].
    Agree(Agree<A>) = 39,
    /// See [`CreateHousehold`].
    CreateHousehold(CreateHousehold) = 40,
    /// See [`Invite`].
    Invite(Invite<A>) = 41,
    /// See [`Join`].
    Join(Join<A>) = 42,
    /// See [`Leave`].
    Leave(Leave<A>) = 43,
    /// See [`SetMember`].
    SetMember(SetMember<A>) = 44,
    /// See [`RemoveMember`].
    RemoveMember(RemoveMember<A>) = 45,
    /// See [`Propose`].
    Propose(Propose) = 48,
    /// See [`Approve`].
    Approve(Approve) = 49,
    /// See [`Withdraw`].
    Withdraw(Withdraw) = 50,
    /// See [`Activate`].
    Activate(Activate) = 51,
    /// See [`SetEndpoint`].
    SetEndpoint(SetEndpoint) = 52,
    /// See [`SetTrack`].
    SetTrack(SetTrack) = 64,
    /// See [`Stamp`].
    Stamp(Stamp<A>) = 65,
    /// See [`TakeBack`].
    TakeBack(TakeBack<A>) = 66,
    /// See [`SetCampaign`].
    SetCampaign(SetCampaign) = 67,
    /// See [`AcceptSponsorship`].
    AcceptSponsorship(AcceptSponsorship) = 68,
    /// See [`Grant`].
    Grant(Grant<A>) = 69,
    /// See [`Claim`].
    Claim(Claim<A>) = 70,
    /// See [`UseVoucher`].
    UseVoucher(UseVoucher<A>) = 71,
    /// See [`Refund`].
    Refund(Refund<A>) = 72,
    /// See [`SetConsent`].
    SetConsent(SetConsent) = 73,
    /// See [`SetPendingDays`].
    SetPendingDays(SetPendingDays) = 74,
    /// See [`Offer`].
    Offer(Offer<A>) = 80,
    /// See [`Take`].
    Take(Take<A>) = 81,
    /// See [`WithdrawOffer`].
    WithdrawOffer(WithdrawOffer<A>) = 82,
}

impl<A> Operation<A> {
    /// The same operation with every address in another form.
    ///
    /// # Errors
    /// The first that `f` returns.
    pub fn try_map<B, E>(self, f: impl FnMut(A) -> Result<B, E>) -> Result<Operation<B>, E> {
        Ok(match self {
            Self::Issue(one) => Operation::Issue(one.try_map(f)?),
            Self::Redeem(one) => Operation::Redeem(one.try_map(f)?),
            Self::Transfer(one) => Operation::Transfer(one.try_map(f)?),
            Self::Reverse(one) => Operation::Reverse(one.try_map(f)?),
            Self::Hold(one) => Operation::Hold(one.try_map(f)?),
            Self::Capture(one) => Operation::Capture(one.try_map(f)?),
            Self::Release(one) => Operation::Release(one.try_map(f)?),
            Self::ProposePartnership(one) => Operation::ProposePartnership(one),
            Self::AcceptPartnership(one) => Operation::AcceptPartnership(one),
            Self::EndPartnership(one) => Operation::EndPartnership(one),
            Self::Convert(one) => Operation::Convert(one.try_map(f)?),
            Self::Settle(one) => Operation::Settle(one),
            Self::SetPolicy(one) => Operation::SetPolicy(one),
            Self::SetOperator(one) => Operation::SetOperator(one),
            Self::RemoveOperator(one) => Operation::RemoveOperator(one.try_map(f)?),
            Self::ProposeForBrand(one) => Operation::ProposeForBrand(one.try_map(f)?),
            Self::ApproveForBrand(one) => Operation::ApproveForBrand(one),
            Self::StopForBrand(one) => Operation::StopForBrand(one),
            Self::SetApprovals(one) => Operation::SetApprovals(one),
            Self::CloseBrand(one) => Operation::CloseBrand(one),
            Self::RotateKey(one) => Operation::RotateKey(one),
            Self::SetGuardians(one) => Operation::SetGuardians(one.try_map(f)?),
            Self::StartRecovery(one) => Operation::StartRecovery(one.try_map(f)?),
            Self::CancelRecovery(one) => Operation::CancelRecovery(one),
            Self::FinishRecovery(one) => Operation::FinishRecovery(one.try_map(f)?),
            Self::Freeze(one) => Operation::Freeze(one),
            Self::Unfreeze(one) => Operation::Unfreeze(one),
            Self::Agree(one) => Operation::Agree(one.try_map(f)?),
            Self::CreateHousehold(one) => Operation::CreateHousehold(one),
            Self::Invite(one) => Operation::Invite(one.try_map(f)?),
            Self::Join(one) => Operation::Join(one.try_map(f)?),
            Self::Leave(one) => Operation::Leave(one.try_map(f)?),
            Self::SetMember(one) => Operation::SetMember(one.try_map(f)?),
            Self::RemoveMember(one) => Operation::RemoveMember(one.try_map(f)?),
            Self::Propose(one) => Operation::Propose(one),
            Self::Approve(one) => Operation::Approve(one),
            Self::Withdraw(one) => Operation::Withdraw(one),
            Self::Activate(one) => Operation::Activate(one),
            Self::SetEndpoint(one) => Operation::SetEndpoint(one),
            Self::SetTrack(one) => Operation::SetTrack(one),
            Self::Stamp(one) => Operation::Stamp(one.try_map(f)?),
            Self::TakeBack(one) => Operation::TakeBack(one.try_map(f)?),
            Self::SetCampaign(one) => Operation::SetCampaign(one),
            Self::AcceptSponsorship(one) => Operation::AcceptSponsorship(one),
            Self::Grant(one) => Operation::Grant(one.try_map(f)?),
            Self::Claim(one) => Operation::Claim(one.try_map(f)?),
            Self::UseVoucher(one) => Operation::UseVoucher(one.try_map(f)?),
            Self::Refund(one) => Operation::Refund(one.try_map(f)?),
            Self::SetConsent(one) => Operation::SetConsent(one),
            Self::SetPendingDays(one) => Operation::SetPendingDays(one),
            Self::Offer(one) => Operation::Offer(one.try_map(f)?),
            Self::Take(one) => Operation::Take(one.try_map(f)?),
            Self::WithdrawOffer(one) => Operation::WithdrawOffer(one.try_map(f)?),
        })
    }

    /// The accounts that the operation names, for their histories; of a brand's operator only the one that goes.
    pub fn accounts(&self) -> impl Iterator<Item = &A> {
        let mut guardians: &[Guardian<A>] = &[];
        let accounts = match self {
            Self::Issue(one) => [Some(&one.to), None],
            Self::Redeem(one) => [Some(&one.from), None],
            Self::Transfer(one) => [Some(&one.from), Some(&one.to)],
            Self::Reverse(one) => [Some(&one.from), None],
            Self::Hold(one) => [Some(&one.from), None],
            Self::Capture(one) => [Some(&one.from), None],
            Self::Release(one) => [Some(&one.from), None],
            Self::Convert(one) => [Some(&one.account), None],
            Self::RemoveOperator(one) => [Some(&one.operator), None],
            Self::SetGuardians(one) => {
                guardians = &one.guardians.guardians;
                [None, None]
            }
            Self::StartRecovery(one) => [Some(&one.account), None],
            Self::FinishRecovery(one) => [Some(&one.account), None],
            Self::Agree(one) => [Some(&one.account), None],
            Self::Invite(one) => [Some(&one.household), Some(&one.member)],
            Self::Join(one) => [Some(&one.household), None],
            Self::Leave(one) => [Some(&one.household), None],
            Self::SetMember(one) => [Some(&one.household), Some(&one.member)],
            Self::RemoveMember(one) => [Some(&one.household), Some(&one.member)],
            Self::Stamp(one) => [Some(&one.to), None],
            Self::TakeBack(one) => [Some(&one.from), None],
            Self::Grant(one) => [Some(&one.to), None],
            Self::Claim(one) => [Some(&one.account), one.referrer.as_ref()],
            Self::UseVoucher(one) => [Some(&one.account), None],
            Self::Refund(one) => [Some(&one.to), None],
            Self::Offer(one) => [Some(&one.from), None],
            Self::Take(one) => [Some(&one.owner), Some(&one.from)],
            Self::WithdrawOffer(one) => [Some(&one.from), None],
            Self::ProposePartnership(_)
            | Self::AcceptPartnership(_)
            | Self::EndPartnership(_)
            | Self::Settle(_)
            | Self::SetPolicy(_)
            | Self::SetOperator(_)
            | Self::ProposeForBrand(_)
            | Self::ApproveForBrand(_)
            | Self::StopForBrand(_)
            | Self::SetApprovals(_)
            | Self::CloseBrand(_)
            | Self::RotateKey(_)
            | Self::CancelRecovery(_)
            | Self::Freeze(_)
            | Self::Unfreeze(_)
            | Self::CreateHousehold(_)
            | Self::Propose(_)
            | Self::Approve(_)
            | Self::Withdraw(_)
            | Self::Activate(_)
            | Self::SetEndpoint(_)
            | Self::SetTrack(_)
            | Self::SetCampaign(_)
            | Self::AcceptSponsorship(_)
            | Self::SetConsent(_)
            | Self::SetPendingDays(_) => [None, None],
        };
        let of_motion = match self {
            Self::ProposeForBrand(one) => Some(one.accounts()),
            _ => None,
        };
        let named = accounts.into_iter().flatten().chain(guardians.iter().filter_map(Guardian::account));
        named.chain(of_motion.into_iter().flatten())
    }

    /// True if the operation can be asked for under these rules.
    pub fn is_known_to(&self, rules: &Rules) -> bool {
        match self {
            Self::Propose(one) => one.actions.iter().all(|action| action.is_known_to(rules)),
            Self::ProposeForBrand(one) => one.actions.iter().all(|action| action.is_known_to(rules)),
            Self::SetOperator(one) => one.is_known_to(rules),
            Self::SetTrack(_)
            | Self::Stamp(_)
            | Self::TakeBack(_)
            | Self::SetConsent(_)
            | Self::SetPendingDays(_)
            | Self::SetCampaign(_)
            | Self::AcceptSponsorship(_)
            | Self::Grant(_)
            | Self::Claim(_)
            | Self::UseVoucher(_)
            | Self::Refund(_) => rules.programme,
            Self::Offer(_) | Self::Take(_) | Self::WithdrawOffer(_) => rules.market,
            _ => true,
        }
    }

    /// The points that the operation takes out of an account by the wish of who owns them, at most.
    pub fn spends(&self) -> Option<(&A, BrandId, Points)> {
        match self {
            Self::Redeem(one) => Some((&one.from, one.brand, one.amount)),
            Self::Transfer(one) => Some((&one.from, one.brand, one.amount)),
            Self::Hold(one) => Some((&one.from, one.brand, one.amount)),
            Self::Convert(one) => Some((&one.account, one.from, one.burned)),
            Self::Offer(one) => Some((&one.from, one.brand, one.amount)),
            Self::Take(one) => Some((&one.from, one.wants, one.max_pay)),
            Self::Claim(one) if !one.price_max.is_zero() => Some((&one.account, one.brand, one.price_max)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
