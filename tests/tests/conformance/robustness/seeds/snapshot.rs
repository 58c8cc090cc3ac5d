//! Seeds of manifests and of their pieces.

use lojal_chain::snapshot::Manifest;
use lojal_tests::targets::snapshot;

use super::{Seeds, named};

pub(super) fn snapshot_pieces() -> Seeds {
    let (snapshot, _) = snapshot();
    let mut seeds = named([
        ("nothing", b""),
        ("no-manifest", &[0]),
        ("no-chunk", &[1, 0]),
        ("no-ids", &[2, 0]),
        ("the-manifest", &[3, 0, 0]),
        ("of-another-form", &[3, 0, 0, 2]),
        ("of-another-block", &[3, 36, 0, 9]),
        ("of-another-state", &[3, 150, 0, 9]),
        ("with-something-behind-it", &[3, 255, 255, 9]),
    ]);
    let mut add = |name: &str, change: &dyn Fn(&mut Manifest)| {
        let mut manifest = snapshot.manifest.clone();
        manifest.proofs = Default::default();
        change(&mut manifest);
        seeds.insert(name.to_owned(), [&[0][..], &manifest.encode()].concat());
    };
    add("without-proofs", &|_| ());
    add("without-shelves", &|manifest| manifest.shelves = Default::default());
    add("without-ids", &|manifest| manifest.recent = Default::default());
    for (number, ids) in (0_u8..4).zip(&snapshot.recent) {
        seeds.insert(format!("ids-{number}"), [&[2, number][..], ids].concat());
    }
    for (number, chunk) in (1_u8..4).zip(&snapshot.chunks[1..]) {
        seeds.insert(format!("chunk-{number}"), [&[1, number][..], chunk].concat());
    }
    seeds
}
