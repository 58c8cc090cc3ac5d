//! The blocks that are measured: thousands of operations of one kind, each by or for another account.

use lojal_types::{
    CampaignId, Claim, Grant, Invitation, KeyPair, Operation, Points, Stamp, Take, TimeMs, Transfer,
    VerifiedTransaction,
};
use serde::Serialize;

use super::economy::{Draft, Economy, INVITING, brand};
use super::states::{OFFERED, States};
use super::terms::{COFFEE, COFFEE_PRICE, GIFT, GIFT_MAX, LEVELS, MEMBERSHIP, REWARD, TO_INVITED};
use crate::random::Random;
use crate::workload::reference;

/// The seed of the order in which accounts take part.
const ORDER: u64 = 1;

/// A kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A member gives points to another one: what everything else is compared with.
    Transfer,
    /// An operator counts something on a track with levels.
    Stamp,
    /// An operator grants points.
    GrantPoints,
    /// An operator grants a membership of some days.
    GrantMark,
    /// A member claims points, of whom one fact is required.
    ClaimPoints,
    /// A member pays for a voucher.
    ClaimVoucher,
    /// A member takes a part of another one's offer.
    Take,
    /// A member claims points of a campaign with a list, and shows nothing.
    ClaimUninvited,
    /// A member claims points of the same campaign, and shows its line of the list.
    ClaimInvited,
}

impl Kind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Transfer,
        Self::Stamp,
        Self::GrantPoints,
        Self::GrantMark,
        Self::ClaimPoints,
        Self::ClaimVoucher,
        Self::Take,
        Self::ClaimUninvited,
        Self::ClaimInvited,
    ];
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transfer => "`Transfer`",
            Self::Stamp => "`Stamp` on a track with levels",
            Self::GrantPoints => "`Grant` of points",
            Self::GrantMark => "`Grant` of a membership",
            Self::ClaimPoints => "`Claim` of points, free, one fact required",
            Self::ClaimVoucher => "`Claim` of a voucher for points",
            Self::Take => "`Take` of a part of an offer",
            Self::ClaimUninvited => "`Claim` of points of a campaign with a list",
            Self::ClaimInvited => "the same with an invitation",
        }
    }
}

/// An operation that is about to be made: its number, and the members that it is about.
struct Turn {
    /// No other one has it.
    number: u64,
    /// The member who sends or gets.
    member: usize,
    /// Somebody else.
    other: usize,
}

/// Draws blocks on top of the states.
pub struct Blocks<'a> {
    economy: &'a Economy,
    states: &'a States,
    /// The members in the order in which they take part.
    order: Vec<usize>,
    /// Operations of a block.
    size: usize,
}

impl<'a> Blocks<'a> {
    /// With so many operations in each block: at most one for every two members.
    pub fn new(economy: &'a Economy, states: &'a States, size: usize) -> Self {
        let mut order: Vec<usize> = (0..economy.members.len()).collect();
        let mut random = Random::new(ORDER);
        for place in (1..order.len()).rev() {
            order.swap(place, random.below(place + 1));
        }
        Self { economy, states, order, size }
    }

    /// The block of a kind by its number. Nobody is in a block twice, and in the next one are others.
    pub fn draw(&self, kind: Kind, block: usize) -> Vec<VerifiedTransaction> {
        let time = self.states.time;
        let first = block * self.size;
        let member = |place: usize| self.order[place % self.order.len()];
        let drafts = (first..first + self.size).map(|at| {
            let turn = Turn { number: at as u64, member: member(2 * at), other: member(2 * at + 1) };
            let (key, operation) = self.operation(kind, &turn, time);
            Draft { key, nonce: turn.number, operations: vec![operation] }
        });
        self.economy.sign(time, drafts)
    }

    fn operation(&self, kind: Kind, turn: &Turn, time: TimeMs) -> (KeyPair, Operation) {
        let &Turn { number, member, other } = turn;
        let (brand_of, to, dated) = (brand(number as usize), self.economy.members.address(member), time.day());
        let by_operator = |operation| (self.economy.operator(number), operation);
        let by_member = |operation| (self.economy.members.key(member), operation);
        let grant = |campaign, amount| {
            let reference = reference(b"grant", number);
            by_operator(Operation::Grant(Grant { brand: brand_of, campaign, to, amount, reference, dated }))
        };
        let to_invited = |invitation| by_member(self.claim(INVITING, TO_INVITED, member, invitation));
        match kind {
            Kind::Transfer => by_member(Operation::Transfer(Transfer {
                brand: brand_of,
                from: to,
                to: self.economy.members.address(other),
                amount: Points::new(1 + number % 100),
            })),
            Kind::Stamp => {
                let (track, amount, reference) = (LEVELS, 1 + number % 20, reference(b"stamp", number));
                let stamp = Stamp { brand: brand_of, track, to, amount, place: None, reference, dated };
                by_operator(Operation::Stamp(stamp))
            }
            Kind::GrantPoints => grant(GIFT, 1 + number % GIFT_MAX),
            Kind::GrantMark => grant(MEMBERSHIP, 1),
            Kind::ClaimPoints => by_member(self.claim(number as usize, REWARD, member, None)),
            Kind::ClaimVoucher => by_member(self.claim(number as usize, COFFEE, member, None)),
            Kind::Take => by_member(self.take(other, member)),
            Kind::ClaimUninvited => to_invited(None),
            Kind::ClaimInvited => to_invited(Some(self.economy.invitation(member))),
        }
    }

    /// The claim of a member at a brand by any number.
    fn claim(&self, at: usize, campaign: CampaignId, member: usize, invitation: Option<Invitation>) -> Operation {
        Operation::Claim(Claim {
            brand: brand(at),
            campaign,
            account: self.economy.members.address(member),
            quantity: 1,
            price_max: if campaign == COFFEE { COFFEE_PRICE } else { Points::ZERO },
            referrer: None,
            invitation,
        })
    }

    /// A member takes a tenth of what another one offers.
    fn take(&self, owner: usize, member: usize) -> Operation {
        let amount = Points::new(OFFERED / 10);
        Operation::Take(Take {
            brand: brand(owner),
            owner: self.economy.members.address(owner),
            offer: self.states.offers[owner],
            from: self.economy.members.address(member),
            amount,
            wants: brand(owner + 1),
            max_pay: amount,
            expiry: self.economy.expiry(),
        })
    }
}
