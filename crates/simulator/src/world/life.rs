//! The start, the crash and the end of validators.

use std::time::Duration;

use futures::FutureExt;
use lojal_consensus::{
    Addresses, Clock, Condition, ConsensusError, Life, Mempool, Metrics, Successor, ValidatorParts, Voice, Wal, Workers,
};
use lojal_network::limits::EVENTS_MAX;
use lojal_network::{Event, Network};
use lojal_store::{Checkpoints, Faults, IndexAfterCrash, Opened, Options, Retain, Store, StoreError, StoredBlock};
use lojal_types::{Height, Versions};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::{Node, Place, Running, World};
use crate::history::{Boot, Commit, Stop};
use crate::people;
use crate::plan::Plant;
use crate::schedule::IndexLeft;

/// The time after which whoever watches over a node starts it again.
const RESTART_MS: u64 = 2_000;
/// Bytes of blocks after which a checkpoint is due: few, so that runs have some.
const CHECKPOINT_BYTES: u64 = 16 * 1024;
/// Size of a segment of the log: small, so that logs have some.
const SEGMENT_BYTES: u64 = 24 * 1024;
/// The time that a node may take to end.
const END_TIMEOUT: Duration = Duration::from_secs(30);

impl World {
    /// Starts a validator; if that fails it is tried again after a while.
    pub async fn start(&self, number: usize) {
        self.place(number).is_held_down = false;
        self.try_start(number).await;
    }

    pub(super) async fn try_start(&self, number: usize) {
        {
            let place = self.place(number);
            if place.is_held_down || place.running.is_some() || place.joining.is_some() {
                return;
            }
        }
        let opened = match self.has_to_join(number) {
            Ok(true) => return self.join(number),
            Ok(false) => self.open(number, &mut self.place(number)),
            Err(error) => Err(error),
        };
        match opened {
            Ok(opened) => {
                let metrics = Metrics::default();
                let guard = self.open_guard(number, &self.place(number), metrics.clone());
                match guard {
                    Ok(voice) => self.run(number, opened, voice, metrics).await,
                    Err(error) => {
                        self.stopped(number, error.to_string());
                        self.start_later(number);
                    }
                }
            }
            Err(_) if self.power_went(number) => {}
            Err(error) => {
                self.heed(number, &error);
                self.stopped(number, error.to_string());
                self.start_later(number);
            }
        }
    }

    /// Whoever watches over a node does what an error of its start asks for.
    fn heed(&self, number: usize, error: &StoreError) {
        let mut place = self.place(number);
        match error {
            StoreError::Damaged { .. } => place.repair = true,
            // Neither the index nor the base is left: the data are of no use, and it joins.
            StoreError::SnapshotDamaged { .. } => {
                let aside = place.home.join("data.damaged");
                place.disk.disk().rename(&place.directory, &aside).expect("the directory of the run can be written");
                place.wal.erase();
                place.joins = true;
            }
            _ => {}
        }
    }

    fn open(&self, number: usize, place: &mut Place) -> Result<Opened, StoreError> {
        match self.plant() {
            Some(Plant::SkippedSync) => place.disk.set_faults(Faults { sync_lies: true, ..place.disk.faults() }),
            Some(Plant::SkippedWalFlush) => {
                place.wal.lie();
                place.lose_guard().expect("the directory of the run can be emptied");
            }
            Some(Plant::DroppedWal) => {
                place.wal.erase();
                place.lose_guard().expect("the directory of the run can be emptied");
            }
            Some(Plant::HastyAnswers | Plant::GuardInData) | None => {}
        }
        let options = Options {
            repair: std::mem::take(&mut place.repair),
            checkpoints: Checkpoints::Inline,
            checkpoint_bytes: CHECKPOINT_BYTES,
            segment_bytes_max: SEGMENT_BYTES,
            retain: if place.prunes { Retain::Since(Height::new(u64::MAX)) } else { Retain::All },
            archives: number.is_multiple_of(2),
            // Some keep everything in memory, and some next to nothing: they have to come to the same.
            state_cache_bytes: if number.is_multiple_of(2) { u64::MAX } else { 0 },
            disk: place.disk.disk(),
            ..Options::default()
        };
        lojal_store::open(&place.directory, &self.0.genesis, options)
    }

    /// Whoever watches over a node that is down starts it again.
    pub(super) fn start_later(&self, number: usize) {
        let world = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(RESTART_MS)).await;
            Box::pin(world.try_start(number)).await;
        });
    }

    async fn run(&self, number: usize, opened: Opened, voice: Voice, metrics: Metrics) {
        let Opened { store, writer, state, pending, forgotten, report } = opened;
        self.booted(number, &store, &report);
        let (allowed, given) = match self.let_in(&store) {
            Ok(allowed) => self.with_named(number, allowed),
            Err(_) if self.power_went(number) => return,
            Err(error) => {
                self.stopped(number, error.to_string());
                return self.start_later(number);
            }
        };
        let (wal, incarnation, clock, versions) = {
            let mut place = self.place(number);
            place.incarnation += 1;
            (place.wal.clone(), place.incarnation, Clock::Virtual(self.clock(&place)), place.versions)
        };
        let wal = Wal::Made(Box::new(move || {
            let wal = wal.clone();
            async move { wal.start().await }.boxed()
        }));
        let (network, commands) = Network::without_swarm(people::peer(number));
        let events = bounded(self.hub().attach(number, incarnation, allowed), network.clone());
        self.forward_commands(number, incarnation, commands);
        let state = lojal_consensus::share(state);
        let (mempool, outbox) = Mempool::start(state.clone(), store.pages(), clock.clone(), Workers::Tasks);
        let (told, condition) = watch::channel(Condition::Behind);
        let successor = Successor::default();
        let life = self.0.has_changes.then(|| {
            Life::of_node((&voice, &successor), &store, &network, &condition).at(clock.clone(), Workers::Tasks)
        });
        let (of_node, counted) = (store.clone(), metrics.clone());
        let node = Node { store: of_node, mempool: mempool.clone(), metrics: counted, state: state.clone(), life };
        self.watch_commits(number, &store, versions);
        let (stop, stopped) = oneshot::channel::<()>();
        let validator = ValidatorParts {
            voice: Some(voice),
            successor,
            wal,
            store,
            writer,
            state,
            pending,
            forgotten,
            mempool,
            outbox,
            network,
            addresses: Addresses { given, ..Addresses::default() },
            events,
            metrics,
            condition: told,
            clock,
            workers: Workers::Tasks,
            versions,
            interposer: self.interposer(number),
        };
        let world = self.clone();
        let task = tokio::spawn(async move {
            // Told to stop, or dropped: it stops.
            let result = lojal_consensus::run(validator, async { drop(stopped.await) }).await;
            world.ended(number, incarnation, result);
        });
        self.place(number).running = Some(Running { node, stop, task });
    }

    fn booted(&self, number: usize, store: &Store, report: &lojal_store::OpenReport) {
        let (at_ms, tip) = (self.now_ms(), store.tip());
        self.hub().trace("boot", &[number as u64, tip.height.get()], tip.block.as_bytes());
        tracing::info!(number, at_ms, ?report, "boot");
        self.history().boots.push(Boot {
            node: number,
            at_ms,
            height: tip.height,
            block: tip.block,
            repaired: report.repaired.is_some(),
            index_rebuilt: report.index_rebuilt.is_some(),
        });
    }

    /// A node has ended by itself, or after it was told to.
    fn ended(&self, number: usize, incarnation: u64, result: Result<(), ConsensusError>) {
        let running = {
            let mut place = self.place(number);
            let is_current = place.incarnation == incarnation;
            place.running.take_if(|_| is_current)
        };
        let Some(Running { node, .. }) = running else { return };
        self.hub().detach(number);
        match result {
            Ok(()) => {}
            Err(ConsensusError::FarBehind(far_behind)) => return self.fall_back(number, node.store, far_behind),
            Err(_) if self.power_went(number) => return,
            Err(error) => {
                let is_old = error.is_of_old_program() && self.place(number).versions != Versions::known();
                self.stopped_for(number, error.to_string(), is_old);
            }
        }
        self.start_later(number);
    }

    pub(super) fn stopped(&self, number: usize, reason: String) {
        self.stopped_for(number, reason, false);
    }

    /// `explained`: it had to.
    fn stopped_for(&self, number: usize, reason: String, explained: bool) {
        let at_ms = self.now_ms();
        let explained = explained || self.place(number).troubles > 0;
        self.hub().trace("stop", &[number as u64], reason.as_bytes());
        tracing::info!(number, at_ms, reason, "stop");
        self.history().stops.push(Stop { node: number, at_ms, reason, explained });
    }

    /// Records every block that becomes visible.
    fn watch_commits(&self, number: usize, store: &Store, versions: Versions) {
        let (world, mut blocks) = (self.clone(), store.subscribe());
        let is_byzantine = self.history().byzantine.contains(&number);
        tokio::spawn(async move {
            loop {
                match blocks.recv().await {
                    Ok(block) => {
                        let commit = Commit {
                            node: number,
                            at_ms: world.now_ms(),
                            height: block.header.height,
                            block: block.id,
                            state_root: block.header.state_root,
                            receipts_root: block.header.receipts_root,
                            is_known: versions.has(block.header.version),
                        };
                        let numbers = [number as u64, commit.height.get()];
                        world.hub().trace("commit", &numbers, commit.block.as_bytes());
                        world.history().commits.push(commit);
                        world.change_is_seen(&block.header);
                        if !is_byzantine {
                            let (bytes, certificate) = (block.bytes.clone(), block.certificate.clone());
                            let stored = StoredBlock { bytes, certificate };
                            world.history().record.entry(block.header.height.get()).or_insert(stored);
                            world.workload().follow(&block);
                        }
                    }
                    // Blocks that came faster than this task ran are in the chain that is read in the end.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }

    /// Cuts a validator's power. It is down when this returns, and stays so until [`World::start`].
    pub async fn crash(&self, number: usize) {
        let (running, joining) = {
            let mut place = self.place(number);
            place.is_held_down = true;
            place.disk.set_faults(Faults { power_is_off: true, ..Faults::default() });
            if place.signer.is_none() {
                place.cut_guard();
            }
            let Place { wal, random, .. } = &mut *place;
            wal.crash(random);
            (place.running.take(), place.joining.take())
        };
        self.hub().detach(number);
        end_joining(joining).await;
        if let Some(Running { node, stop, task }) = running {
            drop((node, stop));
            if tokio::time::timeout(END_TIMEOUT, task).await.is_err() {
                self.stopped(number, "it did not end when its power was cut".to_owned());
            }
        }
    }

    /// Leaves what the power cut has left, to be called before the start.
    pub fn after_crash(&self, number: usize, index: IndexLeft) -> std::io::Result<()> {
        let mut place = self.place(number);
        if place.signer.is_none() {
            place.uncut_guard()?;
        }
        let (seed, index_seed) = (place.random.number(), place.random.number());
        place.disk.set_faults(Faults::default());
        place.disk.crash(seed)?;
        if index == IndexLeft::Rotten {
            // A page of the state is found to be rotten when it is needed, and stops the node then.
            place.troubles += 1;
        }
        let index = match index {
            IndexLeft::Whole => IndexAfterCrash::AsItIs,
            IndexLeft::AtCheckpoint => IndexAfterCrash::AtCheckpoint,
            IndexLeft::Rotten => IndexAfterCrash::Changed,
            IndexLeft::Nothing => IndexAfterCrash::Lost,
        };
        place.disk.crash_index(&place.directory, index, index_seed)
    }

    /// Stops a validator in order.
    pub async fn stop(&self, number: usize) {
        let (running, joining) = {
            let mut place = self.place(number);
            place.is_held_down = true;
            (place.running.take(), place.joining.take())
        };
        if joining.is_some() {
            self.hub().detach(number);
        }
        end_joining(joining).await;
        if let Some(Running { node, stop, task }) = running {
            drop(stop);
            if tokio::time::timeout(END_TIMEOUT, task).await.is_err() {
                self.stopped(number, "it did not end when it was told to".to_owned());
            }
            self.hub().detach(number);
            // A disk that is broken has no last checkpoint.
            let _ = node.store.close();
        }
    }

    /// Changes what is wrong with a validator's machine.
    pub fn trouble(&self, number: usize, faults: Faults) {
        let mut place = self.place(number);
        if faults == Faults::default() {
            place.troubles = place.troubles.saturating_sub(1);
        } else {
            place.troubles += 1;
        }
        place.guard.1.set_faults(faults.clone());
        place.disk.set_faults(faults);
    }
}

/// Ends a join; nothing of it goes on when this returns.
async fn end_joining(joining: Option<JoinHandle<()>>) {
    if let Some(joining) = joining {
        joining.abort();
        // It was told to end.
        let _ = joining.await;
    }
}

/// As many events wait for the bridge as in a node.
pub(super) fn bounded(mut unbounded: mpsc::UnboundedReceiver<Event>, network: Network) -> mpsc::Receiver<Event> {
    let (sender, receiver) = mpsc::channel(EVENTS_MAX);
    tokio::spawn(async move {
        while let Some(event) = unbounded.recv().await {
            network.note(&event);
            if sender.send(event).await.is_err() {
                return;
            }
        }
    });
    receiver
}
