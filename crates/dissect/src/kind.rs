//! The parsers that can be asked, by name.

use crate::{Hints, KeyLog, certificate, http2, http3, qpack, quic, tls};
use deflate::{Status, WindowBits, gzip};
use http::Method;
use std::{borrow::Cow, collections::BTreeMap, fmt, str::FromStr};
use websocket::{
    Role,
    frame::{Head, Rules},
};
use wire::{Note, Notes, Reader};

/// What the octets are said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// HTTP/1.0 or 1.1 requests, one behind the other, as a server reads them.
    Http1Request,
    /// HTTP/1.0 or 1.1 responses to GET, one behind the other, as a client reads them.
    Http1Response,
    /// One side of a WebSocket connection; the mask of its first frame tells which one.
    WebSocket,
    /// What a WebSocket client sent: masked frames, perhaps behind its request.
    WebSocketClient,
    /// What a WebSocket server sent: frames without masks, perhaps behind its 101.
    WebSocketServer,
    /// A raw DEFLATE stream, bit by bit.
    Deflate,
    /// A DEFLATE stream in zlib's wrapping.
    Zlib,
    /// A gzip file.
    Gzip,
    /// What one side of a TLS connection sent: records.
    TlsRecord,
    /// Handshake messages of TLS, without records.
    TlsHandshake,
    /// X.509 certificates, DER or PEM.
    Certificate,
    /// Blocks of HPACK, as the first of a connection: joined, they are one.
    Hpack,
    /// What one side of an HTTP/2 connection sent, from its beginning on.
    Http2,
    /// A stream of HTTP/3, from its first octet on.
    Http3,
    /// A field section of QPACK; [`Hints::encoder_stream`] has what it refers to.
    QpackSection,
    /// The encoder stream of QPACK, behind its type.
    QpackEncoder,
    /// The decoder stream of QPACK, behind its type.
    QpackDecoder,
    /// A datagram of QUIC: one packet, or several behind each other.
    QuicPacket,
}

impl Kind {
    /// Every kind, for help texts and tests.
    pub const ALL: [Self; 18] = [
        Self::Http1Request,
        Self::Http1Response,
        Self::WebSocket,
        Self::WebSocketClient,
        Self::WebSocketServer,
        Self::Deflate,
        Self::Zlib,
        Self::Gzip,
        Self::TlsRecord,
        Self::TlsHandshake,
        Self::Certificate,
        Self::Hpack,
        Self::Http2,
        Self::Http3,
        Self::QpackSection,
        Self::QpackEncoder,
        Self::QpackDecoder,
        Self::QuicPacket,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http1Request => "http1-request",
            Self::Http1Response => "http1-response",
            Self::WebSocket => "websocket",
            Self::WebSocketClient => "websocket-client",
            Self::WebSocketServer => "websocket-server",
            Self::Deflate => "deflate",
            Self::Zlib => "zlib",
            Self::Gzip => "gzip",
            Self::TlsRecord => "tls-record",
            Self::TlsHandshake => "tls-handshake",
            Self::Certificate => "certificate",
            Self::Hpack => "hpack",
            Self::Http2 => "http2",
            Self::Http3 => "http3",
            Self::QpackSection => "qpack-section",
            Self::QpackEncoder => "qpack-encoder",
            Self::QpackDecoder => "qpack-decoder",
            Self::QuicPacket => "quic-packet",
        }
    }

    /// All names, for a message: `a, b and c`.
    fn names() -> String {
        let [front @ .., last] = Self::ALL.map(Self::name);
        format!("{} and {last}", front.join(", "))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No parser has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing here reads `{name}`; there are {}", Kind::names(), name = .0)]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == name);
        known.ok_or_else(|| UnknownKind(name.into()))
    }
}

/// What a parser made of some octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dissection {
    /// What it read, in order.
    pub notes: Vec<Note>,
    /// Octets that it read.
    pub read: usize,
    /// Why it stopped before the end, if it did: the field, the offset and the rule.
    pub error: Option<String>,
}

/// The longest frame that a head can declare (RFC 6455 §5.2).
const LONGEST: u64 = u64::MAX >> 1;

/// Lets the parser of `kind` read `octets`, message after message.
pub fn dissect(kind: Kind, octets: &[u8]) -> Dissection {
    dissect_opened(kind, octets, &KeyLog::default())
}

/// As [`dissect`], with secrets that may open what is sealed; it is shown as it was before.
pub fn dissect_opened(kind: Kind, octets: &[u8], log: &KeyLog) -> Dissection {
    dissect_hinted(kind, octets, &Hints { keys: log.clone(), ..Hints::default() })
}

/// As [`dissect_opened`], with whatever else is known.
pub fn dissect_hinted(kind: Kind, octets: &[u8], hints: &Hints) -> Dissection {
    if kind == Kind::QuicPacket {
        return quic::datagram(octets, hints);
    }
    let notes = Notes::default();
    let (mut octets, mut opened) = (Cow::Borrowed(octets), BTreeMap::new());
    match kind {
        Kind::TlsRecord => opened = tls::open(octets.to_mut(), &hints.keys),
        Kind::Certificate => match certificate::der(&octets) {
            Ok(der) => octets = Cow::Owned(der.into_owned()),
            Err(error) => return Dissection { notes: Vec::new(), read: 0, error: Some(error) },
        },
        _ => {}
    }
    let mut reader = Reader::observed(&octets, &notes);
    let mut stop = None;
    let error = match kind {
        Kind::Http1Request | Kind::Http1Response => messages(kind, &mut reader),
        Kind::WebSocket => frames(side(&octets), &mut reader),
        Kind::WebSocketClient => frames(Role::Client, &mut reader),
        Kind::WebSocketServer => frames(Role::Server, &mut reader),
        Kind::Deflate | Kind::Zlib | Kind::Gzip => compressed(kind, &mut reader),
        Kind::TlsRecord | Kind::TlsHandshake => {
            stop = match kind {
                Kind::TlsRecord => tls::records(&mut reader, &opened),
                _ => tls::messages(&mut reader),
            };
            None
        }
        Kind::Certificate => certificate::certificates(&mut reader),
        Kind::Hpack => block(&mut reader),
        Kind::Http2 => http2::side(&mut reader),
        Kind::Http3 => http3::stream(&mut reader, hints),
        Kind::QpackSection => qpack::section(&mut reader, hints),
        Kind::QpackEncoder => qpack::encoder_stream(&mut reader),
        Kind::QpackDecoder => qpack::decoder_stream(&mut reader),
        // Packets are opened before they are read: it was done above.
        Kind::QuicPacket => None,
    };
    let (read, notes) = (reader.offset(), notes.take());
    let error = error.or_else(|| stop.map(|stop| stop.text(&notes)));
    Dissection { notes, read, error }
}

/// Reads messages of HTTP/1 to the end; why it did not get there, if it did not.
fn messages(kind: Kind, reader: &mut Reader<'_>) -> Option<String> {
    let limits = http1::Limits::default();
    let mut error = None;
    while !reader.is_empty() && error.is_none() {
        let before = reader.offset();
        let result = match kind {
            Kind::Http1Response => {
                http1::head::dissect_response(reader, &Method::Get, &limits).map(|_| ())
            }
            _ => http1::head::dissect_request(reader, &limits).map(|_| ()),
        };
        error = result.err().map(|error| match before {
            0 => error.to_string(),
            // Parsers count from the start of what they parse.
            before => format!("{error}, in the message that begins at octet {before}"),
        });
        if error.is_none() && reader.offset() == before {
            break;
        }
    }
    error
}

/// Whose stream it is: the handshake tells, or the mask of the first frame (RFC 6455 §5.1).
fn side(octets: &[u8]) -> Role {
    let masked = octets.get(1).is_some_and(|second| second & 0x80 != 0);
    if octets.starts_with(b"GET ") || (masked && !octets.starts_with(b"HTTP/")) {
        Role::Client
    } else {
        Role::Server
    }
}

/// Reads what `sender` sent: its part of the handshake, if it is there, and its frames.
fn frames(sender: Role, reader: &mut Reader<'_>) -> Option<String> {
    let heads = http1::Limits::default();
    let head = match sender {
        Role::Client if reader.rest().starts_with(b"GET ") => {
            http1::head::dissect_request(reader, &heads).map(|_| ())
        }
        Role::Server if reader.rest().starts_with(b"HTTP/") => {
            http1::head::dissect_response(reader, &Method::Get, &heads).map(|_| ())
        }
        _ => Ok(()),
    };
    if let Err(error) = head {
        return Some(error.to_string());
    }
    // What is here may be as long as it is.
    let limits = websocket::Limits { frame: LONGEST, ..websocket::Limits::default() };
    let octets = reader.rest();
    if let Err(error) = websocket::frame::dissect(reader, sender, &limits) {
        return Some(error.to_string());
    }
    cut_short(sender, octets)
}

/// What is missing of the last frame, if anything is. All heads were read before and were good.
fn cut_short(sender: Role, octets: &[u8]) -> Option<String> {
    let role = if sender == Role::Client { Role::Server } else { Role::Client };
    let rules = Rules { role, compression: true, frame: LONGEST };
    let mut reader = Reader::new(octets);
    while let Ok(Some(head)) = Head::parse(&mut reader, &rules) {
        let (there, length) = (reader.len(), usize::try_from(head.length).unwrap_or(usize::MAX));
        if there < length {
            return Some(format!("the last frame is cut short: {there} of {length} octets"));
        }
        reader.skip(length);
    }
    let left = reader.len();
    (left > 0).then(|| format!("the last frame is cut short: {left} octets of its head"))
}

/// Reads a block of HPACK to its end, however large the list is that it says.
fn block(reader: &mut Reader<'_>) -> Option<String> {
    let most = usize::MAX;
    let limits =
        hpack::Limits { block: most, list_size: most, fields: most, ..hpack::Limits::default() };
    hpack::Decoder::new(limits).read(reader, |_| ()).err().map(|error| error.to_string())
}

/// Octets that a compressed stream may become here; a small one could become a thousand times as
/// many.
const MOST_INFLATED: usize = 16 << 20;

/// Reads a compressed stream with the decoder that reads bit by bit.
fn compressed(kind: Kind, reader: &mut Reader<'_>) -> Option<String> {
    let window = WindowBits::MAX;
    let (_, verdict) = match kind {
        Kind::Gzip => deflate::gzip::dissect(reader, gzip::Limits::DEFAULT, MOST_INFLATED),
        Kind::Zlib => deflate::zlib::dissect(reader, window, MOST_INFLATED),
        _ => deflate::oracle::inflate(reader, window, MOST_INFLATED),
    };
    match verdict {
        Ok(Status::Ended) if reader.is_empty() => None,
        Ok(Status::Ended) => {
            Some(format!("the stream ends; {} octets stand behind it", reader.len()))
        }
        Ok(Status::Starved) => Some(format!("the stream goes on behind octet {}", reader.offset())),
        Ok(Status::Full) => Some(format!("it becomes more than {} MiB", MOST_INFLATED >> 20)),
        Err(error) => Some(error.to_string()),
    }
}
