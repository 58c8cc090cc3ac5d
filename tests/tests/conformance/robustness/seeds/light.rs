//! Seeds of ways from one set of validators to the next.

use lojal_chain::SetChange;
use lojal_tests::targets::light_chain;

use super::{Seeds, named};

pub(super) fn set_changes() -> Seeds {
    let changes = &light_chain().changes;
    let mut seeds = named([("nothing", b""), ("announced-changes", &[255, 255, 255, 255]), ("every-bit", &[255; 300])]);
    let mut add = |name: &str, changes: Vec<SetChange>| {
        seeds.insert(name.to_owned(), borsh::to_vec(&changes).expect("in memory"));
    };
    add("the-way", changes.clone());
    add("one-change", changes[..1].to_vec());
    add("a-change-is-missing", [&changes[..1], &changes[2..]].concat());
    add("a-change-twice", [&changes[..1], &changes[..1]].concat());
    let (first, second) = (&changes[0], &changes[1]);
    add("validators-of-another-change", vec![SetChange { next: second.next.clone(), ..first.clone() }]);
    add(
        "a-certificate-of-another-change",
        vec![SetChange { certificate: second.certificate.clone(), ..first.clone() }],
    );
    let mut later = first.clone();
    later.header.height = later.header.height.next();
    add("a-header-that-nobody-decided", vec![later]);
    seeds
}
