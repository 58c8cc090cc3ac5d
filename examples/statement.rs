//! Prints what an account has and its last ten transactions:
//! `cargo run -p lojal-client --example statement -- URL ADDRESS`.

use std::error::Error;

use lojal_client::Client;
use lojal_types::AddressText;
use lojal_types::api::TransactionState;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, address] = arguments.as_slice() else { return Err("give a gateway's URL and an address".into()) };
    let client = Client::new(url)?;
    let address: AddressText = address.parse()?;
    let account = client.account(&address)?;
    println!("{address} after block {}:", account.height);
    for balance in account.balances {
        println!("  {} {}", balance.total, balance.brand);
    }
    for entry in client.history(&address, 10, None)?.transactions {
        let operations = entry.transaction.iter().flat_map(|signed| signed.transaction.operations.iter());
        let names = operations.map(|operation| operation.name()).collect::<Vec<_>>().join(", ");
        if let TransactionState::Committed { height, receipt, .. } = entry.state {
            println!("  block {height}: {names}, {receipt:?}");
        }
    }
    Ok(())
}
