//! Heads of HTTP/2 and HTTP/3: fields come one at a time, method and target among them.
//!
//! RFC 9113 §8.2, §8.3, §8.5; RFC 9114 §4.2 to §4.4; RFC 8441 §4
//!
//! ```text
//!  :method    GET            pseudo-fields first,    CONNECT:  :method :authority
//!  :scheme    https          each once               extended: :method :scheme :authority :path
//!  :authority example.com                                      and :protocol
//!  :path      /              then the others         response: :status
//!  accept     */*            in lower case           trailers: no pseudo-field at all
//! ```
//!
//! What comes out is the [`Request`](crate::Request) that HTTP/1 gives too: the path is the target
//! and `:authority` is the field `host`, so whoever handles requests need not ask for the version.
//!
//! Fields are taken one after the other, without a chance to stop: a block must be decoded to its
//! end, or the decoder's table is out of step. So the first error is kept and told at the end.
//!
//! Invariant: the fields of a section stand in one run of octets, copied once.
//!
//! Used by: `http2`, `http3`.

mod fields;
mod request;

pub use request::{Protocol, RequestHead, RequestSection, Scheme};

use super::{Malformed, Response};
use crate::{HeaderMap, StatusCode, Version};
use fields::Fields;

/// A response's fields, as they come.
#[derive(Debug)]
pub struct ResponseSection {
    fields: Fields,
    status: Option<StatusCode>,
    version: Version,
}

impl ResponseSection {
    /// No field yet.
    pub fn new(version: Version) -> Self {
        Self { fields: Fields::default(), status: None, version }
    }

    /// The next field.
    pub fn field(&mut self, name: &[u8], value: &[u8]) {
        if !name.starts_with(b":") {
            return self.fields.regular(name, value);
        }
        if name != b":status" {
            return self.fields.fail(Malformed::PseudoUnknown);
        }
        let wrong = Malformed::PseudoValue { name: ":status" };
        let twice = self.status.is_some();
        if self.fields.pseudo(":status", twice) {
            let digits: Option<[u8; 3]> = value.try_into().ok();
            let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_digit));
            let code = digits.map(|digits| {
                digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'))
            });
            match code.and_then(StatusCode::new) {
                Some(status) => self.status = Some(status),
                None => self.fields.fail(wrong),
            }
        }
    }

    /// The head, and its Content-Length.
    ///
    /// # Errors
    /// The first rule that was broken.
    pub fn finish(self) -> Result<(Response, Option<u64>), Malformed> {
        let Self { fields, status, version } = self;
        let (headers, content_length) = fields.finish()?;
        let status = status.ok_or(Malformed::PseudoMissing { name: ":status" })?;
        if status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Malformed::SwitchingProtocols);
        }
        Ok((Response { status, version, headers }, content_length))
    }
}

/// Trailers, as they come.
#[derive(Debug, Default)]
pub struct TrailerSection {
    fields: Fields,
}

impl TrailerSection {
    /// The next field.
    pub fn field(&mut self, name: &[u8], value: &[u8]) {
        match name {
            [b':', ..] => self.fields.fail(Malformed::PseudoUnknown),
            _ => self.fields.regular(name, value),
        }
    }

    /// All fields.
    ///
    /// # Errors
    /// The first rule that was broken.
    pub fn finish(self) -> Result<HeaderMap, Malformed> {
        Ok(self.fields.finish()?.0)
    }
}
