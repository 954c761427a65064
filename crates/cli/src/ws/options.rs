//! What `ws` was told: the flags, read and checked before the first packet leaves.

use crate::{
    args::{Parsed, UsageError, as_text},
    session::{Field, fields, redirects},
    tell::Telling,
};
use client::websocket;
use std::{
    ffi::OsString,
    io::{self, IsTerminal},
    time::Duration,
};

/// What `ws` was told, apart from what is settled in the session.
pub(super) struct Options {
    pub(super) url: String,
    pub(super) handshake: websocket::Options,
    pub(super) binary: bool,
    pub(super) output: Option<OsString>,
    /// `-1`.
    pub(super) one: bool,
    /// When the input has ended.
    pub(super) behind: Behind,
    /// Lines that begin with a slash are commands.
    pub(super) commands: bool,
    /// `-m`.
    pub(super) most: Option<Duration>,
    pub(super) telling: Telling,
    /// Say what happens beside the messages.
    pub(super) notes: bool,
    pub(super) errors: bool,
}

/// What to do when the input has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// Close, so much later.
    Close(Duration),
    /// Go on until the server closes.
    Stay,
}

impl Options {
    /// Reads the flags.
    ///
    /// # Errors
    /// [`UsageError`].
    pub(super) fn read(parsed: &Parsed) -> Result<Self, UsageError> {
        let url = parsed.operands.first().map(|url| as_text("url", url)).transpose()?;
        let one = parsed.is("one-message");
        let wait = parsed.seconds("wait")?;
        if parsed.is("no-close") && wait.is_some() {
            return Err(UsageError::Conflict { first: "-n", second: "--wait" });
        }
        if parsed.is("binary") && parsed.is("commands") {
            return Err(UsageError::Conflict { first: "--binary", second: "--commands" });
        }
        let behind = match wait {
            Some(wait) => Behind::Close(wait),
            // What is waited for is the one message.
            None if one || parsed.is("no-close") => Behind::Stay,
            None => Behind::Close(Duration::ZERO),
        };
        let (silent, console) = (parsed.is("silent"), io::stdin().is_terminal());
        let telling = Telling::read(parsed)?;
        let told = (console || telling.verbose > 0) && !telling.json;
        Ok(Self {
            url: url.unwrap_or_default().to_owned(),
            handshake: handshake(parsed)?,
            binary: parsed.is("binary"),
            output: parsed.raw("output").map(OsString::from),
            one,
            behind,
            commands: (console || parsed.is("commands")) && !parsed.is("binary"),
            most: parsed.seconds("max-time")?,
            telling,
            notes: told && !silent,
            errors: !silent || parsed.is("show-error"),
        })
    }
}

fn handshake(parsed: &Parsed) -> Result<websocket::Options, UsageError> {
    let mut options = websocket::Options { redirects: redirects(parsed)?, ..Default::default() };
    options.version = match () {
        () if parsed.is("http3-only") => Some(http::Version::Http3),
        () if parsed.is("http2") || parsed.is("http2-prior-knowledge") => {
            Some(http::Version::Http2)
        }
        () => None,
    };
    options.origin = parsed.text("origin")?.map(str::to_owned);
    options.protocols = parsed.texts("protocol")?.into_iter().map(str::to_owned).collect();
    if parsed.is("no-compression") {
        options.deflate = None;
    }
    if let Some(interval) = parsed.seconds("ping-interval")? {
        options.limits.ping_interval = (!interval.is_zero()).then_some(interval);
    }
    for field in fields(parsed)? {
        match field {
            // What browsers say by an argument, people say by a field.
            Field::Set(name, value) if name.eq_ignore_ascii_case("Sec-WebSocket-Protocol") => {
                options.protocols.extend(value.split(',').map(|name| name.trim().to_owned()));
            }
            Field::Set(name, value) => {
                let added = options.headers.try_append(&name, &value);
                added.map_err(|error| UsageError::value("header", &name, error))?;
            }
            Field::Without(name) => options.without.push(name),
        }
    }
    Ok(options)
}
