//! The questions about governance that a version of the state answers: who runs the network, and what they decide.

use lojal_types::{Approvals, BrandId, MotionId, Name, Settings, Validator};

use crate::key::{
    BrandMotionKey, BrandRegisterKey, ClosingsKey, FollowersKey, MotionKey, RegisterKey, SeatKey, SettingsKey,
};
use crate::record::{BrandMotion, Follower, Motion, Register, Seat};
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
    /// The number of its admins that a brand asks for, and its wait.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn approvals(&self, brand: BrandId) -> Result<Approvals, Missing> {
        Ok(self.get(&BrandRegisterKey(brand))?.unwrap_or_default().approvals)
    }
    /// The brands that have left by the last block.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn closed_brands(&self) -> Result<Vec<BrandId>, Missing> {
        let closings = self.get(&ClosingsKey)?.unwrap_or_default();
        Ok(closings.closed_at(self.tip().time_ms).collect())
    }
    /// The motions of a brand's admins that are undecided after the last block, by number.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn brand_motions(&self, brand: BrandId) -> Result<Vec<(MotionId, BrandMotion)>, Missing> {
        let register = self.get(&BrandRegisterKey(brand))?.unwrap_or_default();
        let motion = |motion: &MotionId| {
            let record = self.get(&BrandMotionKey { brand, motion: *motion })?;
            Ok((*motion, record.expect("every motion in the register has a record")))
        };
        let mut motions = register.open.iter().map(motion).collect::<Result<Vec<_>, Missing>>()?;
        motions.retain(|(_, motion)| self.tip().time_ms < motion.lapses_ms());
        Ok(motions)
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
