//! The market: what an offer is named and what is paid for a part of it (protocol, Market).

use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, TransactionId};
use crate::points::Points;

pub use crate::ids::OfferId;

/// The name of an offer: "the first 16 bytes of the hash, under `lojal/offer/v1`, of the transaction's id and the
/// operation's index" (protocol, Market). So whoever signs it knows it beforehand, and it stands for the whole offer.
pub fn offer_id(chain: &ChainId, transaction: &TransactionId, index: u8) -> OfferId {
    let hash = chain_hash(tag::OFFER, chain, &[transaction.as_bytes(), &[index]]);
    OfferId::new(*hash.first_chunk().expect("32 bytes are more than 16"))
}

/// The points that are paid for so many: "⌈amount · `price_num` / `price_den`⌉" (protocol, Market); none if that is
/// more than a number of points can be, or the denominator is 0.
pub fn pay_for(amount: Points, price_num: u32, price_den: u32) -> Option<Points> {
    if price_den == 0 {
        return None;
    }
    let pay = (u128::from(amount.get()) * u128::from(price_num)).div_ceil(u128::from(price_den));
    u64::try_from(pay).ok().map(Points::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_rounds_up_for_the_offer_that_rests() {
        let pay = |amount, num, den| pay_for(Points::new(amount), num, den).map(Points::get);
        assert_eq!(pay(10, 1, 2), Some(5));
        assert_eq!(pay(11, 1, 2), Some(6));
        assert_eq!(pay(1, 1, u32::MAX), Some(1));
        assert_eq!(pay(7, 3, 1), Some(21));
        assert_eq!(pay(u64::MAX, u32::MAX, 1), None);
        assert_eq!(pay(1, 1, 0), None);
    }

    #[test]
    fn an_offer_is_named_by_its_transaction_and_its_place_in_it() {
        let (chain, transaction) = (ChainId::new([1; 32]), TransactionId::new([2; 32]));
        let one = offer_id(&chain, &transaction, 0);
        assert_eq!(one, offer_id(&chain, &transaction, 0));
        assert_ne!(one, offer_id(&chain, &transaction, 1));
        assert_ne!(one, offer_id(&chain, &TransactionId::new([3; 32]), 0));
        assert_ne!(one, offer_id(&ChainId::new([4; 32]), &transaction, 0));
    }
}
