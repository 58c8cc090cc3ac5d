//! Nodes that take the state of a late block from their peers: those that have lost their data, and those that need
//! blocks which nobody keeps any more. All that they ask, check and write is a node's own
//! ([`lojal_consensus::joining`]); of this world are the network below it, the disk, the clock, and whoever tries again
//! after a failure.

use std::collections::BTreeSet;

use lojal_consensus::joining::{Asking, Fall, Joining, JoiningError, Made, Trust};
use lojal_consensus::{Addresses, Clock, Condition, FarBehind, Workers};
use lojal_network::Network;
use lojal_store::{SimulatedDisk, Store, StoreError, import};
use tokio::sync::watch;

use super::life::bounded;
use super::{Place, World};
use crate::history::Join;
use crate::people;

impl World {
    /// A validator that is down loses its data, and with them the engine's log, though not its guard; from its next
    /// start on it joins if there are no data.
    pub fn lose_data(&self, number: usize) -> std::io::Result<()> {
        let mut place = self.place(number);
        place.uncut_guard()?;
        place.disk = SimulatedDisk::new();
        place.wal.erase();
        place.joins = true;
        match std::fs::remove_dir_all(&place.home) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Completes what a join has begun to put in its place; true if a node has to join before it can run.
    pub(super) fn has_to_join(&self, number: usize) -> Result<bool, StoreError> {
        let place = self.place(number);
        import::complete(&place.disk.disk(), &place.home)?;
        Ok(place.joins && !place.directory.exists())
    }

    /// Begins to join.
    pub(super) fn join(&self, number: usize) {
        let (world, mut place) = (self.clone(), self.place(number));
        place.incarnation += 1;
        let incarnation = place.incarnation;
        let (_, home, disk, clock) = self.machine(&place);
        place.joining = Some(tokio::spawn(async move {
            let (known, _) = world.with_named(number, world.of_genesis());
            let asking = world.reach(number, incarnation, known).await;
            let joining = Joining {
                directory: &home,
                disk: disk.disk(),
                genesis: &world.0.genesis,
                addresses: Addresses::default(),
                trust: Trust::Genesis,
                allow_stale: false,
                clock,
                workers: Workers::Tasks,
                draw: None,
            };
            let made = joining.make(&asking).await.map(Some);
            asking.end().await;
            world.settle(number, made).await;
        }));
    }

    /// Begins to fall back, with what a node has whose engine has ended.
    pub(super) fn fall_back(&self, number: usize, store: Store, far_behind: FarBehind) {
        self.hub().trace("far behind", &[number as u64, far_behind.next.get()], &[]);
        let (world, mut place) = (self.clone(), self.place(number));
        place.incarnation += 1;
        let incarnation = place.incarnation;
        let (own, home, disk, clock) = self.machine(&place);
        let (told, _condition) = watch::channel(Condition::Behind);
        place.joining = Some(tokio::spawn(async move {
            let fall = Fall {
                directory: &home,
                disk: disk.disk(),
                addresses: Addresses::default(),
                own,
                store: store.clone(),
                told,
                clock,
                workers: Workers::Tasks,
                draw: None,
            };
            let made = match fall.peers(&far_behind).await {
                Ok(peers) => {
                    let numbers = peers.iter().filter_map(|peer| world.number_of(&peer.id)).collect();
                    let asking = world.reach(number, incarnation, numbers).await;
                    let made = fall.fetch(&asking, far_behind.next).await;
                    asking.end().await;
                    made
                }
                Err(error) => Err(error),
            };
            drop(fall);
            // A disk that is broken has no last checkpoint.
            let _ = store.close();
            drop(store);
            world.settle(number, made).await;
        }));
    }

    /// Puts what was fetched in its place, and starts the node; or has it tried again.
    async fn settle(&self, number: usize, made: Result<Option<Made>, JoiningError>) {
        self.hub().detach(number);
        let outcome = {
            let mut place = self.place(number);
            place.joining = None;
            let outcome = match made {
                Ok(Some(made)) => match import::install(&place.disk.disk(), &place.home, &made.data, !place.joins) {
                    Ok(_) => Ok(made.height),
                    Err(error) => Err(error.to_string()),
                },
                Ok(None) => Err("nobody has a snapshot yet".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            if outcome.is_ok() {
                // It lies with the data.
                place.wal.erase();
                place.joins = false;
            }
            outcome
        };
        if outcome.is_err() && self.power_went(number) {
            return;
        }
        let at_ms = self.now_ms();
        let (height, reason) = (outcome.clone().unwrap_or_default(), outcome.clone().err().unwrap_or_default());
        self.hub().trace("join", &[number as u64, height.get()], reason.as_bytes());
        tracing::info!(number, at_ms, ?outcome, "join");
        self.history().joins.push(Join { node: number, at_ms, outcome: outcome.clone() });
        match outcome {
            Ok(_) => Box::pin(self.try_start(number)).await,
            Err(_) => self.start_later(number),
        }
    }

    /// Goes to the network, to ask and to say nothing else.
    async fn reach(&self, number: usize, incarnation: u64, allowed: BTreeSet<usize>) -> Asking {
        let (network, commands) = Network::without_swarm(people::peer(number));
        let events = bounded(self.hub().attach(number, incarnation, allowed), network.clone());
        self.forward_commands(number, incarnation, commands);
        // A network that is gone is noticed by whoever asks.
        let _ = network.voters(BTreeSet::new()).await;
        Asking::start(network, events)
    }

    fn machine(&self, place: &Place) -> (lojal_network::PeerId, std::path::PathBuf, SimulatedDisk, Clock) {
        (people::peer(place.number), place.home.clone(), place.disk.clone(), Clock::Virtual(self.clock(place)))
    }
}
