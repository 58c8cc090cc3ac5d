//! The second-hand market of the template's brands: neighbours whose points rest in offers, so that there is something
//! to buy from the first day on.

use lojal_client::Client;
use lojal_types::{BrandId, Expiry, Issue, KeyPair, Month, Offer, Operation, Points, Reference, TimeMs};

use super::super::error::DevnetError;
use super::super::layout::Layout;
use super::{act, sent};
use crate::config::random_key;

/// The days for which the offers rest: one less than the most.
const DAYS: u64 = 29;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// The two brands whose points are traded.
const HOTEL: &str = "havshotell";
const GROCER: &str = "nordmat";

/// An offer of a neighbour, which has just these points.
struct Stall {
    brand: &'static str,
    amount: u64,
    /// The months after this one through which they live; those of the hotel live for ever.
    months: Option<u8>,
    wants: &'static str,
    price: (u32, u32),
    min_take: u64,
}

/// Two in each direction, of which the dearer ones live longer or are larger.
const STALLS: [Stall; 4] = [
    Stall { brand: HOTEL, amount: 200, months: None, wants: GROCER, price: (1, 2), min_take: 1 },
    Stall { brand: HOTEL, amount: 500, months: None, wants: GROCER, price: (3, 5), min_take: 50 },
    Stall { brand: GROCER, amount: 300, months: Some(6), wants: HOTEL, price: (1, 2), min_take: 1 },
    Stall { brand: GROCER, amount: 400, months: Some(18), wants: HOTEL, price: (3, 5), min_take: 1 },
];

/// Has the two brands reward the neighbours, and these offer what they have got.
///
/// # Errors
/// When a wallet can't be read, or an offer isn't made.
pub(super) fn open(layout: &Layout, client: &Client) -> Result<(), DevnetError> {
    let now = lojal_consensus::clock::now();
    let neighbours: Vec<(Stall, KeyPair)> = STALLS.into_iter().map(|stall| (stall, random_key())).collect();
    for id in [HOTEL, GROCER] {
        let of_brand = neighbours.iter().zip(1..).filter(|((stall, _), _)| stall.brand == id);
        let rewards = of_brand.map(|((stall, key), number)| stall.reward(key, number, now));
        act(layout, client, brand(id), rewards.collect())?;
    }
    for (stall, key) in &neighbours {
        sent(layout, client, (brand(stall.brand), key), vec![stall.offer(key, now)])?;
    }
    Ok(())
}

fn brand(id: &str) -> BrandId {
    id.parse().expect("a valid brand id")
}

impl Stall {
    /// The last month of the points; none if that is what the brand's policy says.
    fn until(&self, now: TimeMs) -> Option<Month> {
        self.months.map(|months| now.month().plus(months))
    }
    fn reward(&self, key: &KeyPair, number: u8, now: TimeMs) -> Operation {
        let reference = Reference::new(format!("neighbour {number}").into_bytes()).expect("1 to 32 bytes");
        let expiry = self.until(now);
        let (to, amount) = (key.address(), Points::new(self.amount));
        Operation::Issue(Issue { brand: brand(self.brand), to, amount, reference, dated: now.day(), expiry })
    }
    fn offer(&self, key: &KeyPair, now: TimeMs) -> Operation {
        let (price_num, price_den) = self.price;
        Operation::Offer(Offer {
            brand: brand(self.brand),
            from: key.address(),
            amount: Points::new(self.amount),
            expiry: self.until(now).map_or(Expiry::Never, Expiry::Month),
            wants: brand(self.wants),
            price_num,
            price_den,
            wants_until: Expiry::Month(now.month()),
            min_take: Points::new(self.min_take),
            expires_ms: now.plus_ms(DAYS * DAY_MS),
        })
    }
}
