//! Limits of the gateway. Nothing of them is part of the protocol.

use std::time::Duration;

/// Most connections at once; more wait in the operating system's queue.
pub const CONNECTIONS_MAX: usize = 1_024;
/// Most connections at once of one client, which is an IPv4 address or an IPv6 network of 64 bits. Each request on a
/// connection of HTTP/2 counts as one more until it is answered. Addresses of proxies have no such limit; the requests
/// that they pass on at once have, by client.
pub const CLIENT_CONNECTIONS_MAX: usize = 128;
/// Most connections beyond a client's limit that are told so at once; more are closed without a word.
pub const REFUSALS_MAX: usize = 64;
/// Longest wait until a client has read why its connection is closed.
pub const LINGER_TIMEOUT: Duration = Duration::from_secs(1);
/// Most bytes of such a client that are read, and thrown away, meanwhile.
pub const LINGER_BYTES_MAX: usize = 64 * 1024;
/// Longest wait for the whole head of a request, and so for the next request on an idle connection; for a handshake of
/// TLS as well.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest head of a request, in bytes.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Longest wait for the whole body of a request.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Most requests at once on one connection of HTTP/2; each counts for its client as a connection does.
pub const STREAMS_MAX: u32 = 64;
/// Most bytes of a request on such a connection that have come in and that nobody has read.
pub const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
/// Most of them of all requests of such a connection together.
pub const CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;
/// Largest piece of an answer that is handed over to such a connection, in bytes.
pub const STREAM_PIECE_BYTES: usize = 16 * 1024;
/// The time after which the files of the certificate are looked at again.
pub const CERTIFICATE_CHECK: Duration = Duration::from_secs(10);
/// Least rate at which a client must take its answers, in bytes per second.
pub const ANSWER_RATE_MIN: u64 = 128 * 1024;
/// The longest time that a client may take nothing, or lag behind [`ANSWER_RATE_MIN`].
pub const ANSWER_LAG_MAX: Duration = Duration::from_secs(10);
/// Most bytes that the system keeps for a client that hasn't taken them; Linux doubles this for its own bookkeeping.
pub const SEND_BUFFER_BYTES: usize = 256 * 1024;
/// Longest time between a request's head and its answer.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest life of a connection that starts no request after it; one that is being answered gets
/// [`REQUEST_TIMEOUT`] more.
pub const CONNECTION_TIME_MAX: Duration = Duration::from_secs(300);
/// The longest time that a shutdown waits for the requests that are being answered.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause after the system refused to accept a connection, for instance because too many files are open.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Most such refusals in a row before the gateway gives up.
pub const ACCEPT_FAILURES_MAX: u32 = 300;

/// Largest submission of one transaction, in bytes: the largest transaction as indented JSON.
pub const SUBMISSION_BYTES_MAX: usize = 128 * 1024;
/// Largest submission of many transactions, in bytes.
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most transactions in one submission.
pub const BATCH_TRANSACTIONS_MAX: usize = lojal_consensus::limits::SUBMISSION_TRANSACTIONS_MAX;
/// Most submissions of many transactions that are read at once.
pub const BATCHES_MAX: usize = 16;
/// Most of them from one client.
pub const CLIENT_BATCHES_MAX: usize = 4;

/// Longest wait of a client for a final block.
pub const COMMIT_WAIT: Duration = Duration::from_secs(30);
/// The longest wait of a client for the first block of a network that has just begun.
pub const FIRST_BLOCK_WAIT: Duration = Duration::from_secs(5);
/// Most transactions whose clients wait for a final block.
pub const WAITING_MAX: usize = 20_000;

/// Least bytes of an answer that is compressed.
pub const COMPRESSED_BYTES_MIN: u64 = 1024;

/// Most transactions on one page of a history.
pub const HISTORY_LIMIT_MAX: u32 = 100;
/// Transactions on one page of a history, unless the client says.
pub const HISTORY_LIMIT_DEFAULT: u32 = 20;
/// Most bytes of blocks that are read for one page of a history; the page ends with the block that exceeds them.
pub const HISTORY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most pages of the state that are looked through for one page of a brand's accounts: each has 16 records at most, so
/// they are some megabytes.
pub const LIST_PAGES_MAX: usize = 2_048;
/// Most accounts on one page of a brand's.
pub const LIST_ACCOUNTS_MAX: usize = 500;
/// Most months ahead for which a brand can ask what expires.
pub const EXPIRING_MONTHS_MAX: u8 = 12;
/// Most months in a brand's statistics.
pub const STATISTICS_MONTHS_MAX: usize = 60;
/// Longest text of a cursor, in bytes.
pub const CURSOR_BYTES_MAX: usize = 32;
/// Most blocks in one export.
pub const EXPORT_BLOCKS_MAX: u32 = 100;
/// Most bytes in one export: more than any single block has.
pub const EXPORT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most changes of the validators in one answer.
pub const CHANGES_MAX: u32 = 100;
/// Most bytes of changes in one answer, and so twice as many digits; a change of 64 validators has some 14 kB.
pub const CHANGES_BYTES_MAX: usize = 1024 * 1024;
/// Most exports that are made or sent at once.
pub const EXPORTS_MAX: usize = 8;
/// Most of them to one client.
pub const CLIENT_EXPORTS_MAX: usize = 4;
/// Most pages of histories that are made or sent at once.
pub const HISTORIES_MAX: usize = 16;
/// Most of them to one client.
pub const CLIENT_HISTORIES_MAX: usize = 4;
/// Most blocks, statements (netting, partnerships) and lists of changes that are made or sent at once.
pub const BLOCKS_MAX: usize = 8;
/// Most of them to one client.
pub const CLIENT_BLOCKS_MAX: usize = 4;
/// Most readings of the store and other long pieces of work at once; each holds a few blocks in memory at most.
pub const WORK_MAX: usize = 16;
/// Longest wait for one of the places of these pools.
pub const PLACE_TIMEOUT: Duration = Duration::from_secs(5);
/// The time that a client is told to wait before it tries again, in seconds.
pub const RETRY_AFTER_S: u32 = 1;

/// Streams of events at once, unless the node's operator says.
pub const STREAMS_DEFAULT: usize = 1_000;
/// Most streams at once of one client.
pub const CLIENT_STREAMS_MAX: usize = 128;
/// Longest life of a stream; whoever wants more comes back and goes on where it was.
pub const STREAM_TIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Time between two signs of life of a stream.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// Most lines of a stream that wait for its connection.
pub const STREAM_LINES_MAX: usize = 4;
/// Bytes that the system keeps for the reader of a stream that hasn't taken them; Linux doubles this.
pub const STREAM_BUFFER_BYTES: usize = 8 * 1024;
/// Most streams that read from the store at once.
pub const STREAM_WORK_MAX: usize = 4;
/// Most transactions that are looked through at once for the events of a stream.
pub const SLICE_TRANSACTIONS_MAX: usize = 64;
/// Bytes of events of a stream that are made at once; the event that exceeds them is the last.
pub const SLICE_BYTES_MAX: usize = 8 * 1024;
/// Bytes of blocks that are read for them; the block that exceeds them is the last.
pub const SLICE_READ_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most blocks that are kept decoded for those who follow what happens.
pub const DECODED_BLOCKS_MAX: usize = 4;
/// Most bytes of them, as they are stored; one is kept whatever its size.
pub const DECODED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most blocks that a reader may be ahead of a gateway that it comes to.
pub const AHEAD_BLOCKS_MAX: u64 = 100;

/// Most webhooks of a gateway; each has a thread.
pub const WEBHOOKS_MAX: usize = 64;
/// Most of them of one brand.
pub const BRAND_WEBHOOKS_MAX: usize = 8;
/// Longest address of a webhook, in bytes.
pub const WEBHOOK_URL_BYTES_MAX: usize = 2_048;
/// Largest registration of a webhook, in bytes.
pub const WEBHOOK_BYTES_MAX: usize = 8 * 1024;
/// The time that a token for changes is good for, at most: so it was made for this one.
pub const FRESH_MS: u64 = 5 * 60 * 1_000;
/// Longest wait for a receiver's whole answer.
pub const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest wait for the addresses of a receiver, and for a connection to it.
pub const WEBHOOK_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Largest head of a receiver's answer, in bytes.
pub const WEBHOOK_HEADER_BYTES_MAX: usize = 16 * 1024;
/// The pauses after attempts that have failed; after the attempt that follows the last one the event is given up.
pub const WEBHOOK_PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3_600),
    Duration::from_secs(5 * 3_600),
    Duration::from_secs(10 * 3_600),
    Duration::from_secs(14 * 3_600),
    Duration::from_secs(20 * 3_600),
    Duration::from_secs(24 * 3_600),
];
/// The longest time that a webhook's thread waits without looking.
pub const WEBHOOK_IDLE: Duration = Duration::from_secs(60);
/// Events in a row that are given up before nothing is sent any more.
pub const DEAD_IN_A_ROW_MAX: u32 = 3;
/// Most events of a webhook that were given up and are remembered, the newest.
pub const DEAD_MAX: usize = 100;
/// Most attempts of a webhook that are remembered, the newest.
pub const ATTEMPTS_SHOWN: usize = 100;
/// The time for which an old secret signs beside a new one.
pub const SECRET_OVERLAP_MS: u64 = 24 * 60 * 60 * 1_000;

/// Most subscriptions of pushes of a gateway.
pub const PUSHES_MAX: usize = 10_000;
/// Most of them of one account.
pub const ACCOUNT_PUSHES_MAX: usize = 8;
/// Longest address of a browser at its push service, in bytes.
pub const PUSH_ENDPOINT_BYTES_MAX: usize = 1_024;
/// Largest subscription, in bytes.
pub const PUSH_BYTES_MAX: usize = 4 * 1024;
/// The time after which a subscription ends that nobody has renewed.
pub const PUSH_TIME_MS: u64 = 90 * 24 * 60 * 60 * 1_000;
/// Most pushes that are sent at once to services that have taken the one before.
pub const PUSH_WORK_MAX: usize = 16;
/// Most that are sent at once to those that haven't, or took long for it, so that they hold nobody up.
pub const PUSH_AGAIN_MAX: usize = 4;
/// The part of the longest wait for a push service from which on it takes long.
pub const PUSH_SLOW_PART: u32 = 8;
/// The longest time for which nobody looks whether there is something to push.
pub const PUSH_IDLE: Duration = Duration::from_secs(60 * 60);
/// The time for which a push service keeps what a browser hasn't fetched, in seconds.
pub const PUSH_TTL_S: u64 = 7 * 24 * 60 * 60;
/// The time for which the gateway's word to a push service is good, in seconds; RFC 8292 allows a day.
pub const VAPID_S: u64 = 12 * 60 * 60;
/// Bytes of every push before it is encrypted, so that its length says nothing.
pub const PUSH_TEXT_BYTES: usize = 128;

/// Most tokens that are remembered as checked.
pub const TOKENS_MAX: usize = 10_000;
/// Longest id of a request that a client gives, in characters.
pub const REQUEST_ID_CHARS_MAX: usize = 64;
/// Largest answer that is tagged, in bytes: more than any that isn't sent as it is.
pub const TAGGED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The number of submissions that a client may make where it may ask one question: the mempool bounds what an account
/// has waiting, and a till has many.
pub const SUBMISSIONS_PER_READ: std::num::NonZeroU32 = std::num::NonZeroU32::new(10).expect("not zero");
/// The number of requests after which clients are forgotten that have not asked for a while.
pub const RATES_CLEANED_EVERY: u64 = 4_096;
/// The time for which a browser remembers that pages of another website may ask here.
pub const PREFLIGHT_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Most pairs of brands on one page of partnerships or of a netting statement.
pub const PAIRS_MAX: usize = 500;

/// Most proofs of what an account has and where it stands, which is what clients read; what it has comes first.
pub const PROOFS_MAX: usize = 1024;
/// Most offers that the books of the market list.
pub const BOOK_OFFERS_MAX: usize = 1_000_000;
/// Pages of the state that are looked through at once, at the start, for offers and for those who may be listed by
/// rank.
pub const LOOK_PAGES: usize = 256;
/// Most accounts whose offers one answer about a book looks at.
pub const MARKET_OWNERS_MAX: usize = 200;
/// Most offers in one answer about a book.
pub const MARKET_OFFERS_MAX: usize = 100;
/// Most accounts of one brand that are ranked.
pub const BOARD_ACCOUNTS_MAX: usize = 10_000;
/// Most accounts of all brands that are ranked.
pub const BOARDS_ACCOUNTS_MAX: usize = 100_000;
/// Standings that are read from the state at once for a ranking.
pub const BOARD_READ: usize = 1_000;
/// Versions of the state that are tried for a ranking, if pages of one are forgotten while it is read.
pub const VERSIONS_MAX: usize = 3;
/// Most ranks in one answer.
pub const LEADERS_MAX: u32 = 100;
/// Ranks in one answer, unless the client says.
pub const LEADERS_DEFAULT: u32 = 10;
