//! Tests that need a corner of the system for themselves: file systems and networks of their own, which vanish with the
//! process. Linux only, and only where this user may: elsewhere such a test is skipped, and says so.

use std::process::{Command, Stdio};

use crate::network::{PORTS_VARIABLE, free_ports};
use crate::programs::tell;

/// Set in the process that has the corner.
const INSIDE: &str = "LOJAL_TEST_INSIDE";

/// Runs a test, by its full name, once more in a process with namespaces of its own, as `unshare` makes them. True in
/// that process, which should do what the test is about; false here, where there is nothing left to do.
#[track_caller]
pub fn is_inside(test: &str, namespaces: &[&str]) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        // With the process that starts the others all of them end, whatever ends it.
        command.args(namespaces).args(["--mount", "--propagation", "private", "--pid", "--mount-proc"]);
        command.args(["--fork", "--kill-child"]);
        // Nothing of this machine's own network reaches in.
        for proxy in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        command
    };
    let tried = unshare().arg("true").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        tell(&format!("skipped {test}: this user can't make namespaces with unshare (as root on Linux it can)"));
        return false;
    }
    let program = std::env::current_exe().expect("a running program has a path");
    let output = unshare()
        .arg(program)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "yes")
        .env(PORTS_VARIABLE, free_ports().to_string())
        .stdin(Stdio::null())
        .output()
        .expect("unshare was there a moment ago");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(output.status.success() && text.contains("1 passed"), "in a process of its own:\n{text}");
    text.lines().filter(|line| line.starts_with("skipped") || line.starts_with("measured")).for_each(tell);
    false
}

/// Runs a command of the system that must succeed.
#[track_caller]
pub fn system(command: &str) {
    let words: Vec<&str> = command.split_whitespace().collect();
    let output = Command::new(words[0]).args(&words[1..]).output();
    let output = output.unwrap_or_else(|error| panic!("{command}: {error}"));
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}
