//! Every ceiling of this crate: name, default and reason.
//!
//! A connection's memory is bounded by these numbers and by nothing a peer declares: a head is kept
//! until it is whole, content passes through, and what arrives too early waits in a bounded tail.

use std::time::Duration;

/// Ceilings of a connection. All are on by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The one switch of leniency, off by default. On, these are accepted beside the grammar, as
    /// RFC 9112 allows: LF alone as the end of a line of a head (§2.2), white space before a
    /// field's colon and folded values in a request (§5; a client accepts them in responses
    /// anyway), equal repeated Content-Length values (§6.3), and forbidden trailers, which are
    /// dropped (§6.5). Each of them has been used to smuggle requests through a chain of servers.
    pub lenient: bool,
    /// Empty lines before a request, 4: old clients sent one behind a POST (RFC 9112 §2.2).
    pub empty_lines: u8,
    /// Fields in a head, 100: browsers send some 20.
    pub fields: u16,
    /// Octets of a start line, 8,192: RFC 9112 §3 asks for 8,000 at least.
    pub start_line: u32,
    /// Octets of one field line, 16,384: cookies and tokens grow large, 8 KiB in practice.
    pub field_line: u32,
    /// Octets of a head, 65,536.
    pub head: u32,
    /// Octets of the line of a chunk size, 1,024: a size needs 16.
    pub chunk_line: u32,
    /// Octets of all chunk extensions of a message, 16,384: nobody uses them but to hide work.
    pub extensions: u32,
    /// Octets of a trailer section, 16,384.
    pub trailers: u32,
    /// Octets of a message's content, 16 GiB. Content passes through and costs no memory; an
    /// application that gathers it sets its own, smaller limit.
    pub content: u64,
    /// Octets kept that came before their time (pipelined requests, content nobody asked for yet),
    /// 65,536. Past it, [`wants_receive`](crate::server::Connection::wants_receive) says no.
    pub tail: u32,
    /// Octets of content that are read and dropped so that a connection can be used again, 262,144.
    /// To drain more costs more than a new connection.
    pub discard: u32,
    /// Octets in memory, waiting to be sent, at which
    /// [`output_room`](crate::server::Connection::output_room) is 0; 262,144.
    pub output: u32,
    /// 1xx responses before the final one, 16: each is an event, so a peer could spin a client.
    pub informational: u8,
    /// Requests a client may have in flight, 64.
    pub pipeline: u16,
    /// From a head's first octet to its last, 30 s: against a peer that sends an octet a minute.
    pub head_timeout: Duration,
    /// The longest pause inside content, 30 s.
    pub content_timeout: Duration,
    /// The slowest content, 240 octets a second, measured over `content_timeout`; 0 switches it
    /// off.
    pub content_rate: u32,
    /// Between exchanges, 60 s: as long as browsers like to keep a connection.
    pub idle_timeout: Duration,
    /// From a request's last octet to the response's head, 300 s: some answers take long to make.
    pub response_timeout: Duration,
    /// How long a closing connection still reads, 2 s, so that its last answer is not lost to a
    /// reset (RFC 9112 §9.6).
    pub linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lenient: false,
            empty_lines: 4,
            fields: 100,
            start_line: 8192,
            field_line: 16_384,
            head: 65_536,
            chunk_line: 1024,
            extensions: 16_384,
            trailers: 16_384,
            content: 16 << 30,
            tail: 65_536,
            discard: 262_144,
            output: 262_144,
            informational: 16,
            pipeline: 64,
            head_timeout: Duration::from_secs(30),
            content_timeout: Duration::from_secs(30),
            content_rate: 240,
            idle_timeout: Duration::from_secs(60),
            response_timeout: Duration::from_secs(300),
            linger: Duration::from_secs(2),
        }
    }
}
