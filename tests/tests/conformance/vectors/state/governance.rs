//! Records of governance.

use lojal_ledger::key::{FollowersKey, GovernorKey, MotionKey, ProtocolKey, RegisterKey, SeatKey, SettingsKey};
use lojal_ledger::record;
use lojal_types::{
    Action, AddressText, Endpoint, Hash, Height, MotionId, MotionStatus, Name, PublicKey, Settings, SuspendBrand,
    TimeMs,
};
use serde::{Deserialize, Serialize};

use super::{Output, bounded, output};
use crate::vectors::samples::{START_MS, account, address, key, named, parse, seed, time};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenMotion {
    motion: MotionId,
    by: Name,
    lapses_ms: TimeMs,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ready {
    index: u8,
    time_ms: TimeMs,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Follower {
    name: Name,
    network_key: PublicKey,
    sponsor: Name,
    endpoint: Option<Endpoint>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Motion {
    motion: MotionId,
    by: Name,
    actions: Vec<Action>,
    digest: Hash,
    created_ms: TimeMs,
    lapses_ms: TimeMs,
    approvals: Vec<Name>,
    ready: Vec<Ready>,
    stage: MotionStatus,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Entry {
    Protocol { version: u32, scheduled: Option<(u32, Height)> },
    Register { next: MotionId, open: Vec<OpenMotion>, closed: Vec<MotionId> },
    Motion(Motion),
    Seat { name: Name, governor: AddressText, endpoint: Option<Endpoint>, since: Height },
    Governor { account: AddressText, seat: Name },
    Followers { followers: Vec<Follower> },
    Settings { motion_lapse_ms: u64 },
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Protocol { version, scheduled } => {
            let scheduled = scheduled.map(|(version, height)| record::ScheduledVersion { version, height });
            output(&ProtocolKey, &record::Protocol { version: *version, scheduled })
        }
        Entry::Register { next, open: listed, closed } => {
            let open = |one: &OpenMotion| record::OpenMotion {
                motion: one.motion,
                by: one.by.clone(),
                lapses_ms: one.lapses_ms,
            };
            let open = bounded(&listed.iter().map(open).collect::<Vec<_>>());
            output(&RegisterKey, &record::Register { next: *next, open, closed: bounded(closed) })
        }
        Entry::Motion(motion) => build_motion(motion),
        Entry::Seat { name, governor, endpoint, since } => {
            let (governor, endpoint) = (address(*governor), endpoint.clone());
            output(&SeatKey(name.clone()), &record::Seat { governor, endpoint, since: *since })
        }
        Entry::Governor { account, seat } => {
            output(&GovernorKey(address(*account)), &record::Governor { seat: seat.clone() })
        }
        Entry::Followers { followers } => {
            let follower = |one: &Follower| record::Follower {
                name: one.name.clone(),
                network_key: one.network_key,
                sponsor: one.sponsor.clone(),
                endpoint: one.endpoint.clone(),
            };
            let followers = bounded(&followers.iter().map(follower).collect::<Vec<_>>());
            output(&FollowersKey, &record::Followers { followers })
        }
        Entry::Settings { motion_lapse_ms } => output(&SettingsKey, &Settings { motion_lapse_ms: *motion_lapse_ms }),
    }
}

fn build_motion(motion: &Motion) -> Output {
    let ready = |one: &Ready| record::Ready { index: one.index, time_ms: one.time_ms };
    let ready = bounded(&motion.ready.iter().map(ready).collect::<Vec<_>>());
    let record = record::Motion {
        by: motion.by.clone(),
        actions: bounded(&motion.actions),
        digest: motion.digest,
        created_ms: motion.created_ms,
        lapses_ms: motion.lapses_ms,
        approvals: bounded(&motion.approvals),
        ready,
        status: motion.stage,
    };
    output(&MotionKey(motion.motion), &record)
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let (one, two): (Name, Name) = (parse("validator 1"), parse("validator 2"));
    let actions = vec![Action::SuspendBrand(SuspendBrand { brand: parse("nordmat") })];
    let motion = |stage, approvals: &[&Name], ready| {
        Entry::Motion(Motion {
            motion: MotionId::new(7),
            by: one.clone(),
            actions: actions.clone(),
            digest: Hash::new([0x99; 32]),
            created_ms: time(START_MS),
            lapses_ms: time(START_MS + 1_209_600_000),
            approvals: approvals.iter().map(|name| (*name).clone()).collect(),
            ready,
            stage,
        })
    };
    let open = OpenMotion { motion: MotionId::new(7), by: one.clone(), lapses_ms: time(START_MS + 1_209_600_000) };
    let endpoint = Endpoint::new("/ip4/192.0.2.7/tcp/7900".to_owned()).ok();
    let follower = Follower {
        name: parse("follower"),
        network_key: key(&seed(0x90)).public_key(),
        sponsor: two.clone(),
        endpoint: endpoint.clone(),
    };
    let ready = vec![Ready { index: 0, time_ms: time(START_MS) }];
    let height = Height::new(258);
    vec![
        named("protocol", Entry::Protocol { version: 1, scheduled: None }),
        named("protocol before another", Entry::Protocol { version: 1, scheduled: Some((2, height)) }),
        named("first register", Entry::Register { next: MotionId::new(1), open: vec![], closed: vec![] }),
        named("register", Entry::Register { next: MotionId::new(8), open: vec![open], closed: vec![MotionId::new(6)] }),
        named("open motion", motion(MotionStatus::Open, &[&one], vec![])),
        named("approved motion", motion(MotionStatus::Approved { height }, &[&one, &two], ready)),
        named("enacted motion", motion(MotionStatus::Enacted { height }, &[&one, &two], vec![])),
        named("lapsed motion", motion(MotionStatus::Lapsed, &[], vec![])),
        named("withdrawn motion", motion(MotionStatus::Withdrawn, &[&one], vec![])),
        named(
            "failed motion",
            motion(MotionStatus::Failed { code: lojal_types::Code::BrandSuspended }, &[&one], vec![]),
        ),
        named("seat", Entry::Seat { name: one, governor: account(8), endpoint, since: Height::new(0) }),
        named("governor", Entry::Governor { account: account(8), seat: two }),
        named("followers", Entry::Followers { followers: vec![follower] }),
        named("settings", Entry::Settings { motion_lapse_ms: 1_209_600_000 }),
    ]
}
