//! The rules of the operations: one file per group, one function per rule, with the rule quoted above it.

mod authority;
mod issue;
mod keys;
mod ledger;
mod redeem;
mod reverse;
mod transfer;

use lojal_types::{Address, Code, Operation, PublicKey, TimeMs};

use crate::overlay::Overlay;

/// What an operation sees of the block and the transaction that it is in.
pub(crate) struct Context<'c, 'a> {
    pub(crate) overlay: &'c mut Overlay<'a>,
    /// The account that acts.
    pub(crate) sender: Address,
    /// The key that signed for it.
    pub(crate) signer: PublicKey,
    /// The block's time.
    pub(crate) time: TimeMs,
}

/// Applies one operation; after an error the caller takes the whole transaction back.
pub(crate) fn apply(context: &mut Context<'_, '_>, operation: &Operation) -> Result<(), Code> {
    match operation {
        Operation::Issue(issue) => issue::apply(context, issue),
        Operation::Redeem(redeem) => redeem::apply(context, redeem),
        Operation::Transfer(transfer) => transfer::apply(context, transfer),
        Operation::Reverse(reverse) => reverse::apply(context, reverse),
        Operation::RotateKey(rotate) => keys::rotate(context, rotate),
    }
}
