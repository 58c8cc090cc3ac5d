//! Transactions in files: built here, signed there, sent from anywhere.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lojal_types::limits::VALIDITY_WINDOW_MS_MAX;
use lojal_types::{
    Address, AddressText, ChainId, Genesis, NetworkKind, Operation, PublicKey, TimeMs, Transaction, TransactionId,
    UnsignedTransaction,
};
use lojal_wallet::carried::{Carried, Content, read, read_from};
use lojal_wallet::clock;
use lojal_wallet::dates;
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_wallet::home::{Home, genesis_of};
use lojal_wallet::submission::{GRACE, Submission};
use lojal_wallet::time::{about, utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::{Build, Context};
use super::decimals::Decimals;
use super::proofs::{BELIEVED, Proofs};
use super::repeat::Repeat;
use super::transact::{Session, report};
use super::whole::Whole;
use super::words::in_words;
use crate::ask;
use crate::cli::{Cli, Consent, TxCommand};
use crate::error::{CarryError, CommandError};
use crate::output::{Report, with};

/// The name that stands for standard input and output.
const STD: &str = "-";
/// The time in which a transaction that is built can happen, in seconds, where nobody says otherwise: all there is.
const BUILT_FOR_S: u64 = VALIDITY_WINDOW_MS_MAX / 1000;

/// A transaction in a file.
#[derive(Serialize, JsonSchema)]
pub(super) struct InFile {
    /// The file.
    file: String,
    /// The transaction.
    id: TransactionId,
    /// The time from which on it can't happen any more.
    valid_until_ms: TimeMs,
}

/// The check of a transaction that was built.
#[derive(Serialize, JsonSchema)]
pub(super) struct Checked {
    /// True if a gateway says that it would happen as things are.
    checked: bool,
}

/// The content of a file.
#[derive(Serialize, JsonSchema)]
pub(super) struct Decoded {
    /// The transaction.
    id: TransactionId,
    /// Its network.
    chain_id: ChainId,
    /// True if it is signed, and the signature holds.
    signed: bool,
    /// The key that signs it.
    public_key: PublicKey,
    /// All that is signed.
    transaction: Transaction<AddressText>,
}

/// `lojal tx` with something in a file; `follow` does what another command line says.
pub(super) fn carry(
    context: &Context,
    command: TxCommand,
    follow: impl Fn(&Context, Cli) -> Result<Report, CommandError>,
) -> Result<Report, CommandError> {
    match command {
        TxCommand::Build { unchecked, file, command } => {
            build(context, Build { file, is_unchecked: unchecked }, command, follow)
        }
        TxCommand::Sign { file, to, consent } => sign(context, &file, to, consent),
        TxCommand::Decode { file, genesis } => decode(context, &file, genesis.as_deref()),
        TxCommand::Submit { file, no_wait } => submit(context, &file, no_wait),
    }
}

/// Runs the other command as a dry run, which can't sign: where that ends, its transaction is written.
fn build(
    context: &Context,
    build: Build,
    mut command: Vec<String>,
    follow: impl Fn(&Context, Cli) -> Result<Report, CommandError>,
) -> Result<Report, CommandError> {
    command.push("--dry-run".to_owned());
    if !command.iter().any(|argument| argument.starts_with("--valid-for")) {
        command.extend(["--valid-for".to_owned(), BUILT_FOR_S.to_string()]);
    }
    let cli = Cli::read_within(command, &context.options).map_err(|error| {
        let text = error.render().to_string();
        if text.contains("'--dry-run'") {
            return CommandError::Usage("lojal tx build takes a command that signs, such as send, redeem or issue");
        }
        CommandError::CommandLine(text.trim_end().trim_start_matches("error: ").to_owned())
    })?;
    if build.file == Path::new(STD) && cli.options.json {
        return Err(CommandError::Usage("with - the file itself is printed, as it is: leave --json out"));
    }
    let context = Context { build: Some(build), ..Context::new(cli.options.clone()) };
    follow(&context, cli)?;
    Err(CommandError::Usage("this command has nothing to sign"))
}

/// The end of a command of which the transaction was to be built; `is_checked` if a gateway says that it would happen.
pub(super) fn built(
    session: &Session<'_>,
    unsigned: UnsignedTransaction,
    (build, is_checked): (&Build, bool),
    done: &str,
) -> CommandError {
    let file = &build.file;
    let until = unsigned.transaction.valid_until_ms;
    let carried = Carried { chain: session.home.chain_id(), content: Content::Unsigned(unsigned) };
    let shown = file.display();
    let whole = whole(&carried, session.home.genesis());
    let lead = format!("{done}\n{whole}\nif it is signed and in a block before {} UTC", utc(until));
    let text = format!("{shown} would have: {lead}; nothing was signed or sent\nsign it with: lojal tx sign {shown}");
    match put(&carried, file, text) {
        Ok(Report { json, text, .. }) => {
            CommandError::Rehearsed { json: with(json, &Checked { checked: is_checked }), text }
        }
        Err(error) => error,
    }
}

/// Signs by the file and this wallet alone: no gateway is asked for anything.
fn sign(context: &Context, file: &Path, to: Option<PathBuf>, consent: Consent) -> Result<Report, CommandError> {
    let to = to.unwrap_or_else(|| match file == Path::new(STD) {
        true => PathBuf::from(STD),
        false => PathBuf::from(format!("{}.signed", file.display())),
    });
    if to == Path::new(STD) && context.options.json {
        return Err(CommandError::Usage("with - the file itself is printed, as it is: leave --json out"));
    }
    let (home, carried) = (context.home()?, taken(file)?);
    let Content::Unsigned(unsigned) = &carried.content else {
        return Err(CommandError::refused(
            "already_signed",
            "this transaction is signed already: send it with lojal tx submit",
        ));
    };
    of_network(&carried, &home)?;
    if unsigned.transaction.sender != home.address() || unsigned.public_key != home.public_key() {
        let sender = unsigned.transaction.sender.to_text(home.network());
        return Err(CarryError::OtherSigner { sender, own: home.address_text() }.into());
    }
    let until = unsigned.transaction.valid_until_ms;
    let left = time_left(until)?;
    // A clock that is a little late sees a little more.
    if left > VALIDITY_WINDOW_MS_MAX + clock::LEDGER_AHEAD_MS_MAX {
        return Err(CarryError::TooLongValid(until).into());
    }
    let words = in_all_words(&carried, home.network(), &Decimals::of_genesis(home.genesis())).join("\n");
    let whole = whole(&carried, home.genesis());
    let what = format!("sign, for {} to come: {words}\n{whole}", about(left));
    ask::consent_to_sign(&what, consent)?;
    let key = home.unlock(&*context.unlocker.passphrase()?)?;
    let signed = unsigned.transaction.clone().sign(&carried.chain, &key);
    let signed = Carried { content: Content::Signed(signed), ..carried };
    let shown = to.display();
    let text = format!(
        "signed in {shown}: {words}\n{whole}\nsend it before {} UTC, from any machine, with: lojal tx submit {shown}",
        utc(until)
    );
    put(&signed, &to, text)
}

fn decode(context: &Context, file: &Path, genesis: Option<&Path>) -> Result<Report, CommandError> {
    let carried = taken(file)?;
    let home = if genesis.is_some() { None } else { Some(context.home()?) };
    let given = genesis.map(genesis_of).transpose()?;
    let genesis = given.as_ref().or(home.as_ref().map(|home| home.genesis())).expect("one of the two");
    if genesis.chain_id() != carried.chain {
        return Err(CarryError::OtherNetwork { found: carried.chain, expected: genesis.chain_id() }.into());
    }
    let (network, decimals) = (genesis.network(), Decimals::of_genesis(genesis));
    let until = carried.transaction().valid_until_ms;
    let time = match time_left(until) {
        Ok(left) => format!("{} UTC, for {} to come", utc(until), about(left)),
        Err(_) => format!("{} UTC, which is over", utc(until)),
    };
    let is_signed = matches!(carried.content, Content::Signed(_));
    let mut rows = vec![
        ("transaction", carried.id().to_string()),
        ("sender", carried.transaction().sender.to_text(network).to_string()),
        ("key", key_text(&carried)),
        ("signed", if is_signed { "yes, and the signature holds" } else { "no" }.to_owned()),
        ("can happen", format!("before {time}")),
    ];
    rows.extend(in_all_words(&carried, network, &decimals).into_iter().map(|words| ("would have", words)));
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let decoded = Decoded {
        id: carried.id(),
        chain_id: carried.chain,
        signed: is_signed,
        public_key: carried.public_key(),
        transaction: text_of(&carried, network),
    };
    Ok(Report::done(&decoded, format!("{}\n{}", lojal_print::table(&rows, &[]), whole(&carried, genesis))))
}

/// The key that signs, and whether the file alone shows that it is the sender's: an account keeps its address when its
/// key is replaced.
fn key_text(carried: &Carried) -> String {
    let key = carried.public_key();
    match Address::of_key(&key) == carried.transaction().sender {
        true => key.to_string(),
        false => format!("{key}, which is not the sender's first key: it was replaced, or the file was changed"),
    }
}

/// Sends what is signed, as often as it takes: its id makes it happen once.
fn submit(context: &Context, file: &Path, no_wait: bool) -> Result<Report, CommandError> {
    let carried = taken(file)?;
    let Content::Signed(signed) = &carried.content else {
        return Err(CommandError::refused(
            "not_signed",
            "this transaction isn't signed yet: sign it with lojal tx sign",
        ));
    };
    let home = context.home_or_gateway()?;
    if let Some(home) = &home {
        of_network(&carried, home)?;
    }
    let left = time_left(signed.transaction.valid_until_ms)?;
    let gateways = match &home {
        Some(home) => context.gateways(Some(home))?,
        None => {
            let urls = &context.options.gateways;
            Gateways::new(urls, Some(carried.chain)).map_err(GatewaysError::Client)?
        }
    };
    let status = gateways.ask(|gateway| gateway.status())?;
    if let Some(own) = home.as_ref().filter(|home| home.address() == signed.transaction.sender) {
        for operation in signed.transaction.operations.iter() {
            if let Some(first) = dates::keep_of(own.dir(), operation, status.time_ms.day())? {
                return Err(CommandError::OtherDay(first));
            }
        }
    }
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let patience = Duration::from_millis(left).saturating_add(GRACE);
    let mut submission = Submission::new(&gateways, signed, carried.id(), patience);
    if let Some(prover) = proofs.prover() {
        submission = submission.proven_by(prover);
    }
    // Before it is sent: what is done can't fail any more.
    let words = match &home {
        Some(home) => in_all_words(&carried, home.network(), &Decimals::ask(&gateways, Some(home))?).join("; "),
        // Without a genesis document nobody knows how its addresses and amounts are written.
        None => "done".to_owned(),
    };
    let mut tell = |text: &str| {
        if !context.options.json {
            lojal_print::note(text);
        }
    };
    let fate = if no_wait { submission.hand_over(&mut tell) } else { submission.settle(&mut tell) };
    let report = report(carried.id(), fate, &words, Repeat::Nothing)?;
    Ok(Report { text: report.text.replace(BELIEVED, proofs.not_proven()), ..report })
}

/// The time that is left until a transaction can't happen any more, by this machine's clock.
fn time_left(until: TimeMs) -> Result<u64, CommandError> {
    let now = clock::local_time()?;
    if until > now { Ok(until.since_ms(now)) } else { Err(CarryError::WindowOver(until).into()) }
}

fn of_network(carried: &Carried, home: &Home) -> Result<(), CommandError> {
    let (found, expected) = (carried.chain, home.chain_id());
    if found == expected { Ok(()) } else { Err(CarryError::OtherNetwork { found, expected }.into()) }
}

fn text_of(carried: &Carried, network: NetworkKind) -> Transaction<AddressText> {
    let unsigned = UnsignedTransaction { transaction: carried.transaction().clone(), public_key: carried.public_key() };
    unsigned.with_no_signature().to_text(network).transaction
}

fn in_all_words(carried: &Carried, network: NetworkKind, decimals: &Decimals) -> Vec<String> {
    let transaction = text_of(carried, network);
    let words = |operation: &Operation<AddressText>| in_words(operation, Some(transaction.sender), decimals);
    transaction.operations.iter().map(words).collect()
}

/// All that is signed, as far as a machine without a network can say what it means.
fn whole(carried: &Carried, genesis: &Genesis) -> String {
    let (network, decimals) = (genesis.network(), Decimals::of_genesis(genesis));
    let whole = Whole { network, decimals: &decimals, genesis: Some(genesis) };
    whole.transaction(&text_of(carried, network))
}

fn taken(file: &Path) -> Result<Carried, CommandError> {
    let text = if file == Path::new(STD) { read_from(io::stdin().lock()) } else { read(file) };
    let name = file.display().to_string();
    let text = text.map_err(|error| CommandError::Input(name.clone(), error))?;
    Ok(text.parse().map_err(|error| CarryError::Carried(name, error))?)
}

/// Writes the file; standard output gets the file itself, and a person the text.
fn put(carried: &Carried, file: &Path, text: String) -> Result<Report, CommandError> {
    if file == Path::new(STD) {
        return Ok(Report::of_file(&carried.to_string()));
    }
    let shown = file.display().to_string();
    carried.write(file).map_err(|error| CommandError::Input(format!("{shown}: nothing was written"), error))?;
    let until = carried.transaction().valid_until_ms;
    Ok(Report::done(&InFile { file: shown, id: carried.id(), valid_until_ms: until }, text))
}
