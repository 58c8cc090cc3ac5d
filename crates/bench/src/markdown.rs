//! Tables and numbers in Markdown.

/// A table, row by row.
pub struct Table {
    text: String,
    columns: usize,
}

impl Table {
    /// With its headings. The first column is text and the others are figures.
    pub fn new(headings: &[&str]) -> Self {
        let mut table = Self { text: String::new(), columns: headings.len() };
        table.row(headings.iter().map(|&heading| heading.to_owned()).collect());
        let rule = (0..headings.len()).map(|column| if column == 0 { "---" } else { "---:" });
        table.row(rule.map(str::to_owned).collect());
        table
    }
    /// Adds a row; missing cells are empty, and a bar inside a cell stays a bar.
    pub fn row(&mut self, mut cells: Vec<String>) {
        cells.resize(self.columns, String::new());
        let cells: Vec<String> = cells.into_iter().map(|cell| cell.replace('|', "\\|")).collect();
        self.text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    /// The finished table with an empty line after it.
    pub fn finish(self) -> String {
        self.text + "\n"
    }
}

/// A whole number with a comma between thousands.
pub fn whole(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value <= -0.5 { format!("-{text}") } else { text }
}

/// A number with three significant digits, or all those before the point.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => whole(value),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// A number of bytes in MiB.
pub fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", number(bytes as f64 / (1024.0 * 1024.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_as_many_cells_in_every_row() {
        let mut table = Table::new(&["what", "per s"]);
        table.row(vec!["a | b".into(), "1".into()]);
        table.row(vec!["c".into()]);
        assert_eq!(table.finish(), "| what | per s |\n| --- | ---: |\n| a \\| b | 1 |\n| c |  |\n\n");
    }

    #[test]
    fn numbers_have_three_digits_and_thousands_a_comma() {
        let cases = [(0.0, "0.00"), (0.1234, "0.123"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(whole(1_234_567.4), "1,234,567");
        assert_eq!(whole(-1_234.0), "-1,234");
        assert_eq!(whole(999.0), "999");
        assert_eq!(mebibytes(3 * 512 * 1024), "1.50 MiB");
    }
}
