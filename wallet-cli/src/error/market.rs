//! The reasons that points aren't bought on the market.

use lojal_types::{BrandId, Code};
use thiserror::Error;

/// Nothing was bought, and this is why.
#[derive(Debug, Error)]
pub enum MarketError {
    /// Fewer points are offered.
    #[error(
        "{there} are all that can be bought like this at once{}: lojal offers {sell} {buy} shows what there is; buy \
         fewer, or leave --lives-through out if you have named a month",
        if *.more { ", of the offers that the gateway lists" } else { "" }
    )]
    Thin {
        /// The points that can be bought.
        there: String,
        /// The brand of the points.
        sell: BrandId,
        /// The brand of those that pay.
        buy: BrandId,
        /// True if there are more offers than the gateway lists.
        more: bool,
    },
    /// Fewer points than it takes to pay.
    #[error(
        "the points of {buy} here pay for no more than {there}: buy fewer, or pay from another account with --from; \
         offers can ask for points that live longer, which lojal balance shows"
    )]
    Unpayable {
        /// The points that can be paid.
        there: String,
        /// The brand of the points that pay.
        buy: BrandId,
    },
    /// A sum above what somebody wants to pay.
    #[error("that costs {costs}, which is more than {most}: buy fewer, or say with --max-pay what you would pay")]
    TooDear {
        /// The sum.
        costs: String,
        /// The most that was to be paid.
        most: String,
    },
}

impl MarketError {
    /// The stable name.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Thin { .. } => "too_few_offered",
            Self::Unpayable { .. } => Code::InsufficientPoints.name(),
            Self::TooDear { .. } => Code::AboveMaxPay.name(),
        }
    }
}
