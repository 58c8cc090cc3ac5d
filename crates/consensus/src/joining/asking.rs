//! The peers of a node that joins: asked by the data protocol, and nothing else is said to them.

use std::collections::BTreeMap;

use lojal_network::{Event, Network, PeerId, Protocol};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::JoiningError;
use crate::data::{Answer, Question};
use crate::enquiries::Enquiries;

/// The way to the peers, and what there is to say of each.
pub struct Asking {
    /// The network.
    pub network: Network,
    enquiries: Enquiries,
    listening: JoinHandle<()>,
}

/// The peers, each with the last thing to be said of it.
pub type Notes = BTreeMap<PeerId, String>;

/// A reason that a peer's answer is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Useless {
    /// It hasn't answered.
    Silent,
    /// It has nothing of the kind.
    Nothing,
    /// No honest peer says this.
    Lie(&'static str),
}

impl Useless {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Silent => "doesn't answer",
            Self::Nothing => "has nothing to give",
            Self::Lie(what) => what,
        }
    }
}

impl Asking {
    /// Listens to a network's events from now on.
    pub fn start(network: Network, events: mpsc::Receiver<Event>) -> Self {
        let enquiries = Enquiries::default();
        let listening = tokio::spawn(listen(network.clone(), events, enquiries.clone()));
        Self { network, enquiries, listening }
    }

    /// Asks a peer.
    ///
    /// # Errors
    /// When the network has stopped; else the inner one says why there is no answer.
    pub async fn ask(&self, peer: PeerId, question: Question) -> Result<Result<Answer, Useless>, JoiningError> {
        let asked = self.enquiries.ask(&self.network, peer, (Protocol::Data, question.encode())).await;
        let Some(bytes) = asked.map_err(|_| JoiningError::Network)? else { return Ok(Err(Useless::Silent)) };
        Ok(match Answer::decode(&bytes) {
            Ok(Answer::Nothing) => Err(Useless::Nothing),
            Ok(answer) => Ok(answer),
            Err(_) => Err(Useless::Lie("answers with what can't be read")),
        })
    }

    /// Leaves the network.
    pub async fn end(self) {
        self.network.shutdown().await;
        self.listening.abort();
    }
}

async fn listen(network: Network, mut events: mpsc::Receiver<Event>, enquiries: Enquiries) {
    while let Some(event) = events.recv().await {
        match event {
            Event::Response { id, data, .. } => enquiries.answered(id, Some(data)),
            Event::RequestFailed { id, .. } => enquiries.answered(id, None),
            // Whoever joins has nothing to give. A network that is gone is noticed elsewhere.
            Event::Request { id, .. } => drop(network.reject(id).await),
            _ => {}
        }
    }
}
