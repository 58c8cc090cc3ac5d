use super::*;
use crate::fixture::{identity, peer, state};

#[test]
fn a_roster_has_the_validators_at_the_addresses_of_the_configuration_and_names_who_is_gone() {
    let state = state();
    let state = crate::mempool::read_state(&state);
    let roster = Roster::of(state.view()).expect("in memory");
    assert_eq!(roster.voters(), (0..4).map(peer).collect());
    let address: Multiaddr = "/ip4/192.0.2.1/tcp/1".parse().expect("an address");
    let name: Name = "validator-1".parse().expect("valid");
    let peers = roster.peers(&peer(0), &BTreeMap::from([(name, address.clone())]));
    assert_eq!(peers.len(), 3, "not this node itself");
    for Peer { id, address: found } in peers {
        assert_eq!(found, if id == peer(1) { address.clone() } else { Multiaddr::empty() });
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
