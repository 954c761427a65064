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
//! the program's, as in curl; with -Z the last failure's.

mod data;
mod flags;
mod form;
mod options;
mod output;
mod parallel;
mod progress;
mod request;
mod transfer;
mod write_out;

pub(crate) use flags::COMMAND;

use crate::{
    args::Parsed,
    exit::Failure,
    session::{self, cookies, elsewhere},
    tell::{self, Teller},
};
use options::Options;
use std::sync::Arc;
use transfer::Transfer;

/// Fetches all URLs.
///
/// # Errors
/// [`Failure`] where the command line is wrong; what goes wrong with a URL is said there.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let options = Options::read(parsed)?;
    let mut builder = cookies::begin(parsed, session::session(parsed)?, options.errors);
    builder = elsewhere::begin(parsed, builder);
    let teller = Arc::new(Teller::new(options.telling));
    if options.listens() || teller.writes() {
        builder = builder.trace(tell::trace(teller.clone()));
    }
    let session = builder.build();
    let transfer = |(index, url): (usize, &String)| {
        Transfer::new(&options, &session, &teller, index, url).run()
    };
    let code = match options.parallel {
        Some(width) => parallel::run(options.urls.len(), width, |index| {
            options.urls.get(index).map_or(0, |url| transfer((index, url)))
        }),
        None => options.urls.iter().enumerate().fold(0, |_, next| transfer(next)),
    };
    let code = elsewhere::keep(parsed, &session, code);
    Ok(cookies::keep(parsed, &session, code))
}
