//! The block log, and sled as its index and checkpoint.
