//! Places for requests that take much memory: so many in a gateway, and fewer for each client.
//!
//! Each pool is for one kind of request, so that whoever fills one does not touch the others.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::limits::{
    BATCHES_MAX, BLOCKS_MAX, CLIENT_BATCHES_MAX, CLIENT_BLOCKS_MAX, CLIENT_EXPORTS_MAX, CLIENT_HISTORIES_MAX,
    CLIENT_STREAMS_MAX, EXPORTS_MAX, HISTORIES_MAX, STREAMS_DEFAULT,
};

/// The kinds of request that have places of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    /// Exports, from when they are made until they are sent.
    Exports,
    /// Pages of histories, likewise.
    Histories,
    /// Blocks and statements, likewise.
    Blocks,
    /// Submissions of many transactions, while they are read.
    Batches,
    /// Streams of events, while they are open.
    Streams,
}

impl Pool {
    /// Every pool, in the order of [`Places`].
    pub(crate) const ALL: [Self; 5] = [Self::Exports, Self::Histories, Self::Blocks, Self::Batches, Self::Streams];

    /// The number of places; of streams the node's operator can say another one.
    pub(crate) const fn size(self) -> usize {
        match self {
            Self::Exports => EXPORTS_MAX,
            Self::Histories => HISTORIES_MAX,
            Self::Blocks => BLOCKS_MAX,
            Self::Batches => BATCHES_MAX,
            Self::Streams => STREAMS_DEFAULT,
        }
    }
    /// The number of places that one client can have.
    pub(crate) const fn size_for_client(self) -> usize {
        match self {
            Self::Exports => CLIENT_EXPORTS_MAX,
            Self::Histories => CLIENT_HISTORIES_MAX,
            Self::Blocks => CLIENT_BLOCKS_MAX,
            Self::Batches => CLIENT_BATCHES_MAX,
            Self::Streams => CLIENT_STREAMS_MAX,
        }
    }
}

/// The free places of each pool.
pub(crate) struct Places([Arc<Semaphore>; Pool::ALL.len()]);

impl Places {
    /// Those of a gateway.
    pub(crate) fn of_gateway() -> Self {
        Self(Pool::ALL.map(|pool| Arc::new(Semaphore::new(pool.size()))))
    }
    /// The same with places for so many streams.
    pub(crate) fn with_streams(mut self, streams: usize) -> Self {
        self.0[Pool::Streams as usize] = Arc::new(Semaphore::new(streams.min(Semaphore::MAX_PERMITS)));
        self
    }
    /// Those of one client.
    pub(crate) fn of_client() -> Self {
        Self(Pool::ALL.map(|pool| Arc::new(Semaphore::new(pool.size_for_client()))))
    }
    /// The free places of a pool.
    pub(crate) fn of(&self, pool: Pool) -> &Arc<Semaphore> {
        &self.0[pool as usize]
    }
}
