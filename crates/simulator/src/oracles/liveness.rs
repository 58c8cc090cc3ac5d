//! Liveness: once all faults are over, what is submitted to any honest validator is committed on every honest
//! validator, within a stated time. Validators are those of then who still are at the end.

use super::Finding;
use crate::history::History;

pub(super) fn check(history: &History) -> Vec<Finding> {
    if history.seated.is_empty() {
        return vec![Finding::general("no honest node that is a validator runs after the faults".to_owned())];
    }
    let mut findings = Vec::new();
    for probe in history.due_probes() {
        for node in history.seated.iter().copied() {
            let late = match probe.committed_ms[node] {
                Some(at_ms) if at_ms <= history.healed_ms + history.liveness_ms => continue,
                Some(at_ms) => format!("only after {} ms", at_ms - history.healed_ms),
                None => "not at all".to_owned(),
            };
            let what = format!("what was submitted to validator {} after the faults is committed {late}", probe.node);
            findings.push(Finding::on(node, what));
        }
    }
    findings
}
