//! Every ceiling of the server, with its default and the reason for it.

use std::time::Duration;

/// How much the server does at once and how long it waits. Everything is on by default.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections open at once over all loops; one more gets a 503 and is closed. 16,384: half of
    /// what a process may usually open, so that files and upstream sockets find room.
    pub connections: usize,
    /// Connections over the cap that are told so at once; beyond that they are just closed. Each
    /// costs a socket for a second or two, and someone who floods us must not get many of those.
    pub refusals: usize,
    /// Threads for handlers that block. 64: they mostly wait, so there are more than cores.
    pub workers: usize,
    /// Requests that wait for a worker; one more gets a 503.
    pub worker_queue: usize,
    /// Octets of one request's content that wait for its handler before the peer must wait.
    pub content_buffer: usize,
    /// Octets of one response that wait for its connection before the handler must wait; and of
    /// one socket's messages from other threads before they are refused.
    pub reply_buffer: usize,
    /// Octets said to a [`Group`](crate::Group) that one loop has not taken yet; more is refused.
    /// 1 MiB, as much as may wait for one of its members: said in one go, more would cut all off.
    pub group_buffer: usize,
    /// Compressors that may remember what came before, 1,024: some tens of kilobytes for each
    /// WebSocket, 264 KiB for each answer that is streamed. Further sockets compress each message
    /// by itself and hold nothing between two; further answers go out plain.
    pub contexts: usize,
    /// Octets that one connection holds for a slow peer before it asks for no more.
    pub output_buffer: usize,
    /// How long a peer may take nothing of what waits for it.
    pub stalled_write: Duration,
    /// How long requests under way may take after a stop was asked for.
    pub grace: Duration,
    /// What one HTTP/1 connection may cost: heads, chunks, trailers, waits.
    pub http1: http1::Limits,
    /// What one HTTP/2 connection may cost: streams, windows, heads, resets, waits. Each stream's
    /// window is 128 KiB at first and the connection's has room for all of them: handlers that do
    /// not read what they are sent hold up nobody else. An answer has 64 KiB in a stream's queue.
    pub http2: http2::Limits,
    /// What one HTTP/3 connection may cost. Content that its handler does not read stays with QUIC,
    /// whose windows then shut.
    pub http3: http3::Limits,
    /// What one WebSocket may cost, where its route says nothing else. A message has 1 MiB at most,
    /// less than the protocol's own 64 MiB: whoever connects may make us hold one.
    pub websocket: websocket::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            refusals: 64,
            workers: 64,
            worker_queue: 1024,
            content_buffer: 256 * 1024,
            reply_buffer: 256 * 1024,
            group_buffer: 1024 * 1024,
            contexts: 1024,
            output_buffer: 256 * 1024,
            stalled_write: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            http1: http1::Limits::default(),
            http2: streams(),
            http3: http3::Limits::default(),
            websocket: websocket::Limits { message: 1 << 20, ..websocket::Limits::default() },
        }
    }
}

/// Windows for streams that must not stand in each other's way; and little read ahead of files, for
/// what a hundred streams hold is no longer in the processor's cache when its turn comes.
fn streams() -> http2::Limits {
    let limits = http2::Limits {
        stream_window: 128 * 1024,
        stream_output: 64 * 1024,
        ..http2::Limits::default()
    };
    http2::Limits { connection_window: limits.streams * limits.stream_window, ..limits }
}
