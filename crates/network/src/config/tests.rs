use super::*;

fn identity(number: u8) -> Identity {
    Identity::from_seed([number; 32])
}

fn peer(number: u8) -> Peer {
    Peer { id: identity(number).peer_id(), address: "/ip4/127.0.0.1/tcp/1".parse().expect("a literal address parses") }
}

fn config(peers: Vec<Peer>) -> NetworkConfig {
    NetworkConfig {
        network_id: [0; 32],
        identity: identity(0),
        listen: "/ip4/127.0.0.1/tcp/0".parse().expect("a literal address parses"),
        peers,
    }
}

#[test]
fn the_public_key_of_an_identity_names_its_peer_id() -> Result<(), NetworkError> {
    let node = identity(7);
    assert_eq!(peer_id_of(&node.public_key())?, node.peer_id());
    Ok(())
}

#[test]
fn bytes_off_the_curve_are_no_public_key() {
    // y = 2 has no x on the curve.
    let mut bytes = [0; 32];
    bytes[0] = 2;
    assert!(matches!(peer_id_of(&bytes), Err(NetworkError::PublicKey(_))));
}

#[test]
fn an_identity_does_not_print_its_secret() {
    assert_eq!(format!("{:?}", identity(7)), format!("Identity({})", identity(7).peer_id()));
}

#[test]
fn this_node_is_left_out_of_its_peers() -> Result<(), NetworkError> {
    let config = config(vec![peer(0), peer(1), peer(2)]);
    assert_eq!(config.remote_peers()?, vec![peer(1), peer(2)]);
    Ok(())
}

#[test]
fn a_peer_may_be_configured_only_once() {
    let config = config(vec![peer(1), peer(2), peer(1)]);
    assert!(matches!(config.remote_peers(), Err(NetworkError::DuplicatePeer(id)) if id == peer(1).id));
}

#[test]
fn the_number_of_peers_is_limited() {
    let most = u8::try_from(limits::PEERS_MAX).expect("the limit is below 256");
    assert!(config((0..=most).map(peer).collect()).remote_peers().is_ok());
    assert!(matches!(
        config((0..=most + 1).map(peer).collect()).remote_peers(),
        Err(NetworkError::TooManyPeers { .. })
    ));
}
