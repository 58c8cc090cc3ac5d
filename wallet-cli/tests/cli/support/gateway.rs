//! A gateway whose ledger says what a test wants.

use std::collections::HashMap;

use lojal_types::api::{Account, Balance, Brand, Brands, History, Status, Totals, TransactionState, TransactionStatus};
use lojal_types::{
    Bounded, Expiry, Hash, Height, Lot, Month, Network, Operation, Outcome, Points, PublicKey, SignedTransaction,
    TimeMs,
};

use super::server::{Answer, Request, Server};
use super::{genesis, key, name, other, policy};

/// A gateway whose ledger puts every transaction in block 42 with `receipt`, after checking its signature.
pub fn ledger(receipt: Outcome, rotated_key: Option<PublicKey>) -> Server {
    let mut final_transactions: HashMap<String, TransactionStatus> = HashMap::new();
    Server::start(move |request| {
        let path = request.path.split('?').next().unwrap_or_default();
        let brand = |id: &str, decimals| Brand {
            id: id.parse().expect("valid"),
            name: name(id),
            decimals,
            policy: policy(),
            totals: Totals { issued: Points::new(125_000), ..Totals::default() },
        };
        match (request.method.as_str(), path) {
            ("POST", _) => {
                let status = committed(request, receipt);
                final_transactions.insert(format!("/v1/transactions/{}", status.id), status.clone());
                let waits = request.path.ends_with("?wait=committed");
                let state = if waits { status.state.clone() } else { TransactionState::Pending };
                Answer::json(200, &TransactionStatus { state, ..status })
            }
            (_, "/v1/status") => Answer::json(200, &network_status()),
            (_, "/v1/brands") => Answer::json(200, &Brands { brands: vec![brand("kaffet", 2), brand("nordmat", 0)] }),
            (_, "/v1/brands/kaffet") => Answer::json(200, &brand("kaffet", 2)),
            (_, "/v1/brands/nordmat") => Answer::json(200, &brand("nordmat", 4)),
            (_, "/v1/brands/nobody") => Answer::problem(404, "unknown_brand"),
            (_, path) if path.ends_with("/transactions") => Answer::json(200, &history()),
            (_, path) if path.starts_with("/v1/accounts/") => Answer::json(200, &account(rotated_key)),
            (_, path) => match final_transactions.get(path) {
                Some(status) => Answer::json(200, status),
                None => Answer::problem(404, "unknown_transaction"),
            },
        }
    })
}

pub fn network_status() -> Status {
    Status {
        chain_id: genesis().chain_id(),
        height: Height::new(41),
        state_root: Hash::new([0; 32]),
        time_ms: TimeMs::new(1_800_000_000_000).expect("in range"),
        validator: None,
        peers: 3,
        mempool: 0,
        version: "0.1.0".into(),
    }
}

fn account(rotated_key: Option<PublicKey>) -> Account {
    let lot = |month: &str, amount| Lot {
        expiry: Expiry::Month(month.parse::<Month>().expect("valid")),
        amount: Points::new(amount),
    };
    let balance = |brand: &str, total, lots| Balance { brand: brand.parse().expect("valid"), total, lots };
    Account {
        address: key().address().text(Network::Test),
        exists: true,
        rotated_key,
        balances: vec![
            balance("kaffet", Points::new(5), vec![Lot { expiry: Expiry::Never, amount: Points::new(5) }]),
            balance("nordmat", Points::new(1250), vec![lot("2027-03", 800), lot("2028-11", 450)]),
        ],
        height: Height::new(41),
    }
}

fn history() -> History {
    let transfer = lojal_types::Transfer {
        brand: "kaffet".parse().expect("valid"),
        from: key().address(),
        to: other().on(Network::Test).expect("a test address"),
        amount: Points::new(1250),
    };
    let transaction = lojal_types::Transaction {
        chain: genesis().chain_id().tag(),
        sender: key().address(),
        valid_until_ms: TimeMs::default(),
        nonce: 1,
        operations: Bounded::new(vec![Operation::Transfer(transfer)]).expect("one"),
    };
    let id = transaction.id(&genesis().chain_id());
    let signed = transaction.sign(&genesis().chain_id(), &key()).text(Network::Test);
    let time_ms = TimeMs::new(1_800_000_000_000).expect("in range");
    let state = TransactionState::Committed { height: Height::new(40), index: 0, time_ms, receipt: Outcome::Applied };
    let status = TransactionStatus { id, state, transaction: Some(signed) };
    History { transactions: vec![status], next_cursor: Some("40-0".into()) }
}

fn signed_in(request: &Request) -> SignedTransaction {
    let signed = SignedTransaction::decode(&request.body).expect("canonical bytes");
    signed.clone().verify(&genesis().chain_id()).expect("signed for this network");
    signed
}

fn committed(request: &Request, receipt: Outcome) -> TransactionStatus {
    let time_ms = TimeMs::new(1_800_000_001_000).expect("in range");
    let state = TransactionState::Committed { height: Height::new(42), index: 0, time_ms, receipt };
    let id = signed_in(request).transaction.id(&genesis().chain_id());
    TransactionStatus { id, state, transaction: None }
}

pub fn submitted(server: &Server) -> Vec<SignedTransaction> {
    server.requests().iter().filter(|request| request.method == "POST").map(signed_in).collect()
}
