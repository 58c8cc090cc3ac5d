//! Keys, freezes and recoveries once more.

use lojal_types::{
    Address, AgreedKey, Barred, Bounded, Cancelled, Change, Code, FinishRecovery, Guardian, PublicKey, Recovery,
    RecoveryVote, Role, RotateKey, SetGuardians, StartRecovery, TimeMs,
};

use super::{Account, Act, DAY_MS, Model, ensure};

/// An address with an odd last byte is a household's.
pub(super) fn can_sign(address: Address) -> Result<(), Code> {
    ensure(address.as_bytes()[19].is_multiple_of(2), Code::HouseholdHasNoKey)
}

impl Model {
    pub(super) fn account(&self, address: Address) -> Result<Account, Code> {
        self.tables.accounts.get(&address).cloned().ok_or(Code::UnknownAccount)
    }

    /// The reason for which an account is stopped, if it is.
    pub(crate) fn stopped_by(&self, address: Address) -> Option<Code> {
        let Ok(account) = self.account(address) else { return Some(Code::UnknownAccount) };
        let silent = account.safeguards.cancelled.is_some_and(|one| self.time < one.stopped_until_ms.get());
        let stops = [
            (account.recovery.is_some(), Code::AccountInRecovery),
            (account.frozen, Code::AccountFrozen),
            (silent, Code::AccountStopped),
        ];
        stops.into_iter().find(|(stops, _)| *stops).map(|(_, code)| code)
    }

    /// Tells whether a key signs for an account.
    pub fn signs_for(&self, key: &PublicKey, address: Address) -> bool {
        match self.tables.accounts.get(&address).and_then(|account| account.key) {
            Some(current) => current == *key,
            None => Address::of_key(key) == address,
        }
    }

    pub(super) fn rotate(&mut self, act: Act, rotate: &RotateKey) -> Result<(), Code> {
        ensure(rotate.new_key.is_valid(), Code::InvalidKey)?;
        let account = self.account(act.sender)?;
        ensure(account.key.unwrap_or(act.signer) != rotate.new_key, Code::KeyUnchanged)?;
        self.tables.accounts.set(act.sender, Account { key: Some(rotate.new_key), ..account });
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
                Guardian::Account(address) => {
                    ensure(address != sender, Code::OwnGuardian)?;
                    can_sign(address)?;
                }
                Guardian::Brand(brand) => self.policy(brand).map(drop)?,
            }
        }
        let mut account = self.account(sender)?;
        if account.guardians == set.guardians {
            account.safeguards.waiting = None;
            self.tables.accounts.set(sender, account);
            return Ok(());
        }
        let alone = account.safeguards.cancelled.map_or(0, |one| one.until_ms.get());
        let from = alone.max(self.time + self.recovery_delay);
        self.wait(sender, account, Change::SetGuardians { guardians: set.guardians.clone() }, from)
    }

    /// The guardians of an account for which the sender acts.
    pub(super) fn acting(&self, sender: Address, account: Address) -> Result<Vec<Guardian>, Code> {
        let mut acting = self.account(account)?.guardians.guardians.to_vec();
        let mut alone = false;
        acting.retain(|guardian| match (guardian, self.together) {
            (Guardian::Account(_), Some(_)) => false,
            (Guardian::Account(address), None) => *address == sender,
            (Guardian::Brand(brand), Some((of, _))) => *brand == of,
            (Guardian::Brand(brand), None) => {
                let is_admin = self.check_role(*brand, sender, Role::Admin).is_ok();
                alone |= is_admin && self.approvals(*brand).needed > 1;
                is_admin && self.approvals(*brand).needed == 1
            }
        });
        ensure(!acting.is_empty(), if alone { Code::MotionNeeded } else { Code::NotGuardian })?;
        Ok(acting)
    }

    pub(super) fn start_recovery(&mut self, sender: Address, start: &StartRecovery) -> Result<(), Code> {
        let barred = self.account(start.account)?.safeguards.barred;
        let mut acting = self.acting(sender, start.account)?;
        acting.retain(|guardian| barred.iter().all(|one| one.guardian != *guardian));
        ensure(!acting.is_empty(), Code::GuardianBarred)?;
        ensure(start.new_key.is_valid(), Code::InvalidKey)?;
        ensure(!self.signs_for(&start.new_key, start.account), Code::KeyUnchanged)?;
        let mut account = self.account(start.account)?;
        account.safeguards.waiting = None;
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
        let from_ms = TimeMs::default().plus_ms(self.time + self.recovery_delay);
        let agreed = if enough { Some(AgreedKey { new_key: start.new_key, from_ms }) } else { None };
        let recovery = Some(Recovery { votes: Bounded::new(votes).expect("one per guardian"), agreed });
        self.tables.accounts.set(start.account, Account { recovery, ..account });
        Ok(())
    }

    pub(super) fn cancel_recovery(&mut self, sender: Address) -> Result<(), Code> {
        let mut account = self.account(sender)?;
        let recovery = account.recovery.take().ok_or(Code::NoRecovery)?;
        let after = |ms| TimeMs::default().plus_ms(self.time + ms);
        if recovery.agreed.is_some() {
            let again = account.safeguards.cancelled.is_some();
            ensure(!again || account.guardians.threshold < 2, Code::RecoveryStands)?;
            let (stopped_until_ms, until_ms) = (after(self.recovery_delay), after(90 * DAY_MS));
            account.safeguards.cancelled = Some(Cancelled { stopped_until_ms, until_ms });
        } else {
            let mut barred = account.safeguards.barred.into_inner();
            for vote in recovery.votes.iter() {
                barred.retain(|one| one.guardian != vote.guardian);
                barred.push(Barred { guardian: vote.guardian, until_ms: after(30 * DAY_MS) });
            }
            account.safeguards.barred = Bounded::new(barred).expect("guardians, each once");
        }
        self.tables.accounts.set(sender, account);
        Ok(())
    }

    pub(super) fn finish_recovery(&mut self, sender: Address, finish: &FinishRecovery) -> Result<(), Code> {
        self.acting(sender, finish.account)?;
        let mut account = self.account(finish.account)?;
        account.safeguards.cancelled = None;
        let recovery = account.recovery.clone().ok_or(Code::NoRecovery)?;
        let agreed = recovery.agreed.ok_or(Code::RecoveryNeedsGuardians)?;
        ensure(self.time >= agreed.from_ms.get(), Code::RecoveryTooEarly)?;
        self.tables.accounts.set(finish.account, Account { key: Some(agreed.new_key), recovery: None, ..account });
        Ok(())
    }
}
