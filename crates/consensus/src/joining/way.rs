//! The way from genesis to a block that is final now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use lojal_chain::light::{LightError, LightState, Pin, SetChange};
use lojal_network::{Multiaddr, Peer, PeerId, peer_id_of};
use lojal_types::{Genesis, Header, Height, ValidatorSet};
use tokio::time::{Instant, interval, timeout};

use super::JoiningError;
use super::asking::{Asking, Notes, Useless};
use crate::data::{Answer, Head, Question};
use crate::roster::Addresses;

/// The time in which peers have to be reached.
const PATIENCE: Duration = Duration::from_secs(30);
/// The time after which nobody else is waited for, once somebody has shown the way.
const SETTLE: Duration = Duration::from_secs(5);
/// The time that a peer's whole answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// The time between two looks at who is reached.
const LOOK: Duration = Duration::from_millis(500);
/// Most peers that are asked.
const PEERS_MAX: usize = 8;
/// Most changes of the validators on the way.
const CHANGES_MAX: usize = 65_536;

/// The way that the furthest peer shows.
pub struct Way {
    /// All changes of the validators, from genesis on.
    pub changes: Vec<Arc<SetChange>>,
    /// The last header.
    pub head: Header,
    /// The validators that decide the next block.
    pub validators: ValidatorSet,
    /// The peers that have shown ways that hold.
    pub peers: BTreeSet<PeerId>,
}

/// The block that is trusted beside genesis: no way leads past it.
pub enum Trust {
    /// There is none.
    Genesis,
    /// One that somebody names, whose header a peer has to show.
    Pin(Pin),
    /// The last one that this node has; what ends before it is of no use.
    Own(Box<Header>),
}

impl Trust {
    /// The block that somebody names.
    fn pin(&self) -> Option<Pin> {
        match self {
            Self::Pin(pin) => Some(*pin),
            Self::Genesis | Self::Own(_) => None,
        }
    }
}

/// The nodes of validators at the addresses that are known, empty where none is.
pub fn as_peers(validators: &ValidatorSet, addresses: &Addresses) -> BTreeMap<PeerId, Multiaddr> {
    let ids = validators.validators().iter().filter_map(|one| {
        let id = peer_id_of(one.network_key.as_bytes()).ok()?;
        Some((id, addresses.named.get(&one.name).cloned().unwrap_or_else(Multiaddr::empty)))
    });
    ids.collect()
}

/// True if peers have more than a third of the power: then one of them is honest.
pub(super) fn are_enough(peers: &BTreeSet<PeerId>, validators: &ValidatorSet) -> bool {
    let has = |key: &[u8; 32]| peer_id_of(key).is_ok_and(|id| peers.contains(&id));
    let of_peers = validators.validators().iter().filter(|one| has(one.network_key.as_bytes()));
    let power = of_peers.fold(0_u128, |sum, one| sum.saturating_add(one.power.into()));
    power.saturating_mul(3) > validators.total_power().into()
}

/// Asks whoever is reached until peers with more than a third of the power have shown the way, or no others come.
///
/// # Errors
/// When nobody shows a way that holds, or the network has stopped.
pub async fn find(asking: &Asking, addresses: &Addresses, trusted: (&Genesis, &Trust)) -> Result<Way, JoiningError> {
    let (mut asked, mut notes) = (BTreeSet::new(), Notes::new());
    let mut best: Option<Way> = None;
    let (end, mut look) = (Instant::now() + PATIENCE, interval(LOOK));
    let mut last_new = Instant::now();
    loop {
        let now = look.tick().await;
        let new: Vec<PeerId> = asking.network.reached().into_iter().filter(|peer| !asked.contains(peer)).collect();
        let new = &new[..new.len().min(PEERS_MAX.saturating_sub(asked.len()))];
        asked.extend(new.iter().copied());
        let ask = |peer: &PeerId| timeout(ANSWER_TIME, follow(asking, *peer, trusted));
        for (peer, told) in new.iter().zip(join_all(new.iter().map(ask)).await) {
            last_new = Instant::now();
            match told.unwrap_or(Ok(Err(Useless::Silent)))? {
                Ok(way) => best = Some(further(best.take(), way, *peer)),
                Err(useless) => {
                    if let Useless::Lie(_) = useless {
                        asking.network.report(*peer).await.map_err(|_| JoiningError::Network)?;
                    }
                    notes.insert(*peer, useless.words().to_owned());
                }
            }
        }
        let Some(way) = &best else {
            if now >= end {
                return Err(JoiningError::NoWay(notes, trusted.1.pin()));
            }
            continue;
        };
        let is_enough = are_enough(&way.peers, &way.validators);
        if is_enough || asked.len() >= PEERS_MAX || now >= end || now >= last_new + SETTLE {
            if !is_enough {
                tracing::warn!(
                    peers = way.peers.len(), height = %way.head.height,
                    "peers with a third of the power or less have shown the last block: that there is no later one, \
                     nobody else says"
                );
            }
            break;
        }
        if !new.is_empty() {
            let own = asking.network.local_peer_id();
            for (id, address) in as_peers(&way.validators, addresses).into_iter().filter(|(id, _)| *id != own) {
                let address = addresses.given.get(&id).cloned().unwrap_or(address);
                asking.network.allow(Peer { id, address }).await.map_err(|_| JoiningError::Network)?;
            }
        }
    }
    best.ok_or(JoiningError::NoWay(notes, trusted.1.pin()))
}

/// The further of two ways, with the peers that have shown either.
fn further(before: Option<Way>, mut new: Way, peer: PeerId) -> Way {
    new.peers.insert(peer);
    let Some(mut before) = before else { return new };
    if new.head.height > before.head.height {
        new.peers.append(&mut before.peers);
        new
    } else {
        before.peers.append(&mut new.peers);
        before
    }
}

/// The way that a peer shows, checked.
///
/// # Errors
/// When the network has stopped; else the inner one says why there is no way.
pub async fn follow(
    asking: &Asking,
    peer: PeerId,
    (genesis, trust): (&Genesis, &Trust),
) -> Result<Result<Way, Useless>, JoiningError> {
    let head = match asking.ask(peer, Question::Head).await? {
        Ok(Answer::Head(head)) => head,
        Ok(_) => return Ok(Err(Useless::Lie("answers another question"))),
        Err(useless) => return Ok(Err(useless)),
    };
    if matches!(trust, Trust::Own(own) if head.header.height <= own.height) {
        return Ok(Err(Useless::Nothing));
    }
    let mut changes: Vec<Arc<SetChange>> = Vec::new();
    loop {
        let after = changes.last().map_or(Height::GENESIS, |last| last.header.height);
        let told = match asking.ask(peer, Question::Changes { after }).await? {
            Ok(Answer::Changes(told)) => told,
            Ok(_) => return Ok(Err(Useless::Lie("answers another question"))),
            Err(useless) => return Ok(Err(useless)),
        };
        let is_end = !told.more || told.changes.is_empty();
        changes.extend(told.changes.into_inner().into_iter().map(Arc::new));
        changes.truncate(changes.partition_point(|change| change.header.height <= head.header.height));
        if changes.len() > CHANGES_MAX {
            return Ok(Err(Useless::Lie("shows more changes of the validators than are followed")));
        }
        if is_end || changes.last().is_some_and(|last| last.header.height == head.header.height) {
            break;
        }
    }
    let pinned = match trust {
        Trust::Genesis => None,
        Trust::Pin(pin) => match asking.ask(peer, Question::Header { height: pin.height }).await? {
            Ok(Answer::Head(pinned)) => Some((*pin, pinned.header)),
            _ => return Ok(Err(Useless::Nothing)),
        },
        Trust::Own(own) => Some((Pin { height: own.height, block: own.id() }, Header::clone(own))),
    };
    Ok(check(genesis, pinned, changes, *head))
}

/// Checks a way from genesis to a head, and if there is a pin the part after it from there, too.
fn check(
    genesis: &Genesis,
    pinned: Option<(Pin, Header)>,
    changes: Vec<Arc<SetChange>>,
    head: Head,
) -> Result<Way, Useless> {
    const LIE: Useless = Useless::Lie("shows a way from block to block that doesn't hold");
    let validators = walk(LightState::genesis(genesis), &changes, &head).map_err(|_| LIE)?;
    if let Some((pin, header)) = pinned {
        let sets = changes.iter().map(|change| &change.next).chain([genesis.validators()]);
        let next = sets.into_iter().find(|set| set.hash(&genesis.chain_id()) == header.next_validators_hash);
        let next = next.ok_or(Useless::Lie("doesn't know the validators after the pin"))?.clone();
        let state = LightState::from_pin(genesis.chain_id(), pin, &header, next);
        let state = state.map_err(|_| Useless::Lie("has another block than the pin"))?;
        walk(state, &changes, &head).map_err(|_| LIE)?;
    }
    Ok(Way { changes, head: head.header, validators, peers: BTreeSet::new() })
}

/// The validators after a head, by the changes from a state on.
fn walk(mut state: LightState, changes: &[Arc<SetChange>], head: &Head) -> Result<ValidatorSet, LightError> {
    let from = changes.partition_point(|change| change.header.height <= state.height());
    for change in &changes[from..] {
        state.advance(change)?;
    }
    state.deciders_after(&head.header, &head.certificate).cloned()
}
