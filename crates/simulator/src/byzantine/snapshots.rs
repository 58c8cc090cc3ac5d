//! False answers to those who take the state of a late block from their peers.

use lojal_chain::SetChange;
use lojal_chain::snapshot::{Manifest, Offer};
use lojal_consensus::data::{Answer, Changes, Head};
use lojal_random::Random;
use lojal_store::Store;
use lojal_types::Bounded;

use super::Liar;

/// The way in which answers are false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Pieces have a bit that is wrong.
    WrongPieces,
    /// Pieces end too early.
    ShortPieces,
    /// Nobody is answered who asks for a piece.
    Silence,
    /// There are no pieces after the first.
    Vanishes,
    /// The manifest is another one than is offered.
    OtherManifest,
    /// The manifest that is offered says of a chunk that it is smaller than it is.
    FalseSizes,
    /// The first snapshot that there was is offered for ever.
    OldOffer,
    /// The way from genesis to the last block doesn't hold.
    WrongLead,
    /// Anything at all.
    Garbage,
}

const WAYS: [Way; 9] = [
    Way::WrongPieces,
    Way::ShortPieces,
    Way::Silence,
    Way::Vanishes,
    Way::OtherManifest,
    Way::FalseSizes,
    Way::OldOffer,
    Way::WrongLead,
    Way::Garbage,
];

/// The false snapshots of a liar.
pub(super) struct FalseSnapshots {
    way: Way,
    random: Random,
    /// The first that it had.
    old: Option<Offer>,
    /// The pieces that it has given.
    given: u64,
}

impl FalseSnapshots {
    pub(super) fn new(number: usize, seed: u64) -> Self {
        let mut random = Random::of(seed, &format!("false snapshots {number}"));
        // Small states have few pieces, and few of these are asked of a liar.
        let way = if random.coin() { Way::WrongPieces } else { WAYS[random.index(WAYS.len())] };
        Self { way, random, old: None, given: 0 }
    }

    /// Changes a bit.
    fn flip(&mut self, bytes: &mut [u8]) {
        let at = self.random.index(bytes.len().max(1));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << self.random.below(8);
        }
    }

    fn bytes(&mut self, mut bytes: Vec<u8>) -> Option<Answer> {
        if let Ok(manifest) = Manifest::decode(&bytes) {
            match self.way {
                Way::OtherManifest => self.flip(&mut bytes),
                Way::FalseSizes => bytes = false_sizes(manifest).encode(),
                _ => {}
            }
            return Some(Answer::Bytes(bytes));
        }
        self.given += 1;
        match self.way {
            Way::WrongPieces => self.flip(&mut bytes),
            Way::ShortPieces => bytes.truncate(bytes.len() / 2),
            Way::Silence => return None,
            Way::Vanishes if self.given > 1 => return Some(Answer::Nothing),
            _ => {}
        }
        Some(Answer::Bytes(bytes))
    }

    fn offers(&mut self, store: &Store, mut offers: Vec<Offer>) -> Vec<Offer> {
        self.old = self.old.take().or_else(|| offers.last().cloned());
        match self.way {
            Way::FalseSizes => {
                for offer in &mut offers {
                    let manifest = store.manifest(offer.header.height).and_then(|bytes| Manifest::decode(&bytes).ok());
                    offer.manifest = manifest.map_or(offer.manifest, |manifest| false_sizes(manifest).hash());
                }
            }
            Way::OldOffer => offers = self.old.iter().cloned().collect(),
            _ => {}
        }
        offers
    }
}

/// A manifest that says of one chunk that it is smaller than it is, of which its header knows nothing.
fn false_sizes(mut manifest: Manifest) -> Manifest {
    let mut chunks = manifest.chunks.into_inner();
    if let Some(full) = chunks.iter_mut().find(|chunk| chunk.entries > 0) {
        full.bytes = full.bytes.saturating_sub(1);
    }
    manifest.chunks = Bounded::new(chunks).expect("as many as before");
    manifest
}

impl Liar {
    /// The answer in place of an honest one; none if it says nothing.
    pub(super) fn false_answer(&mut self, store: &Store, data: Vec<u8>) -> Option<Vec<u8>> {
        let Ok(answer) = Answer::decode(&data) else { return Some(data) };
        let snapshots = &mut self.snapshots;
        let answer = match (snapshots.way, answer) {
            (Way::Garbage, _) => return Some(self.garbled(data)),
            (_, Answer::Bytes(bytes)) => snapshots.bytes(bytes)?,
            (_, Answer::Offers(offers)) => {
                let offers = snapshots.offers(store, offers.into_inner());
                Answer::Offers(Bounded::new(offers).expect("as many as before, or one"))
            }
            (Way::WrongLead, Answer::Head(mut head)) => {
                false_head(&mut head, snapshots.random.coin());
                Answer::Head(head)
            }
            (Way::WrongLead, Answer::Changes(changes)) => Answer::Changes(without_first(changes)),
            (_, other) => other,
        };
        Some(answer.encode())
    }
}

/// Makes a head later than it is, or of another time.
fn false_head(head: &mut Head, is_later: bool) {
    if is_later {
        head.header.height = head.header.height.next();
        head.certificate.height = head.header.height;
    } else {
        head.header.time_ms = head.header.time_ms.plus_ms(1);
    }
    head.certificate.block = head.header.id();
}

fn without_first(changes: Changes) -> Changes {
    let changes_left: Vec<SetChange> = changes.changes.into_inner().into_iter().skip(1).collect();
    Changes { changes: Bounded::new(changes_left).expect("fewer than before"), more: changes.more }
}
