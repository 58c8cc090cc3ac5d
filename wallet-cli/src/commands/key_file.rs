//! The key of a wallet as a file, for another device.

use std::path::Path;

use lojal_types::{Address, AddressText, ChainId, PublicKey};
use lojal_wallet::exported;
use lojal_wallet::gateways::{Gateways, GatewaysError, is_not_permitted};
use lojal_wallet::home::{Home, HomeError, genesis_of, read_genesis_file};
use lojal_wallet::keystore::{KeystoreError, Secret};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::init::{READING_MS, check_place, describe, description, shown_to};
use crate::error::CommandError;
use crate::output::Report;

/// The name that stands for standard output.
const STDOUT: &str = "-";

/// A key in a file.
#[derive(Serialize, JsonSchema)]
pub(super) struct Exported {
    /// The file.
    file: String,
    /// The account.
    address: AddressText,
    /// The key that signs for it.
    public_key: PublicKey,
}

/// `lojal key export`. A file whose passphrase nobody knows would be found out when it is needed.
pub(super) fn export(context: &Context, file: &Path) -> Result<Report, CommandError> {
    let to_stdout = file == Path::new(STDOUT);
    if to_stdout && context.options.json {
        return Err(CommandError::Usage("with - the key file itself is printed, as it is: leave --json out"));
    }
    let home = context.home()?;
    if home.next_public_key().is_some() {
        return Err(CommandError::refused(
            "rotation_open",
            "a replacement of this wallet's key isn't final: run lojal rotate-key again until it is, then export the \
             new key",
        ));
    }
    let passphrase = context.unlocker.passphrase()?;
    home.secret(&passphrase)?;
    let key = home.key_file();
    if to_stdout {
        return Ok(Report::of_file(&key.to_json()));
    }
    let shown = file.display().to_string();
    exported::write(file, key).map_err(|error| CommandError::Input(format!("{shown}: nothing was written"), error))?;
    let text = format!(
        "the key of {} is in {shown}, under this wallet's passphrase: whoever has both has the points\non the other \
         device: lojal key import {shown} --genesis FILE --gateway URL",
        home.address_text()
    );
    let exported = Exported { file: shown, address: home.address_text(), public_key: home.public_key() };
    Ok(Report::done(&exported, text))
}

/// `lojal key import`. Which key signs for the account, gateways are asked as when words bring a wallet back.
pub(super) fn import(context: &Context, file: &Path, genesis: &Path) -> Result<Report, CommandError> {
    check_place(context)?;
    let (dir, genesis_toml) = (context.home_dir()?, read_genesis_file(genesis)?);
    let known = genesis_of(genesis)?;
    let key = exported::read(file)?;
    let (text, address) = (key.address(), key.address().to_canonical(known.network())?);
    let passphrase = context.unlocker.passphrase()?;
    let at_path = |source: KeystoreError| HomeError::Key { path: file.to_owned(), source };
    let secret = key.unlock(&passphrase).map_err(at_path)?;
    let gateways = Gateways::new(&context.options.gateways, Some(known.chain_id())).map_err(GatewaysError::Client)?;
    context.warn_of_exposed(&gateways);
    let secret = match secret {
        Secret::Key(key) => {
            let secret = Secret::Key(key);
            check_signs(&gateways, (text, address), &secret, known.chain_id())?;
            secret
        }
        Secret::Backup { backup, .. } => {
            let found = shown_to(&backup, &gateways, (text, address), (known.chain_id(), context.progress()))?;
            let (_, rotation) = found.ok_or(CommandError::OldKeyFile { account: text })?;
            Secret::Backup { backup, rotation }
        }
    };
    let home = Home::create_for(address, &dir, &secret, &passphrase, &context.options.gateways, &genesis_toml)?;
    let text = format!("made a wallet of the key in {}\n{}", dir.display(), description(&home));
    Ok(Report::done(&describe(&home), text))
}

/// Checks that a key without words still signs for its account, as far as a gateway tells.
fn check_signs(
    gateways: &Gateways,
    (text, address): (AddressText, Address),
    secret: &Secret,
    chain: ChainId,
) -> Result<(), CommandError> {
    let (key, until_ms) = (secret.key(), lojal_wallet::clock::local_time()?.plus_ms(READING_MS));
    gateways.iter().for_each(|gateway| gateway.read_as(&chain, address, &key, until_ms));
    let signs = match gateways.ask(|gateway| Ok(gateway.client()?.account(&text)?)) {
        Err(error) if is_not_permitted(&error) => false,
        found => match found?.rotated_key {
            Some(rotated) => rotated == key.public_key(),
            None => key.address() == address,
        },
    };
    if signs { Ok(()) } else { Err(CommandError::OldKeyFile { account: text }) }
}
