//! Disks that are full or can't be written, and directories that somebody else uses.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::network::Network;
use crate::private::{is_inside, system};
use crate::programs::{program, run};
use crate::stream::{Stream, assert_kept, assert_kept_everywhere, two_members};

/// Room for a node's data and some minutes of work.
const DISK: &str = "24m";
/// The bytes that are left of it when it is nearly full.
const ROOM: usize = 256 * 1024;

/// Moves a directory onto a small disk of its own, mounted in its place.
fn move_to_a_small_disk(dir: &Path) {
    let (path, aside) = (dir.display(), dir.with_extension("aside"));
    fs::rename(dir, &aside).expect("directories of ours");
    fs::create_dir(dir).expect("its place is free");
    system(&format!("mount -t tmpfs -o size={DISK} tmpfs {path}"));
    system(&format!("cp -a {}/. {path}", aside.display()));
}

/// Fills the disk of a directory, but for some bytes.
fn fill(dir: &Path) {
    let mut file = File::create(dir.join("filler")).expect("there is room");
    let piece = vec![7; 64 * 1024];
    let full = loop {
        if let Err(error) = file.write_all(&piece) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::StorageFull);
    let len = file.metadata().expect("a file of ours").len();
    file.set_len(len - ROOM as u64).expect("a file of ours");
}

#[test]
fn a_full_disk_stops_the_node_with_the_reason_and_with_room_it_goes_on_and_has_lost_nothing() {
    let name = "faults::disk::a_full_disk_stops_the_node_with_the_reason_and_with_room_it_goes_on_and_has_lost_nothing";
    if !is_inside(name, &[]) {
        return;
    }
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    network.stop(3);
    let dir = network.node_dir(3);
    move_to_a_small_disk(&dir);
    run(program("lojal-node").args(["guard", "adopt", "--moved", "--dir"]).arg(&dir)).success();
    // An open standard input, as the devnet gives it, must not keep a node that failed.
    let command = &mut network.command(3);
    network.revive_with(3, command.arg("--stop-with-stdin"));
    network.wait_until_ready(3);
    let clients: Vec<_> = (0..4).map(|node| network.client(node)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        stream.wait_for(20);
        fill(&dir);
        let (status, text) = network.end_of(3);
        assert_eq!(status.code(), Some(1), "{text}");
        let told = text.lines().last().expect("it said why");
        assert!(told.contains("No space left on device") && told.contains("/node-3/"), "{text}");
        stream.wait_for(20);
        (0..3).for_each(|node| assert!(network.client(node).ready().is_ok(), "the other three go on"));
        // As long as there is no room it doesn't start, and says so.
        let output = run(&mut network.command(3));
        if !output.status.success() {
            assert!(output.stderr.contains("No space left on device"), "{output:?}");
        }
        fs::remove_file(dir.join("filler")).expect("a file of ours");
        network.revive(3);
        stream.wait_for(20);
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

#[test]
fn a_directory_that_can_not_be_written_is_refused_and_unharmed() {
    if !is_inside("faults::disk::a_directory_that_can_not_be_written_is_refused_and_unharmed", &[]) {
        return;
    }
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clients: Vec<_> = (0..4).map(|node| network.client(node)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| stream.wait_for(20));
    network.stop(3);
    let dir = network.node_dir(3).display().to_string();
    system(&format!("mount --bind {dir} {dir}"));
    system(&format!("mount -o remount,bind,ro {dir}"));
    let output = run(&mut network.command(3));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.contains("/lock: Read-only file system"), "{output:?}");
    system(&format!("umount {dir}"));
    network.revive(3);
    network.catch_up(&[0, 1, 2, 3]);
    assert_kept(&network, 3, (&from, &to), &acknowledged);
}

#[test]
fn a_second_process_on_a_directory_is_refused_and_the_first_goes_on() {
    let network = Network::start();
    let height = network.height(0);
    let output = run(&mut network.command(0));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.contains("/node-0/data is in use by another process"), "{output:?}");
    let output = run(network.command(0).arg("--repair"));
    assert!(output.stderr.contains("/node-0/data is in use by another process"), "{output:?}");
    network.wait_for_height(0, height.next());
    network.catch_up(&[0, 1, 2, 3]);
}
