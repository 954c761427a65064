//! The request for one URL, from what the flags say.
//!
//! Invariant: a flag that sets a field keeps out the one that would be sent by itself.

use super::{
    options::{JSON, Options, Payload, is_stdin},
    transfer::Problem,
};
use crate::session::Field;
use client::{Content, RequestBuilder, Session};
use http::uri::{percent, remove_dot_segments};
use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Cursor},
    sync::Arc,
};

/// The request for the `index`-th URL, from `offset` on.
///
/// # Errors
/// A URL that is none, a file that cannot be read.
pub(super) fn build(
    options: &Options,
    session: &Session,
    index: usize,
    url: &str,
    offset: u64,
) -> Result<RequestBuilder, Problem> {
    let address = address(url, &options.payload, index);
    let mut request = session.request(options.method_for(index), &address)?;
    let chunked = options.fields.iter().any(is_chunked);
    let content = content(&options.payload, index, chunked)?;
    if let Some((content, kind)) = content {
        request = request.body(content);
        for (name, value) in [("Accept", JSON), ("Content-Type", kind.unwrap_or_default())] {
            let wanted = name == "Content-Type" || kind == Some(JSON);
            if wanted && !value.is_empty() && !sets(options, name) {
                request = request.header(name, value);
            }
        }
    }
    for field in &options.fields {
        request = match field {
            // Its meaning is in the content: a reader whose length is not told.
            field if is_chunked(field) => request,
            Field::Set(name, value) => request.header(name, value),
            Field::Without(name) => request.without_header(name),
        };
    }
    if offset > 0 {
        request = request.header("Range", format!("bytes={offset}-"));
        // What the file holds is plain, whatever it came as; a range would be of the coded octets
        // (RFC 9110 §14.2).
        if !sets(options, "Accept-Encoding") {
            request = request.without_header("Accept-Encoding");
        }
    }
    Ok(request)
}

/// What is sent along, and its type if that is not for the server to guess.
fn content(
    payload: &Payload,
    index: usize,
    chunked: bool,
) -> Result<Option<(Content, Option<&str>)>, Problem> {
    Ok(match payload {
        Payload::None | Payload::Query(_) => None,
        Payload::Data(octets, kind) if chunked => {
            Some((Content::reader(Cursor::new(Arc::clone(octets))), Some(kind)))
        }
        Payload::Data(octets, kind) => Some((Content::bytes(Arc::clone(octets)), Some(kind))),
        Payload::Form(content, kind) => Some((content.clone(), Some(kind))),
        Payload::Upload(files) => match files.get(index) {
            Some(file) => Some((upload(file, chunked)?, None)),
            None => None,
        },
    })
}

/// Whether a flag speaks of this field.
fn sets(options: &Options, wanted: &str) -> bool {
    options.fields.iter().any(|field| match field {
        Field::Set(name, _) | Field::Without(name) => name.eq_ignore_ascii_case(wanted),
    })
}

/// The URL as it is asked for: its path without dot segments, with the data of `-G`, with the
/// file's name of `-T`.
fn address(url: &str, payload: &Payload, index: usize) -> String {
    let (front, fragment) = split(url, url.find('#'));
    let (front, query) = split(front, front.find('?'));
    let authority = front.find("://").map_or(0, |at| at + "://".len());
    let slash = front.get(authority..).and_then(|rest| rest.find('/'));
    let (host, path) = split(front, slash.map(|slash| authority + slash));
    let mut path = remove_dot_segments(path);
    let mut query = query.to_owned();
    match payload {
        Payload::Query(data) => {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(data);
        }
        Payload::Upload(files) if path.is_empty() || path.ends_with('/') => {
            let file = files.get(index).filter(|file| !is_stdin(file));
            let file = file.map(|file| file.to_string_lossy()).unwrap_or_default();
            let name = file.rsplit('/').next().unwrap_or_default();
            if path.is_empty() {
                path.push('/');
            }
            path.push_str(&percent::encode(name.as_bytes(), percent::is_segment));
        }
        _ => {}
    }
    format!("{host}{path}{query}{fragment}")
}

/// The text before `at` and from there on; all of it before, where there is no such place.
fn split(text: &str, at: Option<usize>) -> (&str, &str) {
    at.and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// Content whose length shall not be told.
fn is_chunked(field: &Field) -> bool {
    matches!(field, Field::Set(name, value)
        if name.eq_ignore_ascii_case("Transfer-Encoding") && value.eq_ignore_ascii_case("chunked"))
}

/// The content of `-T`.
fn upload(file: &OsStr, chunked: bool) -> Result<Content, Problem> {
    if is_stdin(file) {
        return Ok(Content::reader(io::stdin()));
    }
    let wrong = |error: io::Error| {
        Problem::new(26, format!("{} cannot be read: {error}", file.to_string_lossy()))
    };
    let opened = File::open(file).map_err(wrong)?;
    let regular = opened.metadata().map_err(wrong)?.is_file();
    if regular && !chunked {
        return Content::seekable(opened).map_err(wrong);
    }
    Ok(Content::reader(opened))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_made_of_the_url_and_the_payload() {
        let plain = |url| address(url, &Payload::None, 0);
        assert_eq!(plain("http://a/b/../c/./d?x/../y#z/../w"), "http://a/c/d?x/../y#z/../w");
        assert_eq!(plain("a:80"), "a:80");
        assert_eq!(plain("http://한국/길"), "http://한국/길");
        let query = Payload::Query("d=1".into());
        assert_eq!(address("http://a?b#c", &query, 0), "http://a?b&d=1#c");
        assert_eq!(address("http://a/", &query, 0), "http://a/?d=1");
        let files = Payload::Upload(vec!["x/길.txt".into(), "-".into()]);
        assert_eq!(address("http://a", &files, 0), "http://a/%EA%B8%B8.txt");
        assert_eq!(address("http://a/d/?q", &files, 0), "http://a/d/%EA%B8%B8.txt?q");
        assert_eq!(address("http://a/d", &files, 0), "http://a/d");
        assert_eq!(address("http://a/d/", &files, 1), "http://a/d/");
    }
}
