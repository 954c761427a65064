//! How a foreign call says that it failed: -1, and the reason in `errno`.

use std::{ffi::c_int, io};

/// The call's answer, or the reason in `errno`.
pub(super) fn check(answer: c_int) -> io::Result<c_int> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

/// The same for calls that answer with a length (`ssize_t`).
pub(super) fn check_length(answer: isize) -> io::Result<usize> {
    // Every negative answer is -1; nothing else fails to convert.
    usize::try_from(answer).map_err(|_| io::Error::last_os_error())
}
