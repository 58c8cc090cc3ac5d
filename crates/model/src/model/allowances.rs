//! Allowances once more: what every account has sent on every day is kept for ever.

use lojal_types::{Address, Code, Operation, Policy, VerifiedTransaction};

use super::{Account, DAY_MS, Model, ensure};

/// The kinds of operations that have a reserve.
const RESERVES: [&str; 5] = ["freeze", "cancel_recovery", "start_recovery", "finish_recovery", "agree"];

/// Everything that an account has used up of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// The bytes of its transactions.
    pub bytes: u64,
    /// Their operations.
    pub operations: u64,
    /// The number of those that were sent from each of the reserves.
    pub reserved: [u64; 5],
    /// The accounts that it opened.
    pub opened: usize,
    /// The households that it created.
    pub households: usize,
}

impl Model {
    /// Everything that an account has used up today.
    pub fn used_today(&self, account: Address) -> Today {
        let today = self.time / DAY_MS;
        let sent = self.sent.get(&(account, today)).copied().unwrap_or_default();
        let on_day = |of: &Vec<u64>| of.iter().filter(|day| **day == today).count();
        Today {
            opened: self.tables.opened.get(&account).map_or(0, on_day),
            households: self.tables.created.get(&account).map_or(0, on_day),
            ..sent
        }
    }

    /// Counts a transaction that comes into a block, whatever becomes of it there.
    ///
    /// # Errors
    ///
    /// When its sender may not send that much on one day.
    pub(super) fn count_sent(&mut self, verified: &VerifiedTransaction) -> Result<(), Code> {
        let transaction = verified.transaction();
        let sender = transaction.sender;
        let mut sent = self.used_today(sender);
        let allowance = if self.is_operator(sender) { self.allowances.operator } else { self.allowances.member };
        let (bytes, operations) = (verified.bytes().len() as u64, transaction.operations.len() as u64);
        let fits = sent.bytes + bytes <= allowance.bytes;
        if fits && sent.operations + operations <= u64::from(allowance.operations) {
            sent.bytes += bytes;
            sent.operations += operations;
        } else {
            let name = transaction.operations.first().map_or("", Operation::name);
            let reserve = RESERVES.iter().position(|kind| *kind == name).filter(|_| operations == 1);
            let place = reserve.ok_or(Code::AllowanceSpent)?;
            ensure(sent.reserved[place] < 4, Code::AllowanceSpent)?;
            sent.reserved[place] += 1;
        }
        self.sent.insert((sender, self.time / DAY_MS), sent);
        Ok(())
    }

    /// Tells whether an account is an operator of some brand.
    fn is_operator(&self, account: Address) -> bool {
        self.tables.operators.iter().any(|((_, operator), _)| *operator == account)
    }

    /// Points of a brand are about to come to an address.
    pub(super) fn open(
        &mut self,
        to: Address,
        policy: &Policy,
        amount: u64,
        by_transfer_of: Option<Address>,
    ) -> Result<(), Code> {
        if to.as_bytes()[19] % 2 == 1 || self.tables.accounts.contains(&to) {
            return Ok(());
        }
        ensure(amount >= policy.opening_min.get(), Code::OpeningTooSmall)?;
        if let Some(sender) = by_transfer_of.filter(|sender| !self.is_operator(*sender)) {
            let opened = self.used_today(sender).opened;
            ensure(opened < usize::from(self.allowances.openings), Code::OpeningsSpent)?;
            let days = self.tables.opened.get(&sender).cloned().unwrap_or_default();
            self.tables.opened.set(sender, [days, vec![self.time / DAY_MS]].concat());
        }
        self.tables.accounts.set(to, Account::default());
        Ok(())
    }

    pub(super) fn count_household(&mut self, sender: Address) -> Result<(), Code> {
        let created = self.used_today(sender).households;
        ensure(created < usize::from(self.allowances.households), Code::HouseholdsSpent)?;
        let days = self.tables.created.get(&sender).cloned().unwrap_or_default();
        self.tables.created.set(sender, [days, vec![self.time / DAY_MS]].concat());
        Ok(())
    }
}
