//! `wirebook dissect`: octets explained by the parser that reads them.
//!
//! Exit codes: 0 all was read, 1 the parser stopped (it is said where and why) or there is nothing
//! to read, 2 a wrong command line.

use crate::{
    args::{Command, Parsed, Section, UsageError, read_file, switch, valued},
    exit::Failure,
    print,
};
use ::dissect::{self as octets_explained, KeyLog, Kind};
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
                 hpack, a block of it",
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
            valued(None, "format", "text|json", "how to tell"),
        ],
    }],
    notes: "Without FILE, or with -, standard input is read.\n\
            Try: printf 'GET / HTTP/1.1\\r\\n\\r\\n' | wirebook dissect --as http1-request\n",
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
    let found = octets_explained::dissect_opened(kind, &octets, &key_log(parsed)?);
    print(&if json {
        octets_explained::json(&found) + "\n"
    } else {
        octets_explained::text(&found)
    })?;
    Ok(u8::from(found.error.is_some()))
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
