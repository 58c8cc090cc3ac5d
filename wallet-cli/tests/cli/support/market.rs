//! The answers of a gateway about the market.

use lojal_types::api::{Market, Offers, RestingOffer};
use lojal_types::{BrandId, Expiry, OfferId, Points};

use super::gateway::network_status;
use super::server::Answer;
use super::{key, other};

/// The name of the offer that there is.
pub const OFFER: &str = "0f0e0d0c0b0a09080706050403020100";

/// True if the market answers at a path.
pub fn answers(path: &str) -> bool {
    path.ends_with("/offers") || path.starts_with("/v1/market/")
}

/// The answer at a path: this wallet's own offer, or one of somebody else.
pub fn answer(path: &str) -> Answer {
    let status = network_status();
    let (height, time_ms) = (status.height, status.time_ms);
    if let Some(pair) = path.strip_prefix("/v1/market/") {
        let (brand, wants) = pair.split_once('/').expect("two brands");
        let (brand, wants): (BrandId, BrandId) = (brand.parse().expect("a brand"), wants.parse().expect("a brand"));
        let offers = match pair {
            "kaffet/fjallet" => book(brand, wants),
            _ => vec![RestingOffer { owner: other(), ..offer(brand, wants) }],
        };
        return Answer::json(200, &Market { brand, wants, offers, more: false, height, time_ms });
    }
    let (kaffet, fjallet) = ("kaffet".parse().expect("valid"), "fjallet".parse().expect("valid"));
    let address = path.trim_start_matches("/v1/accounts/").trim_end_matches("/offers").parse().expect("an address");
    let offers = vec![offer(kaffet, fjallet)];
    Answer::json(200, &Offers { address, offers, only_of: None, height, time_ms })
}

/// Three offers of somebody else, and before them one of this wallet's: 10 points for one each, 20 that never expire
/// for two each, 5 at once, and 5 for four each.
fn book(brand: BrandId, wants: BrandId) -> Vec<RestingOffer> {
    let month = |text: &str| text.parse::<Expiry>().expect("valid");
    let of = |number: u8, (amount, price_den), expiry: Expiry| RestingOffer {
        owner: other(),
        offer: OfferId::new([number; 16]),
        amount: Points::new(amount),
        expiry,
        price_num: 1,
        price_den,
        wants_until: month("2080-01"),
        ..offer(brand, wants)
    };
    vec![
        offer(brand, wants),
        of(1, (1_000, 100), month("2090-03")),
        RestingOffer { min_take: Points::new(500), ..of(2, (2_000, 50), Expiry::Never) },
        of(3, (500, 25), month("2090-06")),
    ]
}

/// 20 points, in the smallest unit, for a third as many.
fn offer(brand: BrandId, wants: BrandId) -> RestingOffer {
    RestingOffer {
        owner: key().address().to_text(lojal_types::NetworkKind::Test),
        offer: OFFER.parse::<OfferId>().expect("16 bytes"),
        brand,
        amount: Points::new(2_000),
        expiry: Expiry::Never,
        wants,
        price_num: 1,
        price_den: 3,
        wants_until: Expiry::Never,
        min_take: Points::new(1),
        ends_ms: network_status().time_ms.plus_ms(600_000),
    }
}
