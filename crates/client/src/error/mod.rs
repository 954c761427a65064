//! Everything that can go wrong between `get(url)` and its body's last octet, one variant each.
//!
//! The codes are curl's, since people's scripts know them:
//!
//! | code | what                        | code | what                                 |
//! |------|-----------------------------|------|--------------------------------------|
//! | 1    | scheme not supported        | 28   | a time-out                           |
//! | 3    | malformed URL               | 43   | a field or method that cannot be sent|
//! | 5    | proxy's name unknown        | 47   | too many redirects                   |
//! | 6    | host's name unknown         | 52   | nothing came back                    |
//! | 7    | no connection               | 55   | sending failed                       |
//! | 8    | not an HTTP response        | 56   | receiving failed                     |
//! | 18   | the body is cut short       | 63   | more than the caller allowed         |
//! | 22   | the status, if asked; no 101| 65   | the content cannot be sent again     |
//! | 23   | writing the body failed     | 94   | no way to answer the challenge       |
//! | 26   | reading the content failed  | 61   | the content's coding                 |
//! | 35   | no TLS                      | 60   | a certificate that is not believed   |
//! | 58   | our own certificate or key  | 77   | the roots cannot be read             |
//! | 90   | another key than the pinned | 16   | HTTP/2 broke down                    |
//! | 92   | a stream of it was reset    | 95   | HTTP/3 broke down                    |
//! | 96   | QUIC broke down             |      |                                      |
//!
//! Invariant: each message is one line, names the peer or the part at fault, and holds no password.

mod reading;

use crate::{
    core::{
        digest::Unanswerable,
        proxy::InvalidProxy,
        timeouts::{Expired, Phase},
    },
    tls::{NOT_PINNED, Unbelieved},
};
use http::{InvalidField, StatusCode};
use std::{io, net::SocketAddr};

/// Why there is no response, or not the whole of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// RFC 3986: not a URL.
    #[error("the URL {url:?} is malformed: {reason}")]
    Url {
        /// As it was given, without name and password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A scheme that nobody here speaks.
    #[error("the scheme {scheme:?} is not supported: {reason}")]
    Scheme {
        /// What stands in front of the colon.
        scheme: String,
        /// What could be done.
        reason: &'static str,
    },
    /// RFC 9110 §5.5: CR, LF or another octet that would end a line early.
    #[error("the field {name:?} cannot be sent: {source}")]
    Field {
        /// The field's name as the caller gave it.
        name: String,
        /// Which octet.
        source: InvalidField,
    },
    /// Fields that this client computes itself: to set them would make two requests of one.
    #[error("the field {0:?} is set by the connection: give the body's length with the body")]
    Framing(String),
    /// The proxy's URL, or a variable such as `http_proxy`.
    #[error(transparent)]
    Proxy(#[from] InvalidProxy),

    /// The name has no address.
    #[error("could not resolve {role} {host:?}: {reason}")]
    Resolve {
        /// `host` or `proxy`.
        role: Role,
        /// The name.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// Every address was tried, or the socket file is not there.
    #[error("could not connect to {role} {to}: {reason}")]
    Connect {
        /// `host` or `proxy`.
        role: Role,
        /// Host and port, or the path of the socket.
        to: String,
        /// What happened at each address, in one line.
        reason: String,
    },
    /// RFC 9110 §9.3.6: the proxy would not make a tunnel.
    #[error("the proxy answered {status} to CONNECT {to}")]
    Tunnel {
        /// Its answer.
        status: StatusCode,
        /// Where the tunnel should have led.
        to: String,
    },
    /// RFC 8446: no keys were agreed on.
    #[error("TLS with {with} failed: {source}")]
    Tls {
        /// Host and port.
        with: String,
        /// The rule that was broken, or what the peer says of us.
        source: ::tls::Error,
    },
    /// The connection ended before keys were agreed on.
    #[error("TLS with {with} failed: {reason}")]
    TlsCut {
        /// Host and port.
        with: String,
        /// How it ended.
        reason: String,
    },
    /// RFC 8446 §4.4.2.4: the server's certificate is not believed.
    #[error("{with} is not believed: {}", .refusal.reason)]
    Certificate {
        /// Host and port.
        with: String,
        /// Which certificate, and why.
        refusal: ::tls::Refusal,
    },
    /// The server's key is not one of those that it must be.
    #[error("{with} is not believed: {}", NOT_PINNED)]
    Pinned {
        /// Host and port.
        with: String,
    },
    /// The roots cannot be read.
    #[error("the CA certificates of {place} cannot be used: {reason}")]
    Roots {
        /// The file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Our own certificate or key cannot be read.
    #[error("the client certificate or key in {place} cannot be used: {reason}")]
    Identity {
        /// The file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A version of TLS that is not spoken here.
    #[error("TLS 1.3 is the only version that is spoken here, and at most {most} is allowed")]
    TlsVersion {
        /// The newest that the caller allows.
        most: &'static str,
    },
    /// RFC 8446: keys were agreed on, and then a rule was broken, or the peer says that we did.
    #[error("the TLS connection with {with} broke: {source}")]
    TlsBroken {
        /// Host and port.
        with: String,
        /// The rule, or what the peer says.
        source: ::tls::Error,
    },
    /// RFC 8446 §6.1: the body ends with the connection, and the connection ended without the
    /// close_notify that says so. Anybody could have cut it.
    #[error(
        "the body may be cut short behind {received} octets: the TLS connection ended without close_notify"
    )]
    Truncated {
        /// Octets of the body that did arrive.
        received: u64,
    },
    /// A phase, or the whole, took longer than allowed.
    #[error(transparent)]
    Timeout(#[from] Expired),

    /// The caller's reader failed while the request was being sent.
    #[error("reading the request's body failed: {0}")]
    Content(#[source] io::Error),
    /// The caller's reader ended early or went on behind the declared length.
    #[error("the request's body was to have {declared} octets and has {found}")]
    ContentLength {
        /// What was declared.
        declared: u64,
        /// How many there were; one too many stands for any excess.
        found: u64,
    },
    /// The content must go out once more (redirect, challenge, retry) and its reader cannot rewind.
    #[error("the request's body was streamed and cannot be sent again, as {why} asks")]
    NotReplayable {
        /// What asks for it.
        why: &'static str,
    },
    /// The connection broke under the request.
    #[error("sending to {to} failed: {source}")]
    Send {
        /// Host and port.
        to: String,
        /// What the socket said.
        source: io::Error,
    },

    /// The peer closed without an answer; interim responses (1xx) may have come.
    #[error("{to} closed the connection without an answer")]
    EmptyReply {
        /// Host and port.
        to: String,
    },
    /// The connection broke under the response.
    #[error("receiving from {from} failed: {source}")]
    Receive {
        /// Host and port.
        from: String,
        /// What the socket said.
        source: io::Error,
    },
    /// RFC 9112 §8: the head ended early.
    #[error("{from} closed the connection in the middle of the response's head")]
    PartialHead {
        /// Host and port.
        from: String,
    },
    /// RFC 9112 §8: the body ended early.
    #[error("{}", partial(*.received, *.missing))]
    Partial {
        /// Octets of the body that did arrive.
        received: u64,
        /// How many are missing; `None` for a chunked body, which never says.
        missing: Option<u64>,
    },
    /// The head is not HTTP, or breaks a rule of RFC 9112.
    #[error("{from} sent a malformed response: {reason}")]
    Malformed {
        /// Host and port.
        from: String,
        /// The rule and the offset.
        reason: String,
    },
    /// RFC 9112 §7.1: the body's framing is broken.
    #[error("{from} sent a malformed body: {reason}")]
    MalformedBody {
        /// Host and port.
        from: String,
        /// The rule and the offset.
        reason: String,
    },
    /// RFC 9000: a connection of QUIC failed, or ended before everything was there.
    #[error("QUIC with {with} failed: {reason}")]
    #[allow(missing_docs, reason = "the message says what they are")]
    Quic { with: String, reason: String },
    /// RFC 9113 §5.4.1: a rule was broken that all requests of the connection suffer from, or the
    /// server says that we did.
    #[error("HTTP/2 with {with} broke down: {reason}")]
    Http2 {
        /// Host and port.
        with: String,
        /// The error code (RFC 9113 §7).
        code: u64,
        /// The rule, or what the server says.
        reason: String,
    },
    /// RFC 9114 §8: the same for HTTP/3.
    #[error("HTTP/3 with {with} broke down: {reason}")]
    Http3 {
        /// Host and port.
        with: String,
        /// The error code (RFC 9114 §8.1).
        code: u64,
        /// The rule, or what the server says.
        reason: String,
    },
    /// RFC 9113 §5.4.2, RFC 9114 §4.1.1: this request's stream ended before its time.
    #[error("the stream from {from} ended early: {reason}")]
    Stream {
        /// Host and port.
        from: String,
        /// The error code (RFC 9113 §7, RFC 9114 §8.1).
        code: u64,
        /// The rule, or what the server says.
        reason: String,
    },
    /// More content than the caller asked for; what came so far is given up.
    #[error("the body has more than {limit} octets")]
    TooLarge {
        /// The caller's bound.
        limit: u64,
    },
    /// RFC 9110 §8.4: the content's coding is unknown, or what was coded breaks its rules.
    #[error("the content's coding cannot be undone: {reason}")]
    Coding {
        /// The coding, or the rule and the offset.
        reason: String,
    },
    /// A little that would become very much (see [`Limits`](crate::core::coding::Limits)).
    #[error(
        "the content becomes more than {limit} octets and {ratio} for each of the {received} that \
         came"
    )]
    Bomb {
        /// Octets that came.
        received: u64,
        /// Octets that are free.
        limit: u64,
        /// Octets for each that came.
        ratio: u64,
    },
    /// The writer that was to take the body failed.
    #[error("writing the body failed: {0}")]
    Write(#[source] io::Error),

    /// RFC 9110 §15.4: a chain that does not end.
    #[error("more than {limit} redirects, the last to {url}")]
    TooManyRedirects {
        /// The bound.
        limit: u32,
        /// Where the next would have led.
        url: String,
    },
    /// RFC 9110 §10.2.2: `Location` is not one reference that can be followed.
    #[error("the redirect cannot be followed: {reason}")]
    Redirect {
        /// What is wrong with it.
        reason: String,
    },
    /// RFC 7616: a challenge that this client cannot answer, such as MD5.
    #[error(transparent)]
    Challenge(#[from] Unanswerable),
    /// What [`error_for_status`](crate::Response::error_for_status) makes of 4xx and 5xx.
    #[error("{url} answered {status} {}", .status.reason())]
    Status {
        /// The status.
        status: StatusCode,
        /// The URL that answered.
        url: String,
    },
    /// RFC 6455 §4.1: the server answered the handshake, and not by switching.
    #[error("{url} did not switch to WebSocket, it answered {status} {}{}", .status.reason(), said(.excerpt))]
    Refused {
        /// Its answer.
        status: StatusCode,
        /// Who answered, as it was asked.
        url: String,
        /// The beginning of the answer's text, in one line; empty where it has none to read.
        excerpt: String,
    },
    /// RFC 6455 §4.1: the server switched, but what it answered is no WebSocket handshake.
    #[error("{from} answered the WebSocket handshake wrongly: {source}")]
    Handshake {
        /// Host and port.
        from: String,
        /// The rule.
        source: websocket::handshake::HandshakeError,
    },
    /// What was asked of a WebSocket cannot be sent.
    #[error("the message cannot be sent: {0}")]
    WebSocket(#[from] websocket::Misuse),
    /// The request's own fault, found before an octet was sent: a method that is no token or does
    /// not go with its target, content of unknown length in HTTP/1.0.
    #[error("the request cannot be sent: {0}")]
    Request(String),
}

/// Which peer a message means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The URL's.
    Host,
    /// The one in between.
    Proxy,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Proxy => "proxy",
        })
    }
}

fn partial(received: u64, missing: Option<u64>) -> String {
    match missing {
        Some(missing) => {
            format!("the body is cut short: {received} octets arrived, {missing} are missing")
        }
        None => format!("the body is cut short: {received} octets arrived, the end is missing"),
    }
}

fn said(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(": {excerpt}") }
}

impl Error {
    /// The number with which curl would exit (see the table above).
    pub fn curl_exit_code(&self) -> u8 {
        match self {
            Self::Scheme { .. } => 1,
            Self::Url { .. } | Self::Redirect { .. } => 3,
            Self::Resolve { role: Role::Proxy, .. } | Self::Proxy(_) => 5,
            Self::Resolve { .. } => 6,
            Self::Connect { .. } => 7,
            Self::Malformed { .. } | Self::Handshake { .. } => 8,
            Self::Quic { .. } => 96,
            Self::Http2 { .. } => 16,
            Self::Http3 { .. } => 95,
            Self::Partial { .. } => 18,
            Self::Status { .. } | Self::Refused { .. } => 22,
            Self::Write(_) => 23,
            Self::Content(_) | Self::ContentLength { .. } => 26,
            Self::Timeout(_) => 28,
            Self::Field { .. } | Self::Framing(_) | Self::Request(_) => 43,
            Self::Tls { .. } | Self::TlsCut { .. } | Self::TlsVersion { .. } => 35,
            Self::TooManyRedirects { .. } => 47,
            Self::EmptyReply { .. } => 52,
            Self::Send { .. } | Self::WebSocket(_) => 55,
            Self::Receive { .. }
            | Self::PartialHead { .. }
            | Self::MalformedBody { .. }
            | Self::TlsBroken { .. }
            | Self::Truncated { .. }
            | Self::Tunnel { .. } => 56,
            Self::Identity { .. } => 58,
            Self::Certificate { .. } => 60,
            Self::Coding { .. } => 61,
            Self::TooLarge { .. } | Self::Bomb { .. } => 63,
            Self::NotReplayable { .. } => 65,
            Self::Roots { .. } => 77,
            Self::Pinned { .. } => 90,
            Self::Stream { .. } => 92,
            Self::Challenge(_) => 94,
        }
    }

    /// Whether a bound on time was reached.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    /// What curl's `%{ssl_verify_result}` says: 0, or OpenSSL's number for the reason why the
    /// server's certificate is not believed, as far as the alert for it tells.
    pub fn verify_result(&self) -> u8 {
        match self {
            Self::Certificate { refusal, .. } => Unbelieved::from_alert(refusal.alert).0,
            _ => 0,
        }
    }

    /// What the handshake's, or the connection's, failure is to the caller.
    pub(crate) fn of_tls(with: &str, source: ::tls::Error, established: bool) -> Self {
        let with = with.to_owned();
        match source {
            ::tls::Error::CertificateRefused { refusal } if refusal.reason == NOT_PINNED => {
                Self::Pinned { with }
            }
            ::tls::Error::CertificateRefused { refusal } => Self::Certificate { with, refusal },
            ::tls::Error::CertificateMalformed { .. } | ::tls::Error::ChainTooLong { .. } => {
                let refusal = ::tls::Refusal { alert: source.alert(), reason: source.to_string() };
                Self::Certificate { with, refusal }
            }
            source if established => Self::TlsBroken { with, source },
            source => Self::Tls { with, source },
        }
    }

    /// The phase in which time ran out, if it did.
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Self::Timeout(expired) => Some(expired.phase),
            _ => None,
        }
    }

    /// The error that a body's [`Read`](io::Read) carried, or the I/O error itself as
    /// [`Error::Receive`].
    pub fn from_read(error: io::Error, from: &str) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(source) => Self::Receive { from: from.to_owned(), source },
        }
    }
}

/// Where an address list is told in one line.
pub(crate) fn addresses(tried: impl Iterator<Item = (SocketAddr, String)>) -> String {
    let lines: Vec<String> =
        tried.map(|(address, outcome)| format!("{address} {outcome}")).collect();
    if lines.is_empty() { "there is no address to try".into() } else { lines.join(", ") }
}
