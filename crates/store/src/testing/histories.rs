//! Histories, compared with the chain.

use std::sync::Arc;

use lojal_chain::CommittedBlock;
use lojal_types::{Activity, Address, Height, Operation, Outcome};

use crate::{History, Opened, Placed, Store, StoreError, Subject};

/// Asserts that an account's history is found, backwards and onward.
pub(super) fn assert_history(
    opened: &Opened,
    blocks: &[Arc<CommittedBlock>],
    account: Address,
) -> Result<(), StoreError> {
    assert_history_since(opened, blocks, account, Height::GENESIS)
}

/// The same of a node that has no blocks below a height: the history ends there, with the activity before it.
pub(crate) fn assert_history_since(
    opened: &Opened,
    blocks: &[Arc<CommittedBlock>],
    account: Address,
    first: Height,
) -> Result<(), StoreError> {
    let mut expected = Vec::new();
    for block in blocks {
        let concerned = block.concerned.iter().map(|list| list.iter().any(|(one, _)| *one == account));
        for ((receipt, index), _) in block.receipts.iter().zip(0_u32..).zip(concerned).filter(|(_, is_its)| *is_its) {
            let (height, outcome) = (block.header.height, receipt.outcome);
            expected.push(Placed { id: receipt.transaction, height, index, outcome });
        }
    }
    let head = expected.iter().fold(Activity::default(), |activity, placed| placed.added_to(activity));
    let gone = expected.partition_point(|placed| placed.height < first);
    let beginning = expected.drain(..gone).fold(Activity::default(), |activity, placed| placed.added_to(activity));
    assert_onward(&opened.store, Subject::Account(account), &expected, first)?;
    expected.reverse();
    let mut found = Vec::new();
    let mut before = None;
    let mut after = head;
    // Pages of three go across every border, and each leads to the one after it.
    loop {
        let History { page, view } = opened.store.history(Subject::Account(account), before, 3)?;
        let record = opened.store.read_of(view, |view| view.account(account))?;
        assert_eq!(record.unwrap_or_default().activity, head);
        let Some(last) = page.transactions.last() else { break };
        before = Some((last.height, last.index));
        let folded = page.transactions.iter().rev().fold(page.before, |activity, placed| placed.added_to(activity));
        assert_eq!(folded, after);
        after = page.before;
        found.extend(page.transactions);
    }
    assert_eq!(after, beginning);
    assert_eq!(found, expected);
    Ok(())
}

/// Asserts that a history goes on from anywhere, by twos.
fn assert_onward(store: &Store, of: Subject, expected: &[Placed], first: Height) -> Result<(), StoreError> {
    let (mut found, mut from) = (Vec::new(), (first, 0));
    while let Some(last) = store.history_from(of, from, 2)?.into_iter().inspect(|one| found.push(*one)).last() {
        from = (last.height, last.index + 1);
    }
    assert_eq!(found, expected);
    Ok(())
}

/// Asserts that the transactions are found that name a brand and were applied, backwards and onward.
pub(super) fn assert_brand(store: &Store, blocks: &[Arc<CommittedBlock>]) -> Result<(), StoreError> {
    let all = || blocks.iter().flat_map(|block| block.transactions.iter().zip(&block.receipts));
    let Some(brand) = all().flat_map(|(one, _)| one.transaction().operations.iter()).flat_map(Operation::brands).next()
    else {
        return Ok(());
    };
    let mut expected = Vec::new();
    for block in blocks {
        for ((transaction, receipt), index) in block.transactions.iter().zip(&block.receipts).zip(0_u32..) {
            let (height, outcome) = (block.header.height, receipt.outcome);
            let names = transaction.transaction().operations.iter().flat_map(Operation::brands).any(|one| one == brand);
            if names && outcome == Outcome::Applied {
                expected.push(Placed { id: receipt.transaction, height, index, outcome });
            }
        }
    }
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = store.history(Subject::Brand(brand), before, 3)?.page.transactions;
        let Some(last) = page.last() else { break };
        before = Some((last.height, last.index));
        found.extend(page);
    }
    found.reverse();
    assert_eq!(found, expected);
    assert_onward(store, Subject::Brand(brand), &expected, Height::GENESIS)
}
