//! Text as people type it, and as terminals show it: one form for everything that comes in, and nothing in what goes
//! out that could mislead who reads it.
//!
//! The ledger itself knows bytes only, and a table of its own for names (protocol, Names): tables of Unicode grow, and a
//! node with newer ones must not judge otherwise than its neighbours.

mod kind;
mod shown;
mod typed;

pub use shown::{for_terminal, for_text, is_isolate, outside};
pub use typed::{TypedError, decomposed, typed, without_byte_order_mark};
