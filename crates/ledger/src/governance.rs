//! The questions about governance that a version of the state answers: who runs the network, and what they decide.

use lojal_types::{MotionId, Name, Settings, Validator};

use crate::key::{FollowersKey, MotionKey, RegisterKey, SeatKey, SettingsKey};
use crate::record::{Follower, Motion, Register, Seat};
use crate::state::View;
use crate::tree::Missing;

impl View {
    /// The settings of governance.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn settings(&self) -> Result<Settings, Missing> {
        Ok(self.get(&SettingsKey)?.expect("written at genesis and never removed"))
    }
    /// The numbers of the motions that there are.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn register(&self) -> Result<Register, Missing> {
        Ok(self.get(&RegisterKey)?.expect("written at genesis and never removed"))
    }
    /// A motion, if it is undecided or one of the last that were decided.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn motion(&self, id: MotionId) -> Result<Option<Motion>, Missing> {
        self.get(&MotionKey(id))
    }
    /// The seat of a validator.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn seat(&self, name: &Name) -> Result<Option<Seat>, Missing> {
        self.get(&SeatKey(name.clone()))
    }
    /// The validators that decide the next block, in canonical order, with their seats.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn seats(&self) -> Result<Vec<(Validator, Seat)>, Missing> {
        let seat = |validator: &Validator| {
            let seat = self.seat(&validator.name)?.expect("every validator has a seat");
            Ok((validator.clone(), seat))
        };
        self.validators().validators().iter().map(seat).collect()
    }
    /// The nodes without a vote that may follow the network, by name.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn followers(&self) -> Result<Vec<Follower>, Missing> {
        Ok(self.get(&FollowersKey)?.unwrap_or_default().followers.into_inner())
    }
}
