//! Octets out: requests.
//!
//! RFC 9112 §3, §6, §9.3.2

use super::{Connection, Waiting};
use crate::{
    Misuse, State,
    body::{Encoder, Outgoing, encoder::Part},
    framing::{self, Host},
    head::encode::{self, Announce, Persistence},
    state::{Request, RequestInput, Response, ResponseInput},
    trace,
};
use http::{HeaderMap, Method, Target, Version};
use std::sync::Arc;
use wire::trace::Direction;

impl Connection {
    /// Sends a request's head. With [`Outgoing::None`] that is the whole request; else
    /// [`send_data`](Self::send_data) and [`send_end`](Self::send_end) follow. More requests may be
    /// sent before the first is answered.
    ///
    /// # Errors
    /// [`Misuse`] where the request before is not complete, the target does not go with the method,
    /// HTTP/1.1 lacks Host, or the caller's fields contradict the content.
    pub fn send_request(
        &mut self,
        request: &http::Request,
        content: Outgoing,
    ) -> Result<(), Misuse> {
        self.check_open()?;
        if !self.persist || self.ended {
            return Err(Misuse::Closed);
        }
        if self.exclusive || self.waiting.len() >= self.limits.pipeline.into() {
            return Err(Misuse::PipelineFull);
        }
        let state = if self.request == Request::Done { Request::Idle } else { self.request };
        let next = state.on(RequestInput::Head { content: content != Outgoing::None })?;
        check_target(request)?;
        let version =
            if request.version == Version::Http10 { Version::Http10 } else { Version::Http11 };
        let announce = encode::announce_request(content, version)?;
        let facts = framing::facts_of(&request.headers);
        encode::check(&facts, announce)?;
        match facts.host {
            Host::Once => {}
            Host::Absent if version == Version::Http10 => {}
            _ => return Err(Misuse::HostMissing),
        }
        self.output.write(|out| {
            out.reserve(512);
            out.extend_from_slice(request.method.as_str().as_bytes());
            out.push(b' ');
            target(out, &request.target);
            out.push(b' ');
            out.extend_from_slice(version.as_str().as_bytes());
            out.extend_from_slice(b"\r\n");
            encode::fields(out, &request.headers, announce, Persistence::Implied, &facts);
        });
        let added = || encode::added(announce, Persistence::Implied, None);
        trace::request(&self.trace, self.timer.now(), Direction::Sent, request, added);
        self.persist &= facts.persists(version);
        let upgrade = facts.upgrade && facts.upgrade_listed && version == Version::Http11;
        self.exclusive = upgrade || request.method == Method::Connect;
        self.encoder = match announce {
            Announce::Length(length) => Encoder::Length(length),
            Announce::Chunked => Encoder::Chunked,
            Announce::Nothing | Announce::Caller => Encoder::None,
        };
        self.request = next;
        self.waiting.push_back(Waiting { method: request.method.clone(), upgrade });
        if self.response == Response::Idle {
            self.response = self.response.on(ResponseInput::Request).unwrap_or(Response::Due);
            self.timer.arm(self.patience());
        }
        Ok(())
    }

    /// Sends a part of the request's content, copied.
    ///
    /// # Errors
    /// [`Misuse`] where no content is due, or more than was announced.
    pub fn send_data(&mut self, octets: &[u8]) -> Result<(), Misuse> {
        self.send(Part::Octets(octets))
    }

    /// As [`send_data`](Self::send_data), without a copy where it is large.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_vec(&mut self, octets: Vec<u8>) -> Result<(), Misuse> {
        self.send(Part::Owned(octets))
    }

    /// As [`send_data`](Self::send_data), of octets that others send too.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_shared(&mut self, octets: Arc<[u8]>) -> Result<(), Misuse> {
        self.send(Part::Shared(octets))
    }

    /// As [`send_data`](Self::send_data), of octets that the driver has elsewhere, such as a
    /// file's.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_external(&mut self, length: u64) -> Result<(), Misuse> {
        self.send(Part::External(length))
    }

    fn send(&mut self, part: Part<'_>) -> Result<(), Misuse> {
        self.check_open()?;
        self.request = self.request.on(RequestInput::Data)?;
        let length = part.len();
        self.encoder.data(part, &mut self.output)?;
        trace::data(&self.trace, self.timer.now(), Direction::Sent, length);
        // A server that reads is alive, though it says nothing yet.
        if self.timer.due().is_some() {
            self.timer.arm(self.patience());
        }
        Ok(())
    }

    /// Ends the request's content. Trailers need content of unknown length.
    ///
    /// # Errors
    /// [`Misuse`] where no content is due. After [`Misuse::TooShort`] nothing can mend the request:
    /// the connection closes, so that the peer sees that something is missing.
    pub fn send_end(&mut self, trailers: Option<&HeaderMap>) -> Result<(), Misuse> {
        self.check_open()?;
        let next = self.request.on(RequestInput::End)?;
        let result = self.encoder.end(trailers, &mut self.output);
        match result {
            Ok(()) if self.waiting.is_empty() => self.request = Request::Idle,
            Ok(()) => self.request = next,
            Err(Misuse::TooShort { .. }) => self.abort(),
            Err(_) => {}
        }
        result
    }

    /// Octets that can be sent before the application should wait until they were taken.
    pub fn output_room(&self) -> usize {
        self.output.room()
    }

    fn check_open(&self) -> Result<(), Misuse> {
        if self.state == State::Open { Ok(()) } else { Err(Misuse::Closed) }
    }
}

/// Whether the target's form goes with the method (RFC 9112 §3.2), and could not end its line
/// early.
fn check_target(request: &http::Request) -> Result<(), Misuse> {
    let mut text = Vec::new();
    target(&mut text, &request.target);
    let clean = !text.is_empty() && text.iter().all(|octet| matches!(octet, b'!'..=b'~'));
    let fits = match &request.target {
        Target::Authority(_) => request.method == Method::Connect,
        Target::Asterisk => request.method == Method::Options,
        Target::Origin(path) => path.starts_with('/') && request.method != Method::Connect,
        Target::Absolute { .. } => request.method != Method::Connect,
    };
    let method = http::is_token(request.method.as_str().as_bytes());
    if clean && fits && method { Ok(()) } else { Err(Misuse::TargetForm) }
}

fn target(out: &mut Vec<u8>, target: &Target) {
    match target {
        Target::Origin(path) => out.extend_from_slice(path.as_bytes()),
        Target::Absolute { scheme, authority, path } => {
            for part in [scheme.as_str(), "://", authority, path] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        Target::Authority(authority) => out.extend_from_slice(authority.as_bytes()),
        Target::Asterisk => out.push(b'*'),
    }
}
