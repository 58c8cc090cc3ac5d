//! The tokens with which the wallet reads.

use lojal_types::SignedReadToken;
use lojal_wallet::clock;
use lojal_wallet::time::utc;
use lojal_wallet::tokens::{self, Tokens};
use serde_json::json;

use super::context::Context;
use crate::error::CommandError;
use crate::output::Report;

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
    let json = json!({
        "token": token.to_string(),
        "audience": first,
        "account": home.address_text(),
        "until_ms": token.token.until_ms,
    });
    Ok(Report::done(&json, token.to_string()))
}

/// `lojal lock`.
pub(super) fn lock(context: &Context) -> Result<Report, CommandError> {
    let home = context.home()?;
    let deleted = tokens::forget(home.dir())?;
    let text = if deleted { "deleted the tokens: reading takes the passphrase again" } else { "no tokens are kept" };
    Ok(Report::done(&json!({ "deleted": deleted }), text.to_owned()))
}
