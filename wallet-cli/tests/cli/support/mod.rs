//! A network, a wallet on it, and the command to use the wallet.

pub mod blocks;
pub mod documents;
pub mod every;
pub mod gateway;
pub mod lists;
pub mod market;
pub mod programme;
// The client's test server: both crates talk to the same kind of gateway.
#[path = "../../../../crates/client/src/tests/server.rs"]
pub mod server;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lojal_types::genesis::GenesisBrand;
use lojal_types::{
    Address, AddressText, Bounded, Genesis, GenesisDocument, Governance, KeyPair, NetworkKind, Parameters, Points,
    Policy, Reference, TimeMs, Validator,
};
use lojal_wallet::home::Home;
use lojal_wallet::passphrase::Passphrase;
use lojal_wallet::reference::ReceiptText;
use serde_json::Value;

pub const PASSPHRASE: &str = "open sesame";
/// The program.
pub const LOJAL: &str = env!("CARGO_BIN_EXE_lojal");

pub fn policy() -> Policy {
    Policy { expiry_months: Some(24), transfer_max: Points::new(100_000), ..Policy::open() }
}

pub fn genesis() -> Genesis {
    let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
    let validator = Validator { name: name("nordmat"), public_key: key(1), network_key: key(2), power: 1 };
    let brand = |id: &str, decimals| {
        let brand = GenesisBrand::new(id.parse().expect("valid"), policy(), Bounded::default());
        GenesisBrand { decimals, ..brand }
    };
    let document = GenesisDocument {
        governance: Governance::of([&validator], |validator| validator.network_key),
        settlement_currency: Some("SEK".parse().expect("valid")),
        parameters: Parameters { recovery_delay_ms: 60_000, ..Parameters::standard() },
        validators: Bounded::from([validator]),
        brands: Bounded::from([brand("kaffet", 2), brand("nordmat", 0)]),
        ..GenesisDocument::empty(name("test network"), TimeMs::new(1_700_000_000_000).expect("in range"))
    };
    Genesis::new(document).expect("valid")
}

pub fn name(text: &str) -> lojal_types::Name {
    text.parse().expect("valid")
}

/// The reference of a receipt with this text.
pub fn receipt(text: &str) -> Reference {
    text.parse::<ReceiptText>().expect("a text").reference()
}

pub fn key() -> KeyPair {
    KeyPair::from_seed(&[7; 32])
}

pub fn other() -> AddressText {
    KeyPair::from_seed(&[8; 32]).address().to_text(NetworkKind::Test)
}

/// The address of a household.
pub fn pool() -> AddressText {
    Address::new([5; 20]).to_text(NetworkKind::Test)
}

/// A wallet in a temporary directory, and the command to use it.
pub struct Wallet {
    dir: tempfile::TempDir,
}

impl Wallet {
    pub fn nowhere() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary directory") }
    }
    pub fn at(gateway_url: &str) -> Self {
        let wallet = Self::nowhere();
        let toml = genesis().document().to_toml();
        Home::create(&wallet.home(), &key(), &passphrase(), &[gateway_url.to_owned()], &toml).expect("made");
        wallet
    }
    pub fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, Some(PASSPHRASE))
    }
    /// Runs with a passphrase; what a program reads is checked against what `lojal schema` says.
    pub fn run_with(&self, arguments: &[&str], passphrase: Option<&str>) -> Ran {
        let ran = Ran::of(self.command(arguments, passphrase).stdin(Stdio::null()).output().expect("the program runs"));
        if arguments.contains(&"--json") {
            documents::check(Path::new(LOJAL), arguments, ran.exit_code, &ran.stdout);
        }
        ran
    }
    /// Runs with a text on stdin.
    pub fn run_reading(&self, arguments: &[&str], stdin: &str) -> Ran {
        let mut command = self.command(arguments, Some(PASSPHRASE));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        child.stdin.take().expect("piped").write_all(stdin.as_bytes()).expect("it reads");
        Ran::of(child.wait_with_output().expect("the program ends"))
    }
    pub fn command(&self, arguments: &[&str], passphrase: Option<&str>) -> Command {
        let mut command = Command::new(LOJAL);
        // As people see it, with room for everything on one line.
        command.args(arguments).env("LOJAL_HOME", self.home()).env("COLUMNS", "1000");
        // Nobody's own settings are read or changed.
        command.env("HOME", self.dir.path()).env_remove("XDG_CONFIG_HOME");
        // The gateway of these tests has no blocks, and so proves nothing.
        if !arguments.contains(&"--pin") {
            command.arg("--trust");
        }
        for variable in ["LOJAL_GATEWAY", "LOJAL_PASSPHRASE", "LOJAL_PASSPHRASE_FILE", "LOJAL_PROFILE"] {
            command.env_remove(variable);
        }
        if let Some(passphrase) = passphrase {
            command.env("LOJAL_PASSPHRASE", passphrase);
        }
        command
    }
    /// Writes a file beside the home.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("writable");
        path.display().to_string()
    }
    pub fn genesis_file(&self) -> String {
        self.file("genesis.toml", &genesis().document().to_toml())
    }
}

pub struct Ran {
    pub exit_code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let exit_code = output.status.code().expect("not killed");
        Self { exit_code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
    /// The one document on stdout; nothing is on stderr.
    pub fn json(&self) -> Value {
        assert_eq!(self.stderr, "");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
    pub fn error_code(&self) -> String {
        let json = self.json();
        assert!(json["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{json}");
        json["error"]["code"].as_str().expect("a text").to_owned()
    }
}

pub fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned()).expect("valid")
}
