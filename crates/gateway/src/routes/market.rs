//! Routes of the market.

use axum::http::StatusCode;
use axum::routing::get;
use lojal_types::{BrandId, Code, api};

use super::Route;
use crate::market;
use crate::openapi::operation::Operation;

pub(super) fn all() -> Vec<Route> {
    let of_pair = Operation::get("market", "The offers of a brand's points for another's that can be taken now.");
    vec![
        Route::new(
            "/v1/market/{sell}/{buy}",
            get(market::market),
            [of_pair
                .path::<BrandId>("sell", "The brand of the points that are offered.")
                .path::<BrandId>("buy", "The brand of the points that they are paid with.")
                .not_found(Code::UnknownBrand)
                .json::<api::Market>(StatusCode::OK, "The offers, the cheapest first.")],
        ),
        Route::new(
            "/v1/accounts/{address}/offers",
            get(market::offers),
            [Operation::get("offers", "The offers of an account that haven't ended.")
                .by("A B X")
                .address()
                .json::<api::Offers>(StatusCode::OK, "Its offers, by brand.")],
        ),
    ]
}
