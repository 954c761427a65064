//! How versions with many streams carry an answer: in frames of its own stream.
//!
//! RFC 9113 §8.1, §8.2.2; RFC 9114 §4.1, §4.2
//!
//! Used by: [`Underway::apply`](crate::core::underway::Underway::apply).

use super::{multiplexed::Multiplexed, stream};
use crate::core::answer::{self, Content, Octets, Refused};
use http::{HeaderMap, HeaderName, Response, header::hop, message::Outgoing};
use std::collections::VecDeque;

/// The connection, as far as an answer needs it.
pub(super) struct Carrier<'a, P> {
    pub(super) protocol: &'a mut P,
    pub(super) id: u64,
    pub(super) expects: &'a mut bool,
    pub(super) waiting: &'a mut VecDeque<Octets>,
    pub(super) ending: &'a mut Option<Option<HeaderMap>>,
}

impl<P: Multiplexed> answer::Carrier for Carrier<'_, P> {
    fn informational(&mut self, response: &Response) {
        *self.expects &= response.status != http::StatusCode::CONTINUE;
        let _ = self.protocol.send_informational(self.id, response);
    }

    fn head(&mut self, mut response: Response, content: Content) -> Result<(), Refused> {
        let content = match content {
            Content::None => Outgoing::None,
            Content::Length(length) => Outgoing::Length(length),
            Content::Unknown => Outgoing::Unknown,
        };
        // What a handler says of the connection, in HTTP/1's words, is malformed here.
        if hop::NAMES.iter().any(|name: &HeaderName<'_>| response.headers.contains(*name)) {
            hop::strip(&mut response.headers);
        }
        *self.expects = false;
        self.protocol.send_response(self.id, &response, content)
    }

    fn carries_content(&self) -> bool {
        self.protocol.sends_content(self.id)
    }

    fn content(&mut self, octets: Octets) -> Result<(), Refused> {
        if self.waiting.is_empty() && !matches!(octets, Octets::File(_)) {
            return stream::send(self.protocol, self.id, octets);
        }
        if self.carries_content() {
            self.waiting.push_back(octets);
        }
        Ok(())
    }

    fn end(&mut self, trailers: Option<&HeaderMap>) -> Result<(), Refused> {
        if self.waiting.is_empty() {
            return self.protocol.send_end(self.id, trailers);
        }
        *self.ending = Some(trailers.cloned());
        Ok(())
    }
}
