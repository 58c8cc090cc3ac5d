//! A report as rows of cells, and the three forms that it is printed in.

use clap::ValueEnum;
use lojal_types::{BlockId, ChainId, GrossPoints, Height, TimeMs};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::sheet::{format_micro, format_points, utc};

const WRITABLE: &str = "writing to memory can't fail";

/// The end of the name of a column of sums in millionths of a minor unit.
const MICRO: &str = "_micro";

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table to read: points in their brand's decimals, money in minor units
    Table,
    /// Comma-separated values (RFC 4180): points in the smallest unit, money in millionths of a minor unit
    Csv,
    /// One JSON document with the same numbers
    Json,
}

/// A value of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// An id, an address, a month.
    Text(String),
    /// A number of things that aren't points or money.
    Number(u64),
    /// Points in the smallest unit.
    Points {
        /// Their number.
        points: GrossPoints,
        /// Decimals in which the brand's points are displayed.
        decimals: u8,
    },
    /// A sum of money in millionths of a minor unit.
    Micro(u128),
}

/// The names of a report's columns, and its rows with a cell for each.
pub type Rows = (&'static [&'static str], Vec<Vec<Cell>>);

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The kind.
    pub kind: &'static str,
    /// The network.
    pub chain_id: ChainId,
    /// The last block that it counts.
    pub height: Height,
    /// Its id.
    pub block: BlockId,
    /// Its time.
    pub time_ms: TimeMs,
    /// The names of the columns.
    pub columns: &'static [&'static str],
    /// The rows, in an order that follows from what they say.
    pub rows: Vec<Vec<Cell>>,
}

impl Listing {
    /// The same with those rows alone that have a text in a column, if there is such a column.
    pub fn only(mut self, column: &str, text: &str) -> Self {
        let place = self.columns.iter().position(|name| *name == column);
        self.rows.retain(|row| place.is_none_or(|place| row[place].plain() == text));
        self
    }

    /// The report in a form, without the end of the last line.
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Table => self.table(),
            Format::Csv => self.csv(),
            Format::Json => serde_json::to_string(self).expect("numbers and text have a JSON form"),
        }
    }

    /// Lines are as long as they are: a narrow terminal gives no other bytes.
    fn table(&self) -> String {
        let head = [
            ("chain id", self.chain_id.to_string()),
            ("height", self.height.to_string()),
            ("block", self.block.to_string()),
            ("time", utc(self.time_ms)),
            ("report", self.kind.to_owned()),
        ];
        let head = head.map(|(label, value)| vec![label.to_owned(), value]);
        let title = |column: &&str| column.strip_suffix(MICRO).unwrap_or(column).replace('_', " ").to_uppercase();
        let mut rows = vec![self.columns.iter().map(title).collect()];
        rows.extend(self.rows.iter().map(|row| row.iter().map(Cell::shown).collect()));
        let is_number = |column: &usize| self.rows.iter().any(|row| row[*column].is_number());
        let right: Vec<usize> = (0..self.columns.len()).filter(is_number).collect();
        let body = if self.rows.is_empty() { "nothing".to_owned() } else { lojal_text::table(&rows, &right, None) };
        format!("{}\n\n{body}", lojal_text::table(&head, &[], None))
    }

    /// Every row says of which block it is; without a row there is one that says nothing else.
    fn csv(&self) -> String {
        let block = [
            self.chain_id.to_string(),
            self.height.to_string(),
            self.block.to_string(),
            self.time_ms.get().to_string(),
        ];
        let nothing = vec![Cell::Empty; self.columns.len()];
        let rows = if self.rows.is_empty() { std::slice::from_ref(&nothing) } else { &self.rows };
        let mut file = csv::Writer::from_writer(Vec::new());
        let head = ["chain_id", "height", "block", "time_ms"].into_iter().chain(self.columns.iter().copied());
        file.write_record(head).expect(WRITABLE);
        for row in rows {
            file.write_record(block.iter().cloned().chain(row.iter().map(Cell::plain))).expect(WRITABLE);
        }
        let bytes = file.into_inner().expect(WRITABLE);
        String::from_utf8(bytes).expect("made of text").trim_end().to_owned()
    }
}

impl Serialize for Listing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows: Vec<Row<'_>> = self.rows.iter().map(|cells| Row { columns: self.columns, cells }).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("chain_id", &self.chain_id)?;
        map.serialize_entry("height", &self.height)?;
        map.serialize_entry("block", &self.block)?;
        map.serialize_entry("time_ms", &self.time_ms)?;
        map.serialize_entry("report", self.kind)?;
        map.serialize_entry("rows", &rows)?;
        map.end()
    }
}

/// A row as JSON has it: an object with a member for each column.
struct Row<'a> {
    columns: &'a [&'static str],
    cells: &'a [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().zip(self.cells))
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Text(_) | Self::Points { .. } | Self::Micro(_) => serializer.serialize_str(&self.plain()),
        }
    }
}

impl Cell {
    /// Some points of a brand.
    pub fn points(points: impl Into<GrossPoints>, decimals: u8) -> Self {
        Self::Points { points: points.into(), decimals }
    }
    /// Something by its text.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }
    fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Points { .. } | Self::Micro(_))
    }
    /// The value for a program.
    fn plain(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Points { points, .. } => points.to_string(),
            Self::Micro(micro) => micro.to_string(),
        }
    }
    /// The value for a person.
    fn shown(&self) -> String {
        match self {
            Self::Points { points, decimals } => format_points(*points, *decimals),
            Self::Micro(micro) => format_micro(*micro),
            Self::Empty | Self::Text(_) | Self::Number(_) => self.plain(),
        }
    }
}
