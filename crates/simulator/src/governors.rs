//! The people who govern a network whose validators change: they put motions forward, approve them, ask nodes for their
//! signs of life and hand those in.

use std::sync::Arc;
use std::time::Duration;

use lojal_ledger::record::Motion;
use lojal_ledger::{Missing, View};
use lojal_types::governance::digest_of;
use lojal_types::{
    Action, Activate, Approve, Bounded, Hash, KeyPair, MotionId, MotionStatus, Name, Operation, Outcome, Propose,
    PublicKey, Readiness, SignOfLife, TimeMs, ValidatorSet, Withdraw,
};

use crate::change::{Change, Step};
use crate::clients::submit;
use crate::people;
use crate::world::World;
use lojal_random::Random;

/// The time after which a motion is given up.
const PATIENCE_MS: u64 = 15_000;
/// Time between two looks at what became of something.
const LOOK_MS: u64 = 50;
/// The time after which a transaction is submitted again.
const RETRY_MS: u64 = 1_500;
/// The longest time between two of their deeds.
const PAUSE_MS_MAX: u64 = 250;
/// The number of a thousand tries to activate a motion that begin with a sign of life that doesn't hold.
const FORGED_PERMILLE: u64 = 400;
/// The age of a sign of life that is too old.
const STALE_MS: u64 = 11 * 60 * 1_000;

/// Brings a change of the validators about, or gives it up.
pub async fn bring_about(world: World, number: usize, change: Change, end_ms: u64, seed: u64) {
    tokio::time::sleep(Duration::from_millis(change.at_ms.saturating_sub(world.now_ms()))).await;
    let random = Random::of(seed, &format!("change {number}"));
    let until_ms = end_ms.min(change.at_ms + PATIENCE_MS);
    let mut errand = Errand { world, random, number, until_ms, has_forged: false };
    while !errand.is_late() {
        if let Some((motion, by)) = errand.put_forward(&change.steps).await {
            match errand.carry(motion).await {
                Some(MotionStatus::Enacted { .. }) => return,
                // Somebody has withdrawn it, or it can't happen any more.
                Some(_) => {}
                None => errand.give_up(motion, &by).await,
            }
        }
        errand.pause().await;
    }
}

/// A change of the validators, as far as it has come.
struct Errand {
    world: World,
    random: Random,
    number: usize,
    until_ms: u64,
    /// True once a sign of life was handed in that doesn't hold.
    has_forged: bool,
}

impl Errand {
    fn is_late(&self) -> bool {
        self.world.now_ms() >= self.until_ms
    }

    async fn pause(&mut self) {
        let ms = self.random.between(LOOK_MS..=PAUSE_MS_MAX);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    /// The answer of the furthest node's state; none if no node runs, or has it.
    fn read<T>(&self, question: impl FnMut(&View) -> Result<T, Missing>) -> Option<T> {
        self.world.furthest()?.store.read(question).ok()
    }

    /// Has some validator propose the steps; the motion, and the name of that validator.
    async fn put_forward(&mut self, steps: &[Step]) -> Option<(MotionId, Name)> {
        let validators = self.read(|view| Ok(view.validators().clone()))?;
        let actions = steps.iter().zip(0..).map(|(step, index): (_, usize)| {
            let name = format!("joined-{}-{index}", self.number).parse().expect("a valid name");
            self.world.action(step, name, &validators)
        });
        let actions = Bounded::new(actions.collect::<Option<Vec<Action>>>()?).ok()?;
        let digest = digest_of(&self.world.chain(), &actions);
        let by = self.random.pick(validators.validators())?.name.clone();
        let outcome = self.submit_for(&by, Operation::Propose(Propose { actions })).await?;
        if outcome != Outcome::Applied {
            return None;
        }
        let motion = self.read(|view| newest(view, digest))??;
        Some((motion, by))
    }

    /// Withdraws the motion, if that can be done soon.
    async fn give_up(&mut self, motion: MotionId, by: &Name) {
        self.until_ms = self.world.now_ms() + RETRY_MS;
        self.submit_for(by, Operation::Withdraw(Withdraw { motion })).await;
        self.until_ms = 0;
    }

    /// Brings the motion to its end; none if that takes too long.
    async fn carry(&mut self, id: MotionId) -> Option<MotionStatus> {
        while !self.is_late() {
            if let Some((validators, motion)) = self.read(|view| Ok((view.validators().clone(), view.motion(id)?))) {
                let motion = motion?;
                match motion.status {
                    MotionStatus::Open => self.approve(id, &motion, &validators).await,
                    MotionStatus::Approved { .. } => self.activate(id, &motion, &validators).await,
                    ended => return Some(ended),
                }
            }
            self.pause().await;
        }
        None
    }

    /// Has one more validator approve; one that has already if all have, since then all are counted anew.
    async fn approve(&mut self, id: MotionId, motion: &Motion, validators: &ValidatorSet) {
        let silent = validators.validators().iter().filter(|one| !motion.approvals.contains(&one.name));
        let silent: Vec<_> = silent.cloned().collect();
        let Some(by) = self.random.pick(&silent).or_else(|| self.random.pick(validators.validators())) else { return };
        let power = motion.approving_power(validators).saturating_add(by.power);
        if motion.awaited(validators).is_empty() && validators.is_quorum(power) {
            self.world.change_is_asked();
        }
        let approve = Approve { motion: id, digest: motion.digest };
        self.submit_for(&by.name, Operation::Approve(approve)).await;
    }

    /// Hands in the signs of life that the motion waits for, if all the nodes give them.
    async fn activate(&mut self, id: MotionId, motion: &Motion, validators: &ValidatorSet) {
        let awaited = motion.awaited(validators);
        let Some(by) = self.random.pick(validators.validators()) else { return };
        let mut signs = Vec::new();
        for (index, key) in &awaited {
            let node = self.world.holder(key).and_then(|holder| self.world.node(holder));
            let Some(life) = node.and_then(|node| node.life) else { continue };
            match life.signs(id).await {
                Ok(given) => signs.extend(given.into_iter().filter(|sign| sign.index == *index)),
                Err(reason) => tracing::debug!(motion = %id, index, %reason, "no sign of life"),
            }
        }
        if !self.has_forged
            && self.random.permille(FORGED_PERMILLE)
            && let Some(forged) = self.forged(id, motion, &awaited)
        {
            self.has_forged = true;
            let signs = Bounded::from([forged]);
            self.submit_for(&by.name, Operation::Activate(Activate { motion: id, signs })).await;
        }
        if signs.len() < awaited.len() {
            return;
        }
        let Ok(signs) = Bounded::new(signs) else { return };
        self.world.change_is_asked();
        self.submit_for(&by.name, Operation::Activate(Activate { motion: id, signs })).await;
    }

    /// A sign of life by somebody else's key, or one that is too old.
    fn forged(&mut self, id: MotionId, motion: &Motion, awaited: &[(u8, PublicKey)]) -> Option<SignOfLife> {
        let (index, key) = self.random.pick(awaited)?;
        let (now, holder) = (self.world.now(), self.world.holder(&key)?);
        let (signer, time_ms): (KeyPair, TimeMs) = if self.random.coin() {
            (people::validator((holder + 1) % self.world.nodes()), now)
        } else {
            (people::validator(holder), TimeMs::new(now.get().checked_sub(STALE_MS)?).ok()?)
        };
        let readiness = Readiness { motion: id, digest: motion.digest, index, time_ms };
        let signature = signer.sign(&readiness.signing_bytes(&self.world.chain()));
        Some(SignOfLife { index, time_ms, signature })
    }

    /// Submits a transaction of whoever speaks for a validator until it is final; its outcome, unless it is refused or
    /// takes too long.
    async fn submit_for(&mut self, seat: &Name, operation: Operation) -> Option<Outcome> {
        tracing::info!(number = self.number, %seat, ?operation, "a governor acts");
        let signed = Arc::new(self.world.workload().histories().speak_for(seat, operation, self.world.now())?);
        let id = signed.transaction.id(&self.world.chain());
        let mut asked_ms = None;
        while !self.is_late() {
            let (now_ms, furthest) = (self.world.now_ms(), self.world.furthest());
            if let Some(node) = furthest
                && asked_ms.is_none_or(|asked_ms| now_ms >= asked_ms + RETRY_MS)
            {
                asked_ms = Some(now_ms);
                let holders = self.world.holders(node.store.view().validators());
                let mut answers = Vec::new();
                for at in self.random.some_of(holders.len(), 2) {
                    answers.extend(submit(&self.world, holders[at], id, &signed).await);
                }
                if answers.contains(&false) && !answers.contains(&true) {
                    tracing::debug!(number = self.number, "refused");
                    return None;
                }
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
            let found = self.world.furthest().and_then(|node| node.store.transaction(&id).ok().flatten());
            if let Some(placed) = found {
                let (number, at_ms) = (self.number, self.world.now_ms());
                tracing::info!(number, at_ms, height = %placed.height, outcome = ?placed.outcome, "a governor's deed");
                return Some(placed.outcome);
            }
        }
        None
    }
}

/// The newest motion with these actions.
fn newest(view: &View, digest: Hash) -> Result<Option<MotionId>, Missing> {
    let register = view.register()?;
    let mut newest = None;
    for id in register.open.iter().map(|open| open.motion).chain(register.closed.iter().copied()) {
        if view.motion(id)?.is_some_and(|motion| motion.digest == digest) {
            newest = newest.max(Some(id));
        }
    }
    Ok(newest)
}
