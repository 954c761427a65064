//! Many datagrams in one call, each with its address and its control messages.
//!
//! sendmmsg(2), recvmmsg(2)
//!
//! ```text
//!   mmsghdr ── msghdr ── name      ► sockaddr
//!      │          ├───── iov       ► octets          one piece for each datagram
//!      │          ├───── control   ► cmsghdr …
//!      │          └───── flags     cut short?
//!      └── length                  octets moved
//! ```
//!
//! Invariant: the headers live on the stack for one call; whatever they point to is borrowed for as
//! long.

use super::control::Control;
use crate::sys::{
    address::RawAddress,
    call::check,
    number::{MSG_TRUNC, MSG_WAITFORONE},
};
use std::{
    array,
    ffi::{c_int, c_uint, c_void},
    io,
    os::fd::{AsRawFd, BorrowedFd},
    ptr,
};

/// Datagrams in one call at most: 2.5 KiB of headers on the stack.
pub(crate) const BATCH: usize = 32;

/// `struct iovec`.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct IoVec {
    pub(crate) octets: *mut c_void,
    pub(crate) length: usize,
}

/// `struct msghdr`, as the kernel has it. (glibc agrees; musl says two ints with padding where the
/// kernel says a size, which comes to the same octets.)
#[derive(Debug)]
#[repr(C)]
pub(crate) struct MsgHdr {
    pub(crate) name: *mut c_void,
    pub(crate) name_length: u32,
    pub(crate) iov: *mut IoVec,
    pub(crate) iov_length: usize,
    pub(crate) control: *mut c_void,
    pub(crate) control_length: usize,
    pub(crate) flags: c_int,
}

/// `struct mmsghdr`.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct MMsgHdr {
    pub(crate) header: MsgHdr,
    pub(crate) length: c_uint,
}

unsafe extern "C" {
    fn sendmmsg(socket: c_int, list: *mut MMsgHdr, count: c_uint, flags: c_int) -> c_int;
    fn recvmmsg(
        socket: c_int,
        list: *mut MMsgHdr,
        count: c_uint,
        flags: c_int,
        timeout: *mut c_void,
    ) -> c_int;
}

impl IoVec {
    const EMPTY: Self = Self { octets: ptr::null_mut(), length: 0 };
}

impl MMsgHdr {
    const EMPTY: Self = Self {
        header: MsgHdr {
            name: ptr::null_mut(),
            name_length: 0,
            iov: ptr::null_mut(),
            iov_length: 0,
            control: ptr::null_mut(),
            control_length: 0,
            flags: 0,
        },
        length: 0,
    };
}

/// A datagram to send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    /// To whom; `None` on a connected socket.
    pub(crate) address: Option<(RawAddress, u32)>,
    pub(crate) octets: &'a [u8],
    pub(crate) control: Control,
}

/// Sends the first [`BATCH`] of `list` as far as the socket takes them; answers how many it took.
pub(crate) fn send(socket: BorrowedFd<'_>, list: &[Outgoing<'_>]) -> io::Result<usize> {
    let mut pieces: [IoVec; BATCH] = array::from_fn(|_| IoVec::EMPTY);
    let mut headers: [MMsgHdr; BATCH] = array::from_fn(|_| MMsgHdr::EMPTY);
    let mut count: c_uint = 0;
    for ((outgoing, piece), MMsgHdr { header, .. }) in
        list.iter().zip(&mut pieces).zip(&mut headers)
    {
        // The kernel only reads what these point to; the structure has no const of its own.
        piece.octets = outgoing.octets.as_ptr().cast_mut().cast();
        piece.length = outgoing.octets.len();
        if let Some((raw, length)) = &outgoing.address {
            header.name = ptr::from_ref(raw).cast_mut().cast();
            header.name_length = *length;
        }
        let control = outgoing.control.octets();
        header.control = control.as_ptr().cast_mut().cast();
        header.control_length = control.len();
        header.iov = piece;
        header.iov_length = 1;
        count += 1;
    }
    // SAFETY: the first `count` headers point to one piece each, and to addresses, octets and
    // control messages that `list` borrows; all of them live through the call, which reads them.
    let sent = check(unsafe { sendmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), count, 0) })?;
    Ok(usize::try_from(sent).unwrap_or_default())
}

/// What the kernel said of a datagram, beside its octets.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) address: RawAddress,
    pub(crate) control: Control,
    /// Octets that count; the rest of the room is as it was.
    pub(crate) length: usize,
    /// The datagram was longer than the room.
    pub(crate) truncated: bool,
}

impl Label {
    /// Nothing said yet.
    pub(crate) const EMPTY: Self =
        Self { address: RawAddress::EMPTY, control: Control::EMPTY, length: 0, truncated: false };
}

/// Fills the first [`BATCH`] of `rooms` and `labels` with what is there; a blocking socket waits
/// for the first datagram.
pub(crate) fn receive(
    socket: BorrowedFd<'_>,
    rooms: &mut [Box<[u8]>],
    labels: &mut [Label],
) -> io::Result<usize> {
    let mut pieces: [IoVec; BATCH] = array::from_fn(|_| IoVec::EMPTY);
    let mut headers: [MMsgHdr; BATCH] = array::from_fn(|_| MMsgHdr::EMPTY);
    let mut count: c_uint = 0;
    for (((room, label), piece), MMsgHdr { header, .. }) in
        rooms.iter_mut().zip(&mut *labels).zip(&mut pieces).zip(&mut headers)
    {
        piece.octets = room.as_mut_ptr().cast();
        piece.length = room.len();
        header.name = ptr::from_mut(&mut label.address).cast();
        header.name_length = RawAddress::ROOM;
        let (control, room) = label.control.room();
        header.control = control.cast();
        header.control_length = room;
        header.iov = piece;
        header.iov_length = 1;
        count += 1;
    }
    let descriptor = socket.as_raw_fd();
    // SAFETY: the first `count` headers point to one piece each, and to places in `rooms` and
    // `labels` of the lengths that they say; both are borrowed mutably through the call. No
    // timeout is given.
    let received = check(unsafe {
        recvmmsg(descriptor, headers.as_mut_ptr(), count, MSG_WAITFORONE, ptr::null_mut())
    })?;
    let received = usize::try_from(received).unwrap_or_default();
    for (label, MMsgHdr { header, length }) in labels.iter_mut().zip(&headers).take(received) {
        label.length = *length as usize;
        label.truncated = header.flags & MSG_TRUNC != 0;
        label.control.wrote(header.control_length);
    }
    Ok(received)
}
