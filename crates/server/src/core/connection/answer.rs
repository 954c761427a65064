//! From a handler's commands to the protocol: heads, contents, ends.
//!
//! ```text
//!   Respond            ──► head, content, end            all at once
//!   Begin, Data …, End ──► head │ content … │ end        as the peer takes it
//!   Abort              ──► the connection is cut         the peer must see that it is not all
//! ```
//!
//! Invariant: a head that announced content is followed by its end or by the connection's.

use super::Connection;
use crate::{Moment, Part, Payload, exchange::Command};
use http::{HeaderMap, Response, StatusCode};
use http1::Outgoing;
use std::sync::Arc;

impl Connection {
    /// A handler on the loop has returned. If it has answered, nobody else knows the exchange any
    /// more, and its commands can be taken without a lock.
    pub(super) fn after_inline(&mut self, moment: &Moment) {
        while let Some(current) = &mut self.current {
            let Some(exchange) = Arc::get_mut(&mut current.exchange) else {
                return current.exchange.leave_inline();
            };
            match exchange.take_command() {
                Some(command) => self.apply(command, moment),
                None => return,
            }
        }
    }

    pub(super) fn apply_commands(&mut self, moment: &Moment) {
        while let Some(current) = &mut self.current {
            if current.receiving && !current.asked && current.exchange.wants_content() {
                current.asked = true;
                self.http1.read_body();
            }
            let room = self.http1.output_room() > 0;
            let Some(command) = current.exchange.next_command(room) else { return };
            self.apply(command, moment);
        }
    }

    fn apply(&mut self, command: Command, moment: &Moment) {
        match command {
            Command::Informational(response) => {
                // A 1xx that cannot be sent, to an HTTP/1.0 client for example, is no loss.
                let _ = self.http1.send_informational(&response);
            }
            Command::Respond { response, payload } => {
                let length = payload.len();
                if self.send_head(response, Some(length), moment) {
                    self.send_payload(payload, moment);
                }
                self.finish(None, moment);
            }
            Command::Begin { response, length } => {
                self.send_head(response, length, moment);
            }
            Command::Data(octets) => {
                self.count(octets.len() as u64);
                if self.unended && self.http1.send_vec(octets).is_err() {
                    self.abort(moment);
                }
            }
            Command::End { trailers } => self.finish(trailers, moment),
            Command::Upgrade { response, opening } => {
                self.accept_upgrade(&response, opening, moment);
            }
            Command::Abort => self.abort(moment),
        }
    }

    /// Sends the head; answers whether content may follow.
    fn send_head(&mut self, response: Response, length: Option<u64>, moment: &Moment) -> bool {
        self.http1.set_date(*moment.date());
        let content = match length {
            _ if response.status.forbids_content() => Outgoing::None,
            Some(length) => Outgoing::Length(length),
            None => Outgoing::Unknown,
        };
        if let Some(record) = self.current.as_mut().and_then(|current| current.record.as_mut()) {
            record.status = response.status;
        }
        match self.http1.send_response(&response, content) {
            Ok(()) => {
                self.unended = content != Outgoing::None;
                self.http1.sends_content()
            }
            // The handler's head contradicts itself. The peer cannot help that.
            Err(_) => {
                let sorry = Response::new(StatusCode::INTERNAL_SERVER_ERROR);
                let _ = self.http1.send_response(&sorry, Outgoing::None);
                false
            }
        }
    }

    fn send_payload(&mut self, payload: Payload, moment: &Moment) {
        self.count(payload.len());
        let sent = match payload {
            Payload::Empty => Ok(()),
            Payload::Static(octets) => self.http1.send_data(octets),
            Payload::Octets(octets) => self.http1.send_vec(octets),
            Payload::Shared(octets) => self.http1.send_shared(octets),
            Payload::Parts(parts) => parts.into_iter().try_for_each(|part| match part {
                Part::Octets(octets) => self.http1.send_vec(octets),
                Part::File(part) => {
                    let sent = self.http1.send_external(part.length);
                    self.files.push_back(part);
                    sent
                }
            }),
        };
        if sent.is_err() {
            self.abort(moment);
        }
    }

    /// Counts content for the log; what answers HEAD is dropped and does not count.
    fn count(&mut self, octets: u64) {
        if !self.http1.sends_content() {
            return;
        }
        if let Some(record) = self.current.as_mut().and_then(|current| current.record.as_mut()) {
            record.octets += octets;
        }
    }

    pub(super) fn finish(&mut self, trailers: Option<HeaderMap>, moment: &Moment) {
        let Some(mut current) = self.current.take() else { return };
        if self.unended {
            self.unended = false;
            if self.http1.send_end(trailers.as_ref()).is_err() {
                self.http1.abort();
            }
        }
        if current.receiving {
            current.exchange.disconnect();
            self.http1.discard_body();
        }
        self.write_down(&mut current, moment);
        if let Some(exchange) = Arc::get_mut(&mut current.exchange) {
            exchange.renew();
            self.spare = Some(current);
        }
    }

    pub(super) fn abort(&mut self, moment: &Moment) {
        self.http1.abort();
        self.disconnect(moment);
    }
}
