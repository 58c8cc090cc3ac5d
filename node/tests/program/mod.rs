//! The program that is tested.

use std::path::Path;
use std::process::{Command, Output};

/// Runs it to its end.
pub fn lojal_node(arguments: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lojal-node"))
        .args(arguments)
        .current_dir(dir)
        .output()
        .expect("the program was built for this test")
}
