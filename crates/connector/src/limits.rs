//! Limits of the connector. Nothing of them is part of the protocol.

use std::time::Duration;

/// Most connections at once; more wait in the operating system's queue.
pub(crate) const CONNECTIONS_MAX: usize = 256;
/// Longest wait for the whole head of a request, and so for the next request on an idle connection; for a
/// handshake of TLS as well.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The time after which the files of the certificate are looked at again.
pub(crate) const CERTIFICATE_CHECK: Duration = Duration::from_secs(10);
/// Largest head of a request, in bytes.
pub(crate) const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Largest body of a request, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 16 * 1024;
/// Longest wait for the whole body of a request.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time between a request and its answer.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);
/// Longest life of a connection that starts no request after it.
pub(crate) const CONNECTION_TIME_MAX: Duration = Duration::from_secs(300);
/// Longest wait of a shutdown for the requests that are being answered.
pub(crate) const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause after the system refused to accept a connection.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Most questions to gateways at once.
pub(crate) const QUESTIONS_MAX: usize = 32;
/// Longest wait for one of their places.
pub(crate) const PLACE_TIMEOUT: Duration = Duration::from_secs(5);
/// The time that a till is told to wait before it tries again, in seconds.
pub(crate) const RETRY_AFTER_S: u32 = 1;

/// Longest time for which an answer waits for what is asked about to become certain, in seconds.
pub(crate) const WAIT_S_MAX: u64 = 30;
/// The time for which it waits unless the till says.
pub(crate) const WAIT_S: u64 = 10;
/// Pause between two questions whether a request is answered.
pub(crate) const PAYMENT_PAUSE: Duration = Duration::from_millis(300);

/// Longest reference of a till, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 256;
/// Most API keys of a connector. Those that are revoked make room for others.
pub(crate) const KEYS_MAX: usize = 256;
/// Largest file of API keys, in bytes.
pub(crate) const KEYS_BYTES_MAX: u64 = 256 * 1024;
/// Largest configuration file, in bytes.
pub(crate) const CONFIG_BYTES_MAX: u64 = 64 * 1024;

/// Most wishes that wait for a certain outcome.
pub(crate) const WAITING_MAX: usize = 20_000;
/// Most wishes that are remembered; those that ended the longest ago go first.
pub(crate) const ENTRIES_MAX: usize = 100_000;
/// Most payments that are remembered, and most uses of vouchers; those that were asked for the longest ago go first.
pub(crate) const REQUESTS_MAX: usize = 100_000;
/// Days for which an end is remembered beyond those in which its reference can be used.
pub(crate) const MEMORY_DAYS: u32 = 3;
/// Most wishes that are sent together.
pub(crate) const BATCH_MAX: usize = 64;
/// Largest record of the journal, in bytes: a full batch with its signed transactions.
pub(crate) const RECORD_BYTES_MAX: usize = 256 * 1024;
/// Bytes that the journal may have beside twice what it had when it was last written anew.
pub(crate) const JOURNAL_SLACK_BYTES: u64 = 1024 * 1024;

/// Longest wait for a gateway's answer to a question.
pub(crate) const GATEWAY_PATIENCE: Duration = Duration::from_secs(3);
/// The time for which a gateway is asked nothing more that has let somebody wait for nothing.
pub(crate) const SILENT_PAUSE: Duration = Duration::from_secs(5);
/// Most that the ledger's time may be behind this machine's clock: otherwise one of both is wrong, or a gateway hasn't
/// the last blocks.
pub(crate) const LEDGER_BEHIND_MS_MAX: u64 = 2 * 60 * 1000;
/// The time for which what is signed can happen.
pub(crate) const VALID_FOR_MS: u64 = 60_000;
/// Pauses of the sender after a round in which nothing could be sent.
pub(crate) const PAUSE_MIN: Duration = Duration::from_millis(200);
/// The longest of them.
pub(crate) const PAUSE_MAX: Duration = Duration::from_secs(5);

/// The time for which a payment can be answered unless the till says.
pub(crate) const PAY_WITHIN_S: u64 = 600;
/// The time for which a voucher can be used at a till unless that says.
pub(crate) const USE_WITHIN_S: u64 = 600;
/// The time for which points are held unless the till says.
pub(crate) const HOLD_FOR_S: u64 = 24 * 60 * 60;
/// The time for which the connector's tokens for reading are good.
pub(crate) const TOKEN_MS: u64 = 24 * 60 * 60 * 1000;
/// The rest of that time below which others are made.
pub(crate) const TOKEN_RENEWED_MS: u64 = 12 * 60 * 60 * 1000;
/// Blocks after which the last one that was proven is kept anew.
pub(crate) const SEEN_EVERY: u64 = 100;

/// Longest number of a customer, in characters.
pub(crate) const CUSTOMER_CHARS_MAX: usize = 64;
/// Largest file of a customer, in bytes.
pub(crate) const CUSTOMER_FILE_BYTES_MAX: u64 = 32 * 1024;
/// Largest file of balances, in bytes.
pub(crate) const IMPORT_FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Longest amount, month or name of a column in it, in characters.
pub(crate) const FIELD_CHARS_MAX: usize = 64;
/// Most rows of one.
pub(crate) const ROWS_MAX: usize = 500_000;
/// Most rows that all imports of a connector have together.
pub(crate) const IMPORTED_MAX: usize = 500_000;
/// Most lines with a fault that are told.
pub(crate) const FAULTS_TOLD_MAX: usize = 20;
/// Pause between two looks at what an import has reached.
pub(crate) const IMPORT_PAUSE: Duration = Duration::from_millis(100);
/// The time after which it is told again.
pub(crate) const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// The time for which a code can be answered unless the site says, in seconds.
pub(crate) const CLAIM_FOR_S: u64 = 600;
/// The longest.
pub(crate) const CLAIM_FOR_S_MAX: u64 = 3_600;
/// Most codes that can be answered at once.
pub(crate) const CLAIMS_MAX: usize = 10_000;
/// Most claims that wait to be gone on with; others wait for their wallet to ask again.
pub(crate) const LATER_MAX: usize = 1_000;
/// Pause between two tries.
pub(crate) const CLAIM_PAUSE: Duration = Duration::from_secs(2);
/// Most transactions of a claim that are remembered because they may have happened.
pub(crate) const TRIED_MAX: usize = 32;
