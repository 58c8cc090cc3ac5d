//! Text as people type it and leave it in the environment, and as terminals show it, in lines and tables: one form for
//! everything that comes in, and nothing in what goes out that could mislead who reads it.
//!
//! The ledger itself knows bytes only, and a table of its own for names (protocol, Names): tables of Unicode grow, and
//! a node with newer ones must not judge otherwise than its neighbours.

mod environment;
mod kind;
mod shown;
mod table;
mod typed;
mod words;

pub use environment::{text_variable, variable};
pub use shown::{for_terminal, for_text, outside};
pub use table::{table, wrap};
pub use typed::{TypedError, decomposed, typed, without_byte_order_mark};
pub use words::words;
