//! Seeks an outlook: while this node isn't level with the others, it asks whoever it reaches for the last block and for
//! the changes of the validators on the way there, and checks them from its own validators on (protocol, Light
//! clients). No change is skipped, and nobody is believed.

use std::time::Duration;

use lojal_chain::light::{LightError, LightState, Pin, SetChange};
use lojal_network::{Network, PeerId, Protocol, Stopped};
use lojal_store::{Store, StoreError};
use lojal_types::Height;
use tokio::sync::watch;

use crate::condition::Condition;
use crate::data::{Answer, Head, Question};
use crate::enquiries::Enquiries;
use crate::limits::CHANGES_ON_THE_WAY_MAX;
use crate::membership::Membership;
use crate::outlook::{Outlook, Outlooks, has};
use crate::workers::Workers;

/// The time between two questions.
const SEEK_INTERVAL: Duration = Duration::from_secs(1);

/// Asks others for an outlook.
pub(crate) struct Seeking {
    pub(crate) store: Store,
    pub(crate) network: Network,
    pub(crate) enquiries: Enquiries,
    pub(crate) membership: Membership,
    pub(crate) outlooks: Outlooks,
    pub(crate) workers: Workers,
}

/// A reason that a question came to nothing.
enum Vain {
    /// The network has stopped.
    Stopped,
    /// The peer has nothing to say, or nothing new.
    Nothing,
    /// The peer says what no honest peer says.
    Wrong(&'static str),
    /// This node can't read what it has.
    Store(StoreError),
}

impl From<Stopped> for Vain {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<StoreError> for Vain {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<LightError> for Vain {
    fn from(_: LightError) -> Self {
        Self::Wrong("a way from block to block that doesn't hold")
    }
}

impl Seeking {
    /// Asks one peer after the other while this node isn't level with them, until the network stops.
    pub(crate) async fn run(self, condition: watch::Receiver<Condition>) {
        let mut interval = tokio::time::interval(SEEK_INTERVAL);
        let mut last = None;
        loop {
            interval.tick().await;
            let reached = self.network.reached();
            let next = reached.iter().find(|peer| last.is_none_or(|last| **peer > last)).or(reached.first());
            let Some(peer) = next.copied().filter(|_| !condition.borrow().is_level()) else { continue };
            last = Some(peer);
            let told = match self.ask(peer).await {
                Ok(outlook) => self.look(outlook).await,
                vain => vain.map(|_| ()),
            };
            match told {
                Ok(()) | Err(Vain::Nothing) => {}
                Err(Vain::Stopped) => return,
                Err(Vain::Wrong(what)) => {
                    tracing::warn!(%peer, what, "a peer says about the chain what can't be");
                    if self.network.report(peer).await.is_err() {
                        return;
                    }
                }
                Err(Vain::Store(error)) => tracing::error!(%error, "the own last block can't be read"),
            }
        }
    }

    /// Lets those in who validate now, and says what has become of this node.
    async fn look(&self, outlook: Outlook) -> Result<(), Vain> {
        let height = outlook.height;
        let removed = outlook.removed;
        let is_news = self.outlooks.beyond(self.store.tip().height).is_none_or(|before| before.removed != removed);
        self.outlooks.set(outlook);
        if let Some(at) = removed.filter(|_| is_news) {
            tracing::error!(
                %height, %at,
                "this validator was removed from the network by its governors while it was away: its peers don't talk \
                 to it any more"
            );
        }
        Ok(self.membership.follow().await?)
    }

    /// The outlook that a peer gives, if it is later than what this node has.
    async fn ask(&self, peer: PeerId) -> Result<Outlook, Vain> {
        let Answer::Head(head) = self.question(peer, Question::Head).await? else { return Err(Vain::Nothing) };
        let tip = self.store.tip().height;
        let known = self.outlooks.beyond(tip).map_or(tip, |outlook| outlook.height);
        if head.header.height <= known {
            return Err(Vain::Nothing);
        }
        let mut way =
            Way { state: self.beginning().await?, own: self.network.local_peer_id(), removed: None, count: 0 };
        loop {
            let asked = Question::Changes { after: way.state.height() };
            let Answer::Changes(told) = self.question(peer, asked).await? else { return Err(Vain::Nothing) };
            if way.follow(&told.changes, head.header.height)? || !told.more || told.changes.is_empty() {
                break;
            }
        }
        way.arrive(&head)
    }

    async fn question(&self, peer: PeerId, question: Question) -> Result<Answer, Vain> {
        let answer = self.enquiries.ask(&self.network, peer, (Protocol::Data, question.encode())).await?;
        let Some(bytes) = answer else { return Err(Vain::Nothing) };
        Answer::decode(&bytes).map_err(|_| Vain::Wrong("undecodable"))
    }

    /// The last block that this node has, and the validators after it.
    async fn beginning(&self) -> Result<LightState, Vain> {
        let store = self.store.clone();
        let read = move || -> Result<Option<LightState>, StoreError> {
            let view = store.view();
            let (genesis, tip) = (store.genesis(), view.tip());
            if tip.height == Height::GENESIS {
                return Ok(Some(LightState::genesis(genesis)));
            }
            let Some((header, _)) = store.decided(tip.height)? else { return Ok(None) };
            let pin = Pin { height: tip.height, block: tip.block };
            Ok(LightState::from_pin(genesis.chain_id(), pin, &header, view.validators().clone()).ok())
        };
        // What the store has verified is the tip's header; if it weren't, there would be nothing to begin from.
        self.workers.blocking(read).await?.ok_or(Vain::Nothing)
    }
}

/// The way from the own last block on.
struct Way {
    state: LightState,
    own: PeerId,
    /// The block after which this node was a validator no more.
    removed: Option<Height>,
    /// The number of changes.
    count: usize,
}

impl Way {
    /// Follows changes up to a height; true if there is one beyond it.
    fn follow(&mut self, changes: &[SetChange], up_to: Height) -> Result<bool, Vain> {
        for change in changes {
            if change.header.height > up_to {
                return Ok(true);
            }
            self.count += 1;
            if self.count > CHANGES_ON_THE_WAY_MAX {
                tracing::warn!(
                    max = CHANGES_ON_THE_WAY_MAX,
                    "the validators have changed more often than is followed at once: the blocks have to be fetched"
                );
                return Err(Vain::Nothing);
            }
            let was = has(self.state.validators(), self.own);
            self.state.advance(change)?;
            if has(self.state.validators(), self.own) {
                self.removed = None;
            } else if was {
                self.removed = Some(change.header.height);
            }
        }
        Ok(false)
    }

    /// The outlook from a head that the way leads to.
    fn arrive(self, Head { header, certificate }: &Head) -> Result<Outlook, Vain> {
        let validators = self.state.deciders_after(header, certificate)?.clone();
        Ok(Outlook { height: header.height, validators, removed: self.removed })
    }
}

#[cfg(test)]
mod tests;
