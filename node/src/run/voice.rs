//! The keys of a node's validator: the one that it votes with, and the next one.

use std::convert::Infallible;
use std::time::Duration;

use lojal_consensus::{Metrics, Successor, Voice, Workers};
use lojal_network::Identity;
use lojal_signer::{Client, Guard};
use lojal_store::Disk;
use lojal_types::{ChainId, Genesis, PublicKey, Validator};

use super::RunError;
use crate::config::{NodeConfig, NodeDir};
use crate::keys;

/// The time between two looks at whether there is a next key.
const KEY_INTERVAL: Duration = Duration::from_secs(2);

/// The holder of the validator's key: this process, or the signer that the configuration names.
pub(super) fn voice(
    dir: &NodeDir,
    config: &NodeConfig,
    genesis: &Genesis,
    me: PublicKey,
    metrics: &Metrics,
) -> Result<Voice, RunError> {
    let (chain, metrics) = (genesis.chain_id(), metrics.clone());
    match &config.signer {
        Some(socket) => Ok(Voice::elsewhere(Client::new(dir.path().join(socket), chain, me), metrics)),
        None => {
            let guard = Guard::open(&Disk::real(), &dir.guard(), dir.validator_key()?, chain)?;
            Ok(Voice::here(guard, Workers::Threads, metrics))
        }
    }
}

/// Looks again and again whether there is a next key, for as long as it is asked to: one that comes is taken, and one
/// that goes is forgotten. What is wrong with it is told, and stops nothing: this validator has a key.
pub(super) async fn look_for_next_key(
    dir: &NodeDir,
    chain: ChainId,
    metrics: &Metrics,
    successor: &Successor,
) -> Infallible {
    let mut interval = tokio::time::interval(KEY_INTERVAL);
    let (mut known, mut told) = (None, String::new());
    loop {
        interval.tick().await;
        let found = keys::next(dir).map(|key| key.map(|key| key.public_key()));
        if matches!(&found, Ok(found) if *found == known) {
            continue;
        }
        // The guard of the one before is let go first: another one may be in its place.
        successor.set(None);
        known = None;
        match found.map_err(RunError::from).and_then(|_| next_voice(dir, chain, metrics)) {
            Ok(Some((key, voice))) => {
                tracing::info!(%key, "there is a next key: it votes once governors give it to this validator");
                successor.set(Some(voice));
                (known, told) = (Some(key), String::new());
            }
            Ok(None) => tracing::info!("there is no next key any more"),
            Err(fault) => {
                let fault = fault.to_string();
                if fault != told {
                    tracing::warn!(%fault, "the next key is of no use; this validator goes on with its own");
                    told = fault;
                }
            }
        }
    }
}

/// The next key and its holder, if there is one.
fn next_voice(dir: &NodeDir, chain: ChainId, metrics: &Metrics) -> Result<Option<(PublicKey, Voice)>, RunError> {
    let Some(key) = keys::next(dir)? else { return Ok(None) };
    let guard = Guard::open(&Disk::real(), &dir.next().guard(), key, chain)?;
    let key = guard.public_key();
    Ok(Some((key, Voice::here(guard, Workers::Threads, metrics.clone()))))
}

/// The key of this node's validator: that of its directory, or, if a signer has it, that of the validator with the
/// node's network key. A node that is no validator yet follows the others, and one without a key never votes.
pub(super) fn own_key(
    validators: &[Validator],
    config: &NodeConfig,
    dir: &NodeDir,
    identity: &Identity,
) -> Result<Option<PublicKey>, RunError> {
    let network_key = PublicKey::new(identity.public_key());
    if config.signer.is_some() {
        let path = dir.validator_key_path();
        if path.exists() {
            return Err(RunError::KeyBesideSigner(path));
        }
        let me = validators.iter().find(|one| one.network_key == network_key);
        return me.map(|me| Some(me.public_key)).ok_or(RunError::KeyUnknown(network_key));
    }
    let of_node = validators.iter().find(|one| one.network_key == network_key);
    if of_node.is_none() && dir.is_of_follower() {
        return Ok(None);
    }
    let own = dir.validator_key()?.public_key();
    match validators.iter().find(|one| one.public_key == own) {
        Some(me) if me.network_key != network_key => Err(RunError::OtherNetworkKey(me.name.clone())),
        Some(_) => Ok(Some(own)),
        None => match of_node {
            Some(me) if was_before(dir, &me.public_key, &own) => {
                tracing::warn!(
                    on_ledger = %me.public_key, %own,
                    "by the blocks that this node has, its validator has the key before this one: it votes once blocks \
                     say that it has this one"
                );
                Ok(Some(own))
            }
            Some(me) => Err(RunError::OtherKey(me.name.clone())),
            None => Ok(Some(own)),
        },
    }
}

/// True if a key is one whose place another one has taken here: data of before that time are this node's own. A key
/// that was retired itself has taken nobody's place.
fn was_before(dir: &NodeDir, before: &PublicKey, own: &PublicKey) -> bool {
    let has_guards = [before, own].iter().all(|key| Guard::file(&dir.guard(), key).exists());
    has_guards && !dir.retired(own).exists()
}
