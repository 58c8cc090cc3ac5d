//! Random numbers of the operating system.

use rand::TryRng;
use rand::rngs::SysRng;
use thiserror::Error;
use zeroize::Zeroizing;

/// The system gives no random bytes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the operating system gives no random bytes: {0}")]
pub struct RandomError(String);

/// A random number for a transaction.
///
/// # Errors
/// Without random bytes.
pub fn random_nonce() -> Result<u64, RandomError> {
    Ok(u64::from_le_bytes(*random_bytes()?))
}

/// Random bytes, wiped from memory when dropped.
///
/// # Errors
/// When the system gives none.
pub fn random_bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, RandomError> {
    let mut bytes = Zeroizing::new([0; N]);
    SysRng.try_fill_bytes(&mut *bytes).map_err(|error| RandomError(error.to_string()))?;
    Ok(bytes)
}
