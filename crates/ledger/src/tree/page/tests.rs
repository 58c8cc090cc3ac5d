use super::*;
use crate::tree::StateTree;

fn stored() -> ([u8; 32], Vec<u8>) {
    let tree = StateTree::from_entries((0..5_u8).map(|n| ([n, 1], vec![n; usize::from(n)])));
    let mut stored = None;
    tree.pages(|at, page| {
        let mut bytes = Vec::new();
        page.expect("in memory").encode(&mut bytes);
        stored = Some((at.hash, bytes));
    });
    stored.expect("one page")
}

#[test]
fn a_page_comes_back_by_its_hash() {
    let (hash, bytes) = stored();
    assert_eq!(LoadedPage::decode(&hash, &bytes).map(|page| *page.hash()), Ok(hash));
    let mut other = hash;
    other[31] ^= 1;
    assert_eq!(LoadedPage::decode(&other, &bytes).map(drop), Err(PageError::OtherHash { found: hash }));
}

#[test]
fn no_other_bytes_are_the_page() {
    let (hash, bytes) = stored();
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << bit;
            assert!(LoadedPage::decode(&hash, &damaged).is_err(), "bit {bit} of byte {place}");
        }
        assert!(LoadedPage::decode(&hash, &bytes[..place]).is_err(), "cut at {place}");
    }
    assert!(LoadedPage::decode(&hash, &[bytes.as_slice(), &[0; 8]].concat()).is_err());
    assert!(LoadedPage::decode(&hash, &bytes.repeat(4)).is_err());
}
