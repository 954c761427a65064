//! What every command that asks a server shares: its flags, and the session that they make.
//!
//! ```text
//!   flags.rs    rows of the tables
//!   fields.rs   -H, -A, -e, -r, -b: fields
//!   way.rs      -x, -4, --resolve: by which way
//!   tls.rs      --cacert, -k: https and wss
//!   cookies.rs  -b, -c: the jar
//!   elsewhere.rs  --alt-svc: where else origins are
//!   here        -u, -L, -m: the rest
//! ```
//!
//! Used by: `get`, `ws`.

pub(crate) mod cookies;
pub(crate) mod elsewhere;
mod fields;
pub(crate) mod flags;
pub(crate) mod tls;
pub(crate) mod way;

pub(crate) use fields::{Field, fields};

use crate::{
    args::{Parsed, UsageError},
    exit::Failure,
};
use client::{Expect, Session, SessionBuilder, core::auth, core::coding, core::timeouts::Timeouts};
use http::Version;
use std::time::Duration;

/// The settings that hold for all transfers.
///
/// # Errors
/// [`Failure`].
pub(crate) fn session(parsed: &Parsed) -> Result<SessionBuilder, Failure> {
    let connect = parsed.seconds("connect-timeout")?.unwrap_or(Duration::from_secs(300));
    let timeouts = Timeouts {
        connect: Some(connect),
        total: parsed.seconds("max-time")?,
        // As curl: otherwise a transfer takes as long as it takes.
        ..Timeouts::NONE
    };
    // What is downloaded goes to a file, not to memory: any length will do.
    let limits = http1::Limits { content: u64::MAX, ..http1::Limits::default() };
    let (version, known) = version(parsed);
    let mut builder = Session::builder()
        .timeouts(timeouts)
        .limits(limits)
        .redirects(redirects(parsed)?)
        .tunnel(parsed.is("proxytunnel"))
        .tls(tls::options(parsed)?)
        .proxies(way::proxies(parsed)?)
        .version(version)
        .prior_knowledge(known);
    if parsed.is("compressed") {
        builder = builder.compressed(coding::Limits::DEFAULT);
    }
    builder = way::addresses(parsed, builder)?;
    if let Some(auth) = who(parsed)? {
        builder = builder.auth(auth);
    }
    let expects_nothing = |field: &Field| matches!(field, Field::Without(name) if name.eq_ignore_ascii_case("Expect"));
    if fields(parsed)?.iter().any(expects_nothing) {
        builder = builder.expect(Expect::Never);
    }
    Ok(builder)
}

/// The newest version that may be spoken, and whether it is known that the server does. As in curl,
/// the flag given last counts.
fn version(parsed: &Parsed) -> (Version, bool) {
    let named = |(flag, _): (&str, _)| match flag {
        "http1.0" => Some((Version::Http10, false)),
        "http1.1" => Some((Version::Http11, false)),
        "http2" => Some((Version::Http2, false)),
        "http2-prior-knowledge" => Some((Version::Http2, true)),
        "http3" => Some((Version::Http3, false)),
        "http3-only" => Some((Version::Http3, true)),
        _ => None,
    };
    parsed.iter().filter_map(named).last().unwrap_or((Version::Http2, false))
}

/// How many redirects `-L` and `--max-redirs` allow.
///
/// # Errors
/// [`UsageError`].
pub(crate) fn redirects(parsed: &Parsed) -> Result<u32, UsageError> {
    if !parsed.is("location") {
        return Ok(0);
    }
    match parsed.number::<i64>("max-redirs")? {
        None => Ok(50),
        Some(-1) => Ok(u32::MAX),
        Some(most) => u32::try_from(most)
            .map_err(|_| UsageError::value("max-redirs", &most.to_string(), "it is -1 or more")),
    }
}

fn who(parsed: &Parsed) -> Result<Option<auth::Auth>, UsageError> {
    if let Some(token) = parsed.text("oauth2-bearer")? {
        return Ok(Some(auth::Auth::Bearer(token.to_owned())));
    }
    let Some(user) = parsed.text("user")? else { return Ok(None) };
    let Some((name, password)) = user.split_once(':') else {
        // A prompt would have to switch the terminal's echo off.
        return Err(UsageError::value("user", user, "it must be NAME:PASSWORD"));
    };
    let credentials = auth::Credentials::new(name, password);
    Ok(Some(match (parsed.is("anyauth"), parsed.is("digest")) {
        (true, _) => auth::Auth::Any(credentials),
        (false, true) => auth::Auth::Digest(credentials),
        (false, false) => auth::Auth::Basic(credentials),
    }))
}
