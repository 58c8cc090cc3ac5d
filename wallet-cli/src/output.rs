//! The output that people and programs get to see.

use lojal_types::GrossPoints;
use lojal_wallet::amount;
use lojal_wallet::qr::{self, Style};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::error::CommandError;
use crate::hints::with_commands;

/// The result of a command.
#[derive(Debug)]
pub struct Report {
    /// For programs.
    pub json: Value,
    /// For people, without the last line end.
    pub text: String,
    /// True if a transaction's outcome is not known yet.
    pub is_open: bool,
    /// The text that somebody else is to scan, shown to people as a QR code above the text.
    pub qr: Option<String>,
}

impl Report {
    /// A report of something that is done, with a document of which `lojal schema` knows the form.
    pub fn done<T: Serialize + JsonSchema>(document: &T, text: String) -> Self {
        Self { json: to_value(document), text, is_open: false, qr: None }
    }
    /// A report that is a file itself, to be printed as it is.
    pub fn of_file(text: &str) -> Self {
        Self { json: Value::Null, text: text.trim_end().to_owned(), is_open: false, qr: None }
    }
    /// The report with more fields for programs, likewise.
    pub fn with<T: Serialize + JsonSchema>(self, part: &T) -> Self {
        Self { json: with(self.json, part), ..self }
    }
    /// The report with one more line for people.
    pub fn with_line(mut self, line: &str) -> Self {
        self.text += "\n";
        self.text += line;
        self
    }
    /// The report with one more line for people on what to do next, unless the outcome is open.
    pub fn with_hint(self, line: &str) -> Self {
        if self.is_open { self } else { self.with_line(line) }
    }
    /// The report with a text to be scanned, as a QR code and as a line to be copied.
    pub fn with_scan(self, uri: &str) -> Self {
        Self { qr: Some(uri.to_owned()), ..self.with_line(uri) }
    }
}

/// A document with the fields of a part, in the place of those that have the same names.
pub fn with<T: Serialize + JsonSchema>(mut document: Value, part: &T) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut document, to_value(part)) {
        fields.extend(more);
    }
    document
}

/// Sentences for people, wrapped between words where the lines of tables are, each line by itself.
pub fn paragraph(text: String) -> String {
    text.split('\n').map(|line| lojal_print::table(&[vec![line.to_owned()]], &[])).collect::<Vec<_>>().join("\n")
}

/// The same below another sentence.
pub fn indented(text: String) -> String {
    lojal_text::table(&[vec![String::new(), text]], &[], lojal_print::columns())
}

/// Points as people read them, with a comma between thousands; none where a program reads them, as in tables.
pub fn grouped(points: impl Into<GrossPoints>, decimals: u8) -> String {
    match lojal_print::columns() {
        Some(_) => amount::format_grouped(points, decimals),
        None => amount::format(points, decimals),
    }
}

/// The JSON of plain data.
pub fn to_value(data: &impl Serialize) -> Value {
    serde_json::to_value(data).expect("plain data has a JSON form")
}

/// The exit code when something was done or found, and could not be written to standard output.
const EXIT_LOST: u8 = 6;

/// Prints the outcome and gives the exit code.
///
/// What standard output doesn't take is told on standard error, also the words of a new wallet that were to go there: a
/// log may keep them, but the wallet is made, and words that nobody ever saw are points lost.
pub fn print(outcome: &Result<Report, CommandError>, json: bool) -> u8 {
    match outcome {
        Ok(report) if json => lojal_print::document(&report.json.to_string()),
        Ok(report) => {
            let show = || report.qr.iter().for_each(|text| show_qr(text));
            // A code comes last on a terminal, so that 24 lines show all of it; elsewhere the text ends the output, to
            // be cut off for the next program.
            let code_is_last = lojal_print::is_terminal();
            if !code_is_last {
                show();
            }
            lojal_print::line(with_commands(&report.text));
            if code_is_last {
                show();
            }
        }
        Err(error) if json => lojal_print::document(&to_value(&error.document()).to_string()),
        Err(error) => lojal_print::note(format!("error: {}", with_commands(&error.to_string()))),
    }
    match (outcome, lojal_print::finish()) {
        (Err(error), _) => error.exit_code(),
        (Ok(report), Err(_)) => {
            lojal_print::note(&report.text);
            EXIT_LOST
        }
        (Ok(report), Ok(())) => {
            if report.is_open {
                3
            } else {
                0
            }
        }
    }
}

/// Shows a request before its answer is there: to a program only the text to be scanned, on stderr.
pub fn show(report: &Report, json: bool) {
    match &report.qr {
        Some(text) if json => lojal_print::note(text),
        _ => {
            report.qr.iter().for_each(|text| show_qr(text));
            lojal_print::line(&report.text);
        }
    }
}

/// Draws a QR code: in colours on a terminal whose user has nothing against them, without elsewhere.
fn show_qr(text: &str) {
    let style = style(lojal_print::is_terminal(), lojal_text::variable("NO_COLOR").is_some());
    match qr::draw(text, style) {
        Ok(picture) => lojal_print::drawing(&picture),
        Err(error) => lojal_print::note(error),
    }
}

fn style(on_terminal: bool, is_without_colours: bool) -> Style {
    if on_terminal && !is_without_colours { Style::Coloured } else { Style::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_whose_users_have_nothing_against_them() {
        assert_eq!(style(true, false), Style::Coloured);
        for (on_terminal, is_without_colours) in [(true, true), (false, false), (false, true)] {
            assert_eq!(style(on_terminal, is_without_colours), Style::Plain);
        }
    }
}
