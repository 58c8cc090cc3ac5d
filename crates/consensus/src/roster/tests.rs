use lojal_types::Height;

use super::*;
use crate::fixture::{identity, peer, state, validators};

#[test]
fn a_roster_has_the_validators_at_the_addresses_of_the_configuration_and_names_who_is_gone() {
    let state = state();
    let state = crate::mempool::read_state(&state);
    let roster = Roster::of(state.view()).expect("in memory");
    assert_eq!(roster.with_role(Role::Validator), (0..4).map(peer).collect());
    let address: Multiaddr = "/ip4/192.0.2.1/tcp/1".parse().expect("an address");
    let name: Name = "validator-1".parse().expect("valid");
    let given: Multiaddr = "/ip4/192.0.2.2/tcp/2".parse().expect("an address");
    let addresses = Addresses {
        named: BTreeMap::from([(name, address.clone())]),
        given: BTreeMap::from([(peer(2), given.clone()), (peer(7), given.clone())]),
    };
    let peers = roster.peers(&peer(0), &addresses);
    assert_eq!(peers.len(), 4, "not this node itself, and a stranger that the operator names");
    for Peer { id, address: found } in peers {
        let named = if id == peer(1) { address.clone() } else { Multiaddr::empty() };
        assert_eq!(found, if addresses.given.contains_key(&id) { given.clone() } else { named });
    }
    let mut fewer = roster.clone();
    fewer.0.remove(&peer(2));
    assert_eq!((roster.gone_in(&fewer), fewer.gone_in(&roster)), (vec![peer(2)], vec![]));
}

#[test]
fn the_address_of_the_ledger_counts_where_the_configuration_has_none_and_a_first_part_stays() {
    let mut roster = Roster::default();
    let key = PublicKey::new(identity(1).public_key());
    let name: Name = "one".parse().expect("valid");
    let endpoint = Endpoint::new("/ip4/192.0.2.9/tcp/9".to_owned()).expect("short");
    roster.add(&key, name.clone(), Role::Validator, Some(endpoint.clone()));
    roster.add(&key, "two".parse().expect("valid"), Role::Candidate, None);
    let member = roster.get(&peer(1)).expect("just added");
    assert_eq!((member.role, &member.name), (Role::Validator, &name));
    assert_eq!(member.address(&BTreeMap::new()).to_string(), endpoint.as_str());
    let own: Multiaddr = "/ip4/192.0.2.1/tcp/1".parse().expect("an address");
    assert_eq!(member.address(&BTreeMap::from([(name, own.clone())])), own);
}

#[test]
fn whoever_validates_now_is_let_in_and_has_no_vote_yet_and_a_part_on_the_ledger_stays() {
    let state = state();
    let state = crate::mempool::read_state(&state);
    let roster = Roster::of(state.view()).expect("in memory");
    let outlook = Outlook { height: Height::new(9), validators: validators(6), removed: None };
    let with = roster.clone().with(Some(outlook));
    assert_eq!(with.get(&peer(5)).map(|member| member.role), Some(Role::Ahead));
    assert_eq!(with.get(&peer(1)), roster.get(&peer(1)));
    assert_eq!(with.with_role(Role::Validator), roster.with_role(Role::Validator));
    assert_eq!(roster.clone().with(None), roster);
}
