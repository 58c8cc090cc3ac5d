//! Standard output that can't be written, or that nobody reads to its end.

use std::fs::File;
use std::process::Stdio;

use lojal_types::Outcome;

use crate::support::gateway::{ledger, submitted};
use crate::support::{PASSPHRASE, Wallet, other};

#[test]
fn a_result_that_is_lost_is_told_loudly_and_is_no_success() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    for arguments in [&["address"][..], &["brands", "--json"], &["send", &to, "1", "kaffet"], &["tx", "--help"]] {
        let full = File::options().write(true).open("/dev/full").expect("every Linux has it");
        let output = wallet.command(arguments, Some(PASSPHRASE)).stdout(full).output().expect("it was built");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        let code = if arguments.contains(&"--help") { 1 } else { 6 };
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains("standard output can't be written"), "{stderr}");
        assert_eq!(stderr.contains("final in block 42"), arguments[0] == "send", "{stderr}");
    }
    assert_eq!(submitted(&server).len(), 1);
}

#[test]
fn a_reader_who_has_enough_is_no_failure() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    for arguments in [&["brands"][..], &["history", "--json"], &["send", &to, "1", "kaffet"], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = wallet.command(arguments, Some(PASSPHRASE));
        let output = command.stdout(writer).stderr(Stdio::piped()).output().expect("it was built");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
    assert_eq!(submitted(&server).len(), 1);
}
