//! Stops: a node ends by itself only when something is wrong with its machine.

use super::Finding;
use crate::history::History;

pub(super) fn check(history: &History) -> Vec<Finding> {
    let unexplained = history.stops.iter().filter(|stop| !stop.explained && !history.byzantine.contains(&stop.node));
    unexplained.map(|stop| Finding::on(stop.node, format!("at {} ms it ended: {}", stop.at_ms, stop.reason))).collect()
}
