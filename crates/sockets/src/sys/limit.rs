//! How many descriptors this process may have: getrlimit and setrlimit.

use super::{call::check, number::RLIMIT_NOFILE};
use std::{ffi::c_int, io};

/// `rlim_t`.
#[cfg(target_os = "linux")]
type Amount = std::ffi::c_ulong;
#[cfg(not(target_os = "linux"))]
type Amount = u64;

/// `struct rlimit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Limit {
    /// What holds now.
    pub(crate) soft: Amount,
    /// How far the soft one may be raised.
    pub(crate) hard: Amount,
}

unsafe extern "C" {
    fn getrlimit(resource: c_int, limit: *mut Limit) -> c_int;
    fn setrlimit(resource: c_int, limit: *const Limit) -> c_int;
}

/// The limits on open descriptors.
pub(crate) fn descriptors() -> io::Result<Limit> {
    let mut limit = Limit { soft: 0, hard: 0 };
    // SAFETY: the kernel writes one `struct rlimit` to `limit`.
    check(unsafe { getrlimit(RLIMIT_NOFILE, &mut limit) })?;
    Ok(limit)
}

/// Sets the limits on open descriptors.
pub(crate) fn set_descriptors(limit: Limit) -> io::Result<()> {
    // SAFETY: `limit` lives through the call.
    check(unsafe { setrlimit(RLIMIT_NOFILE, &limit) })?;
    Ok(())
}
