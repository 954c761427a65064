//! `wirebook get`: URLs to standard output or to files, with curl's flags and exit codes.
//!
//! ```text
//!   flags ──► Options, Session ──► Transfer, one per URL ──► body ──► Output
//!                                       ├──► Teller          -v, --trace
//!                                       └──► Facts           -w, --format json
//! ```
//!
//! Invariant: standard output gets the body (and what -i, -I, -w and -D - ask for), standard error
//! everything else.
//!
//! Invariant: one URL's failure does not keep the others from being fetched; the last one's code is
//! the program's, as in curl.

mod data;
mod flags;
mod form;
mod head;
mod options;
mod output;
mod progress;
mod request;
mod tell;
mod transfer;
mod way;
mod write_out;

pub(crate) use flags::COMMAND;

use crate::{args::Parsed, exit::Failure, terminal::say};
use client::Session;
use http::cookie::{self, Jar};
use options::Options;
use std::{ffi::OsStr, fs, io, io::Write, sync::Arc, time::SystemTime};
use tell::Teller;
use transfer::Transfer;

/// Fetches all URLs.
///
/// # Errors
/// [`Failure`] where the command line is wrong; what goes wrong with a URL is said there.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let options = Options::read(parsed)?;
    let mut builder = options::session(parsed)?;
    builder = match cookies(&options) {
        Some(jar) => builder.cookies(jar),
        None => builder.without_cookies(),
    };
    let teller = Arc::new(Teller::new(&options));
    if options.listens() {
        builder = builder.trace(tell::trace(teller.clone()));
    }
    let session = builder.build();
    let mut code = 0;
    for (index, url) in options.urls.iter().enumerate() {
        code = Transfer::new(&options, &session, &teller, index, url).run();
    }
    if let Some(file) = &options.cookie_jar
        && let Err(error) = keep_cookies(&session, file)
    {
        say(&format!("(23) writing the cookies to {} failed: {error}", file.to_string_lossy()));
        code = if code == 0 { 23 } else { code };
    }
    Ok(code)
}

/// The cookies to begin with, if there are to be any: as in curl, a jar is kept only where -b names
/// a file or -c asks for one.
fn cookies(options: &Options) -> Option<Jar> {
    if options.cookie_file.is_none() && options.cookie_jar.is_none() {
        return None;
    }
    let mut jar = Jar::default();
    let file = options.cookie_file.as_ref().filter(|file| !file.is_empty());
    // A file that is not there yet is one that -c will write.
    if let Some(text) = file.and_then(|file| fs::read(file).ok()) {
        let (cookies, errors) = cookie::read(&text, &http::Limits::default());
        if options.errors {
            errors.iter().for_each(|error| say(&error.to_string()));
        }
        let now = SystemTime::now().into();
        cookies.into_iter().for_each(|cookie| jar.insert(cookie, now));
    }
    Some(jar)
}

fn keep_cookies(session: &Session, file: &OsStr) -> io::Result<()> {
    let text = session.cookies(|jar| cookie::write(jar.iter())).unwrap_or_default();
    if file == "-" {
        return io::stdout().write_all(&text);
    }
    fs::write(file, text)
}
