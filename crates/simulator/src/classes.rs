//! Classes of faults: each draws a schedule from a seed.

mod draw;

use std::collections::BTreeSet;

use crate::change::Change;
use crate::plan::{Plan, Plant};
use crate::schedule::Fault;
use lojal_random::Random;

/// A kind of run.
pub struct Class {
    /// Its name on the command line.
    pub name: &'static str,
    /// The things that go wrong in it, in words.
    pub what: &'static str,
    validators: usize,
    /// Nodes without a seat in the genesis document.
    spares: usize,
    load: Load,
    beyond_f: bool,
    draw: fn(&mut Draw) -> Vec<Fault>,
}

/// The load that clients make.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Load {
    Usual,
    /// Every transaction goes to every node.
    Everywhere,
}

/// The material that a schedule is drawn from.
pub(crate) struct Draw {
    pub(crate) random: Random,
    /// All nodes.
    pub(crate) validators: usize,
    /// Those of them that are validators from the start.
    pub(crate) seats: usize,
    pub(crate) active_ms: u64,
    /// The changes of the validators and of the protocol that were drawn with the faults.
    pub(crate) changes: Vec<Change>,
    /// The time between two snapshots, where any are cut.
    pub(crate) snapshot_ms: Option<u64>,
    /// The nodes that give up blocks.
    pub(crate) pruning: BTreeSet<usize>,
}

/// The name for every class in turn.
pub const ALL: &str = "all";

const fn class(name: &'static str, what: &'static str, draw: fn(&mut Draw) -> Vec<Fault>) -> Class {
    Class { name, what, validators: 4, spares: 0, load: Load::Usual, beyond_f: false, draw }
}

const fn of_seven(class: Class) -> Class {
    Class { validators: 7, ..class }
}

/// Of so many validators, and so many nodes that have no seat at first.
const fn of(validators: usize, spares: usize, class: Class) -> Class {
    Class { validators, spares, ..class }
}

const fn everywhere(class: Class) -> Class {
    Class { load: Load::Everywhere, ..class }
}

const fn beyond_f(class: Class) -> Class {
    Class { beyond_f: true, ..class }
}

/// Every class.
pub const CLASSES: [Class; 65] = [
    class("none", "nothing goes wrong", draw::nothing),
    class("delay", "messages take up to two seconds longer", draw::delay),
    class("slow-link", "the links of one validator take seconds", draw::slow_link),
    class("loss", "up to a third of all messages is lost", draw::loss),
    class("duplication", "messages arrive twice", draw::duplication),
    class("reordering", "messages overtake each other", draw::reordering),
    class("partition", "two groups can't reach each other", draw::partition),
    class("one-way", "what one validator says doesn't reach another", draw::one_way),
    class("flapping", "partitions come and go", draw::flapping),
    class("restart", "one validator after the other is stopped and started", draw::restart),
    class("crash-one", "one validator at a time loses its power, and what was not synced", draw::crash_one),
    of_seven(class("crash-several", "two of seven validators lose their power", draw::crash_several)),
    class("crash-majority", "so many lose their power that the network halts", draw::crash_majority),
    class("crash-all", "all lose their power at the same moment", draw::crash_all),
    class("crash-loop", "one validator loses its power again and again, soon after its start", draw::crash_loop),
    class("write-fails", "a write is cut short and fails", draw::write_fails),
    class("sync-fails", "a sync fails", draw::sync_fails),
    class("disk-full", "a disk is full, and then has room again", draw::disk_full),
    class("log-rot", "a bit of a block log flips", draw::log_rot),
    class("old-rot", "old blocks of one validator rot while another one is away and then asks for them", draw::old_rot),
    class("cold-rot", "pages of the state that one validator has on its disk alone rot", draw::cold_rot),
    class("read-fails", "a read of a page fails, of a validator that has none in memory", draw::read_fails),
    class("index-rot", "a bit of an index flips in a crash", draw::index_rot),
    class("index-lost", "a crash takes the index", draw::index_lost),
    class("all-but-one-wiped", "all are stopped, and all but one start without their disks", draw::all_but_one_wiped),
    class("all-but-one-restored", "all but one start with older copies of their disks", draw::all_but_one_restored),
    class("restored", "one validator after the other starts with an older copy of its data", draw::restored),
    class(
        "restored-together",
        "all lose their power at once, and half of them start with older copies of their data",
        draw::restored_together,
    ),
    class("signer-away", "signers lose their power while validators crash, and come back", draw::signer_away),
    class("signer-crash-all", "all validators and their signers lose their power at once", draw::signer_crash_all),
    of_seven(class(
        "wiped-and-liar",
        "four of seven lose their disks, and one lies about heights",
        draw::wiped_and_liar,
    )),
    class("clock-slow", "a clock is behind", draw::clock_slow),
    class("clock-fast", "a clock is ahead", draw::clock_fast),
    class("clock-jumps", "a clock jumps about", draw::clock_jumps),
    class("lost-gossip", "most gossiped transactions are lost", draw::lost_gossip),
    everywhere(class("same-everywhere", "every transaction goes to every node at once", draw::nothing)),
    class("votes-twice", "a validator votes twice, and tells everybody", draw::votes_twice),
    class("votes-both-ways", "a validator votes one thing to some, another to others", draw::votes_both_ways),
    class("proposes-twice", "a validator proposes two valid blocks, each to some", draw::proposes_twice),
    class("engine-liar", "a validator with the engine's own Byzantine proxy", draw::engine_liar),
    class("withholds-parts", "a validator keeps the bytes of its blocks to itself", draw::withholds_parts),
    class("forges-transactions", "a validator proposes transactions that nobody signed", draw::forges_transactions),
    class("wrong-header", "a validator proposes blocks with wrong headers", draw::wrong_header),
    class("wrong-state-root", "a validator proposes blocks with wrong state roots", draw::wrong_state_root),
    class("old-messages", "a validator says again what it said long ago", draw::old_messages),
    class("garbage", "a validator sends bytes without meaning on every topic", draw::garbage),
    class("garbage-answers", "a validator answers those who catch up with garbage", draw::garbage_answers),
    class("oversized", "a validator sends messages of the largest size and beyond", draw::oversized),
    class("flood", "a validator floods the others with transactions", draw::flood),
    class("false-height", "a validator claims a height that nobody has reached", draw::false_height),
    of(4, 3, class("set-changes", "the validators change again and again, with faults as usual", draw::set_changes)),
    of(
        4,
        2,
        class("set-change-crash", "power cuts around the blocks that change the validators", draw::set_change_crash),
    ),
    of(
        5,
        4,
        class("set-replaced", "all validators but one, which is away, are replaced by others", draw::set_replaced),
    ),
    of(
        5,
        4,
        class(
            "stale-members",
            "all validators but one, which is away, are replaced and are gone when it comes back: it knows nobody who \
             is there, and its operator names one",
            draw::stale_members,
        ),
    ),
    of(
        7,
        1,
        class(
            "removed-liar",
            "a validator that is removed goes on, and another one passes on what it says",
            draw::removed_liar,
        ),
    ),
    of(
        4,
        2,
        class(
            "follower-liar",
            "of two followers one publishes what it may not, and asks everybody without end",
            draw::follower_liar,
        ),
    ),
    class(
        "upgrade-mixed",
        "the network goes over to the next version while one validator has an old program, which is replaced then",
        draw::upgrade_mixed,
    ),
    class("join", "a validator loses its data, and joins by a snapshot of the others", draw::join),
    of_seven(class(
        "join-liars",
        "a validator of seven joins by a snapshot, and two others give it false ones",
        draw::join_liars,
    )),
    class(
        "join-crash-loop",
        "a validator that joins loses its power again and again, at any change of its disk",
        draw::join_crash_loop,
    ),
    of_seven(class(
        "far-behind",
        "a validator of seven is away until nobody has the block that it needs; one may lie about where blocks begin",
        draw::far_behind,
    )),
    class("prune-crash", "power cuts at any change of the disk of validators that give up blocks", draw::prune_crash),
    class(
        "index-lost-pruned",
        "crashes take the index of validators that have given up blocks, and once the base rots, too",
        draw::index_lost_pruned,
    ),
    of_seven(class("mixed", "several of all that, and two of seven lie", draw::mixed)),
    beyond_f(class("beyond-f", "two of four conspire to split the chain, or forget what they signed", draw::beyond_f)),
];

/// The class with a name.
pub fn by_name(name: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.name == name)
}

impl Class {
    /// The plan of a run of this class.
    pub fn plan(&self, seed: u64, active_ms: u64, plant: Option<Plant>) -> Plan {
        let random = Random::of(seed, self.name);
        let (seats, spares) = (self.validators, self.spares);
        let mut draw = Draw {
            random,
            validators: seats + spares,
            seats,
            active_ms,
            changes: Vec::new(),
            snapshot_ms: None,
            pruning: BTreeSet::new(),
        };
        let mut faults = (self.draw)(&mut draw);
        faults.sort_by_key(|fault| fault.start_ms);
        let everywhere_permille = if self.load == Load::Everywhere { 1_000 } else { 100 };
        Plan {
            seed,
            validators: seats,
            spares,
            active_ms,
            pause_ms_max: 300,
            everywhere_permille,
            faults,
            changes: draw.changes,
            snapshot_ms: draw.snapshot_ms,
            pruning: draw.pruning,
            plant,
            beyond_f: self.beyond_f,
        }
    }
}

#[cfg(test)]
mod tests;
