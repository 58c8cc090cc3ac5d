//! Accounts as they are proven, or as a gateway says.

use lojal_client::{Seal, Verifier};
use lojal_types::{AddressText, BlockId, Height, TimeMs, api};
use lojal_wallet::clock;
use lojal_wallet::gateways::Gateways;
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
    /// Proven, by what the wallet's genesis document says.
    Wanted(&'a Home, Box<Verifier>),
    /// Not proven, as the command line wants it.
    Unwanted,
    /// Not proven, since there is no wallet with a genesis document.
    Impossible,
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
    pub(super) fn of(context: &Context, home: Option<&'a Home>) -> Self {
        match home {
            _ if context.options.trust => Self::Unwanted,
            Some(home) => Self::Wanted(home, Box::new(Verifier::new(home.genesis()))),
            None => Self::Impossible,
        }
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
            let verified = gateway.client()?.proven_account(address, verifier)?;
            // A wallet that can't keep what it has seen still knows that this is proven.
            if let Ok(Seen::Refused(error)) = trust::see(home.dir(), gateway.url(), verified.seal()) {
                return Err(error.into());
            }
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
