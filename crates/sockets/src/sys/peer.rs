//! Who is at the other end of a Unix-domain socket, as the kernel vouches for it.

use std::{io, os::fd::BorrowedFd};

/// `struct ucred`, or what other systems know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) process: Option<u32>,
    pub(crate) user: u32,
    pub(crate) group: u32,
}

/// Linux: SO_PEERCRED, three 32-bit numbers.
#[cfg(target_os = "linux")]
pub(crate) fn peer(socket: BorrowedFd<'_>) -> io::Result<Peer> {
    use super::{
        number::{SO_PEERCRED, SOL_SOCKET},
        option::{Name, get},
    };
    let mut octets = [0_u8; 12];
    get(socket, Name(SOL_SOCKET, SO_PEERCRED), &mut octets)?;
    let number = |at: usize| {
        octets.get(at..).and_then(<[u8]>::first_chunk).copied().map_or(0, u32::from_ne_bytes)
    };
    // A process outside of our PID namespace is told as 0.
    let process = Some(number(0)).filter(|&process| process != 0);
    Ok(Peer { process, user: number(4), group: number(8) })
}

/// The BSDs and macOS: getpeereid(3).
#[cfg(not(target_os = "linux"))]
pub(crate) fn peer(socket: BorrowedFd<'_>) -> io::Result<Peer> {
    use super::call::check;
    use std::{ffi::c_int, os::fd::AsRawFd};

    unsafe extern "C" {
        fn getpeereid(socket: c_int, user: *mut u32, group: *mut u32) -> c_int;
    }

    let (mut user, mut group) = (0, 0);
    // SAFETY: the two numbers live through the call, which writes one each.
    check(unsafe { getpeereid(socket.as_raw_fd(), &mut user, &mut group) })?;
    Ok(Peer { process: None, user, group })
}
