//! The transactions that clients ask for.

use lojal_chain::CommittedBlock;
use lojal_types::{
    Address, Bounded, Capture, ChainId, Day, Genesis, Issue, KeyPair, Operation, Points, Redeem, Reference, Release,
    Request, RequestKind, Reverse, Salt, SignedTransaction, TimeMs, Transaction, Transfer,
};

use crate::people::{self, MEMBERS, TILLS};
use lojal_random::Random;

/// The time that most transactions are valid.
const VALID_MS: u64 = 10 * 60 * 1_000;

/// Makes transactions at random: of all kinds by the naive model's histories, and in between some of a brand of the
/// simulator's own, of which some are valid for moments only.
pub struct Workload {
    chain: ChainId,
    random: Random,
    histories: lojal_model::Workload,
    /// Blocks that the histories have followed.
    height: u64,
    issued: Vec<(Reference, Day, Address)>,
    held: Vec<(Reference, Day, Address)>,
}

impl Workload {
    /// The workload of a network.
    pub fn new(genesis: &Genesis, seed: u64) -> Self {
        let random = Random::of(seed, "workload");
        let histories = lojal_model::Workload::new(seed, genesis);
        Self { chain: genesis.chain_id(), random, histories, height: 0, issued: Vec::new(), held: Vec::new() }
    }

    /// Follows the chain, so that what comes next makes sense; blocks that others have shown already change nothing.
    pub fn follow(&mut self, block: &CommittedBlock) {
        if block.header.height.get() == self.height + 1 {
            self.height += 1;
            let transactions: Vec<_> = block.transactions.iter().map(|one| (**one).clone()).collect();
            // What they come to by the model is compared in the end, with the chain that all have.
            self.histories.commit(block.header.time_ms, &transactions);
        }
    }

    /// The model's histories, whose people do something else now and then, too.
    pub fn histories(&mut self) -> &mut lojal_model::Workload {
        &mut self.histories
    }

    /// The next transaction, signed.
    pub fn next(&mut self, now: TimeMs) -> SignedTransaction {
        if self.random.permille(700) { self.histories.next(now) } else { self.own(now) }
    }

    fn own(&mut self, now: TimeMs) -> SignedTransaction {
        let valid_ms = if self.random.permille(300) { self.random.below(3_000) } else { VALID_MS };
        let till = people::till(self.random.index(TILLS));
        let member = people::member(self.random.index(MEMBERS));
        let brand = people::brand();
        match self.random.below(10) {
            0..4 => {
                let issue = issue(self.random.number(), member.address(), now.day());
                self.issued.push((issue.reference.clone(), issue.dated, issue.to));
                self.sign(&till, Operation::Issue(issue), now, valid_ms)
            }
            4..7 => {
                let to = people::member(self.random.index(MEMBERS)).address();
                let amount = Points::new(self.random.between(1..=60));
                let transfer = Transfer { brand, from: member.address(), to, amount };
                self.sign(&member, Operation::Transfer(transfer), now, valid_ms)
            }
            7 => {
                let amount = self.some_or_all(member.address());
                let redeem = Redeem { brand, from: member.address(), amount, request: None };
                self.sign(&member, Operation::Redeem(redeem), now, valid_ms)
            }
            8 => self.hold_or_settle(&member, &till, now, valid_ms),
            _ => {
                let at = self.random.index(self.issued.len());
                let Some((issue_reference, issue_dated, from)) = self.issued.get(at).cloned() else {
                    return self.own(now);
                };
                let (amount, reference) = (Points::new(self.random.between(1..=30)), self.reference());
                let at_least = if self.random.permille(500) { amount } else { Points::new(1) };
                let dated = now.day();
                let reverse = Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated };
                self.sign(&till, Operation::Reverse(reverse), now, valid_ms)
            }
        }
    }

    /// Few points, or all that an account has: what a view shows but the ledger doesn't give is found out by that.
    fn some_or_all(&mut self, account: Address) -> Points {
        let all = self.histories.model().balance(account, people::brand());
        let amount = if self.random.permille(500) { all } else { self.random.between(1..=40) };
        Points::new(amount.max(1))
    }

    fn hold_or_settle(&mut self, member: &KeyPair, till: &KeyPair, now: TimeMs, valid_ms: u64) -> SignedTransaction {
        let brand = people::brand();
        if self.held.is_empty() || self.random.permille(500) {
            let request = self.request_to_hold(now);
            self.held.push((request.reference(&self.chain), request.dated, member.address()));
            let hold = request.answer(&self.chain, member.address());
            return self.sign(member, hold, now, valid_ms);
        }
        let at = self.random.index(self.held.len());
        let (hold_reference, hold_dated, from) = self.held.swap_remove(at);
        if self.random.permille(500) {
            let release = Release { brand, from, hold_reference, hold_dated };
            return self.sign(till, Operation::Release(release), now, valid_ms);
        }
        let (amount, reference) = (Points::new(self.random.between(1..=20)), self.reference());
        let capture = Capture { brand, from, hold_reference, hold_dated, amount, reference, dated: now.day() };
        self.sign(till, Operation::Capture(capture), now, valid_ms)
    }

    /// A till's request for points to be held, which ends soon, and now and then before it can be answered.
    fn request_to_hold(&mut self, now: TimeMs) -> Request {
        let amount = Points::new(self.random.between(1..=40));
        let (salt, expires_ms) = (self.random.bytes(16), now.plus_ms(self.random.between(1_000..=30_000)));
        Request {
            brand: people::brand(),
            amount,
            kind: RequestKind::Hold { expires_ms },
            dated: now.day(),
            until_ms: expires_ms,
            household: None,
            salt: Salt::new(salt.try_into().expect("16 bytes")),
        }
    }

    fn reference(&mut self) -> Reference {
        Reference::new(self.random.bytes(16)).expect("16 bytes")
    }

    fn sign(&mut self, key: &KeyPair, operation: Operation, now: TimeMs, valid_ms: u64) -> SignedTransaction {
        let transaction = Transaction {
            chain: self.chain.tag(),
            sender: key.address(),
            valid_until_ms: now.plus_ms(valid_ms),
            nonce: self.random.number(),
            operations: Bounded::new(vec![operation]).expect("one"),
        };
        transaction.sign(&self.chain, key)
    }

    /// A transaction that surely works.
    pub fn probe(&mut self, now: TimeMs) -> SignedTransaction {
        let issue = issue(self.random.number(), people::member(0).address(), now.day());
        self.sign(&people::till(0), Operation::Issue(issue), now, VALID_MS)
    }
}

/// A till issues points under a reference with a number and a day.
pub fn issue(number: u64, to: Address, dated: Day) -> Issue {
    let reference = Reference::new(number.to_le_bytes().to_vec()).expect("8 bytes");
    Issue { brand: people::brand(), to, amount: Points::new(1 + number % 100), reference, dated, expiry: None }
}
