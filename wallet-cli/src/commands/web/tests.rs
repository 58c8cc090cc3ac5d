use super::*;

const URL: &str = "https://lojal.example.org";

fn build(source: &str, files: &[(&str, &str)]) -> Build {
    let files = files.iter().map(|(path, hash)| ((*path).to_owned(), (*hash).to_owned())).collect();
    Build { source: source.to_owned(), files }
}

fn ours() -> Build {
    build("aa", &[("assets/wallet-1.js", "01"), ("explorer/index.html", "02"), ("wallet/index.html", "03")])
}

#[test]
fn the_address_of_a_page_is_that_of_its_gateway() {
    for page in ["", "/", "/wallet", "/wallet/", "/console/#/policy", "/explorer/?a=b", "/wallet/#/pay/LOJAL:PAY1"] {
        assert_eq!(gateway_of(&format!("{URL}{page}")), URL, "{page}");
    }
    assert_eq!(gateway_of("https://wallet"), "https://wallet", "a host may have the name of a page");
}

#[test]
fn the_same_files_are_the_same_whatever_the_gateway_says_of_their_sources() {
    assert_eq!(judge(URL, &ours(), &ours(), &ours().files), Ok(()));
    assert_eq!(judge(URL, &ours(), &build("bb", &[]), &ours().files), Ok(()));
}

#[test]
fn a_file_that_is_changed_missing_or_added_is_a_change_of_the_build_that_is_named() {
    let changed = |said: &Build, found: &[(&str, &str)]| match judge(URL, &ours(), said, &build("", found).files) {
        Err(PagesError::Changed { differences, .. }) => differences.into_iter().map(|one| one.path).collect(),
        other => vec![format!("{other:?}")],
    };
    let [script, page, index] =
        [("assets/wallet-1.js", "01"), ("explorer/index.html", "02"), ("wallet/index.html", "03")];
    assert_eq!(changed(&ours(), &[("assets/wallet-1.js", "99"), page, index]), ["assets/wallet-1.js"]);
    assert_eq!(changed(&ours(), &[script, page]), ["wallet/index.html"]);
    assert_eq!(changed(&ours(), &[script, page, index, ("wallet/more.js", "04")]), ["wallet/more.js"]);
    // Whoever says the same sources and other files, and serves those, has changed the build all the same.
    let bent = build("aa", &[("assets/wallet-1.js", "99"), page, index]);
    assert_eq!(changed(&bent, &[("assets/wallet-1.js", "99"), page, index]), ["assets/wallet-1.js"]);
    // Of another build, what isn't as that has it.
    let other = build("bb", &[("assets/wallet-2.js", "05"), page, index]);
    assert_eq!(changed(&other, &[("assets/wallet-2.js", "06"), page, index]), ["assets/wallet-2.js"]);
}

#[test]
fn another_build_that_is_served_as_it_is_named_is_no_lie_and_is_told() {
    let other = build("bb", &[("assets/wallet-2.js", "05"), ("wallet/index.html", "06")]);
    let error = judge(URL, &ours(), &other, &other.files).expect_err("it isn't ours");
    let text = error.to_string();
    assert!(text.contains("another build") && text.contains("bb") && text.contains("aa"), "{text}");
    assert!(text.contains("wallet/index.html: it has the hash 06… in place of 03…"), "{text}");
    assert!(text.contains("assets/wallet-1.js: it is missing"), "{text}");
    assert!(text.contains("assets/wallet-2.js: there is no such file in this program"), "{text}");
    assert_eq!(CommandError::from(error).exit_code(), 1);
    let changed = PagesError::Changed { url: URL.to_owned(), differences: Vec::new() };
    assert_eq!(CommandError::from(changed).exit_code(), 4);
}

#[test]
fn pages_that_are_not_served_are_not_looked_for() {
    let part = part(&ours(), &[Pages::Explorer]);
    assert_eq!(part.files.keys().collect::<Vec<_>>(), ["assets/wallet-1.js", "explorer/index.html"]);
}

#[test]
fn a_build_with_paths_that_no_page_has_or_too_many_is_none() {
    let text = |path: &str| format!("{{\"source\": \"aa\", \"files\": {{\"{path}\": \"01\"}}}}").into_bytes();
    assert!(build_of(&text("wallet/sw.js")).is_some());
    let long = "a".repeat(PATH_BYTES_MAX + 1);
    for path in ["../v1/status", "wallet/a?b", "wallet/a b", "wallet/%2e", "wallet/å", &long] {
        assert_eq!(build_of(&text(path)), None, "{path}");
    }
    let of = |count: usize| {
        let files: Vec<String> = (0..count).map(|at| format!("\"wallet/{at}.js\": \"01\"")).collect();
        format!("{{\"source\": \"aa\", \"files\": {{{}}}}}", files.join(",")).into_bytes()
    };
    assert!(build_of(&of(FILES_MAX)).is_some() && build_of(&of(FILES_MAX + 1)).is_none());
}
