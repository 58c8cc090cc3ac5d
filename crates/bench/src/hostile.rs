//! Members who flood a network of real processes: what its validators keep of it, and what honest members notice.

use std::ops::Range;
use std::path::Path;
use std::thread;
use std::time::Duration;

use lojal_types::limits::{HOUSEHOLD_INVITATIONS_MAX, MEMBER_BYTES_DEFAULT, MEMBER_OPERATIONS_DEFAULT};
use lojal_types::{Allowances, Genesis};
use serde::Serialize;

use crate::accounts::Accounts;
use crate::bed::{Bed, Measured};
use crate::cluster::{HEARTBEAT_MS, genesis, now};
use crate::error::BenchError;
use crate::load::Run;
use crate::markdown::{mebibytes, number, whole};
use crate::metrics;
use crate::process::resident_bytes;
use crate::suite::tell;
use crate::targets::{Bound, Target};
use crate::workload::Flood;

/// Members of one flood.
const ATTACKERS: usize = 400;
/// Submissions of each: many more than its allowance has room for.
const SUBMISSIONS: usize = 60;
/// Members of the crowd that sends transfers as fast as it can.
const CROWD: usize = 200;
/// Transfers of one submission of the crowd.
const CROWD_BATCH: usize = 10;
/// Transfers that are signed for each second of the crowd: more than any machine takes, so that it lasts as long as the
/// honest members' load beside it.
const CROWD_PER_S: usize = 60_000;
/// Members who do what members do.
const HONEST: usize = 1_000;
/// Their transfers per second, each by itself.
const HONEST_PER_S: f64 = 10.0;
/// Connections of attackers and of the crowd, and of honest members.
const CONNECTIONS: usize = 64;
const CONNECTIONS_HONEST: usize = 32;
/// The time after a flood in which memory must stay as it is.
const REST: Duration = Duration::from_secs(20);

/// The figures of all floods.
#[derive(Clone, Debug, Serialize)]
pub struct Hostile {
    /// One after the other, each by members of its own, on one network.
    pub floods: Vec<Flooded>,
    /// The latency of honest members on a network that has nothing else to do.
    pub alone: Measured,
    /// The same beside the crowd.
    pub beside: Measured,
    /// The crowd.
    pub crowd: Run,
}

/// The figures of a flood.
#[derive(Clone, Debug, Serialize)]
pub struct Flooded {
    /// Its name.
    pub name: &'static str,
    /// The records of the state that the most can be of, per attacker, as docs/state.md says.
    pub records_max: f64,
    /// The flood.
    pub run: Run,
    /// Records of the state that came, per attacker.
    pub records: f64,
    /// References on shelves that came, per attacker.
    pub references: f64,
    /// Bytes of the log that came, per attacker.
    pub log_bytes: f64,
    /// Memory of the validator that has the most, before, at the end, and some time after it.
    pub resident_bytes: [u64; 3],
}

/// Floods networks of so many validators, each for so long.
pub fn measure(dir: &Path, validators: usize, duration: Duration) -> Result<Hostile, BenchError> {
    let members = Accounts::members(Flood::ALL.len() * ATTACKERS + HONEST);
    let mut bed = network(dir, "allowances", validators, Allowances::standard(), &members)?;
    let mut floods = Vec::new();
    for (index, flood) in Flood::ALL.into_iter().enumerate() {
        tell(&format!("{}: {ATTACKERS} members, {} s", flood.name(), duration.as_secs()));
        floods.push(flooded(&bed, flood, index * ATTACKERS..(index + 1) * ATTACKERS, duration)?);
    }
    bed.remove()?;
    // The crowd's allowances would soon be used up; these stand in nobody's way.
    bed = network(dir, "crowd", validators, Allowances::open(), &members)?;
    tell(&format!("{CROWD} members at full speed beside honest ones, {} s", duration.as_secs()));
    let honest = |bed: &Bed<'_>| {
        let count = (HONEST_PER_S * duration.as_secs_f64()) as usize;
        let bodies = bed.signer.presign_among(CROWD..CROWD + HONEST, count, 1);
        bed.submit(&bodies, CONNECTIONS_HONEST, Some(HONEST_PER_S), duration)
    };
    let alone = honest(&bed)?;
    let crowd_bodies = bed.signer.presign_among(0..CROWD, CROWD_PER_S * duration.as_secs() as usize, CROWD_BATCH);
    let (crowd, beside) = thread::scope(|scope| {
        let crowd = scope.spawn(|| bed.submit(&crowd_bodies, CONNECTIONS, None, duration));
        let beside = honest(&bed);
        (crowd.join().expect("a load doesn't panic"), beside)
    });
    let (crowd, beside) = (crowd?.run, beside?);
    bed.remove()?;
    Ok(Hostile { floods, alone, beside, crowd })
}

/// A network with these allowances of members; brands need the largest to set it up.
fn network<'a>(
    dir: &Path,
    name: &str,
    validators: usize,
    allowances: Allowances,
    members: &'a Accounts,
) -> Result<Bed<'a>, BenchError> {
    let mut document = genesis(validators, HEARTBEAT_MS, now()).document().clone();
    document.parameters.allowances = Allowances { operator: Allowances::open().operator, ..allowances };
    let genesis = Genesis::new(document).expect("every rule is kept");
    Bed::start_with(&dir.join(name), genesis, members)
}

fn flooded(bed: &Bed<'_>, flood: Flood, members: Range<usize>, duration: Duration) -> Result<Flooded, BenchError> {
    let bodies = bed.signer.presign_flood(flood, members, SUBMISSIONS);
    let first = &bed.cluster.metrics_urls()[..1];
    let before = metrics::read_all(first)?;
    let resident_before = resident_bytes(&bed.cluster.processes());
    let run = bed.submit(&bodies, CONNECTIONS, None, duration)?.run;
    let grown = metrics::since(metrics::read_all(first)?, &before);
    let resident_after = resident_bytes(&bed.cluster.processes());
    thread::sleep(REST);
    let each = |name: &str| grown.get(name).copied().unwrap_or(0.0) / ATTACKERS as f64;
    Ok(Flooded {
        name: flood.name(),
        records_max: records_max(flood),
        run,
        records: each("lojal_state_records"),
        references: each("lojal_shelf_references"),
        log_bytes: each("lojal_store_log_bytes"),
        resident_bytes: [resident_before, resident_after, resident_bytes(&bed.cluster.processes())],
    })
}

/// Most records of the state that one attacker can leave in a day (docs/state.md): it creates 4 households, each with
/// its account, itself and one member, beside the list of the households that the member is in, and 16 invitations;
/// and holds of a brand are one record.
fn records_max(flood: Flood) -> f64 {
    let allowances = Allowances::standard();
    let households = f64::from(allowances.households) * 3.0 + 1.0;
    match flood {
        Flood::Households => households,
        Flood::Invitations => households + f64::from(allowances.households) * HOUSEHOLD_INVITATIONS_MAX as f64,
        Flood::Holds => 1.0,
    }
}

/// Every aim and what came of it.
pub fn aims(hostile: &Hostile) -> Vec<Target> {
    let at_most = |what, bound, reached, figures| Target { what, bound: Bound::AtMost(bound), reached, figures };
    let most = |of: &dyn Fn(&Flooded) -> f64| hostile.floods.iter().map(of).fold(0.0, f64::max);
    let [records, references, log, memory] = [
        most(&|one| one.records / one.records_max),
        most(&|one| one.references),
        most(&|one| one.log_bytes),
        most(&|one| one.resident_bytes[2] as f64 / one.resident_bytes[1].max(1) as f64),
    ];
    let (alone, beside) = (&hostile.alone.run, &hostile.beside.run);
    let each = |of: &dyn Fn(&Flooded) -> String| hostile.floods.iter().map(of).collect::<Vec<_>>().join(", ");
    vec![
        at_most(
            "a flood: records of the state per attacker, and the network's own / what the table of records allows",
            1.1,
            Some(records),
            each(&|one| format!("{} of {}", number(one.records), whole(one.records_max))),
        ),
        at_most(
            "a flood: references per attacker / its operations of a day",
            1.0,
            Some(references / f64::from(MEMBER_OPERATIONS_DEFAULT)),
            each(&|one| number(one.references)),
        ),
        at_most(
            "a flood: bytes of the log per attacker / its bytes of a day",
            1.1,
            Some(log / MEMBER_BYTES_DEFAULT as f64),
            each(&|one| whole(one.log_bytes)),
        ),
        at_most(
            "memory some time after a flood / at its end",
            1.05,
            Some(memory),
            each(&|one| format!("{} / {}", mebibytes(one.resident_bytes[2]), mebibytes(one.resident_bytes[1]))),
        ),
        at_most(
            "honest members beside a crowd at full speed, p99 / with nothing else to do",
            3.0,
            Some(beside.latency.p99_ms / alone.latency.p99_ms),
            format!("{} / {} ms", number(beside.latency.p99_ms), number(alone.latency.p99_ms)),
        ),
        at_most(
            "honest members who are refused",
            0.0,
            Some((beside.refused + beside.failed) as f64),
            format!("{} were applied", whole(beside.applied as f64)),
        ),
    ]
}
