//! Reading the command line, and from the environment what it doesn't say.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use lojal_text::{TypedError, typed};
use lojal_wallet::contacts;

use super::{Cli, Command, Options, TxArgs, TxCommand, book, values};
use crate::place;

/// Names the wallet's directory.
const HOME_VARIABLE: &str = "LOJAL_HOME";
/// Names the wallet's profile.
const PROFILE_VARIABLE: &str = "LOJAL_PROFILE";
/// Names gateways, with commas between them.
const GATEWAY_VARIABLE: &str = "LOJAL_GATEWAY";

impl Cli {
    /// The command line, and from the environment what it doesn't say.
    ///
    /// # Errors
    /// When it was not understood, or a variable wasn't.
    pub fn read() -> Result<Self, clap::Error> {
        let mut cli = read(std::env::args_os().collect(), None)?;
        // Whoever asks for a document within the inner command is to get one, also of what goes wrong.
        if let Command::Tx(TxArgs { command: Some(TxCommand::Build { command, .. }), .. }) = &cli.command {
            cli.options.json |= command.iter().any(|argument| argument == "--json");
        }
        Ok(cli)
    }
    /// A command line within another one, whose options it has where it says nothing else.
    ///
    /// # Errors
    /// As for [`Cli::read`].
    pub fn read_within(command: Vec<String>, options: &Options) -> Result<Self, clap::Error> {
        let name = OsString::from("lojal");
        read([name].into_iter().chain(command.into_iter().map(OsString::from)).collect(), Some(options))
    }
}

/// Reads a command line, twice if it has names: the first time says whose contacts they are.
fn read(arguments: Vec<OsString>, outer: Option<&Options>) -> Result<Cli, clap::Error> {
    let mut cli = complete(Cli::try_parse_from(&arguments)?, outer)?;
    if book::was_asked() {
        let known = place::home_dir(cli.options.home.as_ref(), cli.options.profile.as_ref())
            .and_then(|home| Ok(contacts::known(&home)?));
        book::open(known.map_err(|error| Cli::command().error(ErrorKind::Io, error))?);
        cli = complete(Cli::try_parse_from(&arguments)?, outer)?;
    }
    cli.options.named = book::named();
    Ok(cli)
}

/// Adds what the command line around it, or else the environment, says.
fn complete(mut cli: Cli, outer: Option<&Options>) -> Result<Cli, clap::Error> {
    let options = &mut cli.options;
    match outer {
        Some(outer) => options.fill(outer),
        None => from_environment(options)?,
    }
    Ok(cli)
}

fn from_environment(options: &mut Options) -> Result<(), clap::Error> {
    if options.home.is_none() && options.profile.is_none() {
        options.home = lojal_text::variable(HOME_VARIABLE).map(PathBuf::from);
    }
    if options.home.is_none()
        && options.profile.is_none()
        && let Some(name) = lojal_text::text_variable(PROFILE_VARIABLE)
    {
        options.profile = Some(name.parse().map_err(|error| wrong(PROFILE_VARIABLE, &error))?);
    }
    if options.gateways.is_empty()
        && let Some(listed) = lojal_text::variable(GATEWAY_VARIABLE)
    {
        let urls = listed.to_str().ok_or_else(|| wrong(GATEWAY_VARIABLE, &"it is no UTF-8 text"))?.split(',');
        // Nothing between two commas is nothing; a list of nothing is a mistake.
        let named: Vec<&str> = urls.filter(|url| typed(url) != Err(TypedError::Empty)).collect();
        let named = if named.is_empty() { vec![""] } else { named };
        let urls = named.into_iter().map(values::url).collect::<Result<Vec<_>, _>>();
        options.gateways = urls.map_err(|reason| wrong(GATEWAY_VARIABLE, &reason))?;
    }
    Ok(())
}

fn wrong(variable: &str, reason: &dyn std::fmt::Display) -> clap::Error {
    Cli::command().error(ErrorKind::InvalidValue, format!("the variable {variable}: {reason}"))
}
