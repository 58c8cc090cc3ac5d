//! The wallet but for its talk with people: its home directory, its keys, amounts as people write them, and submissions
//! whose outcome is definite.

pub mod amount;
pub mod backup;
pub mod carried;
pub mod clock;
pub mod contacts;
pub mod cycle;
pub mod dates;
pub mod exported;
pub mod files;
pub mod gateways;
pub mod home;
pub mod hook;
pub mod invitations;
pub mod keystore;
pub mod label;
pub mod passphrase;
pub mod profiles;
pub mod prover;
pub mod qr;
pub mod random;
pub mod receipts;
pub mod reference;
pub mod saved;
mod slip10;
pub mod submission;
pub mod table;
pub mod terms;
pub mod time;
pub mod tokens;
pub mod trust;
pub mod uri;
pub mod witness;
