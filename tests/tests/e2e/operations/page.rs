//! The commands of a page with what they print, and the comparison with what they have printed.

/// Words before a number that differs from run to run.
pub const BEFORE: [&str; 5] = ["block", "height", "at", "from", "after"];
/// Words after a number that differs from run to run.
pub const AFTER: [&str; 5] = ["s", "ms", "MiB", "failed", "refusals"];
/// The number of ports that are exchanged.
const PORTS: u16 = 208;
/// Stands for what is left out.
const ANY: &str = "…";
/// Marks around words and at the ends of sentences.
const MARKS: [char; 8] = [',', ';', '.', ':', '(', ')', '"', '\''];

/// A command, and what it prints.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The number of the page's line.
    pub line: usize,
    pub command: String,
    pub printed: Vec<String>,
}

/// The commands of the `console` blocks: those after `$`, which go on after `>`.
pub fn steps(page: &str) -> Vec<Step> {
    let (mut steps, mut inside) = (Vec::<Step>::new(), false);
    for (line, text) in (1..).zip(page.lines()) {
        if text.starts_with("```") {
            inside = text == "```console";
            continue;
        }
        if !inside {
            continue;
        }
        if let Some(command) = text.strip_prefix("$ ") {
            steps.push(Step { line, command: command.to_owned(), printed: Vec::new() });
        } else {
            let step = steps.last_mut().expect("a block begins with a command");
            match text.strip_prefix("> ").or_else(|| (text == ">").then_some("")) {
                Some(more) if step.printed.is_empty() => step.command += &format!("\n{more}"),
                _ => step.printed.push(text.to_owned()),
            }
        }
    }
    steps
}

/// A text with other ports: numbers that stand alone, from a first one on.
pub fn with_ports(text: &str, from: u16, to: u16) -> String {
    let mut exchanged = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        let end = rest[start..].find(|letter: char| !letter.is_alphanumeric()).map_or(rest.len(), |end| start + end);
        let port = rest[start..end].parse::<u16>().ok().and_then(|port| port.checked_sub(from));
        exchanged += &rest[..start];
        match port.filter(|index| *index < PORTS) {
            Some(index) => exchanged += &(to + index).to_string(),
            None => exchanged += &rest[start..end],
        }
        rest = &rest[end..];
    }
    exchanged + rest
}

/// The difference between what a page says and what was printed, for a person.
pub fn difference(page: &[String], printed: &[String]) -> Option<String> {
    if fits(page, printed, &|page, printed| line_fits(page, printed)) {
        return None;
    }
    let marked = |lines: &[String], is_known: &dyn Fn(&String) -> bool| {
        let lines = lines.iter().map(|line| format!("{} {line}\n", if is_known(line) { ' ' } else { '!' }));
        lines.collect::<String>()
    };
    let on_page = marked(page, &|line| line == ANY || printed.iter().any(|other| line_fits(line, other)));
    let here = marked(printed, &|line| page.iter().any(|other| other != ANY && line_fits(other, line)));
    Some(format!("the page says\n{on_page}and it prints\n{here}"))
}

/// True if each part of a page fits its part of what was printed, and what is left out the rest.
fn fits(page: &[String], printed: &[String], one: &impl Fn(&str, &str) -> bool) -> bool {
    match page.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == ANY => (0..=printed.len()).any(|left| fits(rest, &printed[left..], one)),
        Some((first, rest)) => {
            printed.split_first().is_some_and(|(found, others)| one(first, found) && fits(rest, others, one))
        }
    }
}

fn line_fits(page: &str, printed: &str) -> bool {
    fits(&words(page), &words(printed), &|page, printed| page.contains(ANY) || page == printed)
}

/// The words of a line, with `0` for what differs from run to run.
fn words(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let bare = |at: usize| words.get(at).map_or("", |word| word.trim_matches(MARKS));
    let word = |(at, word): (usize, &&str)| {
        let before = at.checked_sub(1).map_or("", bare);
        let differs = BEFORE.contains(&before) || AFTER.contains(&bare(at + 1));
        let (bare, number) = (bare(at), bare(at).chars().all(|letter| letter.is_ascii_digit() || letter == '.'));
        if !bare.is_empty() && (is_time(bare) || number && differs) {
            word.replace(bare, "0")
        } else {
            (*word).to_owned()
        }
    };
    words.iter().enumerate().map(word).collect()
}

/// True for dates, times of day, and both in one word. An address with a port has dots and no hyphen.
fn is_time(word: &str) -> bool {
    let is_made = word.starts_with(|first: char| first.is_ascii_digit());
    let is_made = is_made && word.chars().all(|letter| letter.is_ascii_digit() || "-:.TZ".contains(letter));
    is_made && (word.contains('-') || word.contains(':') && !word.contains('.'))
}

#[test]
fn commands_and_what_they_print_are_read_from_the_console_blocks_alone() {
    let page = "text\n\n    $ no\n\n```sh\n$ no\n```\n\n```console\n$ cat >a <<END\n> b\n>\n> END\n$ cat a\nb\n\n```\n";
    let step = |line, command: &str, printed: &[&str]| Step {
        line,
        command: command.to_owned(),
        printed: printed.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert_eq!(steps(page), [step(10, "cat >a <<END\nb\n\nEND", &[]), step(14, "cat a", &["b", ""])]);
}

#[test]
fn what_differs_from_run_to_run_fits_and_all_else_has_to_be_as_on_the_page() {
    for (page, printed, expected) in [
        ("block 7, 0.3 s ago", "block   1041, 12.0 s ago", true),
        ("1 of 3 in block 9", "2 of 3 in block 9", false),
        ("until 2026-11-30 08:15 UTC", "until 2027-01-02 23:59 UTC", true),
        ("after 2026-11-30T09:02:24.070Z", "after 2027-01-02T23:59:00Z", true),
        ("chain id 5f0c…", "chain id 77ab12", true),
        ("chain id 5f0c…", "chain id of 77ab12", false),
        ("made … here", "made this and that here", true),
        ("made … here", "made this and that there", false),
        ("http://127.0.0.1:7800", "http://127.0.0.1:7801", false),
    ] {
        assert_eq!(line_fits(page, printed), expected, "{page:?} and {printed:?}");
    }
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(difference(&lines("a\n…\nd"), &lines("a\nb\nc\nd")), None);
    let told = difference(&lines("a\nb"), &lines("a\nc")).expect("they differ");
    assert_eq!(told, "the page says\n  a\n! b\nand it prints\n  a\n! c\n");
}

#[test]
fn ports_are_exchanged_where_they_stand_alone() {
    let text = "http://127.0.0.1:7801, /tcp/7903 and 17801, f7801, 7999";
    let other = "http://127.0.0.1:20001, /tcp/20103 and 17801, f7801, 20199";
    assert_eq!(with_ports(text, 7800, 20_000), other);
    assert_eq!(with_ports(other, 20_000, 7800), text);
}
