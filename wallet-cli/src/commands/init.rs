//! Making a wallet, bringing one back, and its address.

use std::path::Path;

use lojal_print::Progress;
use lojal_text::outside;
use lojal_types::{Address, AddressText, ChainId, Genesis, GenesisDocument, PublicKey, api};
use lojal_wallet::backup::{Backup, ROTATIONS_MAX, WORDS};
use lojal_wallet::clock;
use lojal_wallet::gateways::{Gateways, GatewaysError, is_not_permitted};
use lojal_wallet::home::{Home, HomeError, read_genesis_file};
use lojal_wallet::keystore::Secret;
use lojal_wallet::passphrase::Purpose;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use crate::ask;
use crate::error::CommandError;
use crate::output::Report;

/// The time for which the words' keys read while a wallet is brought back.
pub(super) const READING_MS: u64 = 60 * 60 * 1000;
const WORDS_PER_LINE: usize = 4;
const WORDS_ADVICE: &str = "Write them on paper, in this order, and keep it safe: whoever has them has the points.";

/// A wallet.
#[derive(Serialize, JsonSchema)]
pub(super) struct Wallet {
    /// Its account.
    address: AddressText,
    /// Its key.
    public_key: PublicKey,
    /// Its network.
    chain_id: ChainId,
    /// Its directory.
    home: String,
}

/// The file that has the words of a new wallet.
#[derive(Serialize, JsonSchema)]
pub(super) struct WordsFile {
    /// The file.
    words_file: String,
}

/// The words of a new wallet.
#[derive(Serialize, JsonSchema)]
pub(super) struct Words {
    /// The words, with spaces between them.
    words: String,
}

/// The way on which words brought a wallet back.
#[derive(Serialize, JsonSchema)]
pub(super) struct Restored {
    /// The number of replacements of the first key.
    rotation: u32,
    /// True if the ledger knows the account.
    exists: bool,
}

/// Words that are no wallet yet.
#[derive(Serialize, JsonSchema)]
pub(super) struct NewWords {
    /// The first key that they give.
    public_key: PublicKey,
    /// The file that they are in.
    words_file: String,
}

/// The place that the words of a new wallet go to.
enum WordsTo<'a> {
    /// To the person at the terminal, on stderr, so that they stay out of files that take stdout.
    Person,
    /// To a new file.
    File(&'a Path),
    /// To stdout, as was asked for.
    Output,
}

/// `lojal init`. The words are where they belong before there is a wallet that needs them.
pub(super) fn init(context: &Context, genesis: &Path, words_out: Option<&Path>) -> Result<Report, CommandError> {
    check_place(context)?;
    let words_to = match words_out {
        None if context.options.json => {
            return Err(CommandError::Usage("with --json, say where the words go: --words-out FILE, or - for stdout"));
        }
        None => WordsTo::Person,
        Some(path) if path.as_os_str() == "-" => WordsTo::Output,
        Some(path) => WordsTo::File(path),
    };
    let dir = context.home_dir()?;
    let genesis_toml = read_genesis_file(genesis)?;
    let passphrase = context.passphrase_sources().read(Purpose::Create)?;
    let backup = Backup::random()?;
    let secret = Secret::Backup { backup: backup.clone(), rotation: 0 };
    let account = secret.key().address();
    let words = backup.words();
    match words_to {
        WordsTo::Person => lojal_print::tell_once(words_in_columns(&words)).map_err(|error| {
            CommandError::Input("the words can't be shown, and no wallet was made".to_owned(), error)
        })?,
        WordsTo::File(path) => backup
            .write_words(path)
            .map_err(|error| CommandError::Input(format!("{}: no wallet was made", path.display()), error))?,
        WordsTo::Output => lojal_print::check_once().map_err(|error| {
            CommandError::Input("the words would be lost, and no wallet was made".to_owned(), error)
        })?,
    }
    let home = Home::create_for(account, &dir, &secret, &passphrase, &context.options.gateways, &genesis_toml);
    let home = home.inspect_err(|_| {
        if let WordsTo::File(path) = words_to {
            // They belong to no wallet; one that can't be removed is in nobody's way but the next try's.
            let _ = std::fs::remove_file(path);
        }
    })?;
    let text = format!("made a wallet in {}\n{}", dir.display(), description(&home));
    let report = Report::done(&describe(&home), text);
    Ok(match words_to {
        WordsTo::Person => report,
        WordsTo::File(path) => {
            let path = path.display().to_string();
            let line = format!("its words are in {path}. {WORDS_ADVICE}");
            report.with(&WordsFile { words_file: path }).with_line(&line)
        }
        WordsTo::Output => {
            lojal_print::insist();
            report.with(&Words { words: words.to_string() }).with_line(&words_in_columns(&words))
        }
    })
}

/// `lojal key new`. A genesis document names keys, and a wallet needs the document: the words come before both.
pub(super) fn new_words(path: &Path) -> Result<Report, CommandError> {
    let backup = Backup::random()?;
    let shown = path.display().to_string();
    let failed = |error| CommandError::Input(format!("{shown}: no words were made"), error);
    backup.write_words(path).map_err(failed)?;
    let public_key = backup.key(0).public_key();
    Ok(Report::done(&NewWords { public_key, words_file: shown }, public_key.to_string()))
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
    let account = account.unwrap_or_else(|| backup.key(0).address().to_text(known.network()));
    let address = account.to_canonical(known.network())?;
    let gateways = Gateways::new(&context.options.gateways, Some(known.chain_id())).map_err(GatewaysError::Client)?;
    context.warn_of_exposed(&gateways);
    let found = shown_to(&backup, &gateways, (account, address), (known.chain_id(), context.progress()))?;
    let (found, rotation) = found.ok_or(CommandError::OtherWords { account })?;
    let passphrase = context.passphrase_sources().read(Purpose::Create)?;
    let secret = Secret::Backup { backup, rotation };
    let home = Home::create_for(address, &dir, &secret, &passphrase, &context.options.gateways, &genesis_toml)?;
    let lead = if found.exists { "" } else { "the network doesn't know this account: it never received points\n" };
    let replaced = if rotation == 0 { String::new() } else { format!(" after {rotation} replacements of its key") };
    let text = format!("{lead}brought the wallet back in {}{replaced}\n{}", dir.display(), description(&home));
    Ok(Report::done(&describe(&home), text).with(&Restored { rotation, exists: found.exists }))
}

/// The account, as gateways show it to the key that signs for it, and the number of the words' key that this is;
/// nothing if it is none of theirs.
pub(super) fn shown_to(
    backup: &Backup,
    gateways: &Gateways,
    (text, address): (AddressText, Address),
    (chain, progress): (ChainId, Progress),
) -> Result<Option<(api::Account, u32)>, CommandError> {
    let until_ms = clock::local_time()?.plus_ms(READING_MS);
    for rotation in 0..=ROTATIONS_MAX {
        if rotation > 0 {
            progress.tell(format!("tried {rotation} of {} keys of the words", ROTATIONS_MAX + 1));
        }
        let key = backup.key(rotation);
        gateways.iter().for_each(|gateway| gateway.read_as(&chain, address, &key, until_ms));
        let found: api::Account = match gateways.ask(|gateway| Ok(gateway.client()?.account(&text)?)) {
            Err(error) if is_not_permitted(&error) => continue,
            found => found?,
        };
        // An open gateway shows it to every key.
        let rotation = match found.rotated_key {
            Some(key) => backup.rotation_of(key),
            None => (backup.key(0).address() == address).then_some(0),
        };
        return Ok(rotation.map(|rotation| (found, rotation)));
    }
    Ok(None)
}

/// `lojal address`.
pub(super) fn address(context: &Context, key: bool, qr: bool) -> Result<Report, CommandError> {
    let home = context.home()?;
    let text = if key { home.public_key().to_string() } else { home.address_text().to_string() };
    let mut report = Report::done(&describe(&home), text.clone());
    // Capitals make the smallest code, and addresses are read in them as well.
    report.qr = qr.then(|| text.to_uppercase());
    Ok(report)
}

/// A new wallet needs a gateway and a place without a wallet.
pub(super) fn check_place(context: &Context) -> Result<(), CommandError> {
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
        "These {WORDS} words bring the wallet back, with every key that it will ever have, on any device. \
         {WORDS_ADVICE} They are not shown again.\n\n{}\n",
        lojal_text::table(&rows, &[], lojal_print::columns())
    )
}

pub(super) fn description(home: &Home) -> String {
    let rows = [
        vec!["address".to_owned(), home.address_text().to_string()],
        vec!["network".to_owned(), outside(&home.genesis().document().name)],
        vec!["chain id".to_owned(), home.chain_id().to_string()],
    ];
    lojal_print::table(&rows, &[])
}

pub(super) fn describe(home: &Home) -> Wallet {
    let (address, public_key) = (home.address_text(), home.public_key());
    Wallet { address, public_key, chain_id: home.chain_id(), home: home.dir().display().to_string() }
}
