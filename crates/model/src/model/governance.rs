//! Governance once more: every motion is remembered for ever, and power is summed up from scratch.

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::governance::digest_of;
use lojal_types::{
    Action, Activate, Address, Approve, Code, Endpoint, Hash, Height, MotionId, MotionStatus, Name, Propose, PublicKey,
    Readiness, SetEndpoint, Validator, Withdraw,
};

use super::{HOUR_MS, MINUTE_MS, Model, ensure};

/// A motion, as it was put forward and as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Motion {
    pub(crate) by: Name,
    pub(crate) actions: Vec<Action>,
    pub(crate) digest: Hash,
    pub(crate) created: u64,
    pub(crate) lapses: u64,
    pub(crate) approvals: BTreeSet<Name>,
    /// The times of the last signs of life, by the places of the actions.
    pub(crate) ready: BTreeMap<u8, u64>,
    pub(crate) status: MotionStatus,
    /// The number of motions that were decided before, once it is.
    pub(crate) decided: Option<u64>,
}

/// A seat: its governor, the address of its node, the block that gave it.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) governor: Address,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) since: u64,
}

/// A node without a vote.
#[derive(Clone, Debug)]
pub(crate) struct Follower {
    pub(crate) network_key: PublicKey,
    pub(crate) sponsor: Name,
    pub(crate) endpoint: Option<Endpoint>,
}

impl Model {
    /// Motions whose time is over lapse, a version whose block has come begins, and parameters that were decided hold.
    pub(super) fn begin_governance(&mut self) {
        let over = self.tables.motions.iter().filter(|(_, one)| one.decided.is_none() && one.lapses <= self.time);
        for id in over.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.end_motion(id, MotionStatus::Lapsed);
        }
        let (version, scheduled) = self.version();
        if let Some((next, _)) = scheduled.filter(|(_, height)| *height <= self.height) {
            self.tables.version.set((), (next, None));
        } else {
            self.tables.version.set((), (version, scheduled));
        }
        self.take_parameters();
    }

    pub(crate) fn version(&self) -> (u32, Option<(u32, u64)>) {
        self.tables.version.get(&()).copied().expect("set at genesis")
    }

    /// The motions that can still be decided.
    pub(crate) fn open_motions(&self) -> impl Iterator<Item = (MotionId, &Motion)> {
        let motions = self.tables.motions.iter().map(|(id, motion)| (*id, motion));
        motions.filter(|(_, motion)| motion.decided.is_none())
    }

    /// The motions that can still be asked for.
    pub(crate) fn known_motions(&self) -> impl Iterator<Item = (MotionId, &Motion)> {
        let decided = self.tables.motions.iter().filter(|(_, motion)| motion.decided.is_some()).count() as u64;
        let motions = self.tables.motions.iter().map(|(id, motion)| (*id, motion));
        motions.filter(move |(_, motion)| motion.decided.is_none_or(|before| before + 64 >= decided))
    }

    pub(crate) fn seat_of(&self, governor: Address) -> Option<Name> {
        self.tables.seats.iter().find(|(_, seat)| seat.governor == governor).map(|(name, _)| name.clone())
    }

    fn governed(&self, sender: Address) -> Result<Name, Code> {
        self.seat_of(sender).ok_or(Code::NotGovernor)
    }

    fn motion(&self, id: MotionId) -> Result<Motion, Code> {
        let found = self.known_motions().find(|(known, _)| *known == id).map(|(_, motion)| motion.clone());
        let motion = found.ok_or(Code::UnknownMotion)?;
        ensure(motion.decided.is_none(), Code::MotionClosed)?;
        Ok(motion)
    }

    fn end_motion(&mut self, id: MotionId, status: MotionStatus) {
        let before = self.tables.motions.iter().filter(|(_, motion)| motion.decided.is_some()).count() as u64;
        let motion = self.tables.motions.get(&id).cloned().expect("it is there");
        self.tables.motions.set(id, Motion { status, decided: Some(before), ..motion });
    }

    /// Tells whether those who approve have more than two thirds of the power.
    pub(crate) fn is_enough(&self, motion: &Motion) -> bool {
        let (mut all, mut approving) = (0_u128, 0_u128);
        for (name, validator) in self.tables.validators.iter() {
            all += u128::from(validator.power);
            approving += if motion.approvals.contains(name) { u128::from(validator.power) } else { 0 };
        }
        approving * 3 > all * 2
    }

    /// The keys whose signs of life a motion needs as things stand, by the places of the actions.
    pub(crate) fn awaited(&self, motion: &Motion) -> BTreeMap<u8, PublicKey> {
        let mut keys = BTreeMap::new();
        for (index, action) in (0_u8..).zip(&motion.actions) {
            match action {
                Action::AddValidator(add) => drop(keys.insert(index, add.validator.public_key)),
                Action::SetKeys(set) => drop(keys.insert(index, set.public_key)),
                Action::SetPower(set) => {
                    if let Some(one) = self.tables.validators.get(&set.name).filter(|one| set.power > one.power) {
                        keys.insert(index, one.public_key);
                    }
                }
                _ => {}
            }
        }
        keys
    }

    pub(super) fn put_forward(&mut self, sender: Address, propose: &Propose) -> Result<(), Code> {
        let by = self.governed(sender)?;
        let own = self.open_motions().filter(|(_, motion)| motion.by == by).count();
        ensure(self.open_motions().count() < 64 && own < 8, Code::TooManyMotions)?;
        let tables = self.tables.clone();
        let could_happen = self.enact(&propose.actions);
        self.tables = tables;
        could_happen?;
        let id = MotionId::new(self.tables.motions.iter().count() as u64 + 1);
        let lapse = self.tables.settings.get(&()).map_or(0, |settings| settings.motion_lapse_ms);
        let motion = Motion {
            approvals: BTreeSet::from([by.clone()]),
            by,
            actions: propose.actions.to_vec(),
            digest: digest_of(&self.chain, &propose.actions),
            created: self.time,
            lapses: self.time + lapse,
            ready: BTreeMap::new(),
            status: MotionStatus::Open,
            decided: None,
        };
        self.tables.motions.set(id, motion.clone());
        if self.is_enough(&motion) {
            self.decide(id, motion);
        }
        Ok(())
    }

    pub(super) fn approve(&mut self, sender: Address, approve: &Approve) -> Result<(), Code> {
        let by = self.governed(sender)?;
        let mut motion = self.motion(approve.motion)?;
        ensure(motion.digest == approve.digest, Code::MotionDiffers)?;
        let is_new = motion.approvals.insert(by);
        let counts = is_new || motion.status == MotionStatus::Open;
        if counts && self.is_enough(&motion) {
            self.decide(approve.motion, motion);
            return Ok(());
        }
        ensure(is_new, Code::AlreadyApproved)?;
        self.tables.motions.set(approve.motion, motion);
        Ok(())
    }

    pub(super) fn withdraw(&mut self, sender: Address, withdraw: &Withdraw) -> Result<(), Code> {
        let by = self.governed(sender)?;
        ensure(self.motion(withdraw.motion)?.by == by, Code::NotProposer)?;
        self.end_motion(withdraw.motion, MotionStatus::Withdrawn);
        Ok(())
    }

    pub(super) fn activate(&mut self, sender: Address, activate: &Activate) -> Result<(), Code> {
        self.governed(sender)?;
        let mut motion = self.motion(activate.motion)?;
        let awaited = self.awaited(&motion);
        ensure(self.is_enough(&motion) && !awaited.is_empty(), Code::NothingToActivate)?;
        for sign in activate.signs.iter() {
            let signed = sign.time_ms.get();
            ensure(signed + 10 * MINUTE_MS >= self.time && signed <= self.time + 2_000, Code::SignOfLifeStale)?;
            let key = awaited.get(&sign.index).ok_or(Code::SignOfLifeInvalid)?;
            let (index, time_ms) = (sign.index, sign.time_ms);
            let readiness = Readiness { motion: activate.motion, digest: motion.digest, index, time_ms };
            ensure(key.verify(&readiness.signing_bytes(&self.chain), &sign.signature), Code::SignOfLifeInvalid)?;
            motion.ready.insert(index, signed);
        }
        self.decide(activate.motion, motion);
        Ok(())
    }

    pub(super) fn set_endpoint(&mut self, sender: Address, set: &SetEndpoint) -> Result<(), Code> {
        let name = self.governed(sender)?;
        check_endpoint(set.endpoint.as_ref())?;
        let seat = self.tables.seats.get(&name).cloned().expect("it has a seat");
        self.tables.seats.set(name, Seat { endpoint: set.endpoint.clone(), ..seat });
        Ok(())
    }

    /// Decides a motion that enough approve.
    fn decide(&mut self, id: MotionId, mut motion: Motion) {
        let awaited = self.awaited(&motion);
        let is_ready = |index: &u8| motion.ready.get(index).is_some_and(|at| at + 10 * MINUTE_MS >= self.time);
        let height = Height::new(self.height);
        if !awaited.keys().all(is_ready) {
            if motion.status == MotionStatus::Open {
                motion.status = MotionStatus::Approved { height };
            }
            self.tables.motions.set(id, motion);
            return;
        }
        self.tables.motions.set(id, motion.clone());
        let tables = self.tables.clone();
        let status = match self.enact(&motion.actions) {
            Ok(()) => MotionStatus::Enacted { height },
            Err(code) => {
                self.tables = tables;
                MotionStatus::Failed { code }
            }
        };
        self.end_motion(id, status);
        // Only the ballots of the motion itself stay as they were when it was decided.
        let ended = self.tables.motions.get(&id).cloned().expect("it was just ended");
        self.tables.motions.set(id, Motion { approvals: motion.approvals, ..ended });
    }

    /// Does everything that a motion asks for. After an error the caller takes back what was done.
    fn enact(&mut self, actions: &[Action]) -> Result<(), Code> {
        let mut gone = BTreeSet::new();
        for action in actions {
            match action {
                Action::RemoveValidator(remove) => {
                    self.remove_validator(&remove.name)?;
                    gone.insert(remove.name.clone());
                }
                Action::AddValidator(_) | Action::SetKeys(_) | Action::SetPower(_) => self.change_validator(action)?,
                _ => self.decree(action)?,
            }
        }
        self.check_validators()?;
        if gone.is_empty() {
            return Ok(());
        }
        let open: Vec<(MotionId, Motion)> = self.open_motions().map(|(id, motion)| (id, motion.clone())).collect();
        for (id, mut motion) in open {
            motion.approvals.retain(|name| !gone.contains(name));
            if !self.is_enough(&motion) {
                motion.status = MotionStatus::Open;
            }
            self.tables.motions.set(id, motion);
        }
        Ok(())
    }

    fn remove_validator(&mut self, name: &Name) -> Result<(), Code> {
        self.tables.validators.remove(name).ok_or(Code::UnknownValidator)?;
        self.tables.seats.remove(name);
        let followers = self.tables.followers.iter().filter(|(_, one)| one.sponsor == *name);
        for follower in followers.map(|(follower, _)| follower.clone()).collect::<Vec<_>>() {
            self.tables.followers.remove(&follower);
        }
        Ok(())
    }

    fn change_validator(&mut self, action: &Action) -> Result<(), Code> {
        let known =
            |model: &Self, name: &Name| model.tables.validators.get(name).cloned().ok_or(Code::UnknownValidator);
        match action {
            Action::AddValidator(add) => {
                let Validator { name, public_key, network_key, .. } = &add.validator;
                let governor = Address::of_key(&add.governor);
                let is_free = !self.tables.validators.contains(name) && self.seat_of(governor).is_none();
                ensure(is_free, Code::ValidatorExists)?;
                ensure(add.governor.is_valid(), Code::InvalidKey)?;
                ensure(add.proof.holds(&self.chain, name, public_key, network_key), Code::NodeProofInvalid)?;
                check_endpoint(add.endpoint.as_ref())?;
                let seat = Seat { governor, endpoint: add.endpoint.clone(), since: self.height };
                self.tables.seats.set(name.clone(), seat);
                self.tables.validators.set(name.clone(), add.validator.clone());
                if !self.tables.accounts.contains(&governor) {
                    self.tables.accounts.set(governor, Default::default());
                }
            }
            Action::SetKeys(set) => {
                let validator = known(self, &set.name)?;
                let (public_key, network_key) = (set.public_key, set.network_key);
                ensure(set.proof.holds(&self.chain, &set.name, &public_key, &network_key), Code::NodeProofInvalid)?;
                self.tables.validators.set(set.name.clone(), Validator { public_key, network_key, ..validator });
            }
            Action::SetPower(set) => {
                let validator = known(self, &set.name)?;
                self.tables.validators.set(set.name.clone(), Validator { power: set.power, ..validator });
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks that those who are left after a motion are a set.
    fn check_validators(&self) -> Result<(), Code> {
        let validators: Vec<&Validator> = self.tables.validators.iter().map(|(_, one)| one).collect();
        let keys: Vec<PublicKey> = validators.iter().flat_map(|one| [one.public_key, one.network_key]).collect();
        let distinct = keys.iter().collect::<BTreeSet<_>>().len() == keys.len();
        let powers_hold = validators.iter().all(|one| (1..=1 << 40).contains(&one.power));
        let names = validators.iter().zip(0..).map(|(one, at): (_, usize)| (at, one.name.as_str()));
        let alike = lojal_types::name::confusable(names).is_some();
        let count_holds = (1..=64).contains(&validators.len());
        let holds = distinct && powers_hold && count_holds && !alike && keys.iter().all(PublicKey::is_valid);
        ensure(holds, Code::ValidatorSetInvalid)
    }
}

pub(super) fn check_endpoint(endpoint: Option<&Endpoint>) -> Result<(), Code> {
    ensure(endpoint.is_none_or(Endpoint::is_valid), Code::EndpointInvalid)
}

/// True if a motion can lapse after so long.
pub(super) fn lapse_holds(lapse: u64) -> bool {
    (HOUR_MS..=90 * 24 * HOUR_MS).contains(&lapse)
}
