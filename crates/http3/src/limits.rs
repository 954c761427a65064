//! Every ceiling of this crate: name, default and reason.
//!
//! RFC 9114 §10.5
//!
//! | attack                                    | what holds                                       |
//! |-------------------------------------------|--------------------------------------------------|
//! | rapid reset (CVE-2023-44487)              | `tokens`, `streams`                              |
//! | made-you-reset (CVE-2025-8671)            | `tokens`: our resets cost what theirs cost       |
//! | header bombs                              | `section`, `field_section`, `fields`             |
//! | sections that wait for ever               | `blocked_streams`, `content_timeout`             |
//! | empty or tiny DATA                        | `empty_data`, `tiny_data`                        |
//! | unknown frames, streams, control frames   | `tokens`, `settings`, `control_frame`            |
//! | a peer that stops reading                 | `answers`, `output`, `stall_timeout`             |
//! | a request that trickles                   | `content_rate`, `content_timeout`                |
//! | many streams                              | `streams`, `unidirectional`; QUIC's limits       |
//!
//! Invariant: a connection's memory is bounded by these numbers and by nothing a peer declares.

use std::time::Duration;

/// Ceilings of a connection. All are on by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Requests that a client may have open, 100; the transport says so (MAX_STREAMS), and RFC 9114
    /// §6.1 asks for no fewer. One that comes all the same is rejected.
    pub streams: u32,
    /// Requests that we begin and have open at once, 1,000, whatever the peer would take.
    pub own_streams: u32,
    /// Numbers of streams that have begun while lower ones had not, 4,096: a transport that keeps
    /// to `streams` never has as many.
    pub gaps: u32,
    /// Unidirectional streams that a peer may have open, 100: three are needed, each push is one,
    /// and what is unknown is given up at once.
    pub unidirectional: u32,
    /// How many things that cost us more than the peer may come at once: resets, by either end, are
    /// one account, control frames and what means nothing are another; 1,000 each.
    pub tokens: u32,
    /// How many more of them may come each second, 33.
    pub token_rate: u32,
    /// Octets of a field section as it is sent, 65,536; checked before it is decoded.
    pub section: u32,
    /// Octets of a field section, 32 added for each field, 16,384, and we say so
    /// (SETTINGS_MAX_FIELD_SECTION_SIZE): an octet of a section may stand for thousands.
    pub field_section: u32,
    /// Fields of a section, 128: browsers send 30.
    pub fields: u32,
    /// Octets of the table that a peer's encoder may use, 4,096, and we say so; ours uses no more.
    pub table_capacity: u32,
    /// Streams that may wait for entries of the table, 16, and we say so. Each holds one section.
    pub blocked_streams: u32,
    /// Streams that our own encoder may let wait, 0: nothing is to wait for a lost packet but what
    /// was in it.
    pub risk: u32,
    /// Octets of the payload of a frame on the control stream, 16,384: the longest is a
    /// PRIORITY_UPDATE or SETTINGS of some hundred octets.
    pub control_frame: u32,
    /// Settings in the SETTINGS frame, 64: five are known.
    pub settings: u32,
    /// DATA frames without content in a connection's life, 100: they mean nothing. The first two
    /// short ones of each message are not counted, neither here nor below.
    pub empty_data: u32,
    /// DATA frames with less content than 64 octets that may come at once, 10,000, and a tenth of
    /// it each second: messages of a WebSocket are small, but not a million of them.
    pub tiny_data: u32,
    /// Octets that wait on the control and the QPACK streams, 65,536: a peer that makes us answer
    /// and does not read the answers is one that we can do without.
    pub answers: u32,
    /// Octets in memory that wait to be sent in one stream, at which
    /// [`output_room`](crate::Connection::output_room) is 0; 262,144.
    pub stream_output: u32,
    /// The same for the streams of a connection together, 2 MiB: a peer that asks for much and
    /// reads nothing costs no more, but for 16 KiB that each stream may hold whatever others do.
    pub output: u32,
    /// Octets of one stream's content that the application holds and has not released, 65,536.
    /// What comes behind them stays with the transport, whose window then shuts.
    pub stream_input: u32,
    /// Responses that a server may promise and has not ended, 16, where pushes are wanted at all.
    pub pushes: u32,
    /// 1xx responses before the final one, 16: each is an event, so a peer could spin a client.
    pub informational: u8,
    /// Octets of the content of a message that does not say how long it is, 16 GiB. Content passes
    /// through and costs no memory, so what is announced may be longer, and what a tunnel carries.
    pub content: u64,
    /// Datagrams that wait to be sent, 64: an old one is worth less than a new one.
    pub datagrams: u32,
    /// Events that wait, 4,096, past which datagrams are dropped: nobody takes them.
    pub events: u32,
    /// Priorities of requests that have not come, 100: as many as may come at once.
    pub early_priorities: u32,
    /// Without a stream, 60 s, for a server: then GOAWAY.
    pub idle_timeout: Duration,
    /// From a request's first octet to the end of its head, 30 s; and over how long its content is
    /// measured, which is its longest pause.
    pub content_timeout: Duration,
    /// The slowest content of a request, 240 octets a second, where the application has room for
    /// it; below it the stream is reset. 0: only a pause is too slow.
    pub content_rate: u32,
    /// How long an answer may wait for the peer to take any of it, 60 s; then its stream is reset.
    pub stall_timeout: Duration,
    /// Between the two GOAWAYs of a shutdown, 1 s.
    pub shutdown_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            streams: 100,
            own_streams: 1000,
            gaps: 4096,
            unidirectional: 100,
            tokens: 1000,
            token_rate: 33,
            section: 65_536,
            field_section: 16_384,
            fields: 128,
            table_capacity: 4096,
            blocked_streams: 16,
            risk: 0,
            control_frame: 16_384,
            settings: 64,
            empty_data: 100,
            tiny_data: 10_000,
            answers: 65_536,
            stream_output: 262_144,
            output: 2 << 20,
            stream_input: 65_536,
            pushes: 16,
            informational: 16,
            content: 16 << 30,
            datagrams: 64,
            events: 4096,
            early_priorities: 100,
            idle_timeout: Duration::from_secs(60),
            content_timeout: Duration::from_secs(30),
            content_rate: 240,
            stall_timeout: Duration::from_secs(60),
            shutdown_timeout: Duration::from_secs(1),
        }
    }
}

impl Limits {
    /// What QPACK is to keep to.
    pub(crate) fn qpack(&self) -> qpack::Limits {
        qpack::Limits {
            table_capacity: self.table_capacity as usize,
            blocked_streams: self.blocked_streams.into(),
            risk: self.risk.into(),
            section: self.section as usize,
            list_size: self.field_section as usize,
            fields: self.fields as usize,
            ..qpack::Limits::default()
        }
    }
}
