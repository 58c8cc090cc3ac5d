//! The operations by which a brand's admins decide together, and what they can decide (protocol, Brands).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AcceptPartnership, AcceptSponsorship, Agree, EndPartnership, FinishRecovery, Operation, ProposePartnership,
    RemoveOperator, SetCampaign, SetOperator, SetPendingDays, SetPolicy, SetTrack, Settle, StartRecovery,
};
use crate::address::Address;
use crate::bounded::Bounded;
use crate::brand::BrandId;
use crate::governance::MotionId;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, Hash};
use crate::limits::MOTION_ACTIONS_MAX;
use crate::rules::Rules;
use crate::time::TimeMs;

/// One step of a motion of a brand's admins: an operation that one admin could send where one is enough. The numbers
/// are those of the operations.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[borsh(use_discriminant = true)]
#[serde(tag = "type", rename_all = "snake_case")]
#[repr(u8)]
pub enum BrandAction<A = Address> {
    /// See [`ProposePartnership`].
    ProposePartnership(ProposePartnership) = 16,
    /// See [`AcceptPartnership`].
    AcceptPartnership(AcceptPartnership) = 17,
    /// See [`EndPartnership`].
    EndPartnership(EndPartnership) = 18,
    /// See [`Settle`].
    Settle(Settle) = 20,
    /// See [`SetPolicy`].
    SetPolicy(SetPolicy) = 24,
    /// See [`SetOperator`].
    SetOperator(SetOperator) = 25,
    /// See [`RemoveOperator`].
    RemoveOperator(RemoveOperator<A>) = 26,
    /// See [`SetApprovals`].
    SetApprovals(SetApprovals) = 30,
    /// See [`CloseBrand`].
    CloseBrand(CloseBrand) = 31,
    /// See [`StartRecovery`]: the brand acts as a guardian.
    StartRecovery(StartRecovery<A>) = 34,
    /// See [`FinishRecovery`]: the brand acts as a guardian.
    FinishRecovery(FinishRecovery<A>) = 36,
    /// See [`Agree`]: the brand acts as a guardian.
    Agree(Agree<A>) = 39,
    /// See [`SetTrack`].
    SetTrack(SetTrack) = 64,
    /// See [`SetCampaign`].
    SetCampaign(SetCampaign) = 67,
    /// See [`AcceptSponsorship`].
    AcceptSponsorship(AcceptSponsorship) = 68,
    /// See [`SetPendingDays`].
    SetPendingDays(SetPendingDays) = 74,
}

/// The actions of a brand's motion, in the order in which they happen.
pub type BrandActions<A = Address> = Bounded<BrandAction<A>, 1, MOTION_ACTIONS_MAX>;

impl<A> BrandAction<A> {
    /// The action's name, as in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ProposePartnership(_) => "propose_partnership",
            Self::AcceptPartnership(_) => "accept_partnership",
            Self::EndPartnership(_) => "end_partnership",
            Self::Settle(_) => "settle",
            Self::SetPolicy(_) => "set_policy",
            Self::SetOperator(_) => "set_operator",
            Self::RemoveOperator(_) => "remove_operator",
            Self::SetApprovals(_) => "set_approvals",
            Self::CloseBrand(_) => "close_brand",
            Self::StartRecovery(_) => "start_recovery",
            Self::FinishRecovery(_) => "finish_recovery",
            Self::Agree(_) => "agree",
            Self::SetTrack(_) => "set_track",
            Self::SetCampaign(_) => "set_campaign",
            Self::AcceptSponsorship(_) => "accept_sponsorship",
            Self::SetPendingDays(_) => "set_pending_days",
        }
    }
    /// True if the action can be asked for under these rules.
    pub(super) fn is_known_to(&self, rules: &Rules) -> bool {
        match self {
            Self::SetOperator(one) => one.is_known_to(rules),
            Self::SetTrack(_) | Self::SetCampaign(_) | Self::AcceptSponsorship(_) | Self::SetPendingDays(_) => {
                rules.programme
            }
            _ => true,
        }
    }
    /// The account that the action is about, if it is about one.
    fn account(&self) -> Option<&A> {
        match self {
            Self::RemoveOperator(one) => Some(&one.operator),
            Self::StartRecovery(one) => Some(&one.account),
            Self::FinishRecovery(one) => Some(&one.account),
            Self::Agree(one) => Some(&one.account),
            Self::ProposePartnership(_)
            | Self::AcceptPartnership(_)
            | Self::EndPartnership(_)
            | Self::Settle(_)
            | Self::SetPolicy(_)
            | Self::SetOperator(_)
            | Self::SetApprovals(_)
            | Self::CloseBrand(_)
            | Self::SetTrack(_)
            | Self::SetCampaign(_)
            | Self::AcceptSponsorship(_)
            | Self::SetPendingDays(_) => None,
        }
    }
    fn try_map<B, E>(self, f: impl FnMut(A) -> Result<B, E>) -> Result<BrandAction<B>, E> {
        Ok(match self {
            Self::ProposePartnership(one) => BrandAction::ProposePartnership(one),
            Self::AcceptPartnership(one) => BrandAction::AcceptPartnership(one),
            Self::EndPartnership(one) => BrandAction::EndPartnership(one),
            Self::Settle(one) => BrandAction::Settle(one),
            Self::SetPolicy(one) => BrandAction::SetPolicy(one),
            Self::SetOperator(one) => BrandAction::SetOperator(one),
            Self::RemoveOperator(one) => BrandAction::RemoveOperator(one.try_map(f)?),
            Self::SetApprovals(one) => BrandAction::SetApprovals(one),
            Self::CloseBrand(one) => BrandAction::CloseBrand(one),
            Self::StartRecovery(one) => BrandAction::StartRecovery(one.try_map(f)?),
            Self::FinishRecovery(one) => BrandAction::FinishRecovery(one.try_map(f)?),
            Self::Agree(one) => BrandAction::Agree(one.try_map(f)?),
            Self::SetTrack(one) => BrandAction::SetTrack(one),
            Self::SetCampaign(one) => BrandAction::SetCampaign(one),
            Self::AcceptSponsorship(one) => BrandAction::AcceptSponsorship(one),
            Self::SetPendingDays(one) => BrandAction::SetPendingDays(one),
        })
    }
    /// The action as the operation that it is.
    pub fn into_operation(self) -> Operation<A> {
        match self {
            Self::ProposePartnership(one) => Operation::ProposePartnership(one),
            Self::AcceptPartnership(one) => Operation::AcceptPartnership(one),
            Self::EndPartnership(one) => Operation::EndPartnership(one),
            Self::Settle(one) => Operation::Settle(one),
            Self::SetPolicy(one) => Operation::SetPolicy(one),
            Self::SetOperator(one) => Operation::SetOperator(one),
            Self::RemoveOperator(one) => Operation::RemoveOperator(one),
            Self::SetApprovals(one) => Operation::SetApprovals(one),
            Self::CloseBrand(one) => Operation::CloseBrand(one),
            Self::StartRecovery(one) => Operation::StartRecovery(one),
            Self::FinishRecovery(one) => Operation::FinishRecovery(one),
            Self::Agree(one) => Operation::Agree(one),
            Self::SetTrack(one) => Operation::SetTrack(one),
            Self::SetCampaign(one) => Operation::SetCampaign(one),
            Self::AcceptSponsorship(one) => Operation::AcceptSponsorship(one),
            Self::SetPendingDays(one) => Operation::SetPendingDays(one),
        }
    }
    /// The operation as an action of a brand's motion, if it can be one.
    pub fn of(operation: Operation<A>) -> Option<Self> {
        Some(match operation {
            Operation::ProposePartnership(one) => Self::ProposePartnership(one),
            Operation::AcceptPartnership(one) => Self::AcceptPartnership(one),
            Operation::EndPartnership(one) => Self::EndPartnership(one),
            Operation::Settle(one) => Self::Settle(one),
            Operation::SetPolicy(one) => Self::SetPolicy(one),
            Operation::SetOperator(one) => Self::SetOperator(one),
            Operation::RemoveOperator(one) => Self::RemoveOperator(one),
            Operation::SetApprovals(one) => Self::SetApprovals(one),
            Operation::CloseBrand(one) => Self::CloseBrand(one),
            Operation::StartRecovery(one) => Self::StartRecovery(one),
            Operation::FinishRecovery(one) => Self::FinishRecovery(one),
            Operation::Agree(one) => Self::Agree(one),
            Operation::SetTrack(one) => Self::SetTrack(one),
            Operation::SetCampaign(one) => Self::SetCampaign(one),
            Operation::AcceptSponsorship(one) => Self::AcceptSponsorship(one),
            Operation::SetPendingDays(one) => Self::SetPendingDays(one),
            _ => return None,
        })
    }
}

/// The actions with every address in another form.
///
/// # Errors
/// The first that `f` returns.
pub fn try_map_actions<A, B, E>(
    actions: BrandActions<A>,
    mut f: impl FnMut(A) -> Result<B, E>,
) -> Result<BrandActions<B>, E> {
    let actions = actions.into_inner().into_iter().map(|action| action.try_map(&mut f));
    Ok(Bounded::new(actions.collect::<Result<_, E>>()?).expect("as many as before"))
}

/// The digest by which admins name what they approve: "The digest is `lojal/brand-motion/v1` of the brand and the
/// actions, so nobody approves of other actions than those that were shown." (protocol, Brands)
pub fn brand_digest(chain: &ChainId, brand: BrandId, actions: &BrandActions) -> Hash {
    let bytes = borsh::to_vec(&(brand, actions)).expect("writing to memory can't fail");
    Hash::new(chain_hash(tag::BRAND_MOTION, chain, &[&bytes]))
}

/// The admins of a brand say how many of them it takes, and how long they wait with what widens.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetApprovals {
    /// The brand.
    pub brand: BrandId,
    /// The number of admins that a motion takes, 1 to all of them.
    pub needed: u8,
    /// The time between the approval of a motion that widens something and its effect, in milliseconds, at most 7
    /// days.
    pub delay_ms: u64,
}

/// The admins of a brand say when it leaves, or that it doesn't after all.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseBrand {
    /// The brand.
    pub brand: BrandId,
    /// The time at which what is left of its points expires, a whole minute; none if it stays.
    #[serde(default)]
    pub closes_ms: Option<TimeMs>,
}

/// An admin puts a motion of its brand forward, and approves it by that.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposeForBrand<A = Address> {
    /// The brand.
    pub brand: BrandId,
    /// The actions that happen together or not at all.
    pub actions: BrandActions<A>,
}

impl<A> ProposeForBrand<A> {
    pub(super) fn try_map<B, E>(self, f: impl FnMut(A) -> Result<B, E>) -> Result<ProposeForBrand<B>, E> {
        let Self { brand, actions } = self;
        Ok(ProposeForBrand { brand, actions: try_map_actions(actions, f)? })
    }
    /// The accounts that the actions are about.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &A> {
        self.actions.iter().filter_map(BrandAction::account)
    }
}

/// An admin approves a motion of its brand; once its wait is over, that carries it out.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveForBrand {
    /// The brand.
    pub brand: BrandId,
    /// The motion.
    pub motion: MotionId,
    /// The digest of the brand and the actions, so that nobody approves of others than those that were shown.
    pub digest: Hash,
}

/// An admin wants a motion of its brand stopped; whoever has put it forward takes it back by that.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopForBrand {
    /// The brand.
    pub brand: BrandId,
    /// The motion.
    pub motion: MotionId,
}
