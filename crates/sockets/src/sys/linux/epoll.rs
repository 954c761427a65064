//! epoll(7): the kernel remembers the list of descriptors and answers with the ready ones alone.
//!
//! ```text
//! struct epoll_event, x86-64          everywhere else
//! | events (32) | data (64) |         | events (32) | padding (32) | data (64) |
//! ```
//!
//! The x86-64 kernel packs the structure, so that 32-bit programs see the same octets; no other
//! does.

use crate::sys::{
    call::check,
    poll::{ERR, HUP, IN, OUT, RDHUP, milliseconds},
};
use std::{
    ffi::{c_int, c_uint},
    fs::File,
    io,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
    time::Duration,
};

/// `struct epoll_event`.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
pub(crate) struct EpollEvent {
    /// The bits of poll(2): the two calls share their numbers.
    pub(crate) events: u32,
    /// Given back as it was handed in.
    pub(crate) data: u64,
}

impl EpollEvent {
    /// An entry for the kernel to overwrite.
    pub(crate) const EMPTY: Self = Self { events: 0, data: 0 };
}

pub(crate) const READ: u32 = IN as u32 | RDHUP as u32;
pub(crate) const WRITE: u32 = OUT as u32;
pub(crate) const READABLE: u32 = IN as u32;
pub(crate) const FAILED: u32 = ERR as u32 | HUP as u32;
pub(crate) const CLOSED: u32 = FAILED | RDHUP as u32;
/// Report a change once, not as long as it lasts.
pub(crate) const EDGE: u32 = 1 << 31;

const EPOLL_CLOEXEC: c_int = 0o2_000_000;
const EFD_CLOEXEC: c_int = 0o2_000_000;
const EFD_NONBLOCK: c_int = 0o4000;

/// What epoll_ctl(2) does with a descriptor.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    Add = 1,
    Remove = 2,
    Modify = 3,
}

unsafe extern "C" {
    fn epoll_create1(flags: c_int) -> c_int;
    fn epoll_ctl(epoll: c_int, change: c_int, descriptor: c_int, event: *mut EpollEvent) -> c_int;
    fn epoll_wait(epoll: c_int, events: *mut EpollEvent, count: c_int, timeout: c_int) -> c_int;
    fn eventfd(value: c_uint, flags: c_int) -> c_int;
}

/// A new epoll instance.
pub(crate) fn create() -> io::Result<OwnedFd> {
    // SAFETY: a number goes in.
    let descriptor = check(unsafe { epoll_create1(EPOLL_CLOEXEC) })?;
    // SAFETY: the kernel just made this descriptor for us, nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Adds, changes or removes a descriptor.
pub(crate) fn control(
    epoll: BorrowedFd<'_>,
    change: Change,
    source: BorrowedFd<'_>,
    mut event: EpollEvent,
) -> io::Result<()> {
    // SAFETY: `event` lives through the call; the kernel only reads it.
    check(unsafe {
        epoll_ctl(epoll.as_raw_fd(), change as c_int, source.as_raw_fd(), &mut event)
    })?;
    Ok(())
}

/// Waits and fills `events` from the front; answers how many.
pub(crate) fn wait(
    epoll: BorrowedFd<'_>,
    events: &mut [EpollEvent],
    timeout: Option<Duration>,
) -> io::Result<usize> {
    let count = c_int::try_from(events.len()).unwrap_or(c_int::MAX);
    // SAFETY: the kernel writes at most `count` entries, which `events` has.
    let ready = check(unsafe {
        epoll_wait(epoll.as_raw_fd(), events.as_mut_ptr(), count, milliseconds(timeout))
    })?;
    Ok(usize::try_from(ready).unwrap_or_default())
}

/// A counter that is readable once it was written to: eight octets, the machine's order.
pub(crate) fn counter() -> io::Result<File> {
    // SAFETY: two numbers go in.
    let descriptor = check(unsafe { eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) })?;
    // SAFETY: the kernel just made this descriptor for us, nobody else has it.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(descriptor) }))
}
