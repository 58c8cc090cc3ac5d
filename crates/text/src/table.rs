//! Tables for a person to read, in as many columns as there are.

use unicode_width::UnicodeWidthStr;

use crate::shown::is_isolate;

/// Fewest columns that a text is wrapped to.
const TEXT_COLUMNS_MIN: usize = 20;
/// The blanks between two columns.
const GAP: &str = "  ";

/// Rows in aligned columns, two spaces apart; the columns of `right` are aligned to the right. Where there are fewer
/// `columns` than that takes, a table with a heading in capitals becomes a list of its rows, and another one wraps its
/// last column. Without a number of columns a row is always one line.
pub fn table(rows: &[Vec<String>], right: &[usize], columns: Option<usize>) -> String {
    let aligned = align(rows, right);
    let Some(columns) = columns.filter(|columns| aligned.lines().any(|line| width(line) > *columns)) else {
        return aligned;
    };
    match rows {
        [head, rows @ ..] if is_heading(head) => records(head, rows, columns),
        _ => wrap_last(rows, columns),
    }
}

/// The columns of a terminal that a text takes; isolates take none.
fn width(text: &str) -> usize {
    let seen: String = text.chars().filter(|letter| !is_isolate(*letter)).collect();
    seen.width()
}

/// The widest cell of every column.
fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|text| width(text)).max();
    (0..columns).map(|column| widest(column).unwrap_or(0)).collect()
}

fn align(rows: &[Vec<String>], right: &[usize]) -> String {
    let widths = widths(rows);
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, text)| {
            let pad = " ".repeat(widths[column] - width(text));
            if right.contains(&column) { pad + text } else { format!("{text}{pad}") }
        });
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn is_heading(row: &[String]) -> bool {
    row.len() > 1 && row.iter().all(|cell| !cell.is_empty() && cell.to_uppercase() == *cell)
}

/// Every row as a list of what its columns say. A row that begins with two empty cells goes on with the one before.
fn records(head: &[String], rows: &[Vec<String>], columns: usize) -> String {
    let label = head.iter().map(|name| width(name)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for row in rows {
        let goes_on = row.len() > 2 && row[..2].iter().all(String::is_empty);
        if !goes_on && !lines.is_empty() {
            lines.push(String::new());
        }
        for (name, cell) in head.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let name = if goes_on { "" } else { name };
            let start = format!("{name}{}{GAP}", " ".repeat(label - width(name)));
            lines.extend(wrap(&start, cell, columns));
        }
    }
    lines.join("\n")
}

fn wrap_last(rows: &[Vec<String>], columns: usize) -> String {
    let Some(last) = rows.iter().map(Vec::len).max().and_then(|count| count.checked_sub(1)) else {
        return String::new();
    };
    let widths = widths(rows);
    let line = |row: &Vec<String>| {
        let cells = row.iter().take(last).enumerate();
        let start = cells.map(|(column, text)| format!("{text}{}{GAP}", " ".repeat(widths[column] - width(text))));
        wrap(&start.collect::<String>(), row.get(last).map_or("", String::as_str), columns)
    };
    rows.iter().flat_map(line).collect::<Vec<_>>().join("\n")
}

/// A text behind a start, its further lines below its first. A word that is longer than a line is left whole, so that
/// it can be copied.
pub fn wrap(start: &str, text: &str, columns: usize) -> Vec<String> {
    let indent = width(start);
    let room = columns.saturating_sub(indent).max(TEXT_COLUMNS_MIN);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && width(&line) + 1 + width(word) > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    let begun = |(at, line): (usize, String)| {
        let before = if at == 0 { start.to_owned() } else { " ".repeat(indent) };
        format!("{before}{line}").trim_end().to_owned()
    };
    lines.into_iter().enumerate().map(begun).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[&[&str]]) -> Vec<Vec<String>> {
        cells.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn tables_are_aligned_and_carry_no_trailing_spaces() {
        assert_eq!(table(&rows(&[&["åb", "5", ""], &["c", "1,250"]]), &[1], Some(80)), "åb      5\nc   1,250");
        assert_eq!(table(&[], &[], Some(80)), "");
        assert_eq!(
            table(&rows(&[&["\u{2068}ab\u{2069}", "x"], &["abc", "y"]]), &[], Some(80)),
            "\u{2068}ab\u{2069}   x\nabc  y"
        );
    }

    #[test]
    fn wide_letters_take_two_columns_and_marks_none() {
        assert_eq!(table(&rows(&[&["日本", "x"], &["abcd", "y"]]), &[], Some(80)), "日本  x\nabcd  y");
        assert_eq!(table(&rows(&[&["e\u{301}", "x"], &["e", "y"]]), &[], Some(80)), "e\u{301}  x\ne  y");
    }

    #[test]
    fn a_table_with_a_heading_that_is_too_wide_becomes_a_list_of_its_rows() {
        let cells = rows(&[
            &["BLOCK", "TIME", "WHAT"],
            &["12", "noon", "sent 5 nordmat to somebody far away"],
            &["", "", "and one more"],
            &["9", "dawn", "got 7"],
        ]);
        let narrow = "BLOCK  12\nTIME   noon\n\
                      WHAT   sent 5 nordmat to\n       somebody far away\n       and one more\n\n\
                      BLOCK  9\nTIME   dawn\nWHAT   got 7";
        assert_eq!(table(&cells, &[0], Some(30)), narrow);
        assert!(narrow.lines().all(|line| width(line) <= 30));
        assert!(table(&cells, &[0], Some(200)).starts_with("BLOCK  TIME  WHAT\n   12  noon  sent"));
    }

    #[test]
    fn another_table_wraps_its_last_column_and_leaves_long_words_whole() {
        let id = "0123456789abcdef0123456789abcdef";
        let cells = rows(&[&["id", id], &["what", "one two three four five six"]]);
        let expected = format!("id    {id}\nwhat  one two three four\n      five six");
        assert_eq!(table(&cells, &[], Some(26)), expected);
    }
}
