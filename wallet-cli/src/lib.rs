//! What the wallet does besides talking to people: its home directory, its keys, amounts as people write them, and
//! submissions whose outcome is definite.

pub mod amount;
mod files;
pub mod gateways;
pub mod home;
pub mod keystore;
pub mod passphrase;
pub mod reference;
pub mod submission;
