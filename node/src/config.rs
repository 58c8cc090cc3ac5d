//! A node's directory: `node.toml`, its two keys, and its data.
//!
//! ```text
//! DIR/node.toml        where to listen, who the peers are, which genesis document
//! DIR/validator.toml   the validator's entry for the genesis document
//! DIR/validator.key    the key that signs votes: 32 bytes in hex, readable by its owner only
//! DIR/guard/           what was signed with that key
//! DIR/next/            a key that is to take its place (lojal-node key new), with a guard and an entry of its own
//! DIR/retired/         keys whose place was taken
//! DIR/network.key      the key of the node on the peer-to-peer network, likewise
//! DIR/data/            block log, index, consensus log
//! DIR/push/            browsers that are pushed to, the key by which push services know the gateway
//! DIR/webhooks/        where brands have events sent to, with the secrets that sign them, and how far that has come
//! ```
//!
//! A signer's directory has validator.key and guard, and then the node's has neither.

mod access;
mod error;
mod explained;
mod keeping;
mod sending;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use lojal_gateway::Access;
use lojal_network::Multiaddr;
use lojal_signer::Guard;
use lojal_store::Disk;
use lojal_text::without_byte_order_mark;
use lojal_types::{Genesis, KeyPair, Name, PublicKey, Validator};
use serde::{Deserialize, Serialize};

pub use self::access::{AuditorEntry, HttpConfig, ListedAuditor, TlsConfig};
pub use self::error::ConfigError;
pub use self::explained::example;
pub use self::keeping::{FarBehindConfig, RetainConfig};
pub use self::sending::{Contact, PushConfig, WebhooksConfig};
pub(crate) use self::sending::{PUSH, WEBHOOKS};

/// The file that holds the validator's entry.
const ENTRY: &str = "validator.toml";
const VALIDATOR_KEY: &str = "validator.key";
const NETWORK_KEY: &str = "network.key";

/// `node.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// The genesis document; a relative path starts at the node's directory.
    pub genesis: PathBuf,
    /// The address where the node takes connections of its peers.
    pub listen: Multiaddr,
    /// The address where the node serves HTTP.
    pub gateway: SocketAddr,
    /// Addresses of the reverse proxies in front of the gateway. They alone are believed when they say in
    /// `X-Forwarded-For` whose requests they pass on, and may have as many connections as there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proxies: Vec<IpAddr>,
    /// The address where the node serves its own people: metrics and health. It asks nobody who they are, so it is one
    /// that nobody else reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<SocketAddr>,
    /// The socket of the signer that holds the validator's key, if the key isn't in this directory; a relative path
    /// starts there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<PathBuf>,
    /// MiB of the state's pages that are kept in memory, 1,024 if it doesn't say; what a running block or a reader
    /// needs comes on top, and so do the branches of the tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_cache_mb: Option<u32>,
    /// The blocks that are kept; all if it doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retain: Option<RetainConfig>,
    /// True, also if it doesn't say, if blocks that are not kept go to `data/archive`, compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<bool>,
    /// True if blocks from before the node joined are fetched from others, as far as `retain` keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<bool>,
    /// The behaviour of a node that needs blocks which the others keep no more; it joins by itself if it doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub far_behind: Option<FarBehindConfig>,
    /// The way in which the gateway serves.
    #[serde(default, skip_serializing_if = "HttpConfig::is_default")]
    pub http: HttpConfig,
    /// The places that webhooks may lead to.
    #[serde(default, skip_serializing_if = "WebhooksConfig::is_default")]
    pub webhooks: WebhooksConfig,
    /// The way in which members' browsers are pushed what happens; without it nothing is pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushConfig>,
    /// Those who may read everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auditors: Vec<AuditorEntry>,
    /// The other validators.
    #[serde(default)]
    pub peers: Vec<PeerConfig>,
}

impl NodeConfig {
    /// The reason for which no node can run with it, if there is one.
    pub fn fault(&self) -> Option<String> {
        let listen = self.listen.to_string();
        let is_served = matches!(listen.split('/').collect::<Vec<_>>()[..], ["", "ip4" | "ip6", _, "tcp", _]);
        if !is_served {
            return Some(format!("listen is {listen}; write /ip4/ADDRESS/tcp/PORT, or the same with ip6"));
        }
        let has_port = |host: &&String| host.parse::<Ipv6Addr>().is_err() && host.contains(':');
        let hosts: Vec<String> = self.http.hosts.iter().map(ToString::to_string).collect();
        if let Some(host) = hosts.iter().find(has_port) {
            return Some(format!("hosts has {host}; write the host without its port"));
        }
        let is_twice = self.admin == Some(self.gateway);
        is_twice.then(|| format!("admin and gateway are both {}; give one of them another port", self.gateway))
    }

    /// The configuration of a node with the rest left out.
    pub fn new(genesis: PathBuf, listen: Multiaddr, gateway: SocketAddr, peers: Vec<PeerConfig>) -> Self {
        Self {
            genesis,
            listen,
            gateway,
            proxies: Vec::new(),
            admin: None,
            signer: None,
            state_cache_mb: None,
            retain: None,
            archive: None,
            backfill: None,
            far_behind: None,
            http: HttpConfig::default(),
            webhooks: WebhooksConfig::default(),
            push: None,
            auditors: Vec::new(),
            peers,
        }
    }
    /// The hosts and auditors of the gateway.
    pub fn access(&self) -> Access {
        Access { hosts: self.http.hosts.clone(), auditors: access::auditors(&self.auditors) }
    }
    /// The addresses of other nodes, by the names of their validators.
    pub fn addresses(&self) -> BTreeMap<Name, Multiaddr> {
        self.peers.iter().map(|peer| (peer.validator.clone(), peer.address.clone())).collect()
    }
}

/// The address of another validator's node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerConfig {
    /// The validator's name in the genesis document.
    pub validator: Name,
    /// Its address, such as `/ip4/192.0.2.7/tcp/7900`.
    pub address: Multiaddr,
}

/// `validator.toml`: what a genesis document says about validators, about one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    validators: [Validator; 1],
}

/// The two keys of a node.
pub struct NodeKeys {
    /// Signs votes and proposals.
    pub validator: KeyPair,
    /// The seed of its identity on the network.
    pub network: KeyPair,
}

/// A node's directory.
#[derive(Clone, Debug)]
pub struct NodeDir(PathBuf);

impl NodeDir {
    /// The directory at a path, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
    /// The directory of block log and index.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }
    /// The directory where the consensus engine keeps its own log.
    pub fn consensus_log(&self) -> PathBuf {
        self.data().join("consensus")
    }

    /// The directory of the guard: outside of the data, so that whoever deletes or restores that leaves it alone.
    pub fn guard(&self) -> PathBuf {
        self.0.join("guard")
    }
    /// The directory of the validator's next key, with a guard and an entry of its own.
    pub fn next(&self) -> Self {
        Self(self.0.join("next"))
    }
    /// The file of the validator's entry.
    pub fn entry_path(&self) -> PathBuf {
        self.0.join(ENTRY)
    }
    /// The file of the validator's key.
    pub fn validator_key_path(&self) -> PathBuf {
        self.0.join(VALIDATOR_KEY)
    }

    /// True if there is no validator's key in it, nor one that is about to be: its node follows and never votes.
    pub fn is_of_follower(&self) -> bool {
        !self.validator_key_path().exists() && !self.next().validator_key_path().exists()
    }
    /// The file of a key whose place another one has taken.
    pub fn retired(&self, key: &PublicKey) -> PathBuf {
        self.0.join("retired").join(format!("{key}.key"))
    }

    /// Reads `node.toml`.
    ///
    /// # Errors
    /// When it is not there or not as it should be.
    pub fn config(&self) -> Result<NodeConfig, ConfigError> {
        let path = self.0.join("node.toml");
        let config: NodeConfig = toml::from_str(&read(&path)?).map_err(|e| ConfigError::Toml(path.clone(), e))?;
        config.fault().map_or(Ok(config), |fault| Err(ConfigError::Fault(path, fault)))
    }
    /// Reads the genesis document that `node.toml` names.
    ///
    /// # Errors
    /// When it is not there or not valid.
    pub fn genesis(&self, config: &NodeConfig) -> Result<Genesis, ConfigError> {
        read_genesis(&self.0.join(&config.genesis))
    }
    /// Reads the keys.
    ///
    /// # Errors
    /// When one is missing or no key.
    pub fn keys(&self) -> Result<NodeKeys, ConfigError> {
        Ok(NodeKeys { validator: self.validator_key()?, network: self.network_key()? })
    }
    /// Reads the key that signs votes.
    ///
    /// # Errors
    /// When it is missing or no key.
    pub fn validator_key(&self) -> Result<KeyPair, ConfigError> {
        read_key(&self.validator_key_path())
    }
    /// Reads the key of the node on the network.
    ///
    /// # Errors
    /// When it is missing or no key.
    pub fn network_key(&self) -> Result<KeyPair, ConfigError> {
        read_key(&self.0.join(NETWORK_KEY))
    }
    /// Reads the validator's entry for the genesis document.
    ///
    /// # Errors
    /// When it is not there, or not one for the keys of this directory.
    pub fn entry(&self) -> Result<Entry, ConfigError> {
        let path = self.entry_path();
        let entry: Entry = toml::from_str(&read(&path)?).map_err(|e| ConfigError::Toml(path.clone(), e))?;
        let Entry { validators: [found] } = &entry;
        let own = self.keys()?.entry(found.name.clone(), found.power);
        if entry == own { Ok(entry) } else { Err(ConfigError::Entry(path)) }
    }
    /// Makes the directory with new keys, a guard that has signed nothing, the validator's entry and a configuration.
    ///
    /// # Errors
    /// When it can't be written or holds any of these files already.
    pub fn create(&self, entry: &Entry, keys: &NodeKeys, config: &NodeConfig) -> Result<(), ConfigError> {
        self.check(config)?;
        for path in [VALIDATOR_KEY, NETWORK_KEY, ENTRY, "node.toml"].map(|name| self.0.join(name)) {
            // Nothing is written where not all can be.
            if path.exists() {
                return Err(ConfigError::Exists(path));
            }
        }
        fs::create_dir_all(&self.0).map_err(|e| ConfigError::File(self.0.clone(), e))?;
        for (name, key) in [(VALIDATOR_KEY, &keys.validator), (NETWORK_KEY, &keys.network)] {
            write_key(&self.0.join(name), key)?;
        }
        Guard::create(&Disk::real(), &self.guard(), &keys.validator.public_key(), false)?;
        write_new(&self.entry_path(), &entry.to_toml(), 0o644)?;
        write_new(&self.0.join("node.toml"), &config.to_explained_toml(), 0o644)
    }

    fn check(&self, config: &NodeConfig) -> Result<(), ConfigError> {
        config.fault().map_or(Ok(()), |fault| Err(ConfigError::Fault(self.0.join("node.toml"), fault)))
    }

    /// Makes the directory of a follower: with a new key for the network, and a configuration.
    ///
    /// # Errors
    /// When it can't be written or holds any of these files already.
    pub fn create_follower(&self, network: &KeyPair, config: &NodeConfig) -> Result<(), ConfigError> {
        self.check(config)?;
        if self.validator_key_path().exists() {
            return Err(ConfigError::Exists(self.validator_key_path()));
        }
        fs::create_dir_all(&self.0).map_err(|e| ConfigError::File(self.0.clone(), e))?;
        write_key(&self.0.join(NETWORK_KEY), network)?;
        write_new(&self.0.join("node.toml"), &config.to_explained_toml(), 0o644)
    }
}

impl Entry {
    /// The validator.
    pub fn into_validator(self) -> Validator {
        let [validator] = self.validators;
        validator
    }
    /// The entry as a genesis document writes it.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("every field has a TOML form")
    }
}

impl NodeKeys {
    /// New keys, from the operating system's randomness.
    pub fn random() -> Self {
        Self { validator: random_key(), network: random_key() }
    }
    /// The entry of the validator with these keys.
    pub fn entry(&self, name: Name, power: u64) -> Entry {
        Entry { validators: [self.validator(name, power)] }
    }
    /// The validator with these keys.
    pub fn validator(&self, name: Name, power: u64) -> Validator {
        let network_key = PublicKey::new(*self.network.public_key().as_bytes());
        Validator { name, public_key: self.validator.public_key(), network_key, power }
    }
}

/// A new key, from the operating system's randomness.
pub fn random_key() -> KeyPair {
    KeyPair::from_seed(&rand::random())
}

/// Reads and checks a genesis document.
///
/// # Errors
/// When it is not there or not valid.
pub fn read_genesis(path: &Path) -> Result<Genesis, ConfigError> {
    Genesis::from_toml(&read(path)?).map_err(|e| ConfigError::Genesis(path.to_owned(), e))
}

/// Writes a file that must not exist yet, readable as `mode` says.
///
/// # Errors
/// When it exists or can't be written.
pub fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), ConfigError> {
    use std::os::unix::fs::OpenOptionsExt;
    let opened = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = opened.map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => ConfigError::Exists(path.to_owned()),
        _ => ConfigError::File(path.to_owned(), e),
    })?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|e| ConfigError::File(path.to_owned(), e))
}

/// Writes the file of a key, which must not exist yet and is its owner's alone.
///
/// # Errors
/// When it exists or can't be written.
pub fn write_key(path: &Path, key: &KeyPair) -> Result<(), ConfigError> {
    write_new(path, &format!("{}\n", hex::encode(key.seed())), 0o600)
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let text = fs::read_to_string(path).map_err(|e| ConfigError::File(path.to_owned(), e))?;
    Ok(without_byte_order_mark(&text).to_owned())
}

/// Reads the file of a key.
///
/// # Errors
/// When it is missing or no key.
pub fn read_key(path: &Path) -> Result<KeyPair, ConfigError> {
    let text = read(path)?;
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim_end(), &mut seed).map_err(|_| ConfigError::Key(path.to_owned()))?;
    Ok(KeyPair::from_seed(&seed))
}

#[cfg(test)]
mod tests;
