//! The records of points that are an account's to spend and of those that wait (protocol, Pending points): in the bytes
//! of version 1 where nothing waits.

use std::io::{self, Read, Write};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::{LOTS_MAX, PENDING_LOTS_MAX};
use lojal_types::{Bounded, Lot, PendingLot, read_tail, write_tail};

/// The points that an account has of one brand: "A balance is a list of **lots** (expiry, amount) per account and
/// brand, by rising expiry, at most 62." (protocol, Points) None of them is empty. Lots whose month is over may still
/// stand here; they are nobody's points any more and are dropped when the balance is next written.
///
/// In bytes the lots come first, and what waits follows where there is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// The lots.
    pub lots: Bounded<Lot, 0, LOTS_MAX>,
    /// The lots that wait, by rising day and expiry. Those whose day has come may still stand here; they are the
    /// account's to spend, and join the others when the balance is next written.
    pub pending: Bounded<PendingLot, 0, PENDING_LOTS_MAX>,
}

/// The points of a brand that mature on one day, by rising expiry; a record without any is removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Pending {
    /// The points.
    pub lots: Bounded<Lot, 0, LOTS_MAX>,
}

impl BorshSerialize for Balance {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        self.lots.serialize(writer)?;
        if self.pending.is_empty() { Ok(()) } else { self.pending.serialize(writer) }
    }
}
impl BorshDeserialize for Balance {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let lots = Bounded::deserialize_reader(reader)?;
        let pending: Option<Bounded<PendingLot, 1, PENDING_LOTS_MAX>> = read_tail(reader)?;
        let pending = pending.map(Bounded::into_inner).unwrap_or_default();
        Ok(Self { lots, pending: Bounded::new(pending).expect("at most as many") })
    }
}

/// Writes the days of a brand, which stand last in its record.
pub(super) fn write_days<W: Write>(days: &u8, writer: &mut W) -> io::Result<()> {
    write_tail(&Some(*days).filter(|days| *days > 0), writer)
}

/// Reads them.
pub(super) fn read_days<R: Read>(reader: &mut R) -> io::Result<u8> {
    match read_tail(reader)? {
        Some(0) => Err(io::Error::new(io::ErrorKind::InvalidData, "a record ends before its days if there are none")),
        days => Ok(days.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::{Day, Expiry, Lot, Points, Policy};

    use super::*;
    use crate::record::Brand;

    #[test]
    fn what_waits_follows_the_lots_and_nothing_leaves_the_bytes_of_version_1() {
        let lot = Lot { expiry: Expiry::Never, amount: Points::new(7) };
        let lots = Bounded::new(vec![lot]).expect("one lot");
        let none = Balance { lots: lots.clone(), ..Balance::default() };
        let bytes = borsh::to_vec(&none).expect("in memory");
        assert_eq!(bytes, borsh::to_vec(&lots).expect("in memory"));
        assert_eq!(borsh::from_slice::<Balance>(&bytes).ok(), Some(none));
        let matures = Day::new(20_000).expect("before 6999");
        let waits = PendingLot { matures, expiry: Expiry::Never, amount: Points::new(3) };
        let some = Balance { lots, pending: Bounded::new(vec![waits]).expect("one lot") };
        let longer = borsh::to_vec(&some).expect("in memory");
        assert_eq!(borsh::from_slice::<Balance>(&longer).ok(), Some(some));
        assert!(borsh::from_slice::<Balance>(&longer[..longer.len() - 1]).is_err(), "cut");
        let empty: Vec<u8> = bytes.iter().copied().chain([0; 4]).collect();
        assert!(borsh::from_slice::<Balance>(&empty).is_err(), "a list of nothing is left out");
    }

    #[test]
    fn a_brand_whose_issues_wait_ends_with_the_days() {
        let name = "Nordmat".parse().expect("valid");
        let at_once =
            Brand { name, decimals: 0, policy: Policy::open(), suspended: false, closes_ms: None, pending_days: 0 };
        let bytes = borsh::to_vec(&at_once).expect("in memory");
        let later = Brand { pending_days: 14, ..at_once.clone() };
        let longer = borsh::to_vec(&later).expect("in memory");
        assert_eq!(longer, [&bytes[..], &[14]].concat());
        assert_eq!(borsh::from_slice::<Brand>(&bytes).ok(), Some(at_once));
        assert_eq!(borsh::from_slice::<Brand>(&longer).ok(), Some(later));
        assert!(borsh::from_slice::<Brand>(&[&bytes[..], &[0]].concat()).is_err(), "one form of the same brand");
    }
}
