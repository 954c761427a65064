//! The flags of `wirebook quic`, and what they say.

use crate::{
    args::{Command, Parsed, Section, UsageError, switch, valued},
    exit::Failure,
    session,
};
use client::tls;
use quic::{Transport, version::Version};
use std::{net::SocketAddr, time::Duration};

/// Where `serve` listens unless it is told.
pub(super) const LISTEN: &str = "127.0.0.1:4433";

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "quic",
    operands: "serve [DIR] | get URL…",
    count: (1, 10_001),
    summary: "Serves files, and gets them, by QUIC alone: HTTP/0.9 on its streams (hq-interop).",
    sections: &[
        Section {
            heading: "To serve",
            flags: &[
                valued(
                    None,
                    "listen",
                    "ADDRESS",
                    "listen there; 127.0.0.1:4433 unless you say. May be given again",
                ),
                switch(None, "retry", "have every client come again with a token (Retry)"),
                valued(
                    None,
                    "preferred",
                    "ADDRESS",
                    "tell clients to move to this address once the handshake is done; one that \
                     --listen covers, as 0.0.0.0:PORT does",
                ),
                valued(None, "threads", "N", "loops for each address; 1 unless you say"),
            ],
        },
        Section {
            heading: "To get",
            flags: &[
                valued(Some('o'), "output", "FILE", "write to FILE, and not to standard output"),
                valued(None, "output-dir", "DIR", "write each URL's file to DIR, by its last name"),
                switch(None, "update-keys", "update the keys behind the first file"),
                switch(
                    None,
                    "resume",
                    "get the first by one connection, the rest by a resumed one",
                ),
                switch(None, "early", "the same, and ask along with the first flight (0-RTT)"),
                valued(Some('m'), "max-time", "SECONDS", "give up after so long"),
                valued(None, "format", "text|json", "end with a line that says how it was"),
            ],
        },
        Section {
            heading: "Both",
            flags: &[
                valued(
                    None,
                    "quic-version",
                    "N",
                    "begin with this version, 1 or 2; 1 unless you say",
                ),
                switch(None, "no-offload", "send and receive datagrams one by one, as std does"),
                valued(
                    None,
                    "qlog",
                    "DIR",
                    "write what happens to DIR, as qlog; else QLOGDIR names it",
                ),
                switch(Some('v'), "verbose", "tell each packet; -vv its frames, -vvv more"),
            ],
        },
        Section { heading: "TLS", flags: session::tls::FLAGS },
    ],
    notes: "Without --cert, serve shows the certificate that it makes for localhost; get it with -k.\n\
            Try: wirebook quic serve . and then\n\
            wirebook quic get -k -v https://127.0.0.1:4433/README.md\n",
};

/// What both sides are told.
pub(super) struct Both {
    pub(super) tls: tls::Options,
    pub(super) transport: Transport,
    pub(super) version: Version,
    pub(super) offload: bool,
}

impl Both {
    /// Reads the flags.
    ///
    /// # Errors
    /// [`Failure`].
    pub(super) fn read(parsed: &Parsed) -> Result<Self, Failure> {
        let (version, versions) = match parsed.text("quic-version")? {
            None | Some("1") => (Version::V1, [Version::V1, Version::V2]),
            Some("2") => (Version::V1, [Version::V2, Version::V1]),
            Some(other) => {
                return Err(UsageError::value("quic-version", other, "it is 1 or 2").into());
            }
        };
        let offload = !parsed.is("no-offload");
        let transport =
            Transport { versions: versions.to_vec(), ecn: offload, ..Transport::default() };
        Ok(Self { tls: session::tls::options(parsed)?, transport, version, offload })
    }
}

/// An address of a flag.
pub(super) fn address(flag: &'static str, text: &str) -> Result<SocketAddr, UsageError> {
    text.parse().map_err(|_| UsageError::value(flag, text, "it must be like 127.0.0.1:4433"))
}

/// How long all may take.
pub(super) fn max_time(parsed: &Parsed) -> Result<Option<Duration>, UsageError> {
    parsed.seconds("max-time")
}
