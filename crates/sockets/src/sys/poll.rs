//! poll(2): which of these descriptors are ready? The whole list goes in with each call.
//!
//! ```text
//! struct pollfd   | descriptor (int) | asked (short) | answered (short) |
//! ```
//!
//! Invariant: a timeout is rounded up and never becomes "for ever".

use super::call::check;
use std::{
    ffi::{c_int, c_short},
    io,
    os::fd::RawFd,
    time::Duration,
};

/// Octets to read, or an end.
pub(crate) const IN: c_short = 0x1;
/// Room to write.
pub(crate) const OUT: c_short = 0x4;
/// An error waits in SO_ERROR.
pub(crate) const ERR: c_short = 0x8;
/// Both directions are over.
pub(crate) const HUP: c_short = 0x10;
/// The descriptor is not open.
pub(crate) const NVAL: c_short = 0x20;
/// The peer has finished sending.
#[cfg(target_os = "linux")]
pub(crate) const RDHUP: c_short = 0x2000;
/// Known to Linux alone; elsewhere an end is seen by reading it.
#[cfg(not(target_os = "linux"))]
pub(crate) const RDHUP: c_short = 0;

/// `struct pollfd`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct PollFd {
    /// A negative one is skipped by the kernel.
    pub(crate) descriptor: RawFd,
    /// What is asked for.
    pub(crate) asked: c_short,
    /// What the kernel answers.
    pub(crate) answered: c_short,
}

/// `nfds_t`.
#[cfg(target_os = "linux")]
pub(super) type Count = std::ffi::c_ulong;
/// `nfds_t`.
#[cfg(not(target_os = "linux"))]
pub(super) type Count = std::ffi::c_uint;

unsafe extern "C" {
    fn poll(list: *mut PollFd, count: Count, timeout: c_int) -> c_int;
}

/// Waits until one is ready or the time is over (`None`: for ever); answers how many are ready.
pub(crate) fn wait(list: &mut [PollFd], timeout: Option<Duration>) -> io::Result<usize> {
    let count = Count::try_from(list.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "too many descriptors"))?;
    // SAFETY: the kernel writes only the `answered` fields of the `count` entries of `list`.
    let ready = check(unsafe { poll(list.as_mut_ptr(), count, milliseconds(timeout)) })?;
    Ok(usize::try_from(ready).unwrap_or_default())
}

/// A timeout as poll and epoll take it: rounded up, for a wait that ends early would be called
/// again and again until the last fraction is over.
pub(crate) fn milliseconds(timeout: Option<Duration>) -> c_int {
    match timeout {
        None => -1,
        Some(time) => c_int::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_rounded_up() {
        assert_eq!(milliseconds(None), -1);
        assert_eq!(milliseconds(Some(Duration::ZERO)), 0);
        assert_eq!(milliseconds(Some(Duration::from_nanos(1))), 1);
        assert_eq!(milliseconds(Some(Duration::from_micros(1_001))), 2);
        assert_eq!(milliseconds(Some(Duration::MAX)), c_int::MAX);
    }
}
