//! Everything foreign: the declarations, the numbers, the layouts, and safe functions around them.
//!
//! ```text
//!   call       -1 and errno become io::Error
//!   number     the constants, by operating system
//!   address    SocketAddr ⇄ struct sockaddr
//!   socket     socket, bind, listen, accept4, connect
//!   option     getsockopt, setsockopt
//!   poll       poll(2)
//!   file       sendfile
//!   peer       who is at the other end of a Unix-domain socket
//!   signal     signal(2), sigaction(2) and the self-pipe
//!   limit      getrlimit, setrlimit
//!   linux      epoll, eventfd, sendmmsg, recvmmsg
//! ```
//!
//! The declarations are written by hand from the manual pages and the kernel's headers, without the
//! package `libc`, so that a reader sees every octet that crosses the border. A test compares each
//! number and each layout with that package.
//!
//! Invariant: what leaves this module is safe to call with any value of its types.
//!
//! Invariant: no function here retries, waits or decides; policy is the callers'.

#[cfg(test)]
mod abi;
pub(crate) mod address;
mod call;
pub(crate) mod file;
pub(crate) mod limit;
#[cfg(target_os = "linux")]
pub(crate) mod linux;
pub(crate) mod number;
pub(crate) mod option;
pub(crate) mod peer;
pub(crate) mod poll;
pub(crate) mod signal;
pub(crate) mod socket;
