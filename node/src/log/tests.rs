use std::io;
use std::sync::{Arc, MutexGuard};

use tracing_subscriber::fmt::MakeWriter;

use super::*;

/// A log that keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().expect("nobody panics while holding this lock")
    }
}

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The lines that remain of what is told, without their times.
fn lines(tell: impl FnOnce()) -> Vec<String> {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(kept.clone())
        .event_format(Seldom { lines: Format::default(), warnings: Mutex::default() })
        .finish();
    tracing::subscriber::with_default(subscriber, tell);
    let text = String::from_utf8(kept.bytes().clone()).expect("text");
    text.lines().map(|line| line.split_once(' ').map_or(line, |(_, rest)| rest.trim_start()).to_owned()).collect()
}

#[test]
fn a_library_warns_of_one_thing_once_a_minute_whoever_provokes_it_and_of_another_by_itself() {
    let told = lines(|| {
        for peer in 0..1_000 {
            tracing::warn!(target: "arc_malachitebft_core_consensus::handle::vote", peer, "invalid signature");
            tracing::error!(target: "libp2p_swarm", peer, "another matter");
        }
    });
    assert_eq!(
        told,
        [
            "WARN arc_malachitebft_core_consensus::handle::vote: invalid signature peer=0 count=1",
            "ERROR libp2p_swarm: another matter peer=0 count=1"
        ]
    );
}

#[test]
fn what_the_program_itself_says_and_what_is_no_warning_is_told_every_time() {
    let told = lines(|| {
        for _ in 0..3 {
            tracing::warn!(target: "lojal_consensus::bridge", "it counts itself");
            tracing::info!(target: "libp2p_swarm", "somebody asked for it");
        }
    });
    assert_eq!(told.len(), 6, "{told:?}");
}
