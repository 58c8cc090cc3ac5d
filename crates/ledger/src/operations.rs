//! The rules of the operations: one file per group, one function per rule, with the rule quoted above it.

mod allowance;
mod approvals;
mod authority;
mod awarding;
mod awards;
mod balances;
mod brand;
mod brand_motions;
mod campaigns;
mod convert;
mod counters;
mod donations;
mod enact;
mod expired_holds;
mod governance;
mod grants;
mod holds;
mod household;
mod invitations;
mod issue;
mod keys;
mod ledger;
mod market;
mod marks;
mod obligations;
mod partnership;
mod payments;
mod recovery;
mod redeem;
mod reference;
mod referrals;
mod refunds;
mod requirements;
mod reverse;
mod safeguards;
mod settle;
mod stamps;
mod standings;
mod taking;
mod tracks;
mod transfer;
mod vouchers;

pub(crate) use ledger::set_aside;
use lojal_types::{Address, BrandId, ChainId, Height, Operation, Parameters, PublicKey, Rules, TimeMs, TransactionId};

use crate::overlay::Overlay;
use crate::stop::Stop;

/// The one or ones by whom an operation happens.
#[derive(Clone, Copy)]
pub(crate) enum By {
    /// The sender alone.
    Sender,
    /// The admins of a brand, together.
    Motion {
        /// The brand.
        brand: BrandId,
        /// True once something that they do widens.
        widens: bool,
    },
}

/// The block and the transaction of an operation, as far as it sees them.
pub(crate) struct Context<'c, 'a> {
    pub(crate) overlay: &'c mut Overlay<'a>,
    /// The network.
    pub(crate) chain: ChainId,
    /// The transaction.
    pub(crate) transaction: TransactionId,
    /// The operation's place in the transaction, counted from 0.
    pub(crate) index: u8,
    /// The account that acts.
    pub(crate) sender: Address,
    /// The sender or the motion that acts.
    pub(crate) by: By,
    /// The key that signed for it.
    pub(crate) signer: PublicKey,
    /// The block's time.
    pub(crate) time: TimeMs,
    /// The block's height.
    pub(crate) height: Height,
    /// The parameters in force in the block.
    pub(crate) parameters: &'c Parameters,
    /// The rules in force in the block.
    pub(crate) rules: &'static Rules,
}

/// Applies one operation; after an error the caller takes the whole transaction back.
pub(crate) fn apply(context: &mut Context<'_, '_>, operation: &Operation) -> Result<(), Stop> {
    if !works_while_stopped(operation) {
        authority::active(context)?;
    }
    act(context, operation)
}

/// Does what an operation, or an action of a brand's motion, asks for.
fn act(context: &mut Context<'_, '_>, operation: &Operation) -> Result<(), Stop> {
    match operation {
        Operation::Issue(issue) => issue::apply(context, issue),
        Operation::Redeem(redeem) => redeem::apply(context, redeem),
        Operation::Transfer(transfer) => transfer::apply(context, transfer),
        Operation::Reverse(reverse) => reverse::apply(context, reverse),
        Operation::Hold(hold) => holds::hold(context, hold),
        Operation::Capture(capture) => holds::capture(context, capture),
        Operation::Release(release) => holds::release(context, release),
        Operation::ProposePartnership(proposal) => partnership::propose(context, proposal),
        Operation::AcceptPartnership(acceptance) => partnership::accept(context, acceptance),
        Operation::EndPartnership(end) => partnership::end(context, end),
        Operation::Convert(convert) => convert::apply(context, convert),
        Operation::Settle(settle) => settle::apply(context, settle),
        Operation::SetPolicy(set) => brand::set_policy(context, set),
        Operation::SetOperator(set) => brand::set_operator(context, set),
        Operation::RemoveOperator(remove) => brand::remove_operator(context, remove),
        Operation::ProposeForBrand(motion) => brand_motions::propose(context, motion),
        Operation::ApproveForBrand(approve) => brand_motions::approve(context, approve),
        Operation::StopForBrand(stop) => brand_motions::stop(context, stop),
        Operation::SetApprovals(set) => brand_motions::set_approvals(context, set),
        Operation::CloseBrand(close) => brand::close(context, close),
        Operation::RotateKey(rotate) => keys::rotate(context, rotate),
        Operation::SetGuardians(set) => safeguards::set_guardians(context, set),
        Operation::StartRecovery(start) => recovery::start(context, start),
        Operation::CancelRecovery(_) => recovery::cancel(context),
        Operation::FinishRecovery(finish) => recovery::finish(context, finish),
        Operation::Freeze(_) => keys::freeze(context),
        Operation::Unfreeze(_) => safeguards::unfreeze(context),
        Operation::Agree(agree) => safeguards::agree(context, agree),
        Operation::CreateHousehold(_) => household::create(context),
        Operation::Invite(invite) => household::invite(context, invite),
        Operation::Join(join) => household::join(context, join),
        Operation::Leave(leave) => household::leave(context, leave),
        Operation::SetMember(set) => household::set_member(context, set),
        Operation::RemoveMember(remove) => household::remove_member(context, remove),
        Operation::Propose(motion) => governance::propose(context, motion),
        Operation::Approve(approve) => governance::approve(context, approve),
        Operation::Withdraw(withdraw) => governance::withdraw(context, withdraw),
        Operation::Activate(activate) => governance::activate(context, activate),
        Operation::SetEndpoint(set) => governance::set_endpoint(context, set),
        Operation::SetTrack(set) => tracks::set(context, set),
        Operation::Stamp(stamp) => stamps::stamp(context, stamp),
        Operation::TakeBack(take) => stamps::take_back(context, take),
        Operation::SetCampaign(set) => campaigns::set(context, set),
        Operation::AcceptSponsorship(accept) => campaigns::accept(context, accept),
        Operation::Grant(grant) => grants::grant(context, grant),
        Operation::Claim(claim) => grants::claim(context, claim),
        Operation::UseVoucher(one) => vouchers::apply(context, one),
        Operation::Refund(refund) => refunds::apply(context, refund),
        Operation::SetConsent(set) => standings::set_consent(context, set),
        Operation::SetPendingDays(set) => brand::set_pending_days(context, set),
        Operation::Offer(offer) => market::offer(context, offer),
        Operation::Take(take) => market::take(context, take),
        Operation::WithdrawOffer(withdraw) => market::withdraw(context, withdraw),
    }
}

/// "What works is `Freeze`, `Unfreeze` and `CancelRecovery`." (protocol, Accounts and keys)
fn works_while_stopped(operation: &Operation) -> bool {
    matches!(operation, Operation::Freeze(_) | Operation::Unfreeze(_) | Operation::CancelRecovery(_))
}
