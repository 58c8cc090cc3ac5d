//! Accounts, transactions and payments as they are proven, or as a gateway says.

use std::thread::sleep;
use std::time::Duration;

use lojal_client::{Pin, Seal, Verifier};
use lojal_types::{Activity, AddressText, BlockId, Day, Height, Reference, TimeMs, TransactionId, api};
use lojal_wallet::gateways::{Gateway, Gateways, GatewaysError, is_behind, is_not_permitted};
use lojal_wallet::home::Home;
use lojal_wallet::prover::Prover;
use lojal_wallet::time::utc;
use lojal_wallet::{clock, trust};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// The age of a proven block, beyond the network's heartbeat, from which on a person is told.
const OLD_MS: u64 = 60_000;

/// The number of times that gateways are asked again for what they don't prove yet, as just after a commit.
const PROOF_ATTEMPTS: u32 = 10;
/// The pause before each of them.
const PROOF_PAUSE: Duration = Duration::from_millis(300);

/// The way in which a command gets accounts, transactions and payments.
pub(super) enum Proofs<'a> {
    /// Proven, by what the wallet's genesis document says, and what has followed from it.
    Wanted(Prover<'a>),
    /// Not proven, as the command line wants it.
    Unwanted,
    /// Not proven, since there is no wallet with a genesis document.
    Impossible,
}

/// The sentence about what a gateway says and is believed.
pub(super) const BELIEVED: &str = "not proven: --trust believes the gateway";

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

/// The block after which something was proven to be so.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Proven {
    /// Its height.
    height: Height,
    /// Its id.
    block: BlockId,
    /// Its time.
    time_ms: TimeMs,
}

/// The proof of what a document says.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Sealed {
    /// The block after which it was proven to be so; null if nothing is proven, or a gateway is believed.
    proven: Option<Proven>,
}

impl Sealed {
    pub(super) fn of(seal: Option<&Seal>) -> Self {
        Self { proven: seal.map(Proven::of) }
    }
}

impl Proven {
    pub(super) fn of(seal: &Seal) -> Self {
        Self { height: seal.height, block: seal.block, time_ms: seal.time_ms }
    }
}

impl<'a> Proofs<'a> {
    pub(super) fn of(context: &Context, home: Option<&'a Home>, gateways: &Gateways) -> Result<Self, CommandError> {
        Ok(match home {
            _ if context.options.trust => Self::Unwanted,
            Some(home) if home.settings().trust && context.options.pin.is_none() => Self::Unwanted,
            Some(home) => {
                let prover = Prover::new(home, start(context, home, gateways)?);
                Self::Wanted(match context.witnesses(home)? {
                    Some(witnesses) => prover.watched_by(witnesses),
                    None => prover,
                })
            }
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
        if self.prover().is_none() {
            return Ok((gateways.ask(|gateway| Ok(gateway.client()?.account(address)?))?, None));
        }
        let (account, _, seal) = self.account_and_activity(gateways, address)?;
        Ok((account, seal))
    }
    /// The same with the activity in its record. Where nothing is proven it is what the gateway says of the history.
    pub(super) fn account_and_activity(
        &self,
        gateways: &Gateways,
        address: &AddressText,
    ) -> Result<(api::Account, Option<Activity>, Option<Seal>), CommandError> {
        let Self::Wanted(prover) = self else {
            return Ok(gateways.ask(|gateway| {
                let head = gateway.history(address, 1, None)?.head;
                Ok((gateway.client()?.account(address)?, head, None))
            })?);
        };
        let verified = gateways.ask(|gateway| prover.account(gateway, address)).map_err(|error| match error {
            error if is_not_permitted(&error) => CommandError::NotProven(error),
            error => error.into(),
        })?;
        let seal = verified.seal().clone();
        let (account, activity) = verified.into_value();
        Ok((account, activity, Some(seal)))
    }
    /// The standings of an account, and the block after which they are proven to be so.
    pub(super) fn standing(
        &self,
        gateways: &Gateways,
        address: &AddressText,
    ) -> Result<(api::Standings, Option<Seal>), CommandError> {
        let Self::Wanted(prover) = self else {
            return Ok((gateways.ask(|gateway| Ok(gateway.client()?.standing(address)?))?, None));
        };
        let verified = gateways.ask(|gateway| prover.standing(gateway, address)).map_err(|error| match error {
            error if is_not_permitted(&error) => CommandError::NotProven(error),
            error => error.into(),
        })?;
        let seal = verified.seal().clone();
        Ok((verified.into_value(), Some(seal)))
    }
    /// The offers of an account, and the block after which they are proven to be so.
    pub(super) fn offers(
        &self,
        gateways: &Gateways,
        address: &AddressText,
    ) -> Result<(api::Offers, Option<Seal>), CommandError> {
        let Self::Wanted(prover) = self else {
            return Ok((gateways.ask(|gateway| Ok(gateway.client()?.offers(address)?))?, None));
        };
        let verified = gateways.ask(|gateway| prover.offers(gateway, address)).map_err(|error| match error {
            error if is_not_permitted(&error) => CommandError::NotProven(error),
            error => error.into(),
        })?;
        let seal = verified.seal().clone();
        Ok((verified.into_value(), Some(seal)))
    }
    /// The vouchers of an account, and the block after which they are proven to be so.
    pub(super) fn vouchers(
        &self,
        gateways: &Gateways,
        address: &AddressText,
    ) -> Result<(api::Vouchers, Option<Seal>), CommandError> {
        let Self::Wanted(prover) = self else {
            return Ok((gateways.ask(|gateway| Ok(gateway.client()?.vouchers(address)?))?, None));
        };
        let verified = gateways.ask(|gateway| prover.vouchers(gateway, address)).map_err(|error| match error {
            error if is_not_permitted(&error) => CommandError::NotProven(error),
            error => error.into(),
        })?;
        let seal = verified.seal().clone();
        Ok((verified.into_value(), Some(seal)))
    }
    /// A transaction, and if it is final the block as it is proven.
    pub(super) fn transaction(
        &self,
        gateways: &Gateways,
        id: &TransactionId,
    ) -> Result<(api::TransactionStatus, Option<Seal>), CommandError> {
        patiently(|| {
            gateways.ask(|gateway| {
                let said = gateway.client()?.transaction(id)?;
                self.prover().map_or(Ok((said.clone(), None)), |prover| prover.status(gateway, said))
            })
        })
    }
    /// The answer to a request, and the block as it is proven.
    pub(super) fn payment(
        &self,
        gateways: &Gateways,
        reference: &Reference,
    ) -> Result<(api::Payment, Option<Seal>), CommandError> {
        patiently(|| gateways.ask(|gateway| self.payment_at(gateway, reference, None)))
    }
    /// The same from one gateway, found sooner by the request's day.
    pub(super) fn payment_at(
        &self,
        gateway: &Gateway,
        reference: &Reference,
        dated: Option<Day>,
    ) -> Result<(api::Payment, Option<Seal>), GatewaysError> {
        match self.prover() {
            Some(prover) => prover.payment(gateway, reference, dated),
            None => Ok((gateway.client()?.payment(reference, dated)?, None)),
        }
    }
    /// The use of a voucher for a request, from one gateway, and the block as it is proven.
    pub(super) fn voucher_use_at(
        &self,
        gateway: &Gateway,
        reference: &Reference,
        dated: Option<Day>,
    ) -> Result<(api::VoucherUse, Option<Seal>), GatewaysError> {
        match self.prover() {
            Some(prover) => prover.voucher_use(gateway, reference, dated),
            None => Ok((gateway.client()?.voucher_use(reference, dated)?, None)),
        }
    }
    /// The prover, where proofs are wanted.
    pub(super) fn prover(&self) -> Option<&Prover<'a>> {
        match self {
            Self::Wanted(prover) => Some(prover),
            Self::Unwanted | Self::Impossible => None,
        }
    }

    /// The sentence for a person about what was proven.
    pub(super) fn told(&self, seal: Option<&Seal>) -> String {
        let (Self::Wanted(prover), Some(seal)) = (self, seal) else { return self.not_proven().to_owned() };
        let text = format!("proven after block {}, {} UTC", seal.height, utc(seal.time_ms));
        with_age(prover.home(), seal, text)
    }
    /// The report of something that is final once it is proven, with the block that proves it, or a line that says that
    /// a gateway is believed.
    pub(super) fn report(&self, report: Report, seal: Option<&Seal>) -> Report {
        let is_believed = seal.is_none() && !report.is_open;
        let report = report.with(&Sealed::of(seal));
        if is_believed { report.with_line(&paragraph(self.not_proven().to_owned())) } else { report }
    }
    /// The sentence for a person about what was not proven.
    pub(super) fn not_proven(&self) -> &'static str {
        match self {
            Self::Impossible => "not proven: there is no wallet here whose genesis document could prove it",
            Self::Unwanted | Self::Wanted(_) => BELIEVED,
        }
    }
}

/// Asks until what is there is proven, for a moment.
fn patiently<T>(ask: impl Fn() -> Result<T, GatewaysError>) -> Result<T, CommandError> {
    for _ in 0..PROOF_ATTEMPTS {
        match ask() {
            Err(error) if is_behind(&error) => sleep(PROOF_PAUSE),
            answer => return Ok(answer?),
        }
    }
    ask().map_err(|error| if is_behind(&error) { CommandError::NotProvenYet(error) } else { error.into() })
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
