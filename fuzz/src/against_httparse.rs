//! We and httparse on the same octets: what both take must mean the same to both.
//!
//! RFC 9112 §3, §4, §5
//!
//! | both are right, and differ   | we                       | httparse          |
//! |------------------------------|--------------------------|-------------------|
//! | LF alone ends a line         | refuse it                | takes it          |
//! | octets and form of a target  | RFC 3986, the four forms | any but white space and controls |
//! | Host                         | exactly one, well formed | not its business  |
//! | status                       | 100 to 599               | any three digits  |
//! | HTTP/1.2 to HTTP/1.9         | read as 1.1              | refuses them      |
//! | in responses: white space before a colon, folded values | mended as §5 says | refuses them |
//! | empty lines before a head    | the connection's to skip | skips them        |
//! | ceilings                     | `Limits`                 | room for fields   |
//!
//! Invariant: nothing else differs. A new line in this table needs a reason from the RFC.
//!
//! Used by: the fuzz target `httparse`, and the replay of its seeds in `tests/`.

use std::mem::MaybeUninit;

use http1::{Limits, Violation, head};

/// More than our own limit, so that theirs is never the reason.
const FIELDS: usize = 256;

/// Parses `octets` as a request and as a response with both.
///
/// # Panics
/// Where the two disagree in a way that the table does not name.
pub fn check(octets: &[u8]) {
    if !matches!(octets, [b'\r' | b'\n', ..]) {
        request(octets);
        response(octets);
    }
}

fn request(octets: &[u8]) {
    let ours = head::parse_request(octets, &Limits::default());
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS];
    let mut theirs = httparse::Request::new(&mut []);
    let verdict = theirs.parse_with_uninit_headers(octets, &mut fields);
    match (ours, verdict) {
        (Ok(Some((head, length))), Ok(httparse::Status::Complete(end))) => {
            assert_eq!(length, end, "the head ends elsewhere");
            assert_eq!(Some(head.request.method.as_str()), theirs.method, "methods");
            let minor = theirs.version.expect("a whole head has a version");
            assert_eq!(head.request.version, version(minor), "versions");
            let target = theirs.path.expect("a whole head has a target").as_bytes();
            // How a target is kept is ours to choose; that it stood there like this is not.
            let line = octets.get(..length).unwrap_or_default();
            assert!(line.windows(target.len()).any(|window| window == target), "targets");
            same_fields(&head.request.headers, theirs.headers);
        }
        (Err(error), Ok(httparse::Status::Complete(_))) => {
            assert!(stricter(error.violation), "only httparse takes it: {error}");
        }
        (Ok(Some((head, length))), Err(error)) => {
            let seen = octets.get(..length).unwrap_or_default();
            assert!(newer_version(seen), "only we take it: {error}, {:?}", head.request);
        }
        (Ok(Some(_)), Ok(httparse::Status::Partial)) => panic!("we end a head that goes on"),
        (Ok(None), Ok(httparse::Status::Complete(end))) => {
            // We wait for the empty line; an LF alone may have ended theirs.
            assert!(bare_lf(octets.get(..end).unwrap_or_default()), "we wait for more");
        }
        (Ok(None) | Err(_), _) => {}
    }
}

fn response(octets: &[u8]) {
    let ours = head::parse_response(octets, &Limits::default());
    let mut fields = [const { httparse::EMPTY_HEADER }; FIELDS];
    let mut theirs = httparse::Response::new(&mut fields);
    match (ours, theirs.parse(octets)) {
        (Ok(Some((head, length))), Ok(httparse::Status::Complete(end))) => {
            assert_eq!(length, end, "the head ends elsewhere");
            assert_eq!(Some(head.response.status.as_u16()), theirs.code, "statuses");
            let minor = theirs.version.expect("a whole head has a version");
            assert_eq!(head.response.version, version(minor), "versions");
            same_fields(&head.response.headers, theirs.headers);
        }
        (Err(error), Ok(httparse::Status::Complete(_))) => {
            assert!(stricter(error.violation), "only httparse takes it: {error}");
        }
        (Ok(Some((head, length))), Err(error)) => {
            let seen = octets.get(..length).unwrap_or_default();
            let mended = newer_version(seen) || old_fields(seen);
            assert!(mended, "only we take it: {error}, {:?}", head.response);
        }
        (Ok(Some((_, length))), Ok(httparse::Status::Partial)) => {
            let seen = octets.get(..length).unwrap_or_default();
            assert!(old_fields(seen), "we end a head that goes on");
        }
        (Ok(None), Ok(httparse::Status::Complete(end))) => {
            assert!(bare_lf(octets.get(..end).unwrap_or_default()), "we wait for more");
        }
        (Ok(None) | Err(_), _) => {}
    }
}

fn version(minor: u8) -> http::Version {
    if minor == 0 { http::Version::Http10 } else { http::Version::Http11 }
}

fn same_fields(ours: &http::HeaderMap, theirs: &[httparse::Header<'_>]) {
    assert_eq!(ours.len(), theirs.len(), "as many fields");
    for ((name, value), theirs) in ours.iter().zip(theirs) {
        assert!(name.as_str().eq_ignore_ascii_case(theirs.name), "{name:?}, {}", theirs.name);
        assert_eq!(value.as_bytes(), theirs.value, "the value of {name:?}");
    }
}

/// What we refuse and httparse need not: the table's lines.
fn stricter(violation: Violation) -> bool {
    use Violation::*;
    matches!(
        violation,
        BareLf
            | TargetInvalid
            | TargetForm
            | HostMissing
            | HostRepeated
            | HostInvalid
            | StatusInvalid
            | EmptyLines
            | RequestLineTooLong
            | StatusLineTooLong
            | FieldLineTooLong
            | TooManyFields
            | HeadTooLarge
    )
}

/// An LF without a CR before it.
fn bare_lf(head: &[u8]) -> bool {
    head.first() == Some(&b'\n') || head.windows(2).any(|two| two[1] == b'\n' && two[0] != b'\r')
}

/// A minor version that httparse does not know, in either kind of head.
fn newer_version(head: &[u8]) -> bool {
    head.windows(8)
        .any(|eight| eight.starts_with(b"HTTP/1.") && matches!(eight.last(), Some(b'2'..=b'9')))
}

/// White space before a colon, or at the start of a line.
fn old_fields(head: &[u8]) -> bool {
    let space = |octet: u8| octet == b' ' || octet == b'\t';
    head.windows(2)
        .any(|two| (two[0] == b'\n' && space(two[1])) || (space(two[0]) && two[1] == b':'))
}
