//! Fetching the pieces of a snapshot from several peers at once.
//!
//! The pieces stand in a queue. Each peer is asked for two at a time; when the queue is empty, those that others have
//! been asked for are asked of a second one too, so that nobody holds up the end. A piece that isn't the one that was
//! asked for is its sender's lie, who is asked no more. A chunk that is the right one and not as large as the manifest
//! says shows that the manifest is a lie. Of ids the manifest alone may say what they are: where they don't fit, and
//! peers with a third of the power or less offer it, two senders make it doubtful. Whoever doesn't answer three times
//! in a row is asked no more.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use lojal_chain::snapshot::PieceError;
use lojal_network::PeerId;
use lojal_store::{Import, ImportError, PieceId};
use lojal_types::Height;
use tokio::time::timeout;

use super::JoiningError;
use super::asking::{Asking, Notes, Useless};
use super::progress::Progress;
use crate::data::{Answer, Question};
use crate::workers::Workers;

/// Pieces that one peer is asked for at the same time.
const OF_PEER_MAX: usize = 2;
/// Pieces that are asked for at the same time.
const IN_FLIGHT_MAX: usize = 16;
/// The time that a piece may take.
const PIECE_TIME: Duration = Duration::from_secs(15);
/// The answers that a peer may owe in a row before it is asked no more.
const STRIKES_MAX: usize = 3;

/// The bytes of a segment of the log, about.
const SEGMENT_BYTES: u64 = 64 << 20;

/// The end of fetching.
pub(super) enum FetchEnd {
    /// All pieces are there.
    Whole,
    /// The manifest is a lie.
    Lie,
    /// The manifest may be a lie, or two peers lie about it.
    Doubt,
    /// Nobody is left to ask.
    NoSource {
        /// The words that are to be said of them.
        notes: Notes,
        /// Those of them that lied.
        liars: BTreeSet<PeerId>,
    },
}

/// The answer to a question for a piece.
type Told = (PeerId, PieceId, Result<Result<Answer, Useless>, JoiningError>);

/// The pieces that are fetched, and those who have them.
pub(super) struct Fetch<'a> {
    asking: &'a Asking,
    import: Arc<Import>,
    /// The place where the work on the disk runs.
    workers: Workers,
    height: Height,
    progress: &'a Progress,
    waiting: VecDeque<PieceId>,
    /// The pieces that are asked for, each with those who are asked.
    in_flight: BTreeMap<PieceId, BTreeSet<PeerId>>,
    /// The peers, each with the answers that it owes since its last piece.
    sources: BTreeMap<PeerId, usize>,
    /// True if peers with more than a third of the power offer this.
    is_sure: bool,
    /// The places at which ids didn't fit.
    unfit: BTreeSet<PieceId>,
    notes: Notes,
    liars: BTreeSet<PeerId>,
}

impl<'a> Fetch<'a> {
    /// The pieces of a snapshot that are missing, from these peers.
    pub(super) fn new(
        asking: &'a Asking,
        (import, workers): (Arc<Import>, Workers),
        (peers, is_sure): (BTreeSet<PeerId>, bool),
        progress: &'a Progress,
    ) -> Result<Self, JoiningError> {
        let waiting: VecDeque<PieceId> = import.missing()?.into();
        let missing = waiting.iter().map(|id| size(&import, *id)).sum();
        progress.begin(missing, peers.len());
        Ok(Self {
            asking,
            height: import.manifest().header().height,
            import,
            workers,
            progress,
            waiting,
            in_flight: BTreeMap::new(),
            sources: peers.into_iter().map(|peer| (peer, 0)).collect(),
            is_sure,
            unfit: BTreeSet::new(),
            notes: Notes::new(),
            liars: BTreeSet::new(),
        })
    }

    /// The bytes of the disk that it takes until the node runs: pieces that are to come, the base that is made of all
    /// of them, an index of about that size, and a segment of the log.
    pub(super) fn room(&self) -> u64 {
        let to_come = self.waiting.iter().map(|id| size(&self.import, *id)).fold(0, u64::saturating_add);
        let (chunks, ids) = self.import.manifest().bytes();
        chunks.saturating_add(ids).saturating_mul(2).saturating_add(to_come).saturating_add(SEGMENT_BYTES)
    }

    /// Fetches until all are there, or nobody is left.
    pub(super) async fn run(mut self) -> Result<FetchEnd, JoiningError> {
        let mut asked: FuturesUnordered<BoxFuture<'a, Told>> = FuturesUnordered::new();
        loop {
            while let Some((peer, id)) = self.next() {
                self.in_flight.entry(id).or_default().insert(peer);
                asked.push(self.ask(peer, id));
            }
            if self.waiting.is_empty() && self.in_flight.is_empty() {
                return Ok(FetchEnd::Whole);
            }
            let Some((peer, id, answer)) = asked.next().await else {
                return Ok(FetchEnd::NoSource { notes: self.notes, liars: self.liars });
            };
            if let Some(end) = self.take(peer, id, answer?).await? {
                return Ok(end);
            }
        }
    }

    /// The next piece to ask for, and whom.
    fn next(&mut self) -> Option<(PeerId, PieceId)> {
        let busy = |peer: &PeerId| self.in_flight.values().filter(|asked| asked.contains(peer)).count();
        let total: usize = self.in_flight.values().map(BTreeSet::len).sum();
        let least = self.sources.keys().map(|peer| (busy(peer), *peer)).min();
        let (count, peer) = least.filter(|_| total < IN_FLIGHT_MAX)?;
        if count >= OF_PEER_MAX {
            return None;
        }
        if let Some(id) = self.waiting.pop_front() {
            return Some((peer, id));
        }
        let of_one = |(_, asked): &(&PieceId, &BTreeSet<PeerId>)| asked.len() == 1 && !asked.contains(&peer);
        self.in_flight.iter().find(of_one).map(|(id, _)| (peer, *id))
    }

    fn ask(&self, peer: PeerId, id: PieceId) -> BoxFuture<'a, Told> {
        let (asking, height) = (self.asking, self.height);
        let question = match id {
            PieceId::Chunk(number) => Question::Chunk { height, number },
            PieceId::Recent(number) => Question::Recent { height, number },
        };
        async move {
            let told = timeout(PIECE_TIME, asking.ask(peer, question)).await;
            (peer, id, told.unwrap_or(Ok(Err(Useless::Silent))))
        }
        .boxed()
    }

    /// Takes an answer in; an end if it says something of the manifest.
    async fn take(
        &mut self,
        peer: PeerId,
        id: PieceId,
        told: Result<Answer, Useless>,
    ) -> Result<Option<FetchEnd>, JoiningError> {
        let Some(asked) = self.in_flight.get_mut(&id) else { return Ok(None) };
        asked.remove(&peer);
        let useless = match told {
            Ok(Answer::Bytes(bytes)) => {
                let (import, length) = (Arc::clone(&self.import), bytes.len());
                match self.workers.blocking(move || import.put(id, &bytes)).await {
                    Ok(()) => {
                        self.in_flight.remove(&id);
                        self.sources.entry(peer).and_modify(|owed| *owed = 0);
                        self.progress.came(length);
                        return Ok(None);
                    }
                    Err(ImportError::Piece(PieceError::OtherSize)) => return Ok(Some(FetchEnd::Lie)),
                    Err(ImportError::Piece(_)) if self.is_doubtful(id) => return Ok(Some(FetchEnd::Doubt)),
                    Err(ImportError::Piece(_)) => Useless::Lie("gave another piece than it was asked for"),
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(_) => Useless::Lie("answers another question"),
            Err(useless) => useless,
        };
        if self.in_flight.get(&id).is_some_and(BTreeSet::is_empty) {
            self.in_flight.remove(&id);
            self.waiting.push_front(id);
        }
        self.blame(peer, useless).await?;
        Ok(None)
    }

    /// True if the second peer gives ids that don't fit at a place of which the manifest alone says what they are.
    fn is_doubtful(&mut self, id: PieceId) -> bool {
        matches!(id, PieceId::Recent(_)) && !self.is_sure && !self.unfit.insert(id)
    }

    /// Asks a peer no more that lies, has nothing, or owes too many answers in a row.
    async fn blame(&mut self, peer: PeerId, useless: Useless) -> Result<(), JoiningError> {
        let Some(owed) = self.sources.get_mut(&peer) else { return Ok(()) };
        *owed += 1;
        if useless == Useless::Silent && *owed < STRIKES_MAX {
            return Ok(());
        }
        self.sources.remove(&peer);
        self.progress.sources(self.sources.len());
        self.notes.insert(peer, useless.words().to_owned());
        tracing::warn!(%peer, reason = useless.words(), "a peer is asked for no more pieces of the snapshot");
        if let Useless::Lie(_) = useless {
            self.liars.insert(peer);
            self.asking.network.report(peer).await.map_err(|_| JoiningError::Network)?;
        }
        Ok(())
    }
}

/// The bytes of a piece.
fn size(import: &Import, id: PieceId) -> u64 {
    let manifest = import.manifest();
    match id {
        PieceId::Chunk(number) => manifest.chunks().get(number as usize).map_or(0, |piece| piece.info.bytes.into()),
        PieceId::Recent(number) => manifest.recent_place(number).map_or(0, |(_, bytes)| bytes as u64),
    }
}
