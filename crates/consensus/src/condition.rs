//! The condition of a node, as its gateway tells it.

use lojal_types::Height;

/// The ability of a node to serve, or the reason that it can't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is a validator that has caught up.
    Ready,
    /// It is a validator that hasn't caught up with the others.
    Behind,
    /// It is a validator as far as it knows, and no other node has answered for a while.
    Alone,
    /// It needs blocks that the others keep no more, and fetches a snapshot instead, see [`crate::FarBehind`].
    FarBehind {
        /// The block that it needs.
        next: Height,
        /// True if it waits, since there is none to be had, or no place for one; its log says why.
        waits: bool,
    },
    /// It has a part on the network, and no vote: it follows.
    NoVote {
        /// True if it has caught up.
        is_level: bool,
    },
    /// It has no part on the network, by the blocks that it has.
    NoPart,
    /// It had a part, and the others have removed it.
    Removed {
        /// The block after which it was none any more.
        at: Height,
    },
}

impl Condition {
    /// True if the node has caught up with the others.
    pub fn is_level(self) -> bool {
        matches!(self, Self::Ready | Self::NoVote { is_level: true })
    }

    /// True if others take transactions from this node, as far as it knows: gossiped ones, or those that it hands in.
    pub fn passes_on(self) -> bool {
        matches!(self, Self::Ready | Self::Behind | Self::Alone | Self::NoVote { .. })
    }
}
