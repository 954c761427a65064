//! Requests that a server makes up: promises, kept or cancelled.
//!
//! RFC 9113 §6.6, §8.4
//!
//! ```text
//!   client                         server
//!     │ HEADERS (1) GET /page ───►  │
//!     │ ◄── PUSH_PROMISE (1): 2     │  as if the client had asked GET /style
//!     │ ◄── HEADERS (1), DATA …     │
//!     │ ◄── HEADERS (2), DATA …     │  or the client: RST_STREAM (2) CANCEL
//! ```
//!
//! Invariant: a promise goes before the content that refers to it: it is in the output when
//! [`Connection::push`] returns.
//!
//! Used by: `server`, for handlers that push; `client`, which keeps what was pushed.

use super::{Connection, Role, heads::Carrier};
use crate::{
    Error, ErrorCode, Event, Misuse, StreamId,
    state::{Cause, State},
};
use http::{
    HeaderName, Method, Priority, Request, Target, Version,
    message::{
        Malformed, RequestHead, RequestSection,
        outgoing::{Sink, Unsendable},
    },
};

/// Promised streams whose response has not begun, as a multiple of those that may be open.
const RESERVED: usize = 2;

impl Connection {
    // ANCHOR: push
    /// Promises the response to `request` on the stream of a request; answer it as any other, on
    /// the stream that this gives. Its target is a path, its Host the server's.
    ///
    /// # Errors
    /// [`Misuse::NoPush`] where the client takes none, or the request is not safe or has content.
    pub fn push(&mut self, parent: StreamId, request: &Request) -> Result<StreamId, Misuse> {
        if self.role != Role::Server {
            return Err(Misuse::Role);
        }
        let stream = self.find(parent)?;
        let open = matches!(stream.state, State::Open | State::HalfClosedRemote);
        let safe = matches!(request.method, Method::Get | Method::Head);
        let length = request.headers.contains(HeaderName::CONTENT_LENGTH);
        if !self.theirs.enable_push || !open || !safe || length || !self.is_peers(parent) {
            return Err(Misuse::NoPush);
        }
        if self.goaway_received.is_some() || self.draining || self.next_own > 0x7fff_ffff {
            return Err(Misuse::GoingAway);
        }
        let most = self.theirs.max_concurrent_streams.unwrap_or(self.limits.streams);
        // A promise is no open stream yet, but its response makes it one (§5.1.2).
        let streams = (0..self.streams.len()).filter_map(|at| self.streams.id_at(at));
        let own = streams.filter(|id| !self.is_peers(*id)).count();
        if own >= most as usize {
            return Err(Misuse::TooManyStreams);
        }
        let (Target::Origin(path), Some(host)) =
            (&request.target, request.headers.get(HeaderName::HOST))
        else {
            return Err(Misuse::Head(Unsendable::TargetForm));
        };
        let promised = StreamId::new(self.next_own);
        self.next_own += 2;
        self.insert(promised, State::ReservedLocal);
        if let Some(stream) = self.streams.get_mut(promised) {
            stream.told = true;
            stream.sending.head_request = request.method == Method::Head;
            let priority = request.headers.get(HeaderName::PRIORITY);
            stream.priority =
                priority.map_or_else(Priority::default, |value| Priority::parse(value.as_bytes()));
        }
        let scheme = self.scheme.clone();
        self.put_block(parent, Carrier::Promise { promised }, |block| {
            block.field(b":method", request.method.as_str().as_bytes());
            block.field(b":scheme", scheme.as_str().as_bytes());
            block.field(b":authority", host.as_bytes());
            block.field(b":path", path.as_bytes());
            block.fields(&request.headers, &[HeaderName::HOST]);
        });
        Ok(promised)
    }
    // ANCHOR_END: push

    /// Whether the client takes pushes.
    pub fn can_push(&self) -> bool {
        self.role == Role::Server && self.theirs.enable_push && self.goaway_received.is_none()
    }

    /// The scheme of a server's pushes: that of its listener.
    pub fn set_scheme(&mut self, scheme: http::message::Scheme) {
        self.scheme = scheme;
    }

    /// What must hold before the promised block is decoded.
    pub(super) fn check_promise(&self, stream: StreamId, promised: StreamId) -> Result<(), Error> {
        let push = |reason| Err(Error::Push { stream, reason });
        if self.role == Role::Server {
            return push("a client cannot push");
        }
        if !self.ours.enable_push {
            return push("pushes are switched off");
        }
        if !self.is_peers(promised) {
            return push("the promised stream is not the server's to begin");
        }
        if promised <= self.last_peer {
            return Err(Error::StreamNotAbove { stream: promised, last: self.last_peer });
        }
        let state = self.streams.get(stream).map_or(self.state_of(stream), |stream| stream.state);
        match state {
            _ if self.is_peers(stream) => push("a pushed stream cannot push"),
            // One that we reset may still promise: it did not know.
            State::Open | State::HalfClosedLocal | State::Closed(Cause::ResetByUs) => Ok(()),
            _ => push("the stream is not open"),
        }
    }

    // ANCHOR: promise
    /// A promise came.
    pub(super) fn on_promise(
        &mut self,
        parent: StreamId,
        promised: StreamId,
        block: &[u8],
    ) -> Result<(), Error> {
        self.last_peer = promised;
        let mut section = RequestSection::new(Version::Http2);
        self.decode(promised, block, |name, value| section.field(name, value))?;
        let head = section
            .finish()
            .map_err(|malformed| Error::Malformed { stream: promised, malformed })?;
        check_promised(promised, &head)?;
        if self.goaway_sent.is_some_and(|last| promised > last) {
            return Ok(());
        }
        self.insert(promised, State::ReservedRemote);
        if let Some(stream) = self.streams.get_mut(promised) {
            stream.sending.head_request = head.request.method == Method::Head;
            stream.sending.finished = true;
            stream.told = true;
        }
        let most = (self.limits.streams as usize).saturating_mul(RESERVED);
        let reserved = self.streams.len().saturating_sub(self.own_streams as usize);
        // The server may not have seen yet that pushes are switched off.
        let wanted = self.announced.back().unwrap_or(&self.ours).enable_push;
        let tunnel = self.streams.get(parent).map(|stream| stream.receiving.tunnel);
        if tunnel != Some(false) || reserved > most || !wanted {
            // Nobody is there who asked, or more is promised than will be looked at.
            self.reset(promised, ErrorCode::CANCEL);
            self.charge_reset()?;
            return match tunnel {
                // Nothing but content has a place there (§8.5).
                Some(true) => {
                    let malformed = Malformed::Order { what: "a promise inside a tunnel" };
                    Err(Error::Malformed { stream: parent, malformed })
                }
                _ => Ok(()),
            };
        }
        self.events.push_back(Event::PushPromise { parent, stream: promised, head });
        Ok(())
    }
    // ANCHOR_END: promise

    /// Does without what was promised.
    pub fn cancel_push(&mut self, stream: StreamId) {
        self.reset(stream, ErrorCode::CANCEL);
    }
}

/// A server may promise only what a client could have asked without consequences.
fn check_promised(stream: StreamId, head: &RequestHead) -> Result<(), Error> {
    let reason = if !head.request.method.is_safe() {
        "is not safe"
    } else if head.content_length.is_some_and(|length| length > 0) {
        "has content"
    } else if head.protocol.is_some() {
        "is for another protocol"
    } else {
        return Ok(());
    };
    Err(Error::Promise { stream, reason })
}
