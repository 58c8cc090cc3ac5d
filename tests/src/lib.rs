//! Tests of lojal as a whole, in two programs: `e2e` runs real processes against each other, `conformance` holds the
//! protocol's bytes to their golden vectors, feeds hostile bytes to every decoder and to the ledger, and watches over
//! the workspace's structure. The library has the [`targets`] of hostile bytes, which the fuzzer shares.

pub mod targets;
