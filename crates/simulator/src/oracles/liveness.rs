//! Liveness: once all faults are over, what is submitted to any honest node is committed on every honest node, within a
//! stated time.

use super::Finding;
use crate::history::History;

pub(super) fn check(history: &History) -> Vec<Finding> {
    let mut findings = Vec::new();
    for probe in &history.probes {
        for node in history.honest() {
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
