//! The table of docs/programme.md, walked on a development network: each command of a row is run as its brand or its
//! member types it, and the last one says what the row says.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::faults::clock::library;
use crate::network::free_ports;
use crate::programs::{Running, program, program_dir, repository, run};
use crate::wallet::now;

const PAGE: &str = "docs/programme.md";
/// The beginning of the table's head.
const HEAD: &str = "| what programmes do |";
/// The beginning of a cell whose first command is typed on the day before.
const BEFORE: &str = "the day before: ";

/// A command, and whose wallet types it.
struct Typed {
    who: String,
    command: String,
}

/// A row with something to type.
struct Row {
    name: String,
    before: Option<Typed>,
    commands: Vec<Typed>,
    says: String,
}

fn typed(text: &str) -> Option<Typed> {
    let (who, command) = text.split_once("$ ")?;
    let command = command.strip_prefix("lojal ")?;
    Some(Typed { who: who.to_owned(), command: command.to_owned() })
}

/// The code spans of a cell.
fn spans(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [name, brand, member, says] = cells[..] else { panic!("{PAGE}: a row has four cells: {line}") };
    let mut commands: Vec<Typed> = spans(brand).chain(spans(member)).filter_map(typed).collect();
    if commands.is_empty() {
        return None;
    }
    let before = brand.starts_with(BEFORE).then(|| commands.remove(0));
    let says = spans(says).next().unwrap_or_else(|| panic!("{PAGE}: {name}: says nothing")).to_owned();
    Some(Row { name: name.to_owned(), before, commands, says })
}

fn rows() -> Vec<Row> {
    let page = std::fs::read_to_string(repository().join(PAGE)).expect("the repository has it");
    let table = page.lines().skip_while(|line| !line.starts_with(HEAD)).skip(2);
    table.take_while(|line| line.starts_with('|')).filter_map(row).collect()
}

/// A development network as `lojal-node devnet` makes it, in a directory.
struct Devnet<'a> {
    dir: &'a Path,
    ports: u16,
    /// The library and the offset of a clock that isn't the machine's.
    clock: Option<(PathBuf, &'static str)>,
}

impl Devnet<'_> {
    fn start(&self) -> Running {
        let mut command = self.in_its_time(program("lojal-node"));
        command.args(["devnet", "--validators", "1", "--port-base", &self.ports.to_string(), "--dir"]);
        let mut running = Running::start(command.arg(self.dir.join("devnet")));
        running.line("the line that starts with ready", |line| line.starts_with("ready").then_some(()));
        running
    }
    fn in_its_time(&self, mut command: Command) -> Command {
        command.env("LOJAL_PASSPHRASE", "devnet").current_dir(self.dir);
        if let Some((library, offset)) = &self.clock {
            command.env("LD_PRELOAD", library).env("FAKETIME", offset).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        command
    }
    fn wallet(&self, who: &str) -> PathBuf {
        let name = match who {
            "anna" => "member-1",
            "bo" => "member-2",
            brand => brand,
        };
        self.dir.join("devnet/wallets").join(name)
    }
    fn address(&self, who: &str) -> String {
        let mut command = self.in_its_time(program("lojal"));
        run(command.arg("--home").arg(self.wallet(who)).arg("address")).success().trim().to_owned()
    }
    /// Runs a command by the shell, as somebody types it; answers with what it printed.
    #[track_caller]
    fn types(&self, typed: &Typed, printed: &str) -> String {
        let mut shell = self.in_its_time(Command::new("sh"));
        let line = format!("\"$LOJAL\" --home \"$WALLET\" {}", typed.command);
        shell.args(["-c", &line]).env("LOJAL", program_dir().join("lojal")).env("WALLET", self.wallet(&typed.who));
        shell.env("anna", self.address("anna")).env("bo", self.address("bo"));
        shell.env("printed", printed.trim()).env("today", now().day().to_string());
        run(&mut shell).success()
    }
}

#[test]
fn what_programmes_do_is_done_by_the_commands_of_the_page_and_they_say_what_it_says() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let name = "the rows of docs/programme.md that take two days";
    let mut devnet = Devnet { dir: directory.path(), ports: free_ports(), clock: None };
    let rows = rows();
    assert!(rows.len() > 20, "the page has a table");
    let library = library(name);
    if let Some(library) = &library {
        devnet.clock = Some((library.clone(), "-1d"));
        let running = devnet.start();
        for before in rows.iter().filter_map(|row| row.before.as_ref()) {
            devnet.types(before, "");
        }
        assert!(running.interrupt().success(), "SIGINT is no failure");
        devnet.clock = None;
    }
    let _running = devnet.start();
    std::fs::copy(devnet.dir.join("devnet/genesis.toml"), devnet.dir.join("genesis.toml")).expect("a file of ours");
    for row in rows.iter().filter(|row| row.before.is_none() || library.is_some()) {
        let printed = row.commands.iter().fold(String::new(), |printed, typed| devnet.types(typed, &printed));
        assert!(printed.contains(&row.says), "{PAGE}: {}: {:?} isn't in {printed}", row.name, row.says);
    }
}
