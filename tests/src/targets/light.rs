//! The way from one set of validators to the next, that of the golden vectors, which hostile changes are put beside.

use std::sync::LazyLock;

use lojal_chain::{LightState, SetChange};
use lojal_types::Genesis;
use serde::Deserialize;

use super::vector::vector;

const VECTORS: &str = include_str!("../../vectors/light.json");
const NAME: &str = "three changes";

#[derive(Deserialize)]
struct Output {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    borsh: String,
}

/// The changes of a network, from genesis on.
pub struct LightChain {
    /// The genesis document.
    pub genesis: Genesis,
    /// The changes, in their order.
    pub changes: Vec<SetChange>,
}

/// The changes, read once.
pub fn light_chain() -> &'static LightChain {
    static CHAIN: LazyLock<LightChain> = LazyLock::new(|| {
        let (genesis, output) = vector::<Output>(VECTORS, NAME);
        let genesis = Genesis::from_toml(&genesis).expect("a valid document");
        let decode = |change: Change| {
            let bytes = hex::decode(change.borsh).expect("hex");
            borsh::from_slice(&bytes).expect("a change")
        };
        LightChain { genesis, changes: output.changes.into_iter().map(decode).collect() }
    });
    &CHAIN
}

/// A list of changes as somebody tells them: one encoding, and from genesis nothing leads on but what the validators of
/// the way have decided.
pub fn set_changes(data: &[u8]) {
    let Ok(changes) = borsh::from_slice::<Vec<SetChange>>(data) else { return };
    assert_eq!(borsh::to_vec(&changes).expect("in memory"), data, "two encodings of one list");
    let chain = light_chain();
    let mut state = LightState::genesis(&chain.genesis);
    for change in &changes {
        let before = state.clone();
        if state.advance(change).is_err() {
            assert_eq!(state, before, "a change that was refused has changed something");
            let is_next = change.header.validators_hash == before.validators().hash(&chain.genesis.chain_id());
            let is_later = change.header.height > before.height();
            assert!(!(chain.changes.contains(change) && is_next && is_later), "a true change is refused");
            continue;
        }
        assert!(state.height() > before.height(), "the way leads back");
        let decided = chain.changes.iter().find(|one| one.header == change.header);
        let decided = decided.expect("a change that the validators of the way have not decided");
        assert_eq!(change.next, decided.next, "other validators than those that were decided");
    }
}
