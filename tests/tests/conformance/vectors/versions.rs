//! The version of each block, and the actions that it has.

use lojal_ledger::record::{Protocol, ScheduledVersion};
use lojal_types::{Action, Height, Rules};
use serde::{Deserialize, Serialize};

use super::compose::actions;
use super::golden::check;
use super::samples::named;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    /// The version of the last block.
    version: u32,
    /// The one that is scheduled, with its first block.
    scheduled: Option<(u32, Height)>,
    /// The height of the next block.
    height: Height,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    version: u32,
    is_known: bool,
    /// The actions that motions in a block of it can't have.
    without: Vec<String>,
}

fn build(input: &Input) -> Output {
    let scheduled = input.scheduled.map(|(version, height)| ScheduledVersion { version, height });
    let version = Protocol { version: input.version, scheduled }.version_at(input.height);
    let rules = Rules::at(version);
    let is_without = |action: &Action| rules.is_some_and(|rules| !action.is_known_to(rules));
    let mut without: Vec<String> = Vec::new();
    for (_, action) in actions() {
        if is_without(&action) && !without.iter().any(|name| name == action.name()) {
            without.push(action.name().to_owned());
        }
    }
    Output { version, is_known: rules.is_some(), without }
}

#[test]
fn a_version_begins_with_the_block_for_which_it_is_scheduled() {
    let input = |version, scheduled: Option<(u32, u64)>, height| {
        let scheduled = scheduled.map(|(version, height)| (version, Height::new(height)));
        Input { version, scheduled, height: Height::new(height) }
    };
    let samples = vec![
        named("none is scheduled", input(1, None, 200)),
        named("the block before", input(1, Some((2, 200)), 199)),
        named("its first block", input(1, Some((2, 200)), 200)),
        named("the blocks after that", input(2, None, 201)),
        named("one that no program knows yet", input(2, Some((3, 400)), 400)),
    ];
    let about = "The version of the last block, what is scheduled, and the height of the next block -> the version of \
                 that block, whether it is known, and the actions that it doesn't have";
    check("versions.json", about, samples, build);
}
