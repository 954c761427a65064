//! A file's octets to a socket, without a visit to our memory where the kernel can do that.
//!
//! sendfile(2), write(2)
//!
//! A peer that is gone raises SIGPIPE here, which Rust's runtime ignores in every program that has
//! a `main` of Rust's; the call then fails with `BrokenPipe`.

use std::{fs::File, io, os::fd::BorrowedFd};

/// Sends up to `count` octets of `file` from `offset` on. `None`: not possible for this pair.
#[cfg(target_os = "linux")]
pub(crate) fn sendfile(
    socket: BorrowedFd<'_>,
    file: &File,
    offset: u64,
    count: usize,
) -> io::Result<Option<usize>> {
    use super::{
        call::check_length,
        number::{EINVAL, ENOSYS},
    };
    use std::{ffi::c_int, os::fd::AsRawFd};

    unsafe extern "C" {
        /// The variant with a 64-bit offset on every machine; musl has no other, and no second
        /// name for it.
        #[cfg_attr(target_env = "musl", link_name = "sendfile")]
        fn sendfile64(out: c_int, from: c_int, offset: *mut i64, count: usize) -> isize;
    }

    let mut offset = i64::try_from(offset)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "an offset past any file"))?;
    // SAFETY: `offset` lives through the call; the rest are numbers of open descriptors.
    let answer = unsafe { sendfile64(socket.as_raw_fd(), file.as_raw_fd(), &mut offset, count) };
    match check_length(answer) {
        Ok(sent) => Ok(Some(sent)),
        // Not every file system and not every kind of socket can.
        Err(error) if matches!(error.raw_os_error(), Some(EINVAL | ENOSYS)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The other systems' calls of that name differ from one another; ours copies.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sendfile(
    _socket: BorrowedFd<'_>,
    _file: &File,
    _offset: u64,
    _count: usize,
) -> io::Result<Option<usize>> {
    Ok(None)
}

/// write(2): the portable half of the fallback.
pub(crate) fn write_to(descriptor: BorrowedFd<'_>, octets: &[u8]) -> io::Result<usize> {
    use super::call::check_length;
    use std::{
        ffi::{c_int, c_void},
        os::fd::AsRawFd,
    };

    unsafe extern "C" {
        fn write(descriptor: c_int, octets: *const c_void, length: usize) -> isize;
    }

    // SAFETY: `octets` lives through the call and has as many octets as said.
    check_length(unsafe { write(descriptor.as_raw_fd(), octets.as_ptr().cast(), octets.len()) })
}
