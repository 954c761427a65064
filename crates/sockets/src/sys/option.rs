//! Socket options: a level, a name, and a value that the kernel copies.
//!
//! getsockopt(2), setsockopt(2)
//!
//! Invariant: only [`Plain`] values cross the border, so the kernel never reads an octet that was
//! not set and never writes one that makes no value.

use super::call::check;
use std::{
    ffi::{c_int, c_void},
    io,
    os::fd::{AsRawFd, BorrowedFd},
};

unsafe extern "C" {
    fn setsockopt(
        socket: c_int,
        level: c_int,
        name: c_int,
        value: *const c_void,
        length: u32,
    ) -> c_int;
    fn getsockopt(
        socket: c_int,
        level: c_int,
        name: c_int,
        value: *mut c_void,
        length: *mut u32,
    ) -> c_int;
}

/// Which option: its level and its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name(pub(crate) c_int, pub(crate) c_int);

/// `struct linger`: the close waits for this many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Linger {
    pub(crate) on: c_int,
    pub(crate) seconds: c_int,
}

/// A value of any bit pattern and without padding, so that the kernel may read and write its
/// octets.
///
/// # Safety
/// Every pattern of octets must be a value, and every octet of a value must be set.
pub(crate) unsafe trait Plain: Copy {}

// SAFETY: integers have no padding and no forbidden pattern.
unsafe impl Plain for c_int {}
// SAFETY: two integers side by side.
unsafe impl Plain for Linger {}
// SAFETY: octets.
unsafe impl<const N: usize> Plain for [u8; N] {}

/// Sets an option.
pub(crate) fn set<T: Plain>(socket: BorrowedFd<'_>, name: Name, value: T) -> io::Result<()> {
    let length = u32::try_from(size_of::<T>()).unwrap_or(u32::MAX);
    // SAFETY: `value` lives through the call and has `length` octets, all of them set.
    check(unsafe {
        setsockopt(socket.as_raw_fd(), name.0, name.1, (&raw const value).cast(), length)
    })?;
    Ok(())
}

/// Reads an option into `value`; answers how many octets the kernel wrote.
pub(crate) fn get<T: Plain>(
    socket: BorrowedFd<'_>,
    name: Name,
    value: &mut T,
) -> io::Result<usize> {
    let mut length = u32::try_from(size_of::<T>()).unwrap_or(u32::MAX);
    // SAFETY: the kernel writes at most `length` octets to `value`, and any octets are a `T`.
    check(unsafe {
        let place = std::ptr::from_mut(value).cast();
        getsockopt(socket.as_raw_fd(), name.0, name.1, place, &mut length)
    })?;
    Ok(length as usize)
}

/// Sets a switch.
pub(crate) fn switch(socket: BorrowedFd<'_>, name: Name, on: bool) -> io::Result<()> {
    set(socket, name, c_int::from(on))
}

/// Reads a number.
pub(crate) fn number(socket: BorrowedFd<'_>, name: Name) -> io::Result<c_int> {
    let mut value: c_int = 0;
    get(socket, name, &mut value)?;
    Ok(value)
}
