//! `--alt-svc`: where else origins are served, kept in a file.
//!
//! RFC 7838

use crate::{args::Parsed, terminal::say};
use client::{Session, SessionBuilder, core::alternatives::Alternatives};
use std::{fs, time::SystemTime};

/// Gives the session the places to begin with, where it shall look for any. A file that is not
/// there yet is one that will be written.
pub(crate) fn begin(parsed: &Parsed, builder: SessionBuilder) -> SessionBuilder {
    let Some(file) = parsed.raw("alt-svc") else { return builder };
    let text = fs::read_to_string(file).unwrap_or_default();
    builder.alternatives(Alternatives::read(&text, SystemTime::now().into()))
}

/// Writes them down. Answers the exit code: the given one, or 23.
pub(crate) fn keep(parsed: &Parsed, session: &Session, code: u8) -> u8 {
    let Some(file) = parsed.raw("alt-svc").filter(|file| !file.is_empty()) else { return code };
    let text = session.alternatives(|known| known.write()).unwrap_or_default();
    let Err(error) = fs::write(file, text) else { return code };
    say(&format!("(23) writing the places to {} failed: {error}", file.to_string_lossy()));
    if code == 0 { 23 } else { code }
}
