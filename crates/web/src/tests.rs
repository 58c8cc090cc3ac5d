use super::*;

/// Most bytes that a browser loads before the first screen of pages is there, compressed. People wait for the wallet
/// at a till, and for the console at a desk.
const FIRST_LOADS_BYTES_MAX: [(Pages, usize); 3] =
    [(Pages::Wallet, 110 * 1024), (Pages::Explorer, 110 * 1024), (Pages::Console, 130 * 1024)];
/// Most bytes of all pages.
const ALL_BYTES_MAX: usize = 960 * 1024;

#[test]
fn every_page_names_files_that_are_there_and_nothing_inline_or_elsewhere() {
    let site = Site::new(&Pages::ALL);
    for pages in Pages::ALL {
        let directory = format!("/{}", pages.directory());
        assert!(site.has(&directory));
        let page = site.find(&format!("{directory}/")).expect("it has a page");
        let text = std::str::from_utf8(page.plain).expect("text");
        let named: Vec<&str> = references(text).collect();
        assert!(named.iter().any(|path| path.ends_with(".js")), "{named:?}");
        for path in named {
            assert!(site.find(path).is_some(), "{path} of {directory}/");
        }
        assert!(!text.contains("style=") && !text.contains("<style") && !text.contains("onload="), "{directory}");
        assert_eq!(text.matches("<script").count(), text.matches(" src=\"/assets/").count(), "no script is inline");
    }
}

/// The paths that a page names.
fn references(text: &str) -> impl Iterator<Item = &str> {
    let after = ["src=\"", "href=\""].into_iter().flat_map(|mark| text.split(mark).skip(1));
    after.filter_map(|rest| rest.split_once('"').map(|(path, _)| path))
}

#[test]
fn first_loads_and_all_pages_are_small() {
    let site = Site::new(&Pages::ALL);
    let size = |path: &str| {
        let asset = site.find(path).expect("it is there");
        asset.gzip.as_ref().map_or(asset.plain.len(), Vec::len)
    };
    for (pages, max) in FIRST_LOADS_BYTES_MAX {
        let path = format!("/{}/", pages.directory());
        let page = site.find(&path).expect("it is there");
        let text = std::str::from_utf8(page.plain).expect("text");
        let loaded = references(text).filter(|path| path.starts_with("/assets/"));
        let first = size(&path) + loaded.map(size).sum::<usize>();
        assert!(first <= max, "the first load of {path} is {first} bytes");
    }
    let all: usize = FILES.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(all <= ALL_BYTES_MAX, "all pages are {all} bytes");
}

#[test]
fn the_build_says_the_hash_of_every_file_that_is_carried() {
    let build = Build::own();
    let carried: BTreeMap<String, String> =
        FILES.iter().map(|(path, bytes)| ((*path).to_owned(), Build::hash(bytes))).collect();
    assert_eq!(build.files, carried);
    let site = Site::new(&[Pages::Explorer]);
    let served = site.find(BUILD_PATH).expect("whoever serves a page says which build it is");
    assert_eq!((Build::read(served.plain), served.content_type), (Some(build), "application/json"));
    assert_eq!(Build::read(b"{}"), None);
}

#[test]
fn pages_that_are_not_wanted_are_not_there() {
    let site = Site::new(&[Pages::Explorer]);
    assert!(site.has("/explorer") && !site.has("/wallet") && site.find("/wallet/sw.js").is_none());
    assert_eq!(site.first(), Some(Pages::Explorer));
    let none = Site::new(&[]);
    assert!(none.first().is_none() && none.assets.is_empty());
    assert_eq!(Site::new(&Pages::ALL).first(), Some(Pages::Wallet));
}

#[test]
fn what_has_its_hash_in_its_name_never_changes_and_all_else_may() {
    let site = Site::new(&Pages::ALL);
    for (path, asset) in &site.assets {
        assert_eq!(asset.is_immutable, path.starts_with("/assets/"), "{path}");
        assert_ne!(asset.content_type, "application/octet-stream", "{path}");
        assert!(asset.tag.starts_with("W/\"") && asset.tag.len() == 36, "{path}");
    }
    assert!(site.find("/wallet/").is_some_and(|page| page.gzip.is_some()));
}
