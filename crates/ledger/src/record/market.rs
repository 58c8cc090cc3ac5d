//! The records of the market, which lie beside holds (protocol, Market): what is offered is set aside as what is held.

use std::io;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::OFFERS_MAX;
use lojal_types::{Address, Bounded, BrandId, Expiry, Lot, OfferId, Points, TimeMs};

use super::{Counted, Holds};

/// An offer that can be taken.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OpenOffer {
    /// Its name.
    pub id: OfferId,
    /// The account that has made it: the owner's, or that of a member of the household that is.
    pub by: Address,
    /// The points that are left of it.
    pub lot: Lot,
    /// The brand in whose points they are paid.
    pub wants: BrandId,
    /// The number of those points for `price_den` of these.
    pub price_num: u32,
    /// The number of points for `price_num` of the wanted ones.
    pub price_den: u32,
    /// The earliest expiry that payments can have.
    pub wants_until: Expiry,
    /// The fewest points that are taken at once, unless it is all that is left.
    pub min_take: Points,
    /// The time from which on what is left is the owner's again, or has expired: a whole minute.
    pub ends_ms: TimeMs,
    /// The household's member whose limit it counts against.
    pub counted: Option<Counted>,
}

impl Holds {
    /// True if nothing is held or offered.
    pub(crate) fn is_empty(&self) -> bool {
        self.holds.is_empty() && self.offers.is_empty()
    }
    /// The lots of the holds and offers that have ended by a time, with whose limit they count against.
    pub(crate) fn ended(&self, time: TimeMs) -> impl Iterator<Item = (&[Lot], Option<Counted>)> {
        let holds = self.holds.iter().filter(move |hold| hold.expires_ms <= time);
        let offers = self.offers.iter().filter(move |offer| offer.ends_ms <= time);
        let holds = holds.map(|hold| (&hold.lots[..], hold.counted));
        holds.chain(offers.map(|offer| (std::slice::from_ref(&offer.lot), offer.counted)))
    }
}

/// An account without offers has the bytes that it has in version 1.
impl BorshSerialize for Holds {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        self.holds.serialize(writer)?;
        if self.offers.is_empty() { Ok(()) } else { self.offers.serialize(writer) }
    }
}
impl BorshDeserialize for Holds {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let holds = Bounded::deserialize_reader(reader)?;
        let mut first = [0; 1];
        if reader.read(&mut first)? == 0 {
            return Ok(Self { holds, offers: Bounded::default() });
        }
        let mut rest = io::Read::chain(&first[..], reader);
        let offers = Bounded::<OpenOffer, 1, OFFERS_MAX>::deserialize_reader(&mut rest)?;
        Ok(Self { holds, offers: Bounded::new(offers.into_inner()).expect("at most as many") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(number: u8) -> OpenOffer {
        OpenOffer {
            id: OfferId::new([number; 16]),
            by: Address::new([1; 20]),
            lot: Lot { expiry: Expiry::Never, amount: Points::new(9) },
            wants: "kaffet".parse().expect("valid"),
            price_num: 3,
            price_den: 2,
            wants_until: Expiry::Never,
            min_take: Points::new(1),
            ends_ms: TimeMs::default(),
            counted: None,
        }
    }

    #[test]
    fn offers_follow_holds_and_none_leave_the_bytes_of_version_1() {
        let none = Holds::default();
        assert_eq!(borsh::to_vec(&none).expect("in memory"), [0; 4]);
        assert_eq!(borsh::from_slice::<Holds>(&[0; 4]).ok(), Some(none));
        let some = Holds { offers: Bounded::from([offer(1), offer(2)]), ..Holds::default() };
        let bytes = borsh::to_vec(&some).expect("in memory");
        assert_eq!(borsh::from_slice::<Holds>(&bytes).ok(), Some(some));
        assert!(borsh::from_slice::<Holds>(&bytes[..bytes.len() - 1]).is_err(), "cut");
        assert!(borsh::from_slice::<Holds>(&[0; 8]).is_err(), "a list of no offers is left out");
    }
}
