//! Limits of the shell around consensus. They differ from `lojal_types::limits` in that nodes need not agree on them.

use std::time::Duration;

use arc_malachitebft_core_consensus::MAX_FUTURE_ROUND_LOOKAHEAD;
use lojal_network::Rate;

/// Most transactions that wait at once.
pub const MEMPOOL_TRANSACTIONS_MAX: usize = 50_000;
/// Most bytes of transactions that wait at once.
pub const MEMPOOL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most transactions of one sender that wait at once.
pub const MEMPOOL_SENDER_MAX: usize = 5_000;
/// Most bytes of transactions of one sender that wait at once: nobody fills the mempool alone.
pub const MEMPOOL_SENDER_BYTES_MAX: usize = MEMPOOL_BYTES_MAX / 16;
/// Most submissions that wait for their signature check; a submission holds one transaction or many.
pub const MEMPOOL_QUEUE_MAX: usize = 4_096;
/// Most transactions in one submission.
pub const SUBMISSION_TRANSACTIONS_MAX: usize = 1_000;
/// Most transactions whose signatures are checked together.
pub const SIGNATURE_BATCH_MAX: usize = 512;
/// Most transactions that are checked against the state without letting a commit in between.
pub const STATE_CHECKS_MAX: usize = 32;
/// Largest batch of transactions in one gossip message, in bytes.
pub const GOSSIP_BATCH_BYTES_MAX: usize = 256 * 1024;
/// How often a node gossips again those of its own clients' transactions that still wait, for peers that were away.
pub const REGOSSIP_INTERVAL: Duration = Duration::from_secs(5);
/// Most bytes that are gossiped again at once.
pub const REGOSSIP_BYTES_MAX: usize = 1024 * 1024;

/// How long executing a block that this node proposes may take, by what work has cost of late.
pub const BLOCK_EXECUTION_TIME: Duration = Duration::from_millis(160);
/// What a transaction is by itself, beside its operations, each of which is one unit of work: about so many times as much
/// of executing a transaction doesn't depend on how many operations it has.
pub const TRANSACTION_WORK: usize = 2;
/// What a unit of work is taken to cost before any has been measured.
pub const WORK_TIME_START: Duration = Duration::from_micros(80);
/// What a block may always hold, however slow it all is; and the least work that says what it costs.
pub const BLOCK_WORK_MIN: usize = 300;
/// How often the time for executing a block is halved at most when rounds fail.
pub const ROUND_HALVINGS_MAX: u32 = 4;

/// Most checks of signatures that are remembered, 32 bytes each: the votes of 64 validators in a dozen heights.
pub const CHECKS_REMEMBERED_MAX: usize = 4_096;

/// Size of one part of a proposed block, in bytes.
pub const PART_BYTES: usize = 128 * 1024;
/// How far ahead of the last block parts of proposals are kept.
pub const FUTURE_HEIGHTS_MAX: u64 = 4;
/// How many rounds before and after its own a node keeps proposals of; the engine looks as far ahead.
pub const ROUNDS_APART_MAX: u32 = MAX_FUTURE_ROUND_LOOKAHEAD;
/// Most proposals of one publisher whose bytes are kept, complete or not, until they can be checked.
pub const PROPOSALS_PER_PUBLISHER_MAX: usize = 4;

/// Most blocks in one answer to a node that catches up.
pub const SYNC_BLOCKS_MAX: usize = 64;
/// Largest answer to a node that catches up, in bytes of blocks, unless it is a single block: little enough that the
/// votes between two pieces of it don't wait.
pub const SYNC_BYTES_MAX: usize = 2 * 1024 * 1024;
/// What one peer that catches up is given: more than a node verifies and executes, and it asks several. Reading,
/// encoding and encrypting so much takes a few per cent of a core.
pub const SYNC_RATE: Rate = Rate { messages_per_s: 64, bytes_per_s: 8 << 20 };
/// What all peers together are given.
pub const SYNC_RATE_ALL: Rate = Rate { messages_per_s: 512, bytes_per_s: 32 << 20 };
/// How much of these rates is given at once.
pub const SYNC_BURST: Duration = Duration::from_secs(1);

/// How fast the block log is read through for what has rotted: a day for 300 GB, and little of a disk.
pub const SCRUB_RATE: Rate = Rate { messages_per_s: 1_000, bytes_per_s: 4 << 20 };
/// How much of it is read at once, in bytes.
pub const SCRUB_STEP_BYTES: u64 = 256 * 1024;
/// From the start of a pass over the block log to the start of the next, unless one takes longer.
pub const SCRUB_INTERVAL: Duration = Duration::from_secs(6 * 3600);
/// How long a node waits before it asks again for a block that has rotted and that no peer has given it.
pub const MEND_RETRY: Duration = Duration::from_secs(2);

/// Waits of a round of consensus, from measurements on loopback with one of four validators down.
pub const PROPOSE_TIMEOUT: Duration = Duration::from_millis(500);
/// See [`PROPOSE_TIMEOUT`].
pub const VOTE_TIMEOUT: Duration = Duration::from_millis(250);
/// By how much every wait grows with each round.
pub const TIMEOUT_DELTA: Duration = Duration::from_millis(250);
/// Longest wait of any round.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(10);
/// How long a start waits for a quorum of peers before it goes on alone.
pub const START_QUORUM_TIMEOUT: Duration = Duration::from_secs(5);
/// How often validators tell each other their height.
pub const STATUS_INTERVAL: Duration = Duration::from_secs(1);
/// How long a validator listens after its start, once it has heard a quorum, for others that have seen more: a few of
/// their status messages. When all have spoken it need not.
pub const LISTEN_TIME: Duration = Duration::from_secs(5);
/// How long a peer that claims to have a block, and has delivered none, is believed.
pub const CLAIM_TIME: Duration = Duration::from_secs(10);
/// How long a validator that may have forgotten what it signed stays silent, beside a few heartbeats, while nothing is
/// decided and nobody has anything on offer.
pub const SILENCE_STALLED_MAX: Duration = Duration::from_secs(60);
/// How old, beside a few heartbeats, the last block may be on a node that calls itself ready: some failed rounds.
pub const READY_BLOCK_AGE_MAX: Duration = Duration::from_secs(10);
/// The few heartbeats.
pub const HEARTBEATS: u32 = 3;
/// How long the engine's actors may take to stop.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(2);
