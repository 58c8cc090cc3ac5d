//! The entries in which two versions differ.

use super::Missing;
use super::hash::Hash;
use super::node::Node;

/// See [`StateTree::diff`](super::StateTree::diff).
pub(super) fn diff<'a>(
    older: &'a Node,
    newer: &'a Node,
    f: &mut impl FnMut(&'a Hash, &'a [u8], Option<&'a [u8]>),
) -> Result<(), Missing> {
    // The pointers tell without touching a shared subtree, the hashes if it was built twice.
    if older.is_same(newer) || older.hash() == newer.hash() {
        return Ok(());
    }
    if let (Node::Branch(older), Node::Branch(newer)) = (older, newer) {
        diff(&older.left, &newer.left, f)?;
        return diff(&older.right, &newer.right, f);
    }
    // One of them is a page, so next to nothing can be common to both: walk through all entries.
    let mut older = older.entries()?.into_iter().peekable();
    for entry in newer.entries()? {
        while let Some(gone) = older.next_if(|old| old.key_hash < entry.key_hash) {
            f(gone.key_hash, gone.key, None);
        }
        let old = older.next_if(|old| old.key_hash == entry.key_hash);
        if old.is_none_or(|old| old.hash != entry.hash) {
            f(entry.key_hash, entry.key, Some(entry.value));
        }
    }
    for gone in older {
        f(gone.key_hash, gone.key, None);
    }
    Ok(())
}
