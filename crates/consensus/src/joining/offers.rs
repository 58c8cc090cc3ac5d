//! The snapshots that peers offer, and the one to take.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use lojal_chain::snapshot::{Manifest, Offer, trust};
use lojal_network::PeerId;
use lojal_types::{Certificate, Genesis, Hash, Height};
use tokio::time::{Instant, sleep, timeout};

use super::JoiningError;
use super::asking::{Asking, Notes, Useless};
use super::way::{Way, are_enough};
use crate::data::{Answer, Question};

/// The time in which somebody has to offer a snapshot.
const PATIENCE: Duration = Duration::from_secs(30);
/// The time that an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(20);
/// The time between two rounds of questions.
pub(super) const PAUSE: Duration = Duration::from_secs(2);

/// A snapshot by its height and its manifest's hash.
pub type Key = (Height, Hash);

/// The snapshots that are not tried again, and what there is to say of peers.
#[derive(Default)]
pub struct Offers {
    dropped: BTreeSet<Key>,
    /// Those who offered or gave what can't be true: they are asked no more.
    liars: BTreeSet<PeerId>,
    notes: Notes,
    /// The peers that have offered each.
    offered: BTreeMap<Key, BTreeSet<PeerId>>,
    /// The last block that this node has: a snapshot of an earlier one is of no use.
    own: Height,
    /// True if a snapshot that was begun did not come to its end.
    is_begun: bool,
}

/// The snapshot to take.
pub struct Chosen {
    /// Its height, and the hash of its manifest.
    pub key: Key,
    /// The certificate of its block.
    pub certificate: Certificate,
    /// The bytes of its manifest.
    pub manifest_bytes: Vec<u8>,
    /// Those that have it.
    pub peers: BTreeSet<PeerId>,
    /// True if they have more than a third of the power.
    pub is_sure: bool,
}

impl Offers {
    /// Those of later blocks than this.
    pub fn after(own: Height) -> Self {
        Self { own, ..Self::default() }
    }

    /// A snapshot is a lie, and so are those who offered it.
    pub fn lies(&mut self, key: Key, reason: &str) {
        for peer in self.offered.remove(&key).unwrap_or_default() {
            tracing::warn!(%peer, reason, "a peer offers a snapshot that is none, and is asked no more");
            self.notes.insert(peer, format!("offers a snapshot that is none: {reason}"));
            self.liars.insert(peer);
        }
        self.dropped.insert(key);
    }

    /// A snapshot may be a lie.
    pub fn doubt(&mut self, key: Key) {
        for peer in self.offered.remove(&key).unwrap_or_default() {
            self.notes.insert(peer, "offers a snapshot whose ids two peers don't have".to_owned());
        }
        self.dropped.insert(key);
    }

    /// Nobody has given a snapshot to its end; more is to be said of them, and some of them lied.
    pub fn unfinished(&mut self, notes: Notes, liars: BTreeSet<PeerId>) {
        self.notes.extend(notes);
        self.liars.extend(liars);
        self.is_begun = true;
    }

    /// The words about peers.
    pub(super) fn into_notes(self) -> Notes {
        self.notes
    }

    /// The newest snapshot that is offered, by as much power as possible, with its manifest.
    ///
    /// # Errors
    /// When nobody offers one, or the network has stopped.
    pub async fn choose(&mut self, asking: &Asking, genesis: &Genesis, way: &Way) -> Result<Chosen, JoiningError> {
        let end = Instant::now() + PATIENCE;
        loop {
            let offers = self.gather(asking, genesis, way).await?;
            let mut keys: Vec<&Key> = offers.keys().collect();
            let is_sure = |key: &Key| are_enough(&offers[key].1, &way.validators);
            let weight = |key: &Key| (is_sure(key), key.0, offers[key].1.len());
            keys.sort_unstable_by_key(|key| weight(key));
            for key in keys.into_iter().rev() {
                let (certificate, peers) = &offers[key];
                for peer in peers {
                    if let Some(manifest_bytes) = self.manifest(asking, *peer, *key).await? {
                        let (certificate, peers) = (certificate.clone(), peers.clone());
                        return Ok(Chosen { key: *key, certificate, manifest_bytes, peers, is_sure: is_sure(key) });
                    }
                }
            }
            if Instant::now() >= end {
                let notes = std::mem::take(&mut self.notes);
                return Err(if self.is_begun { JoiningError::NoEnd(notes) } else { JoiningError::NoOffers(notes) });
            }
            sleep(PAUSE).await;
        }
    }

    /// The offers of blocks that are final, of all that are reached.
    ///
    /// # Errors
    /// When the network has stopped.
    pub async fn gather(
        &mut self,
        asking: &Asking,
        genesis: &Genesis,
        way: &Way,
    ) -> Result<BTreeMap<Key, (Certificate, BTreeSet<PeerId>)>, JoiningError> {
        // Those too that came after the way was known: without them, liars who came first would be all there is.
        let reached: BTreeSet<PeerId> = asking.network.reached().into_iter().chain(way.peers.iter().copied()).collect();
        let peers: Vec<PeerId> = reached.difference(&self.liars).copied().collect();
        let ask = |peer: &PeerId| timeout(ANSWER_TIME, asking.ask(*peer, Question::Offers));
        let mut offers: BTreeMap<Key, (Certificate, BTreeSet<PeerId>)> = BTreeMap::new();
        for (peer, told) in peers.iter().zip(join_all(peers.iter().map(ask)).await) {
            let told = match told.unwrap_or(Ok(Err(Useless::Silent)))? {
                Ok(Answer::Offers(told)) => told,
                Ok(_) => {
                    self.notes.insert(*peer, "answers another question".to_owned());
                    continue;
                }
                Err(useless) => {
                    self.notes.insert(*peer, useless.words().to_owned());
                    continue;
                }
            };
            if told.is_empty() {
                self.notes.insert(*peer, "has no snapshot".to_owned());
            }
            for Offer { header, certificate, manifest, .. } in told.into_inner() {
                let key = (header.height, manifest);
                let changes = way.changes.iter().map(|change| &**change);
                if self.dropped.contains(&key) || header.height <= self.own {
                    continue;
                }
                // One that is newer than the way may rest on a change that isn't known.
                if trust(genesis, changes, &header, &certificate).is_err() {
                    self.notes.insert(*peer, "offers a snapshot of a block that isn't final".to_owned());
                    continue;
                }
                offers.entry(key).or_insert_with(|| (certificate, BTreeSet::new())).1.insert(*peer);
                self.offered.entry(key).or_default().insert(*peer);
            }
        }
        Ok(offers)
    }

    /// The manifest that was offered, as a peer gives it.
    async fn manifest(
        &mut self,
        asking: &Asking,
        peer: PeerId,
        (height, hash): Key,
    ) -> Result<Option<Vec<u8>>, JoiningError> {
        let asked = asking.ask(peer, Question::Manifest { height });
        let is_it = |bytes: &[u8]| Manifest::decode(bytes).is_ok_and(|manifest| manifest.hash() == hash);
        let useless = match timeout(2 * ANSWER_TIME, asked).await.unwrap_or(Ok(Err(Useless::Silent)))? {
            Ok(Answer::Bytes(bytes)) if is_it(&bytes) => return Ok(Some(bytes)),
            Ok(_) => Useless::Lie("gives another manifest than it offers"),
            Err(useless) => useless,
        };
        if let Useless::Lie(_) = useless {
            asking.network.report(peer).await.map_err(|_| JoiningError::Network)?;
            self.liars.insert(peer);
        }
        self.notes.insert(peer, useless.words().to_owned());
        Ok(None)
    }
}
