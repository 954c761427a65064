//! Our numbers and layouts against those of the package `libc`, for the system this is built for.
//!
//! All of it is decided while compiling, so that `cargo check --tests --target …` proves it for a
//! machine that is not at hand.

use super::{limit::Limit, number as ours, option::Linger, poll};
use std::mem::offset_of;

/// Each of our constants has the value of libc's constant of that name.
macro_rules! same {
    ($($name:ident)*) => { $( const _: () = assert!(ours::$name as i64 == libc::$name as i64); )* };
}

/// Each of our structures has the size and the places of its fields.
macro_rules! layout {
    ($($ours:ty = $theirs:ty { $($field:ident = $name:ident),* })*) => { $(
        const _: () = assert!(size_of::<$ours>() == size_of::<$theirs>());
        $( const _: () =
            assert!(offset_of!($ours, $field) == offset_of!($theirs, $name)); )*
    )* };
}

same! {
    AF_INET AF_INET6 SOCK_STREAM SOCK_DGRAM IPPROTO_IP IPPROTO_TCP IPPROTO_IPV6
    SOL_SOCKET SO_REUSEADDR SO_REUSEPORT SO_KEEPALIVE SO_SNDBUF SO_RCVBUF
    TCP_NODELAY IPV6_V6ONLY EINPROGRESS RLIMIT_NOFILE
    SIGHUP SIGINT SIGQUIT SIGTERM
}

layout! {
    poll::PollFd = libc::pollfd { descriptor = fd, asked = events, answered = revents }
    Limit = libc::rlimit { soft = rlim_cur, hard = rlim_max }
    Linger = libc::linger { on = l_onoff, seconds = l_linger }
    poll::Count = libc::nfds_t {}
}

const _: () = {
    assert!(poll::IN == libc::POLLIN && poll::OUT == libc::POLLOUT && poll::ERR == libc::POLLERR);
    assert!(poll::HUP == libc::POLLHUP && poll::NVAL == libc::POLLNVAL);
    assert!(offset_of!(libc::sockaddr_in, sin_port) == 2);
    assert!(offset_of!(libc::sockaddr_in, sin_addr) == 4);
    assert!(size_of::<libc::sockaddr_in>() == 16);
    assert!(offset_of!(libc::sockaddr_in6, sin6_flowinfo) == 4);
    assert!(offset_of!(libc::sockaddr_in6, sin6_addr) == 8);
    assert!(offset_of!(libc::sockaddr_in6, sin6_scope_id) == 24);
    assert!(size_of::<libc::sockaddr_in6>() == 28);
    assert!(libc::SIG_ERR == usize::MAX && libc::SIG_IGN == super::signal::IGNORED);
    // Never looked into, so that room is all it needs.
    assert!(size_of::<super::signal::Action>() >= size_of::<libc::sigaction>());
    assert!(align_of::<super::signal::Action>() >= align_of::<libc::sigaction>());
};

#[cfg(any(target_os = "macos", target_os = "ios"))]
const _: () = assert!(ours::SO_LINGER == libc::SO_LINGER_SEC);
#[cfg(not(any(target_os = "macos", target_os = "ios")))]
same! { SO_LINGER }

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use crate::sys::linux::{
        epoll::{Change, EDGE, EpollEvent},
        message::{IoVec, MMsgHdr, MsgHdr},
    };

    same! {
        SOCK_NONBLOCK SOCK_CLOEXEC SO_PEERCRED
        TCP_CORK TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_DEFER_ACCEPT TCP_INFO TCP_QUICKACK
        TCP_USER_TIMEOUT TCP_FASTOPEN TCP_NOTSENT_LOWAT TCP_FASTOPEN_CONNECT
        IP_TOS IP_PKTINFO IP_MTU_DISCOVER IP_RECVTOS IP_PMTUDISC_PROBE
        IPV6_MTU_DISCOVER IPV6_RECVPKTINFO IPV6_PKTINFO IPV6_RECVTCLASS IPV6_TCLASS
        SOL_UDP UDP_SEGMENT UDP_GRO MSG_TRUNC MSG_WAITFORONE
        EINVAL EIO ENOSYS
    }

    layout! {
        EpollEvent = libc::epoll_event { events = events, data = u64 }
        IoVec = libc::iovec { octets = iov_base, length = iov_len }
        MsgHdr = libc::msghdr {
            name = msg_name, name_length = msg_namelen, iov = msg_iov, iov_length = msg_iovlen,
            control = msg_control, flags = msg_flags
        }
        MMsgHdr = libc::mmsghdr { header = msg_hdr, length = msg_len }
    }

    const _: () = {
        assert!(EDGE == libc::EPOLLET.cast_unsigned() && poll::RDHUP == libc::POLLRDHUP);
        assert!(poll::RDHUP as i32 == libc::EPOLLRDHUP);
        assert!(Change::Add as i32 == libc::EPOLL_CTL_ADD);
        assert!(Change::Modify as i32 == libc::EPOLL_CTL_MOD);
        assert!(Change::Remove as i32 == libc::EPOLL_CTL_DEL);
        assert!(libc::EPOLL_CLOEXEC == ours::SOCK_CLOEXEC);
        assert!(libc::EFD_CLOEXEC == ours::SOCK_CLOEXEC);
        assert!(libc::EFD_NONBLOCK == ours::SOCK_NONBLOCK);
        assert!(size_of::<libc::ucred>() == 12 && offset_of!(libc::ucred, uid) == 4);
        assert!(size_of::<libc::in_pktinfo>() == 12);
        assert!(offset_of!(libc::in_pktinfo, ipi_spec_dst) == 4);
        assert!(offset_of!(libc::in_pktinfo, ipi_addr) == 8);
        assert!(size_of::<libc::in6_pktinfo>() == 20);
        assert!(offset_of!(libc::in6_pktinfo, ipi6_ifindex) == 16);
        assert!(size_of::<libc::cmsghdr>() == size_of::<usize>() + 8);
        assert!(offset_of!(libc::cmsghdr, cmsg_type) == size_of::<usize>() + 4);
    };
}

#[cfg(not(target_os = "linux"))]
const _: () = {
    assert!(offset_of!(libc::sockaddr_in, sin_len) == 0);
    assert!(offset_of!(libc::sockaddr_in, sin_family) == 1);
    assert!(libc::F_GETFL == 3 && libc::F_SETFL == 4 && libc::F_SETFD == 2);
    assert!(libc::FD_CLOEXEC == 1 && libc::O_NONBLOCK == 4);
};
