//! The commands that set the wallet up.

use std::path::Path;
use std::{fs, io};

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::{contact, init, key_file, profile};
use crate::cli::{Cli, KeyCommand, SetupCommand};
use crate::error::CommandError;
use crate::output::Report;

const NAME: &str = "lojal";

/// A script that makes a shell complete.
#[derive(Serialize, JsonSchema)]
pub(super) struct Completions {
    /// The shell.
    shell: String,
    /// The script that it reads.
    script: String,
}

/// The manual as it was written.
#[derive(Serialize, JsonSchema)]
pub(super) struct Manual {
    /// The directory.
    dir: String,
    /// The names of the files in it.
    pages: Vec<String>,
}

/// Does what a command of this group says.
pub(super) fn setup(context: &Context, command: SetupCommand) -> Result<Report, CommandError> {
    match command {
        SetupCommand::Key(KeyCommand::New { words }) => init::new_words(&words),
        SetupCommand::Key(KeyCommand::Export { file }) => key_file::export(context, &file),
        SetupCommand::Key(KeyCommand::Import { file, genesis }) => key_file::import(context, &file, &genesis),
        SetupCommand::Profile(command) => profile::profile(context, command),
        SetupCommand::Contact(command) => contact::contact(context, command),
        SetupCommand::Config(command) => contact::config(context, command),
        SetupCommand::Completions { shell } => Ok(completions(shell)),
        SetupCommand::Man { dir } => manual(&dir),
    }
}

/// `lojal completions`.
fn completions(shell: Shell) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    let script = String::from_utf8(script).expect("made of names and help texts");
    let text = script.trim_end().to_owned();
    Report::done(&Completions { shell: shell.to_string(), script }, text)
}

/// `lojal man`.
fn manual(dir: &Path) -> Result<Report, CommandError> {
    let failed = |error| CommandError::Input(format!("{}: the manual can't be written", dir.display()), error);
    fs::create_dir_all(dir).map_err(failed)?;
    let mut pages = Vec::new();
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    write_pages(program, dir, &mut pages).map_err(failed)?;
    pages.sort_unstable();
    let shown = dir.display().to_string();
    let text = format!("wrote {} pages to {shown}\nread the first with: man {shown}/{NAME}.1", pages.len());
    Ok(Report::done(&Manual { dir: shown, pages }, text))
}

/// Writes the page of a command and those of its subcommands, and gives the names of the files.
fn write_pages(command: clap::Command, dir: &Path, pages: &mut Vec<String>) -> io::Result<()> {
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        write_pages(subcommand.clone(), dir, pages)?;
    }
    let (page, mut text) = (Man::new(command), Vec::new());
    page.render(&mut text)?;
    let text = String::from_utf8(text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    // Many choices in a row may be broken after each of them, and no line of them be stretched.
    let text = text.replace(r"\fR|\fB", r"\fR|\:\fB").replace(".SH SYNOPSIS\n", ".SH SYNOPSIS\n.ad l\n");
    let text = text.replace(".SH DESCRIPTION\n", ".SH DESCRIPTION\n.ad b\n");
    fs::write(dir.join(page.get_filename()), in_ascii(&text))?;
    pages.push(page.get_filename());
    Ok(())
}

/// A page with other letters as their numbers, which every formatter reads (groff_char(7)).
fn in_ascii(page: &str) -> String {
    let letter = |letter: char| match letter.is_ascii() {
        true => letter.to_string(),
        false => format!("\\[u{:04X}]", u32::from(letter)),
    };
    page.chars().map(letter).collect()
}
