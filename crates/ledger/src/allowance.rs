//! The amounts that accounts use up in a day: "Every transaction in a block counts against its sender's allowance,
//! whatever became of it, with its encoded bytes and the number of its operations." (protocol, Allowances)

use lojal_types::limits::RESERVE_DAILY;
use lojal_types::{Allowance, Code, Day, IdentifiedTransaction, Operation, VerifiedTransaction};

use crate::record::{Account, DayUse, RESERVES, Sent};

/// The amounts that transactions of one sender take of its allowance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    bytes: u64,
    operations: u64,
    /// The number of those for which there is a reserve, by their kind.
    reserved: [u64; RESERVES],
}

impl Usage {
    /// Those of one transaction.
    pub fn of(transaction: &VerifiedTransaction) -> Self {
        Self::of_identified(transaction.identified())
    }
    /// Those of a transaction whose signature nobody has checked.
    pub(crate) fn of_identified(transaction: &IdentifiedTransaction) -> Self {
        let operations = &transaction.transaction().operations;
        let mut usage =
            Self { bytes: transaction.bytes().len() as u64, operations: operations.len() as u64, ..Self::default() };
        if let Some(kind) = reserve_of(operations) {
            usage.reserved[kind] = 1;
        }
        usage
    }
    /// Adds those of other transactions.
    pub fn add(&mut self, other: &Self) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.operations = self.operations.saturating_add(other.operations);
        for (sum, more) in self.reserved.iter_mut().zip(other.reserved) {
            *sum = sum.saturating_add(more);
        }
    }
    /// Takes those of transactions away that were added before.
    pub fn take_away(&mut self, other: &Self) {
        self.bytes = self.bytes.saturating_sub(other.bytes);
        self.operations = self.operations.saturating_sub(other.operations);
        for (sum, less) in self.reserved.iter_mut().zip(other.reserved) {
            *sum = sum.saturating_sub(less);
        }
    }
}

/// The place of a transaction's reserve: "A transaction of one `Freeze`, `CancelRecovery`, `StartRecovery`,
/// `FinishRecovery` or `Agree` and nothing else that finds no room there has a reserve: 4 of each kind a day."
/// (protocol, Allowances)
fn reserve_of(operations: &[Operation]) -> Option<usize> {
    match operations {
        [Operation::Freeze(_)] => Some(0),
        [Operation::CancelRecovery(_)] => Some(1),
        [Operation::StartRecovery(_)] => Some(2),
        [Operation::FinishRecovery(_)] => Some(3),
        [Operation::Agree(_)] => Some(4),
        _ => None,
    }
}

impl Sent {
    /// The same as if what waits besides were in a block already.
    pub(crate) fn beside(mut self, waiting: &Usage) -> Self {
        self.bytes = self.bytes.saturating_add(waiting.bytes);
        self.operations = self.operations.saturating_add(u32::try_from(waiting.operations).unwrap_or(u32::MAX));
        for (sum, more) in self.reserved.iter_mut().zip(waiting.reserved) {
            *sum = sum.saturating_add(u8::try_from(more).unwrap_or(u8::MAX));
        }
        self
    }
    /// The same with a transaction more.
    ///
    /// # Errors
    /// [`Code::AllowanceSpent`] if neither the allowance nor a reserve has room for it.
    pub(crate) fn with(mut self, one: &Usage, allowance: Allowance) -> Result<Self, Code> {
        let bytes = self.bytes.saturating_add(one.bytes);
        let operations = u64::from(self.operations).saturating_add(one.operations);
        if bytes <= allowance.bytes && operations <= u64::from(allowance.operations) {
            self.bytes = bytes;
            self.operations = u32::try_from(operations).expect("at most the allowance");
            return Ok(self);
        }
        // "What is sent from a reserve counts there alone." (protocol, Allowances)
        let kind = one.reserved.iter().position(|count| *count > 0).ok_or(Code::AllowanceSpent)?;
        if self.reserved[kind] >= RESERVE_DAILY {
            return Err(Code::AllowanceSpent);
        }
        self.reserved[kind] += 1;
        Ok(self)
    }
}

impl Account {
    /// The amounts that it has used up on a day: "A day is one of block time (UTC), and begins with nothing used up."
    /// (protocol, Allowances)
    pub fn used_on(&self, day: Day) -> DayUse {
        let nothing = DayUse { day, sent: Sent::default(), opened: 0, households: 0 };
        self.used.filter(|used| used.day == day).unwrap_or(nothing)
    }
    /// True if it is an operator of a brand.
    pub fn is_operator(&self) -> bool {
        self.operates > 0
    }
}
