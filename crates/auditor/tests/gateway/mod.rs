//! A gateway of a few lines, as honest as a test wants it: status and export over real TCP.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use lojal_types::api::Status;
use lojal_types::{Block, Genesis, Header, Height};

use crate::fixture::{self, Decided};

/// Answers until the test ends; its thread waits for connections and ends with the process.
pub struct Gateway {
    pub url: String,
}

/// The status that a node in this state gives of itself.
pub fn status(genesis: &Genesis, last: &Header) -> Status {
    Status {
        chain_id: genesis.chain_id(),
        height: last.height,
        state_root: last.state_root,
        time_ms: last.time_ms,
        role: lojal_types::api::NodeRole::None,
        validator: None,
        peers: 3,
        mempool: 0,
        version: "0.1.0".to_owned(),
    }
}

impl Gateway {
    /// Serves `blocks`, two at a time whatever is asked for, beside a status of any kind.
    pub fn start(status: Status, blocks: Vec<Decided>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &status, &blocks);
            }
        });
        Self { url }
    }
}

fn answer(mut stream: TcpStream, status: &Status, blocks: &[Decided]) {
    let mut lines = BufReader::new(&stream).lines();
    let Some(Ok(request)) = lines.next() else { return };
    // The headers end with an empty line.
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let path = request.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let body = match path.strip_prefix("/v1/export?from=") {
        Some(query) => export(query, blocks),
        None => serde_json::to_vec(status).expect("plain data"),
    };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    // A client that has read enough may be gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

fn export(query: &str, blocks: &[Decided]) -> Vec<u8> {
    let from: u64 = query.split('&').next().and_then(|from| from.parse().ok()).expect("the client asks for a height");
    let height = |block: &Decided| Block::decode(&block.0).expect("a block").header.height;
    let wanted = blocks.iter().filter(|block| height(block) >= Height::new(from)).take(2).cloned();
    fixture::archive_bytes(&wanted.collect::<Vec<_>>())
}
