use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::thread;

use super::*;

/// The random bytes that a thread gets: the keys of a hash map, and the seed of the generator that the engine uses.
fn drawn(with: Option<u64>) -> (u64, [u8; 40]) {
    let draw = move || {
        if let Some(number) = with {
            seed(number);
        }
        let mut bytes = [0; 40];
        // SAFETY: the buffer has this length.
        let filled = unsafe { getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
        assert_eq!(filled, 40);
        (RandomState::new().hash_one(7), bytes)
    };
    thread::spawn(draw).join().expect("nothing here panics")
}

#[test]
fn a_marked_thread_gets_the_same_random_numbers_for_the_same_seed() {
    assert_eq!(drawn(Some(1)), drawn(Some(1)));
    assert_ne!(drawn(Some(1)), drawn(Some(2)));
}

#[test]
fn other_threads_get_those_of_the_system() {
    let all: HashSet<_> = (0..4).map(|_| drawn(None)).collect();
    assert_eq!(all.len(), 4);
}

#[test]
fn other_calls_reach_the_system_and_failures_are_told_as_libc_tells_them() {
    #[cfg(target_arch = "x86_64")]
    const SYS_GETPID: c_long = 39;
    #[cfg(target_arch = "aarch64")]
    const SYS_GETPID: c_long = 172;
    // SAFETY: neither call touches memory: the second does not exist.
    let (id, none) = unsafe { (syscall(SYS_GETPID, 0, 0, 0, 0, 0, 0), syscall(100_000, 0, 0, 0, 0, 0, 0)) };
    assert_eq!(id, c_long::from(std::process::id()));
    assert_eq!(none, -1);
    assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(38), "ENOSYS");
}
