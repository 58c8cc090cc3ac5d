//! The check that the ports of a network are free, and the search for who has them if not.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;

use lojal_client::Client;
use lojal_types::ChainId;

use super::error::DevnetError;
use super::layout::Layout;

/// The state of a socket that listens, as `/proc/net/tcp` writes it.
const LISTENING: &str = "0A";

/// Checks that nobody else listens where the network's nodes are to listen: a gateway of another network would
/// answer in their place.
///
/// # Errors
/// [`DevnetError::PortTaken`]
pub fn check(layout: &Layout) -> Result<(), DevnetError> {
    let taken = |port| match is_taken(port) {
        true => Err(DevnetError::PortTaken { port, by: owner(port, layout.genesis.chain_id()) }),
        false => Ok(()),
    };
    (0..layout.count + layout.followers).try_for_each(|index| {
        let ports = [layout.gateway_port(index), layout.peer_port(index), layout.admin_port(index)];
        ports.into_iter().try_for_each(taken)
    })
}

/// True if somebody listens on a port of this machine.
pub fn is_taken(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
}

/// The process that listens on a port, in words: the network that its gateway serves, if it is one, and the process.
fn owner(port: u16, own: ChainId) -> String {
    let status = Client::new(&format!("http://127.0.0.1:{port}")).and_then(|client| client.status());
    let who = match status {
        Ok(status) if status.chain_id == own => "this network, which is running already".to_owned(),
        Ok(status) => format!("another network, chain {}", status.chain_id),
        Err(_) => "another program".to_owned(),
    };
    who + &process(port).unwrap_or_default()
}

/// The process that listens on a port, where the system tells: Linux does, of processes of the same user.
fn process(port: u16) -> Option<String> {
    let socket = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| socket(table, port))?;
    let has_it = |process: &Path| {
        let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        files
            .into_iter()
            .any(|file| fs::read_link(file.path()).is_ok_and(|target| target.as_os_str() == socket.as_str()))
    };
    let ids = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let path = |id: u32| Path::new("/proc").join(id.to_string());
    let id = ids.into_iter().find(|id| has_it(&path(*id)))?;
    let name = fs::read_to_string(path(id).join("comm")).ok()?;
    Some(format!(" (process {id}, {})", name.trim_end()))
}

/// The socket that listens on a port, as links below `/proc/PID/fd` name it.
fn socket(table: &str, port: u16) -> Option<String> {
    let text = fs::read_to_string(table).ok()?;
    let ending = format!(":{port:04X}");
    text.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields.get(1)?.ends_with(&ending) && *fields.get(3)? == LISTENING;
        is_it.then(|| fields.get(9).map(|inode| format!("socket:[{inode}]")))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_while_somebody_listens_and_the_process_is_named() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        assert!(is_taken(port));
        let named = process(port).expect("this system tells");
        assert!(named.contains(&format!("process {}", std::process::id())), "{named}");
        drop(listener);
        assert!(!is_taken(port));
    }
}
