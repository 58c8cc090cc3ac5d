//! Every limit of the store, in one place.

use std::time::Duration;

/// Size after which a segment of the log is closed at the next commit, in bytes, unless
/// [`Options`](crate::Options) say otherwise.
pub const SEGMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The time for which a lock is waited for that seems to be taken, and the pause between two looks: a process that is
/// being started has for a moment what its parent has open, also a lock that the parent lets go meanwhile.
pub const LOCK_PATIENCE: Duration = Duration::from_millis(200);
/// See [`LOCK_PATIENCE`].
pub const LOCK_PAUSE: Duration = Duration::from_millis(5);
/// Bytes of log after which a checkpoint is due, unless [`Options`](crate::Options) say otherwise.
pub const CHECKPOINT_BYTES: u64 = 16 * 1024 * 1024;
/// Time after which a checkpoint is due, unless [`Options`](crate::Options) say otherwise.
pub const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(60);
/// The number of checkpoints' worth of log that may wait for the running one before the writer has to wait too.
pub const CHECKPOINTS_BEHIND_MAX: u64 = 4;
/// The number by which the threads of checkpoints and merges are nicer than others (nice): of a processor that is never
/// idle, each gets a third of what another thread gets.
pub const CHECKPOINT_NICE: i32 = 5;
/// The share of the growth of the log until the next checkpoint is due that the work of one takes, in per cent.
pub const PACE_PER_CENT: u64 = 75;
/// The work of a checkpoint takes one of so many parts of the interval between two where the log hardly grows.
pub const PACE_INTERVAL_PARTS: u32 = 4;
/// The multiple of these times after which a checkpoint goes as fast as it can.
pub const PACE_LATE_MAX: u64 = 3;
/// The time that a checkpoint pauses at least when it is early.
pub const PACE_PAUSE: Duration = Duration::from_millis(2);
/// Bytes of a merge beside checkpoints for each byte by which the log grows meanwhile: more than merges take, since a
/// transaction is written again few times.
pub const PACE_BESIDE_BYTES: u64 = 3;
/// Bytes of a merge of runs up to which it is a part of a checkpoint; larger ones go on beside several.
pub const CHECKPOINT_MERGE_BYTES: u64 = 48 * 1024 * 1024;
/// Bytes that the state takes in a checkpoint for each byte of blocks, as long as none has been written.
pub const PACE_STATE_BYTES: u64 = 8;
/// The bytes that could be written in the time in which an entry of the state is freed.
pub const PACE_FREED_BYTES: u64 = 16;
/// Bytes of a file of the index that are written between two syncs of it: small enough that a sync of the log, which
/// waits for the same disk, doesn't wait long.
pub const RUN_SYNC_BYTES: usize = 4 * 1024 * 1024;
/// Most undecided blocks of one height that a reader of the log keeps. Of a decided block that came before more
/// others than this, the writer repeats the bytes.
pub const UNDECIDED_BLOCKS_MAX: usize = 16;
/// Most undecided proposals that [`open`](crate::open) gives back: the latest.
pub const PENDING_PROPOSALS_MAX: usize = 64;
/// Encoded bytes of the latest blocks that stay in memory.
pub const RECENT_BLOCKS_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Blocks that a subscriber can be behind before it misses some.
pub const SUBSCRIPTION_BLOCKS_MAX: usize = 64;
/// Most items in one answer of [`Store::history`](crate::Store::history).
pub const HISTORY_ITEMS_MAX: usize = 1_000;
/// The number of an account's transactions after which its activity is kept beside them: as many, and up to twice as
/// many, are read besides those of a page.
pub(crate) const HISTORY_MARK_STEP: u32 = 64;
/// Largest value in the index, in bytes: sled keeps larger ones as separate files that it doesn't sync.
pub const INDEX_VALUE_BYTES_MAX: usize = 2_000;
/// Pages of 4 KiB that are read or written at once while runs are made: memory for each run that takes part.
pub const RUN_BUFFER_PAGES: usize = 16;
/// Bytes of pages of the state above which some of them are given up in memory, unless [`Options`](crate::Options) say
/// otherwise. Branches are not counted.
pub const STATE_CACHE_BYTES: u64 = 1024 * 1024 * 1024;
/// Most pages of the state that are given up after one block.
pub const TURN_PAGES_MAX: usize = 16_384;
/// Pages of the state that are read at once where all of them are checked.
pub const PAGES_CHECKED_AT_ONCE: usize = 1024;
/// Transactions up to which files of the minutes of the latest ones become one.
pub const RECENT_MERGE_TRANSACTIONS: u64 = 1 << 18;
/// Bytes of pages of the state that a checkpoint writes again, though they are as they were, for every two bytes of
/// what had changed at the one before.
pub const RENEWED_PER_TWO_CHANGED: u64 = 5;
/// Files of the state become one when together they are at most one of so many parts of all of them: what is larger
/// goes once everything in it has been written again.
pub const STATE_MERGE_PARTS: u64 = 16;
/// Runs become one when those after the first have this many times its transactions: more runs the larger it is, and
/// fewer times that a transaction is written again.
pub const RUN_MERGE_FACTOR: u64 = 2;
/// Most transactions of a run that is made of several, so that making it takes bounded time and room: about 2 GB.
pub const RUN_TRANSACTIONS_MAX: u32 = 1 << 25;
/// Snapshots that are kept: the newest.
pub const SNAPSHOTS_KEPT: usize = 2;
/// The time for which one more is kept after somebody has read a piece of it.
pub const SNAPSHOT_READ_LATELY: Duration = Duration::from_secs(600);
/// Snapshots that are no longer offered and wait to become the base, when blocks of some days are kept: the more, the
/// less is kept beyond those days.
pub const BASES_LATER_MAX: u64 = 2;
/// Most days of blocks that can be asked for.
pub const RETAIN_DAYS_MAX: u32 = 36_500;
/// Most entries of blocks that are gone which a checkpoint takes out of the index.
pub const PRUNED_PER_CHECKPOINT_MAX: usize = 16_384;
/// The level at which archived segments are compressed, of 0 to 9.
pub const ARCHIVE_LEVEL: u32 = 6;
/// The time for which cutting a snapshot pauses, as a multiple of the time that it has worked: it takes a third of a
/// processor and of the disk, and nobody waits for it.
pub const SNAPSHOT_PAUSES: u32 = 2;
/// The number of the first segment of a log that rests on a base: those of older blocks count down from there.
pub const FIRST_SEGMENT_AFTER_BASE: u32 = 50_000_000;
/// Most bytes of a segment of older blocks, but for those that came with the last question.
pub const OLDER_SEGMENT_BYTES: u64 = 16 * 1024 * 1024;
/// Segments of older blocks of which it is remembered where their blocks begin.
pub const OLDER_TABLES_MAX: usize = 8;
/// Memory that sled may use for its cache, in bytes.
pub const INDEX_CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// Most heights at which the log is known to be damaged at the same time; further ones are found again later.
pub const DAMAGED_HEIGHTS_MAX: usize = 1_024;
/// The number of times in a row that the index is opened without success before it is given up: a process that dies of
/// it can't tell.
pub const INDEX_ATTEMPTS_MAX: u64 = 3;
/// The time that a start waits for sled to let go of an index that this process has closed.
pub const INDEX_RELEASE_WAIT: Duration = Duration::from_secs(10);
