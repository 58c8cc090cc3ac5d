//! The accounts that let brands list them by rank, and what counts of them: a view that the gateway keeps, so that a
//! ranking reads only what has changed since the one before. It has no order: what counts falls with the months, and
//! differs by track.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_chain::CommittedBlock;
use lojal_ledger::View;
use lojal_ledger::holders::standings_of;
use lojal_ledger::record::Standing;
use lojal_store::{Store, StoreError};
use lojal_types::api::is_listed;
use lojal_types::{Address, BrandId, Height, Operation, Outcome, TrackId};
use tokio::sync::watch;

use crate::limits::{BOARD_ACCOUNTS_MAX, BOARD_READ, BOARDS_ACCOUNTS_MAX};

/// All boards; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Boards(Arc<Shared>);

#[derive(Default)]
struct Shared {
    table: Mutex<Table>,
    /// The last block that was looked at.
    followed: watch::Sender<Height>,
}

#[derive(Default)]
struct Table {
    boards: BTreeMap<BrandId, Board>,
    /// The number of accounts on all of them.
    count: usize,
    /// True once everything that there was at the start has been looked through.
    is_complete: bool,
}

/// The accounts of one brand.
#[derive(Default)]
struct Board {
    accounts: BTreeMap<Address, Known>,
    /// True if there was no room for one.
    is_full: bool,
}

/// An account that lets the brand list it, or did so when it was looked at last.
#[derive(Default)]
struct Known {
    /// The last block that may have changed its standing.
    touched: Height,
    /// Its counts as they were read, and the block after which they were.
    read: Option<(Height, Standing)>,
}

impl Known {
    /// Its counts after a block, if what was read is the same then.
    fn after(&self, height: Height) -> Option<&Standing> {
        let is_same = |(read, _): &&(Height, Standing)| self.touched <= height.min(*read);
        self.read.as_ref().filter(is_same).map(|(_, standing)| standing)
    }
}

/// The units that count on a track, by account.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) by_account: Vec<(Address, u64)>,
    /// True if there can be no others.
    pub(crate) are_all: bool,
}

impl Boards {
    /// Begins to look through the state, when blocks up to a height may have been missed.
    pub(crate) fn begin(&self, height: Height) {
        let mut table = self.lock();
        table.is_complete = false;
        let known = table.boards.values_mut().flat_map(|board| board.accounts.values_mut());
        known.for_each(|known| known.touched = known.touched.max(height));
        drop(table);
        self.reach(height);
    }

    /// Tells whether those for whom a full board had no room should be looked for, and takes note that they are.
    pub(crate) fn looks_again(&self) -> bool {
        let mut table = self.lock();
        let has_room = table.count <= with_room(BOARDS_ACCOUNTS_MAX);
        let again = |board: &Board| board.is_full && board.accounts.len() <= with_room(BOARD_ACCOUNTS_MAX);
        let looks = has_room && table.boards.values().any(again);
        if looks {
            table.is_complete = false;
            table.boards.values_mut().for_each(|board| board.is_full = false);
        }
        looks
    }

    /// Takes in the accounts that were found in a part of the state, which may be the last one.
    pub(crate) fn found(&self, accounts: Vec<(Address, BrandId)>, is_last: bool) {
        let mut table = self.lock();
        accounts.into_iter().for_each(|of| table.add(of, Height::GENESIS));
        table.is_complete |= is_last;
    }

    /// Notes whose standings a block may have changed.
    pub(crate) fn follow(&self, block: &CommittedBlock) {
        let height = block.header.height;
        let applied = block.transactions.iter().zip(&block.receipts);
        let applied = applied.filter(|(_, receipt)| receipt.outcome == Outcome::Applied);
        let mut table = self.lock();
        for transaction in applied.map(|(verified, _)| verified.transaction()) {
            for operation in transaction.operations.iter() {
                match operation {
                    Operation::SetConsent(one) => table.add((transaction.sender, one.brand), height),
                    Operation::Stamp(one) => table.touch((one.to, one.brand), height),
                    Operation::TakeBack(one) => table.touch((one.from, one.brand), height),
                    Operation::Grant(one) => table.touch((one.to, one.brand), height),
                    Operation::Claim(one) => table.touch((one.account, one.brand), height),
                    _ => {}
                }
            }
        }
        drop(table);
        self.reach(height);
    }

    fn reach(&self, height: Height) {
        self.0.followed.send_if_modified(|followed| {
            let is_later = *followed < height;
            *followed = height.max(*followed);
            is_later
        });
    }

    /// Waits until a block has been looked at, which it is within moments of its commit.
    pub(crate) async fn followed(&self, height: Height) {
        // It only fails without a sender, which is here.
        let _ = self.0.followed.subscribe().wait_for(|followed| *followed >= height).await;
    }

    /// The units on a track of all whom its brand may list, after the block of a version of the state that has been
    /// looked at.
    ///
    /// # Errors
    /// When pages of it can't be read.
    pub(crate) fn units(
        &self,
        store: &Store,
        view: &View,
        (brand, track): (BrandId, TrackId),
    ) -> Result<Units, StoreError> {
        let (height, month) = (view.tip().height, view.tip().time_ms.month());
        let (mut by_account, unread, are_all) =
            self.lock().known(brand, height, |standing| standing.units(track, month));
        for some in unread.chunks(BOARD_READ) {
            let read = store.read_of(view.clone(), |view| standings_of(view, brand, some))?;
            let mut table = self.lock();
            for (account, standing) in read {
                let standing = standing.filter(|one| is_listed(one.consents));
                by_account.extend(standing.as_ref().map(|one| (account, one.units(track, month))));
                table.keep((account, brand), height, standing);
            }
        }
        Ok(Units { by_account, are_all })
    }

    /// The maps are whole after every statement, so a panic elsewhere doesn't spoil them.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of accounts at which something that was full has room enough again: looking through the state is much
/// work for one place.
fn with_room(most: usize) -> usize {
    most / 10 * 9
}

impl Table {
    /// Puts an account on a brand's board, if there is room, and notes that a block may have changed it.
    fn add(&mut self, (account, brand): (Address, BrandId), height: Height) {
        let board = self.boards.entry(brand).or_default();
        let is_full = board.accounts.len() >= BOARD_ACCOUNTS_MAX || self.count >= BOARDS_ACCOUNTS_MAX;
        if let Some(known) = board.accounts.get_mut(&account) {
            known.touched = known.touched.max(height);
        } else if is_full {
            board.is_full = true;
        } else {
            board.accounts.insert(account, Known { touched: height, read: None });
            self.count += 1;
        }
    }

    fn touch(&mut self, (account, brand): (Address, BrandId), height: Height) {
        let known = self.boards.get_mut(&brand).and_then(|board| board.accounts.get_mut(&account));
        known.into_iter().for_each(|known| known.touched = known.touched.max(height));
    }

    /// The accounts of a brand whose counts after a block are known, with the units that are made of them; the others;
    /// and whether that is everybody.
    fn known(
        &self,
        brand: BrandId,
        height: Height,
        units: impl Fn(&Standing) -> u64,
    ) -> (Vec<(Address, u64)>, Vec<Address>, bool) {
        let (mut known, mut unread) = (Vec::new(), Vec::new());
        let board = self.boards.get(&brand);
        for (account, one) in board.iter().flat_map(|board| &board.accounts) {
            match one.after(height) {
                Some(standing) => known.push((*account, units(standing))),
                None => unread.push(*account),
            }
        }
        (known, unread, self.is_complete && !board.is_some_and(|board| board.is_full))
    }

    /// Keeps what was read after a block of an account, or forgets one that isn't listed any more.
    fn keep(&mut self, (account, brand): (Address, BrandId), height: Height, standing: Option<Standing>) {
        let Some(board) = self.boards.get_mut(&brand) else { return };
        let Some(known) = board.accounts.get_mut(&account) else { return };
        match standing {
            Some(_) if known.read.as_ref().is_some_and(|(read, _)| *read >= height) => {}
            // The rest of a standing ranks nobody.
            Some(Standing { progress, .. }) => {
                known.read = Some((height, Standing { progress, ..Standing::default() }))
            }
            None if known.touched <= height => {
                board.accounts.remove(&account);
                self.count -= 1;
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: usize) -> Address {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Address::new(bytes)
    }

    fn heights<const N: usize>(heights: [u64; N]) -> [Height; N] {
        heights.map(Height::new)
    }

    #[test]
    fn what_was_read_holds_until_a_block_touches_the_account() {
        let [read, touched, later] = heights([5, 7, 9]);
        let known = |touched| Known { touched, read: Some((read, Standing::default())) };
        assert!(known(Height::GENESIS).after(later).is_some());
        assert!(known(read).after(read).is_some());
        assert!(known(touched).after(later).is_none(), "touched since");
        assert!(known(read).after(Height::new(4)).is_none(), "it may have been another before");
        assert!(Known::default().after(later).is_none());
    }

    #[test]
    fn who_allows_it_no_more_is_forgotten_unless_a_later_block_allows_it_again() {
        let (brand, [earlier, now, later]) = ("nordmat".parse().expect("valid"), heights([3, 5, 6]));
        let mut table = Table::default();
        table.add((account(1), brand), earlier);
        table.add((account(2), brand), later);
        for number in [1, 2] {
            table.keep((account(number), brand), now, None);
        }
        assert_eq!(table.known(brand, now, |_| 1), (Vec::new(), vec![account(2)], false));
        assert_eq!(table.count, 1);
        table.keep((account(2), brand), later, Some(Standing::default()));
        table.keep((account(2), brand), now, Some(Standing::default()));
        table.is_complete = true;
        assert_eq!(table.known(brand, later, |_| 4), (vec![(account(2), 4)], Vec::new(), true));
    }

    #[test]
    fn a_board_has_so_many_accounts_and_says_when_there_are_more() {
        let brand = "nordmat".parse().expect("valid");
        let mut table = Table { is_complete: true, ..Table::default() };
        for number in 0..BOARD_ACCOUNTS_MAX {
            table.add((account(number), brand), Height::GENESIS);
        }
        let known = |table: &Table| {
            let (_, unread, are_all) = table.known(brand, Height::GENESIS, |_| 0);
            (unread.len(), are_all)
        };
        assert_eq!(known(&table), (BOARD_ACCOUNTS_MAX, true));
        table.add((account(0), brand), Height::new(1));
        table.add((account(BOARD_ACCOUNTS_MAX), brand), Height::new(1));
        assert_eq!(known(&table), (BOARD_ACCOUNTS_MAX, false));
    }

    #[test]
    fn whoever_had_no_room_is_looked_for_when_a_tenth_has_left() {
        let (brand, boards) = ("nordmat".parse().expect("valid"), Boards::default());
        let all = (0..=BOARD_ACCOUNTS_MAX).map(|number| (account(number), brand)).collect();
        boards.found(all, true);
        let leave = |numbers: std::ops::Range<usize>| {
            numbers.for_each(|number| boards.lock().keep((account(number), brand), Height::new(1), None));
        };
        let are_all = || boards.lock().known(brand, Height::GENESIS, |_| 0).2;
        leave(0..BOARD_ACCOUNTS_MAX / 10 - 1);
        assert!(!boards.looks_again() && !are_all());
        leave(BOARD_ACCOUNTS_MAX / 10 - 1..BOARD_ACCOUNTS_MAX / 10);
        assert!(boards.looks_again() && !boards.looks_again(), "once");
        assert!(!are_all(), "not before it has been looked");
        boards.found(vec![(account(BOARD_ACCOUNTS_MAX), brand)], true);
        assert!(are_all());
    }
}
