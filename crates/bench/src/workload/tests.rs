use lojal_types::{ChainId, SignedTransaction, verify_all};

use super::*;

fn read(bodies: &[Body]) -> Vec<SignedTransaction> {
    let read = |body: &Body| borsh::from_slice::<Vec<SignedTransaction>>(&body.bytes).expect("just written");
    bodies.iter().flat_map(read).collect()
}

fn chain() -> ChainId {
    ChainId::new(lojal_types::hash::hash("lojal/test", &[b"bench"]))
}

#[test]
fn every_kind_is_signed_rightly_counted_and_never_the_same_twice() {
    let members = Accounts::members(20);
    let signer = Signer::new(chain(), &members);
    for kind in [Kind::Transfer { skew: 3 }, Kind::Hundred, Kind::Hot, Kind::Mixed] {
        let mut bodies = signer.presign(kind, 25, 10);
        bodies.extend(signer.presign(kind, 25, 10));
        assert_eq!(bodies.iter().map(|body| body.transactions).sum::<u32>(), 50);
        assert_eq!(bodies.iter().map(|body| body.operations).sum::<u32>(), 50 * kind.operations());
        let verified = verify_all(read(&bodies), &chain());
        let mut ids: Vec<_> = verified.iter().map(|one| one.as_ref().expect("signed rightly").id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 50, "{kind:?}");
    }
}

#[test]
fn everybody_gets_points_to_start_with_once() {
    let members = Accounts::members(250);
    let signer = Signer::new(chain(), &members);
    let bodies = signer.presign_start(0, 2);
    assert_eq!(bodies.iter().map(|body| body.operations).sum::<u32>(), 250);
    let mut to: Vec<_> = read(&bodies)
        .iter()
        .flat_map(|signed| {
            signed
                .transaction
                .operations
                .iter()
                .flat_map(|one| one.accounts().copied().collect::<Vec<_>>())
                .collect::<Vec<_>>()
        })
        .collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!(to.len(), 250);
}
