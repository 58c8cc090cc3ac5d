//! The keys of motions of brands' admins.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{BrandId, MotionId};

use super::StateKey;
use crate::record::{BrandMotion, BrandRegister};

/// The settings of a brand's admins about their motions, and the motions that are undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BrandRegisterKey(pub BrandId);
impl StateKey for BrandRegisterKey {
    const KIND: u8 = 28;
    type Record = BrandRegister;
}

/// A motion of a brand's admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BrandMotionKey {
    /// The brand.
    pub brand: BrandId,
    /// The number of the motion.
    pub motion: MotionId,
}
impl StateKey for BrandMotionKey {
    const KIND: u8 = 29;
    type Record = BrandMotion;
}
