//! Activity once more: everything that ever concerned an account is kept, and folded whenever somebody asks.

use std::collections::BTreeSet;

use lojal_types::hash::hash;
use lojal_types::{Address, Operation, Outcome, TransactionId};

use super::{Act, Model};

/// A transaction that concerned an account: its id, the height of its block, what became of it.
pub(super) type Deed = (TransactionId, u64, Outcome);

/// Accounts with the brands for which they act in roles, and the validators for which they speak.
pub(super) type Rights = BTreeSet<(Address, String, Vec<String>)>;

impl Model {
    /// The accounts that an operation is about to concern, besides its sender.
    pub(super) fn concerned(&self, act: Act, operation: &Operation) -> Vec<Address> {
        match operation {
            Operation::Issue(one) => vec![one.to],
            Operation::Redeem(one) => vec![one.from],
            Operation::Transfer(one) => vec![one.from, one.to],
            Operation::Reverse(one) => vec![one.from],
            Operation::Hold(one) => vec![one.from],
            Operation::Capture(one) => vec![one.from],
            Operation::Release(one) => vec![one.from],
            Operation::Convert(one) => vec![one.account],
            Operation::SetOperator(one) => vec![Address::of_key(&one.public_key)],
            Operation::RemoveOperator(one) => vec![one.operator],
            Operation::StartRecovery(one) => vec![one.account],
            Operation::FinishRecovery(one) => vec![one.account],
            Operation::Agree(one) => vec![one.account],
            Operation::Stamp(one) => vec![one.to],
            Operation::Grant(one) => vec![one.to],
            Operation::UseVoucher(one) => vec![one.account],
            Operation::Refund(one) => vec![one.to],
            Operation::Offer(one) => vec![one.from],
            Operation::Take(one) => vec![one.owner, one.from],
            Operation::WithdrawOffer(one) => vec![one.from],
            Operation::Claim(one) => [Some(one.account), one.referrer].into_iter().flatten().collect(),
            Operation::TakeBack(one) if self.tables.programme.relations.contains(&(one.from, one.brand)) => {
                vec![one.from]
            }
            Operation::CreateHousehold(_) => {
                vec![Address::of_household(&self.chain, &act.transaction, act.index)]
            }
            Operation::Invite(one) => vec![one.household],
            Operation::Join(one) => vec![one.household],
            Operation::Leave(one) => vec![one.household],
            Operation::SetMember(one) => vec![one.household, one.member],
            Operation::RemoveMember(one) => {
                let household = self.tables.households.get(&one.household);
                let is_member = household.is_some_and(|household| household.members.contains_key(&one.member));
                if is_member { vec![one.household, one.member] } else { vec![one.household] }
            }
            Operation::ProposePartnership(_)
            | Operation::AcceptPartnership(_)
            | Operation::EndPartnership(_)
            | Operation::Settle(_)
            | Operation::SetPolicy(_)
            | Operation::ProposeForBrand(_)
            | Operation::ApproveForBrand(_)
            | Operation::StopForBrand(_)
            | Operation::SetApprovals(_)
            | Operation::CloseBrand(_)
            | Operation::RotateKey(_)
            | Operation::SetGuardians(_)
            | Operation::CancelRecovery(_)
            | Operation::SetTrack(_)
            | Operation::SetCampaign(_)
            | Operation::AcceptSponsorship(_)
            | Operation::TakeBack(_)
            | Operation::SetConsent(_)
            | Operation::SetPendingDays(_)
            | Operation::Freeze(_)
            | Operation::Unfreeze(_)
            | Operation::Propose(_)
            | Operation::Approve(_)
            | Operation::Withdraw(_)
            | Operation::Activate(_)
            | Operation::SetEndpoint(_) => Vec::new(),
        }
    }

    /// The rights that there are before an operation that may decide a motion.
    pub(super) fn rights_before(&self, operation: &Operation) -> Option<Rights> {
        matches!(operation, Operation::Propose(_) | Operation::Approve(_) | Operation::Activate(_))
            .then(|| self.rights())
    }

    /// The accounts of which a motion has changed the rights.
    pub(super) fn changed_since(&self, before: Option<Rights>) -> BTreeSet<Address> {
        let changed = before.map(|before| before.symmetric_difference(&self.rights()).cloned().collect::<Rights>());
        changed.into_iter().flatten().map(|(account, ..)| account).collect()
    }

    fn rights(&self) -> Rights {
        let operators = self.tables.operators.iter().map(|((brand, account), one)| {
            let roles = one.roles.iter().map(|role| format!("{role:?}")).collect();
            (*account, brand.to_string(), roles)
        });
        let seats = self.tables.seats.iter();
        let seats = seats.map(|(name, seat)| (seat.governor, name.to_string(), vec![seat.since.to_string()]));
        operators.chain(seats).collect()
    }

    /// Keeps a transaction for the accounts that it concerned, of which some may be the same.
    pub(super) fn note(&mut self, transaction: TransactionId, outcome: Outcome, concerned: Vec<Address>) {
        for account in BTreeSet::from_iter(concerned) {
            if self.tables.accounts.contains(&account) {
                self.deeds.entry(account).or_default().push((transaction, self.height, outcome));
            }
        }
    }

    /// The number of transactions that have concerned an account, and the digest over them.
    pub fn activity(&self, account: Address) -> (u64, [u8; 32]) {
        let deeds = self.deeds.get(&account).map_or(&[][..], Vec::as_slice);
        let digest = deeds.iter().fold([0; 32], |digest, (transaction, height, outcome)| {
            let outcome = match outcome {
                Outcome::Applied => vec![0],
                Outcome::Failed { operation, code } => {
                    let [low, high] = code.number().to_le_bytes();
                    vec![1, *operation, low, high]
                }
            };
            hash("lojal/activity/v1", &[&digest, transaction.as_bytes(), &height.to_le_bytes(), &outcome])
        });
        (deeds.len() as u64, digest)
    }
}
