//! The network as the genesis document has it, or as a gateway tells it, and the node's place there.

use std::collections::BTreeMap;

use lojal_client::Client;
use lojal_text::outside;
use lojal_types::{Action, ChainId, Endpoint, Genesis, MotionStatus, Name, PublicKey, Validator, api};

use super::{Checked, Finding};
use crate::config::{NodeConfig, NodeDir};
use crate::run::RunError;

/// The answers of a gateway.
pub(super) struct Answers {
    pub(super) status: api::Status,
    pub(super) validators: api::Validators,
    governance: api::Governance,
}

/// The validators by which a node is judged.
pub(super) struct Validators {
    list: Vec<Validator>,
    followers: Vec<api::Follower>,
    /// The addresses that the ledger has, by name.
    pub(super) endpoints: BTreeMap<Name, Endpoint>,
    /// The place that has them, in words.
    pub(super) source: String,
    /// The open motions, if a gateway was asked.
    motions: Option<Vec<api::Motion>>,
}

impl Validators {
    /// Those of the beginning.
    pub(super) fn of_genesis(genesis: &Genesis) -> Self {
        let (list, source) = (genesis.validators().validators().to_vec(), "in the genesis document".to_owned());
        let seats = genesis.document().governance.seats.iter();
        let endpoints = seats.filter_map(|seat| Some((seat.name.clone(), seat.endpoint.clone()?))).collect();
        Self { list, followers: Vec::new(), endpoints, source, motions: None }
    }
    /// Those that a gateway tells.
    pub(super) fn of_now(Answers { validators: answer, governance, .. }: &Answers) -> Self {
        let one = |one: &api::Validator| Validator {
            name: one.name.clone(),
            public_key: one.public_key,
            network_key: one.network_key,
            power: one.power,
        };
        let endpoint = |one: &api::Validator| Some((one.name.clone(), one.endpoint.clone()?));
        let endpoints = answer.validators.iter().filter_map(endpoint).collect();
        let source = format!("on the ledger after block {}", answer.height);
        let (list, followers) = (answer.validators.iter().map(one).collect(), answer.followers.clone());
        Self { list, followers, endpoints, source, motions: Some(governance.open.clone()) }
    }

    /// The next step of a node whose key no validator has.
    fn remedy(&self, own: &PublicKey) -> String {
        let Some(motions) = &self.motions else {
            return "check that genesis and keys are the right ones; if governors have voted the node in, ask again \
                    with --gateway; and if they haven't, lojal-node card prints the motion for them"
                .to_owned();
        };
        let is_for = |action: &Action| match action {
            Action::AddValidator(add) => add.validator.public_key == *own || add.validator.network_key == *own,
            Action::SetKeys(keys) => keys.public_key == *own || keys.network_key == *own,
            _ => false,
        };
        let motion = motions.iter().find(|motion| motion.actions.iter().any(is_for));
        match motion.map(|motion| (motion.motion, motion.stage)) {
            Some((motion, MotionStatus::Approved { .. })) => format!(
                "motion {motion} is approved and waits for this node: run it, and once it has caught up hand in its \
                 sign of life with lojal govern activate {motion} --node URL"
            ),
            Some((motion, _)) => format!("motion {motion} makes it one, once enough governors approve it"),
            None => "check that genesis and keys are the right ones; lojal-node card prints the motion that makes it \
                     a validator"
                .to_owned(),
        }
    }
}

/// Asks a gateway, which has to be one of this network.
pub(super) fn ask(url: &str, expected: ChainId) -> Result<Answers, Finding> {
    let client = Client::new(url);
    let asked = client.and_then(|client| {
        let (status, validators) = (client.status()?, client.validators()?);
        Ok(Answers { status, validators, governance: client.governance()? })
    });
    let answers = asked.map_err(|error| Finding::new(error.to_string(), "name a gateway that answers"))?;
    if answers.status.chain_id != expected {
        let wrong = format!("{url} is of the network {}, and this node of {expected}", answers.status.chain_id);
        return Err(Finding::new(wrong, "name a gateway of this network"));
    }
    Ok(answers)
}

/// The validator that this node is: the one with its key, or, if a signer has that, the one with its network key.
pub(super) fn seat<'a>(
    dir: &NodeDir,
    config: &NodeConfig,
    validators: &'a Validators,
) -> Result<&'a Validator, Finding> {
    let Validators { list, source, .. } = validators;
    let network_key = dir.network_key().map_err(Finding::told)?.public_key();
    let network_key = PublicKey::new(*network_key.as_bytes());
    let has_signer = config.signer.is_some();
    if has_signer && dir.validator_key_path().exists() {
        return Err(Finding::told(RunError::KeyBesideSigner(dir.validator_key_path())));
    }
    let own = if has_signer { network_key } else { dir.validator_key().map_err(Finding::told)?.public_key() };
    let found = list.iter().find(|one| if has_signer { one.network_key == own } else { one.public_key == own });
    let me = found.ok_or_else(|| {
        Finding::new(format!("no validator {source} has this node's key {own}"), validators.remedy(&own))
    })?;
    if network_key != me.network_key {
        return Err(Finding::told(RunError::OtherNetworkKey(me.name.clone())));
    }
    Ok(me)
}

/// The place of a follower on the ledger.
pub(super) fn follower(dir: &NodeDir, Validators { followers, source, .. }: &Validators) -> Result<String, Finding> {
    let own = PublicKey::new(*dir.network_key().map_err(Finding::told)?.public_key().as_bytes());
    match followers.iter().find(|one| one.network_key == own) {
        Some(me) => Ok(format!("{} follows {source}; {} answers for it", outside(&me.name), outside(&me.sponsor))),
        None => {
            let remedy = "if governors have let the node follow, ask again with --gateway; if they haven't, \
                          lojal-node card --follower NAME --sponsor VALIDATOR prints the motion for them; and if this \
                          is a validator's directory, validator.key is missing in it";
            Err(Finding::new(format!("no follower {source} has this node's network key {own}"), remedy))
        }
    }
}

/// The others have an address, in the configuration or on the ledger, and nobody else has.
pub(super) fn entries(checked: &Checked<'_>) -> Result<String, Finding> {
    let me = checked.me.map(|me| &me.name);
    if me.is_none() && !checked.follows {
        return Ok("not looked at without a seat".to_owned());
    }
    let Validators { list, endpoints, source, .. } = checked.validators;
    let peers = &checked.config.peers;
    let is_other = |name: &Name| list.iter().any(|one| one.name == *name && Some(&one.name) != me);
    if let Some(unknown) = peers.iter().find(|peer| !is_other(&peer.validator)) {
        let wrong = format!("{} is no other validator {source}", outside(&unknown.validator));
        return Err(Finding::new(wrong, "take its entry out of [[peers]] in node.toml, or put the name right"));
    }
    let has_address = |name: &Name| endpoints.contains_key(name) || peers.iter().any(|peer| peer.validator == *name);
    let others = || list.iter().filter(|one| Some(&one.name) != me);
    match others().find(|one| !has_address(&one.name)) {
        Some(missing) => {
            let wrong = format!("{} has no address", outside(&missing.name));
            Err(Finding::new(wrong, "add a [[peers]] entry for it to node.toml"))
        }
        None => Ok(format!("{} other validators {source}, all with an address", others().count())),
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::{Bounded, GenesisDocument, GenesisSeat, Governance, KeyPair, TimeMs};

    use super::*;

    #[test]
    fn addresses_of_the_genesis_document_are_known() {
        let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
        let name = |number: u8| -> Name { format!("validator-{number}").parse().expect("valid") };
        let validator =
            |number| Validator { name: name(number), public_key: key(number), network_key: key(10 + number), power: 1 };
        let endpoint = Endpoint::new("/ip4/192.0.2.1/tcp/7900".to_owned()).expect("short");
        let seat = |number: u8| GenesisSeat {
            name: name(number),
            governor: key(20 + number),
            endpoint: (number == 1).then(|| endpoint.clone()),
        };
        let document = GenesisDocument {
            governance: Governance { seats: Bounded::from([1, 2].map(seat)), ..Governance::standard() },
            validators: Bounded::from([1, 2].map(validator)),
            ..GenesisDocument::empty("test".parse().expect("valid"), TimeMs::new(1_700_000_000_000).expect("in range"))
        };
        let genesis = Genesis::new(document).expect("the document keeps the rules");
        assert_eq!(Validators::of_genesis(&genesis).endpoints, BTreeMap::from([(name(1), endpoint)]));
    }
}
