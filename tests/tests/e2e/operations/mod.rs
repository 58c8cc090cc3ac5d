//! The chapter of docs/operations.md that makes a consortium from nothing, replayed: every command of the page's
//! `console` blocks is run by one shell, in the page's order, and must print what the page says.
//!
//! The rules of the comparison:
//!
//! - Standard output and standard error are one text, and every command succeeds.
//! - The ports of the page, 7800 to 8007, stand for as many that are free; they are exchanged on the way in and out.
//! - Words are compared, and not the blanks between them. A word with `…` in it stands for any word, `…` by itself for
//!   any number of words, and a line with nothing else for any number of lines.
//! - Heights, durations, sizes, dates and times of day are any: numbers after one of [`page::BEFORE`] or before one of
//!   [`page::AFTER`], and words like `2026-11-30` and `08:15`. All other numbers are compared.
//! - A command of [`AGAIN`] is run again until it prints what the page says, as an operator gives it again: it only
//!   looks, or is refused until a node is ready.
//! - A disk without room, which `lojal-node check` finds, is none of the page's matters: it's taken for one with room.

mod page;
mod shell;

use std::fs;

use crate::network::free_ports;
use crate::programs::{patiently, program_dir, repository};

use page::{Step, difference, steps, with_ports};
use shell::Shell;

/// The page.
const PAGE: &str = "docs/operations.md";
/// The first port of the page.
const PORT_BASE: u16 = 7800;
/// Words of commands that can be given again.
const AGAIN: [&str; 6] = ["ls", "status", "check", "list", "show", "activate"];
/// The beginning of the line of a check that has found a full disk, and what it would be with room.
const FULL_DISK: [&str; 2] = ["FOUND  free disk: ", "ok     free disk: 0 MiB"];

fn is_given_again(command: &str) -> bool {
    command.split_whitespace().any(|word| AGAIN.contains(&word.trim_end_matches(';')))
}

/// The lines that a check would have printed on a disk with room, and true if it has found one without.
fn with_room(mut printed: Vec<String>) -> (Vec<String>, bool) {
    let Some(at) = printed.iter().position(|line| line.starts_with(FULL_DISK[0])) else { return (printed, false) };
    FULL_DISK[1].clone_into(&mut printed[at]);
    // What to do about it.
    printed.remove(at + 1);
    for line in &mut printed {
        let found = line.split_once(" thing").and_then(|(count, _)| count.parse::<u32>().ok());
        *line = match found {
            Some(1) => "nothing found".to_owned(),
            Some(2) => "1 thing found".to_owned(),
            Some(more) => format!("{} things found", more - 1),
            None => continue,
        };
    }
    (printed, true)
}

/// Runs a step once; the difference from what the page says, if there is one.
fn differs(shell: &mut Shell, step: &Step, port_base: u16) -> Option<String> {
    let (printed, status) = shell.run(&with_ports(&step.command, PORT_BASE, port_base));
    let printed = printed.iter().map(|line| with_ports(line, port_base, PORT_BASE)).collect();
    let (printed, was_full) = with_room(printed);
    let is_success = status == "0" || was_full && printed.iter().any(|line| line == "nothing found");
    let difference = difference(&step.printed, &printed);
    difference.or_else(|| (!is_success).then(|| format!("it ends with exit code {status}")))
}

fn replay(shell: &mut Shell, step: &Step, port_base: u16) {
    let mut last = None;
    let mut once = || {
        last = differs(shell, step, port_base);
        last.is_none().then_some(())
    };
    let fits = if is_given_again(&step.command) { patiently(once) } else { once() };
    if fits.is_none() {
        let (line, command) = (step.line, &step.command);
        panic!("{PAGE}:{line}: {command}\n{}\n{}", last.unwrap_or_default(), shell.logs());
    }
}

#[test]
fn a_consortium_is_made_and_run_by_the_commands_of_the_operators_page_and_they_print_what_it_says() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let page = fs::read_to_string(repository().join(PAGE)).expect("the repository has it");
    let steps = steps(&page);
    let said = |word: &str| steps.iter().any(|step| step.command.contains(word));
    let chapters = ["init", "card", "join", "key new --dir", "sign", "retain", "backup", "restore", "schedule_version"];
    assert!(chapters.iter().all(|word| said(word)), "the page has a consortium's life");
    let mut shell = Shell::start(directory.path(), &program_dir());
    let port_base = free_ports();
    steps.iter().for_each(|step| replay(&mut shell, step, port_base));
}
