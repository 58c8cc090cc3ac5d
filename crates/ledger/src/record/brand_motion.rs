//! The records of motions of brands' admins.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::{BRAND_MOTION_LAPSE_MS, BRAND_MOTIONS_MAX, OPERATORS_MAX};
use lojal_types::{Address, Approvals, Bounded, BrandActions, Hash, MotionId, TimeMs};

/// The settings of a brand's admins about their motions, and the numbers of those that are undecided. A brand without
/// it is as it began.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BrandRegister {
    /// The number of admins that the brand asks for, and its wait.
    pub approvals: Approvals,
    /// The number of the next motion.
    pub next: MotionId,
    /// The motions that are undecided, by number. Some whose time is over may still stand here.
    pub open: Bounded<MotionId, 0, BRAND_MOTIONS_MAX>,
}

impl Default for BrandRegister {
    fn default() -> Self {
        Self { approvals: Approvals::default(), next: MotionId::new(1), open: Bounded::default() }
    }
}

/// A motion of a brand's admins that is undecided.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BrandMotion {
    /// The admin who has put it forward.
    pub by: Address,
    /// The actions.
    pub actions: BrandActions,
    /// The digest of the brand and the actions.
    pub digest: Hash,
    /// The time at which it was put forward.
    pub created_ms: TimeMs,
    /// The admins who approve it, sorted.
    pub approved_by: Bounded<Address, 0, OPERATORS_MAX>,
    /// The admins who want it stopped, sorted.
    pub stopped_by: Bounded<Address, 0, OPERATORS_MAX>,
    /// The time from which on an approval carries it out, once enough have approved it and it has to wait.
    pub from_ms: Option<TimeMs>,
}

impl BrandMotion {
    /// The time from which on it has lapsed: "A motion lapses 14 days after it was proposed or, if it waits, 14 days
    /// after the end of its wait." (protocol, Brands)
    pub fn lapses_ms(&self) -> TimeMs {
        self.from_ms.unwrap_or(self.created_ms).plus_ms(BRAND_MOTION_LAPSE_MS)
    }
}
