//! Proven blocks beside what the wallet has seen, and beside what gateways of others have: whoever has the keys of
//! those who decide can show one wallet another chain, and then a witness has another block at the same height.

use std::thread::sleep;
use std::time::Duration;

use lojal_client::{ClientError, Seal, Verifier};

use crate::gateways::{Gateway, Gateways, GatewaysError, is_lie};
use crate::home::Home;
use crate::trust::{self, Seen};

/// The number of times that a witness is asked again for a block that it doesn't have yet.
const ATTEMPTS: u32 = 10;
/// The pause before each of them.
const PAUSE: Duration = Duration::from_millis(300);

/// Compares a proven block with what the wallet has seen, and keeps the later one.
///
/// # Errors
/// When the gateway is behind that, or shows another block of its height.
pub fn see(home: &Home, gateway: &Gateway, seal: &Seal) -> Result<(), GatewaysError> {
    match trust::see(home.dir(), gateway.url(), seal) {
        Ok(Seen::Refused(error)) => Err(trust::with_cure(home.dir(), error).into()),
        Ok(Seen::Latest) => Ok(()),
        // A wallet that can't keep what it has seen still knows that this is proven.
        Err(error) => {
            lojal_print::note(format!("warning: block {} is proven, and can't be kept: {error}", seal.height));
            Ok(())
        }
    }
}

/// The error of a gateway, after what it shows beside a block that the wallet has seen has been kept as evidence.
pub fn with_evidence(home: &Home, gateway: &Gateway, error: ClientError) -> GatewaysError {
    match &error {
        ClientError::Split { seal, .. } => see(home, gateway, seal).err().unwrap_or(GatewaysError::Client(error)),
        _ => trust::with_cure(home.dir(), error).into(),
    }
}

/// Asks all witnesses. What keeps one from answering is told, and is nobody's fault.
///
/// # Errors
/// When one of them has another block at the same height that is final, too: both are kept as evidence; or when one
/// shows a block that proves nothing.
pub fn compare(home: &Home, verifier: &Verifier, witnesses: &Gateways, seal: &Seal) -> Result<(), GatewaysError> {
    for witness in witnesses.iter() {
        match compare_with(home, verifier, witness, seal) {
            Err(error) if is_lie(&error) => return Err(error),
            Err(error) => lojal_print::note(format!("warning: no witness: {error}")),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn compare_with(home: &Home, verifier: &Verifier, witness: &Gateway, seal: &Seal) -> Result<(), GatewaysError> {
    let client = witness.client()?;
    let mut attempt = 0;
    let block = loop {
        match client.light_block(Some(seal.height)) {
            // It may be a moment behind.
            Err(error) if error.is_problem("unknown_block") && attempt < ATTEMPTS => {
                attempt += 1;
                sleep(PAUSE);
            }
            answer => break answer?,
        }
    };
    if block.header == seal.header {
        return Ok(());
    }
    let shown = Seal { header: block.header, certificate: block.certificate, ..seal.clone() };
    let found = client.check(&mut verifier.clone(), &shown).map_err(|error| with_evidence(home, witness, error))?;
    if found.height != seal.height {
        let reason = format!("asked for block {}, it shows block {}", seal.height, found.height);
        return Err(ClientError::Untrue { url: witness.url().to_owned(), reason }.into());
    }
    Err(trust::split(home.dir(), witness.url(), [seal, &found]).into())
}
