//! The tokens with which the wallet reads.

use lojal_types::{AddressText, SignedReadToken, TimeMs};
use lojal_wallet::clock;
use lojal_wallet::time::utc;
use lojal_wallet::tokens::{self, Tokens};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use crate::error::CommandError;
use crate::output::Report;

/// A token for other programs.
#[derive(Serialize, JsonSchema)]
pub(super) struct Token {
    /// The token itself.
    token: String,
    /// The host that it is for.
    audience: String,
    /// The account that is read with it.
    account: AddressText,
    /// The time until which it can be used.
    until_ms: TimeMs,
}

/// The tokens that were kept.
#[derive(Serialize, JsonSchema)]
pub(super) struct Locked {
    /// True if there were some.
    deleted: bool,
}

/// `lojal token`: one for the preferred gateway.
pub(super) fn token(context: &Context) -> Result<Report, CommandError> {
    let home = context.home()?;
    let gateways = context.gateways(Some(&home))?;
    let first = gateways.iter().next().ok_or(CommandError::NoGateway)?.audience().clone();
    let kept = tokens::kept(&home);
    let token = match tokens::usable(&kept, &first, clock::local_time()?) {
        Some(token) => token.clone(),
        None => {
            let made = Tokens::new(home.dir(), context.unlocker.clone()).make(&gateways.audiences())?;
            let is_first = |one: &SignedReadToken| one.token.audience == first;
            made.into_iter().find(is_first).ok_or(CommandError::NoGateway)?
        }
    };
    if !context.options.json {
        let until = utc(token.token.until_ms);
        lojal_print::note(format!("for {first}, until {until} UTC: whoever has it reads what this wallet may read"));
    }
    let (text, audience) = (token.to_string(), first.as_str().to_owned());
    let (account, until_ms) = (home.address_text(), token.token.until_ms);
    Ok(Report::done(&Token { token: text.clone(), audience, account, until_ms }, text))
}

/// `lojal lock`.
pub(super) fn lock(context: &Context) -> Result<Report, CommandError> {
    let home = context.home()?;
    let deleted = tokens::forget(home.dir())?;
    let text = if deleted { "deleted the tokens: reading takes the passphrase again" } else { "no tokens are kept" };
    Ok(Report::done(&Locked { deleted }, text.to_owned()))
}
