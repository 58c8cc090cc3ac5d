//! A brand's lists with real programs: what they say is a recount of the chain, and no rival reads them.

use std::collections::BTreeMap;

use lojal_client::{BrandFilter, Client};
use lojal_types::api::{BrandMonth, BrandTransactions};
use lojal_types::{Address, Expiry, GrossPoints, Height, Operation, Points, TransactionId};

use crate::network::Network;
use crate::wallet::{Signer, code, done, is_applied, issue, nordmat, reader, redeem, transfer, wallet};

/// The codes with which the four lists of nordmat are refused.
fn codes(client: &Client) -> [String; 4] {
    let brand = nordmat();
    [
        code(client.brand_transactions(&brand, &BrandFilter::default(), (20, None))),
        code(client.brand_accounts(&brand, None)),
        code(client.brand_expiring(&brand, 1, None)),
        code(client.brand_statistics(&brand)),
    ]
}

/// The points of nordmat, as the blocks have left them.
#[derive(Default)]
struct Recount {
    balances: BTreeMap<Address, u64>,
    issued: u64,
    redeemed: u64,
    /// The newest first.
    transactions: Vec<TransactionId>,
}

impl Recount {
    /// Of all blocks up to a height, as an auditor reads them.
    fn of(network: &Network, height: Height) -> Self {
        let (client, mut recount) = (network.client(0), Self::default());
        for height in 1..=height.get() {
            let block = client.block(Height::new(height)).expect("an auditor reads it");
            for signed in block.transactions {
                let signed = signed.to_canonical(network_kind()).expect("addresses of this network");
                let id = signed.transaction.id(&client.status().expect("a running gateway").chain_id);
                let status = client.transaction(&id).expect("it is on the ledger");
                if is_applied(&status) {
                    recount.take_in(&signed.transaction.operations, id);
                }
            }
        }
        recount
    }
    fn take_in(&mut self, operations: &[Operation], id: TransactionId) {
        for operation in operations {
            match operation {
                Operation::Issue(one) => {
                    self.issued += one.amount.get();
                    *self.balances.entry(one.to).or_default() += one.amount.get();
                }
                Operation::Redeem(one) => {
                    self.redeemed += one.amount.get();
                    *self.balances.entry(one.from).or_default() -= one.amount.get();
                }
                Operation::Transfer(one) => {
                    *self.balances.entry(one.from).or_default() -= one.amount.get();
                    *self.balances.entry(one.to).or_default() += one.amount.get();
                }
                other => panic!("nobody has sent {other:?}"),
            }
        }
        self.transactions.insert(0, id);
    }
}

fn network_kind() -> lojal_types::NetworkKind {
    lojal_types::NetworkKind::Test
}

fn all_transactions(client: &Client) -> Vec<TransactionId> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = client.brand_transactions(&nordmat(), &BrandFilter::default(), (3, cursor.as_deref()));
        let BrandTransactions { transactions, complete_from, next_cursor } = page.expect("its operator");
        assert_eq!(complete_from, None);
        all.extend(transactions.into_iter().map(|one| one.id));
        match next_cursor {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}

#[test]
fn a_brand_s_lists_are_a_recount_of_the_chain_at_every_gateway_also_after_a_start_and_no_rival_reads_them() {
    let mut network = Network::start();
    let [operator, rival, anna, bo] =
        ["nordmat", "kaffet", "member-1", "member-2"].map(|wallet| Signer::of(&network, wallet));
    let client = network.client(0);
    let submit = |signed| client.submit(&signed, true).expect("a running gateway");
    for number in 0..5 {
        assert!(is_applied(&submit(operator.sign(number, issue(anna.address(), 100 + number, &format!("R{number}"))))));
    }
    assert!(is_applied(&submit(anna.sign(10, transfer(anna.address(), bo.address(), 30)))));
    assert!(is_applied(&submit(bo.sign(11, redeem(bo.address(), 7)))));
    assert!(is_applied(&submit(bo.sign(12, redeem(bo.address(), 23)))), "all that he has");
    let refused = client.submit(&bo.sign(13, redeem(bo.address(), 10_000)), true);
    assert_eq!(code(refused), "insufficient_points");
    let height = network.catch_up(&[0, 1, 2, 3]);
    let recount = Recount::of(&network, height);
    let check = |node: usize, network: &Network| {
        let client = reader(network, node, &operator);
        assert_eq!(all_transactions(&client), recount.transactions);
        let accounts = client.brand_accounts(&nordmat(), None).expect("its operator");
        let listed = accounts
            .accounts
            .iter()
            .map(|one| (one.account.to_canonical(network_kind()).expect("of this network"), one.total.get()));
        let mut there = recount.balances.clone();
        there.retain(|_, points| *points > 0);
        assert_eq!(listed.collect::<BTreeMap<_, _>>(), there);
        let statistics = client.brand_statistics(&nordmat()).expect("its operator");
        let sum = |of: fn(&BrandMonth) -> GrossPoints| statistics.months.iter().map(|one| of(one).get()).sum::<u128>();
        assert_eq!(sum(|month| month.issued), u128::from(recount.issued));
        assert_eq!(sum(|month| month.redeemed), u128::from(recount.redeemed));
        let last = statistics.months.last().expect("this month");
        assert_eq!(last.outstanding, Points::new(recount.issued - recount.redeemed));
        let by_expiry: u64 = last.by_expiry.iter().map(|one| one.points.get()).sum();
        assert_eq!((by_expiry, statistics.complete_from), (last.outstanding.get(), None));
        let far = client.brand_expiring(&nordmat(), 12, None).expect("its operator");
        let ends = |expiry: Expiry| matches!(expiry, Expiry::Month(month) if month <= far.until);
        let expected = last.by_expiry.iter().filter(|one| ends(one.expiry)).copied().collect::<Vec<_>>();
        assert_eq!(far.points, expected);
    };
    check(1, &network);
    network.kill(1);
    network.revive(1);
    network.catch_up(&[0, 1, 2, 3]);
    check(1, &network);
    for (signer, refusal) in [(&rival, "not_permitted"), (&anna, "not_permitted")] {
        assert_eq!(codes(&reader(&network, 2, signer)), [refusal; 4]);
    }
    assert_eq!(codes(&Client::new(&network.url(2)).expect("a valid URL")), ["token_missing"; 4]);
    let mine = BrandFilter { account: Some(bo.address().to_text(network_kind())), ..BrandFilter::default() };
    let of_bo =
        reader(&network, 3, &operator).brand_transactions(&nordmat(), &mine, (100, None)).expect("its operator");
    assert_eq!(of_bo.transactions.len(), 3, "what failed isn't there");
    the_wallet_says_the_same(&network);
}

/// The commands of the wallet, for the brand's operator, a rival and a member.
fn the_wallet_says_the_same(network: &Network) {
    let listed = done(network, "nordmat", &["brand", "transactions", "nordmat", "--kind", "redeem"]);
    assert_eq!(listed.lines().filter(|line| line.contains("\tdone\t")).count(), 2, "{listed}");
    let accounts = done(network, "nordmat", &["brand", "accounts", "nordmat"]);
    assert!(accounts.lines().count() == 3 && accounts.contains("\t480\t"), "Anna's, a head and a word: {accounts}");
    let statistics = done(network, "nordmat", &["brand", "statistics", "nordmat"]);
    assert!(statistics.contains("\t510\t30\t"), "{statistics}");
    done(network, "nordmat", &["brand", "expiring", "nordmat"]);
    for list in ["transactions", "accounts", "expiring", "statistics"] {
        let refused = wallet(network, "kaffet", &["brand", list, "nordmat"]);
        assert!(refused.status.code() == Some(1) && refused.stderr.contains("may not read"), "{refused:?}");
    }
    let own = done(network, "member-1", &["history", "--brand", "nordmat", "--kind", "issue", "--limit", "2"]);
    assert!(own.contains("looked through 3 of the 6 transactions") && own.contains("proven after block"), "{own}");
}
