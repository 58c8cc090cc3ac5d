//! Points for points of other brands, between people who don't know each other.

use lojal_types::{
    Address, BrandId, Code, Expiry, Offer, OfferId, Operation, Points, Take, TransactionId, WithdrawOffer, offer_id,
};

use super::cast::{Actor, Cast};
use super::error::TourError;
use super::stage::Stage;

/// The time for which an offer rests.
const WEEK_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// The pool's two offers of the hotel's points: how many, and the price of one in the grocer's.
const CHEAP: (u64, (u32, u32)) = (100, (1, 2));
const DEAR: (u64, (u32, u32)) = (120, (3, 5));
/// The points that Eva buys of the dear one, and what both cost her.
const OF_DEAR: u64 = 40;
const PAYS: [u64; 2] = [50, 24];

/// Eva has her 250 points of the grocer; the pool is the household's.
pub fn play(stage: &mut Stage, cast: &Cast, household: Address, eva: &Actor) -> Result<(), TourError> {
    stage.chapter("The second-hand market");
    some_points_stay_and_children_don_t_sell(stage, cast, household)?;
    let offers = the_pool_sells_nights(stage, cast, household)?;
    eva_buys_of_both(stage, cast, (household, offers), eva)?;
    the_rest_comes_back(stage, cast, (household, offers.0[1]))
}

/// The expiry of the points of a brand that an account has, which are of one lot.
fn expiry_of(stage: &Stage, brand: BrandId, from: Address) -> Result<Expiry, TourError> {
    let balances = stage.account(from)?.balances;
    let lots = balances.iter().filter(|one| one.brand == brand).flat_map(|one| &one.lots);
    Ok(lots.map(|lot| lot.expiry).next().unwrap_or(Expiry::Never))
}

/// An offer of points of a brand for those of another.
fn offer(
    (brand, wants): (BrandId, BrandId),
    (from, expiry): (Address, Expiry),
    (amount, (price_num, price_den)): (u64, (u32, u32)),
) -> Operation {
    let now = lojal_consensus::clock::now();
    Operation::Offer(Offer {
        brand,
        from,
        amount: Points::new(amount),
        expiry,
        wants,
        price_num,
        price_den,
        wants_until: Expiry::Month(now.month()),
        min_take: Points::new(1),
        expires_ms: now.plus_ms(WEEK_MS),
    })
}

fn some_points_stay_and_children_don_t_sell(
    stage: &mut Stage,
    cast: &Cast,
    household: Address,
) -> Result<(), TourError> {
    let tries = "Anna tries to sell her free cup to a stranger: Kaffet's points stay in the family.";
    let (coffee, nights, groceries) = (cast.kaffet.id, cast.havshotell.id, cast.nordmat.id);
    let at = (cast.anna.address, expiry_of(stage, coffee, cast.anna.address)?);
    let cup = offer((coffee, groceries), at, (100, (1, 1)));
    stage.refused(&cast.anna, tries, cup, Code::PolicyForbidsTrade)?;
    let tries = "Kim tries to sell the family's nights at the hotel.";
    let some = offer((nights, groceries), (household, expiry_of(stage, nights, household)?), CHEAP);
    stage.refused(&cast.kim, tries, some, Code::ChildMayNot)
}

fn the_pool_sells_nights(
    stage: &mut Stage,
    cast: &Cast,
    household: Address,
) -> Result<([OfferId; 2], Expiry), TourError> {
    let brand = cast.havshotell.id;
    let [cheap, dear] = [CHEAP, DEAR].map(|(amount, _)| stage.points(brand, amount));
    let does =
        format!("Anna offers {cheap} of the pool at half a point of Nordmat each, and {dear} for a little more.");
    let at = (household, expiry_of(stage, brand, household)?);
    let both = [CHEAP, DEAR].map(|terms| offer((brand, cast.nordmat.id), at, terms));
    let id = stage.act(&cast.anna, &does, both.to_vec())?;
    let chain = stage.genesis().chain_id();
    let named = |id: &TransactionId, index| offer_id(&chain, id, index);
    Ok(([named(&id, 0), named(&id, 1)], at.1))
}

fn eva_buys_of_both(
    stage: &mut Stage,
    cast: &Cast,
    (household, (offers, expiry)): (Address, ([OfferId; 2], Expiry)),
    eva: &Actor,
) -> Result<(), TourError> {
    let (brand, wants) = (cast.havshotell.id, cast.nordmat.id);
    let take = |(offer, amount), max_pay| {
        let (amount, max_pay) = (Points::new(amount), Points::new(max_pay));
        Operation::Take(Take { brand, owner: household, offer, from: eva.address, amount, wants, max_pay, expiry })
    };
    let tries = "Eva tries to get the dear ones at the price of the cheap ones.";
    let at_half = OF_DEAR / 2;
    stage.refused(eva, tries, take((offers[1], OF_DEAR), at_half), Code::AboveMaxPay)?;
    let some = stage.points(brand, CHEAP.0 + OF_DEAR);
    let sum = stage.points(wants, PAYS.iter().sum());
    let does = format!("Eva buys {some} of both offers for {sum}: all at once, or nothing.");
    let takes = vec![take((offers[0], CHEAP.0), PAYS[0]), take((offers[1], OF_DEAR), PAYS[1])];
    stage.act(eva, &does, takes)?;
    stage.holds("Eva", eva.address, &[(wants, 250 - PAYS.iter().sum::<u64>()), (brand, CHEAP.0 + OF_DEAR)])
}

fn the_rest_comes_back(
    stage: &mut Stage,
    cast: &Cast,
    (household, offer): (Address, OfferId),
) -> Result<(), TourError> {
    let brand = cast.havshotell.id;
    let rest = stage.points(brand, DEAR.0 - OF_DEAR);
    let does = format!("Anna takes back the {rest} that nobody has bought.");
    let withdraw = Operation::WithdrawOffer(WithdrawOffer { brand, from: household, offer });
    stage.act(&cast.anna, &does, vec![withdraw])?;
    // 250 of the hotel's before, less what Eva has; 1,950 of the grocer's, and what she paid.
    let held = [(cast.nordmat.id, 2_024), (cast.fjallen.id, 500), (brand, 110), (cast.kaffet.id, 7_50)];
    stage.holds("pool", household, &held)
}
