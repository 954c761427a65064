//! Every ceiling of this crate: name, default and reason.
//!
//! RFC 9113 §10.5
//!
//! | attack                                    | what holds                                       |
//! |-------------------------------------------|--------------------------------------------------|
//! | rapid reset (CVE-2023-44487)              | `unhandled_resets`, `tokens`                     |
//! | made-you-reset (CVE-2025-8671)            | `tokens`: our resets cost what theirs cost       |
//! | CONTINUATION flood                        | `continuations`, `block`                         |
//! | header bombs                              | `header_list`, `fields`                          |
//! | empty or tiny DATA                        | `empty_data`, `tiny_data`                        |
//! | PING, SETTINGS, PRIORITY, unknown frames  | `tokens`, `answers`                              |
//! | a peer that stops reading                 | `output`, `stall_timeout`                        |
//! | a request that trickles                   | `content_rate`, `content_timeout`                |
//! | many streams                              | `streams`, `remembered`                          |
//!
//! Invariant: a connection's memory is bounded by these numbers and by nothing a peer declares.

use std::time::Duration;

/// Ceilings of a connection. All are on by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Streams that the peer may have open, 100, and we say so: RFC 9113 §6.5.2 advises no fewer. A
    /// client's are those a server pushes.
    pub streams: u32,
    /// Streams that we begin and have open at once, 1,000, whatever the peer would take. Where
    /// three quarters of `connection_window` hold the first window of each, what a stream's window
    /// grows by comes from the rest of them, and no answer that nobody reads can hold up another.
    pub own_streams: u32,
    /// Resets of streams whose request the application has not seen yet, 20: each one is work that
    /// the peer has given up before it was begun.
    pub unhandled_resets: u32,
    /// How many things that cost us more than the peer may come at once: resets, by either end, are
    /// one account, control frames that want an answer or mean nothing are another; 1,000 each.
    pub tokens: u32,
    /// How many more of them may come each second, 33.
    pub token_rate: u32,
    /// CONTINUATION frames of one field block, 8: with 16 KiB each, no honest block needs more.
    pub continuations: u32,
    /// Octets of a field block as it is sent, 65,536; checked before it is decoded.
    pub block: u32,
    /// Octets of a field section, 32 added for each field, 16,384, and we say so: an octet of a
    /// block may stand for thousands.
    pub header_list: u32,
    /// Fields of a section, 128: browsers send 30.
    pub fields: u32,
    /// Octets of the table that a peer's encoder may use, 4,096: the protocol's own default.
    pub header_table: u32,
    /// DATA frames without content and without END_STREAM in a connection's life, 100: they mean
    /// nothing.
    pub empty_data: u32,
    /// DATA frames with less content than 64 octets that may come at once, 10,000, and a tenth of
    /// it each second: messages of a WebSocket are small, but not a million of them.
    pub tiny_data: u32,
    /// Control frames that wait to be sent, 1,000. Past it,
    /// [`wants_receive`](crate::Connection::wants_receive) says no.
    pub answers: u32,
    /// Octets in memory that wait to be sent in one stream, at which
    /// [`output_room`](crate::Connection::output_room) is 0; 262,144.
    pub stream_output: u32,
    /// Octets that [`poll_transmit`](crate::Connection::poll_transmit) leaves in an `Output`,
    /// 262,144: DATA that is there cannot be overtaken by what is more urgent.
    pub output: u32,
    /// Octets that a stream's window has at first, 262,144, and we say so.
    pub stream_window: u32,
    /// Octets that a connection's window has at first, 1 MiB.
    pub connection_window: u32,
    /// Octets up to which windows grow where the path has room for them, 16 MiB: 1 Gbit/s over
    /// 128 ms. As much may wait in memory where an application that was quick becomes slow; for one
    /// that takes nothing no more than `connection_window` waits, whatever streams' windows add up
    /// to.
    pub window: u32,
    /// Octets of the longest payload that is taken, 16,384: the least that is allowed, so that no
    /// stream holds the line for long.
    pub frame: u32,
    /// Closed streams of which it is known how they ended, 256: late frames of older ones are
    /// errors.
    pub remembered: u32,
    /// 1xx responses before the final one, 16: each is an event, so a peer could spin a client.
    pub informational: u8,
    /// Octets of a message's content, 16 GiB. Content passes through and costs no memory.
    pub content: u64,
    /// How long our settings may stay without an answer, 10 s.
    pub settings_timeout: Duration,
    /// From a field block's or frame's first octet to its last, 30 s.
    pub block_timeout: Duration,
    /// Without a stream, 60 s, for a server: then GOAWAY.
    pub idle_timeout: Duration,
    /// Silence after which a PING asks whether the peer is there; `None`, the default, never asks.
    pub ping_interval: Option<Duration>,
    /// How long the answer to that may take, 20 s.
    pub ping_timeout: Duration,
    /// How long content may wait for a window that does not open, 30 s: then its stream is reset,
    /// so that nobody makes us keep a hundred answers for ever.
    pub stall_timeout: Duration,
    /// Over how long a request's content is measured, 30 s, and its longest pause.
    pub content_timeout: Duration,
    /// The slowest content of a request, 240 octets a second, where there is room for it in our
    /// windows; below it the stream is reset. 0: only a pause is too slow.
    pub content_rate: u32,
    /// How long the rest of a request may still come behind its complete answer, 500 ms, before
    /// the peer is told that nobody wants it: most are nearly through, and what is wrong with them
    /// can still be said.
    pub rest_timeout: Duration,
    /// Between the two GOAWAYs of a shutdown, 1 s at most; the answer to a PING ends it earlier.
    pub shutdown_timeout: Duration,
    /// How long a closing connection still reads, 2 s, so that its last frame is not lost to a
    /// reset.
    pub linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            streams: 100,
            own_streams: 1000,
            unhandled_resets: 20,
            tokens: 1000,
            token_rate: 33,
            continuations: 8,
            block: 65_536,
            header_list: 16_384,
            fields: 128,
            header_table: 4096,
            empty_data: 100,
            tiny_data: 10_000,
            answers: 1000,
            stream_output: 262_144,
            output: 262_144,
            stream_window: 262_144,
            connection_window: 1 << 20,
            window: 16 << 20,
            frame: 16_384,
            remembered: 256,
            informational: 16,
            content: 16 << 30,
            settings_timeout: Duration::from_secs(10),
            block_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            ping_interval: None,
            ping_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(30),
            content_timeout: Duration::from_secs(30),
            content_rate: 240,
            rest_timeout: Duration::from_millis(500),
            shutdown_timeout: Duration::from_secs(1),
            linger: Duration::from_secs(2),
        }
    }
}
