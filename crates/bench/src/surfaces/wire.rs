//! Connections of this machine to a gateway, from as many addresses as that takes: a gateway gives each its share.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpSocket, TcpStream};

use crate::error::BenchError;

/// Connections from one address.
const PER_ADDRESS: usize = 100;
/// Files that are open beside the connections.
const OTHER_FILES: u64 = 256;

/// The host and port of a URL.
pub(super) fn host(url: &str) -> &str {
    url.strip_prefix("http://").unwrap_or(url)
}

/// Connects to a host and port as the client of a number.
pub(super) async fn connect(host: &str, number: usize) -> Result<TcpStream, BenchError> {
    let failed = |error: io::Error| BenchError::Submission(format!("{host}: can't connect: {error}"));
    let to: SocketAddr = host.parse().map_err(|_| BenchError::unreadable("an address", host))?;
    let socket = TcpSocket::new_v4().map_err(failed)?;
    socket.bind(SocketAddr::from((address(number), 0))).map_err(failed)?;
    let stream = socket.connect(to).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}

/// The address of this machine from which the client of a number comes.
fn address(number: usize) -> Ipv4Addr {
    let further = u32::try_from(number / PER_ADDRESS).unwrap_or(0);
    Ipv4Addr::from(u32::from(Ipv4Addr::LOCALHOST).saturating_add(further))
}

/// Lets this program have so many connections open.
pub(super) fn allow(connections: usize) -> Result<(), BenchError> {
    let wanted = connections as u64 + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let refused = |reason: String| BenchError::program("lojal-bench", reason);
    if let Some(most) = limit.maximum.filter(|most| *most < wanted) {
        return Err(refused(format!("it needs {wanted} open files, and may have {most}: raise it with ulimit -Hn")));
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum })
        .map_err(|error| refused(format!("the limit of open files can't be raised to {wanted}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_come_from_as_many_addresses_as_it_takes() {
        assert_eq!(address(0), Ipv4Addr::new(127, 0, 0, 1));
        assert_eq!(address(PER_ADDRESS - 1), Ipv4Addr::new(127, 0, 0, 1));
        assert_eq!(address(PER_ADDRESS), Ipv4Addr::new(127, 0, 0, 2));
        assert_eq!(address(300 * PER_ADDRESS), Ipv4Addr::new(127, 0, 1, 45));
        assert_eq!(host("http://127.0.0.1:80"), "127.0.0.1:80");
    }

    #[test]
    fn what_is_allowed_already_needs_nothing() {
        allow(1).expect("a few files are always allowed");
        assert!(allow(usize::MAX / 2).is_err());
    }
}
