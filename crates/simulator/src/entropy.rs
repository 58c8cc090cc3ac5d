//! The system's random numbers, made to depend on a seed.
//!
//! The engine's sync actor seeds itself from the operating system, and so do the keys of hash maps and the order in
//! which `tokio::select!` looks at its branches. None of them can be told a seed. They all ask libc, by `getrandom` or
//! by `syscall`; a program's own functions of these names come before libc's, and that is what these two are. In a
//! thread that [`seed`] has marked, random bytes come from a generator; everything else is passed on to the system
//! unchanged.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{c_int, c_long, c_uint, c_void};

use lojal_random::Random;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
compile_error!("the simulator knows how random numbers are asked for on Linux, on x86_64 and aarch64");

#[cfg(target_arch = "x86_64")]
const SYS_GETRANDOM: c_long = 318;
#[cfg(target_arch = "aarch64")]
const SYS_GETRANDOM: c_long = 278;

/// The highest number that the system returns for an error.
const ERRNO_MAX: c_long = 4_095;

thread_local! {
    static GENERATOR: Cell<Option<Random>> = const { Cell::new(None) };
}

/// From now on, what the system would give this thread at random comes from a generator with this seed.
pub fn seed(seed: u64) {
    GENERATOR.set(Some(Random::new(seed)));
}

unsafe extern "C" {
    fn __errno_location() -> *mut c_int;
}

/// Fills the buffer and returns true, if this thread is marked.
///
/// # Safety
/// `buffer` must be writable for `length` bytes.
unsafe fn fill(buffer: *mut u8, length: usize) -> bool {
    // A thread that is ending has no generator any more.
    let Ok(Some(mut random)) = GENERATOR.try_with(Cell::take) else { return false };
    for offset in 0..length {
        let byte = random.number().to_le_bytes()[0];
        // SAFETY: `offset` is below the length of the caller's buffer.
        unsafe { buffer.add(offset).write(byte) };
    }
    GENERATOR.set(Some(random));
    true
}

/// See `getrandom(2)`.
///
/// # Safety
/// `buffer` must be writable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(buffer: *mut c_void, length: usize, flags: c_uint) -> isize {
    let (buffer, length) = (buffer as c_long, length as c_long);
    // SAFETY: the caller's promise is that of the system call.
    let filled = unsafe { syscall(SYS_GETRANDOM, buffer, length, c_long::from(flags), 0, 0, 0) };
    filled as isize
}

/// See `syscall(2)`. C declares it with a variable number of arguments; on these machines they are passed in the same
/// registers as a fixed number of six.
///
/// # Safety
/// As that of the system call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn syscall(
    number: c_long,
    first: c_long,
    second: c_long,
    third: c_long,
    fourth: c_long,
    fifth: c_long,
    sixth: c_long,
) -> c_long {
    // SAFETY: the first two arguments of this call are a buffer and its length.
    if number == SYS_GETRANDOM && unsafe { fill(first as *mut u8, second as usize) } {
        return second;
    }
    // SAFETY: passed on as it came.
    let result = unsafe { system([number, first, second, third, fourth, fifth, sixth]) };
    if (-ERRNO_MAX..0).contains(&result) {
        // SAFETY: libc gives every thread a place for its error number.
        unsafe { __errno_location().write(-result as c_int) };
        return -1;
    }
    result
}

/// # Safety
/// As that of the system call.
#[cfg(target_arch = "x86_64")]
unsafe fn system([number, first, second, third, fourth, fifth, sixth]: [c_long; 7]) -> c_long {
    let result;
    // SAFETY: the kernel's convention for system calls on x86_64.
    unsafe {
        std::arch::asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") first,
            in("rsi") second,
            in("rdx") third,
            in("r10") fourth,
            in("r8") fifth,
            in("r9") sixth,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// # Safety
/// As that of the system call.
#[cfg(target_arch = "aarch64")]
unsafe fn system([number, first, second, third, fourth, fifth, sixth]: [c_long; 7]) -> c_long {
    let result;
    // SAFETY: the kernel's convention for system calls on aarch64.
    unsafe {
        std::arch::asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") first => result,
            in("x1") second,
            in("x2") third,
            in("x3") fourth,
            in("x4") fifth,
            in("x5") sixth,
            options(nostack),
        );
    }
    result
}

#[cfg(test)]
mod tests;
