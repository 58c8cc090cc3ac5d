//! The sums that all points of a brand are in, and when those in accounts expire: statistics are made of them. All of
//! it is in the state, so that it costs a search for each month that points can live, however many accounts there are.

use std::io::{self, Read, Write};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::EXPIRY_MONTHS_MAX;
use lojal_types::{BrandId, Expiry, Month, Points, Totals, read_tail, write_tail};

use crate::key::{BrandListKey, OutstandingKey, StateKey, TotalsKey};
use crate::tree::{Missing, StateTree};

/// The bytes of totals without what later versions add: five sums and two numbers of points.
const TOTALS_BYTES: u64 = 5 * 16 + 2 * 8;

/// The sums of a brand's points.
///
/// In bytes the totals of version 1 come first, and what later versions add comes last, since it isn't always there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The sums that all that were ever issued are in.
    pub totals: Totals,
    /// The points in accounts that expire together, by rising expiry; none of it is 0.
    pub by_expiry: Vec<(Expiry, Points)>,
}

impl BorshSerialize for Sums {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        self.totals.with_later(None).serialize(writer)?;
        self.by_expiry.serialize(writer)?;
        write_tail(&self.totals.later(), writer)
    }
}
impl BorshDeserialize for Sums {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let first = Totals::deserialize_reader(&mut reader.by_ref().take(TOTALS_BYTES))?;
        let by_expiry = Vec::deserialize_reader(reader)?;
        Ok(Self { totals: first.with_later(read_tail(reader)?), by_expiry })
    }
}

/// The brands of a version of the state with this tree, by id.
///
/// # Errors
/// When pages that it needs are not in memory.
pub fn brands(tree: &StateTree) -> Result<Vec<BrandId>, Missing> {
    Ok(record(tree, &BrandListKey)?.map(|list| list.ids.to_vec()).unwrap_or_default())
}

/// The sums of a brand after a block in a month; none if there is no such brand.
///
/// # Errors
/// All the pages that it needs and are not in memory.
pub fn sums(tree: &StateTree, brand: BrandId, month: Month) -> Result<Option<Sums>, Missing> {
    let last = month.plus(EXPIRY_MONTHS_MAX);
    let months = (month.get()..=last.get()).map(|month| Expiry::Month(Month::new(month)));
    let points = |expiry| Ok(record(tree, &OutstandingKey { brand, expiry })?.map(|points| (expiry, points)));
    let by_expiry = Missing::each(months.chain([Expiry::Never]).map(points));
    let (totals, by_expiry) = Missing::both(record(tree, &TotalsKey(brand)), by_expiry)?;
    let by_expiry = by_expiry.into_iter().flatten().filter(|(_, points)| !points.is_zero()).collect();
    Ok(totals.map(|totals| Sums { totals, by_expiry }))
}

fn record<K: StateKey>(tree: &StateTree, key: &K) -> Result<Option<K::Record>, Missing> {
    let record = |value| K::record(value).expect("the state holds only records that this crate encoded");
    Ok(tree.get(&key.encode())?.map(record))
}

#[cfg(test)]
mod tests {
    use lojal_types::GrossPoints;

    use super::*;

    #[test]
    fn sums_without_donations_refunds_and_pending_points_have_the_bytes_of_version_1_and_others_are_read_back() {
        let totals = Totals { issued: GrossPoints::new(7), outstanding: Points::new(7), ..Totals::default() };
        let sums = Sums { totals, by_expiry: vec![(Expiry::Never, Points::new(7))] };
        let bytes = borsh::to_vec(&sums).expect("in memory");
        assert_eq!(bytes, borsh::to_vec(&(totals, &sums.by_expiry)).expect("in memory"));
        let later = Sums { totals: Totals { refunded: GrossPoints::new(1), ..totals }, ..sums.clone() };
        for one in [sums, later] {
            let bytes = borsh::to_vec(&one).expect("in memory");
            assert_eq!(borsh::from_slice::<Sums>(&bytes).expect("just written"), one);
        }
    }
}
