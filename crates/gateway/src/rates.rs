//! The number of questions that one client may ask in a while: each route has a cost, and each client has so much to
//! spend, which comes back with time.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use lojal_types::Address;

use crate::clients::ClientNetwork;
use crate::limits::{RATES_CLEANED_EVERY, SUBMISSIONS_PER_READ};
use crate::problem::{Failure, Kind};

/// The rate at which one client may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The cost of questions that a client may ask in a second, for long.
    pub per_s: NonZeroU32,
    /// The cost of questions at once.
    pub burst: NonZeroU32,
}

/// The one whom a request counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Payer {
    /// An account of the ledger, whose token it has.
    Account(Address),
    /// A network.
    Network(ClientNetwork),
}

type Limiter = RateLimiter<Payer, DashMapStateStore<Payer>, DefaultClock, StateInformationMiddleware>;

/// The rates of all clients.
pub(crate) struct Rates {
    reads: Bucket,
    submissions: Bucket,
}

struct Bucket {
    name: &'static str,
    rate: Rate,
    limiter: Limiter,
    asked: AtomicU64,
}

/// A question, though it has a body.
const SIMULATE: &str = "/v1/simulate";

/// The cost of an answer on a route.
fn cost(route: &str, method: &Method) -> u32 {
    match route {
        "/v1/transactions/batch" => 10,
        "/v1/transactions" if *method == Method::POST => 1,
        "/v1/export" => 50,
        "/v1/blocks/{height}" | "/v1/events" | "/v1/brands/{id}/accounts" | "/v1/brands/{id}/expiring" => 10,
        SIMULATE => 5,
        "/v1/brands/{id}/references/{kind}/{reference}" | "/v1/transactions/{id}/proof" => 3,
        // As many proofs as a brand has campaigns.
        "/v1/brands/{id}/campaigns/proof" | "/v1/brands/{id}/tracks/{track}/leaders" => 3,
        "/v1/accounts/{address}/transactions" | "/v1/brands/{id}/transactions" => 3,
        "/v1/brands/{id}/statistics" | "/v1/partnerships" | "/v1/netting" => 3,
        "/v1/light/changes" | "/v1/light/blocks/{height}" => 3,
        _ => 1,
    }
}

impl Rates {
    pub(crate) fn new(rate: Rate) -> Self {
        let more = |number: NonZeroU32| number.saturating_mul(SUBMISSIONS_PER_READ);
        let submissions = Rate { per_s: more(rate.per_s), burst: more(rate.burst) };
        Self { reads: Bucket::new("reads", rate), submissions: Bucket::new("submissions", submissions) }
    }
    /// Counts a request; answers with the headers that say what is left.
    ///
    /// # Errors
    /// When nothing is left, with the time until there is.
    pub(crate) fn spend(&self, payer: Payer, route: &str, method: &Method) -> Result<HeaderMap, Failure> {
        let is_submission = *method == Method::POST && route != SIMULATE;
        let bucket = if is_submission { &self.submissions } else { &self.reads };
        bucket.spend(payer, NonZeroU32::new(cost(route, method)).unwrap_or(NonZeroU32::MIN))
    }
}

impl Bucket {
    fn new(name: &'static str, rate: Rate) -> Self {
        let quota = Quota::per_second(rate.per_s).allow_burst(rate.burst);
        let limiter = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self { name, rate, limiter, asked: AtomicU64::new(0) }
    }
    fn spend(&self, payer: Payer, cost: NonZeroU32) -> Result<HeaderMap, Failure> {
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(RATES_CLEANED_EVERY) {
            // Whoever has all of it again is as good as unknown.
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let cost = cost.min(self.rate.burst);
        let checked = self.limiter.check_key_n(&payer, cost).map_err(|_| Failure::internal())?;
        match checked {
            Ok(left) => Ok(self.headers(left.remaining_burst_capacity())),
            Err(not_until) => {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                let seconds = wait.as_secs().saturating_add(1);
                let detail = format!(
                    "too many requests from here: of a burst of {} so many come back each second: {}; wait {seconds} s",
                    self.rate.burst, self.rate.per_s
                );
                let failure = Failure::new(Kind::RateLimited, detail).after_s(seconds);
                Err(failure.with_headers(self.headers(0)))
            }
        }
    }
    /// The headers with all that there is, and the rest of it (draft-ietf-httpapi-ratelimit-headers).
    fn headers(&self, left: u32) -> HeaderMap {
        let Rate { per_s, burst } = self.rate;
        let window = burst.get().div_ceil(per_s.get());
        let rest = (burst.get().saturating_sub(left)).div_ceil(per_s.get());
        let value = |text: String| HeaderValue::from_str(&text).expect("numbers are ASCII");
        let name = self.name;
        HeaderMap::from_iter([
            (HeaderName::from_static("ratelimit-policy"), value(format!("\"{name}\";q={burst};w={window}"))),
            (HeaderName::from_static("ratelimit"), value(format!("\"{name}\";r={left};t={rest}"))),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates() -> Rates {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        Rates::new(Rate { per_s: number(1), burst: number(60) })
    }

    fn network(address: &str) -> Payer {
        Payer::Network(ClientNetwork::of(address.parse().expect("an address")))
    }

    #[test]
    fn a_route_costs_what_it_takes_and_others_are_not_touched() {
        let rates = rates();
        let one = network("203.0.113.7");
        let headers = rates.spend(one, "/v1/export", &Method::GET).expect("enough is left");
        assert_eq!(headers["ratelimit"], "\"reads\";r=10;t=50");
        assert_eq!(headers["ratelimit-policy"], "\"reads\";q=60;w=60");
        let refused = rates.spend(one, "/v1/export", &Method::GET).expect_err("nothing is left");
        assert_eq!(refused.status().as_u16(), 429);
        assert!(rates.spend(one, "/v1/status", &Method::GET).is_ok(), "a cheap one");
        assert!(rates.spend(one, "/v1/transactions", &Method::POST).is_ok(), "submissions have their own");
        assert!(rates.spend(one, SIMULATE, &Method::POST).is_ok(), "a question all the same");
        assert!(rates.spend(one, SIMULATE, &Method::POST).is_err());
        assert!(rates.spend(network("203.0.113.8"), "/v1/export", &Method::GET).is_ok());
        assert!(rates.spend(network("2001:db8::1"), "/v1/export", &Method::GET).is_ok());
        assert!(rates.spend(network("2001:db8::2"), "/v1/export", &Method::GET).is_err(), "one network of 64 bits");
    }

    #[test]
    fn what_costs_more_than_a_burst_takes_all_of_it() {
        let rate = Rate { per_s: NonZeroU32::MIN, burst: NonZeroU32::MIN };
        assert!(Rates::new(rate).spend(network("203.0.113.7"), "/v1/export", &Method::GET).is_ok());
    }
}
