//! Genesis documents, and the state that they start with.

use lojal_ledger::State;
use lojal_types::{ChainId, ChainTag, Genesis, GenesisDocument, Hash};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{START_MS, key, named, seed};

/// A TOML document, line by line.
pub(super) type Lines = Vec<String>;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    borsh: String,
    chain_id: ChainId,
    chain_tag: ChainTag,
    validators_hash: Hash,
    /// The root of the state at height 0.
    state_root: Hash,
}

/// Checks a document.
pub(super) fn genesis(toml: &Lines) -> Genesis {
    Genesis::from_toml(&toml.join("\n")).expect("the document keeps the rules")
}

fn build(toml: &Lines) -> Output {
    let genesis = genesis(toml);
    let written = genesis.document().to_toml();
    assert_eq!(GenesisDocument::from_toml(&written).as_ref(), Ok(genesis.document()), "TOML -> document -> TOML");
    Output {
        borsh: canonical_hex(genesis.document()),
        chain_id: genesis.chain_id(),
        chain_tag: genesis.chain_id().tag(),
        validators_hash: genesis.validators().hash(&genesis.chain_id()),
        state_root: State::genesis(&genesis).view().state_root(),
    }
}

fn lines(text: &str) -> Lines {
    text.lines().map(str::to_owned).collect()
}

/// A network of one validator without brands.
fn smallest() -> Lines {
    let (public_key, network_key) = (key(&seed(1)).public_key(), key(&seed(0x81)).public_key());
    let governor = key(&seed(0x41)).public_key();
    lines(&format!(
        "name = \"smallest\"
network = \"main\"
time_ms = 0

[parameters]
heartbeat_ms = 100
block_bytes_max = 32768
block_transactions_max = 1

[governance]
version = 1

[[governance.seats]]
name = \"alone\"
governor = \"{governor}\"

[[validators]]
name = \"alone\"
public_key = \"{public_key}\"
network_key = \"{network_key}\"
power = 1"
    ))
}

/// Four validators of different power, and their seats.
fn four_validators(settings: &str) -> String {
    let mut toml = format!("\n[governance]\nversion = 1\n{settings}");
    for number in 1..=4_u8 {
        let governor = key(&seed(0x40 + number)).public_key();
        toml += &format!("\n[[governance.seats]]\nname = \"validator {number}\"\ngovernor = \"{governor}\"\n");
        if number == 4 {
            toml += "endpoint = \"/dns/node.example.org/tcp/7900\"\n";
        }
    }
    for number in 1..=4_u8 {
        let (public_key, network_key) = (key(&seed(number)).public_key(), key(&seed(0x80 + number)).public_key());
        toml += &format!(
            "
[[validators]]
name = \"validator {number}\"
public_key = \"{public_key}\"
network_key = \"{network_key}\"
power = {number}
"
        );
    }
    toml
}

/// A network of four validators and two brands: points of one live for a month, those of the other for ever. What can
/// be left out is.
pub(super) fn two_brands() -> Lines {
    let mut toml = format!(
        "name = \"vectors\"
network = \"test\"
time_ms = {START_MS}

[parameters]
heartbeat_ms = 3000
block_bytes_max = 4194304
block_transactions_max = 10000
"
    );
    toml += &four_validators("");
    let (till, returns) = (key(&seed(11)).public_key(), key(&seed(12)).public_key());
    toml += &format!(
        "
[[brands]]
id = \"nordmat\"
name = \"Nordmat\"
decimals = 0

[brands.policy]
expiry_months = 1
transferable = true
transfer_min = 10
transfer_max = 1000
reversal_window_ms = 60000

[[brands.operators]]
public_key = \"{till}\"
roles = [\"issue\"]

[[brands.operators]]
public_key = \"{returns}\"
roles = [\"issue\", \"reverse\"]

[[brands]]
id = \"fjallen\"
name = \"Fj\u{e4}llen\"
decimals = 2

[brands.policy]
transferable = false
transfer_min = 1
transfer_max = 1
reversal_window_ms = 0

[[brands.operators]]
public_key = \"{till}\"
roles = [\"issue\"]"
    );
    lines(&toml)
}

/// A network of two brands that settle in crowns, with every field that can be left out.
pub(super) fn whole_economy() -> Lines {
    let mut toml = format!(
        "name = \"economy\"
network = \"test\"
time_ms = {START_MS}
settlement_currency = \"SEK\"

[parameters]
heartbeat_ms = 3000
block_bytes_max = 4194304
block_transactions_max = 10000
recovery_delay_ms = 1000
"
    );
    toml += &four_validators("motion_lapse_ms = 86400000\n");
    let public_key = |secret| key(&seed(secret)).public_key();
    let (till, grocer, cafe) = (public_key(11), public_key(13), public_key(14));
    toml += &format!(
        "
[[brands]]
id = \"nordmat\"
name = \"Nordmat\"
decimals = 0

[brands.policy]
expiry_months = 12
transferable = true
transfer_min = 10
transfer_max = 1000
convertible = true
poolable = true
tradeable = true
reversal_window_ms = 60000

[[brands.operators]]
public_key = \"{till}\"
roles = [\"issue\", \"capture\"]
issue_daily_max = 10000

[[brands.operators]]
public_key = \"{grocer}\"
roles = [\"admin\"]

[[brands]]
id = \"kaffet\"
name = \"Kaffet\"
decimals = 2

[brands.policy]
transferable = true
transfer_min = 1
transfer_max = 1000
transfer_daily_max = 100
convertible = true
reversal_window_ms = 0

[[brands.operators]]
public_key = \"{cafe}\"
roles = [\"issue\", \"capture\", \"reverse\", \"admin\"]"
    );
    lines(&toml)
}

#[test]
fn genesis_documents_have_their_bytes_chain_id_and_state_root() {
    let samples = vec![
        named("smallest", smallest()),
        named("two brands", two_brands()),
        named("the whole economy", whole_economy()),
    ];
    let about = "A TOML document, line by line -> canonical bytes; chain id = SHA-256(lojal/genesis/v1 | bytes); the \
                 first state's root";
    check("genesis.json", about, samples, build);
}
