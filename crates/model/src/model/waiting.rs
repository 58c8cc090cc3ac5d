//! Changes that wait once more, at once where the ledger is late: when their time comes.

use lojal_types::{Address, Agree, Bounded, Change, Code, TimeMs, Waiting};

use super::{Account, Model, ensure};

impl Account {
    fn make(&mut self, change: Change) {
        match change {
            Change::Unfreeze => self.frozen = false,
            Change::SetGuardians { guardians } => self.guardians = guardians,
        }
    }

    /// Makes the change whose time has come, and drops what is over at a time.
    fn tidied(mut self, time: TimeMs) -> Self {
        if let Some(waiting) = self.safeguards.waiting.clone()
            && waiting.from_ms <= time
        {
            self.safeguards.waiting = None;
            self.make(waiting.change);
        }
        self.without_strangers(time)
    }

    /// Only guardians are barred.
    fn without_strangers(mut self, time: TimeMs) -> Self {
        let mut barred = self.safeguards.barred.to_vec();
        barred.retain(|one| one.until_ms > time && self.guardians.guardians.contains(&one.guardian));
        self.safeguards.barred = Bounded::new(barred).expect("no more than before");
        if self.safeguards.cancelled.is_some_and(|one| one.until_ms <= time) {
            self.safeguards.cancelled = None;
        }
        self
    }
}

impl Model {
    pub(super) fn let_what_waited_happen(&mut self) {
        let time = self.time();
        let accounts: Vec<(Address, Account)> =
            self.tables.accounts.iter().map(|(address, account)| (*address, account.clone())).collect();
        for (address, account) in accounts {
            if account.safeguards != Default::default() {
                self.tables.accounts.set(address, account.tidied(time));
            }
        }
    }

    pub(super) fn wait(&mut self, owner: Address, account: Account, change: Change, from: u64) -> Result<(), Code> {
        let mut account = account;
        let waits = account.safeguards.waiting.as_ref().is_some_and(|waiting| waiting.change == change);
        ensure(!waits, Code::ChangeWaits)?;
        let from_ms = TimeMs::default().plus_ms(from);
        account.safeguards.waiting = Some(Waiting { change, from_ms, agreed: Bounded::default() });
        self.tables.accounts.set(owner, account);
        Ok(())
    }

    pub(super) fn freeze(&mut self, sender: Address) -> Result<(), Code> {
        let mut account = self.account(sender)?;
        ensure(!account.frozen || account.safeguards.waiting.is_some(), Code::AlreadyFrozen)?;
        account.frozen = true;
        account.safeguards.waiting = None;
        self.tables.accounts.set(sender, account);
        Ok(())
    }

    pub(super) fn unfreeze(&mut self, sender: Address) -> Result<(), Code> {
        let account = self.account(sender)?;
        ensure(account.frozen, Code::NotFrozen)?;
        ensure(account.recovery.is_none(), Code::AccountInRecovery)?;
        self.wait(sender, account, Change::Unfreeze, self.time + self.recovery_delay)
    }

    pub(super) fn agree(&mut self, sender: Address, agree: &Agree) -> Result<(), Code> {
        let acting = self.acting(sender, agree.account)?;
        let mut account = self.account(agree.account)?;
        let waiting = account.safeguards.waiting.take().ok_or(Code::UnknownChange)?;
        ensure(waiting.digest(&self.chain, &agree.account) == agree.digest, Code::UnknownChange)?;
        let mut agreed = waiting.agreed.to_vec();
        for guardian in acting {
            if !agreed.contains(&guardian) {
                agreed.push(guardian);
            }
        }
        ensure(agreed.len() > waiting.agreed.len(), Code::AlreadyAgreed)?;
        if agreed.len() < usize::from(account.guardians.threshold) {
            account.safeguards.waiting =
                Some(Waiting { agreed: Bounded::new(agreed).expect("at most all guardians"), ..waiting });
        } else {
            account.make(waiting.change);
            account = account.without_strangers(self.time());
        }
        self.tables.accounts.set(agree.account, account);
        Ok(())
    }
}
