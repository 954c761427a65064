//! One request's fields in HTTP/1.1 and in HTTP/2, said for the first time and once more.
//!
//! RFC 9112 §3, RFC 7541, RFC 9113 §8.3.1
//!
//! ```text
//!   request ──► http1 client ──► GET / HTTP/1.1 CR LF …                 the same each time
//!   request ──► http2 client ──► HEADERS ──► decoder ──► fields         a table grows
//!   request ──► http2 client ──► HEADERS ──► decoder ──► fields         a table is used
//! ```
//!
//! Invariant: the octets are those that our client's connections send; a field's share of a block
//! is found by an encoder that is given one field at a time, and must make the very same block.
//!
//! Used by: `wirebook lab headers`.

use crate::realtime::Fields;
use http::{Method, Request, Target, message::Scheme};
use http2::{ClientOptions, Connection, frame::FrameHead};
use std::time::Instant;
use wire::Output;

/// Why the experiment broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field that cannot be sent.
    #[error("{0}")]
    Field(#[from] http::InvalidField),
    /// HTTP/1.1 cannot send the request.
    #[error("the request is malformed: {0}")]
    Text(#[from] http1::Misuse),
    /// HTTP/2 cannot.
    #[error("the request is malformed: {0}")]
    Binary(#[from] http2::Misuse),
    /// The block that was made cannot be read.
    #[error("the field block is malformed: {0}")]
    Block(#[from] hpack::Error),
    /// The encoder made another block of the same fields.
    #[error("the field block of request {0} is not the sum of its fields")]
    Shares(u8),
}

/// How a block says a field (RFC 7541 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By a number alone.
    Indexed,
    /// In letters, and from now on it has a number.
    Remembered,
    /// In letters, and not remembered.
    Passing,
    /// In letters, as a secret that nobody may remember.
    Secret,
}

impl Form {
    const fn of(first: u8) -> Self {
        match first {
            0x80.. => Self::Indexed,
            0x40.. => Self::Remembered,
            0x10..0x20 => Self::Secret,
            _ => Self::Passing,
        }
    }

    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Indexed => "number",
            Self::Remembered => "kept",
            Self::Passing => "not kept",
            Self::Secret => "secret",
        }
    }
}

/// A field, and what each version pays for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name, as HTTP/2 has it.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Octets in HTTP/1.1.
    pub text: usize,
    /// How HTTP/2 says it in the first request, and in how many octets; and in the second.
    pub binary: [(Form, usize); 2],
}

/// What the request costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its fields, in the order of the block.
    pub rows: Vec<Row>,
    /// Octets of the whole request in HTTP/1.1.
    pub text: usize,
    /// Octets of its frame in HTTP/2, the first time and the second.
    pub binary: [usize; 2],
}

/// Makes the request and counts.
///
/// # Errors
/// See [`Error`].
pub fn run(fields: Fields) -> Result<Report, Error> {
    let mut request = Request::new(Method::Get, Target::Origin("/rooms/sockets".into()));
    request.headers.try_append("Host", "wirebook.example")?;
    for (name, value) in fields.list() {
        request.headers.try_append(name, value)?;
    }
    let text = text_of(&request)?;
    let frames = frames_of(&request)?;
    let mut decoder = hpack::Decoder::new(hpack::Limits::default());
    let mut encoder = hpack::Encoder::new(&hpack::Limits::default());
    let mut rows: Vec<Row> = Vec::new();
    for (number, frame) in (1..).zip(&frames) {
        let block = frame.get(FrameHead::LENGTH..).unwrap_or_default();
        let mut shares = Vec::new();
        let (mut list, mut again) = (Vec::new(), Vec::new());
        decoder.decode(block, |field| {
            let before = again.len();
            encoder.encode([field], &mut again);
            let first = again.get(before).copied().unwrap_or_default();
            shares.push((Form::of(first), again.len() - before));
            let [name, value] =
                [field.name, field.value].map(|text| String::from_utf8_lossy(text).into_owned());
            list.push((name, value));
        })?;
        if again != block {
            return Err(Error::Shares(number));
        }
        if number == 1 {
            rows = list
                .into_iter()
                .zip(&shares)
                .map(|((name, value), share)| {
                    let text = text_share(&name, &value);
                    Row { name, value, text, binary: [*share; 2] }
                })
                .collect();
        }
        for (row, share) in rows.iter_mut().zip(shares) {
            row.binary[1] = share;
        }
    }
    Ok(Report { rows, text: text.len(), binary: frames.map(|frame| frame.len()) })
}

/// The octets of the request as HTTP/1.1 has them.
fn text_of(request: &Request) -> Result<Vec<u8>, Error> {
    let mut connection = http1::client::Connection::new(&http1::Limits::default(), Instant::now());
    connection.send_request(request, http1::Outgoing::None)?;
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(Instant::now(), &mut out);
    Ok(out.take())
}

/// The frame of the request, and of the same once more on the same connection.
fn frames_of(request: &Request) -> Result<[Vec<u8>; 2], Error> {
    let now = Instant::now();
    let options = ClientOptions::new(Scheme::Https);
    let mut connection = Connection::client(&http2::Limits::default(), options, now);
    let mut out = Output::new(usize::MAX);
    // The preface and the settings, which are not the request's.
    connection.poll_transmit(now, &mut out);
    out.take();
    let mut next = || {
        connection.send_request(request, http2::Outgoing::None)?;
        connection.poll_transmit(now, &mut out);
        Ok::<_, Error>(out.take())
    };
    Ok([next()?, next()?])
}

/// Octets of a field in HTTP/1.1, its part of the request line if that is where it stands.
fn text_share(name: &str, value: &str) -> usize {
    match name {
        ":method" | ":path" => value.len() + " ".len(),
        ":scheme" => 0,
        ":authority" => "Host: \r\n".len() + value.len(),
        _ => name.len() + ": \r\n".len() + value.len(),
    }
}

/// The table.
pub fn text(report: &Report) -> String {
    let line = |what: &str, text: usize, binary: [(&str, usize); 2]| {
        let [(first, one), (again, two)] = binary;
        let line = format!("{what:<50}{text:>8}{one:>7}  {first:<9}{two:>7}  {again}");
        line.trim_end().to_owned() + "\n"
    };
    let mut table = format!("{:<50}{:>8}{:>7}  {:<9}{:>7}", "", "HTTP/1.1", "HTTP/2", "", "again");
    table.push('\n');
    for row in &report.rows {
        let mut what = format!("{}: {}", row.name, row.value);
        if what.chars().count() > 48 {
            what = what.chars().take(47).chain(['…']).collect();
        }
        table += &line(&what, row.text, row.binary.map(|(form, octets)| (form.name(), octets)));
    }
    let rest = report.text - report.rows.iter().map(|row| row.text).sum::<usize>();
    let head = ("", FrameHead::LENGTH);
    table += &line("version and empty line; the frame's head", rest, [head; 2]);
    let [first, again] = report.binary.map(|octets| ("", octets));
    table += &line("octets in all", report.text, [first, again]);
    table
        + "\nnumber: an entry of a table; kept: in letters, and from now on an entry; not kept: in \
           letters,\nand forgotten; secret: in letters, and nobody on the way may keep it.\n"
}

/// One object.
pub fn json(report: &Report) -> String {
    let rows: Vec<String> = report
        .rows
        .iter()
        .map(|Row { name, value, text, binary: [first, again] }| {
            // What fields hold is printed by Rust and by JSON in the same way.
            format!(
                "{{\"name\":{name:?},\"value\":{value:?},\"http1\":{text},\"first\":{},\
                 \"first_form\":\"{}\",\"again\":{},\"again_form\":\"{}\"}}",
                first.1,
                first.0.name(),
                again.1,
                again.0.name()
            )
        })
        .collect();
    let [first, again] = report.binary;
    format!(
        "{{\"http1\":{},\"first\":{first},\"again\":{again},\"fields\":[{}]}}\n",
        report.text,
        rows.join(",")
    )
}
