//! The grocer's programme and what the crowd gets of it: stamps, levels and gifts, vouchers that are used or left to
//! lapse, and all of that taken back. Campaigns close within weeks, and others follow them.

use lojal_types::{
    Campaign, Day, Hash, Operation, Payment, Period, Points, Reference, Salt, TimeMs, VerifiedTransaction,
    VoucherRequest, claim_reference,
};

use super::{Act, Crowd, remember};
use crate::fixture::*;
use crate::key::VouchersKey;

/// The track that claims use up, and the one with levels.
const CARD: u16 = 1;
const LEVELS: u16 = 2;
/// The days for which a campaign is open.
const OPEN_DAYS: u64 = 25;
/// The price of a unit of what is bought.
const PRICE: u64 = 20;

/// The kinds of campaigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gifts,
    GiftOfCoffee,
    Card,
    Coffees,
    Meals,
    Club,
}

const KINDS: [Kind; 6] = [Kind::Gifts, Kind::GiftOfCoffee, Kind::Card, Kind::Coffees, Kind::Meals, Kind::Club];

/// A claim that was paid: whose, its reference with its day, and the price.
type Paid = (u8, (Reference, Day), u64);

/// The programme as the crowd knows it.
#[derive(Default)]
pub(super) struct Programme {
    campaigns: Vec<(Kind, u32, Campaign)>,
    last: u32,
    /// Stamps: the member, the units, and the receipt.
    stamps: Vec<(u8, u64, String)>,
    paid: Vec<Paid>,
    /// Redemptions that answered a request: the member, the points, and the request.
    pub(super) redeemed: Vec<(u8, u64, String)>,
}

impl Programme {
    /// The number of a campaign of a kind that is open.
    fn open(&self, kind: Kind, time: TimeMs) -> Option<(u32, &Campaign)> {
        let of_kind = self.campaigns.iter().filter(|(one, _, _)| *one == kind);
        of_kind.filter(|(_, _, terms)| time < terms.closes_ms).map(|(_, number, terms)| (*number, terms)).next()
    }
}

impl Crowd {
    /// The tracks of the grocer, which has neither at first.
    pub(super) fn begin_tracks(ledger: &mut Ledger) {
        ledger.apply(TILL, set_track(GROCER, CARD, rolling(3, &[])));
        ledger.apply(TILL, set_track(GROCER, LEVELS, rolling(3, &[(300, 2), (900, 4)])));
    }

    /// Something that the programme is for.
    pub(super) fn programme(&mut self, time: TimeMs) -> Act {
        match self.random.within(0..14) {
            0..=2 => self.stamped(),
            3 => self.unstamped(),
            4..=5 => self.renew(time),
            6 => self.granted(time),
            7..=9 => self.claimed(time),
            10..=11 => self.used(time),
            12 => self.refunded(),
            _ => {
                let (member, _) = self.member();
                let consents = u8::try_from(self.random.within(0..16)).expect("four bits");
                Some((member, vec![set_consent(GROCER, consents)]))
            }
        }
    }

    /// The vouchers that are over and that nothing has removed yet.
    pub(in super::super) fn lapsed_vouchers(&self) -> usize {
        let key = |account| VouchersKey { account, brand: brand(GROCER) };
        let records = self.people.iter().filter_map(|(_, own)| self.ledger.view().get(&key(*own)).expect("in memory"));
        let today = self.ledger.now().day();
        records.map(|record| record.vouchers.iter().filter(|voucher| voucher.until < today).count()).sum()
    }

    /// Remembers a claim of something that has a price, whose reference only its transaction gives.
    pub(super) fn note(&mut self, (sender, time): (u8, TimeMs), transaction: &VerifiedTransaction) {
        let [Operation::Claim(claim)] = &transaction.transaction().operations[..] else { return };
        if claim.price_max > Points::ZERO {
            let reference = claim_reference(&self.ledger.genesis.chain_id(), &transaction.id(), 0);
            remember(&mut self.programme.paid, (sender, (reference, time.day()), claim.price_max.get()));
        }
    }

    /// The member, or now and then a household of it.
    fn stamped(&mut self) -> Act {
        let ((member, own), receipt) = (self.member(), self.reference());
        let pools = self.ledger.view().memberships(own).expect("in memory");
        let at = self.random.pick(&pools).filter(|_| self.random.once_in(4)).unwrap_or(own);
        let track = if self.random.once_in(2) { CARD } else { LEVELS };
        let amount = self.random.within(1..200);
        if at == own {
            remember(&mut self.programme.stamps, (member, amount, receipt.clone()));
        }
        Some((TILL, vec![stamp_for(GROCER, track, at, (amount, None), &receipt)]))
    }

    fn unstamped(&mut self) -> Act {
        let (member, amount, receipt) = self.random.pick(&self.programme.stamps)?;
        let (amount, own) = (self.random.within(1..amount + 1), self.reference());
        Some((TILL, vec![take_back(GROCER, member, amount, &receipt, &own)]))
    }

    /// A campaign of a kind, or kinder terms of the one that is open.
    fn renew(&mut self, time: TimeMs) -> Act {
        let kind = self.random.pick(&KINDS).expect("six");
        self.programme.campaigns.retain(|(_, _, terms)| time < terms.closes_ms);
        let found = self.programme.campaigns.iter().position(|(one, _, _)| *one == kind);
        let (number, terms) = match found {
            Some(place) => {
                let (_, number, before) = self.programme.campaigns.swap_remove(place);
                let budget = before.budget.and_then(|budget| budget.checked_add(Points::new(1000)));
                (number, Campaign { budget, about: Hash::new([9; 32]), ..before })
            }
            None => {
                self.programme.last += 1;
                (self.programme.last, terms(kind, time))
            }
        };
        self.programme.campaigns.push((kind, number, terms.clone()));
        Some((TILL, vec![set_campaign(GROCER, number, terms)]))
    }

    fn granted(&mut self, time: TimeMs) -> Act {
        let kind = if self.random.once_in(2) { Kind::Gifts } else { Kind::GiftOfCoffee };
        let (number, _) = self.programme.open(kind, time)?;
        let ((member, _), receipt) = (self.member(), self.reference());
        Some((TILL, vec![grant(GROCER, number, member, self.random.within(1..4), &receipt)]))
    }

    fn claimed(&mut self, time: TimeMs) -> Act {
        let kind = self.random.pick(&[Kind::Card, Kind::Coffees, Kind::Meals, Kind::Club])?;
        let (number, terms) = self.programme.open(kind, time)?;
        let price = terms.price.get();
        let (member, own) = self.member();
        let can =
            if price == 0 { self.ledger.units(member, GROCER, CARD) >= 10 } else { self.points(own, GROCER) >= price };
        can.then(|| (member, vec![claim_for(GROCER, number, own, (1, price), None)]))
    }

    /// Half of the vouchers, or a little more, are left to lapse.
    fn used(&mut self, time: TimeMs) -> Act {
        let (member, own) = self.member();
        let voucher = self.random.pick(&self.ledger.vouchers(own))?;
        self.references += 1;
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&self.references.to_le_bytes());
        let asked = VoucherRequest {
            brand: brand(GROCER),
            campaign: voucher.campaign,
            quantity: 1,
            dated: time.day(),
            until_ms: time.plus_ms(10 * MINUTE_MS),
            household: None,
            salt: Salt::new(salt),
        };
        Some((member, vec![self.ledger.use_voucher(&asked, own, voucher.voucher)]))
    }

    /// A payment that goes back: a claim by its owner or the till, or a redemption.
    fn refunded(&mut self) -> Act {
        let own = self.reference();
        if self.random.once_in(2) {
            let (member, amount, request) = self.random.pick(&self.programme.redeemed)?;
            return Some((TILL, vec![refund(Payment::Redeem, member, &request, amount, &own)]));
        }
        let (member, payment, price) = self.random.pick(&self.programme.paid)?;
        let by = if self.random.once_in(2) { member } else { TILL };
        Some((by, vec![refund_of(Payment::Claim, address(member), payment, price, &own)]))
    }
}

/// The terms of a campaign of a kind that begins now.
fn terms(kind: Kind, time: TimeMs) -> Campaign {
    let terms = match kind {
        Kind::Gifts => Campaign { per_member: each(20, Period::Month), ..gifts(time, (50, 100_000)) },
        Kind::GiftOfCoffee => gift_of_coffee(time),
        Kind::Card => Campaign { per_member: each(10, Period::Year), ..claims(time, 15, 100_000, progress(10, true)) },
        Kind::Coffees => coffees(time, PRICE),
        Kind::Meals => meals(time, PRICE, Some(CAFE)),
        Kind::Club => club(time, PRICE, Some(31)),
    };
    Campaign { closes_ms: time.plus_ms(OPEN_DAYS * DAY_MS), ..terms }
}
