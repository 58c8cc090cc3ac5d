//! The rules that must hold, whatever goes wrong: each oracle looks at the history of a run and names what breaks its
//! rule.

mod agreement;
mod contradictions;
mod durability;
mod evidence;
mod finality;
mod light;
mod liveness;
mod model;
mod permission;
mod retention;
mod sets;
#[path = "../../ledger/tests/shown/mod.rs"]
pub(crate) mod shown;
mod stops;
mod validity;
mod versions;

use serde::{Deserialize, Serialize};

use crate::history::History;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The oracle that noticed.
    pub oracle: String,
    /// The validator, if it is about one.
    pub node: Option<usize>,
    /// The height, if it is about one.
    pub height: Option<u64>,
    /// The description of it.
    pub what: String,
}

/// An oracle, and its name.
pub type Oracle = (&'static str, fn(&History) -> Vec<Finding>);

/// The finding of an oracle.
pub struct Finding {
    node: Option<usize>,
    height: Option<u64>,
    what: String,
}

impl Finding {
    pub(crate) fn new(node: usize, height: u64, what: String) -> Self {
        Self { node: Some(node), height: Some(height), what }
    }
    pub(crate) fn on(node: usize, what: String) -> Self {
        Self { node: Some(node), height: None, what }
    }
    pub(crate) fn general(what: String) -> Self {
        Self { node: None, height: None, what }
    }
}

/// Every oracle.
pub const ORACLES: [Oracle; 15] = [
    ("agreement", agreement::check),
    ("validity", validity::check),
    ("conservation", validity::check_conservation),
    ("model", model::check),
    ("finality", finality::check),
    ("once", finality::check_once),
    ("durability", durability::check),
    ("contradiction", contradictions::check),
    ("evidence", evidence::check),
    ("liveness", liveness::check),
    ("stops", stops::check),
    ("permission", permission::check),
    ("light", light::check),
    ("versions", versions::check),
    ("retention", retention::check),
];

/// Most findings of one oracle that a report holds; the first say enough.
const FINDINGS_MAX: usize = 5;

/// Everything that is wrong with a history.
pub fn judge(history: &History) -> Vec<Violation> {
    let all = ORACLES.iter().flat_map(|(name, check)| {
        let findings = check(history).into_iter().take(FINDINGS_MAX);
        findings.map(|Finding { node, height, what }| Violation { oracle: (*name).to_owned(), node, height, what })
    });
    all.collect()
}

/// With more liars than consensus can bear, a split is no violation; a split that nothing gives away is.
pub fn beyond_f(history: &History, found: Vec<Violation>) -> (Vec<Violation>, Vec<Violation>) {
    let guilty = evidence::guilty_by_certificates(history);
    let mut detections = found;
    detections.extend(guilty.iter().map(|(height, nodes)| Violation {
        oracle: "certificates".to_owned(),
        node: None,
        height: Some(*height),
        what: format!("validators {nodes:?} signed two blocks of this height"),
    }));
    let is_split = detections.iter().any(|one| one.oracle == "agreement");
    let violations = if is_split && guilty.is_empty() {
        let what = "the chain split, and no two certificates name who did it".to_owned();
        vec![Violation { oracle: "accountability".to_owned(), node: None, height: None, what }]
    } else {
        Vec::new()
    };
    (violations, detections)
}

#[cfg(test)]
mod tests;
