//! Accounts as they are proven, or as a gateway says.

use std::cell::RefCell;

use lojal_client::{ClientError, Seal, Verifier};
use lojal_types::{AddressText, BlockId, Height, TimeMs, api};
use lojal_wallet::clock;
use lojal_wallet::gateways::{Gateway, Gateways, GatewaysError};
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
    let known = trust::verifier(home);
    match context.options.pin {
        Some(pin) if pin.height > known.pin().height => {
            Ok(gateways.ask(|gateway| Ok(gateway.client()?.pinned(home.genesis(), pin)?))?)
        }
        Some(pin) if pin.height == known.pin().height && pin != known.pin() => Err(CommandError::OtherPin(pin.height)),
        _ => Ok(known),
    }
}

/// Compares a proven block with what the wallet has seen, and keeps the later one.
pub(super) fn see(home: &Home, gateway: &Gateway, seal: &Seal) -> Result<(), GatewaysError> {
    match trust::see(home.dir(), gateway.url(), seal) {
        Ok(Seen::Refused(error)) => Err(error.into()),
        // A wallet that can't keep what it has seen still knows that this is proven.
        Ok(Seen::Latest) | Err(_) => Ok(()),
    }
}

/// The error of a gateway, after what it shows beside a block that the wallet has seen has been kept as evidence.
pub(super) fn with_evidence(home: &Home, gateway: &Gateway, error: ClientError) -> GatewaysError {
    match &error {
        ClientError::Split { seal, .. } => see(home, gateway, seal).err().unwrap_or(GatewaysError::Client(error)),
        _ => error.into(),
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
        Ok(answer?)
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
        let text = format!("proven after block {}, {} UTC", seal.height, utc(seal.time_ms));
        let usual = OLD_MS.saturating_add(home.genesis().document().parameters.heartbeat_ms);
        match clock::local_time() {
            Ok(now) if now.get().saturating_sub(seal.time_ms.get()) > usual => {
                format!("{text}: that is a while ago, and may have changed; the gateway or the network is behind")
            }
            _ => text,
        }
    }
}
