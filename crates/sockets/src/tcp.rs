//! TCP's options: what std cannot set, one function each.
//!
//! RFC 9293 (TCP), RFC 5482 (user timeout), RFC 7413 (fast open)
//!
//! ```text
//!   connection that may be dead    set_keepalive, set_user_timeout, set_linger
//!   when small writes go out       set_cork (std: set_nodelay), set_quick_ack
//!   how much the kernel holds      set_buffers, set_unsent_limit
//!   fewer round trips, wake-ups    set_fastopen, set_defer_accept
//!   what is going on               info
//! ```
//!
//! Where a system has no such option, the function answers `Unsupported` and changes nothing.
//!
//! Used by: `server` and `client`; the book's chapter on sockets.

mod info;

pub use info::{Info, State, info};

#[cfg(target_os = "linux")]
use crate::sys::number::{
    TCP_CORK, TCP_DEFER_ACCEPT, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_KEEPCNT, TCP_KEEPIDLE,
    TCP_KEEPINTVL, TCP_NOTSENT_LOWAT, TCP_QUICKACK, TCP_USER_TIMEOUT,
};
use crate::sys::{
    limit,
    number::{IPPROTO_TCP, SO_KEEPALIVE, SO_LINGER, SO_RCVBUF, SO_SNDBUF, SOL_SOCKET, TCP_NODELAY},
    option::{self, Linger, Name, switch},
};
use std::{
    io,
    net::{TcpListener, TcpStream},
    os::fd::AsFd,
    time::Duration,
};

/// When an idle connection is asked whether it is still there (RFC 9293 §3.8.4).
///
/// A dead peer is noticed after `idle + interval × probes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepalive {
    /// Silence before the first probe. Whole seconds, at least 1.
    pub idle: Duration,
    /// Time between probes. Whole seconds, at least 1.
    pub interval: Duration,
    /// Unanswered probes before the connection is given up, at least 1.
    pub probes: u32,
}

impl Default for Keepalive {
    /// A dead peer is noticed within 90 seconds; Linux's own default takes over two hours.
    fn default() -> Self {
        Self { idle: Duration::from_secs(60), interval: Duration::from_secs(10), probes: 3 }
    }
}

/// Turns probes of an idle connection on, or off by `None`.
///
/// # Errors
/// `InvalidInput` where the kernel refuses a number.
pub fn set_keepalive(stream: &TcpStream, keepalive: Option<Keepalive>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(keepalive) = keepalive {
        set_tcp(stream, TCP_KEEPIDLE, seconds(keepalive.idle))?;
        set_tcp(stream, TCP_KEEPINTVL, seconds(keepalive.interval))?;
        set_tcp(stream, TCP_KEEPCNT, clamp(u128::from(keepalive.probes)))?;
    }
    // Elsewhere the system's own times hold.
    switch(stream.as_fd(), Name(SOL_SOCKET, SO_KEEPALIVE), keepalive.is_some())
}

/// Lets the connections that this listener accepts send at once (TCP_NODELAY, which accepted
/// sockets inherit on Linux): one call instead of one for each connection. Where it is not
/// inherited, set it on each stream.
///
/// # Errors
/// What the kernel says.
pub fn set_listener_nodelay(listener: &TcpListener, on: bool) -> io::Result<()> {
    set_tcp(listener, TCP_NODELAY, on.into())
}

/// What a close does with octets that are not yet acknowledged.
///
/// `None`, the default: the kernel goes on in the background. A time: close waits as long.
/// Zero: they are thrown away and the peer sees a reset (RFC 9293 §3.10.5).
///
/// # Errors
/// As the kernel says.
pub fn set_linger(stream: &TcpStream, linger: Option<Duration>) -> io::Result<()> {
    let value = Linger { on: linger.is_some().into(), seconds: linger.map_or(0, seconds) };
    option::set(stream.as_fd(), Name(SOL_SOCKET, SO_LINGER), value)
}

/// Sizes of the kernel's buffers, in octets of payload asked for; `None` leaves one as it is.
///
/// Linux doubles the number for its bookkeeping and caps it at `net.core.{w,r}mem_max`; asking for
/// one ends its own tuning of that buffer. A receive buffer counts for the window scale, so it
/// must be set before listen or connect.
///
/// # Errors
/// As the kernel says.
pub fn set_buffers(
    socket: &impl AsFd,
    send: Option<usize>,
    receive: Option<usize>,
) -> io::Result<()> {
    for (name, size) in [(SO_SNDBUF, send), (SO_RCVBUF, receive)] {
        if let Some(size) = size {
            option::set(socket.as_fd(), Name(SOL_SOCKET, name), clamp(size as u128))?;
        }
    }
    Ok(())
}

/// The kernel's buffers as they are: send, receive, in octets, its bookkeeping included.
///
/// # Errors
/// As the kernel says.
pub fn buffers(socket: &impl AsFd) -> io::Result<(usize, usize)> {
    let size = |name| {
        let found = option::number(socket.as_fd(), Name(SOL_SOCKET, name))?;
        Ok::<_, io::Error>(usize::try_from(found).unwrap_or_default())
    };
    Ok((size(SO_SNDBUF)?, size(SO_RCVBUF)?))
}

/// Raises the number of descriptors this process may have to the most it may ask for; answers that
/// number. A server needs one per connection, and the usual start is 1,024.
///
/// # Errors
/// The kernel refuses; the limit is as it was.
pub fn raise_descriptor_limit() -> io::Result<u64> {
    let now = limit::descriptors()?;
    if now.soft < now.hard {
        limit::set_descriptors(limit::Limit { soft: now.hard, hard: now.hard })?;
    }
    Ok(now.hard)
}

/// How many descriptors this process may have now.
///
/// # Errors
/// As the kernel says.
pub fn descriptor_limit() -> io::Result<u64> {
    Ok(limit::descriptors()?.soft)
}

fn seconds(time: Duration) -> i32 {
    // Rounded up: a fraction of a second must not become "off".
    clamp(time.as_millis().div_ceil(1000))
}

fn clamp(number: u128) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn set_tcp(socket: &impl AsFd, name: i32, value: i32) -> io::Result<()> {
    option::set(socket.as_fd(), Name(IPPROTO_TCP, name), value)
}

/// The options that Linux alone has by these names.
macro_rules! linux_option {
    ($(#[$doc:meta])* $name:ident($socket:ident: &$kind:ty, $value:ident: $type:ty)
        => $option:ident, $converted:expr) => {
        $(#[$doc])*
        #[cfg(target_os = "linux")]
        pub fn $name($socket: &$kind, $value: $type) -> io::Result<()> {
            set_tcp($socket, $option, $converted)
        }

        $(#[$doc])*
        #[cfg(not(target_os = "linux"))]
        pub fn $name(_: &$kind, _: $type) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }
    };
}

linux_option! {
    /// How long sent octets may stay unacknowledged before the connection is given up (RFC 5482);
    /// zero: the system's own, about 15 minutes. In milliseconds.
    ///
    /// # Errors
    /// `Unsupported` on other systems than Linux.
    set_user_timeout(stream: &TcpStream, time: Duration)
        => TCP_USER_TIMEOUT, clamp(time.as_nanos().div_ceil(1_000_000))
}

linux_option! {
    /// Holds back segments that are not full until the cork is pulled, 200 ms at most: a head and a
    /// file by sendfile then leave in full segments.
    ///
    /// # Errors
    /// `Unsupported` on other systems than Linux.
    set_cork(stream: &TcpStream, on: bool) => TCP_CORK, on.into()
}

linux_option! {
    /// Acknowledges at once instead of waiting for something to send with it. Not for ever: the
    /// kernel goes back to its own judgement.
    ///
    /// # Errors
    /// `Unsupported` on other systems than Linux.
    set_quick_ack(stream: &TcpStream, on: bool) => TCP_QUICKACK, on.into()
}

linux_option! {
    /// Reports a socket as writable only while fewer than so many octets wait to be sent for the
    /// first time: what is not in the kernel can still be re-ordered by priority.
    ///
    /// # Errors
    /// `Unsupported` on other systems than Linux.
    set_unsent_limit(stream: &TcpStream, octets: u32)
        => TCP_NOTSENT_LOWAT, clamp(octets.into())
}

linux_option! {
    /// Accepts a connection only when its first octets are there, or after about this time: a
    /// wake-up less for protocols in which the client speaks first.
    ///
    /// # Errors
    /// `Unsupported` on other systems than Linux.
    set_defer_accept(listener: &TcpListener, time: Duration) => TCP_DEFER_ACCEPT, seconds(time)
}

linux_option! {
    /// Lets a client's first write travel in its first segment (RFC 7413), to a server that gave it
    /// a cookie before. To be set before connect. The data may arrive twice.
    ///
    /// # Errors
    /// `Unsupported` on other systems than Linux; `InvalidInput` on a connected socket.
    set_fastopen_connect(stream: &TcpStream, on: bool) => TCP_FASTOPEN_CONNECT, on.into()
}

linux_option! {
    /// Takes data in the first segment of a client that was here before (RFC 7413), for at most
    /// `pending` connections at a time. The data may be a replay; `net.ipv4.tcp_fastopen` must
    /// have bit 2 set.
    ///
    /// # Errors
    /// `Unsupported` on other systems than Linux.
    set_fastopen(listener: &TcpListener, pending: u32) => TCP_FASTOPEN, clamp(pending.into())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::sys::number::TCP_FASTOPEN_CONNECT;

    fn pair() -> (TcpListener, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (listener, stream)
    }

    fn tcp(socket: &impl AsFd, name: i32) -> i32 {
        option::number(socket.as_fd(), Name(IPPROTO_TCP, name)).unwrap()
    }

    #[test]
    fn what_was_set_is_what_the_kernel_has() {
        let (listener, stream) = pair();
        let keepalive = Keepalive {
            idle: Duration::from_millis(6_500),
            interval: Duration::from_secs(5),
            probes: 4,
        };
        set_keepalive(&stream, Some(keepalive)).unwrap();
        assert_eq!(tcp(&stream, TCP_KEEPIDLE), 7, "rounded up");
        assert_eq!((tcp(&stream, TCP_KEEPINTVL), tcp(&stream, TCP_KEEPCNT)), (5, 4));
        let on = || option::number(stream.as_fd(), Name(SOL_SOCKET, SO_KEEPALIVE)).unwrap();
        assert_eq!(on(), 1);
        set_keepalive(&stream, None).unwrap();
        assert_eq!(on(), 0);
        set_user_timeout(&stream, Duration::from_millis(1_234)).unwrap();
        assert_eq!(tcp(&stream, TCP_USER_TIMEOUT), 1_234);
        set_unsent_limit(&stream, 16_384).unwrap();
        assert_eq!(tcp(&stream, TCP_NOTSENT_LOWAT), 16_384);
        set_cork(&stream, true).unwrap();
        assert_eq!(tcp(&stream, TCP_CORK), 1);
        set_quick_ack(&stream, true).unwrap();
        assert_eq!(tcp(&stream, TCP_QUICKACK), 1);
        set_fastopen(&listener, 17).unwrap();
        assert_eq!(tcp(&listener, TCP_FASTOPEN), 17);
        set_fastopen_connect(&stream, true).unwrap_err();
        assert_eq!(tcp(&stream, TCP_FASTOPEN_CONNECT), 0, "too late: it is connected");
        set_defer_accept(&listener, Duration::from_secs(1)).unwrap();
        assert!(tcp(&listener, TCP_DEFER_ACCEPT) >= 1);
        set_listener_nodelay(&listener, true).unwrap();
        assert_eq!(tcp(&listener, TCP_NODELAY), 1);
    }

    #[test]
    fn linger_is_on_or_off() {
        let (_listener, stream) = pair();
        let told = || {
            let mut value = Linger { on: 0, seconds: 0 };
            option::get(stream.as_fd(), Name(SOL_SOCKET, SO_LINGER), &mut value).unwrap();
            value
        };
        set_linger(&stream, Some(Duration::from_millis(1_500))).unwrap();
        assert_eq!(told(), Linger { on: 1, seconds: 2 });
        set_linger(&stream, None).unwrap();
        assert_eq!(told().on, 0);
    }

    #[test]
    fn buffers_hold_what_was_asked_for() {
        let (_listener, stream) = pair();
        set_buffers(&stream, Some(50_000), None).unwrap();
        let (send, before) = buffers(&stream).unwrap();
        assert!(send >= 50_000);
        set_buffers(&stream, None, Some(60_000)).unwrap();
        let (same, receive) = buffers(&stream).unwrap();
        assert!(same == send && receive >= 60_000 && receive != before);
    }
}
