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

#[test]
fn floods_are_sent_by_their_members_in_turns_and_never_the_same_twice() {
    let members = Accounts::members(20);
    let signer = Signer::new(chain(), &members);
    for flood in Flood::ALL {
        let signed = read(&signer.presign_flood(flood, 4..8, 3));
        let verified = verify_all(signed.clone(), &chain());
        let mut ids: Vec<_> = verified.iter().map(|one| one.as_ref().expect("signed rightly").id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), signed.len(), "{flood:?}");
        let senders: Vec<_> = (4..8).map(|member| members.address(member)).collect();
        assert!(signed.iter().all(|one| senders.contains(&one.transaction.sender)), "{flood:?}");
    }
}

#[test]
fn the_households_of_a_flood_are_left_by_whoever_created_them() {
    let members = Accounts::members(20);
    let signer = Signer::new(chain(), &members);
    let (created, left): (Vec<_>, Vec<_>) = read(&signer.presign_flood(Flood::Households, 4..6, 4))
        .into_iter()
        .partition(|one| matches!(one.transaction.operations[0], Operation::CreateHousehold(_)));
    let created = created.iter().map(|one| {
        let household = lojal_types::Address::of_household(&chain(), &one.transaction.id(&chain()), 0);
        (one.transaction.sender, household)
    });
    let left =
        left.iter().map(|one| (one.transaction.sender, *one.transaction.operations[0].accounts().next().expect("one")));
    assert!(created.eq(left));
}

#[test]
fn the_transfers_of_some_members_stay_among_them() {
    let members = Accounts::members(20);
    let signer = Signer::new(chain(), &members);
    let among: Vec<_> = (4..8).map(|member| members.address(member)).collect();
    let signed = read(&signer.presign_among(4..8, 30, 3));
    assert_eq!(signed.len(), 30);
    for one in &signed {
        let to = one.transaction.operations[0].accounts().collect::<Vec<_>>();
        assert!(among.contains(&one.transaction.sender) && to.iter().all(|account| among.contains(account)));
    }
}
