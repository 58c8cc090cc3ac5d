//! Operations on the market that bytes choose.

use lojal_ledger::Records;
use lojal_types::{Address, Expiry, Month, Offer, OfferId, Operation, Points, Take, WithdrawOffer};

use super::super::source::Source;
use super::values::{amount, any_brand, any_time};
use super::world::World;

/// An offer, a take or a withdrawal.
pub(super) fn trade(kind: usize, source: &mut Source<'_>, world: &World, sender: Address) -> Operation {
    let (brand, wants) = (any_brand(source), any_brand(source));
    let from = if source.flag() { sender } else { world.account(source) };
    match kind {
        52 => {
            let expiry = expiry(source, world, from, brand);
            let wants_until = if source.flag() { Expiry::Never } else { Expiry::Month(world.now().month()) };
            let (price_num, price_den) = [(1, 1), (1, 3), (0, 1), (1, 0), (u32::MAX, 1)][source.below(5)];
            let min_take = if source.flag() { Points::new(1) } else { amount(source) };
            let (amount, expires_ms) = (amount(source), any_time(source, world));
            let offer =
                Offer { brand, from, amount, expiry, wants, price_num, price_den, wants_until, min_take, expires_ms };
            Operation::Offer(offer)
        }
        53 => {
            let owner = world.account(source);
            let other = (brand, none(), wants, Expiry::Never);
            let (brand, offer, wants, expiry) = open_offer(source, world, owner).unwrap_or(other);
            let max_pay = if source.flag() { Points::new(1 << 53) } else { amount(source) };
            Operation::Take(Take { brand, owner, offer, from, amount: amount(source), wants, max_pay, expiry })
        }
        _ => {
            let other = (brand, none(), wants, Expiry::Never);
            let (brand, offer, ..) = open_offer(source, world, from).unwrap_or(other);
            Operation::WithdrawOffer(WithdrawOffer { brand, from, offer })
        }
    }
}

fn none() -> OfferId {
    OfferId::new([7; 16])
}

/// The expiry of a lot that an account has, or another one.
fn expiry(source: &mut Source<'_>, world: &World, from: Address, brand: lojal_types::BrandId) -> Expiry {
    let (byte, lots) = (source.byte(), world.state.view().lots(from, brand).expect("in memory"));
    match lots.get(usize::from(byte) % lots.len().max(1)) {
        Some(lot) if byte < 224 => lot.expiry,
        _ => Expiry::Month(Month::new(world.now().month().get().saturating_sub(1)).plus(byte % 32)),
    }
}

/// One of the offers of an account, if it has any.
fn open_offer(
    source: &mut Source<'_>,
    world: &World,
    owner: Address,
) -> Option<(lojal_types::BrandId, OfferId, lojal_types::BrandId, Expiry)> {
    let view = world.state.view();
    let of = |brand| {
        let offers = view.offers(owner, brand).expect("in memory").into_iter();
        offers.map(move |one| (brand, one.id, one.wants, one.lot.expiry))
    };
    let offers: Vec<_> = view.brand_ids().iter().copied().flat_map(of).collect();
    let byte = source.byte();
    offers.get(usize::from(byte) % offers.len().max(1)).copied()
}
