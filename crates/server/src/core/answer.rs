//! From a handler's commands to the protocol: heads, contents, ends.
//!
//! ```text
//!   Respond            ──► head, content, end            all at once
//!   Begin, Data …, End ──► head │ content … │ end        as the peer takes it
//!   Abort              ──► the answer is cut             the peer must see that it is not all
//! ```
//!
//! Invariant: a head that announced content is followed by its end, or the answer is cut.
//!
//! Used by: each version's connection, which says with a [`Carrier`] how it does each of these.

use super::underway::Underway;
use crate::{Part, Payload, endpoint::Opening, exchange::Command, payload::FilePart};
use http::{HeaderMap, HeaderName, Response, StatusCode};
use std::sync::Arc;

/// What follows an answer's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing.
    None,
    /// So many octets.
    Length(u64),
    /// Nobody knows how many octets.
    Unknown,
}

/// Octets of content, where they are.
pub(super) enum Octets {
    Static(&'static [u8]),
    Owned(Vec<u8>),
    Shared(Arc<[u8]>),
    File(FilePart),
}

/// The version does not do that: the answer contradicts itself, or the peer is gone.
pub(super) struct Refused;

/// How a version carries one answer to its peer.
pub(super) trait Carrier {
    /// A 1xx response. One that cannot be sent, to an HTTP/1.0 client for example, is no loss.
    fn informational(&mut self, response: &Response);

    /// The final response's head.
    fn head(&mut self, response: Response, content: Content) -> Result<(), Refused>;

    /// Whether content reaches the wire: not in answers to HEAD and in 304.
    fn carries_content(&self) -> bool;

    /// A part of the content.
    fn content(&mut self, octets: Octets) -> Result<(), Refused>;

    /// The end of the content.
    fn end(&mut self, trailers: Option<&HeaderMap>) -> Result<(), Refused>;
}

/// What a command did to its exchange.
pub(super) enum Applied {
    /// More will be said.
    GoesOn,
    /// The answer is whole.
    Ended,
    /// The answer cannot come to its end.
    Broken,
    /// The handler promises another answer.
    Push(Box<http::Request>),
    /// The route has agreed to another protocol.
    Upgrade(Response, Box<Opening>),
}

impl Underway {
    /// Does what the handler says.
    pub(super) fn apply(&mut self, command: Command, carrier: &mut impl Carrier) -> Applied {
        match command {
            Command::Informational(response) => carrier.informational(&response),
            Command::Respond { response, payload } => {
                let length = payload.len();
                if self.send_head(response, Some(length), carrier) {
                    self.count(length);
                    if send_payload(payload, carrier).is_err() {
                        return Applied::Broken;
                    }
                }
                return self.end(None, carrier);
            }
            Command::Begin { response, length } => {
                self.send_head(response, length, carrier);
            }
            Command::Data(octets) => {
                if carrier.carries_content() {
                    self.count(octets.len() as u64);
                }
                if self.unended && carrier.content(Octets::Owned(octets)).is_err() {
                    return Applied::Broken;
                }
            }
            Command::End { trailers } => return self.end(trailers.as_ref(), carrier),
            Command::Push(request) => return Applied::Push(request),
            Command::Upgrade { response, opening } => return Applied::Upgrade(response, opening),
            Command::Abort => return Applied::Broken,
        }
        Applied::GoesOn
    }

    /// Sends the head; answers whether content may follow.
    fn send_head(
        &mut self,
        mut response: Response,
        length: Option<u64>,
        carrier: &mut impl Carrier,
    ) -> bool {
        let content = match length {
            _ if response.status.forbids_content() => Content::None,
            Some(length) => Content::Length(length),
            None => Content::Unknown,
        };
        self.note_status(response.status);
        if let Some(alternative) = &self.alternative
            && !response.headers.contains(HeaderName::ALT_SVC)
        {
            // One that is no value is not told.
            let _ = response.headers.try_append("Alt-Svc", &**alternative);
        }
        if carrier.head(response, content).is_ok() {
            self.unended = content != Content::None;
            return carrier.carries_content();
        }
        // The handler's head contradicts itself. The peer cannot help that.
        let sorry = Response::new(StatusCode::INTERNAL_SERVER_ERROR);
        // Where even this is refused, nobody is there to be told.
        let _ = carrier.head(sorry, Content::None);
        false
    }

    fn end(&mut self, trailers: Option<&HeaderMap>, carrier: &mut impl Carrier) -> Applied {
        if std::mem::take(&mut self.unended) && carrier.end(trailers).is_err() {
            return Applied::Broken;
        }
        Applied::Ended
    }

    /// Counts content for the log; what answers HEAD is dropped and does not count.
    fn count(&mut self, octets: u64) {
        if let Some(record) = &mut self.record {
            record.octets += octets;
        }
    }
}

fn send_payload(payload: Payload, carrier: &mut impl Carrier) -> Result<(), Refused> {
    match payload {
        Payload::Empty => Ok(()),
        Payload::Static(octets) => carrier.content(Octets::Static(octets)),
        Payload::Octets(octets) => carrier.content(Octets::Owned(octets)),
        Payload::Shared(octets) => carrier.content(Octets::Shared(octets)),
        Payload::Parts(parts) => parts.into_iter().try_for_each(|part| match part {
            Part::Octets(octets) => carrier.content(Octets::Owned(octets)),
            Part::File(part) => carrier.content(Octets::File(part)),
        }),
    }
}
