//! The pages that a gateway serves to browsers, compared with those that this program carries.

use std::collections::{BTreeMap, BTreeSet};

use lojal_client::Client;
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_web::{BUILD_PATH, Build, Pages, address};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use crate::cli::WebCommand;
use crate::error::{CommandError, Difference, PagesError};
use crate::output::{Report, paragraph};

/// Most files of a build.
const FILES_MAX: usize = 1000;
/// Longest path of a file, in bytes.
const PATH_BYTES_MAX: usize = 200;
/// The directory of what pages share.
const SHARED: &str = "assets/";

/// Pages that are those which this program carries.
#[derive(Serialize, JsonSchema)]
pub(super) struct Verified {
    /// The gateway.
    gateway: String,
    /// The names of the pages.
    pages: Vec<String>,
    /// The number of their files.
    files: usize,
    /// The hash of the sources that they are made from.
    source: String,
}

/// `lojal web`.
pub(super) fn web(context: &Context, command: WebCommand) -> Result<Report, CommandError> {
    let WebCommand::Verify { url } = command;
    let gateways = Gateways::new(&[gateway_of(&url)], None).map_err(GatewaysError::Client)?;
    context.warn_of_exposed(&gateways);
    gateways.ask(|gateway| Ok(verify(gateway.client()?)))?
}

/// The address of a gateway, without the page of it that a browser was at.
fn gateway_of(url: &str) -> String {
    let url = url.split(['#', '?']).next().unwrap_or_default().trim_end_matches('/');
    let page = Pages::ALL.into_iter().find_map(|page| url.strip_suffix(&format!("/{}", page.directory())));
    // A host can have the name of a page.
    page.filter(|rest| rest.contains("://")).unwrap_or(url).to_owned()
}

/// Files by their paths, each with its hash.
type Files = BTreeMap<String, String>;

fn verify(client: &Client) -> Result<Report, CommandError> {
    let url = || client.url().to_owned();
    let file = |path: &str| client.file(path).map_err(|error| CommandError::Gateways(GatewaysError::Client(error)));
    let mut served = Vec::new();
    for page in Pages::ALL {
        if file(&format!("/{}/", page.directory()))?.is_some() {
            served.push(page);
        }
    }
    if served.is_empty() {
        return Err(PagesError::None(url()).into());
    }
    let said = file(BUILD_PATH)?.and_then(|text| build_of(&text)).ok_or_else(|| PagesError::Unsaid(url()))?;
    let own = Build::own();
    let named: BTreeSet<&String> = own.files.keys().chain(said.files.keys()).collect();
    let mut found = Files::new();
    for path in named.into_iter().filter(|path| is_served(path, &served)) {
        if let Some(bytes) = file(&address(path))? {
            found.insert(path.clone(), Build::hash(&bytes));
        }
    }
    judge(client.url(), &part(&own, &served), &part(&said, &served), &found)?;
    Ok(report(client.url(), &own, &served, found.len()))
}

/// The build that a gateway says; none if it can't be one.
fn build_of(text: &[u8]) -> Option<Build> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_');
    // What it says becomes part of an address.
    let is_path = |path: &String| path.len() <= PATH_BYTES_MAX && path.chars().all(is_plain) && !path.contains("..");
    Build::read(text).filter(|said| said.files.len() <= FILES_MAX && said.files.keys().all(is_path))
}

fn is_served(path: &str, served: &[Pages]) -> bool {
    let is_below = |page: &Pages| path.strip_prefix(page.directory()).is_some_and(|rest| rest.starts_with('/'));
    path.starts_with(SHARED) || served.iter().any(is_below)
}

/// The part of a build that a gateway with some of the pages serves.
fn part(build: &Build, served: &[Pages]) -> Build {
    let files = build.files.iter().filter(|(path, _)| is_served(path, served));
    Build { source: build.source.clone(), files: files.map(|(path, hash)| (path.clone(), hash.clone())).collect() }
}

/// Compares what a gateway serves with what it says that it serves, and with what this program carries.
fn judge(url: &str, own: &Build, said: &Build, found: &Files) -> Result<(), PagesError> {
    let url = url.to_owned();
    let (untrue, other) = (differences(&said.files, found), differences(&own.files, found));
    if other.is_empty() {
        return Ok(());
    }
    if untrue.is_empty() && said.source != own.source {
        let source_hash = said.source.clone();
        return Err(PagesError::OtherBuild { url, source_hash, own: own.source.clone(), differences: other });
    }
    // Where it is another build, only what isn't as that has it was changed.
    let differences = if said.source == own.source { other } else { untrue };
    Err(PagesError::Changed { url, differences })
}

/// The files that aren't as they are expected.
fn differences(expected: &Files, found: &Files) -> Vec<Difference> {
    let all: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let differs = all.into_iter().filter(|path| expected.get(*path) != found.get(*path));
    let difference = |path: &String| Difference {
        path: path.clone(),
        expected: expected.get(path).cloned(),
        found: found.get(path).cloned(),
    };
    differs.map(difference).collect()
}

fn report(url: &str, own: &Build, served: &[Pages], count: usize) -> Report {
    let names: Vec<String> = served.iter().map(|page| page.directory().to_owned()).collect();
    let text = format!(
        "{url} serves the pages that this program carries ({}): all {count} files are the same, made from sources \
         with the hash {}\na gateway can show a browser other files than this program: so only somebody whom you \
         trust should run it, and large sums are for the command line",
        names.join(", "),
        own.source
    );
    let verified = Verified { gateway: url.to_owned(), pages: names, files: count, source: own.source.clone() };
    Report::done(&verified, paragraph(text))
}

#[cfg(test)]
mod tests;
