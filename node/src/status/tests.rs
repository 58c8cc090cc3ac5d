//! Pages of metrics that are read and shown.

use super::*;

const PAGE: &str = "# HELP lojal_height Height.\n# TYPE lojal_height gauge\nlojal_height 41\n\
    lojal_build_info{version=\"1.2.3\"} 1\nlojal_protocol_version 1\nlojal_block_age_seconds 0.250000\n\
    lojal_ready 1\nlojal_signing 0\nlojal_signer_up 1\nlojal_guard_height 42\nlojal_peers 1\n\
    lojal_peer_height{peer=\"12D3a\"} 40\nlojal_disk_free_bytes 1048576\nlojal_evidence_total 2\n";

fn read(page: &str) -> Option<Status> {
    let peers = [("kaffet", "12D3a"), ("bokhandeln", "12D3b")];
    let peers: Vec<(Name, String)> =
        peers.into_iter().map(|(name, id)| (name.parse().expect("a name"), id.to_owned())).collect();
    Metrics::read(page).map(|metrics| Status::new(&metrics, &peers))
}

#[test]
fn a_node_is_shown_with_its_peers_by_name() {
    let status = read(PAGE).expect("a node's page");
    assert_eq!((status.height, status.guard_height, status.evidence, status.is_signing), (41, 42, 2, false));
    assert_eq!(status.peers.iter().map(|peer| peer.height).collect::<Vec<_>>(), [Some(40), None]);
    let text = status.to_text();
    for expected in [
        "1.2.3, protocol 1",
        "41, 0.2 s ago",
        "no: the log says why",
        "height 42",
        "2 contradictions",
        "1 MiB free",
        "1 connected of 2",
        "kaffet: at 40",
        "bokhandeln: nothing heard",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn pages_of_others_are_no_node_s() {
    for page in ["", "<html>no</html>", "up 1\n", "lojal_height\n", "lojal_height many\n"] {
        assert!(read(page).is_none(), "{page:?}");
    }
}

#[test]
fn a_port_where_nobody_or_somebody_else_answers_is_told() {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let other = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the test connects");
        let mut asked = [0; 16];
        stream.read_exact(&mut asked).expect("a request");
        stream.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n").expect("the test reads");
    });
    assert!(matches!(get(address), Err(StatusError::OtherAnswer(_) | StatusError::Away(..))));
    other.join().expect("it ends");
    assert!(matches!(get(address), Err(StatusError::Away(..))));
}
