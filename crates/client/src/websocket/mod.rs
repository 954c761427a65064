//! A WebSocket from the client's side: a request that is answered, and then both may speak.
//!
//! RFC 6455 §4.1, RFC 7692, RFC 8441 §5, RFC 9220 §3
//!
//! ```text
//!   connect ──► Session ──► Adapter ──► pool ──► connection      the same floors as `get`
//!                                                    │ 101
//!               ┌──────────── WebSocket ─────────────▼───────┐
//!   send ──────►│ websocket::Connection ──► Output ──► write │──► socket
//!   receive ◄───│         ▲                                  │
//!               │         └───────────────────────────  read │◄── socket
//!               └────────────────────────────────────────────┘
//! ```
//!
//! Cookies, credentials, default fields, time-outs, proxies and the trace are the session's. A
//! proxy is always asked for a tunnel. The connection leaves its pool when the server switches.
//! [`Options::version`] asks for a stream of HTTP/2 or HTTP/3 instead, beside other requests: an
//! extended CONNECT, which is answered by 200.
//!
//! A [`WebSocket`] is `Sync`: one thread may send while another receives. Pings are answered, and
//! our own are sent, by whoever is in [`receive`](WebSocket::receive); a sender that has to wait
//! does it too. A program that does neither for longer than the server's patience loses the
//! connection: that is what a keep-alive is for.
//!
//! ```
//! use client::{Session, websocket::{self, Event, Message, Options}};
//! # use std::{io::{BufRead, BufReader, Read, Write}, net::TcpListener, thread};
//! # let listener = TcpListener::bind("127.0.0.1:0")?;
//! # let url = format!("ws://{}/chat", listener.local_addr()?);
//! # let server = thread::spawn(move || {
//! #     let mut stream = BufReader::new(listener.accept().unwrap().0);
//! #     let mut key = String::new();
//! #     let mut line = String::new();
//! #     while stream.read_line(&mut line).unwrap() > 2 {
//! #         if let Some(value) = line.strip_prefix("Sec-WebSocket-Key: ") { key = value.trim().to_owned() }
//! #         line.clear();
//! #     }
//! #     let accept = ::websocket::handshake::accept_key(key.as_bytes());
//! #     let head = format!("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
//! #                         Sec-WebSocket-Accept: {accept}\r\n\r\n");
//! #     stream.get_mut().write_all(head.as_bytes()).unwrap();
//! #     let mut frame = [0; 8];
//! #     stream.read_exact(&mut frame).unwrap();
//! #     stream.get_mut().write_all(b"\x81\x05hello").unwrap();
//! # });
//!
//! let session = Session::new();
//! let socket = websocket::connect(&session, &url, &Options::default())?;
//! socket.send(Message::Text("hi".into()))?;
//! let answer = socket.receive(None)?;
//! assert_eq!(answer, Some(Event::Message(Message::Text("hello".into()))));
//! # drop(socket);
//! # server.join().unwrap();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariant: what one peer can make us hold is bounded by [`Limits`] and by two buffers; a sender
//! whose peer does not read waits, and fails when `read` of the session's time-outs is over without
//! an octet taken.
//!
//! Users: `wirebook ws`, and programs.

mod connect;
mod options;
mod reader;
mod socket;
mod writer;

pub use ::websocket::{CloseCode, Event, Limits, Message, Misuse, State, handshake::Agreed};
pub use connect::connect;
pub use options::Options;
pub use socket::WebSocket;
