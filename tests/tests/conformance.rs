//! The tests of everything that another implementation, or the next version of this one, must agree with: golden
//! vectors of the protocol's bytes, chains of older versions, decoders that take one form of every value and nothing
//! else, views that agree with each other, and the rules of the house.

#[path = "conformance/chains.rs"]
mod chains;
#[path = "conformance/robustness/mod.rs"]
mod robustness;
#[path = "conformance/tidiness/mod.rs"]
mod tidiness;
#[path = "conformance/vectors/mod.rs"]
mod vectors;
#[path = "conformance/views.rs"]
mod views;
