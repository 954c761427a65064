//! From `get(url)` down to a socket, floor by floor, as `requests` and `urllib3` have it.
//!
//! ```text
//!   get                 one call
//!   Session             cookies, redirects, credentials, defaults
//!   Adapter             what carries requests: pools, or a test's canned answers
//!   PoolManager         scheme, host, port, proxy → pool
//!   ConnectionPool      which connection: the one used last, a new one, or wait
//!   Connection          http1's state machine and a stream
//!   sockets::dial       names, addresses, the race between them
//! ```
//!
//! The crate is two halves: [`core`] decides, without a socket; `driver` does it.
//! [`trace::WALK`] puts the floors beside Python's.
//!
//! ```
//! use std::{io::{Read, Write}, net::TcpListener, thread};
//!
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let url = format!("http://{}/", listener.local_addr()?);
//! let server = thread::spawn(move || {
//!     let (mut stream, _) = listener.accept().unwrap();
//!     let mut request = [0; 1024];
//!     let length = stream.read(&mut request).unwrap();
//!     assert!(request[..length].starts_with(b"GET / HTTP/1.1\r\n"));
//!     stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
//! });
//! assert_eq!(client::get(&url)?.text()?, "hello");
//! server.join().unwrap();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariant: nothing that a server sends makes a request loop for ever, hold more memory than the
//! caller asked for, or reach an origin with another's credentials.
#![forbid(unsafe_code)]

pub mod adapter;
mod api;
mod content;
pub mod core;
mod driver;
mod error;
#[doc(hidden)]
pub mod fuzzing;
pub mod quic;
mod request;
mod response;
mod session;
mod timings;
pub mod tls;
pub mod trace;
pub mod websocket;

pub use adapter::{Adapter, Answer, Expect, Http2, HttpAdapter, Prepared};
pub use api::get;
pub use content::Content;
pub use driver::{
    manager::PoolManager,
    multiplex::{Http2Options, Http3Options},
    pool::{ConnectionPool, PoolKey},
    upgrade::Upgraded,
};
pub use error::{Error, Role};
pub use request::RequestBuilder;
pub use response::{Hop, Response, TEXT_LIMIT};
pub use session::{Session, SessionBuilder};
pub use sockets::Family;
pub use timings::Timings;
