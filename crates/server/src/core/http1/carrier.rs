//! How HTTP/1 carries an answer: one after another, on the connection itself.
//!
//! RFC 9112 §6
//!
//! Used by: [`Underway::apply`](crate::core::underway::Underway::apply).

use crate::{
    Moment,
    core::answer::{self, Content, Octets, Refused},
    payload::FilePart,
};
use http::{HeaderMap, Response};
use http1::{Misuse, Outgoing, server::Connection};
use std::collections::VecDeque;

/// The connection, as far as an answer needs it.
pub(super) struct Carrier<'a> {
    pub(super) http1: &'a mut Connection,
    /// What the external parts of the output stand for, in their order.
    pub(super) files: &'a mut VecDeque<FilePart>,
    pub(super) moment: &'a Moment,
}

/// Which rule the answer breaks is its handler's to find out; to the peer it is all the same.
fn refused(_: Misuse) -> Refused {
    Refused
}

impl answer::Carrier for Carrier<'_> {
    fn informational(&mut self, response: &Response) {
        let _ = self.http1.send_informational(response);
    }

    fn head(&mut self, response: Response, content: Content) -> Result<(), Refused> {
        self.http1.set_date(*self.moment.date());
        let content = match content {
            Content::None => Outgoing::None,
            Content::Length(length) => Outgoing::Length(length),
            Content::Unknown => Outgoing::Unknown,
        };
        self.http1.send_response(&response, content).map_err(refused)
    }

    fn carries_content(&self) -> bool {
        self.http1.sends_content()
    }

    fn content(&mut self, octets: Octets) -> Result<(), Refused> {
        let sent = match octets {
            Octets::Static(octets) => self.http1.send_data(octets),
            Octets::Owned(octets) => self.http1.send_vec(octets),
            Octets::Shared(octets) => self.http1.send_shared(octets),
            Octets::File(part) => {
                let sent = self.http1.send_external(part.length);
                self.files.push_back(part);
                sent
            }
        };
        sent.map_err(refused)
    }

    fn end(&mut self, trailers: Option<&HeaderMap>) -> Result<(), Refused> {
        self.http1.send_end(trailers).map_err(refused)
    }
}
