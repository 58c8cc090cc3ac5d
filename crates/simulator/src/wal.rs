//! The engine's write-ahead log, kept in memory: what is not flushed is lost in a crash, or all up to some entry of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_malachitebft_core_consensus::Input;
use arc_malachitebft_engine::wal::{Msg, WalRef};
use async_trait::async_trait;
use lojal_consensus::context::{Context, Height};
use ractor::{Actor, ActorProcessingErr, ActorRef, SpawnErr};

use lojal_random::Random;

/// The part of the log that is on the disk, through restarts; clones share it.
#[derive(Clone, Default)]
pub struct WalDisk(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    height: Height,
    flushed: Vec<Input<Context>>,
    unflushed: Vec<Input<Context>>,
    /// The actor whose writes count: the latest.
    incarnation: u64,
    /// True if flushing does nothing.
    lies: bool,
}

impl WalDisk {
    /// Starts an actor over the log. Whatever an earlier one still writes is lost.
    ///
    /// # Errors
    /// When the actor can't be started.
    pub async fn start(&self) -> Result<WalRef<Context>, SpawnErr> {
        let incarnation = {
            let mut content = self.lock();
            content.incarnation += 1;
            content.incarnation
        };
        let (actor, _) = Actor::spawn(None, Wal { disk: self.clone(), incarnation }, ()).await?;
        Ok(actor)
    }

    /// The power is gone: of what was not flushed, some entries from its beginning are left.
    pub fn crash(&self, random: &mut Random) {
        let mut content = self.lock();
        content.incarnation += 1;
        let mut left = std::mem::take(&mut content.unflushed);
        if !content.lies {
            left.truncate(random.below(left.len() as u64 + 1) as usize);
            content.flushed.extend(left);
        }
    }

    /// Loses everything.
    pub fn erase(&self) {
        let mut content = self.lock();
        content.incarnation += 1;
        (content.height, content.flushed, content.unflushed) = Default::default();
    }

    /// A copy of what is on the disk now, on another disk.
    pub fn copy(&self) -> Self {
        let content = self.lock();
        let copy = Content { height: content.height, flushed: content.flushed.clone(), ..Content::default() };
        Self(Arc::new(Mutex::new(copy)))
    }

    /// From now on, flushing does nothing: a planted bug.
    pub fn lie(&self) {
        self.lock().lies = true;
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Wal {
    disk: WalDisk,
    incarnation: u64,
}

impl Wal {
    /// Does something with the log, unless this actor's time is over.
    fn with<T: Default>(&self, work: impl FnOnce(&mut Content) -> T) -> T {
        let mut content = self.disk.lock();
        if content.incarnation == self.incarnation { work(&mut content) } else { T::default() }
    }
}

#[async_trait]
impl Actor for Wal {
    type Msg = Msg<Context>;
    /// The height that this actor has begun.
    type State = Option<Height>;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Self::Msg>, (): ()) -> Result<Option<Height>, ActorProcessingErr> {
        Ok(None)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        message: Self::Msg,
        begun: &mut Option<Height>,
    ) -> Result<(), ActorProcessingErr> {
        // An engine that is gone needs no answers.
        match message {
            Msg::StartedHeight(height, reply) => {
                let entries = if begun.replace(height) == Some(height) {
                    Vec::new()
                } else {
                    self.with(|content| content.start(height)).into_iter().map(Ok).collect()
                };
                let _ = reply.send(Ok(entries));
            }
            Msg::Reset(height, reply) => {
                *begun = Some(height);
                self.with(|content| content.reset(height));
                let _ = reply.send(Ok(()));
            }
            Msg::Append(height, entry, reply) => {
                if *begun == Some(height) {
                    self.with(|content| content.unflushed.push(entry));
                }
                let _ = reply.send(Ok(()));
            }
            Msg::Flush(reply) => {
                self.with(|content| {
                    let entries = std::mem::take(&mut content.unflushed);
                    if !content.lies {
                        content.flushed.extend(entries);
                    }
                });
                let _ = reply.send(Ok(()));
            }
            Msg::Dump => {}
        }
        Ok(())
    }
}

impl Content {
    /// The entries of a height; those of another are forgotten.
    fn start(&mut self, height: Height) -> Vec<Input<Context>> {
        if self.height != height {
            self.reset(height);
        }
        self.flushed.clone()
    }

    fn reset(&mut self, height: Height) {
        self.height = height;
        self.flushed.clear();
        self.unflushed.clear();
    }
}
