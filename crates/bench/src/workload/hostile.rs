//! Members who have others keep more, or work more, than a member should.

use std::ops::Range;
use std::sync::atomic::Ordering;

use lojal_types::limits::HOUSEHOLD_INVITATIONS_MAX;
use lojal_types::{
    Address, CreateHousehold, Invite, Leave, MemberLimits, MemberRole, Operation, SignedTransaction, TimeMs,
};

use super::{Body, Signer, VALIDITY_MS, body};
use crate::cluster::now;
use crate::random::Random;

/// Transactions of one submission.
const FLOOD_BATCH: usize = 10;
/// The time for which points are set aside: to the end of a flood of a minute, as far as it is known when it is signed.
const HOLD_MS: u64 = 75 * 1000;
/// Invitations of one transaction, as many rounds of all that a household can have: each changes the one before it.
const INVITATIONS: usize = 6 * HOUSEHOLD_INVITATIONS_MAX;

/// A way to have every validator keep something for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    /// Households that are created, and left as soon as they are there.
    Households,
    /// A household, and then many invitations in every transaction, which change each other.
    Invitations,
    /// Holds that take no points, because they expire.
    Holds,
}

impl Flood {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Households, Self::Invitations, Self::Holds];

    /// Its name in a table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Households => "households, created and left",
            Self::Invitations => "invitations that change each other",
            Self::Holds => "holds that expire",
        }
    }
}

impl Signer<'_> {
    /// Signs what these members send for a flood, so many submissions of each; the members take turns.
    pub fn presign_flood(&self, flood: Flood, members: Range<usize>, each: usize) -> Vec<Body> {
        let until = now().plus_ms(VALIDITY_MS);
        self.in_parallel(members.len() * each, |index| {
            let (member, turn) = (members.start + index % members.len(), index / members.len());
            body(&self.flood(flood, member, turn, until))
        })
    }
    /// Signs single transfers of these members to each other, so many in each submission; the members take turns.
    pub fn presign_among(&self, members: Range<usize>, count: usize, batch: usize) -> Vec<Body> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let until = now().plus_ms(VALIDITY_MS);
        self.in_parallel(count.div_ceil(batch), |index| {
            let mut random = Random::new((run << 40) + index as u64);
            let from = members.start + index % members.len();
            let mut sign = |_| {
                let to = members.start + (index + 1 + random.below(members.len() - 1)) % members.len();
                let transfer = self.transfer(from, to, &mut random);
                self.signed(&self.members.key(from), random.bits(), until, vec![transfer])
            };
            body(&(0..batch).map(&mut sign).collect::<Vec<_>>())
        })
    }
    fn flood(&self, flood: Flood, member: usize, turn: usize, until: TimeMs) -> Vec<SignedTransaction> {
        let first = (turn * FLOOD_BATCH) as u64;
        let sign = |nonce: u64, operations| self.signed(&self.members.key(member), nonce, until, operations);
        match flood {
            Flood::Households => {
                let start = first - first % (2 * FLOOD_BATCH as u64);
                let leave_or_create = |nonce| {
                    let (create, household) = self.household(member, nonce, until);
                    match turn % 2 {
                        0 => create,
                        _ => sign(nonce, vec![Operation::Leave(Leave { household })]),
                    }
                };
                (start..start + FLOOD_BATCH as u64).map(leave_or_create).collect()
            }
            Flood::Invitations => {
                let (create, household) = self.household(member, 0, until);
                if turn == 0 {
                    return vec![create];
                }
                let invite = |other: usize| {
                    let member =
                        self.members.address((member + 1 + other % HOUSEHOLD_INVITATIONS_MAX) % self.members.len());
                    let is_even = (other / HOUSEHOLD_INVITATIONS_MAX).is_multiple_of(2);
                    let role = if is_even { MemberRole::Child } else { MemberRole::Adult };
                    let limits = MemberLimits::default();
                    Operation::Invite(Invite { household, member, role, limits })
                };
                let invites = |nonce| sign(nonce, (0..INVITATIONS).map(invite).collect());
                (first..first + FLOOD_BATCH as u64).map(invites).collect()
            }
            Flood::Holds => {
                let mut random = Random::new(((member as u64) << 24) + turn as u64);
                let mut hold = |nonce| sign(nonce, vec![self.hold(member, now().plus_ms(HOLD_MS), &mut random, until)]);
                (first..first + FLOOD_BATCH as u64).map(&mut hold).collect()
            }
        }
    }
    /// The transaction that creates a household, and its address.
    fn household(&self, member: usize, nonce: u64, until: TimeMs) -> (SignedTransaction, Address) {
        let create = vec![Operation::CreateHousehold(CreateHousehold {})];
        let signed = self.signed(&self.members.key(member), u64::MAX - nonce, until, create);
        let household = Address::of_household(&self.chain, &signed.transaction.id(&self.chain), 0);
        (signed, household)
    }
}
