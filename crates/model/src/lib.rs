//! What tests and the simulator hold against the real thing: an independent and naive second implementation of the
//! ledger's rules, random histories for both, and a checker of what clients of a network saw.

pub mod linearizability;
