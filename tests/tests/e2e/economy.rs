//! The whole economy on real networks: the devnet's tour, accounts that everybody uses at once, and points that
//! somebody spends twice at once.

use std::fs;
use std::sync::Barrier;

use lojal_client::{Client, ClientError};
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::limits::OPERATORS_MAX;
use lojal_types::{
    Address, Bounded, Code, Convert, Genesis, Height, KeyPair, Operation, Outcome, Points, Role, SetOperator,
    SignedTransaction, TimeMs, Transaction,
};

use crate::network::Network;
use crate::programs::{program, run};
use crate::wallet::{Signer, code_of, is_applied, issue, lojal, nordmat, now, redeem};

const GATEWAYS: usize = 4;
/// Tills of one brand; as many as can have keys of their own, the others share the brand's.
const TILLS: usize = 100;
const RECEIPTS_PER_TILL: usize = 10;
const MEMBERS: usize = TILLS * RECEIPTS_PER_TILL;
/// Members whose payments come in one request, as from a service that many of them use.
const MEMBERS_PER_REQUEST: usize = 25;
/// The points of every member before it starts: more than anybody redeems.
const START: u64 = 100;
/// The time for which the transactions of these tests are valid.
const VALID_MS: u64 = 60_000;

/// The words that a tour has to say, in this order.
const MILESTONES: &[&str] = &[
    "final in block",
    "refused: duplicate_reference (213)",
    "Anna creates a household",
    "members: Anna (admin); Bo (adult); Kim (child, up to 3.00 Kaffet, 300 Nordmat a month)",
    "refused: policy_forbids_transfer (208)",
    "Nordmat proposes to Havshotell",
    "Havshotell accepts",
    "pool: 500 Fjällen, 1,000 Havshotell, 10.00 Kaffet, 2,000 Nordmat",
    "held: 800 Havshotell",
    "held: 0 Havshotell",
    "refused: member_limit_reached (613)",
    "refused: child_may_not (614)",
    "Nordmat takes back 700 Nordmat",
    "Anna: level 2 with 3700, and then level 1, softly; it is hers through",
    "4300 more reach level 3",
    "refused: track_promised",
    "Anna: level 1 with 1200, and then none; it is hers through",
    "1800 more reach level 2",
    "Anna: level 1 through",
    "Bo: level 2 through",
    ", then level 1 through",
    ", then none",
    "refused: account_in_recovery (304)",
    "Anna finishes the recovery",
    "refused: wrong_key (109)",
    "from his new phone",
    "Havshotell (havshotell)",
    "Nordmat (nordmat)",
    "nordmat owes havshotell         15000.000000",
    "net: nordmat owes havshotell  13800.000000",
    "Everything holds from genesis to height",
    "Nordmat pays Havshotell the difference of 138.00 SEK",
    "nordmat owes havshotell  0.000000",
    "refused: progress_missing",
    "and she claims a cup",
    "refused: referrer_related",
    "refused: referrer_not_older",
    "refused: grant_out_of_range",
    "refused: member_max_reached",
    "Anna gives a meal to who needs one",
    "refused: sponsor_not_accepted",
    "refused: policy_forbids_trade",
    "refused: child_may_not",
    "refused: above_max_pay",
    "Eva buys 140 Havshotell of both offers for 74 Nordmat",
    "Anna takes back the 80 Havshotell",
    "Nordmat puts a motion forward: Bageriet becomes a brand, and its node a validator.",
    "and none of the blocks before",
    "validators: bageriet, fjallen, havshotell, kaffet, nordmat",
    "Bageriet gives Anna its first 300 points",
    "Fjällen says that it leaves in 91 days",
    "refused: brand_closing",
    "validators: bageriet, havshotell, kaffet, nordmat",
    "everything holds up to block",
    "report    campaigns",
    "havshotell  3000.000000",
    "report    netting",
    "report    levels",
    "report    market",
    "every answer was as it must be",
    "stopping",
];

#[test]
fn the_tour_plays_a_month_of_the_whole_economy_and_leaves_nothing_behind() {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let mut tour = program("lojal-node");
    tour.args(["devnet", "--tour"]).env("TMPDIR", scratch.path());
    let told = run(&mut tour).success();
    let mut rest = told.as_str();
    for milestone in MILESTONES {
        let at = rest.find(milestone).unwrap_or_else(|| panic!("{milestone:?} is missing, or too early, in\n{told}"));
        rest = &rest[at + milestone.len()..];
    }
    let left = fs::read_dir(scratch.path()).expect("a directory of ours").count();
    assert_eq!(left, 0, "the tour removes its network");
}

#[test]
fn a_history_says_what_a_conversion_gave_and_other_numbers_than_the_terms_give_are_refused() {
    let network = Network::start();
    let member = Signer::of(&network, "member-1");
    let address = member.address().to_text(member.genesis().network()).to_string();
    let wallet = |wallet: &str, arguments: &[&str]| run(lojal(&network, wallet).args(arguments)).success();
    let terms =
        ["--rate", "1/2", "--price", "10", "--daily-max", "1000", "--owed-max", "1000", "--until", "2099-01-01"];
    wallet("nordmat", &["issue", &address, "20", "nordmat", "--receipt", "R-1"]);
    wallet("nordmat", &[&["partner", "propose", "nordmat", "fjallen", "--yes"], &terms[..]].concat());
    wallet("fjallen", &["partner", "accept", "nordmat", "fjallen", "--yes"]);
    let done = wallet("member-1", &["convert", "19", "nordmat", "fjallen", "--yes"]);
    assert!(done.starts_with("converted 18 nordmat into 9 fjallen · final"), "{done}");
    let history = wallet("member-1", &["history"]);
    assert!(history.contains("got 9 fjallen for 18 nordmat") && !history.contains("expired"), "{history}");

    let (account, from, to) = (member.address(), nordmat(), "fjallen".parse().expect("a brand of the network"));
    for (nonce, burned, received) in [(1, 2, 2), (2, 2, 0), (3, 1, 1)] {
        let convert = Convert { account, from, to, burned: Points::new(burned), received: Points::new(received) };
        let signed = member.sign(nonce, Operation::Convert(convert));
        let expected = if received == 0 { Code::AmountZero } else { Code::ConversionDiffers };
        assert_eq!(code_of(network.client(0).submit(&signed, true)), expected, "{burned} for {received}");
    }
    assert_eq!(balance(&network, 0, member.genesis(), account), 2);
}

/// Somebody whose key this test made.
fn key(kind: u8, number: usize) -> KeyPair {
    let number = u64::try_from(number).expect("small").to_le_bytes();
    let mut seed = [kind; 32];
    seed[..8].copy_from_slice(&number);
    KeyPair::from_seed(&seed)
}

fn member(number: usize) -> KeyPair {
    key(b'm', number)
}

fn transaction(genesis: &Genesis, sender: Address, nonce: usize, operations: Vec<Operation>) -> Transaction {
    Transaction {
        chain: genesis.chain_id().tag(),
        sender,
        valid_until_ms: now().plus_ms(VALID_MS),
        nonce: u64::try_from(nonce).expect("small"),
        operations: Bounded::new(operations).expect("1 to 100"),
    }
}

/// The points that a member gets for a receipt of a till.
fn reward(member: usize) -> u64 {
    1 + u64::try_from(member % 7).expect("small")
}
/// The points that a member redeems.
fn price(member: usize) -> u64 {
    1 + u64::try_from(member % 50).expect("small")
}

/// The height of a final block in which a transaction was applied within its time.
#[track_caller]
fn applied(status: &TransactionStatus, until: TimeMs) -> Height {
    match &status.state {
        TransactionState::Committed { height, time_ms, receipt: Outcome::Applied, .. } => {
            assert!(*time_ms < until, "{status:?} after {until:?}");
            *height
        }
        other => panic!("{} should have been applied at once: {other:?}", status.id),
    }
}

/// Submits everything in one request, and asserts that all of it is applied; answers with the last height.
fn submit(gateway: &Client, transactions: &[SignedTransaction]) -> Height {
    let answer = gateway.submit_batch(transactions, true).expect("a running gateway");
    assert_eq!(answer.transactions.len(), transactions.len());
    let heights = answer.transactions.iter().zip(transactions);
    heights.map(|(status, signed)| applied(status, signed.transaction.valid_until_ms)).max().expect("at least one")
}

/// Gives keys to tills and points to members; answers with the tills' keys, the brand's own for those without one.
fn open_the_shops(network: &Network, brand: &Signer) -> Vec<Option<KeyPair>> {
    let keys: Vec<Option<KeyPair>> =
        (0..TILLS).map(|till| (till < OPERATORS_MAX - 1).then(|| key(b't', till))).collect();
    let roles = Bounded::new(vec![Role::Issue]).expect("one");
    let hire = |key: &KeyPair| {
        let (public_key, roles) = (key.public_key(), roles.clone());
        Operation::SetOperator(SetOperator { brand: nordmat(), public_key, roles, issue_daily_max: None })
    };
    let hired = transaction(brand.genesis(), brand.address(), 0, keys.iter().flatten().map(hire).collect());
    let welcome = |number| issue(member(number).address(), START, &format!("welcome {number}"));
    let welcomes = (0..MEMBERS).collect::<Vec<_>>();
    let welcomes = welcomes.chunks(100).enumerate().map(|(chunk, numbers)| {
        let operations = numbers.iter().copied().map(welcome).collect();
        brand.sign_transaction(transaction(brand.genesis(), brand.address(), 1 + chunk, operations))
    });
    let first: Vec<SignedTransaction> = [brand.sign_transaction(hired)].into_iter().chain(welcomes).collect();
    let height = submit(&network.client(0), &first);
    (0..GATEWAYS).for_each(|gateway| network.wait_for_height(gateway, height));
    keys
}

/// A till's receipts: each rewards a member, and gives a point to the charity that all tills give to.
fn receipts(brand: &Signer, key: Option<&KeyPair>, till: usize, charity: Address) -> Vec<SignedTransaction> {
    let receipt = |number: usize| {
        let member_number = till * RECEIPTS_PER_TILL + number;
        let operations = vec![
            issue(member(member_number).address(), reward(member_number), &format!("till {till} receipt {number}")),
            issue(charity, 1, &format!("till {till} charity {number}")),
        ];
        let (genesis, nonce) = (brand.genesis(), 1_000 + member_number);
        match key {
            Some(key) => transaction(genesis, key.address(), nonce, operations).sign(&genesis.chain_id(), key),
            None => brand.sign_transaction(transaction(genesis, brand.address(), nonce, operations)),
        }
    };
    (0..RECEIPTS_PER_TILL).map(receipt).collect()
}

fn payment(genesis: &Genesis, number: usize) -> SignedTransaction {
    let key = member(number);
    let operations = vec![redeem(key.address(), price(number))];
    transaction(genesis, key.address(), 0, operations).sign(&genesis.chain_id(), &key)
}

/// The points of nordmat that an address holds on one node.
fn balance(network: &Network, node: usize, genesis: &Genesis, address: Address) -> u64 {
    let account = network.client(node).account(&address.to_text(genesis.network())).expect("a running gateway");
    account.balances.iter().find(|balance| balance.brand == nordmat()).map_or(0, |balance| balance.total.get())
}

#[test]
fn a_hundred_tills_and_a_thousand_members_at_once_get_one_answer_each_and_no_point_is_lost() {
    let network = Network::start();
    let brand = Signer::of(&network, "nordmat");
    let (genesis, charity) = (brand.genesis(), key(b'c', 0).address());
    let keys = open_the_shops(&network, &brand);
    let tills = keys.iter().enumerate().map(|(till, key)| receipts(&brand, key.as_ref(), till, charity));
    let payments: Vec<SignedTransaction> = (0..MEMBERS).map(|number| payment(genesis, number)).collect();
    let requests: Vec<Vec<SignedTransaction>> =
        tills.chain(payments.chunks(MEMBERS_PER_REQUEST).map(<[SignedTransaction]>::to_vec)).collect();

    let gateways: Vec<Client> = (0..GATEWAYS).map(|gateway| network.client(gateway)).collect();
    let start = Barrier::new(requests.len());
    let height = std::thread::scope(|scope| {
        let send = |(request, gateway)| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                submit(gateway, request)
            })
        };
        let threads: Vec<_> = requests.iter().map(Vec::as_slice).zip(gateways.iter().cycle()).map(send).collect();
        let heights = threads.into_iter().map(|thread| thread.join().expect("every answer was as it must be"));
        heights.max().expect("at least one")
    });

    let welcomes = START * MEMBERS as u64;
    let rewards: u64 = (0..MEMBERS).map(reward).sum();
    let redeemed: u64 = (0..MEMBERS).map(price).sum();
    let issued = welcomes + rewards + MEMBERS as u64;
    for gateway in 0..GATEWAYS {
        network.wait_for_height(gateway, height);
        let totals = network.client(gateway).brand(&nordmat()).expect("a running gateway").totals;
        assert_eq!((totals.issued.get(), totals.redeemed.get()), (issued.into(), redeemed.into()));
        assert_eq!(totals.outstanding.get(), issued - redeemed);
        assert_eq!(balance(&network, gateway, genesis, charity), MEMBERS as u64);
    }
    for number in 0..MEMBERS {
        let found = balance(&network, number % GATEWAYS, genesis, member(number).address());
        assert_eq!(found, START + reward(number) - price(number), "member {number}");
    }
    network.assert_same_state(&[0, 1, 2, 3]);
}

/// Tells whether a payment was applied; if it wasn't, there were too few points for it.
#[track_caller]
fn is_paid(answer: Result<TransactionStatus, ClientError>) -> bool {
    match answer {
        Ok(status) if is_applied(&status) => true,
        Ok(TransactionStatus {
            state: TransactionState::Committed { receipt: Outcome::Failed { code: Code::InsufficientPoints, .. }, .. },
            ..
        }) => false,
        Err(error) if error.is_problem(Code::InsufficientPoints.name()) => false,
        other => panic!("neither paid nor short of points: {other:?}"),
    }
}

#[test]
fn who_spends_the_same_points_at_two_gateways_at_once_pays_once() {
    let network = Network::start();
    let brand = Signer::of(&network, "nordmat");
    let genesis = brand.genesis();
    let spenders: Vec<KeyPair> = (0..20).map(member).collect();
    let welcomes = spenders.iter().enumerate().map(|(number, key)| issue(key.address(), START, &format!("{number}")));
    let welcomes = brand.sign_transaction(transaction(genesis, brand.address(), 0, welcomes.collect()));
    let height = submit(&network.client(0), &[welcomes]);
    (0..GATEWAYS).for_each(|gateway| network.wait_for_height(gateway, height));

    for (number, key) in spenders.iter().enumerate() {
        let start = Barrier::new(2);
        let paid = std::thread::scope(|scope| {
            let threads = [0, 1].map(|nonce| {
                let operations = vec![redeem(key.address(), 60)];
                let signed = transaction(genesis, key.address(), nonce, operations).sign(&genesis.chain_id(), key);
                let (gateway, start) = (network.client((number + nonce) % GATEWAYS), &start);
                scope.spawn(move || {
                    start.wait();
                    is_paid(gateway.submit(&signed, true))
                })
            });
            threads.map(|thread| thread.join().expect("every answer was one of the two"))
        });
        assert!(paid[0] != paid[1], "spender {number}: {paid:?}");
    }
    let height = (0..GATEWAYS).map(|gateway| network.height(gateway)).max().expect("four");
    for gateway in 0..GATEWAYS {
        network.wait_for_height(gateway, height);
        for key in &spenders {
            assert_eq!(balance(&network, gateway, genesis, key.address()), START - 60);
        }
    }
    network.assert_same_state(&[0, 1, 2, 3]);
}
