//! What a connection of any version knows: whose it is, who is there, and how it is to end.
//!
//! RFC 8470 §5.1
//!
//! Used by: each version's connection; an [`Underway`] begins here.

use super::{Moment, Service, session::Session, underway::Underway};
use crate::{Body, Hub, Key, Peer, Reply, Request, endpoint::Opening};
use http::HeaderName;
use std::sync::Arc;
use wire::trace::Trace;

/// What all versions' connections have in common.
#[derive(Clone)]
pub(super) struct Base {
    pub(super) service: Arc<Service>,
    pub(super) hub: Arc<Hub>,
    pub(super) peer: Peer,
    /// The driver's name for the connection.
    pub(super) number: u64,
    /// What the two ends agreed on, where there is TLS around this.
    pub(super) tls: Option<Arc<tls::Summary>>,
    /// What comes now may have been recorded and sent again by somebody (RFC 8470 §1).
    pub(super) early: bool,
    /// Over the cap: it gets a 503 and nothing else.
    pub(super) refused: bool,
    /// The server stops: what is under way is the last.
    pub(super) stopping: bool,
}

impl Base {
    pub(super) fn new(service: Arc<Service>, hub: Arc<Hub>, peer: Peer, number: u64) -> Self {
        let (tls, early, refused, stopping) = (None, false, false, false);
        Self { service, hub, peer, number, tls, early, refused, stopping }
    }

    /// Who is told what this connection does.
    pub(super) fn trace(&self) -> Trace {
        self.service.trace.with_connection(self.number)
    }

    /// The stream's name, in the words of those who wake the loop.
    pub(super) fn key(&self, stream: u64) -> Key {
        Key { connection: self.number, stream }
    }

    /// Makes of a head what a handler is given. `content` says that some may follow; `spare` is
    /// the last exchange's memory.
    pub(super) fn begin(
        &self,
        head: Box<http::Request>,
        protocol: Option<http::message::Protocol>,
        content: bool,
        stream: u64,
        spare: Option<Box<Underway>>,
        moment: &Moment,
    ) -> (Box<Underway>, Request, Reply) {
        let mut current = Underway::of(self, self.key(stream), spare, moment);
        current.begin(self, &head, content, moment);
        // A proxy in front of us may have taken it as early data, and says so (RFC 8470 §5.1).
        let early = self.early || is_early(&head);
        let reply = Reply::new(current.exchange.clone());
        let body = if content { Body::of(current.exchange.clone()) } else { Body::default() };
        let (peer, tls) = (self.peer, self.tls.clone());
        let request = Request { head, peer, params: Vec::new(), body, tls, protocol, early };
        (current, request, reply)
    }

    /// A WebSocket on the stream, open; the caller tells it what came with the request.
    pub(super) fn session(&self, opening: Opening, stream: u64, moment: &Moment) -> Session {
        let (hub, key) = (self.hub.clone(), self.key(stream));
        let mut session = Session::new(opening, hub, key, self.peer, &self.trace(), moment.now);
        session.open();
        session
    }
}

/// Whether somebody on the way took the request as early data.
fn is_early(request: &http::Request) -> bool {
    // It has one value, and any other means the same.
    HeaderName::new("Early-Data").is_ok_and(|name| request.headers.get(name).is_some())
}
