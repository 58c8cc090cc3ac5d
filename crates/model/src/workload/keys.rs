//! Random keys, guardians, recoveries and freezes.

use lojal_types::{
    Address, Agree, Bounded, CancelRecovery, FinishRecovery, Freeze, Guardian, Guardians, Hash, Operation, Role,
    RotateKey, SetGuardians, StartRecovery, Unfreeze,
};

use super::Workload;
use crate::model::Account;
use crate::world::MEMBERS;

impl Workload {
    pub(super) fn rotate(&mut self, sender: usize) -> Option<Operation> {
        let new_key = self.later_key(self.address(sender));
        Some(Operation::RotateKey(RotateKey { new_key }))
    }

    /// Only members have guardians, so that no recovery stops the tills.
    pub(super) fn set_guardians(&mut self, sender: usize) -> Option<Operation> {
        if sender >= MEMBERS {
            return None;
        }
        let own = self.address(sender);
        let (first, second) = (self.member(), self.member());
        let brand = self.brand();
        let brand = if self.twist() { "nobody".parse().expect("a valid id") } else { brand };
        let (one, two, all) = (Guardian::Account(first), Guardian::Account(second), Guardian::Brand(brand));
        let (mut list, mut threshold) = match self.random.within(0..5) {
            0 => (vec![one], 1),
            1 => (vec![one, two], 2),
            2 => (vec![one, two, all], 2),
            3 => (vec![one, all], 1),
            _ => (vec![], 0),
        };
        list.sort_unstable();
        if self.twist() {
            list.reverse();
        } else if self.twist() {
            (list, threshold) = (vec![Guardian::Account(own)], 1);
        } else {
            list.retain(|guardian| guardian.account() != Some(&own));
            list.dedup();
            threshold = threshold.min(u8::try_from(list.len()).expect("at most three"));
        }
        if self.twist() {
            threshold += 1;
        }
        let guardians = Guardians { guardians: Bounded::new(list).expect("at most three"), threshold };
        Some(Operation::SetGuardians(SetGuardians { guardians }))
    }

    /// An account that somebody is a guardian of and for which something holds, or anybody's.
    fn guarded(&mut self, sender: usize, suits: impl Fn(&Self, &Account) -> bool) -> Option<Address> {
        let sender = self.address(sender);
        let brands = self.brands_of(sender, Role::Admin);
        let guards = |guardian: &Guardian| match guardian {
            Guardian::Account(account) => *account == sender,
            Guardian::Brand(brand) => brands.contains(brand),
        };
        let any_state = self.twist();
        let accounts = self.model.tables.accounts.iter();
        let guarded = accounts.filter(|(_, account)| {
            account.guardians.guardians.iter().any(guards) && (any_state || suits(self, account))
        });
        let guarded: Vec<Address> = guarded.map(|(address, _)| *address).collect();
        if self.twist() { Some(self.anybody()) } else { self.random.pick(&guarded) }
    }

    pub(super) fn start_recovery(&mut self, sender: usize) -> Option<Operation> {
        let though_barred = self.random.once_in(8);
        let undecided = |_: &Self, account: &Account| {
            let agreed = account.recovery.as_ref().is_some_and(|recovery| recovery.agreed.is_some());
            !agreed && (though_barred || account.safeguards.barred.is_empty())
        };
        let account = self.guarded(sender, undecided)?;
        let votes = self.model.tables.accounts.get(&account).and_then(|account| account.recovery.clone());
        // A guardian mostly agrees with the others.
        let agreeing = votes.and_then(|recovery| recovery.votes.first().copied());
        let by_sender = agreeing.is_some_and(|vote| vote.guardian.account() == Some(&self.address(sender)));
        let new_key = match agreeing {
            Some(vote) if !by_sender && !self.random.once_in(5) => vote.new_key,
            Some(vote) if self.twist() => vote.new_key,
            Some(vote) => {
                let key = self.later_key(account);
                if key == vote.new_key && !self.wild {
                    return None;
                }
                key
            }
            None => self.later_key(account),
        };
        Some(Operation::StartRecovery(StartRecovery { account, new_key }))
    }

    pub(super) fn finish_recovery(&mut self, sender: usize) -> Option<Operation> {
        let ripe = |workload: &Self, account: &Account| {
            let agreed = account.recovery.as_ref().and_then(|recovery| recovery.agreed);
            agreed.is_some_and(|agreed| agreed.from_ms <= workload.time)
        };
        let account = self.guarded(sender, ripe)?;
        Some(Operation::FinishRecovery(FinishRecovery { account }))
    }

    pub(super) fn agree(&mut self, sender: usize) -> Option<Operation> {
        let waits = |_: &Self, account: &Account| account.safeguards.waiting.is_some();
        let account = self.guarded(sender, waits)?;
        let waiting = self.model.tables.accounts.get(&account).and_then(|one| one.safeguards.waiting.clone());
        let digest = match waiting {
            Some(waiting) if !self.twist() => waiting.digest(&self.model.chain(), &account),
            _ if self.wild => Hash::new([7; 32]),
            _ => return None,
        };
        Some(Operation::Agree(Agree { account, digest }))
    }

    pub(super) fn cancel_recovery(&self) -> Operation {
        Operation::CancelRecovery(CancelRecovery {})
    }

    pub(super) fn freeze(&mut self, sender: usize) -> Option<Operation> {
        (sender < MEMBERS).then_some(Operation::Freeze(Freeze {}))
    }

    pub(super) fn unfreeze(&mut self, sender: usize) -> Option<Operation> {
        let frozen = self.model.tables.accounts.get(&self.address(sender)).is_some_and(|account| account.frozen);
        (frozen || self.wild).then_some(Operation::Unfreeze(Unfreeze {}))
    }
}
