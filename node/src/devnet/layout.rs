//! The files of a development network.
//!
//! ```text
//! DIR/genesis.toml            the complete genesis document
//! DIR/auditor.key             the key of an auditor, who may read everything
//! DIR/node-0 …                the validators' directories
//! DIR/follower-0 …            the followers' directories
//! DIR/wallets/BRAND           the wallet of each brand's operator, who governs the validator of its name
//! DIR/wallets/member-1, -2    the wallets of two members, each with its backup in the file `words`
//! ```

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    AddressText, Bounded, Endpoint, Genesis, GenesisDocument, GenesisSeat, Governance, KeyPair, Name, Parameters,
    PublicKey, Role, Roles, Rules,
};
use lojal_wallet::backup::Backup;
use lojal_wallet::home::{Home, HomeError};
use lojal_wallet::keystore::Secret;
use lojal_wallet::passphrase::Passphrase;

use super::error::DevnetError;
use super::options::DevnetOptions;
use crate::config::{
    AuditorEntry, ConfigError, Contact, ListedAuditor, NodeConfig, NodeDir, NodeKeys, PeerConfig, PushConfig,
    random_key, read_genesis, read_key, write_key, write_new,
};

/// The directory of a network, unless the options say.
pub const DIR: &str = "devnet";
/// The passphrase of every wallet of a development network.
pub const PASSPHRASE: &str = "devnet";
/// The template that the program carries with it.
const TEMPLATE: &str = include_str!("../../../genesis/dev.toml");
const PORT_BASE: u16 = 7800;
/// The heartbeat of a tour's network: its clock must run although nothing happens.
const TOUR_HEARTBEAT_MS: u64 = 500;
/// The time between two snapshots on a tour's network, so that a node can join.
const TOUR_SNAPSHOT_INTERVAL_MS: u64 = 5_000;
/// The time that owners have to cancel a recovery on a tour, instead of 72 hours.
const TOUR_RECOVERY_DELAY_MS: u64 = 2_000;
/// The port from which on a tour looks for free ports: it must not get in the way of other networks of this machine.
const TOUR_PORT_BASE: u16 = 10_050;
/// The distance of the places where a tour looks, and their number.
const TOUR_PORT_STEP: u16 = 300;
const TOUR_PORT_STEPS: u16 = 70;
const VALIDATORS: u16 = 4;
/// The voting power of each of them.
const POWER: u64 = 1;
/// The distance of the validators' own ports from those of their gateways.
const PEER_PORTS: u16 = 100;
/// The distance of the ports of metrics and health.
const ADMIN_PORTS: u16 = 200;
/// The file of the auditor's key.
const AUDITOR_KEY: &str = "auditor.key";

/// A development network on disk.
#[derive(Clone)]
pub struct Layout {
    /// The directory of the network.
    pub dir: PathBuf,
    /// The number of its validators.
    pub count: u16,
    /// The number of its followers, whose ports come after those of the validators.
    pub followers: u16,
    /// The port of the first gateway.
    pub port_base: u16,
    /// Its genesis document.
    pub genesis: Genesis,
}

impl Layout {
    /// Reads the network in the directory, or makes one where there is none.
    pub fn open_or_create(options: &DevnetOptions) -> Result<Self, DevnetError> {
        let dir = options.dir.clone().unwrap_or_else(|| DIR.into());
        if !dir.join("genesis.toml").exists() {
            if !is_free(&dir) {
                return Err(DevnetError::Occupied(dir));
            }
            let counts = (options.validators.unwrap_or(VALIDATORS), options.followers.unwrap_or(0));
            create(&dir, template(options)?, counts, options.port_base.unwrap_or(PORT_BASE))?;
        }
        let layout = Self::open(dir)?;
        for (option, wanted, existing) in [
            ("--validators", options.validators, layout.count),
            ("--followers", options.followers, layout.followers),
            ("--port-base", options.port_base, layout.port_base),
        ] {
            if wanted.is_some_and(|wanted| wanted != existing) {
                return Err(DevnetError::OtherOption { dir: layout.dir, option, existing });
            }
        }
        Ok(layout)
    }
    /// Makes a network for a tour, which always starts from nothing.
    pub fn create_for_tour(dir: PathBuf, options: &DevnetOptions) -> Result<Self, DevnetError> {
        if !is_free(&dir) {
            return Err(DevnetError::NotFresh(dir));
        }
        let document = template(options)?;
        let parameters = Parameters {
            heartbeat_ms: TOUR_HEARTBEAT_MS,
            recovery_delay_ms: TOUR_RECOVERY_DELAY_MS,
            snapshot_interval_ms: TOUR_SNAPSHOT_INTERVAL_MS,
            ..document.parameters
        };
        let count = options.validators.unwrap_or(VALIDATORS);
        let port_base = options.port_base.or_else(|| free_ports(count + 1)).ok_or(DevnetError::NoPorts)?;
        create(&dir, GenesisDocument { parameters, ..document }, (count, 0), port_base)?;
        Self::open(dir)
    }
    fn open(dir: PathBuf) -> Result<Self, DevnetError> {
        let genesis = read_genesis(&dir.join("genesis.toml"))?;
        let count = u16::try_from(genesis.validators().validators().len()).expect("at most 64 validators");
        let port_base = NodeDir::new(dir.join("node-0")).config()?.gateway.port();
        let followers = (0..).take_while(|number| follower(&dir, *number).exists()).count();
        let followers = u16::try_from(followers).expect("at most 16, as the option allows");
        Ok(Self { dir, count, followers, port_base, genesis })
    }
    /// The numbers of nodes, in words.
    pub fn in_words(&self) -> String {
        match self.followers {
            0 => format!("{} validators", self.count),
            followers => format!("{} validators and {followers} followers", self.count),
        }
    }
    /// The configuration of a node that joins, whose ports come after all others.
    ///
    /// # Errors
    /// When there is no auditor's key.
    pub fn config_of_newcomer(&self) -> Result<NodeConfig, ConfigError> {
        let names: Vec<Name> = (0..self.count).map(|index| self.name(index).clone()).collect();
        Ok(node_config(&names, self.count + self.followers, self.port_base, self.auditor_key()?.public_key()))
    }
    /// The directory of a follower.
    pub fn follower(&self, number: u16) -> PathBuf {
        follower(&self.dir, number)
    }
    /// The name of a follower on the ledger.
    pub fn follower_name(&self, number: u16) -> String {
        format!("follower-{number}")
    }
    /// The directory of a validator.
    pub fn node(&self, index: u16) -> PathBuf {
        self.dir.join(format!("node-{index}"))
    }
    /// The directory of a wallet.
    pub fn wallet(&self, name: &str) -> PathBuf {
        self.dir.join("wallets").join(name)
    }
    /// The file of the auditor's key.
    pub fn auditor_key_path(&self) -> PathBuf {
        self.dir.join(AUDITOR_KEY)
    }
    /// The key of a wallet, which all have the same passphrase.
    ///
    /// # Errors
    /// When the wallet can't be read.
    pub fn key(&self, name: &str) -> Result<KeyPair, HomeError> {
        Home::open(&self.wallet(name))?.unlock(&passphrase())
    }
    /// The address where other nodes reach the one with this place among the ports.
    pub fn endpoint(&self, index: u16) -> Endpoint {
        Endpoint::new(listen_address(self.port_base, index)).expect("short enough")
    }
    /// The key of the auditor.
    ///
    /// # Errors
    /// When it is missing or no key.
    pub fn auditor_key(&self) -> Result<KeyPair, ConfigError> {
        read_key(&self.auditor_key_path())
    }
    /// The name of a validator.
    pub fn name(&self, index: u16) -> &Name {
        &self.genesis.document().validators[usize::from(index)].name
    }
    /// The address of a validator.
    pub fn address(&self, index: u16) -> AddressText {
        self.genesis.document().validators[usize::from(index)].address().to_text(self.genesis.network())
    }
    /// The URL of a validator's gateway.
    pub fn url(&self, index: u16) -> String {
        url(self.port_base, index)
    }
    /// The port of a validator's gateway.
    pub fn gateway_port(&self, index: u16) -> u16 {
        self.port_base + index
    }
    /// The port where a validator takes connections of the others.
    pub fn peer_port(&self, index: u16) -> u16 {
        self.port_base + PEER_PORTS + index
    }
    /// The port of a validator's metrics and health.
    pub fn admin_port(&self, index: u16) -> u16 {
        self.port_base + ADMIN_PORTS + index
    }
}

fn follower(dir: &Path, number: u16) -> PathBuf {
    dir.join(format!("follower-{number}"))
}

fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned()).expect("long enough")
}

fn listen_address(port_base: u16, index: u16) -> String {
    format!("/ip4/127.0.0.1/tcp/{}", port_base + PEER_PORTS + index)
}

fn url(port_base: u16, index: u16) -> String {
    format!("http://127.0.0.1:{}", port_base + index)
}

/// Ports that nobody uses right now, looked for from another place on by each process.
fn free_ports(count: u16) -> Option<u16> {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let own = u16::try_from(std::process::id() % u32::from(TOUR_PORT_STEPS)).expect("less than the steps");
    let steps = (0..TOUR_PORT_STEPS).map(|step| (own + step) % TOUR_PORT_STEPS);
    let mut bases = steps.map(|step| TOUR_PORT_BASE + step * TOUR_PORT_STEP);
    bases.find(|base| {
        (0..count).all(|index| [0, PEER_PORTS, ADMIN_PORTS].iter().all(|more| is_free(base + more + index)))
    })
}

/// True if there is nothing in a directory, or no directory.
fn is_free(dir: &Path) -> bool {
    fs::read_dir(dir).map_or(!dir.exists(), |mut entries| entries.next().is_none())
}

/// The document to complete.
fn template(options: &DevnetOptions) -> Result<GenesisDocument, DevnetError> {
    let (path, text) = match &options.genesis {
        None => (PathBuf::from("genesis/dev.toml"), TEMPLATE.to_owned()),
        Some(path) => (path.clone(), fs::read_to_string(path).map_err(|e| DevnetError::File(path.clone(), e))?),
    };
    Ok(GenesisDocument::from_toml(&text).map_err(|e| ConfigError::Genesis(path, e))?)
}

/// Makes everything beside the final place and moves it there, so that a network is there whole or not at all.
fn create(dir: &Path, document: GenesisDocument, counts: (u16, u16), port_base: u16) -> Result<(), DevnetError> {
    let file_error = |path: &Path| {
        let path = path.to_owned();
        move |e| DevnetError::File(path, e)
    };
    let mut unfinished = dir.to_owned().into_os_string();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(file_error(&unfinished))?;
    }
    fs::create_dir_all(&unfinished).map_err(file_error(&unfinished))?;
    fill(&unfinished, document, counts, port_base)?;
    fs::rename(&unfinished, dir).map_err(file_error(dir))
}

fn fill(
    dir: &Path,
    document: GenesisDocument,
    (count, followers): (u16, u16),
    port_base: u16,
) -> Result<(), DevnetError> {
    let names: Vec<Name> = (0..count).map(|index| validator_name(&document, index)).collect();
    let nodes: Vec<NodeKeys> = names.iter().map(|_| NodeKeys::random()).collect();
    let operators = document.brands.iter().map(|_| Backup::random()).collect::<Result<Vec<_>, _>>()?;
    // A brand's wallet speaks for the validator that carries its name.
    let without_brand = names.get(operators.len()..).unwrap_or_default();
    let governors = without_brand.iter().map(|_| Backup::random()).collect::<Result<Vec<_>, _>>()?;
    let document = complete(document, &names, &nodes, (&operators, &governors));
    let genesis = Genesis::new(document).map_err(|e| ConfigError::Genesis(dir.join("genesis.toml"), e))?;
    let auditor = random_key();
    write_key(&dir.join(AUDITOR_KEY), &auditor)?;
    for (keys, index) in nodes.iter().zip(0..) {
        NodeDir::new(dir.join(format!("node-{index}"))).create(
            &keys.entry(names[usize::from(index)].clone(), POWER),
            keys,
            &node_config(&names, index, port_base, auditor.public_key()),
        )?;
    }
    for number in 0..followers {
        let config = node_config(&names, count + number, port_base, auditor.public_key());
        NodeDir::new(follower(dir, number)).create_follower(&random_key(), &config)?;
    }
    let gateways: Vec<String> = (0..count).map(|index| url(port_base, index)).collect();
    let toml = genesis.document().to_toml();
    let passphrase = passphrase();
    let brands = genesis.document().brands.iter().map(|brand| brand.id.to_string()).zip(operators);
    let governors = without_brand.iter().map(Name::to_string).zip(governors);
    let members = [("member-1".to_owned(), Backup::random()?), ("member-2".to_owned(), Backup::random()?)];
    for (name, backup) in brands.chain(governors).chain(members) {
        let home = dir.join("wallets").join(name);
        let (address, words) = (backup.key(0).address(), backup.words());
        Home::create_for(address, &home, &Secret::Backup { backup, rotation: 0 }, &passphrase, &gateways, &toml)?;
        // A person writes the words down; here they are for whoever wants to try `lojal restore`.
        write_new(&home.join("words"), &format!("{}\n", words.as_str()), 0o600)?;
    }
    Ok(write_new(&dir.join("genesis.toml"), &toml, 0o644)?)
}

/// Every role that a version has.
fn roles(version: u32) -> Roles {
    let has_grant = Rules::at(version).is_some_and(|rules| rules.programme);
    let grant = has_grant.then_some(Role::Grant);
    Bounded::new(Roles::all().into_inner().into_iter().chain(grant).collect()).expect("at most five roles")
}

/// Validators carry the brands' names as far as these go.
fn validator_name(document: &GenesisDocument, index: u16) -> Name {
    let brand = document.brands.get(usize::from(index)).map(|brand| brand.id.to_string());
    let name = brand.unwrap_or_else(|| format!("validator-{index}"));
    name.parse().expect("brand ids and these are valid names")
}

fn node_config(names: &[Name], index: u16, port_base: u16, auditor: PublicKey) -> NodeConfig {
    let listen = |index: u16| listen_address(port_base, index).parse().expect("a valid address");
    let others = names.iter().zip(0..).filter(|(_, other)| *other != index);
    let peers = others.map(|(name, other)| PeerConfig { validator: name.clone(), address: listen(other) }).collect();
    let gateway = ([127, 0, 0, 1], port_base + index).into();
    let contact = Contact::try_from("mailto:devnet@example.org".to_owned()).expect("an address of mail");
    let auditor = ListedAuditor { name: "auditor".parse().expect("a valid name"), key: auditor, until: None };
    NodeConfig {
        admin: Some(([127, 0, 0, 1], port_base + ADMIN_PORTS + index).into()),
        auditors: vec![AuditorEntry::Listed(auditor)],
        push: Some(PushConfig { contact, allow_private: false }),
        ..NodeConfig::new("../genesis.toml".into(), listen(index), gateway, peers)
    }
}

fn complete(
    document: GenesisDocument,
    names: &[Name],
    nodes: &[NodeKeys],
    (operators, governors): (&[Backup], &[Backup]),
) -> GenesisDocument {
    let validators = names.iter().zip(nodes).map(|(name, keys)| keys.validator(name.clone(), POWER)).collect();
    let roles = roles(document.governance.version);
    let operator = |backup: &Backup| GenesisOperator::new(backup.key(0).public_key(), roles.clone());
    let seats = names.iter().zip(operators.iter().chain(governors)).map(|(name, backup)| GenesisSeat {
        name: name.clone(),
        governor: backup.key(0).public_key(),
        endpoint: None,
    });
    let seats = Bounded::new(seats.collect()).expect("as many as validators");
    let brands = document.brands.iter().zip(operators);
    let brands = brands
        .map(|(brand, backup)| GenesisBrand { operators: Bounded::from([operator(backup)]), ..brand.clone() })
        .collect();
    GenesisDocument {
        time_ms: lojal_consensus::clock::now(),
        governance: Governance { seats, ..document.governance },
        validators: Bounded::new(validators).expect("at most 64, as the option allows"),
        brands: Bounded::new(brands).expect("as many as in the template"),
        ..document
    }
}
