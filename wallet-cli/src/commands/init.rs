//! Making a wallet, bringing one back, and its address.

use std::path::Path;

use lojal_types::{AddressText, Genesis, GenesisDocument, api};
use lojal_wallet::backup::{Backup, WORDS};
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_wallet::home::{Home, HomeError, read_genesis_file};
use lojal_wallet::keystore::Secret;
use lojal_wallet::passphrase::Purpose;
use serde_json::json;

use super::context::Context;
use crate::ask;
use crate::error::CommandError;
use crate::output::{Report, note, table};

const WORDS_PER_LINE: usize = 4;

/// `lojal init`. The words go to stderr, so that they stay out of files that take stdout.
pub(super) fn init(context: &Context, genesis: &Path) -> Result<Report, CommandError> {
    check_place(context)?;
    let dir = context.home_dir()?;
    let genesis_toml = read_genesis_file(genesis)?;
    let passphrase = context.passphrase_sources().read(Purpose::Create)?;
    let backup = Backup::random()?;
    let secret = Secret::Backup { backup: backup.clone(), rotation: 0 };
    let account = secret.key().address();
    let home = Home::create_for(account, &dir, &secret, &passphrase, &context.options.gateways, &genesis_toml)?;
    let words = backup.words();
    if !context.options.json {
        note(&words_in_columns(&words));
    }
    let text = format!("made a wallet in {}\n{}", dir.display(), description(&home));
    Ok(Report::done(&describe(&home), text).with_field("words", &words.as_str()))
}

/// `lojal restore`. The account is asked for at a gateway, which can withhold a rotation of its key but not invent one
/// that the words give.
pub(super) fn restore(
    context: &Context,
    genesis: &Path,
    words_file: Option<&Path>,
    account: Option<AddressText>,
) -> Result<Report, CommandError> {
    check_place(context)?;
    let dir = context.home_dir()?;
    let genesis_toml = read_genesis_file(genesis)?;
    let known = GenesisDocument::from_toml(&genesis_toml).and_then(Genesis::new);
    let known = known.map_err(|error| HomeError::Content { path: genesis.to_owned(), reason: error.to_string() })?;
    let backup = Backup::from_words(&ask::words(words_file)?)?;
    let account = account.unwrap_or_else(|| backup.key(0).address().text(known.network()));
    let address = account.on(known.network())?;
    let gateways = Gateways::new(&context.options.gateways, Some(known.chain_id())).map_err(GatewaysError::Client)?;
    let found: api::Account = gateways.ask(|gateway| Ok(gateway.client()?.account(&account)?))?;
    let rotation = match found.rotated_key {
        Some(key) => backup.rotation_of(key),
        None => (backup.key(0).address() == address).then_some(0),
    };
    let rotation = rotation.ok_or(CommandError::OtherWords { account })?;
    let passphrase = context.passphrase_sources().read(Purpose::Create)?;
    let secret = Secret::Backup { backup, rotation };
    let home = Home::create_for(address, &dir, &secret, &passphrase, &context.options.gateways, &genesis_toml)?;
    let lead = if found.exists { "" } else { "the network doesn't know this account: it never received points\n" };
    let replaced = if rotation == 0 { String::new() } else { format!(" after {rotation} replacements of its key") };
    let text = format!("{lead}brought the wallet back in {}{replaced}\n{}", dir.display(), description(&home));
    Ok(Report::done(&describe(&home), text).with_field("rotation", &rotation).with_field("exists", &found.exists))
}

/// `lojal address`.
pub(super) fn address(context: &Context, key: bool) -> Result<Report, CommandError> {
    let home = context.home()?;
    let text = if key { home.public_key().to_string() } else { home.address_text().to_string() };
    Ok(Report::done(&describe(&home), text))
}

/// A new wallet needs a gateway and a place without a wallet.
fn check_place(context: &Context) -> Result<(), CommandError> {
    let dir = context.home_dir()?;
    if context.options.gateways.is_empty() {
        return Err(CommandError::NoGateway);
    }
    if Home::is_in(&dir) { Err(HomeError::Exists(dir).into()) } else { Ok(()) }
}

fn words_in_columns(words: &str) -> String {
    let numbered: Vec<String> = words.split(' ').zip(1..).map(|(word, number)| format!("{number:>2} {word}")).collect();
    let rows: Vec<Vec<String>> = numbered.chunks(WORDS_PER_LINE).map(<[String]>::to_vec).collect();
    format!(
        "These {WORDS} words bring the wallet back, with every key that it will ever have, on any device. Write them on \
         paper, in this order, and keep it safe: whoever has them has the points. They are not shown again.\n\n{}\n",
        table(&rows, &[])
    )
}

fn description(home: &Home) -> String {
    let rows = [
        vec!["address".to_owned(), home.address_text().to_string()],
        vec!["network".to_owned(), home.genesis().document().name.to_string()],
        vec!["chain id".to_owned(), home.chain_id().to_string()],
    ];
    table(&rows, &[])
}

fn describe(home: &Home) -> serde_json::Value {
    json!({
        "address": home.address_text(),
        "public_key": home.public_key(),
        "chain_id": home.chain_id(),
        "home": home.dir().display().to_string(),
    })
}
