//! What the head of a message to be sent says, in HTTP/2's and HTTP/3's words.
//!
//! RFC 9113 §8.2, §8.3; RFC 9114 §4.2, §4.3
//!
//! ```text
//!   GET /a HTTP/1.1          :method GET  :scheme https  :authority example.com  :path /a
//!   Host: example.com   ──►  accept */*
//!   Accept: */*              (what is about a connection of HTTP/1.1 is left out)
//! ```
//!
//! Both versions say the same and encode it differently; so what is said stands here, and goes to a
//! [`Sink`], which encodes.
//!
//! Invariant: names reach a sink in lower case, and nothing of HTTP/1.1's connection does, so that
//! the answer of a handler serves every version.
//!
//! Used by: `http2`, `http3`.

use crate::{HeaderMap, HeaderName, Method, Request, StatusCode, Target, header::hop};

/// Digits of the largest length.
const DIGITS: usize = 20;

/// Names longer than this are made lower case on the heap.
const NAME: usize = 64;

/// What a head to be sent announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outgoing {
    /// Nothing follows the head: the message is complete, `send_end` is not called.
    None,
    /// Exactly so many octets, then `send_end`. Where the answer has no content of its own (HEAD,
    /// 304), the length is told, the octets are dropped.
    Length(u64),
    /// Octets, then `send_end`.
    Unknown,
}

/// Why a head cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// RFC 9110 §8.6: Content-Length is no number, two, or another one than the content's.
    #[error("the fields set a Content-Length that contradicts the content")]
    LengthConflict,
    /// RFC 9113 §8.3.1: there is no Host to become `:authority`.
    #[error("the request has no Host")]
    HostMissing,
    /// RFC 9113 §8.5: the target's form does not go with the method.
    #[error("the target has not the form that goes with the method")]
    TargetForm,
}

/// What takes the fields of a section.
pub trait Sink {
    /// Adds a field whose name is in lower case.
    fn field(&mut self, name: &[u8], value: &[u8]);

    // ANCHOR: fields
    /// Adds the caller's fields, without those of HTTP/1.1's connection and without `skip`.
    fn fields(&mut self, headers: &HeaderMap, skip: &[HeaderName<'_>]) {
        let options = headers.get(HeaderName::CONNECTION).is_some();
        for (name, value) in headers {
            if hop::is_hop_by_hop(name) {
                if name == HeaderName::TE && value.as_bytes().eq_ignore_ascii_case(b"trailers") {
                    self.field(b"te", b"trailers");
                }
                continue;
            }
            if skip.contains(&name) || (options && hop::has_option(headers, name.as_str())) {
                continue;
            }
            self.lower(name.as_bytes(), value.as_bytes());
        }
    }
    // ANCHOR_END: fields

    /// Adds a field whose name may hold capitals.
    fn lower(&mut self, name: &[u8], value: &[u8]) {
        if !name.iter().any(u8::is_ascii_uppercase) {
            return self.field(name, value);
        }
        let mut short = [0; NAME];
        match short.get_mut(..name.len()) {
            Some(short) => {
                short.copy_from_slice(name);
                short.make_ascii_lowercase();
                self.field(short, value);
            }
            None => self.field(&name.to_ascii_lowercase(), value),
        }
    }

    /// Adds `:status`.
    fn status(&mut self, status: StatusCode) {
        let code = status.as_u16();
        let digit = |value: u16| b'0' + u8::try_from(value % 10).unwrap_or_default();
        self.field(b":status", &[digit(code / 100), digit(code / 10), digit(code)]);
    }

    /// Adds Content-Length.
    fn length(&mut self, length: u64) {
        let mut digits = [0; DIGITS];
        let mut from = DIGITS;
        let mut rest = length;
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            // The remainder of a division by ten fits in an octet.
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            (from, rest) = (at, rest / 10);
            if rest == 0 {
                break;
            }
        }
        self.field(b"content-length", digits.get(from..).unwrap_or_default());
    }
}

/// The pseudo-fields of a request (RFC 9113 §8.3.1).
#[derive(Debug)]
pub struct Pseudo<'a> {
    method: &'a str,
    scheme: Option<&'a str>,
    authority: &'a [u8],
    path: Option<&'a str>,
    protocol: Option<&'a str>,
}

impl<'a> Pseudo<'a> {
    /// Those of this request; `protocol` is what an extended CONNECT asks for, `scheme` what a
    /// target that names none has.
    ///
    /// # Errors
    /// [`Unsendable::HostMissing`], [`Unsendable::TargetForm`]
    pub fn of(
        request: &'a Request,
        protocol: Option<&'a str>,
        scheme: &'a str,
    ) -> Result<Self, Unsendable> {
        let method = request.method.as_str();
        let connect = request.method == Method::Connect;
        let host = request.headers.get(HeaderName::HOST).map(|host| host.as_bytes());
        let host = || host.ok_or(Unsendable::HostMissing);
        let (scheme, authority, path) = match &request.target {
            Target::Authority(authority) if connect && protocol.is_none() => {
                (None, authority.as_bytes(), None)
            }
            _ if connect && protocol.is_none() => return Err(Unsendable::TargetForm),
            Target::Authority(_) => return Err(Unsendable::TargetForm),
            Target::Origin(path) => (Some(scheme), host()?, Some(path.as_str())),
            Target::Absolute { scheme, authority, path } => {
                (Some(scheme.as_str()), authority.as_bytes(), Some(path.as_str()))
            }
            Target::Asterisk => (Some(scheme), host()?, Some("*")),
        };
        if protocol.is_some() && !connect {
            return Err(Unsendable::TargetForm);
        }
        Ok(Self { method, scheme, authority, path, protocol })
    }

    /// Adds them to a section.
    pub fn write(&self, sink: &mut impl Sink) {
        sink.field(b":method", self.method.as_bytes());
        if let Some(scheme) = self.scheme {
            sink.field(b":scheme", scheme.as_bytes());
        }
        sink.field(b":authority", self.authority);
        if let Some(path) = self.path {
            sink.field(b":path", path.as_bytes());
        }
        if let Some(protocol) = self.protocol {
            sink.field(b":protocol", protocol.as_bytes());
        }
    }
}

/// Holds the caller's Content-Length against the content it announces; answers the length, where
/// one is known.
///
/// # Errors
/// [`Unsendable::LengthConflict`]
pub fn check_length(headers: &HeaderMap, content: Outgoing) -> Result<Option<u64>, Unsendable> {
    let mut told = None;
    for value in headers.get_all(HeaderName::CONTENT_LENGTH) {
        let length = value.to_str().and_then(|text| text.parse::<u64>().ok());
        match (length, told) {
            (Some(length), None) => told = Some(length),
            _ => return Err(Unsendable::LengthConflict),
        }
    }
    match (content, told) {
        (Outgoing::Length(length), Some(told)) if length != told => Err(Unsendable::LengthConflict),
        (Outgoing::Length(length), _) => Ok(Some(length)),
        (Outgoing::Unknown | Outgoing::None, told) => Ok(told),
    }
}
