//! The cost of growing: followers beside validators, another set of validators, and nodes that join by a snapshot.

mod followers;
mod joining;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

pub use self::followers::{Change, Followed};
pub use self::joining::Joining;
use crate::accounts::Accounts;
use crate::error::BenchError;
use crate::markdown::{mebibytes, number, whole};
use crate::targets::{Bound, Target};

/// The figures of a network that grows.
#[derive(Clone, Debug, Serialize)]
pub struct Growth {
    /// Bytes of validators with and without followers, by load.
    pub followers: Vec<Followed>,
    /// Changes of the validators under load.
    pub changes: Change,
    /// Nodes that join.
    pub joining: Joining,
}

/// Lets networks grow: four validators by followers and changes of votes, each load for so long; and one validator with
/// these members and so many transfers behind it by nodes that join.
pub fn measure(dir: &Path, members: &Accounts, transfers: usize, duration: Duration) -> Result<Growth, BenchError> {
    let (followers, changes) = followers::measure(&dir.join("followers"), duration)?;
    let joining = joining::measure(&dir.join("joining"), members, transfers, duration)?;
    Ok(Growth { followers, changes, joining })
}

/// Every aim and what came of it.
pub fn aims(growth: &Growth) -> Vec<Target> {
    let at_most = |what, bound, reached, figures| Target { what, bound: Bound::AtMost(bound), reached, figures };
    let joining = &growth.joining;
    let mut aims: Vec<Target> = growth.followers.iter().map(followed).collect();
    aims.extend([
        at_most(
            "a change of the validators under load: rounds that failed",
            0.0,
            Some(growth.changes.rounds_failed),
            format!("{} changes in {} blocks", growth.changes.changes, whole(growth.changes.blocks)),
        ),
        at_most(
            "a join by a snapshot: bytes over the wire / those of the snapshot",
            1.3,
            Some(joining.by_snapshot.bytes / joining.snapshot_bytes),
            format!("{} / {}", mebibytes(joining.by_snapshot.bytes as u64), mebibytes(joining.snapshot_bytes as u64)),
        ),
        at_most(
            "a join by a snapshot until the node is level with the others / fetching and executing all blocks",
            0.1,
            Some(joining.by_snapshot.seconds / joining.by_blocks.seconds),
            format!("{} / {} s", number(joining.by_snapshot.seconds), number(joining.by_blocks.seconds)),
        ),
        Target {
            what: "one validator, single transfers in batches, beside two nodes that join / alone",
            bound: Bound::AtLeast(0.9),
            reached: Some(joining.beside.transactions_per_s() / joining.alone.transactions_per_s()),
            figures: format!(
                "{} / {} per s; {} joins on the same cores",
                whole(joining.beside.transactions_per_s()),
                whole(joining.alone.transactions_per_s()),
                joining.joins
            ),
        },
    ]);
    aims
}

fn followed(followed: &Followed) -> Target {
    Target {
        what: followed.what,
        bound: Bound::AtMost(1.1),
        reached: Some(followed.beside / followed.alone),
        figures: format!("{} / {} bytes", whole(followed.beside), whole(followed.alone)),
    }
}
