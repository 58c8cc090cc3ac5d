//! The command line of a program.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

/// The exit code for a command line that was not understood.
const EXIT_USAGE: u8 = 2;

/// The beginning of what styles text on a terminal, and its end.
const STYLE: (&str, char) = ("\u{1b}[", 'm');
/// The styles of help and errors: none, bold, underlined, red, green, yellow.
const STYLES: [&str; 6] = ["0", "1", "4", "31", "32", "33"];

/// Reads the command line.
///
/// # Errors
/// The exit code, when there is nothing to do: help was asked for and is printed, or the command line was not
/// understood, which is told.
pub fn arguments<T: Parser>() -> Result<T, ExitCode> {
    T::try_parse().map_err(|error| ExitCode::from(usage(error)))
}

/// Prints the help that was asked for, or what is wrong with the command line; gives the exit code.
pub fn usage(error: clap::Error) -> u8 {
    let is_wrong = error.use_stderr();
    let on_terminal = if is_wrong { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
    let is_plain = !on_terminal || lojal_text::variable("NO_COLOR").is_some();
    let text = styled(&seen(error).render().ansi().to_string(), !is_plain, on_terminal);
    if is_wrong {
        // Where nobody can read it, nobody does.
        let _ = io::stderr().write_all(text.as_bytes());
        return EXIT_USAGE;
    }
    crate::drawing(text.trim_end());
    u8::from(crate::finish().is_err())
}

/// The error with everything in it seen that comes from the command line.
fn seen(mut error: clap::Error) -> clap::Error {
    let context: Vec<(ContextKind, ContextValue)> =
        error.context().map(|(kind, value)| (kind, value.clone())).collect();
    let texts: Vec<String> = context.iter().flat_map(|(_, value)| texts(value)).collect();
    let within = |styled: &clap::builder::StyledStr| {
        let text = styled.ansi().to_string();
        // An end of a line alone would be found everywhere.
        let outside = texts.iter().filter(|text| !text.trim().is_empty());
        outside.fold(text, |text, outside| text.replace(outside.as_str(), &escaped(outside))).into()
    };
    for (kind, value) in &context {
        let value = match value {
            ContextValue::String(text) => ContextValue::String(escaped(text)),
            ContextValue::Strings(texts) => ContextValue::Strings(texts.iter().map(|text| escaped(text)).collect()),
            ContextValue::StyledStrs(texts) => ContextValue::StyledStrs(texts.iter().map(within).collect()),
            _ => continue,
        };
        error.insert(*kind, value);
    }
    error
}

/// The texts of a part of an error that aren't all its own.
fn texts(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::String(text) => vec![text.clone()],
        ContextValue::Strings(texts) => texts.clone(),
        _ => Vec::new(),
    }
}

/// A text in which everything can be seen, also the ends of its lines.
fn escaped(text: &str) -> String {
    lojal_text::for_text(&lojal_text::outside(text))
}

/// A text with its styles, or without them, in which nothing else steers a terminal.
fn styled(text: &str, keeps_styles: bool, on_terminal: bool) -> String {
    let mut rest = text;
    let mut shown = String::with_capacity(text.len());
    // What stands between two styles is shown as one, as it may have a direction of its own.
    while let Some((before, style, after)) = next_style(rest) {
        shown.push_str(&crate::shown(before, on_terminal));
        if keeps_styles {
            shown.push_str(style);
        }
        rest = after;
    }
    shown.push_str(&crate::shown(rest, on_terminal));
    shown
}

/// The first style of a text, with what stands before and after it.
fn next_style(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices(STYLE.0).find_map(|(start, begin)| {
        let (number, after) = text[start + begin.len()..].split_once(STYLE.1)?;
        let end = text.len() - after.len();
        STYLES.contains(&number).then(|| (&text[..start], &text[start..end], after))
    })
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;

    fn command() -> Command {
        let whole = Arg::new("amount").long("amount").value_parser(clap::value_parser!(u8));
        Command::new("x").arg(whole).arg(Arg::new("kind").long("kind").value_parser(["one", "two"]))
    }

    fn told(arguments: &[&str], keeps_styles: bool) -> String {
        let error = command().subcommand(Command::new("go")).try_get_matches_from(arguments).expect_err("wrong");
        styled(&seen(error).render().ansi().to_string(), keeps_styles, false)
    }

    #[test]
    fn what_comes_from_the_command_line_can_be_seen() {
        let hidden = "a\u{202e}b\u{1b}[31mc\u{1b}]0;t\u{7}\nerror: d";
        let shown = "a\\u{202e}b\\u{1b}[31mc\\u{1b}]0;t\\u{7}\\u{a}error: d";
        let option = format!("--{hidden}");
        for arguments in [&["x", hidden][..], &["x", &option], &["x", "--amount", hidden], &["x", "--kind", hidden]] {
            let text = told(arguments, false);
            assert!(text.contains(shown), "{text}");
            assert!(!text.contains(['\u{202e}', '\u{1b}', '\u{7}']) && !text.contains("\nerror"), "{text:?}");
        }
    }

    #[test]
    fn styles_stay_and_nothing_else_steers() {
        let option = "--\u{1b}[8m\u{1b}[31m\u{202e}";
        let text = told(&["x", option], true);
        assert!(text.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m "), "{text:?}");
        assert!(text.contains("--\\u{1b}[8m\\u{1b}[31m\\u{202e}"), "{text:?}");
        assert_eq!(styled("a\u{1b}[8mb\u{1b}[1mc\u{1b}[", true, false), "a\\u{1b}[8mb\u{1b}[1mc\\u{1b}[");
    }

    #[test]
    fn what_is_clap_s_own_stays_as_it_is() {
        for arguments in [&["x", "--help"][..], &["x", "--amunt", "5"], &["x", "--amount", "500"], &["x", "ga"]] {
            let error = || command().subcommand(Command::new("go")).try_get_matches_from(arguments).expect_err("wrong");
            assert_eq!(told(arguments, true), error().render().ansi().to_string());
            assert_eq!(told(arguments, false), error().render().to_string());
        }
    }
}
