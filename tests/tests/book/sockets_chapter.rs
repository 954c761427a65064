//! Chapter 1, sockets and ports: what the kernel shows of its sockets.

mod eyeballs;
mod names;
mod states;
mod strace;
mod system_calls;
