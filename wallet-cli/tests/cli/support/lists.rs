//! The lists of a brand, as a gateway answers them: two pages of accounts, and the rest on one.

use lojal_types::api::{
    BrandAccount, BrandAccounts, BrandExpiring, BrandMonth, BrandStatistics, ExpiringAccount, PointsByExpiry,
};
use lojal_types::{Expiry, GrossPoints, Height, Lot, Month, NetworkKind, Points};

use super::gateway::network_status;
use super::server::Answer;
use super::{key, other};

fn month() -> Month {
    network_status().time_ms.month()
}

fn lots() -> Vec<Lot> {
    vec![Lot { expiry: Expiry::Month(month()), amount: Points::new(1_200_000) }]
}

/// The answer to a request for one of them.
pub fn answer(path: &str) -> Option<Answer> {
    let (height, time_ms) = (Height::new(41), network_status().time_ms);
    let own = key().address().to_text(NetworkKind::Test);
    let (total, held) = (Points::new(1_200_000), Points::new(50));
    let (expiry, points) = (Expiry::Month(month()), total);
    match path {
        "/v1/brands/kaffet/accounts" => {
            let accounts = vec![BrandAccount { account: own, total, lots: lots(), held, pending: Points::ZERO }];
            let next_cursor = Some("ff".to_owned());
            Some(Answer::json(200, &BrandAccounts { accounts, height, time_ms, next_cursor }))
        }
        "/v1/brands/kaffet/accounts?cursor=ff" => {
            let (total, held) = (Points::ZERO, Points::new(7));
            let accounts = vec![BrandAccount { account: other(), total, lots: vec![], held, pending: Points::ZERO }];
            Some(Answer::json(200, &BrandAccounts { accounts, height, time_ms, next_cursor: None }))
        }
        path if path.starts_with("/v1/brands/kaffet/expiring") => {
            let accounts = vec![ExpiringAccount { account: own, total, lots: lots() }];
            let points = vec![PointsByExpiry { expiry, points }];
            let until = month();
            let answer = BrandExpiring { until, points, accounts, height, time_ms, next_cursor: None };
            Some(Answer::json(200, &answer))
        }
        "/v1/brands/kaffet/statistics" => {
            let sum = GrossPoints::new;
            let month = BrandMonth {
                month: month(),
                issued: sum(1_250_000),
                redeemed: sum(40_000),
                converted_out: sum(300),
                expired: sum(200),
                reversed: sum(100),
                donated: sum(0),
                refunded: sum(0),
                outstanding: total,
                held,
                pending: Points::ZERO,
                by_expiry: vec![PointsByExpiry { expiry, points }],
                height,
            };
            let complete_from = Some(Height::new(9));
            Some(Answer::json(200, &BrandStatistics { months: vec![month], complete_from, height, time_ms }))
        }
        _ => None,
    }
}
