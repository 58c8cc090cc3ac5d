//! A node that a service manager runs.

use std::os::unix::net::UnixDatagram;

use crate::network::Network;
use crate::programs::PATIENCE;

/// The next message to the manager.
fn told(manager: &UnixDatagram) -> String {
    let mut bytes = [0; 256];
    let length = manager.recv(&mut bytes).expect("the node tells it");
    String::from_utf8_lossy(&bytes[..length]).trim().to_owned()
}

#[test]
fn a_service_manager_is_told_when_a_node_serves_and_when_it_stops() {
    let mut network = Network::start();
    let socket = network.scratch().join("manager.sock");
    let manager = UnixDatagram::bind(&socket).expect("a directory of the test's own");
    manager.set_read_timeout(Some(PATIENCE)).expect("a time above zero");
    network.kill(2);
    let mut command = network.command(2);
    network.revive_with(2, command.env("NOTIFY_SOCKET", &socket));
    assert_eq!(told(&manager), "READY=1");
    assert!(network.client(2).status().is_ok(), "it serves by then");
    network.stop(2);
    assert_eq!(told(&manager), "STOPPING=1");
}
