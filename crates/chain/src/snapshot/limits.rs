//! The limits of snapshots (protocol, Limits).

/// Bytes of entries up to which a subtree is a chunk.
pub const CHUNK_BYTES: usize = 1024 * 1024;
/// Largest chunk, in bytes: that of one page, whose 16 entries have at most 64 KiB each.
pub const CHUNK_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most chunks of a snapshot.
pub const CHUNKS_MAX: usize = 1 << 18;
/// Most shelves of a state: months that are kept, and those in which a reference can be dated.
pub const SHELVES_MAX: usize = 64;
/// Most ids of transactions in one part.
pub const RECENT_IDS_MAX: usize = 32_768;
/// Most parts of ids.
pub const RECENT_PARTS_MAX: usize = 1 << 14;
/// Most proofs: one for each month that a shelf can be of, and for each minute that ids can be of.
pub const PROOFS_MAX: usize = 128;
/// Largest manifest, in bytes.
pub const MANIFEST_BYTES_MAX: usize = 16 * 1024 * 1024;
