//! `lojal-node check`: whether a node's directory, its machine and its surroundings are as the node needs them.

mod disk;
mod files;
mod net;
mod network;

use std::path::PathBuf;
use std::time::SystemTime;

use lojal_types::{Genesis, Validator};

use crate::config::{ConfigError, NodeConfig, NodeDir};
use crate::open_files;
use network::Validators;

/// `lojal-node check`.
#[derive(Debug, clap::Args)]
pub struct CheckOptions {
    /// The node's directory.
    #[arg(long)]
    dir: PathBuf,
    /// A gateway of the network, perhaps another validator's: by its blocks this machine's clock is judged, and by its
    /// validators, in place of those of the genesis document, this node's seat.
    #[arg(long)]
    gateway: Option<String>,
}

/// The things that were looked at.
#[derive(Debug, Default)]
struct Report(Vec<Line>);

/// One of them.
#[derive(Debug)]
struct Line {
    about: &'static str,
    result: Result<String, Finding>,
}

/// Something that is not as it should be.
#[derive(Debug)]
struct Finding {
    /// The fault.
    wrong: String,
    /// The advice; empty if the fault's text has it.
    remedy: String,
}

/// The things that are checked.
struct Checked<'a> {
    dir: &'a NodeDir,
    config: &'a NodeConfig,
    genesis: &'a Genesis,
    /// The validators by which the node is judged.
    validators: &'a Validators,
    /// The one that this node is, if it is one.
    me: Option<&'a Validator>,
    /// True if the directory is a follower's, without a validator's key.
    follows: bool,
    /// True if a node runs in the directory now.
    runs: bool,
}

impl Finding {
    fn new(wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { wrong: wrong.into(), remedy: remedy.into() }
    }
    /// One whose text says what to do.
    fn told(error: impl ToString) -> Self {
        Self::new(error.to_string(), "")
    }
}

impl Report {
    fn add(&mut self, about: &'static str, result: Result<String, Finding>) {
        self.0.push(Line { about, result });
    }

    /// Prints it; gives the number of findings.
    fn print(&self) -> usize {
        for Line { about, result } in &self.0 {
            match result {
                Ok(fine) => lojal_print::line(format!("ok     {about}: {fine}")),
                Err(Finding { wrong, remedy }) if remedy.is_empty() => {
                    lojal_print::line(format!("FOUND  {about}: {wrong}"));
                }
                Err(Finding { wrong, remedy }) => {
                    lojal_print::line(format!("FOUND  {about}: {wrong}"));
                    lojal_print::line(format!("       do: {remedy}"));
                }
            }
        }
        self.0.iter().filter(|line| line.result.is_err()).count()
    }
}

/// Looks at everything and prints it; gives the number of things that are not as they should be.
///
/// # Errors
/// When the configuration or the genesis document can't be read: then there is nothing to go by.
pub fn check(options: &CheckOptions) -> Result<usize, ConfigError> {
    let dir = NodeDir::new(&options.dir);
    let config = dir.config()?;
    let genesis = dir.genesis(&config)?;
    let mut report = Report::default();
    let gateway = options.gateway.as_deref().map(|url| network::ask(url, genesis.chain_id()));
    let validators = match &gateway {
        Some(Ok(answers)) => Validators::of_now(answers),
        _ => Validators::of_genesis(&genesis),
    };
    let follows = config.signer.is_none() && dir.is_of_follower();
    let seat = if follows { None } else { Some(network::seat(&dir, &config, &validators)) };
    let me = seat.as_ref().and_then(|seat| seat.as_ref().ok().copied());
    let runs = files::node_runs(&dir);
    let checked = Checked { dir: &dir, config: &config, genesis: &genesis, validators: &validators, me, follows, runs };
    report.add("node", Ok(if runs { "runs in this directory".to_owned() } else { "doesn't run".to_owned() }));
    files::keys(&checked, &mut report);
    report.add(
        "seat",
        match seat {
            Some(seat) => seat.map(|me| format!("{} {}", me.name, validators.source)),
            None => network::follower(&dir, &validators),
        },
    );
    report.add("peers' entries", network::entries(&checked));
    report.add("chain", files::chain(&checked));
    report.add("blocks", Ok(config.keeping_in_words()));
    if !follows {
        report.add("guard", files::guard(&checked));
    }
    files::certificate(&checked, SystemTime::now(), &mut report);
    report.add("open files", open_files(&genesis, &config));
    disk::disk(&checked, &mut report);
    net::ports(&checked, &mut report);
    net::peers(&checked, &mut report);
    if let Some(answered) = gateway {
        let heartbeat_ms = genesis.document().parameters.heartbeat_ms;
        report.add("clock", answered.and_then(|answers| net::clock(&answers.status, heartbeat_ms)));
    }
    let found = report.print();
    lojal_print::line(match found {
        0 => "nothing found".to_owned(),
        1 => "1 thing found".to_owned(),
        more => format!("{more} things found"),
    });
    Ok(found)
}

fn open_files(genesis: &Genesis, config: &NodeConfig) -> Result<String, Finding> {
    let needed = open_files::needed(genesis.document().parameters.keep_months, config.http.streams());
    open_files::allow(needed).map(|()| format!("{needed} are allowed")).map_err(Finding::told)
}
