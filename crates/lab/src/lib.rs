//! Experiments that anyone can repeat, and the tour, one page's walk through the layers.
//!
//! | module       | the question                                                     |
//! |--------------|------------------------------------------------------------------|
//! | [`tour`]     | what does each layer add, and what does each version pay?        |
//! | [`talk`]     | what do the two ends of a WebSocket say, octet by octet?         |
//! | [`streams`]  | what do the two ends of an HTTP/2 connection say, octet by octet? |
//! | [`realtime`] | how does a server tell a client something that it did not ask?   |
//! | [`security`] | what does TLS cost, and what does it hide?                       |
//! | [`load`]     | how many requests does a server answer, and how fast?            |
#![forbid(unsafe_code)]

pub mod load;
pub mod realtime;
pub mod security;
pub mod streams;
pub mod talk;
pub mod tour;
