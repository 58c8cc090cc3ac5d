//! Commands that only ask what they would do: they go as far as the signature, and no further.

use std::collections::BTreeSet;

use lojal_types::api::{Account, Effect, Foretold, Simulation, StandingEffect};
use lojal_types::{BrandId, Code, Operations, Points, TimeMs, Transaction, UnsignedTransaction};
use lojal_wallet::random;
use schemars::JsonSchema;
use serde::Serialize;

use super::carry::built;
use super::decimals::Decimals;
use super::programme::track_text;
use super::standing::{mark_text, taken_text};
use super::transact::{InWords, Session};
use super::whole::Whole;
use crate::cli::{Sending, Validity};
use crate::error::CommandError;
use crate::output::{grouped, indented, paragraph, to_value};

/// The end of a dry run.
#[derive(Serialize, JsonSchema)]
pub(super) struct DryRun {
    /// True: nothing was signed or sent.
    dry_run: bool,
    /// All that it would do.
    would: Simulation,
}

impl Session<'_> {
    /// Ends a command that is a dry run: a gateway is asked what operations would do that must not happen from
    /// `latest` on. It is told in the words that the command has for what it does and for refusals.
    ///
    /// # Errors
    /// [`CommandError::Rehearsed`] with what would happen, [`CommandError::WouldNotBeDone`] if nothing would.
    pub(super) fn rehearse(
        &self,
        sending: &Sending,
        latest: Option<TimeMs>,
        operations: &Operations,
        (done, words): (&str, &InWords<'_>),
    ) -> Result<(), CommandError> {
        if sending.dry_run { Err(self.foretold(&sending.validity, latest, operations, (done, words))?) } else { Ok(()) }
    }
    /// The end of a dry run of operations, as for [`Session::rehearse`].
    ///
    /// # Errors
    /// When it can't be told, or nothing would happen.
    pub(super) fn foretold(
        &self,
        validity: &Validity,
        latest: Option<TimeMs>,
        operations: &Operations,
        (done, words): (&str, &InWords<'_>),
    ) -> Result<CommandError, CommandError> {
        let (home, window) = (&self.home, self.validity(validity, latest)?);
        let transaction = Transaction {
            chain: self.chain_tag(),
            sender: home.address(),
            valid_until_ms: window.valid_until_ms,
            nonce: random::random_nonce()?,
            operations: operations.clone(),
        };
        let unsigned = UnsignedTransaction { transaction, public_key: home.public_key() };
        let build = self.context.build.as_ref();
        if let Some(build) = build.filter(|build| build.is_unchecked) {
            return Ok(built(self, unsigned, (build, false), done));
        }
        let told = match (self.gateways.ask(|gateway| Ok(gateway.client()?.simulate(&unsigned)?)), build) {
            // A wallet whose passphrase nobody has builds also where only its owner may ask.
            (Err(error), Some(build)) => {
                if !self.context.options.json {
                    lojal_print::note(format!("warning: nobody tells whether it would be done: {error}"));
                }
                return Ok(built(self, unsigned, (build, false), done));
            }
            (told, _) => told?,
        };
        match (told.outcome, build) {
            (Foretold::Applied, Some(build)) => Ok(built(self, unsigned, (build, true), done)),
            (Foretold::Applied, None) => {
                let decimals = Decimals::ask(&self.gateways, Some(home))?;
                let mut text = paragraph(format!("as things are after block {} it would have: {done}", told.height));
                if let Some(table) = table(&told, &decimals) {
                    text += &format!("\n{table}");
                }
                for effect in &told.standings {
                    text += &format!("\n{}", standing_text(effect));
                }
                let (network, genesis) = (home.network(), Some(home.genesis()));
                let whole = Whole { network, decimals: &decimals, genesis };
                for operation in unsigned.with_no_signature().to_text(network).transaction.operations.iter() {
                    text += &format!("\n{}", whole.operation(operation));
                }
                text += "\nnothing was signed or sent";
                Ok(CommandError::Rehearsed { json: to_value(&DryRun { dry_run: true, would: told }), text })
            }
            (Foretold::Failed { code, .. } | Foretold::Refused { code }, build) => {
                Err(refusal(code, words, build.is_some()))
            }
        }
    }
}

fn refusal(code: Code, words: &InWords<'_>, is_build: bool) -> CommandError {
    let mut message = words(code.name()).map_or_else(|| code.explanation().to_owned(), |words| words.text);
    if is_build {
        message += "; no file was written: lojal tx build --unchecked FILE writes it nevertheless";
    }
    CommandError::WouldNotBeDone { code: code.name().to_owned(), message }
}

/// The points of the accounts that would change; none if no points would.
fn table(told: &Simulation, decimals: &Decimals) -> Option<String> {
    let mut rows = vec![["ACCOUNT", "BRAND", "NOW", "THEN", "HELD NOW", "HELD THEN"].map(str::to_owned).to_vec()];
    for effect in &told.effects {
        for brand in brands_of(effect) {
            let points = [free, held].map(|of| [&effect.before, &effect.after].map(|account| of(account, brand)));
            let mut row = vec![effect.after.address.to_string(), brand.to_string()];
            row.extend(points.iter().flatten().map(|points| grouped(*points, decimals.of(brand))));
            rows.push(row);
        }
    }
    (rows.len() > 1).then(|| lojal_print::table(&rows, &[2, 3, 4, 5]))
}

/// The standing that an account would have at a brand.
fn standing_text(effect: &StandingEffect) -> String {
    let Some(after) = &effect.after else { return paragraph(format!("{}: nothing is counted", effect.address)) };
    let mut lines = vec![paragraph(format!("{} would be at {}:", effect.address, after.brand))];
    if after.tracks.is_empty() && after.marks.is_empty() {
        lines.push(indented("nothing would count".to_owned()));
    }
    lines.extend(after.tracks.iter().map(|track| indented(track_text(track))));
    lines.extend(after.marks.iter().map(|mark| indented(mark_text(mark))));
    lines.extend(after.taken.iter().map(|taken| indented(taken_text(taken))));
    lines.join("\n")
}

fn brands_of(effect: &Effect) -> BTreeSet<BrandId> {
    let accounts = [&effect.before, &effect.after];
    let free = accounts.iter().flat_map(|account| account.balances.iter().map(|one| one.brand));
    let held = accounts.iter().flat_map(|account| account.holds.iter().map(|one| one.brand));
    free.chain(held).collect()
}

fn free(account: &Account, brand: BrandId) -> Points {
    account.balances.iter().find(|one| one.brand == brand).map_or(Points::ZERO, |one| one.total)
}

fn held(account: &Account, brand: BrandId) -> Points {
    let held = account.holds.iter().filter(|one| one.brand == brand).map(|one| one.total);
    // No more than the brand has in all, which is bounded.
    held.fold(Points::ZERO, |sum, one| sum.checked_add(one).unwrap_or(sum))
}
