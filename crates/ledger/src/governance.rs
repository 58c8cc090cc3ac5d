//! The questions about governance that a version of the state answers: who runs the network, and what they decide.

use lojal_types::{MotionId, Name, Settings, Validator};

use crate::key::{FollowersKey, MotionKey, RegisterKey, SeatKey, SettingsKey};
use crate::record::{Follower, Motion, Register, Seat};
use crate::state::View;

impl View {
    /// The settings of governance.
    pub fn settings(&self) -> Settings {
        self.get(&SettingsKey).expect("written at genesis and never removed")
    }
    /// The numbers of the motions that there are.
    pub fn register(&self) -> Register {
        self.get(&RegisterKey).expect("written at genesis and never removed")
    }
    /// A motion, if it is undecided or one of the last that were decided.
    pub fn motion(&self, id: MotionId) -> Option<Motion> {
        self.get(&MotionKey(id))
    }
    /// The seat of a validator.
    pub fn seat(&self, name: &Name) -> Option<Seat> {
        self.get(&SeatKey(name.clone()))
    }
    /// The validators that decide the next block, in canonical order, with their seats.
    pub fn seats(&self) -> Vec<(Validator, Seat)> {
        let seat = |validator: &Validator| {
            let seat = self.seat(&validator.name).expect("every validator has a seat");
            (validator.clone(), seat)
        };
        self.validators().validators().iter().map(seat).collect()
    }
    /// The nodes without a vote that may follow the network, by name.
    pub fn followers(&self) -> Vec<Follower> {
        self.get(&FollowersKey).unwrap_or_default().followers.into_inner()
    }
}
