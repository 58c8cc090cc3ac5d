//! The accounts that the transactions of a block concern (protocol, Activity).

use lojal_types::{Activity, Address};

/// The accounts that each transaction of a block concerns, in the order of the transactions, with their activity before
/// it: what histories are made of.
#[derive(Clone, Debug, Default)]
pub struct Concerned {
    list: Vec<(Address, Activity)>,
    /// For each transaction the end of its part of the list.
    ends: Vec<usize>,
}

impl Concerned {
    /// Adds an account that the next transaction concerns, once.
    pub(crate) fn add(&mut self, account: Address, before: Activity) {
        self.list.push((account, before));
    }
    /// Ends the list of a transaction.
    pub(crate) fn end(&mut self) {
        self.ends.push(self.list.len());
    }
    /// The lists of all transactions, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &[(Address, Activity)]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.list[start..*end])
    }
}
