//! The program as people run it: arguments, output and exit codes.

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lojal-connect"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_example_is_the_one_that_is_documented() {
    let output = run(&["example"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/connect.toml");
    let documented = std::fs::read_to_string(documented).expect("an example");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), documented.trim_end());
}

#[test]
fn what_is_no_command_is_told_with_exit_code_2_and_a_missing_directory_by_its_path() {
    let output = run(&["earn"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(stderr(&output).contains("Usage: lojal-connect"), "{output:?}");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let nowhere = directory.path().join("nowhere");
    let nowhere = nowhere.to_str().expect("text");
    for arguments in [&["run", "--dir", nowhere][..], &["key", "list", "--dir", nowhere]] {
        let output = run(arguments);
        assert!(matches!(output.status.code(), Some(1 | 4)), "{output:?}");
        assert!(stderr(&output).contains(nowhere), "{output:?}");
    }
    assert!(!directory.path().join("nowhere").exists(), "nothing is made by asking");
}
