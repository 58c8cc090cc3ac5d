use lojal_types::{Height, TimeMs};

use super::*;

fn expiry(text: &str) -> Expiry {
    text.parse().expect("valid")
}

fn account(number: u8) -> AddressText {
    lojal_types::Address::new([number; 20]).to_text(NetworkKind::Test)
}

/// An offer of an account, of so many points at so many for so many.
fn offer(owner: u8, amount: u64, (price_num, price_den): (u32, u32)) -> RestingOffer {
    RestingOffer {
        owner: account(owner),
        offer: OfferId::new([owner; 16]),
        brand: "nordmat".parse().expect("valid"),
        amount: Points::new(amount),
        expiry: expiry("2027-03"),
        wants: "kaffet".parse().expect("valid"),
        price_num,
        price_den,
        wants_until: expiry("2026-12"),
        min_take: Points::new(1),
        ends_ms: TimeMs::default(),
    }
}

fn market(offers: Vec<RestingOffer>) -> api::Market {
    let RestingOffer { brand, wants, .. } = offer(0, 0, (1, 1));
    api::Market { brand, wants, offers, more: true, height: Height::GENESIS, time_ms: TimeMs::default() }
}

/// The places of the offers that are taken, what of each, and for how much.
fn taken(market: &api::Market, wanted: u64, lots: &[(&str, u64)]) -> Result<Vec<(u8, u64, u64)>, Short> {
    let lot = |(end, amount): &(&str, u64)| Lot { expiry: expiry(end), amount: Points::new(*amount) };
    let lots: Vec<Lot> = lots.iter().map(lot).collect();
    let parts = cheapest(market, (Points::new(wanted), None), &lots, account(9))?;
    Ok(parts.iter().map(|part| (part.offer.offer.as_bytes()[0], part.amount.get(), part.pay.get())).collect())
}

#[test]
fn offers_are_taken_from_the_first_on_and_the_last_in_part() {
    let market = market(vec![offer(1, 10, (1, 2)), offer(9, 10, (1, 1)), offer(2, 10, (2, 1)), offer(3, 10, (3, 1))]);
    assert_eq!(taken(&market, 4, &[("never", 100)]), Ok(vec![(1, 4, 2)]));
    assert_eq!(taken(&market, 13, &[("never", 100)]), Ok(vec![(1, 10, 5), (2, 3, 6)]), "none of one's own");
    assert_eq!(taken(&market, 31, &[("never", 100)]), Err(Short::Offered(Points::new(30), true)));
}

#[test]
fn what_is_too_little_of_an_offer_is_taken_of_a_dearer_one() {
    let many = RestingOffer { min_take: Points::new(8), ..offer(1, 10, (1, 2)) };
    let market = market(vec![many, offer(2, 10, (2, 1))]);
    assert_eq!(taken(&market, 7, &[("never", 100)]), Ok(vec![(2, 7, 14)]));
    assert_eq!(taken(&market, 12, &[("never", 100)]), Ok(vec![(1, 10, 5), (2, 2, 4)]));
}

#[test]
fn points_that_end_early_pay_only_those_who_take_them() {
    let picky = RestingOffer { wants_until: expiry("2027-06"), ..offer(1, 10, (1, 1)) };
    let market = market(vec![picky, offer(2, 10, (1, 1))]);
    assert_eq!(taken(&market, 12, &[("2027-01", 5), ("2027-08", 7)]), Ok(vec![(1, 7, 7), (2, 5, 5)]));
    assert_eq!(taken(&market, 13, &[("2027-01", 5), ("2027-08", 7)]), Err(Short::Payable(Points::new(12))));
    assert_eq!(taken(&market, 1, &[]), Err(Short::Payable(Points::ZERO)));
}

#[test]
fn no_more_offers_are_taken_at_once_than_somebody_reads() {
    let offers = (0..30).map(|_| offer(1, 1, (1, 1))).collect();
    assert_eq!(taken(&market(offers), 21, &[("never", 100)]), Err(Short::Offered(Points::new(20), true)));
}

#[test]
fn a_price_that_can_t_be_is_no_price() {
    let market = market(vec![offer(1, 10, (0, 1)), offer(2, 10, (1, 0))]);
    assert_eq!(taken(&market, 1, &[("never", 1)]), Err(Short::Offered(Points::ZERO, true)));
}
