//! What is written down of each exchange.

use crate::Peer;
use http::{Method, StatusCode, Target, Version};
use std::{fmt, time::Duration};
use wire::UnixTime;

/// One exchange, when its answer has been handed to the connection, or when it was broken off.
#[derive(Debug)]
pub struct Record {
    /// Who asked.
    pub peer: Peer,
    /// When the answer was complete.
    pub time: UnixTime,
    /// What was asked.
    pub method: Method,
    /// For what.
    pub target: Target,
    /// By which version.
    pub version: Version,
    /// What `Referer` said.
    pub referer: Option<String>,
    /// What `User-Agent` said.
    pub user_agent: Option<String>,
    /// The answer's code; 499 where the peer left before there was one, a number that no RFC
    /// has and every reader of such logs knows.
    pub status: StatusCode,
    /// Octets of content in the answer, as far as it was made.
    pub octets: u64,
    /// From the head's arrival to the end of the answer.
    pub took: Duration,
}

impl Record {
    /// The status of an exchange that has no answer yet.
    pub(crate) const UNANSWERED: StatusCode = match StatusCode::new(499) {
        Some(status) => status,
        // Cannot be: it has three digits.
        None => StatusCode::INTERNAL_SERVER_ERROR,
    };

    /// Whether the head of an answer has been made.
    pub(crate) fn is_answered(&self) -> bool {
        self.status != Self::UNANSWERED
    }
}

/// A connection that failed before HTTP had a say, or beneath it.
#[derive(Debug)]
pub struct TlsFailure<'a> {
    /// Who was there.
    pub peer: Peer,
    /// When.
    pub time: UnixTime,
    /// Whether the handshake was not done yet.
    pub handshake: bool,
    /// Which rule was broken, or which alert came.
    pub error: &'a tls::Error,
}

/// A line that no request's can be taken for, in the same shape up to the time.
impl fmt::Display for TlsFailure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let during = if self.handshake { "handshake" } else { "connection" };
        let why = self.error.to_string();
        let why = why.escape_default();
        write!(f, "{} - - [{}] TLS {during}: {why}", self.peer, common_time(self.time))
    }
}

/// Somebody who keeps the records.
pub trait AccessLog: Send + Sync {
    /// Called on a loop for each exchange: must be quick.
    fn record(&self, record: &Record);

    /// Called on a loop for each connection that TLS ends: must be quick.
    fn tls_failed(&self, _failure: &TlsFailure<'_>) {}

    /// Called when a loop has no more to do for the moment: a good time to write.
    fn flush(&self) {}
}

/// The combined log format that Apache and nginx made customary, and the time taken behind it.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &Option<String>| match text {
            // Escaped, so that no peer can forge a line.
            Some(text) => format!("\"{}\"", text.escape_default()),
            None => "\"-\"".into(),
        };
        write!(
            f,
            "{} - - [{}] \"{} {} {}\" {} {} {} {} {:.3}ms",
            self.peer,
            common_time(self.time),
            self.method,
            self.target.to_string().escape_default(),
            self.version,
            self.status,
            self.octets,
            quoted(&self.referer),
            quoted(&self.user_agent),
            self.took.as_secs_f64() * 1000.0,
        )
    }
}

/// `22/Nov/2026:19:24:27 +0000`, as the format has it.
fn common_time(time: UnixTime) -> String {
    let date = http::date::format(time);
    // `Sun, 22 Nov 2026 19:24:27 GMT`: the same parts in another order.
    let mut parts = date.as_str().split(' ').skip(1);
    let mut next = || parts.next().unwrap_or_default();
    format!("{}/{}/{}:{} +0000", next(), next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::Peer;
    use http::{Method, StatusCode, Target, Version};
    use std::time::Duration;
    use wire::UnixTime;

    #[test]
    fn a_line_has_the_combined_format_and_cannot_be_forged() {
        let record = Record {
            peer: Peer::Inet(([127, 0, 0, 1], 80).into()),
            time: UnixTime(784_111_777),
            method: Method::Get,
            target: Target::Origin("/a".into()),
            version: Version::Http11,
            referer: None,
            user_agent: Some("evil\" \u{1b}[31m".into()),
            status: StatusCode::OK,
            octets: 13,
            took: Duration::from_micros(1500),
        };
        assert_eq!(
            record.to_string(),
            "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a HTTP/1.1\" 200 13 \"-\" \
             \"evil\\\" \\u{1b}[31m\" 1.500ms"
        );
    }
}
