//! The imports between the files of a crate, read from their `use` declarations and paths.

use std::collections::BTreeMap;

use super::comments::no_code;
use super::workspace::Source;

/// A module of a crate, which is a file.
pub(super) struct Module {
    /// The path of the file, from the workspace's directory.
    pub(super) path: String,
    root: usize,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    /// The paths behind the names of its `use` declarations.
    names: BTreeMap<String, Vec<String>>,
    /// The paths that its code follows, declarations included.
    follows: Vec<Vec<String>>,
}

/// An import: the place of the file that is imported, and the path that leads there.
pub(super) type Import = (usize, String);

/// The modules of a package that are no tests, as its roots declare them.
pub(super) fn modules(sources: &[Source], directory: &str) -> Vec<Module> {
    let mut modules = Vec::new();
    for root in ["lib.rs", "main.rs"] {
        let path = format!("{directory}/src/{root}");
        if let Some(source) = sources.iter().find(|source| source.path == path) {
            let at = modules.len();
            visit(sources, source, None, at, &mut modules);
        }
    }
    modules
}

fn visit(sources: &[Source], source: &Source, parent: Option<usize>, root: usize, modules: &mut Vec<Module>) {
    let code = plain(&source.text);
    let tokens = without_tests(&tokens(&code));
    let (names, follows) = paths(&tokens);
    let at = modules.len();
    modules.push(Module { path: source.path.clone(), root, parent, children: BTreeMap::new(), names, follows });
    let owns_directory = ["/mod.rs", "/lib.rs", "/main.rs"].iter().any(|name| source.path.ends_with(name));
    let directory = match source.path.rsplit_once('/') {
        Some((directory, _)) if owns_directory => directory,
        _ => source.path.trim_end_matches(".rs"),
    };
    for declared in tokens.windows(3).filter(|three| three[0] == "mod" && three[2] == ";") {
        let places = [format!("{directory}/{}.rs", declared[1]), format!("{directory}/{}/mod.rs", declared[1])];
        if let Some(child) = sources.iter().find(|source| places.contains(&source.path) && !source.is_test) {
            let place = modules.len();
            modules[at].children.insert(declared[1].to_owned(), place);
            visit(sources, child, Some(at), root, modules);
        }
    }
}

/// The imports of a file from others. A child sees what is in the files above it, which are the frame that it stands
/// in: an item that is written there is no import, one that only passes through is an import of the file that it is
/// from. A name that is handed on and not used is none either.
pub(super) fn imports(modules: &[Module], at: usize) -> Vec<Import> {
    let targets = modules[at].follows.iter().filter_map(|path| {
        let target = resolve(modules, at, path, 0)?;
        let is_import = target != at && !is_above(modules, target, at);
        is_import.then(|| (target, path.join("::")))
    });
    targets.collect()
}

fn is_above(modules: &[Module], one: usize, other: usize) -> bool {
    let mut above = modules[other].parent;
    while let Some(at) = above {
        if at == one {
            return true;
        }
        above = modules[at].parent;
    }
    false
}

/// More names for one thing than any path goes through.
const ALIASES_MAX: usize = 16;

/// The module in which a path ends at an item; `None` if that is in no file of the crate, or the path ends at a module.
fn resolve(modules: &[Module], from: usize, path: &[String], aliases: usize) -> Option<usize> {
    let mut at = from;
    for (number, name) in path.iter().enumerate() {
        let module = &modules[at];
        match name.as_str() {
            "crate" if number == 0 => at = module.root,
            "self" if number == 0 => {}
            "super" => at = module.parent?,
            _ => match (module.children.get(name), module.names.get(name)) {
                (Some(child), _) => at = *child,
                (None, Some(alias)) if aliases < ALIASES_MAX => {
                    let whole: Vec<String> = alias.iter().chain(&path[number + 1..]).cloned().collect();
                    return resolve(modules, at, &whole, aliases + 1);
                }
                // Of the first name nothing is known here: it is another crate's, or what everybody has.
                _ => return (number > 0).then_some(at),
            },
        }
    }
    None
}

/// A text without comments, and with its literals empty.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let skipped = no_code(rest);
        if skipped == 0 {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        } else {
            out.push(' ');
            rest = &rest[skipped..];
        }
    }
    out
}

/// Words, `::`, and every other character for itself.
fn tokens(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = if rest.starts_with("::") {
            2
        } else if is_part(first) {
            rest.find(|letter| !is_part(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    found
}

/// The code that is compiled for more than tests.
fn without_tests<'t>(tokens: &[&'t str]) -> Vec<&'t str> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at..].starts_with(&MARK) {
            kept.push(tokens[at]);
            at += 1;
            continue;
        }
        // The item ends with its first semicolon or brace at its own depth.
        let mut depth = 0;
        for token in &tokens[at + MARK.len()..] {
            at += 1;
            depth += i32::from(["{", "(", "["].contains(token)) - i32::from(["}", ")", "]"].contains(token));
            if depth == 0 && [";", "}"].contains(token) {
                break;
            }
        }
        at += MARK.len();
    }
    kept
}

type Names = BTreeMap<String, Vec<String>>;

/// The paths behind the names of the `use` declarations, and the paths that the code follows.
fn paths(tokens: &[&str]) -> (Names, Vec<Vec<String>>) {
    let (mut names, mut body, mut follows) = (Names::new(), Vec::new(), Vec::new());
    let (mut handed_on, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if tokens[at] != "use" {
            body.push(tokens[at]);
            at += 1;
            continue;
        }
        let is_handed_on = at > 0 && ["pub", ")"].contains(&tokens[at - 1]);
        let end = at + tokens[at..].iter().position(|token| *token == ";").expect("a declaration ends");
        for (name, path) in declared(&tokens[at + 1..end], &[]) {
            if is_handed_on {
                handed_on.push((name.clone(), path.clone()));
            } else {
                follows.push(path.clone());
            }
            names.insert(name, path);
        }
        at = end + 1;
    }
    follows.extend(handed_on.into_iter().filter(|(name, _)| body.contains(&name.as_str())).map(|(_, path)| path));
    follows.extend(spelt_out(&body));
    (names, follows)
}

/// The names that a tree of a `use` declaration declares, with their paths.
fn declared(tree: &[&str], before: &[String]) -> Vec<(String, Vec<String>)> {
    let mut path = before.to_vec();
    let mut at = 0;
    while at < tree.len() {
        match tree[at] {
            "{" => return branches(&tree[at + 1..tree.len() - 1]).flat_map(|one| declared(one, &path)).collect(),
            "as" => return vec![(tree[at + 1].to_owned(), path)],
            "::" => {}
            "self" if !path.is_empty() => {}
            name => path.push(name.to_owned()),
        }
        at += 1;
    }
    path.last().cloned().map(|name| (name, path)).into_iter().collect()
}

/// The trees between the commas that belong to no inner list.
fn branches<'a, 't>(list: &'a [&'t str]) -> impl Iterator<Item = &'a [&'t str]> {
    let mut depth = 0;
    let is_comma = move |token: &&str| {
        depth += i32::from(*token == "{") - i32::from(*token == "}");
        depth == 0 && *token == ","
    };
    list.split(is_comma).filter(|one| !one.is_empty())
}

/// The paths of more than one name in code.
fn spelt_out(body: &[&str]) -> Vec<Vec<String>> {
    let is_name = |token: &str| token.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
    let mut found = Vec::new();
    let mut at = 0;
    while at < body.len() {
        let mut path = vec![body[at].to_owned()];
        let mut end = at + 1;
        while is_name(body[at]) && body.get(end) == Some(&"::") && body.get(end + 1).is_some_and(|next| is_name(next)) {
            path.push(body[end + 1].to_owned());
            end += 2;
        }
        if path.len() > 1 {
            found.push(path);
        }
        at = end;
    }
    found
}

#[test]
fn literals_and_comments_are_no_code() {
    let text =
        "let a = \"use x::y; \\\" z\"; // use u::v;\nlet b = '\\''; let c: &'static str = r#\"w::\"w\"#; let d = '\"';";
    assert_eq!(tokens(&plain(text)).join(" "), "let a = ; let b = ; let c : & ' static str = ; let d = ;");
}

#[test]
fn declarations_and_paths_are_read_and_tests_left_out() {
    let text = "pub use self::a::{self, B as C, d::{E, F}};\nuse super::g::H;\nfn f() -> C { crate::i::j(k) }\n\
                #[cfg(test)]\nmod tests { use super::l::M; }\n#[cfg(test)]\nuse n::O;\nfn p() {}";
    let text = plain(text);
    let (names, follows) = paths(&without_tests(&tokens(&text)));
    assert_eq!(names.keys().collect::<Vec<_>>(), ["C", "E", "F", "H", "a"]);
    let follows: Vec<String> = follows.iter().map(|path| path.join("::")).collect();
    assert_eq!(follows, ["super::g::H", "self::a::B", "crate::i::j"], "E and F are handed on only");
}
