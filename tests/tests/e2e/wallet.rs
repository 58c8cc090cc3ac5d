//! Members and operators: through the wallet's program, and by signing in the test itself.

use std::process::Command;

use lojal_client::{Client, ClientError};
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{
    Address, Audience, Bounded, BrandId, Code, Genesis, Issue, KeyPair, Operation, Outcome, Points, ReadToken, Redeem,
    Reference, SignedReadToken, SignedTransaction, TimeMs, Transaction, Transfer,
};
use lojal_wallet::home::Home;
use lojal_wallet::passphrase::Passphrase;

use crate::network::Network;
use crate::programs::{Output, program, run};

/// The wallet's program for one of the network's wallets.
pub fn lojal(network: &Network, wallet: &str) -> Command {
    let mut command = program("lojal");
    command.env("LOJAL_PASSPHRASE", "devnet").arg("--home").arg(network.wallet(wallet));
    command
}

/// Runs a command of one of the network's wallets.
pub fn wallet(network: &Network, name: &str, arguments: &[&str]) -> Output {
    run(lojal(network, name).args(arguments))
}

/// Runs a command that must succeed; answers with what it printed.
#[track_caller]
pub fn done(network: &Network, name: &str, arguments: &[&str]) -> String {
    wallet(network, name, arguments).success()
}

/// A client of a node that reads as somebody.
pub fn reader(network: &Network, node: usize, signer: &Signer) -> Client {
    let client = Client::new(&network.url(node)).expect("a valid URL");
    signer.read_with(&client);
    client
}

/// The code with which a gateway has refused something.
#[track_caller]
pub fn code<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> String {
    match answer {
        Err(ClientError::Problem(problem)) => problem.code,
        other => panic!("should have been refused: {other:?}"),
    }
}

/// Signs for one of the network's wallets.
pub struct Signer {
    key: KeyPair,
    genesis: Genesis,
}

impl Signer {
    pub fn of(network: &Network, wallet: &str) -> Self {
        let home = Home::open(&network.wallet(wallet)).expect("a wallet that the devnet made");
        let passphrase = Passphrase::new("devnet".to_owned()).expect("a valid passphrase");
        Self { key: home.unlock(&passphrase).expect("its passphrase"), genesis: home.genesis().clone() }
    }
    /// Signs with a key that no wallet has.
    pub fn new(key: KeyPair, genesis: Genesis) -> Self {
        Self { key, genesis }
    }
    pub fn address(&self) -> Address {
        self.key.address()
    }
    /// Lets a client read as this account.
    pub fn read_with(&self, client: &Client) {
        client.read_as(&self.genesis.chain_id(), self.address(), &self.key, now().plus_ms(3_600_000));
    }
    /// A token of this account for a host, until a time.
    pub fn token_until(&self, audience: &Audience, until_ms: TimeMs) -> SignedReadToken {
        let (account, public_key, audience) = (self.address(), self.key.public_key(), audience.clone());
        ReadToken { account, public_key, audience, until_ms }.sign(&self.genesis.chain_id(), &self.key)
    }
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// A transaction of one operation, valid for a minute.
    pub fn transaction(&self, nonce: u64, operation: Operation) -> Transaction {
        Transaction {
            chain: self.genesis.chain_id().tag(),
            sender: self.address(),
            valid_until_ms: now().plus_ms(60_000),
            nonce,
            operations: Bounded::new(vec![operation]).expect("one"),
        }
    }
    pub fn sign(&self, nonce: u64, operation: Operation) -> SignedTransaction {
        self.sign_transaction(self.transaction(nonce, operation))
    }
    pub fn sign_transaction(&self, transaction: Transaction) -> SignedTransaction {
        transaction.sign(&self.genesis.chain_id(), &self.key)
    }
}

pub fn now() -> TimeMs {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    TimeMs::new(u64::try_from(since_epoch.as_millis()).expect("soon")).expect("before the year 7000")
}

pub fn nordmat() -> BrandId {
    "nordmat".parse().expect("a brand of the development network")
}

pub fn issue(to: Address, amount: u64, reference: &str) -> Operation {
    let reference = Reference::new(reference.as_bytes().to_vec()).expect("1 to 32 bytes");
    Operation::Issue(Issue {
        brand: nordmat(),
        to,
        amount: Points::new(amount),
        reference,
        dated: now().day(),
        expiry: None,
    })
}

pub fn transfer(from: Address, to: Address, amount: u64) -> Operation {
    Operation::Transfer(Transfer { brand: nordmat(), from, to, amount: Points::new(amount) })
}

pub fn redeem(from: Address, amount: u64) -> Operation {
    Operation::Redeem(Redeem { brand: nordmat(), from, amount: Points::new(amount), request: None })
}

/// Tells whether an answer says that the transaction is final and happened.
pub fn is_applied(status: &TransactionStatus) -> bool {
    matches!(status.state, TransactionState::Committed { receipt: Outcome::Applied, .. })
}

/// The ledger's code with which a submission was refused.
#[track_caller]
pub fn code_of(answer: Result<TransactionStatus, ClientError>) -> Code {
    code(answer).parse().expect("a code of the ledger")
}

/// The points of nordmat that an account holds on one node.
pub fn balance(network: &Network, node: usize, account: &Signer) -> u64 {
    let address = account.address().to_text(account.genesis().network());
    let account = network.client(node).account(&address).expect("a running gateway");
    account.balances.iter().find(|balance| balance.brand == nordmat()).map_or(0, |balance| balance.total.get())
}
