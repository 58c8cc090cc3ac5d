//! Keys, freezes and recoveries once more.

use lojal_types::{
    Address, AgreedKey, Bounded, Code, FinishRecovery, Guardian, Recovery, RecoveryVote, Role, RotateKey, SetGuardians,
    StartRecovery, TimeMs,
};

use super::{Act, Model, ModelAccount, ensure};

impl Model {
    fn account_mut(&mut self, address: Address) -> Result<&mut ModelAccount, Code> {
        self.accounts.get_mut(&address).ok_or(Code::UnknownAccount)
    }

    pub(super) fn rotate(&mut self, act: Act, rotate: &RotateKey) -> Result<(), Code> {
        ensure(rotate.new_key.is_valid(), Code::InvalidKey)?;
        let account = self.account_mut(act.sender)?;
        ensure(account.key.unwrap_or(act.signer) != rotate.new_key, Code::KeyUnchanged)?;
        account.key = Some(rotate.new_key);
        Ok(())
    }

    pub(super) fn set_frozen(&mut self, sender: Address, frozen: bool) -> Result<(), Code> {
        let account = self.account_mut(sender)?;
        ensure(account.frozen != frozen, if frozen { Code::AlreadyFrozen } else { Code::NotFrozen })?;
        account.frozen = frozen;
        Ok(())
    }

    pub(super) fn set_guardians(&mut self, sender: Address, set: &SetGuardians) -> Result<(), Code> {
        let (list, threshold) = (set.guardians.guardians.to_vec(), usize::from(set.guardians.threshold));
        let mut sorted = list.clone();
        sorted.sort();
        sorted.dedup();
        ensure(sorted == list, Code::GuardiansOutOfOrder)?;
        let threshold_min = usize::from(!list.is_empty());
        ensure((threshold_min..=list.len()).contains(&threshold), Code::ThresholdOutOfRange)?;
        for guardian in list {
            match guardian {
                Guardian::Account(address) => ensure(address != sender, Code::OwnGuardian)?,
                Guardian::Brand(brand) => self.policy(brand).map(drop)?,
            }
        }
        self.account_mut(sender)?.guardians = set.guardians.clone();
        Ok(())
    }

    /// The guardians of an account for which the sender acts.
    fn acting(&self, sender: Address, account: Address) -> Result<Vec<Guardian>, Code> {
        let guardians = &self.accounts.get(&account).ok_or(Code::UnknownAccount)?.guardians;
        let mut acting = guardians.guardians.to_vec();
        acting.retain(|guardian| match guardian {
            Guardian::Account(address) => *address == sender,
            Guardian::Brand(brand) => self.check_role(*brand, sender, Role::Admin).is_ok(),
        });
        ensure(!acting.is_empty(), Code::NotGuardian)?;
        Ok(acting)
    }

    pub(super) fn start_recovery(&mut self, sender: Address, start: &StartRecovery) -> Result<(), Code> {
        let acting = self.acting(sender, start.account)?;
        ensure(start.new_key.is_valid(), Code::InvalidKey)?;
        ensure(!self.signs_for(&start.new_key, start.account), Code::KeyUnchanged)?;
        let until = TimeMs::new(self.time + self.recovery_delay).expect("the tests stay in range");
        let account = self.account_mut(start.account)?;
        let mut votes = match &account.recovery {
            Some(Recovery { agreed: Some(_), .. }) => return Err(Code::RecoveryDecided),
            Some(recovery) => recovery.votes.to_vec(),
            None => Vec::new(),
        };
        let mut changed = false;
        for guardian in acting {
            let vote = RecoveryVote { guardian, new_key: start.new_key };
            changed |= !votes.contains(&vote);
            votes.retain(|old| old.guardian != guardian);
            votes.push(vote);
        }
        ensure(changed, Code::AlreadyAgreed)?;
        let in_favour = votes.iter().filter(|vote| vote.new_key == start.new_key).count();
        let enough = in_favour >= usize::from(account.guardians.threshold);
        let agreed = if enough { Some(AgreedKey { new_key: start.new_key, from_ms: until }) } else { None };
        account.recovery = Some(Recovery { votes: Bounded::new(votes).expect("one per guardian"), agreed });
        Ok(())
    }

    pub(super) fn cancel_recovery(&mut self, sender: Address) -> Result<(), Code> {
        self.account_mut(sender)?.recovery.take().map(drop).ok_or(Code::NoRecovery)
    }

    pub(super) fn finish_recovery(&mut self, sender: Address, finish: &FinishRecovery) -> Result<(), Code> {
        self.acting(sender, finish.account)?;
        let time = self.time;
        let account = self.account_mut(finish.account)?;
        let recovery = account.recovery.take().ok_or(Code::NoRecovery)?;
        let agreed = recovery.agreed.ok_or(Code::RecoveryNeedsGuardians)?;
        ensure(time >= agreed.from_ms.get(), Code::RecoveryTooEarly)?;
        account.key = Some(agreed.new_key);
        Ok(())
    }
}
