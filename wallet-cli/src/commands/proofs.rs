//! Accounts as they are proven, or as a gateway says.

use std::cell::RefCell;

use lojal_client::{ClientError, Pin, Seal, Verifier};
use lojal_types::{AddressText, BlockId, Height, TimeMs, api};
use lojal_wallet::clock;
use lojal_wallet::gateways::{Gateway, Gateways, GatewaysError, is_not_permitted};
use lojal_wallet::home::Home;
use lojal_wallet::time::utc;
use lojal_wallet::trust::{self, Seen};
use serde::Serialize;

use super::context::Context;
use crate::error::CommandError;

/// The age of a proven block, beyond the network's heartbeat, from which on a person is told.
const OLD_MS: u64 = 60_000;

/// The way in which a command gets accounts.
pub(super) enum Proofs<'a> {
    /// Proven, by what the wallet's genesis document says, and what has followed from it.
    Wanted(&'a Home, RefCell<Verifier>),
    /// Not proven, as the command line wants it.
    Unwanted,
    /// Not proven, since there is no wallet with a genesis document.
    Impossible,
}

/// The refusal of a pin without a wallet.
const PIN_ALONE: &str = "--pin needs a wallet, whose genesis document says which network the block is of: name its \
                         directory with --home";

/// The knowledge that a command starts with: the later one of the block that the wallet has seen and that of `--pin`.
pub(super) fn start(context: &Context, home: &Home, gateways: &Gateways) -> Result<Verifier, CommandError> {
    let known = trust::verifier(home)?;
    let Some(pin) = context.options.pin else { return Ok(known) };
    if pin.height > known.pin().height {
        return Ok(gateways.ask(|gateway| Ok(gateway.client()?.pinned(home.genesis(), pin)?))?);
    }
    if let Some(unused) = unused(pin, known.pin(), Verifier::new(home.genesis()).pin())? {
        lojal_print::note(unused);
    }
    Ok(known)
}

/// The sentence about a pin that is not used, since the wallet knows a later block.
fn unused(pin: Pin, known: Pin, genesis: Pin) -> Result<Option<String>, CommandError> {
    let is_other = [known, genesis].iter().any(|block| block.height == pin.height && *block != pin);
    match (is_other, pin.height < known.height) {
        (true, _) => Err(CommandError::OtherPin(pin.height)),
        (false, true) => Ok(Some(format!(
            "note: the pin is below block {}, which this wallet has seen already: it isn't used",
            known.height
        ))),
        (false, false) => Ok(None),
    }
}

/// Compares a proven block with what the wallet has seen, and keeps the later one.
pub(super) fn see(home: &Home, gateway: &Gateway, seal: &Seal) -> Result<(), GatewaysError> {
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
pub(super) fn with_evidence(home: &Home, gateway: &Gateway, error: ClientError) -> GatewaysError {
    match &error {
        ClientError::Split { seal, .. } => see(home, gateway, seal).err().unwrap_or(GatewaysError::Client(error)),
        _ => trust::with_cure(home.dir(), error).into(),
    }
}

/// The block after which something was proven to be so.
#[derive(Debug, Serialize)]
pub(super) struct Proven {
    height: Height,
    block: BlockId,
    time_ms: TimeMs,
}

impl Proven {
    pub(super) fn of(seal: Seal) -> Self {
        Self { height: seal.height, block: seal.block, time_ms: seal.time_ms }
    }
}

impl<'a> Proofs<'a> {
    pub(super) fn of(context: &Context, home: Option<&'a Home>, gateways: &Gateways) -> Result<Self, CommandError> {
        Ok(match home {
            _ if context.options.trust => Self::Unwanted,
            Some(home) => Self::Wanted(home, RefCell::new(start(context, home, gateways)?)),
            None if context.options.pin.is_some() => return Err(CommandError::Usage(PIN_ALONE)),
            None => Self::Impossible,
        })
    }

    /// An account, and the block after which it is proven to be so.
    pub(super) fn account(
        &self,
        gateways: &Gateways,
        address: &AddressText,
    ) -> Result<(api::Account, Option<Seal>), CommandError> {
        let Self::Wanted(home, verifier) = self else {
            return Ok((gateways.ask(|gateway| Ok(gateway.client()?.account(address)?))?, None));
        };
        let answer = gateways.ask(|gateway| {
            let verified = gateway.client()?.proven_account(address, &mut verifier.borrow_mut());
            let verified = verified.map_err(|error| with_evidence(home, gateway, error))?;
            see(home, gateway, verified.seal())?;
            let seal = verified.seal().clone();
            Ok((verified.into_value(), Some(seal)))
        });
        answer.map_err(|error| match error {
            error if is_not_permitted(&error) => CommandError::NotProven(error),
            error => error.into(),
        })
    }

    /// The sentence for a person about what was proven.
    pub(super) fn told(&self, seal: Option<&Seal>) -> String {
        let (Self::Wanted(home, _), Some(seal)) = (self, seal) else {
            return match self {
                Self::Impossible => "not proven: there is no wallet here whose genesis document could prove it",
                _ => "not proven: --trust believes the gateway",
            }
            .to_owned();
        };
        with_age(home, seal, format!("proven after block {}, {} UTC", seal.height, utc(seal.time_ms)))
    }
}

/// A sentence about a proven block, which says so if it is old.
pub(super) fn with_age(home: &Home, seal: &Seal, text: String) -> String {
    let usual = OLD_MS.saturating_add(home.genesis().document().parameters.heartbeat_ms);
    match clock::local_time() {
        Ok(now) if now.get().saturating_sub(seal.time_ms.get()) > usual => {
            format!("{text}: that is a while ago, and may have changed; the gateway or the network is behind")
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_that_is_not_used_is_checked_where_it_can_be_and_told() {
        let block = |height: u64, id: u8| Pin { height: Height::new(height), block: BlockId::new([id; 32]) };
        let (genesis, known) = (block(0, 1), block(9, 2));
        let told = |pin| unused(pin, known, genesis);
        assert!(told(block(5, 7)).expect("nobody can check it").is_some_and(|text| text.contains("below block 9")));
        assert!(told(genesis).expect("it is").is_some());
        assert_eq!(told(known).expect("it is"), None);
        for other in [block(0, 3), block(9, 3)] {
            assert!(matches!(told(other), Err(CommandError::OtherPin(height)) if height == other.height));
        }
    }
}
