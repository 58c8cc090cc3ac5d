//! A program of its own, as somebody else would write it on the client: it prints what an account has, and its last ten
//! transactions.
//!
//! `cargo run -p lojal-client --example statement -- URL ADDRESS TOKEN`

use std::error::Error;

use lojal_client::Client;
use lojal_types::api::TransactionState;
use lojal_types::{AddressText, Outcome, Points};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, address, token] = arguments.as_slice() else {
        return Err("give a gateway's URL, an address, and what `lojal token` prints".into());
    };
    let client = Client::new(url)?;
    client.set_token(Some(&token.parse()?));
    let address: AddressText = address.parse()?;
    let account = client.account(&address)?;
    println!("{address} after block {}:", account.height);
    for balance in account.balances {
        let decimals = client.brand(&balance.brand)?.decimals;
        println!("  {} {}", amount(balance.total, decimals), balance.brand);
    }
    for entry in client.history(&address, 10, None)?.transactions {
        let operations = entry.transaction.iter().flat_map(|signed| signed.transaction.operations.iter());
        let names = operations.map(|operation| operation.name()).collect::<Vec<_>>().join(", ");
        if let TransactionState::Committed { height, receipt, .. } = entry.state {
            let outcome = match receipt {
                Outcome::Applied => "done".to_owned(),
                Outcome::Failed { code, .. } => format!("failed: {code}"),
            };
            println!("  block {height}: {names}, {outcome}");
        }
    }
    Ok(())
}

/// Points as their brand displays them: the ledger counts in its smallest unit.
fn amount(points: Points, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    let digits = format!("{:0>width$}", points.get(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if decimals == 0 { digits } else { format!("{whole}.{fraction}") }
}
