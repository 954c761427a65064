//! A connection that began in HTTP/1: `Upgrade: h2c`.
//!
//! RFC 7540 §3.2 (RFC 9113 §3.1 has given it up)
//!
//! The request that asked for the upgrade is stream 1, its client's half ended; the field
//! HTTP2-Settings holds what would be a SETTINGS frame's payload, and wants no answer. Then both
//! ends begin as ever: with the preface, and with SETTINGS.
//!
//! Invariant: stream 1 is as any other, once it is there.
//!
//! Used by: `server`.

use super::{ClientOptions, Connection};
use crate::{Error, Event, Limits, StreamId, frame, state::State};
use http::{
    Method, Request,
    message::{RequestHead, Scheme},
};
use std::time::Instant;

/// What the request becomes.
const FIRST: StreamId = StreamId::new(1);

impl Connection {
    /// A server's end behind its 101. `settings` is what HTTP2-Settings held, decoded; the request
    /// is the first event.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`]: then the request is to be answered in HTTP/1.
    pub fn server_upgraded(
        limits: &Limits,
        settings: &[u8],
        request: Box<Request>,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut connection = Self::server(limits, now);
        for (id, value) in frame::Settings::over(settings) {
            connection.theirs.apply(id, value)?;
            if id == 0x1 {
                connection.encoder.set_max_table_size(value as usize);
            }
        }
        connection.insert(FIRST, State::HalfClosedRemote);
        connection.last_peer = FIRST;
        connection.peer_streams = 1;
        if let Some(stream) = connection.streams.get_mut(FIRST) {
            (stream.receiving.head, stream.told) = (true, true);
            stream.sending.head_request = request.method == Method::Head;
        }
        let (scheme, protocol, content_length) = (Some(Scheme::Http), None, None);
        let head = RequestHead { request, scheme, protocol, content_length };
        connection.events.push_back(Event::Request { stream: FIRST, head, end: true });
        Ok(connection)
    }

    /// A client's end behind the server's 101, and the stream on which `request` is answered.
    pub fn client_upgraded(
        limits: &Limits,
        options: ClientOptions,
        request: &Request,
        now: Instant,
    ) -> (Self, StreamId) {
        let mut connection = Self::client(limits, options, now);
        connection.insert(FIRST, State::HalfClosedLocal);
        connection.next_own = 3;
        connection.own_streams = 1;
        if let Some(stream) = connection.streams.get_mut(FIRST) {
            stream.told = true;
            (stream.sending.head, stream.sending.finished) = (true, true);
            stream.sending.head_request = request.method == Method::Head;
        }
        (connection, FIRST)
    }
}
