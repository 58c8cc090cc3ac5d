//! `lojal-audit`: verifies a chain from its genesis document alone, and exports chains to verify elsewhere.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use lojal_auditor::export::{ExportError, Exported, export};
use lojal_auditor::progress::Progress;
use lojal_auditor::report::{Format, Kind, report};
use lojal_auditor::sheet;
use lojal_auditor::source::{Source, SourceError};
use lojal_auditor::verify::{Scope, VerifyError, verify};
use lojal_chain::Pin;
use lojal_client::Client;
use lojal_types::{BrandId, Genesis, Hash, Height, KeyPair, TimeMs, TrackId};
use serde::Serialize;

/// The chain, or what a source hands out as one, is wrong.
const EXIT_WRONG: u8 = 1;
/// The time for which an audit may read: a day less than a token can last, for clocks that differ.
const READING_MS: u64 = 6 * 24 * 60 * 60 * 1000;
/// Something could not be read or written, so that nothing is known. (2 is for arguments that make no sense.)
const EXIT_UNREADABLE: u8 = 3;

const EXIT_CODES: &str = "Exit codes: 0 everything holds; 1 the chain is wrong, with the first discrepancy on stderr; \
                          2 the arguments make no sense; 3 something can't be read or written, which says nothing \
                          about the chain.";

#[derive(Parser)]
#[command(name = "lojal-audit", version, about = "Verifies a lojal chain, trusting nothing but its genesis document")]
#[command(after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Replay a chain from genesis, check everything, and print balance sheets and the netting statement
    #[command(after_help = EXIT_CODES)]
    Verify(VerifyArgs),
    /// Count a chain's blocks from genesis on, check everything, and print a report, with the same bytes for everybody
    #[command(after_help = EXIT_CODES)]
    Report(ReportArgs),
    /// Copy the committed blocks of a node's data directory to a file that `verify --file` reads
    #[command(after_help = "Nothing is verified, only read: run verify on the file.")]
    Export(ExportArgs),
}

#[derive(Args)]
struct VerifyArgs {
    #[command(flatten)]
    chain: ChainArgs,
    /// Stop after this height, of which all statements are then; without it, at the end of the chain
    #[arg(long, value_name = "HEIGHT", value_parser = height)]
    to: Option<Height>,
    /// Print one JSON document; amounts are in the smallest unit
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ReportArgs {
    /// The kind of report
    #[arg(value_name = "REPORT")]
    kind: Kind,
    #[command(flatten)]
    chain: ChainArgs,
    /// The last block that is counted; without it, the last one of the chain
    #[arg(long, value_name = "HEIGHT", value_parser = height)]
    at: Option<Height>,
    /// Only the rows of this brand
    #[arg(long, value_name = "BRAND")]
    brand: Option<BrandId>,
    /// Only the rows of this track
    #[arg(long, value_name = "NUMBER")]
    track: Option<TrackId>,
    /// The form to print it in
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

/// The chain to read, and the blocks that it has to have.
#[derive(Args)]
struct ChainArgs {
    /// The genesis document (TOML): all that the audit trusts
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    #[command(flatten)]
    from: SourceArgs,
    /// The auditor's key, which the gateway of --url lists in its node.toml: a file with 64 hex digits
    #[arg(long, value_name = "FILE", requires = "url")]
    key: Option<PathBuf>,
    /// A block that the chain has to have, as `lojal light` prints it, from somebody whom you believe: it shows a past
    /// that keys of long ago have signed anew; can be given several times
    #[arg(long = "pin", value_name = "HEIGHT:ID")]
    pins: Vec<Pin>,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct SourceArgs {
    /// A node's gateway, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL", value_parser = Client::new)]
    url: Option<Client>,
    /// A node's data directory; the node may be running
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A file made by `lojal-audit export` or downloaded from a node's /v1/export
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Args)]
struct ExportArgs {
    /// A node's data directory; the node may be running
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The file to write
    #[arg(long, value_name = "OUT")]
    file: PathBuf,
    /// The first block; verifying needs an export from 1 on
    #[arg(long, value_name = "HEIGHT", value_parser = height, default_value = "1")]
    from: Height,
    /// The last block; without it, the last one that is committed
    #[arg(long, value_name = "HEIGHT", value_parser = height)]
    to: Option<Height>,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

/// The height of a block: 1 or more.
fn height(text: &str) -> Result<Height, String> {
    match text.parse() {
        Ok(height) if height > 0 => Ok(Height::new(height)),
        _ => Err("a height is a whole number from 1 on".to_owned()),
    }
}

fn main() -> ExitCode {
    let cli: Cli = match lojal_print::arguments() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let code = match cli.command {
        Command::Verify(args) => verify_command(args),
        Command::Report(args) => report_command(args),
        Command::Export(args) => export_command(&args),
    };
    // What is lost is told already; that the chain is wrong comes first.
    if lojal_print::finish().is_err() && code == ExitCode::SUCCESS { ExitCode::from(EXIT_UNREADABLE) } else { code }
}

fn verify_command(args: VerifyArgs) -> ExitCode {
    let json = args.json;
    let found = audit(args.chain, args.to, verify);
    match &found {
        Ok(report) if json => lojal_print::document(&document(true, report)),
        Ok(report) => lojal_print::line(sheet::text(report, lojal_print::columns()).trim_end()),
        Err(AuditError::Verify(VerifyError::Discrepancy(discrepancy))) if json => {
            lojal_print::document(&document(false, discrepancy));
        }
        Err(_) => {}
    }
    exit_code(found)
}

fn report_command(args: ReportArgs) -> ExitCode {
    let (kind, format) = (args.kind, args.format);
    let brand = args.brand.map(|brand| ("brand", brand.to_string()));
    let wanted = brand.into_iter().chain(args.track.map(|track| ("track", track.to_string())));
    for (column, _) in wanted.clone() {
        if !kind.columns().contains(&column) {
            let error = format!("the report {} isn't made by {column}: leave out --{column}", kind.name());
            Cli::command().error(ErrorKind::ArgumentConflict, error).exit();
        }
    }
    let make = |genesis: &Genesis, source: &mut Source, scope: &Scope, progress: &mut Progress| {
        report(genesis, source, scope, kind, progress)
    };
    let found = audit(args.chain, args.at, make);
    if let Ok(listing) = &found {
        let listing = wanted.fold(listing.clone(), |listing, (column, text)| listing.only(column, &text));
        lojal_print::document(&listing.text(format));
    }
    exit_code(found)
}

/// A reason an audit could not begin, or did not end well.
enum AuditError {
    /// A file that can't be read, with the reason.
    File(String),
    Verify(VerifyError),
}

/// Reads a chain as the arguments say, up to a height, for one kind of audit.
fn audit<T>(
    args: ChainArgs,
    to: Option<Height>,
    kind: impl FnOnce(&Genesis, &mut Source, &Scope, &mut Progress) -> Result<T, VerifyError>,
) -> Result<T, AuditError> {
    let genesis = read_genesis(&args.genesis).map_err(AuditError::File)?;
    let key = args.key.as_deref().map(read_key).transpose().map_err(AuditError::File)?;
    if let (Some(client), Some(key)) = (&args.from.url, key) {
        client.read_as(&genesis.chain_id(), key.address(), &key, now().plus_ms(READING_MS));
    }
    let mut progress = Progress::new(!args.quiet && std::io::stderr().is_terminal());
    let SourceArgs { url, dir, file } = args.from;
    let source = match (url, dir, file) {
        (Some(client), _, _) => Source::node(client),
        (_, Some(dir), _) => Source::dir(&dir),
        (_, _, Some(file)) => Source::file(&file),
        (None, None, None) => unreachable!("clap requires one of them"),
    };
    let source = source.map_err(|error| VerifyError::of_source(Height::GENESIS.next(), error));
    let found =
        source.and_then(|mut source| kind(&genesis, &mut source, &Scope { to, pins: args.pins }, &mut progress));
    found.map_err(AuditError::Verify)
}

/// Tells what an audit has found wrong, if it has.
fn exit_code<T>(found: Result<T, AuditError>) -> ExitCode {
    match found {
        Ok(_) => ExitCode::SUCCESS,
        Err(AuditError::Verify(VerifyError::Discrepancy(discrepancy))) => {
            lojal_print::note(discrepancy);
            ExitCode::from(EXIT_WRONG)
        }
        Err(AuditError::Verify(error @ VerifyError::Unreadable { .. })) => unreadable(&error.to_string()),
        Err(AuditError::File(reason)) => unreadable(&reason),
    }
}

fn export_command(args: &ExportArgs) -> ExitCode {
    if args.to.is_some_and(|to| to < args.from) {
        Cli::command().error(ErrorKind::ValueValidation, "--to lies before --from").exit();
    }
    match export(&args.dir, &args.file, args.from, args.to, args.force) {
        Ok(Exported { first, last }) => {
            lojal_print::line(format!("blocks {first} to {last} in {}", args.file.display()));
            ExitCode::SUCCESS
        }
        Err(error @ ExportError::Source { reason: SourceError::Damaged(_), .. }) => {
            lojal_print::note(error);
            ExitCode::from(EXIT_WRONG)
        }
        Err(error) => unreadable(&error.to_string()),
    }
}

fn read_genesis(path: &Path) -> Result<Genesis, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("can't read {}: {error}", path.display()))?;
    Genesis::from_toml(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_key(path: &Path) -> Result<KeyPair, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("can't read {}: {error}", path.display()))?;
    let seed: Option<Hash> = text.trim_end().parse().ok();
    let wrong = || format!("{} is no key file: it must hold 64 lower-case hex digits", path.display());
    seed.map(|seed| KeyPair::from_seed(seed.as_bytes())).ok_or_else(wrong)
}

/// This machine's time.
fn now() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).ok().and_then(|ms| TimeMs::new(ms).ok()).unwrap_or_default()
}

/// The document that `--json` prints: whether everything holds, and the report or the discrepancy.
#[derive(Serialize)]
struct Document<'a, T> {
    ok: bool,
    #[serde(flatten)]
    result: &'a T,
}

fn document<T: Serialize>(ok: bool, result: &T) -> String {
    serde_json::to_string(&Document { ok, result }).expect("numbers and text have a JSON form")
}

fn unreadable(reason: &str) -> ExitCode {
    lojal_print::note(reason);
    ExitCode::from(EXIT_UNREADABLE)
}
