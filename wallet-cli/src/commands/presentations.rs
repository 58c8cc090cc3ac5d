//! Presentations: what this account is at a brand, shown to a shop that has neither an account nor a gateway.

use std::io::{self, Read};
use std::path::Path;

use lojal_client::{
    PRESENTATION_BYTES_MAX, Presentation, PresentationError, PresentationTextError, Presented, Statement,
};
use lojal_types::{AddressText, BlockId, BrandId, ChainId, Genesis, Height, TimeMs, api};
use lojal_wallet::home::genesis_of;
use lojal_wallet::random::random_bytes;
use lojal_wallet::time::utc;
use lojal_wallet::{clock, saved};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::standing::{at_brand, there_is};
use crate::ask;
use crate::cli::{PresentationCommand, ShowArgs};
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// The name that stands for standard input.
const STDIN: &str = "-";

/// A presentation that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct Made {
    /// The presentation itself.
    presentation: String,
}

/// All that a presentation shows.
#[derive(Serialize, JsonSchema)]
pub(super) struct Shown {
    /// The network.
    chain_id: ChainId,
    /// The brand.
    brand: BrandId,
    /// The account.
    account: AddressText,
    /// The one that it is for.
    audience: String,
    /// The number that makes it unlike others.
    nonce: String,
    /// The time of the signature.
    signed_ms: TimeMs,
    /// The standing at the brand; null if that has never counted or given anything.
    standing: Option<api::Standing>,
    /// The block after which it was so.
    height: Height,
    /// The block's id.
    block: BlockId,
    /// The block's time.
    time_ms: TimeMs,
}

impl Shown {
    fn of(presented: Presented, genesis: &Genesis) -> Self {
        let Presented { statement: Statement { audience, nonce, time_ms, brand, .. }, account, standing, tip } =
            presented;
        Self {
            chain_id: genesis.chain_id(),
            brand,
            account,
            audience: audience.to_string(),
            nonce: hex::encode(nonce),
            signed_ms: time_ms,
            standing,
            height: tip.height,
            block: tip.block,
            time_ms: tip.time_ms,
        }
    }
    /// The lines for people.
    fn text(&self) -> String {
        let head = format!("{} shows this to {}, signed {} UTC", self.account, self.audience, utc(self.signed_ms));
        let nothing = || vec![paragraph(format!("{} has never counted or given anything for it", self.brand))];
        let standing = self.standing.as_ref().map_or_else(nothing, at_brand);
        let proven = format!("proven after block {}, {} UTC", self.height, utc(self.time_ms));
        [vec![paragraph(head)], standing, vec![paragraph(proven)]].concat().join("\n")
    }
}

/// `lojal show`.
pub(super) fn show(context: &Context, args: &ShowArgs) -> Result<Report, CommandError> {
    let home = context.home()?;
    let gateways = context.gateways(Some(&home))?;
    let key = home.unlock(&*context.unlocker.passphrase()?)?;
    let (genesis, brand) = (home.genesis(), args.brand);
    let (account, public_key) = (home.address_text(), key.public_key());
    let proof =
        gateways.ask(|gateway| Ok(gateway.client()?.standing_proof((&account, public_key), brand, genesis)?))?;
    let nonce = match args.nonce {
        Some(nonce) => nonce,
        None => *random_bytes::<16>()?,
    };
    let (audience, time_ms, block) = (args.audience.clone(), clock::local_time()?, proof.block());
    let statement = Statement { audience, nonce, time_ms, account: home.address(), public_key, brand, block };
    let presentation = Presentation::sign(statement, proof, &home.chain_id(), &key);
    let shown = Shown::of(presentation.check(genesis).map_err(not_shown)?, genesis);
    if shown.standing.is_none() {
        there_is(&gateways, brand)?;
    }
    let (text, told) = (presentation.to_string(), shown.text());
    let made = Made { presentation: text.clone() };
    let Some(path) = &args.file else {
        if !context.options.json {
            lojal_print::note(told);
        }
        return Ok(Report::done(&made, text).with(&shown));
    };
    let named = path.display().to_string();
    let line = format!("{text}\n");
    saved::write_new(path, line.as_bytes())
        .map_err(|error| CommandError::Input(format!("{named}: nothing was saved"), error))?;
    let saved = format!("{told}\nsaved in {named}, which can be shown for 10 minutes");
    Ok(Report::done(&made, saved).with(&shown))
}

fn not_shown(error: PresentationError) -> CommandError {
    let remedy = match error {
        PresentationError::OldBlock => "set this machine's clock, or ask another gateway with --gateway",
        PresentationError::Stopped => "unfreeze it first, or wait for the end of its recovery",
        PresentationError::Signature => "its key was replaced: use the wallet that has the new one",
        PresentationError::Block | PresentationError::Unproven(_) => "ask another gateway with --gateway",
    };
    CommandError::NotShown(format!("{error}: {remedy}"))
}

/// `lojal presentation`.
pub(super) fn presentation(context: &Context, command: PresentationCommand) -> Result<Report, CommandError> {
    let PresentationCommand::Verify { file, audience, nonce, genesis } = command;
    let home = if genesis.is_some() { None } else { Some(context.home()?) };
    let given = genesis.as_deref().map(genesis_of).transpose()?;
    let genesis: &Genesis = given.as_ref().or(home.as_ref().map(|home| home.genesis())).expect("one of the two");
    let refused = |reason: String| CommandError::FalsePresentation(reason);
    let presentation = read(&file)?.trim().parse::<Presentation>();
    let presentation = presentation.map_err(|error: PresentationTextError| refused(error.to_string()))?;
    let presented = presentation.check(genesis).map_err(|error| refused(error.to_string()))?;
    let statement = &presented.statement;
    if !statement.is_fresh(clock::local_time()?) {
        let signed = utc(statement.time_ms);
        return Err(refused(format!("it was signed {signed} UTC, and not in the last 10 minutes: ask for a new one")));
    }
    if let Some(expected) = audience.filter(|expected| *expected != statement.audience) {
        return Err(refused(format!("it is for {}, and not for {expected}", statement.audience)));
    }
    if nonce.is_some_and(|expected| expected != statement.nonce) {
        return Err(refused("it has another number than the one that was asked for".to_owned()));
    }
    let shown = Shown::of(presented, genesis);
    let text = shown.text();
    Ok(Report::done(&shown, text))
}

/// The text of a file, or of standard input.
fn read(file: &Path) -> Result<String, CommandError> {
    let bytes_max = PRESENTATION_BYTES_MAX as u64 + 2;
    if file != Path::new(STDIN) {
        return ask::file(file, bytes_max);
    }
    let mut text = String::new();
    let read = io::stdin().lock().take(bytes_max).read_to_string(&mut text);
    read.map_err(|error| CommandError::Input("the standard input can't be read".to_owned(), error))?;
    Ok(text)
}
