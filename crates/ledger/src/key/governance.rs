//! The keys of governance.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Address, MotionId, Name, Settings};

use super::StateKey;
use crate::record::{Followers, Governor, Motion, Protocol, Register, Seat};

/// The version of the protocol in force, and the one that is scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProtocolKey;
impl StateKey for ProtocolKey {
    const KIND: u8 = 7;
    type Record = Protocol;
}

/// The numbers of the motions that are undecided, and of the last that were decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RegisterKey;
impl StateKey for RegisterKey {
    const KIND: u8 = 8;
    type Record = Register;
}

/// A motion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MotionKey(pub MotionId);
impl StateKey for MotionKey {
    const KIND: u8 = 9;
    type Record = Motion;
}

/// The seat of the validator with a name.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SeatKey(pub Name);
impl StateKey for SeatKey {
    const KIND: u8 = 10;
    type Record = Seat;
}

/// The nodes without a vote that may follow the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FollowersKey;
impl StateKey for FollowersKey {
    const KIND: u8 = 11;
    type Record = Followers;
}

/// The settings of governance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SettingsKey;
impl StateKey for SettingsKey {
    const KIND: u8 = 12;
    type Record = Settings;
}

/// The seat for which an account speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GovernorKey(pub Address);
impl StateKey for GovernorKey {
    const KIND: u8 = 36;
    type Record = Governor;
}
