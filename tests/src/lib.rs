//! Tests of lojal as a whole, in two programs: `e2e` runs real processes against each other, `conformance` holds the
//! protocol's bytes to their golden vectors, feeds damaged bytes to every decoder, and watches over the workspace's
//! structure. The library itself is empty.
