//! The numbers behind the names, for each operating system.
//!
//! Linux's are those of `asm-generic`, which x86, Arm, RISC-V and s390 share; the BSDs' and macOS's
//! socket level is their common inheritance from 4.4BSD.
#![allow(dead_code, reason = "each system uses its own part of the table")]

use std::ffi::c_int;

#[cfg(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64"))]
compile_error!("this architecture numbers its socket options in its own way");

pub(crate) const AF_INET: c_int = 2;
pub(crate) const SOCK_STREAM: c_int = 1;
pub(crate) const SOCK_DGRAM: c_int = 2;
pub(crate) const IPPROTO_IP: c_int = 0;
pub(crate) const IPPROTO_TCP: c_int = 6;
pub(crate) const IPPROTO_IPV6: c_int = 41;
pub(crate) const TCP_NODELAY: c_int = 1;

pub(crate) const SIGHUP: c_int = 1;
pub(crate) const SIGINT: c_int = 2;
pub(crate) const SIGQUIT: c_int = 3;
pub(crate) const SIGTERM: c_int = 15;

pub(crate) use system::*;

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::c_int;

    pub(crate) const AF_INET6: c_int = 10;
    pub(crate) const SOCK_NONBLOCK: c_int = 0o4000;
    pub(crate) const SOCK_CLOEXEC: c_int = 0o2_000_000;

    pub(crate) const SOL_SOCKET: c_int = 1;
    pub(crate) const SO_REUSEADDR: c_int = 2;
    pub(crate) const SO_SNDBUF: c_int = 7;
    pub(crate) const SO_RCVBUF: c_int = 8;
    pub(crate) const SO_KEEPALIVE: c_int = 9;
    pub(crate) const SO_LINGER: c_int = 13;
    pub(crate) const SO_REUSEPORT: c_int = 15;
    pub(crate) const SO_PEERCRED: c_int = 17;

    pub(crate) const TCP_CORK: c_int = 3;
    pub(crate) const TCP_KEEPIDLE: c_int = 4;
    pub(crate) const TCP_KEEPINTVL: c_int = 5;
    pub(crate) const TCP_KEEPCNT: c_int = 6;
    pub(crate) const TCP_DEFER_ACCEPT: c_int = 9;
    pub(crate) const TCP_INFO: c_int = 11;
    pub(crate) const TCP_QUICKACK: c_int = 12;
    pub(crate) const TCP_USER_TIMEOUT: c_int = 18;
    pub(crate) const TCP_FASTOPEN: c_int = 23;
    pub(crate) const TCP_NOTSENT_LOWAT: c_int = 25;
    pub(crate) const TCP_FASTOPEN_CONNECT: c_int = 30;

    pub(crate) const IP_TOS: c_int = 1;
    pub(crate) const IP_PKTINFO: c_int = 8;
    pub(crate) const IP_MTU_DISCOVER: c_int = 10;
    pub(crate) const IP_RECVTOS: c_int = 13;
    /// Set "don't fragment" and let the sender find the path's MTU by probing.
    pub(crate) const IP_PMTUDISC_PROBE: c_int = 3;

    pub(crate) const IPV6_MTU_DISCOVER: c_int = 23;
    pub(crate) const IPV6_V6ONLY: c_int = 26;
    pub(crate) const IPV6_RECVPKTINFO: c_int = 49;
    pub(crate) const IPV6_PKTINFO: c_int = 50;
    pub(crate) const IPV6_RECVTCLASS: c_int = 66;
    pub(crate) const IPV6_TCLASS: c_int = 67;

    pub(crate) const SOL_UDP: c_int = 17;
    pub(crate) const UDP_SEGMENT: c_int = 103;
    pub(crate) const UDP_GRO: c_int = 104;

    pub(crate) const MSG_TRUNC: c_int = 0x20;
    pub(crate) const MSG_WAITFORONE: c_int = 0x1_0000;

    pub(crate) const EINPROGRESS: i32 = 115;
    pub(crate) const EINVAL: i32 = 22;
    pub(crate) const EIO: i32 = 5;
    pub(crate) const ENOSYS: i32 = 38;

    pub(crate) const RLIMIT_NOFILE: c_int = 7;
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::ffi::c_int;

    #[cfg(any(target_os = "macos", target_os = "ios"))]
    pub(crate) const AF_INET6: c_int = 30;
    #[cfg(any(target_os = "freebsd", target_os = "dragonfly"))]
    pub(crate) const AF_INET6: c_int = 28;
    #[cfg(any(target_os = "openbsd", target_os = "netbsd"))]
    pub(crate) const AF_INET6: c_int = 24;

    pub(crate) const SOL_SOCKET: c_int = 0xffff;
    pub(crate) const SO_REUSEADDR: c_int = 0x0004;
    pub(crate) const SO_KEEPALIVE: c_int = 0x0008;
    pub(crate) const SO_REUSEPORT: c_int = 0x0200;
    pub(crate) const SO_SNDBUF: c_int = 0x1001;
    pub(crate) const SO_RCVBUF: c_int = 0x1002;
    /// macOS counts `SO_LINGER` in clock ticks and this one in seconds.
    #[cfg(any(target_os = "macos", target_os = "ios"))]
    pub(crate) const SO_LINGER: c_int = 0x1080;
    #[cfg(not(any(target_os = "macos", target_os = "ios")))]
    pub(crate) const SO_LINGER: c_int = 0x0080;

    pub(crate) const IPV6_V6ONLY: c_int = 27;

    pub(crate) const EINPROGRESS: i32 = 36;

    pub(crate) const RLIMIT_NOFILE: c_int = 8;
}
