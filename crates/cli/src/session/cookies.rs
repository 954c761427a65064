//! The jar: what it begins with, and where it goes at the end.
//!
//! As in curl, a jar is kept only where `-b` names a file or `-c` asks for one.

use crate::{args::Parsed, terminal::say};
use client::{Session, SessionBuilder};
use http::cookie::{self, Jar};
use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{self, Write},
    time::SystemTime,
};

/// Gives the session the cookies to begin with, if there are to be any; `tells` what is wrong in
/// the file.
pub(crate) fn begin(parsed: &Parsed, builder: SessionBuilder, tells: bool) -> SessionBuilder {
    let file = file(parsed);
    if file.is_none() && !parsed.is("cookie-jar") {
        return builder.without_cookies();
    }
    let mut jar = Jar::default();
    // A file that is not there yet is one that -c will write.
    let text = file.filter(|file| !file.is_empty()).and_then(|file| fs::read(file).ok());
    if let Some(text) = text {
        let (cookies, errors) = cookie::read(&text, &http::Limits::default());
        if tells {
            errors.iter().for_each(|error| say(&error.to_string()));
        }
        let now = SystemTime::now().into();
        cookies.into_iter().for_each(|cookie| jar.insert(cookie, now));
    }
    builder.cookies(jar)
}

/// `-b` with a file, which `-b` with `name=value` is not.
fn file(parsed: &Parsed) -> Option<OsString> {
    let cookies = parsed.iter().filter(|(flag, _)| *flag == "cookie").map(|(_, value)| value);
    cookies.filter(|value| !value.as_encoded_bytes().contains(&b'=')).last().map(OsString::from)
}

/// Writes the cookies to where `-c` says. Answers the exit code: the given one, or 23.
pub(crate) fn keep(parsed: &Parsed, session: &Session, code: u8) -> u8 {
    let Some(file) = parsed.raw("cookie-jar") else { return code };
    let Err(error) = write(session, file) else { return code };
    say(&format!("(23) writing the cookies to {} failed: {error}", file.to_string_lossy()));
    if code == 0 { 23 } else { code }
}

fn write(session: &Session, file: &OsStr) -> io::Result<()> {
    let text = session.cookies(|jar| cookie::write(jar.iter())).unwrap_or_default();
    if file == "-" {
        return io::stdout().write_all(&text);
    }
    fs::write(file, text)
}
