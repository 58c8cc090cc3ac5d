//! Limits of the shell around consensus. They differ from `lojal_types::limits` in that nodes need not agree on them.

use std::time::Duration;

use arc_malachitebft_core_consensus::MAX_FUTURE_ROUND_LOOKAHEAD;
use lojal_network::Rate;

/// Most places that transactions wait in.
pub const MEMPOOL_PLACES_MAX: usize = 50_000;
/// Bytes of a place. A transaction takes one place, or as many as its bytes need: all together have at most 64 MiB.
pub const MEMPOOL_PLACE_BYTES: usize = 1_342;
/// Most places of one member are those that are left divided by this number: the fuller it is, the fewer.
pub const MEMBER_SHARE: usize = 16;
/// The same of one operator of a brand: tills are the main load.
pub const OPERATOR_SHARE: usize = 4;
/// The places that a sender may have however full it is.
pub const SENDER_PLACES_MIN: usize = 16;
/// The number of brands that have as much of a block together as the members: these have at least a quarter of it, and
/// each brand as much as another.
pub const BRANDS_PER_MEMBERS: usize = 3;
/// The bytes of a transaction that count as much as a unit of work when senders take turns.
pub const TURN_BYTES: usize = 256;
/// Most submissions that wait for their signature check; a submission holds one transaction or many.
pub const MEMPOOL_QUEUE_MAX: usize = 4_096;
/// Most transactions in one submission.
pub const SUBMISSION_TRANSACTIONS_MAX: usize = 1_000;
/// Most transactions whose signatures are checked together.
pub const SIGNATURE_BATCH_MAX: usize = 512;
/// Most transactions that are checked against the state without letting a commit in between.
pub const STATE_CHECKS_MAX: usize = 32;
/// Most times that pages of the state are brought for transactions that are checked together. What the largest of them
/// needs is fewer.
pub const PAGE_ROUNDS_MAX: usize = 1_024;
/// Most pages of the state that the mempool has brought since the last block and that the state after the next one gets
/// as well; what is beyond them is read again if it is needed.
pub const BROUGHT_PAGES_MAX: usize = 65_536;
/// Largest batch of transactions in one gossip message, in bytes.
pub const GOSSIP_BATCH_BYTES_MAX: usize = 256 * 1024;
/// The least time between two gossip messages that hold less than a whole batch: a transaction that comes by itself
/// goes at once, and those that come one after the other go together.
pub const GOSSIP_PAUSE: Duration = Duration::from_millis(2);
/// The time after which a node gossips again those of its own clients' transactions that still wait, for peers that
/// were away.
pub const REGOSSIP_INTERVAL: Duration = Duration::from_secs(5);
/// Most bytes that are gossiped again at once.
pub const REGOSSIP_BYTES_MAX: usize = 1024 * 1024;

/// The rate at which one node without a vote may hand transactions in.
pub const SUBMISSION_RATE: Rate = Rate { messages_per_s: 1_000, bytes_per_s: 4 << 20 };
/// The part of it that is taken at once.
pub const SUBMISSION_BURST: Duration = Duration::from_secs(2);
/// The time after which whoever is beyond it is told so, and so can't ask again sooner.
pub const SUBMISSION_BUSY_PAUSE: Duration = Duration::from_millis(250);
/// The time that a node without a vote waits for a validator's answer before it asks the next one.
pub const SUBMISSION_PATIENCE: Duration = Duration::from_secs(2);
/// Most validators that it asks, one after the other.
pub const SUBMISSION_ATTEMPTS_MAX: usize = 3;
/// Most submissions that it has open at once; what comes meanwhile goes together.
pub const SUBMISSIONS_AT_ONCE_MAX: usize = 4;
/// The time that its clients wait at most for a validator's answer.
pub const SUBMISSION_WAIT_MAX: Duration = Duration::from_secs(8);

/// The time that executing a block that this node proposes may take, by what work has cost of late.
pub const BLOCK_EXECUTION_TIME: Duration = Duration::from_millis(160);
/// The work of a transaction by itself, beside its operations, each of which is one unit of work: about so many times
/// as much of executing a transaction doesn't depend on how many operations it has.
pub const TRANSACTION_WORK: usize = 2;
/// The assumed cost of a unit of work before any has been measured.
pub const WORK_TIME_START: Duration = Duration::from_micros(80);
/// The work that a block may always hold, however slow it all is; and the least work that says what it costs.
pub const BLOCK_WORK_MIN: usize = 300;
/// The greatest number of times that the time for executing a block is halved when rounds fail.
pub const ROUND_HALVINGS_MAX: u32 = 4;

/// Most time that a height waits after the block before it for more than one transaction.
pub const GATHER_MAX: Duration = Duration::from_millis(5);
/// The part of the time that the block before took, as a divisor, that a height waits at most for more than one
/// transaction: what is gathered in it saves more than it costs.
pub const GATHER_SHARE: u32 = 4;
/// The number of transactions that a height doesn't wait any longer for: so many share a block's costs that more would
/// save nothing.
pub const GATHER_ENOUGH: usize = 512;

/// Most checks of signatures that are remembered, 32 bytes each: the votes of 64 validators in a dozen heights.
pub const CHECKS_REMEMBERED_MAX: usize = 4_096;

/// Size of one part of a proposed block, in bytes.
pub const PART_BYTES: usize = 128 * 1024;
/// The number of heights ahead of the last block of which parts of proposals are kept.
pub const FUTURE_HEIGHTS_MAX: u64 = 4;
/// The number of rounds before and after its own of which a node keeps proposals; the engine looks as far ahead.
pub const ROUNDS_APART_MAX: u32 = MAX_FUTURE_ROUND_LOOKAHEAD;
/// Most proposals of one publisher whose bytes are kept, complete or not, until they can be checked.
pub const PROPOSALS_PER_PUBLISHER_MAX: usize = 4;

/// Most blocks in one answer to a node that catches up.
pub const SYNC_BLOCKS_MAX: usize = 64;
/// Largest answer to a node that catches up, in bytes of blocks, unless it is a single block: little enough that the
/// votes between two pieces of it don't wait.
pub const SYNC_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The rate at which one peer that catches up is given blocks: more than a node verifies and executes, and it asks
/// several. Reading, encoding and encrypting so much takes a few per cent of a core.
pub const SYNC_RATE: Rate = Rate { messages_per_s: 64, bytes_per_s: 8 << 20 };
/// The rate at which all peers together are given blocks.
pub const SYNC_RATE_ALL: Rate = Rate { messages_per_s: 512, bytes_per_s: 32 << 20 };
/// The part of these rates that is given at once.
pub const SYNC_BURST: Duration = Duration::from_secs(1);

/// Most changes of the validators in one answer.
pub const CHANGES_MAX: usize = 256;
/// Largest answer with changes of the validators, in bytes of changes, unless it is a single one.
pub const CHANGES_BYTES_MAX: usize = 1024 * 1024;
/// Most changes of the validators that a node which was away follows at once.
pub const CHANGES_ON_THE_WAY_MAX: usize = 4_096;
/// Most snapshots in one answer.
pub const OFFERS_MAX: usize = 4;
/// Most blocks in one answer to a node that fetches older ones.
pub const BLOCKS_BACK_MAX: usize = 256;
/// Largest answer to it, in bytes of blocks, unless it is a single block.
pub const BLOCKS_BACK_BYTES_MAX: usize = 8 << 20;
/// The rate at which a node fetches older blocks: nobody waits for them.
pub const BACKFILL_RATE: Rate = Rate { messages_per_s: 64, bytes_per_s: 4 << 20 };
/// The time after which it asks again for older blocks that nobody had.
pub const BACKFILL_RETRY: Duration = Duration::from_secs(10);
/// The rate at which one peer is given data.
pub const DATA_RATE: Rate = Rate { messages_per_s: 64, bytes_per_s: 16 << 20 };
/// The rate at which all peers together are given data.
pub const DATA_RATE_ALL: Rate = Rate { messages_per_s: 256, bytes_per_s: 32 << 20 };
/// The time without a connection after which a node says that it is alone.
pub const ALONE_AFTER: Duration = Duration::from_secs(20);

/// The rate at which the block log is read through for what has rotted: a day for 300 GB, and little of a disk.
pub const SCRUB_RATE: Rate = Rate { messages_per_s: 1_000, bytes_per_s: 4 << 20 };
/// The part of it that is read at once, in bytes.
pub const SCRUB_STEP_BYTES: u64 = 256 * 1024;
/// From the start of a pass over the block log to the start of the next, unless one takes longer.
pub const SCRUB_INTERVAL: Duration = Duration::from_secs(6 * 3600);
/// The time that a node waits before it asks again for a block that has rotted and that no peer has given it.
pub const MEND_RETRY: Duration = Duration::from_secs(2);

/// The time between two looks at whether a validator's next key decides.
pub const SUCCESSOR_INTERVAL: Duration = Duration::from_millis(100);

/// Waits of a round of consensus, from measurements on loopback with one of four validators down.
pub const PROPOSE_TIMEOUT: Duration = Duration::from_millis(500);
/// See [`PROPOSE_TIMEOUT`].
pub const VOTE_TIMEOUT: Duration = Duration::from_millis(250);
/// The time by which every wait grows with each round.
pub const TIMEOUT_DELTA: Duration = Duration::from_millis(250);
/// Longest wait of any round.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(10);
/// The time that a start waits for a quorum of peers before it goes on alone.
pub const START_QUORUM_TIMEOUT: Duration = Duration::from_secs(5);
/// The time between two messages by which a validator tells the others its height.
pub const STATUS_INTERVAL: Duration = Duration::from_secs(1);
/// Followers that stand behind one other, of which they get their blocks first.
pub const RELAY_BRANCHES: usize = 4;
/// The time within which a follower must have what others have, of the one that it stands behind, or come closer to it.
pub const RELAY_WAIT: Duration = Duration::from_secs(2);
/// The time for which one gives too little that only ever lets those behind it keep their distance to the others.
pub const RELAY_PATIENCE: Duration = Duration::from_secs(30);
/// The time for which nobody stands behind one that has given too little.
pub const RELAY_PASS_OVER: Duration = Duration::from_secs(60);
/// The time after which a node looks whether it has a block that it hasn't told the followers of.
pub const TIP_INTERVAL: Duration = Duration::from_millis(100);
/// The time that a validator listens after its start, once it has heard a quorum, for others that have seen more: a few
/// of their status messages. When all have spoken it need not.
pub const LISTEN_TIME: Duration = Duration::from_secs(5);
/// Most answers of a peer that are remembered until their blocks are verified: more than the engine asks for at once.
pub const ANSWERS_REMEMBERED_MAX: usize = 32;
/// The time that a peer is believed that claims to have a block and has delivered none.
pub const CLAIM_TIME: Duration = Duration::from_secs(10);
/// The time that a validator that may have forgotten what it signed stays silent, beside a few heartbeats, while
/// nothing is decided and nobody has anything on offer.
pub const SILENCE_STALLED_MAX: Duration = Duration::from_secs(60);
/// The greatest age, beside a few heartbeats, of the last block on a node that calls itself ready: some failed rounds.
pub const READY_BLOCK_AGE_MAX: Duration = Duration::from_secs(10);
/// The time for which nothing may come to a node that needs blocks which others have given up, before it is far behind.
pub const FAR_BEHIND_AFTER: Duration = Duration::from_secs(30);
/// The time between two looks at whether it is.
pub const FAR_BEHIND_INTERVAL: Duration = Duration::from_secs(1);
/// The few heartbeats.
pub const HEARTBEATS: u32 = 3;
/// The time that the engine's actors may take to stop.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(2);
