//! WebSocket: one handshake in HTTP, then messages either way, whenever somebody has something to say.
//!
//! RFC 6455, RFC 7692
#![forbid(unsafe_code)]
