use std::collections::BTreeSet;

use lojal_types::{Code, Outcome};

use super::*;

/// Transactions in blocks of random sizes between a few accounts, of which the first are busy, with a naive list of
/// what concerns whom.
fn random_layer(seed: u64) -> (Layer, Vec<(Placed, BTreeSet<Address>)>) {
    let mut random = seed;
    let mut below = |end: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % end
    };
    let (mut layer, mut naive) = (Layer::default(), Vec::new());
    let mut activities = Activities::new();
    for height in (1..60).map(Height::new) {
        for index in 0..below(30) as u32 {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&below(u64::from(u32::MAX)).to_be_bytes());
            id[8..12].copy_from_slice(&index.to_be_bytes());
            id[12..20].copy_from_slice(&height.get().to_be_bytes());
            let outcome = match below(3) {
                0 => Outcome::Failed { operation: 0, code: Code::WrongChain },
                _ => Outcome::Applied,
            };
            let placed = Placed { id: TransactionId::new(id), height, index, outcome };
            let accounts: BTreeSet<Address> = (0..1 + below(4))
                .map(|_| {
                    let end = if below(2) == 0 { 2 } else { 50 };
                    account(below(end) as u8)
                })
                .collect();
            layer.add(placed, height.get() / 7, &concerned(&mut activities, &placed, &accounts));
            naive.push((placed, accounts));
        }
    }
    (layer, naive)
}

type Activities = BTreeMap<Address, Activity>;

/// The accounts with their activity before the transaction, which is theirs from then on.
fn concerned(activities: &mut Activities, placed: &Placed, accounts: &BTreeSet<Address>) -> Vec<(Address, Activity)> {
    let before = accounts.iter().map(|account| {
        let activity = activities.entry(*account).or_default();
        (*account, std::mem::replace(activity, placed.added_to(*activity)))
    });
    before.collect()
}

fn activity<'a>(transactions: impl IntoIterator<Item = &'a Placed>) -> Activity {
    transactions.into_iter().fold(Activity::default(), |activity, placed| placed.added_to(activity))
}

fn account(number: u8) -> Address {
    Address::new([number; 20])
}

#[test]
fn a_history_is_what_a_naive_search_finds_before_any_place_and_in_pages_of_any_size() {
    for seed in 1..4 {
        let (layer, naive) = random_layer(seed);
        assert!(naive.len() > 500);
        // The last one is in no transaction.
        for account in (0..=50).map(account) {
            let newest_first: Vec<Placed> = naive
                .iter()
                .filter(|(_, accounts)| accounts.contains(&account))
                .map(|(placed, _)| *placed)
                .rev()
                .collect();
            for limit in [1, 3, 1_000] {
                let (mut found, mut before) = (Vec::new(), (Height::new(u64::MAX), u32::MAX));
                loop {
                    let page = layer.history(&account, before, limit);
                    let Some(last) = page.transactions.last() else { break };
                    assert!(page.transactions.len() <= limit);
                    before = (last.height, last.index);
                    found.extend(page.transactions);
                    assert_eq!(page.before, activity(newest_first[found.len()..].iter().rev()));
                }
                assert_eq!(found, newest_first);
            }
            for before in [(0, 0), (1, 0), (17, 3), (30, 0), (30, u32::MAX), (59, 5), (60, 0)] {
                let before = (Height::new(before.0), before.1);
                let earlier: Vec<Placed> =
                    newest_first.iter().filter(|placed| (placed.height, placed.index) < before).copied().collect();
                assert_eq!(layer.history(&account, before, usize::MAX).transactions, earlier);
                assert_eq!(layer.history(&account, before, 0), Page::default());
            }
        }
    }
}

#[test]
fn every_transaction_of_a_layer_is_found_by_its_id_and_no_other() {
    let (layer, naive) = random_layer(4);
    for (placed, _) in &naive {
        assert_eq!(layer.transaction(&placed.id), Some(*placed));
    }
    assert_eq!(layer.transaction(&TransactionId::new([255; 32])), None);
    assert!(layer.transactions().iter().eq(naive.iter().map(|(placed, _)| placed)));
    assert!(layer.minutes().iter().copied().eq(naive.iter().map(|(placed, _)| placed.height.get() / 7)));
}
