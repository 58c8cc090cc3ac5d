//! Tables, numbers and lines in Markdown.

/// Most columns of a line that isn't a row of a table.
const COLUMNS_MAX: usize = 120;

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

/// The section of a document that begins with a heading, up to the next one; nothing if there is none.
pub fn section_of<'a>(document: &'a str, heading: &str) -> &'a str {
    let Some(start) = document.find(heading) else { return "" };
    let (begin, rest) = document[start..].split_at(heading.len());
    let end = rest.find("\n## ").map_or(rest.len(), |end| end + 1);
    &document[start..start + begin.len() + end]
}

/// A text with its long lines broken at blanks outside of code; tables and headings stay as they are.
pub fn wrapped(text: &str) -> String {
    let lines = text.lines().flat_map(|line| if fits(line) { vec![line.to_owned()] } else { broken(line) });
    lines.map(|line| line + "\n").collect()
}

fn fits(line: &str) -> bool {
    line.starts_with(['|', '#']) || line.chars().count() <= COLUMNS_MAX
}

/// The lines that a long one is broken into; those of a list's item line up with its text.
fn broken(line: &str) -> Vec<String> {
    let indent = if line.starts_with("- ") { "  " } else { "" };
    let mut in_code = false;
    let pieces = line.split(|letter| {
        in_code ^= letter == '`';
        letter == ' ' && !in_code
    });
    let mut lines = Vec::new();
    let mut last = String::new();
    for piece in pieces {
        if last.is_empty() {
            last.push_str(piece);
        } else if last.chars().count() + 1 + piece.chars().count() <= COLUMNS_MAX {
            last.push(' ');
            last.push_str(piece);
        } else {
            lines.push(std::mem::replace(&mut last, format!("{indent}{piece}")));
        }
    }
    lines.push(last);
    lines
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
    fn a_section_ends_where_the_next_one_begins() {
        let document = "# A\n\n## B\n\nb\n\n## C\n\nc\n";
        assert_eq!(section_of(document, "## B\n"), "## B\n\nb\n\n");
        assert_eq!(section_of(document, "## C\n"), "## C\n\nc\n");
        assert_eq!(section_of(document, "## D\n"), "");
    }

    #[test]
    fn long_lines_are_broken_at_blanks_but_for_tables_and_code() {
        let item = format!("- {}`code with blanks` {}end", "µ four ".repeat(15), "word ".repeat(30));
        let table = format!("| {} |", "cell ".repeat(50));
        let short = "# Short\n\n- an item\n  and its second line\n";
        let text = wrapped(&format!("{short}{item}\n{table}\n"));
        let (begin, rest) = text.split_at(short.len());
        assert_eq!(begin, short);
        let lines: Vec<&str> = rest.lines().collect();
        assert_eq!(lines.last(), Some(&table.as_str()));
        let of_item = &lines[..lines.len() - 1];
        assert!(of_item.len() > 1 && of_item.iter().all(|line| line.chars().count() <= COLUMNS_MAX), "{of_item:?}");
        assert!(of_item[1..].iter().all(|line| line.starts_with("  ") && !line.starts_with("   ")), "{of_item:?}");
        assert!(of_item.iter().any(|line| line.contains("`code with blanks`")), "{of_item:?}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&of_item.join(" ")), words(&item));
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
