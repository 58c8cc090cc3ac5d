//! Limits of the guard and of the signer's socket.

use std::time::Duration;

/// Longest record of a guard, in bytes. What is longer is no record.
pub const RECORD_BYTES_MAX: usize = 512;
/// The size of a guard's file at which it is written anew with what still matters.
pub const GUARD_BYTES_MAX: u64 = 256 * 1024;
/// Most statements of one height that are remembered one by one. Beyond that the earliest rounds are closed: nothing is
/// signed in them any more.
pub const STATEMENTS_MAX: usize = 1_024;
/// Longest message between a node and its signer, in bytes.
pub const FRAME_BYTES_MAX: usize = 4 * 1024;
/// The time that a signer may take for one answer, connecting included.
pub const ANSWER_TIME: Duration = Duration::from_millis(250);
/// The time after which a node asks its signer again whether it is there.
pub const ASK_INTERVAL: Duration = Duration::from_secs(1);
/// The time after which a signer lets go of a node that says nothing: some of its questions.
pub const IDLE_MAX: Duration = Duration::from_secs(5);
/// Most connections that a signer holds at once, the node's own among them; the others are only told that it is busy.
pub const CONNECTIONS_MAX: usize = 8;
