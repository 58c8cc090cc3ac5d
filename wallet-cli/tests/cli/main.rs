//! The real `lojal` against a gateway of a few lines.

mod backup;
mod basics;
mod between;
mod brand;
mod carry;
mod clock;
mod dry_run;
mod environment;
mod govern;
mod history;
mod household;
mod issues;
mod listen;
mod names;
mod output;
mod recovery;
mod rotation;
mod round_trip;
mod setup;
mod statement;
mod support;
mod till;
mod together;
mod tokens;
mod watch;
mod witness;
