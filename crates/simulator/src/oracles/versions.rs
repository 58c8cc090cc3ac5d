//! Versions: no program commits a block of a version of the protocol that it doesn't know.

use super::Finding;
use crate::history::History;

pub(super) fn check(history: &History) -> Vec<Finding> {
    let unknown = history.commits.iter().filter(|commit| !commit.is_known);
    let what = "it has committed a block of a version that its program doesn't know";
    unknown.map(|commit| Finding::new(commit.node, commit.height.get(), what.to_owned())).collect()
}
