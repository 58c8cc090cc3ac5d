//! The card of a node: the action by which governors make it a validator, or give a validator its keys, with the proof
//! that they are its own; or let it follow.

use std::path::PathBuf;

use lojal_types::{Action, AddValidator, AllowFollower, Endpoint, Name, NodeProof, PublicKey, SetKeys, Validator};
use serde::Serialize;

use crate::config::{ConfigError, NodeDir, NodeKeys};
use crate::typed_name::name;

/// `lojal-node card`.
#[derive(Debug, clap::Args)]
pub struct CardOptions {
    /// The node's directory, with node.toml and the network's genesis document in it.
    #[arg(long)]
    dir: PathBuf,
    /// The public key of the account that is to speak for the validator: `lojal address --key` prints it.
    #[arg(long, required_unless_present_any = ["replaces", "follower"])]
    governor: Option<PublicKey>,
    /// The address at which the others reach the node, such as /ip4/192.0.2.7/tcp/7900.
    #[arg(long, value_parser = endpoint)]
    endpoint: Option<Endpoint>,
    /// Print the motion that gives the validator with this node's name this node's keys, instead of the one that makes
    /// it a new validator.
    #[arg(long, conflicts_with_all = ["governor", "endpoint"])]
    replaces: bool,
    /// Print the motion that lets this node follow without a vote, under this name.
    #[arg(
        long,
        value_name = "NAME",
        value_parser = name,
        requires = "sponsor",
        conflicts_with_all = ["governor", "replaces"]
    )]
    follower: Option<Name>,
    /// The validator that answers for the follower.
    #[arg(long, value_name = "VALIDATOR", value_parser = name, requires = "follower")]
    sponsor: Option<Name>,
}

/// A file of actions, as `lojal govern propose --actions` takes it.
#[derive(Serialize)]
struct Card {
    actions: [Action; 1],
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    let endpoint = Endpoint::new(text.to_owned()).map_err(|error| error.to_string())?;
    let reason = "write /ip4/ADDRESS/tcp/PORT, or the same with ip6 or dns";
    if endpoint.is_valid() { Ok(endpoint) } else { Err(reason.to_owned()) }
}

/// Executes the command.
///
/// # Errors
/// When a file of the directory is missing or not as it should be.
pub fn execute(options: CardOptions) -> Result<(), ConfigError> {
    let dir = NodeDir::new(options.dir);
    if let Some((name, sponsor)) = options.follower.zip(options.sponsor) {
        let network_key = PublicKey::new(*dir.network_key()?.public_key().as_bytes());
        print(Action::AllowFollower(AllowFollower { name, network_key, sponsor, endpoint: options.endpoint }));
        return Ok(());
    }
    print(match options.governor.filter(|_| !options.replaces) {
        Some(governor) => Action::AddValidator(addition(&dir, governor, options.endpoint)?),
        None => replacement(&dir, &dir.keys()?)?,
    });
    Ok(())
}

/// The action that gives the validator of a directory these keys.
///
/// # Errors
/// When a file of the directory is missing or not as it should be.
pub fn replacement(dir: &NodeDir, keys: &NodeKeys) -> Result<Action, ConfigError> {
    let (Validator { name, public_key, network_key, .. }, proof) = proven(dir, keys)?;
    Ok(Action::SetKeys(SetKeys { name, public_key, network_key, proof }))
}

/// The action that makes the node of a directory a validator, for which this governor speaks.
///
/// # Errors
/// When a file of the directory is missing or not as it should be.
pub fn addition(dir: &NodeDir, governor: PublicKey, endpoint: Option<Endpoint>) -> Result<AddValidator, ConfigError> {
    let (validator, proof) = proven(dir, &dir.keys()?)?;
    Ok(AddValidator { validator, governor, proof, endpoint })
}

/// The validator of a directory with these keys, and the proof that both are its own.
fn proven(dir: &NodeDir, keys: &NodeKeys) -> Result<(Validator, NodeProof), ConfigError> {
    let chain = dir.genesis(&dir.config()?)?.chain_id();
    let Validator { name, power, .. } = dir.entry()?.into_validator();
    let validator = keys.validator(name, power);
    let Validator { name, public_key, network_key, .. } = &validator;
    let bytes = NodeProof::signing_bytes(&chain, name, public_key, network_key);
    let proof = NodeProof { by_validator: keys.validator.sign(&bytes), by_network: keys.network.sign(&bytes) };
    Ok((validator, proof))
}

/// Prints an action as a file of actions, for the governors.
pub fn print(action: Action) {
    let card = Card { actions: [action] };
    let text = toml::to_string(&card).expect("every field has a TOML form");
    lojal_print::document(text.trim_end());
}
