//! Counters of answered requests: their number, status and time, by route.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;

use super::text::{Kind, Text, seconds};

/// Upper bounds of the buckets, in milliseconds.
const BUCKETS_MS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 2_500, 10_000, 30_000];
/// The classes of HTTP status, by their first digit.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Requests since the start, by route. There are as many entries as routes, whatever clients ask for.
#[derive(Default)]
pub(crate) struct Requests(Mutex<BTreeMap<String, Route>>);

#[derive(Clone, Copy, Default)]
struct Route {
    by_class: [u64; CLASSES.len()],
    /// Each request once, in the first bucket that holds it; the last is for those that none does.
    buckets: [u64; BUCKETS_MS.len() + 1],
    total: Duration,
}

impl Requests {
    /// Counts an answer; `route` is one of the router's, never what the client wrote.
    pub(crate) fn count(&self, route: &str, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1).min(CLASSES.len() - 1);
        let fits = |ms: &u64| took <= Duration::from_millis(*ms);
        let bucket = BUCKETS_MS.iter().position(fits).unwrap_or(BUCKETS_MS.len());
        let mut routes = self.lock();
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        if let Some(counts) = routes.get_mut(route) {
            counts.by_class[class] += 1;
            counts.buckets[bucket] += 1;
            counts.total = counts.total.saturating_add(took);
        }
    }

    /// Counts an answer to what reached no route.
    pub(crate) fn count_refused(&self, status: StatusCode) {
        self.count("none", status, Duration::ZERO);
    }

    /// Writes the metrics of all routes.
    pub(crate) fn write(&self, text: &mut Text) {
        let routes = self.lock().clone();
        let name = "lojal_http_requests_total";
        text.family(Kind::Counter, name, "Requests answered, by route and class of status.");
        for (route, counts) in &routes {
            for (class, count) in CLASSES.iter().zip(counts.by_class).filter(|(_, count)| *count > 0) {
                text.sample(name, &[("route", route), ("status", class)], count);
            }
        }
        let name = "lojal_http_request_duration_seconds";
        text.family(Kind::Histogram, name, "Time from a request's head to its answer, by route.");
        for (route, counts) in &routes {
            write_histogram(text, name, route, counts);
        }
    }

    /// The counts are whole between any two requests, so a panic elsewhere doesn't spoil them.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Route>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_histogram(text: &mut Text, name: &str, route: &str, counts: &Route) {
    let bounds = BUCKETS_MS.iter().map(|ms| seconds(Duration::from_millis(*ms))).chain(["+Inf".to_owned()]);
    let mut so_far = 0_u64;
    for (bound, count) in bounds.zip(counts.buckets) {
        so_far += count;
        text.sample(&format!("{name}_bucket"), &[("route", route), ("le", &bound)], so_far);
    }
    text.sample(&format!("{name}_sum"), &[("route", route)], seconds(counts.total));
    text.sample(&format!("{name}_count"), &[("route", route)], so_far);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_their_edges_belong_to_them() {
        let requests = Requests::default();
        for ms in [1, 2, 3, 30_000, 30_001] {
            requests.count("/x", StatusCode::OK, Duration::from_millis(ms));
        }
        requests.count("/x", StatusCode::NOT_FOUND, Duration::ZERO);
        let mut text = Text::default();
        requests.write(&mut text);
        let text = text.into_string();
        for line in [
            "lojal_http_requests_total{route=\"/x\",status=\"2xx\"} 5",
            "lojal_http_requests_total{route=\"/x\",status=\"4xx\"} 1",
            "lojal_http_request_duration_seconds_bucket{route=\"/x\",le=\"0.001000\"} 2",
            "lojal_http_request_duration_seconds_bucket{route=\"/x\",le=\"0.002000\"} 3",
            "lojal_http_request_duration_seconds_bucket{route=\"/x\",le=\"0.005000\"} 4",
            "lojal_http_request_duration_seconds_bucket{route=\"/x\",le=\"30.000000\"} 5",
            "lojal_http_request_duration_seconds_bucket{route=\"/x\",le=\"+Inf\"} 6",
            "lojal_http_request_duration_seconds_sum{route=\"/x\"} 60.007000",
            "lojal_http_request_duration_seconds_count{route=\"/x\"} 6",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}
