//! A way to a gateway on which answers get lost.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// A way to a gateway.
pub struct Lossy {
    pub url: String,
    to_lose: Arc<AtomicU32>,
}

impl Lossy {
    /// In front of a gateway. It serves until the test's process ends.
    pub fn before(gateway: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let to_lose = Arc::new(AtomicU32::new(0));
        let (left, gateway) = (to_lose.clone(), gateway.trim_start_matches("http://").to_owned());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (left, gateway) = (left.clone(), gateway.clone());
                thread::spawn(move || pass_on(stream, &gateway, &left));
            }
        });
        Self { url, to_lose }
    }
    /// Loses the answers to so many submissions from now on.
    pub fn lose(&self, answers: u32) {
        self.to_lose.store(answers, Ordering::SeqCst);
    }
    /// The number of answers that are still to be lost.
    pub fn left(&self) -> u32 {
        self.to_lose.load(Ordering::SeqCst)
    }
}

/// Passes one request on, whole, and its answer back, unless that gets lost.
fn pass_on(mut stream: TcpStream, gateway: &str, to_lose: &AtomicU32) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut upstream = TcpStream::connect(gateway).ok()?;
    upstream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).ok()?;
    upstream.write_all(&body).ok()?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).ok()?;
    let is_submission = head.starts_with("POST ");
    let is_lost =
        is_submission && to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    if !is_lost {
        stream.write_all(&answer).ok()?;
    }
    stream.shutdown(Shutdown::Both).ok()
}
