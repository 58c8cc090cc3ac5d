//! Making a wallet, and its address.

use std::path::Path;

use lojal_wallet::home::{Home, HomeError, read_genesis_file};
use lojal_wallet::keystore;
use lojal_wallet::passphrase::Purpose;
use serde_json::json;

use super::Context;
use crate::error::CommandError;
use crate::output::{Report, table};

/// `lojal init`.
pub(super) fn init(context: &Context, genesis: &Path) -> Result<Report, CommandError> {
    let dir = context.home_dir()?;
    if context.options.gateways.is_empty() {
        return Err(CommandError::NoGateway);
    }
    if Home::is_in(&dir) {
        return Err(HomeError::Exists(dir).into());
    }
    let genesis_toml = read_genesis_file(genesis)?;
    let passphrase = context.passphrase_sources().read(Purpose::Create)?;
    let key = keystore::generate()?;
    let home = Home::create(&dir, &key, &passphrase, &context.options.gateways, &genesis_toml)?;
    let rows = [
        vec!["address".to_owned(), home.address_text().to_string()],
        vec!["network".to_owned(), home.genesis().document().name.to_string()],
        vec!["chain id".to_owned(), home.chain_id().to_string()],
    ];
    let text = format!(
        "made a wallet in {}; keep a copy of it, and of the passphrase: nobody can restore either\n{}",
        dir.display(),
        table(&rows, &[])
    );
    Ok(Report::done(&describe(&home), text))
}

/// `lojal address`.
pub(super) fn address(context: &Context) -> Result<Report, CommandError> {
    let home = context.home()?;
    Ok(Report::done(&describe(&home), home.address_text().to_string()))
}

fn describe(home: &Home) -> serde_json::Value {
    json!({
        "address": home.address_text(),
        "public_key": home.public_key(),
        "chain_id": home.chain_id(),
        "home": home.dir().display().to_string(),
    })
}
