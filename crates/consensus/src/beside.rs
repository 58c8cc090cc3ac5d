//! The tasks of a node beside its engine.

use lojal_network::{Network, Protocol};
use lojal_store::Store;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::announcement::{announce_genesis, announce_tips};
use crate::backfilling::Backfilling;
use crate::condition::Condition;
use crate::enquiries::Enquiries;
use crate::forwarding::Forwarding;
use crate::limits::{DATA_RATE, DATA_RATE_ALL, SYNC_RATE, SYNC_RATE_ALL};
use crate::membership::Membership;
use crate::mempool::{Mempool, Onward, Outbox, gossip};
use crate::mending::Mending;
use crate::metrics::Metrics;
use crate::outlook::Outlooks;
use crate::progress::Progress;
use crate::readiness::Readiness;
use crate::seeking::Seeking;
use crate::serving::{Desks, Rates, Serving};
use crate::submissions::Reception;
use crate::workers::Workers;

/// The parts of a node that these tasks need.
pub(crate) struct Beside {
    pub(crate) store: Store,
    pub(crate) network: Network,
    pub(crate) mempool: Mempool,
    pub(crate) metrics: Metrics,
    pub(crate) progress: Progress,
    pub(crate) enquiries: Enquiries,
    pub(crate) membership: Membership,
    pub(crate) outlooks: Outlooks,
    pub(crate) workers: Workers,
}

impl Beside {
    /// Starts them all.
    pub(crate) fn start(
        self,
        outbox: Outbox,
        onward: mpsc::Receiver<Onward>,
        told: watch::Sender<Condition>,
    ) -> (Vec<JoinHandle<()>>, Desks) {
        let (blocks, blocks_asked) = mpsc::channel(Protocol::Blocks.inbound_max());
        let (data, data_asked) = mpsc::channel(Protocol::Data.inbound_max());
        let (submissions, submitted) = mpsc::channel(Protocol::Submissions.inbound_max());
        let sync = Rates { peer: SYNC_RATE, all: SYNC_RATE_ALL };
        let tasks = vec![
            tokio::spawn(self.seeking().run(told.subscribe())),
            tokio::spawn(self.readiness().judge(told)),
            tokio::spawn(self.serving().run(sync, blocks_asked)),
            tokio::spawn(self.serving().run(Rates { peer: DATA_RATE, all: DATA_RATE_ALL }, data_asked)),
            tokio::spawn(announce_genesis(self.store.clone(), self.network.clone())),
            tokio::spawn(announce_tips(self.store.clone(), self.network.clone(), self.membership.clone())),
            tokio::spawn(self.mending().run()),
            tokio::spawn(self.backfilling().run()),
            tokio::spawn(self.reception().run(submitted)),
            tokio::spawn(self.forwarding().run(onward)),
            tokio::spawn(gossip(self.mempool, outbox, self.network)),
        ];
        (tasks, Desks { blocks, data, submissions })
    }

    fn serving(&self) -> Serving {
        let (store, network, metrics) = (self.store.clone(), self.network.clone(), self.metrics.clone());
        Serving { store, network, metrics, membership: self.membership.clone(), workers: self.workers }
    }

    fn reception(&self) -> Reception {
        let (store, network, mempool) = (self.store.clone(), self.network.clone(), self.mempool.clone());
        Reception { store, network, mempool, workers: self.workers }
    }

    fn forwarding(&self) -> Forwarding {
        Forwarding {
            mempool: self.mempool.clone(),
            network: self.network.clone(),
            enquiries: self.enquiries.clone(),
            membership: self.membership.clone(),
        }
    }

    fn mending(&self) -> Mending {
        Mending {
            store: self.store.clone(),
            network: self.network.clone(),
            enquiries: self.enquiries.clone(),
            progress: self.progress.clone(),
            workers: self.workers,
        }
    }

    fn backfilling(&self) -> Backfilling {
        let (store, network, enquiries) = (self.store.clone(), self.network.clone(), self.enquiries.clone());
        Backfilling { store, network, enquiries, workers: self.workers }
    }

    fn seeking(&self) -> Seeking {
        Seeking {
            store: self.store.clone(),
            network: self.network.clone(),
            enquiries: self.enquiries.clone(),
            membership: self.membership.clone(),
            outlooks: self.outlooks.clone(),
            workers: self.workers,
        }
    }

    fn readiness(&self) -> Readiness {
        Readiness {
            store: self.store.clone(),
            progress: self.progress.clone(),
            metrics: self.metrics.clone(),
            network: self.network.clone(),
            membership: self.membership.clone(),
            outlooks: self.outlooks.clone(),
        }
    }
}
