//! Strangers and insiders who mean harm: memory stays bounded, and consensus goes on.

mod gateway;
mod insiders;
mod oversized;
mod peers;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lojal_model::Random;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};

use crate::network::Network;
use crate::programs::{POLL, resident_kib, tell};
use crate::stream::Stream;

/// The memory that an attacked process may hold beyond what it held before, in KiB. Generous: what the limits of
/// network, mempool and gateway let anybody fill is less.
const GROWTH_KIB_MAX: u64 = 256 * 1024;
/// Transfers that must become final before an attack, and during it.
const TRANSFERS: u64 = 60;
/// Longest wait of an attacker for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Somebody who goes on until told to stop.
type Attacker<'a> = &'a (dyn Fn(&AtomicBool) + Sync);

/// The number of sockets that an attacker of this process can hold: the system lets all attackers together have so
/// many.
fn sockets(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    // An attacker that can't have more makes do with less.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(allowed / 4).map_or(wanted, |allowed| wanted.min(allowed))
}

/// Lets a stream of transfers go on, first in peace and then under attack; tells pace and memory of one validator, and
/// asserts that its memory is bounded. That the transfers become final at all is what shows that consensus goes on.
#[track_caller]
fn endure(name: &str, network: &Network, attacked: usize, stream: &Stream, attackers: &[Attacker<'_>]) {
    let process = network.process(attacked);
    let witness = (attacked + 1) % 4;
    let memory = || resident_kib(process).unwrap_or(0);
    let work = || {
        let (started, height) = (Instant::now(), network.height(witness).get());
        stream.wait_for(TRANSFERS);
        (network.height(witness).get() - height, started.elapsed().as_secs_f64())
    };
    let (peace, before) = (work(), memory());
    let (is_over, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    let attack = std::thread::scope(|scope| {
        let over = Over(&is_over);
        for attacker in attackers {
            scope.spawn(|| attacker(&is_over));
        }
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                peak.fetch_max(memory(), Ordering::Relaxed);
                std::thread::park_timeout(POLL);
            }
        });
        let attack = work();
        drop(over);
        attack
    });
    let (peak, after) = (peak.into_inner(), memory());
    tell(&format!(
        "measured {name}: {TRANSFERS} transfers took {} blocks in {:.1} s before and {} blocks in {:.1} s during the \
         attack; resident memory {before} KiB before, {peak} at most, {after} after",
        peace.0, peace.1, attack.0, attack.1
    ));
    assert!(attack.0 > 0, "blocks go on");
    assert!(peak < before + GROWTH_KIB_MAX, "{before} KiB grew to {peak} KiB");
}

/// Stops the attackers also when the test has failed.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Connects from another address of this machine for every 50 connections, as strangers would: a gateway has only so
/// many for each.
fn connect_as_stranger(address: SocketAddr, number: usize) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    let stranger = u8::try_from(number / 50 % 250).expect("less than 250");
    socket.bind(&SocketAddr::from(([127, 0, 1, stranger], 0)).into())?;
    socket.connect_timeout(&address.into(), CONNECT_TIMEOUT)?;
    Ok(socket.into())
}

/// Holds connections open, as many as it gets, and sends the bytes of a text one by one on each, over and over.
fn hold(address: SocketAddr, count: usize, text: &[u8], is_over: &AtomicBool) {
    let mut held: Vec<(TcpStream, usize)> = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        while held.len() < count && !is_over.load(Ordering::Relaxed) {
            match connect_as_stranger(address, held.len()) {
                Ok(stream) if stream.set_nonblocking(true).is_ok() => held.push((stream, 0)),
                _ => break,
            }
        }
        held.retain_mut(|(stream, sent)| {
            let byte = text.get(*sent % text.len().max(1));
            *sent += 1;
            is_open(stream, byte.copied())
        });
        std::thread::park_timeout(POLL * 4);
    }
}

/// Sends a byte and reads what came; false once the other side has closed.
fn is_open(stream: &mut TcpStream, byte: Option<u8>) -> bool {
    let is_waiting = |error: &std::io::Error| error.kind() == ErrorKind::WouldBlock;
    let sent = byte.map_or(Ok(1), |byte| stream.write(&[byte]));
    let read = stream.read(&mut [0; 1024]);
    sent.as_ref().map_or_else(is_waiting, |count| *count > 0)
        && read.as_ref().map_or_else(is_waiting, |count| *count > 0)
}

/// Bytes that mean nothing, other ones for every seed.
fn garbage(seed: u64, len: usize) -> Vec<u8> {
    Random::new(seed).bytes(len)
}

/// Connects again and again, and sends as long as anybody reads; never reads itself.
fn pour(address: SocketAddr, mut next: impl FnMut(u64) -> Vec<u8>, is_over: &AtomicBool) {
    let mut piece = 0;
    while !is_over.load(Ordering::Relaxed) {
        let connected = TcpStream::connect_timeout(&address, CONNECT_TIMEOUT);
        let Ok(mut stream) = connected else { continue };
        if stream.set_write_timeout(Some(CONNECT_TIMEOUT)).is_err() {
            continue;
        }
        for _ in 0..64 {
            piece += 1;
            if is_over.load(Ordering::Relaxed) || stream.write_all(&next(piece)).is_err() {
                break;
            }
        }
    }
}
