//! A history of what clients saw of a network under faults: it must be one that one ledger would show (linearizability,
//! account by account), and what they were told for good must stay so.
//!
//! Gateways answer from the last block that they have, and some are behind. A client that wants to see everything that
//! was final before it asked takes an answer only if its `height` is at least the highest that it has heard of. So do
//! the clients here, who tell each other every height.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use lojal_client::{Client, ClientError};
use lojal_model::Random;
use lojal_model::linearizability::{Action, Call, Effect, History, Outcome, check};
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{Bounded, Code, Genesis, Height, KeyPair, SignedTransaction, TimeMs, Transaction, TransactionId};

use crate::network::Network;
use crate::programs::{POLL, eventually, signal, tell};
use crate::wallet::{Signer, is_applied, issue, nordmat, now, transfer};

const CLIENTS: usize = 6;
const MEMBERS: usize = 3;
/// The points that every member starts with: few, so that many transfers find too few.
const START: u64 = 300;
const AMOUNT_MAX: usize = 150;
/// The time for which a transaction is valid; after that, one that isn't final never will be.
const VALID_MS: u64 = 15_000;
/// The number of times that a gateway that is behind is asked again before a read is given up.
const ASKED_MAX: usize = 40;

fn member(number: usize) -> KeyPair {
    KeyPair::from_seed(&[u8::try_from(number + 1).expect("few members"); 32])
}

fn account(number: usize) -> String {
    format!("member {number}")
}

/// A transfer that somebody has submitted.
#[derive(Clone)]
struct Sent {
    id: TransactionId,
    effects: BTreeMap<String, Effect>,
    valid_until: TimeMs,
}

/// The record that all clients write.
struct Record {
    genesis: Genesis,
    gateways: Vec<Client>,
    started: Instant,
    is_over: AtomicBool,
    /// The highest height that any client was told.
    height: AtomicU64,
    nonce: AtomicU64,
    definite: AtomicUsize,
    calls: Mutex<Vec<Call>>,
    sent: Mutex<Vec<Sent>>,
    /// Every answer that was final.
    told: Mutex<Vec<TransactionStatus>>,
    /// The points that a member held after a block, by whoever said so.
    held: Mutex<BTreeMap<(usize, Height), u64>>,
}

const WHOLE: &str = "nobody panics while holding it";

impl Record {
    fn new(network: &Network, genesis: Genesis) -> Self {
        Self {
            genesis,
            gateways: (0..4).map(|node| network.client(node)).collect(),
            started: Instant::now(),
            is_over: AtomicBool::new(false),
            height: AtomicU64::new(network.height(0).get()),
            nonce: AtomicU64::new(0),
            definite: AtomicUsize::new(0),
            calls: Mutex::default(),
            sent: Mutex::default(),
            told: Mutex::default(),
            held: Mutex::default(),
        }
    }

    fn clock(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).expect("a short test")
    }
    fn heard(&self, height: Height) {
        self.height.fetch_max(height.get(), Ordering::SeqCst);
    }
    fn write(&self, client: &str, invoked: u64, action: Action) {
        let call = Call { client: client.to_owned(), invoked, returned: self.clock(), action };
        self.calls.lock().expect(WHOLE).push(call);
    }

    /// Asks until the answer holds everything that any client knew of before. None if the gateway has none like that.
    fn read(&self, client: &str, gateway: usize, number: usize, latest: &mut [Height; 4]) -> Option<()> {
        let (invoked, known) = (self.clock(), self.height.load(Ordering::SeqCst));
        let address = member(number).address().to_text(self.genesis.network());
        for _ in 0..ASKED_MAX {
            let Ok(answer) = self.gateways[gateway].account(&address) else {
                std::thread::park_timeout(POLL);
                return None;
            };
            assert!(answer.height >= latest[gateway], "gateway {gateway} went back to {}", answer.height);
            latest[gateway] = answer.height;
            let balance = answer.balances.iter().find(|balance| balance.brand == nordmat());
            let balance = balance.map_or(0, |balance| balance.total.get());
            let said = *self.held.lock().expect(WHOLE).entry((number, answer.height)).or_insert(balance);
            assert_eq!(said, balance, "two answers about member {number} after block {}", answer.height);
            if answer.height.get() >= known {
                self.heard(answer.height);
                self.write(client, invoked, Action::Read { account: account(number), balance });
                return Some(());
            }
            std::thread::park_timeout(POLL);
        }
        None
    }

    /// A transfer of a member to another one.
    fn transfer(&self, from: usize, to: usize, amount: u64) -> (Sent, SignedTransaction) {
        let (key, to_address) = (member(from), member(to).address());
        let transaction = Transaction {
            chain: self.genesis.chain_id().tag(),
            sender: key.address(),
            valid_until_ms: now().plus_ms(VALID_MS),
            nonce: self.nonce.fetch_add(1, Ordering::Relaxed),
            operations: Bounded::new(vec![transfer(key.address(), to_address, amount)]).expect("one"),
        };
        let effects = [(account(from), Effect::Debit(amount)), (account(to), Effect::Credit(amount))].into();
        let (id, valid_until) = (transaction.id(&self.genesis.chain_id()), transaction.valid_until_ms);
        let sent = Sent { id, effects, valid_until };
        self.sent.lock().expect(WHOLE).push(sent.clone());
        (sent, transaction.sign(&self.genesis.chain_id(), &key))
    }

    /// Submits for the first time, or again when nobody knows what became of the first time.
    fn submit(
        &self,
        client: &str,
        gateway: usize,
        (sent, signed): (&Sent, &SignedTransaction),
        is_first: bool,
    ) -> Outcome {
        let invoked = self.clock();
        let outcome = match self.gateways[gateway].submit(signed, true) {
            Ok(status) => self.outcome(&status),
            // It did not leave this machine; its validity will show that nothing came of it.
            Err(ClientError::Unreachable { .. }) => {
                std::thread::park_timeout(POLL);
                Outcome::Unknown
            }
            // A refusal is final when nothing else was under way, whatever it says of a state that may be behind.
            Err(ClientError::Problem(problem)) if is_first && is_refusal(&problem.code) => Outcome::Refused,
            Err(_) => match self.gateways[gateway].transaction(&sent.id) {
                Ok(status) => self.outcome(&status),
                Err(_) => Outcome::Unknown,
            },
        };
        self.definite.fetch_add(usize::from(outcome != Outcome::Unknown), Ordering::Relaxed);
        self.write_outcome(client, invoked, sent, outcome);
        outcome
    }

    fn write_outcome(&self, client: &str, invoked: u64, sent: &Sent, outcome: Outcome) {
        let (transaction, effects) = (sent.id.to_string(), sent.effects.clone());
        self.write(client, invoked, Action::Submit { transaction, effects, outcome });
    }

    fn outcome(&self, status: &TransactionStatus) -> Outcome {
        let TransactionState::Committed { height, receipt, .. } = &status.state else { return Outcome::Unknown };
        self.heard(*height);
        self.told.lock().expect(WHOLE).push(status.clone());
        match receipt {
            lojal_types::Outcome::Applied => Outcome::Committed,
            lojal_types::Outcome::Failed { code: Code::InsufficientPoints, .. } => Outcome::Insufficient,
            lojal_types::Outcome::Failed { .. } => Outcome::Refused,
        }
    }

    /// One client, until it is over.
    fn play(&self, number: usize) {
        let (name, mut dice) = (format!("client {number}"), Random::new(number as u64));
        let mut latest = [Height::GENESIS; 4];
        while !self.is_over.load(Ordering::Relaxed) {
            let (gateway, from) = (dice.index(4), dice.index(MEMBERS));
            if dice.index(2) == 0 {
                self.read(&name, gateway, from, &mut latest);
                continue;
            }
            let to = (from + 1 + dice.index(MEMBERS - 1)) % MEMBERS;
            let (sent, signed) = self.transfer(from, to, 1 + dice.index(AMOUNT_MAX) as u64);
            let outcome = self.submit(&name, gateway, (&sent, &signed), true);
            if outcome == Outcome::Unknown && dice.index(2) == 0 {
                self.submit(&name, (gateway + 1) % 4, (&sent, &signed), false);
            }
        }
    }

    /// Waits until so many more outcomes are known for good.
    fn wait_for(&self, more: usize) {
        let wanted = self.definite.load(Ordering::Relaxed) + more;
        eventually("definite outcomes", || (self.definite.load(Ordering::Relaxed) >= wanted).then_some(()));
    }

    /// Asks everybody for everything, when nothing can change any more.
    fn settle(&self) {
        for sent in self.sent.lock().expect(WHOLE).clone() {
            let invoked = self.clock();
            let answers: Vec<Option<TransactionStatus>> =
                self.gateways.iter().map(|gateway| final_status(gateway, &sent.id)).collect();
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
            let outcome = answers[0].as_ref().map_or(Outcome::Refused, |status| self.outcome(status));
            assert_ne!(outcome, Outcome::Unknown, "{answers:?}");
            self.write_outcome("everybody", invoked, &sent, outcome);
        }
        let mut by_id = BTreeMap::new();
        for status in self.told.lock().expect(WHOLE).iter() {
            let first = by_id.entry(status.id.to_string()).or_insert_with(|| status.state.clone());
            assert_eq!(*first, status.state, "what was definite of {} has changed", status.id);
        }
        let mut latest = [Height::GENESIS; 4];
        for (gateway, number) in (0..4).flat_map(|gateway| (0..MEMBERS).map(move |number| (gateway, number))) {
            eventually("a gateway that has all", || self.read("everybody", gateway, number, &mut latest));
        }
    }
}

/// Tells whether a problem says that a transaction was refused; after others nobody knows.
fn is_refusal(code: &str) -> bool {
    !["internal_error", "request_timeout", Code::DuplicateTransaction.name()].contains(&code)
}

/// The status of a transaction that is final, as one gateway knows it; none if it doesn't.
fn final_status(gateway: &Client, id: &TransactionId) -> Option<TransactionStatus> {
    match gateway.transaction(id) {
        Ok(status) => Some(status),
        Err(error) if error.is_problem("unknown_transaction") => None,
        Err(error) => panic!("a running gateway: {error}"),
    }
}

/// Kills one validator, stops another, and then stops so many that nothing is decided for a while.
fn disturb(network: &mut Network, record: &Record) {
    record.wait_for(20);
    network.kill(1);
    record.wait_for(20);
    network.revive(1);
    signal("STOP", network.process(2));
    record.wait_for(10);
    signal("CONT", network.process(2));
    record.wait_for(10);
    network.kill(3);
    network.kill(0);
    network.revive(0);
    record.wait_for(20);
    network.kill_all();
    network.start_again();
    record.wait_for(20);
}

#[test]
fn what_clients_see_of_a_network_under_faults_is_one_ledger_and_definite_outcomes_stay_definite() {
    let mut network = Network::start();
    let brand = Signer::of(&network, "nordmat");
    let mut start = brand.transaction(0, issue(brand.address(), 1, "unused"));
    let welcome = |number| issue(member(number).address(), START, &format!("welcome {number}"));
    start.operations = Bounded::new((0..MEMBERS).map(welcome).collect()).expect("a few");
    assert!(is_applied(&network.client(0).submit(&brand.sign_transaction(start), true).expect("a running gateway")));
    (1..4).for_each(|node| network.wait_for_height(node, network.height(0)));

    let record = Record::new(&network, brand.genesis().clone());
    std::thread::scope(|scope| {
        let over = Over(&record.is_over);
        for number in 0..CLIENTS {
            let record = &record;
            scope.spawn(move || record.play(number));
        }
        disturb(&mut network, &record);
        drop(over);
    });
    let last = record.sent.lock().expect(WHOLE).iter().map(|sent| sent.valid_until).max().expect("some");
    for node in 0..4 {
        eventually("the ledger's time", || network.client(node).status().ok().filter(|status| status.time_ms > last));
    }
    let height = network.catch_up(&[0, 1, 2, 3]);
    record.heard(height);
    record.settle();

    let initial = (0..MEMBERS).map(|number| (account(number), START)).collect();
    let mut history = History { initial, calls: record.calls.into_inner().expect(WHOLE) };
    check(&history).unwrap_or_else(|counterexample| panic!("{counterexample}"));
    tell(&format!("measured history: {}; all of it is linearizable", summary(&history)));

    // It would have been noticed if the very last answer had been another.
    let last_read = history.calls.iter_mut().rev().find_map(|call| match &mut call.action {
        Action::Read { balance, .. } => Some(balance),
        Action::Submit { .. } => None,
    });
    *last_read.expect("everybody was asked at the end") += 1;
    assert!(check(&history).is_err());
}

/// A summary of a history, in numbers.
fn summary(history: &History) -> String {
    let kind = |call: &Call| match &call.action {
        Action::Read { .. } => "reads".to_owned(),
        Action::Submit { outcome, .. } => format!("answers {outcome:?}"),
    };
    let mut counts = BTreeMap::new();
    history.calls.iter().for_each(|call| *counts.entry(kind(call)).or_insert(0_usize) += 1);
    counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
}

/// Stops the clients also when the test has failed.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
