//! Motions of brands' admins.

use lojal_ledger::key::{BrandMotionKey, BrandRegisterKey};
use lojal_ledger::record;
use lojal_types::operation::{brand_digest, try_map_actions};
use lojal_types::{AddressText, Approvals, BrandActions, BrandId, Hash, MotionId, TimeMs};
use serde::{Deserialize, Serialize};

use super::{Output, bounded, output};
use crate::vectors::compose::motion_of_first;
use crate::vectors::samples::{NETWORK, START_MS, account, address, chain_id, named, parse, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrandMotion {
    brand: BrandId,
    motion: MotionId,
    by: AddressText,
    actions: BrandActions<AddressText>,
    digest: Hash,
    created_ms: TimeMs,
    approved_by: Vec<AddressText>,
    stopped_by: Vec<AddressText>,
    from_ms: Option<TimeMs>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    BrandRegister { brand: BrandId, approvals: Approvals, next: MotionId, open: Vec<MotionId> },
    BrandMotion(BrandMotion),
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::BrandRegister { brand, approvals, next, open } => {
            let record = record::BrandRegister { approvals: *approvals, next: *next, open: bounded(open) };
            output(&BrandRegisterKey(*brand), &record)
        }
        Entry::BrandMotion(one) => {
            let actions = canonical(&one.actions);
            assert_eq!(one.digest, brand_digest(&chain_id(), one.brand, &actions));
            let ballots = |list: &[AddressText]| list.iter().map(|text| address(*text)).collect::<Vec<_>>();
            let record = record::BrandMotion {
                by: address(one.by),
                actions,
                digest: one.digest,
                created_ms: one.created_ms,
                approved_by: bounded(&ballots(&one.approved_by)),
                stopped_by: bounded(&ballots(&one.stopped_by)),
                from_ms: one.from_ms,
            };
            output(&BrandMotionKey { brand: one.brand, motion: one.motion }, &record)
        }
    }
}

fn canonical(actions: &BrandActions<AddressText>) -> BrandActions {
    try_map_actions(actions.clone(), |text| text.to_canonical(NETWORK)).expect("of this network")
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let brand: BrandId = parse("nordmat");
    let approvals = Approvals { needed: 2, delay_ms: 86_400_000 };
    let motion = |stopped_by: Vec<AddressText>, from_ms| {
        let motion = MotionId::new(7);
        let mut approved_by = vec![account(11), account(12)];
        approved_by.sort_unstable();
        let (by, actions, created_ms) = (account(11), motion_of_first(), time(START_MS));
        let digest = brand_digest(&chain_id(), brand, &canonical(&actions));
        Entry::BrandMotion(BrandMotion {
            brand,
            motion,
            by,
            actions,
            digest,
            created_ms,
            approved_by,
            stopped_by,
            from_ms,
        })
    };
    let open = vec![MotionId::new(7), MotionId::new(9)];
    let register = Entry::BrandRegister { brand, approvals, next: MotionId::new(10), open };
    let first =
        Entry::BrandRegister { brand, approvals: Approvals::default(), next: MotionId::new(1), open: Vec::new() };
    vec![
        named("approvals of a brand", register),
        named("approvals of a brand as it began", first),
        named("motion of a brand", motion(Vec::new(), None)),
        named("motion of a brand that waits", motion(vec![account(13)], Some(time(START_MS + 86_400_000)))),
    ]
}
