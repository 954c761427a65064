//! `wirebook dissect`: octets explained by the parser that reads them.
//!
//! Exit codes: 0 all was read, 1 the parser stopped (it is said where and why) or there is nothing
//! to read, 2 a wrong command line.

use crate::{
    args::{Command, Parsed, Section, UsageError, read_file, switch, valued},
    exit::Failure,
    print,
};
use ::dissect::{self as octets_explained, Hints, KeyLog, Kind};
use std::{
    fs,
    io::{self, Read},
};

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "dissect",
    operands: "[FILE]",
    count: (0, 1),
    summary: "Explains octets, field by field, by the parser that reads them.",
    sections: &[Section {
        heading: "Flags",
        flags: &[
            valued(
                None,
                "as",
                "KIND",
                "what the octets are: http1-request, http1-response, websocket, or one side of it, \
                 websocket-client, websocket-server; deflate, zlib, gzip; tls-record, \
                 tls-handshake; certificate, DER or PEM; http2, one side of a connection, and \
                 hpack, a block of it; quic-packet, a datagram of QUIC; http3, a stream of it; \
                 qpack-section, fields of HTTP/3, and qpack-encoder and qpack-decoder, the streams beside them",
            ),
            valued(None, "octets", "HEX", "these octets, instead of a file's"),
            switch(None, "hex", "the file holds hexadecimal digits; # begins a remark"),
            switch(
                None,
                "raw",
                "the file holds the octets themselves, though they look like digits",
            ),
            valued(
                None,
                "keylog",
                "FILE",
                "secrets as SSLKEYLOGFILE has them: sealed records that they open are shown opened",
            ),
            valued(
                None,
                "dcid",
                "HEX",
                "the destination of the client's first QUIC packet: it opens the server's Initial \
                 packets, and those after a Retry",
            ),
            valued(
                None,
                "id-length",
                "N",
                "octets of the connection ID in a short head of QUIC, 0 to 20; 8, if nobody says",
            ),
            valued(
                None,
                "number",
                "N",
                "the QUIC packet number before, for a packet far behind the beginning",
            ),
            valued(
                None,
                "encoder-stream",
                "HEX",
                "the encoder stream of QPACK that a section refers to",
            ),
            valued(None, "format", "text|json", "how to tell"),
        ],
    }],
    notes: "Without FILE, or with -, standard input is read.\n\
            Try: printf 'GET / HTTP/1.1\\r\\n\\r\\n' | wirebook dissect --as http1-request\n\
            Or a server's Retry, from RFC 9001:\n\
            wirebook dissect --as quic-packet --dcid 8394c8f03e515708 --octets \\\n  \
            ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba\n",
};

/// Explains.
///
/// # Errors
/// [`Failure`] for a command line or an input that cannot be read.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let Some(kind) = parsed.text("as")? else {
        return Err(UsageError::MissingOperand { operand: "--as KIND" }.into());
    };
    let kind: Kind = kind.parse().map_err(|error| UsageError::value("as", kind, error))?;
    let json = match parsed.text("format")? {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => return Err(UsageError::value("format", other, "it is text or json").into()),
    };
    let octets = octets(parsed)?;
    let found = octets_explained::dissect_hinted(kind, &octets, &hints(parsed)?);
    print(&if json {
        octets_explained::json(&found) + "\n"
    } else {
        octets_explained::text(&found)
    })?;
    Ok(u8::from(found.error.is_some()))
}

fn hints(parsed: &Parsed) -> Result<Hints, Failure> {
    let destination = match parsed.text("dcid")? {
        None => None,
        Some(digits) => {
            let read = wire::hex::decode(digits).map_err(|error| error.to_string());
            let read = read.and_then(|octets| match octets.len() {
                ..=20 => Ok(octets),
                length => Err(format!("{length} octets; a connection ID has 20 at the most")),
            });
            Some(read.map_err(|error| UsageError::value("dcid", digits, error))?)
        }
    };
    let id_length = parsed.number("id-length")?;
    if let Some(length @ 21..) = id_length {
        let why = "a connection ID has 20 octets at the most";
        return Err(UsageError::value("id-length", &length.to_string(), why).into());
    }
    let encoder_stream = parsed
        .text("encoder-stream")?
        .map(|digits| {
            let read = octets_explained::octets_of(digits.as_bytes().to_vec(), Some(true));
            read.map_err(|error| UsageError::value("encoder-stream", digits, error))
        })
        .transpose()?;
    let (keys, number) = (key_log(parsed)?, parsed.number("number")?);
    Ok(Hints { keys, destination, id_length, number, encoder_stream })
}

fn key_log(parsed: &Parsed) -> Result<KeyLog, Failure> {
    let Some(file) = parsed.raw("keylog") else { return Ok(KeyLog::default()) };
    let text = read_file("keylog", file)?;
    let log = KeyLog::read(&String::from_utf8_lossy(&text));
    Ok(log.map_err(|error| UsageError::value("keylog", &file.to_string_lossy(), error))?)
}

fn octets(parsed: &Parsed) -> Result<Vec<u8>, Failure> {
    let hex = match (parsed.is("hex"), parsed.is("raw")) {
        (true, true) => {
            return Err(UsageError::Conflict { first: "--hex", second: "--raw" }.into());
        }
        (false, false) => None,
        (hex, _) => Some(hex),
    };
    if let Some(digits) = parsed.text("octets")? {
        let read = octets_explained::octets_of(digits.as_bytes().to_vec(), Some(true));
        return Ok(read.map_err(|error| UsageError::value("octets", digits, error))?);
    }
    let file = parsed.operands.first().filter(|file| *file != "-");
    let read = match file {
        Some(file) => fs::read(file),
        None => {
            let mut octets = Vec::new();
            io::stdin().lock().read_to_end(&mut octets).map(|_| octets)
        }
    };
    let name = file.map_or("standard input".into(), |file| file.to_string_lossy());
    let wrong = |error: &dyn std::fmt::Display| Failure::new(1, format!("{name}: {error}"));
    let read = read.map_err(|error| wrong(&error))?;
    octets_explained::octets_of(read, hex).map_err(|error| wrong(&error))
}
