//! Experiments that anyone can repeat, and the tour, one page's walk through the layers.
//!
//! | module           | the question                                                       |
//! |------------------|--------------------------------------------------------------------|
//! | [`tour`]         | what does each layer add, and what does each version pay?          |
//! | [`talk`]         | what do the two ends of a WebSocket say, octet by octet?           |
//! | [`streams`]      | what do the two ends of an HTTP/2 connection say, octet by octet?  |
//! | [`headers`]      | what does a request cost as text, as a field block, and once more? |
//! | [`multiplexing`] | who waits for whom on one connection, on six, and on streams?      |
//! | [`push`]         | what does it save to tell of a style before it is asked for?       |
//! | [`realtime`]     | how does a server tell a client something that it did not ask?     |
//! | [`security`]     | what does TLS cost, and what does it hide?                         |
//! | [`round_trips`]  | how many round trips pass before a request may go?                 |
//! | [`connections`]  | what does a connection cost, and what a request, in each version?  |
//! | [`hol`]          | who waits when a packet is lost?                                   |
//! | [`versions`]     | one page over each version in the simulator: what these three run  |
//! | [`load`]         | how many requests does a server answer, and how fast?              |
#![forbid(unsafe_code)]

pub mod connections;
mod desk;
pub mod headers;
pub mod hol;
pub mod load;
pub mod multiplexing;
pub mod push;
pub mod realtime;
pub mod round_trips;
pub mod security;
pub mod streams;
pub mod talk;
pub mod tour;
pub mod versions;
