//! Tables as spreadsheets save them (CSV), read so that each fault is told with its line.

use csv::Position;
use lojal_text::without_byte_order_mark;

/// The text of a table without the mark that some programs put before it, and what stands between its fields:
/// spreadsheets of countries with a decimal comma write semicolons.
pub fn text_and_delimiter(text: &str) -> (&str, u8) {
    let text = without_byte_order_mark(text);
    let head = text.lines().next().unwrap_or_default();
    (text, if head.contains(';') { b';' } else { b',' })
}

/// The lines of a text, counted as a reader goes through it.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a [u8],
    /// The place that was reached, and its line.
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// The lines of a text, from 1 on.
    pub fn of(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, line: 1 }
    }
    /// The line of a record. The ends of lines before it belong to the record before, or to none.
    pub fn line_of(&mut self, position: Option<&Position>) -> u64 {
        let start = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.at);
        let ends = self.text.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let to = start + ends;
        let passed = self.text.get(self.at..to).unwrap_or_default();
        self.line += passed.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.at = self.at.max(to);
        self.line
    }
}
