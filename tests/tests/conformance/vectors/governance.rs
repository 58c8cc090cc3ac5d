//! The bytes that governors and nodes sign, and the actions of motions.

use std::collections::BTreeSet;

use lojal_types::governance::digest_of;
use lojal_types::operation::{brand_digest, try_map_actions};
use lojal_types::{
    Action, AddressText, Bounded, BrandActions, BrandId, ChainId, Hash, MotionId, Name, NodeProof, PublicKey,
    Readiness, Signature, TimeMs,
};
use serde::{Deserialize, Serialize};

use super::compose::{actions, motion_of_first};
use super::golden::{canonical_hex, check, variant_numbers};
use super::samples::{NETWORK, START_MS, chain_id, key, named, parse, seed, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Input {
    /// The digest that governors approve.
    Motion { chain_id: ChainId, actions: Vec<Action> },
    /// The digest that admins of a brand approve.
    BrandMotion { chain_id: ChainId, brand: BrandId, actions: BrandActions<AddressText> },
    /// The proof that somebody holds both keys of a node, by the secrets of the keys.
    Node { chain_id: ChainId, name: Name, validator_seed: String, network_seed: String },
    /// A sign of life, by the secret of the validator's key.
    Ready { chain_id: ChainId, seed: String, motion: MotionId, digest: Hash, index: u8, time_ms: TimeMs },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Output {
    Motion { borsh: String, digest: Hash },
    Node { public_key: PublicKey, network_key: PublicKey, signing_bytes: String, proof: NodeProof },
    Ready { public_key: PublicKey, signing_bytes: String, signature: Signature },
}

fn build(input: &Input) -> Output {
    match input {
        Input::Motion { chain_id, actions } => {
            let actions = Bounded::new(actions.clone()).expect("1 to 8");
            Output::Motion { borsh: canonical_hex(&actions), digest: digest_of(chain_id, &actions) }
        }
        Input::BrandMotion { chain_id, brand, actions } => {
            let actions = try_map_actions(actions.clone(), |text| text.to_canonical(NETWORK)).expect("of this network");
            let digest = brand_digest(chain_id, *brand, &actions);
            Output::Motion { borsh: canonical_hex(&actions), digest }
        }
        Input::Node { chain_id, name, validator_seed, network_seed } => {
            let (validator, network) = (key(validator_seed), key(network_seed));
            let (public_key, network_key) = (validator.public_key(), network.public_key());
            let bytes = NodeProof::signing_bytes(chain_id, name, &public_key, &network_key);
            let proof = NodeProof { by_validator: validator.sign(&bytes), by_network: network.sign(&bytes) };
            assert!(proof.holds(chain_id, name, &public_key, &network_key));
            Output::Node { public_key, network_key, signing_bytes: hex::encode(bytes), proof }
        }
        Input::Ready { chain_id, seed, motion, digest, index, time_ms } => {
            let readiness = Readiness { motion: *motion, digest: *digest, index: *index, time_ms: *time_ms };
            let (key, bytes) = (key(seed), readiness.signing_bytes(chain_id));
            let signature = key.sign(&bytes);
            Output::Ready { public_key: key.public_key(), signing_bytes: hex::encode(bytes), signature }
        }
    }
}

#[test]
fn what_governors_and_nodes_sign_has_its_bytes() {
    let mut samples: Vec<(String, Input)> = actions()
        .into_iter()
        .map(|(name, action)| named(&name, Input::Motion { chain_id: chain_id(), actions: vec![action] }))
        .collect();
    let all = actions().into_iter().take(8).map(|(_, action)| action).collect();
    samples.push(named("eight actions", Input::Motion { chain_id: chain_id(), actions: all }));
    let brand_motion = Input::BrandMotion { chain_id: chain_id(), brand: parse("nordmat"), actions: motion_of_first() };
    samples.push(named("motion of a brand", brand_motion));
    let (validator_seed, network_seed) = (seed(5), seed(0x85));
    let name = parse("validator 5");
    samples.push(named("node", Input::Node { chain_id: chain_id(), name, validator_seed, network_seed }));
    let (motion, digest, time_ms) = (MotionId::new(7), Hash::new([0x99; 32]), time(START_MS));
    let ready = Input::Ready { chain_id: chain_id(), seed: seed(5), motion, digest, index: 2, time_ms };
    samples.push(named("sign of life", ready));
    let about = "A motion's actions -> canonical bytes, digest = SHA-256(lojal/motion/v1 | chain id | bytes); those of \
                 a brand -> canonical bytes, digest = SHA-256(lojal/brand-motion/v1 | chain id | brand | bytes); a \
                 node's proof and sign of life -> what is signed";
    check("governance.json", about, samples, build);
}

#[test]
fn every_kind_of_action_has_a_vector_under_its_name() {
    let mut shown = BTreeSet::new();
    for (name, action) in actions() {
        let kind_in_json = serde_json::to_value(&action).expect("has a JSON form")["type"].clone();
        assert_eq!(kind_in_json, action.name(), "left is the type in JSON, right the action's name");
        assert!(name.starts_with(action.name()), "the sample \"{name}\" is a {}", action.name());
        shown.insert(borsh::to_vec(&action).expect("writing to memory can't fail")[0]);
    }
    assert_eq!(variant_numbers::<Action>(), shown, "add samples to actions() in tests/conformance/vectors/compose");
}
