//! The readable parser of heads: an octet at a time, every field named, every refusal explained.
//!
//! RFC 9112 §3, §4, §5
//!
//! ```text
//! request-line = method SP request-target SP HTTP-version
//! status-line  = HTTP-version SP status-code SP [ reason-phrase ]
//! field-line   = field-name ":" OWS field-value OWS
//! HTTP-version = "HTTP/" DIGIT "." DIGIT
//! obs-fold     = OWS CRLF RWS                    refused in requests, a space in responses
//! ```
//!
//! Most of what it refuses was once forgiven by some server and not by the next one in the chain:
//!
//! | on the wire                 | one reads                    | another reads                  |
//! |-----------------------------|------------------------------|--------------------------------|
//! | `Content-Length : 5`        | a length                     | an unknown field: no content   |
//! | `X: a` CRLF SP `Host: b`    | a value over two lines       | a second Host                  |
//! | `A: b` CR `Host: c`         | one field with a CR in it    | two lines                      |
//! | `A: b` LF `Host: c`         | one field with an LF in it   | two lines                      |
//! | `GET /a b HTTP/1.1`         | the target `/a b`            | the target `/a`, version `b`   |
//!
//! It is written over [`Reader`], so with an observer it is the dissector too, and what `dissect`
//! prints is what the connection enforces.
//!
//! Invariant: it accepts all that [`scan`](super::scan) accepts, with the same result.

use super::{RequestHead, ResponseHead};
use crate::{
    Error, Limits,
    error::Violation,
    framing::{Facts, Host},
    octets,
};
use http::{HeaderMap, Method, Request, Response, StatusCode, Target, Version};
use wire::Reader;

/// Which deviations are forgiven (RFC 9112 §2.2, §5.1, §5.2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// LF alone ends a line.
    bare_lf: bool,
    /// White space before a colon is dropped, folded values are unfolded.
    old_fields: bool,
    /// Fields at the most.
    fields: usize,
    /// Octets of a field line at the most.
    field_line: usize,
}

impl Rules {
    pub(crate) fn request(limits: &Limits) -> Self {
        Self {
            bare_lf: limits.lenient,
            old_fields: limits.lenient,
            fields: limits.fields.into(),
            field_line: limits.field_line as usize,
        }
    }

    /// A client must strip and unfold: the server it talks to may be old, and nobody stands behind
    /// the client whom another reading could fool.
    pub(crate) fn response(limits: &Limits) -> Self {
        Self { old_fields: true, ..Self::request(limits) }
    }
}

/// Reads a request's head, which must be whole.
///
/// # Errors
/// The first rule that the octets break.
pub fn request(reader: &mut Reader<'_>, limits: &Limits) -> Result<RequestHead, Error> {
    let start = reader.offset();
    reader.section("request-line", "RFC 9112 §3");
    let rules = Rules::request(limits);
    let method = token(reader, "method").ok_or(Violation::MethodInvalid.at(here(reader, start)))?;
    let method = Method::new(method).map_err(|_| Violation::MethodInvalid.at(0))?;
    space(reader, Violation::MethodInvalid, start)?;
    let target_at = here(reader, start);
    let target = take_while(reader, "request-target", is_target_octet);
    // What ends the target decides which mistake it is: only a space may.
    match reader.rest() {
        _ if target.is_empty() => return Err(space_or(reader, Violation::TargetInvalid, start)),
        [b' ', ..] => {}
        // The line ends behind the target: HTTP/0.9, which nobody speaks any more.
        [b'\r' | b'\n', ..] => return Err(Violation::VersionInvalid.at(here(reader, start))),
        _ => return Err(Violation::TargetInvalid.at(here(reader, start))),
    }
    space(reader, Violation::TargetInvalid, start)?;
    let version = version(reader, start)?;
    line_end(reader, rules, start, Violation::VersionInvalid)?;
    let target = target_of(&method, target).ok_or(Violation::TargetForm.at(target_at))?;
    reader.section("field section", "RFC 9112 §5");
    let (headers, facts) = fields(reader, rules, start)?;
    let head =
        RequestHead { request: Box::new(Request { method, target, version, headers }), facts };
    check_host(&head)?;
    Ok(head)
}

/// Reads a response's head, which must be whole.
///
/// # Errors
/// The first rule that the octets break.
pub fn response(reader: &mut Reader<'_>, limits: &Limits) -> Result<ResponseHead, Error> {
    let start = reader.offset();
    reader.section("status-line", "RFC 9112 §4");
    let rules = Rules::response(limits);
    let version = version(reader, start)?;
    let [b' ', ..] = reader.rest() else {
        return Err(Violation::StatusInvalid.at(here(reader, start)));
    };
    let _ = reader.take("SP", 1);
    let status_at = here(reader, start);
    let digits = take_while(reader, "status-code", |octet| octet.is_ascii_digit());
    let status = status_of(digits).ok_or(Violation::StatusInvalid.at(status_at))?;
    // The space behind the code must be there even without a phrase; servers forget it.
    if let [b' ', ..] = reader.rest() {
        let _ = reader.take("SP", 1);
        take_while(reader, "reason-phrase", is_value_octet);
        line_end(reader, rules, start, Violation::ReasonInvalid)?;
    } else {
        line_end(reader, rules, start, Violation::StatusInvalid)?;
    }
    reader.section("field section", "RFC 9112 §5");
    let (headers, facts) = fields(reader, rules, start)?;
    Ok(ResponseHead { response: Response { status, version, headers }, facts })
}

// ANCHOR: fields
/// Reads field lines up to the empty line and over it. Offsets in errors count from `start`.
///
/// # Errors
/// The first rule that the octets break.
pub(crate) fn fields(
    reader: &mut Reader<'_>,
    rules: Rules,
    start: usize,
) -> Result<(HeaderMap, Facts), Error> {
    let base = reader.offset();
    // The one copy: the fields' places are places in it.
    let mut copy = reader.rest().to_vec();
    let mut places = Vec::new();
    let mut facts = Facts::default();
    if let [b' ' | b'\t', ..] = reader.rest() {
        return Err(Violation::SpaceBeforeFields.at(here(reader, start)));
    }
    while !matches!(reader.rest(), [] | [b'\r' | b'\n', ..]) {
        // Counted before the line is read: a field costs a place whatever it holds.
        if places.len() == rules.fields {
            return Err(Violation::TooManyFields.at(here(reader, start)));
        }
        let line = reader.offset();
        let name = name(reader, rules, start)?;
        take_while(reader, "OWS", is_space);
        let mut value = value(reader, rules, start)?;
        while let [b' ' | b'\t', ..] = reader.rest() {
            if !rules.old_fields {
                return Err(Violation::ObsFold.at(here(reader, start)));
            }
            value = unfold(reader, rules, start, &mut copy, value.start - base)?;
        }
        if reader.offset() - line > rules.field_line {
            return Err(Violation::FieldLineTooLong.at(line - start + rules.field_line));
        }
        let (name, value) =
            (name.start - base..name.end - base, value.start - base..value.end - base);
        let part = |range: &Place| copy.get(range.clone()).unwrap_or_default();
        facts.field(part(&name), part(&value), value.start + base - start);
        places.push((name, value));
    }
    line_end(reader, rules, start, Violation::FieldNameInvalid)?;
    copy.truncate(reader.offset() - base);
    let mut headers = HeaderMap::over(copy, places.len());
    for (name, value) in places {
        headers.adopt(name, value);
    }
    Ok((headers, facts))
}
// ANCHOR_END: fields

type Place = std::ops::Range<usize>;

/// A field's name and its colon.
fn name(reader: &mut Reader<'_>, rules: Rules, start: usize) -> Result<Place, Error> {
    let from = reader.offset();
    if token(reader, "field-name").is_none() {
        return Err(Violation::FieldNameInvalid.at(here(reader, start)));
    }
    let name = from..reader.offset();
    if let [b' ' | b'\t', ..] = reader.rest() {
        if !rules.old_fields {
            return Err(Violation::SpaceBeforeColon.at(here(reader, start)));
        }
        take_while(reader, "white space", is_space);
    }
    match reader.rest() {
        [b':', ..] => {
            let _ = reader.take("colon", 1);
            Ok(name)
        }
        [b'\r' | b'\n', ..] | [] => Err(Violation::ColonMissing.at(here(reader, start))),
        _ => Err(Violation::FieldNameInvalid.at(here(reader, start))),
    }
}

/// A field's value and the end of its line; white space at its end is not a part of it.
fn value(reader: &mut Reader<'_>, rules: Rules, start: usize) -> Result<Place, Error> {
    let from = reader.offset();
    let line = reader.rest().iter().take_while(|octet| is_value_octet(**octet)).count();
    let line = reader.rest().get(..line).unwrap_or_default();
    let value = line.len() - line.iter().rev().take_while(|octet| is_space(**octet)).count();
    let _ = reader.take("field-value", value);
    take_while(reader, "OWS", is_space);
    line_end(reader, rules, start, Violation::FieldValueInvalid)?;
    Ok(from..from + value)
}

/// Goes on with a value in the next line: in the copy, the line's end becomes spaces.
fn unfold(
    reader: &mut Reader<'_>,
    rules: Rules,
    start: usize,
    copy: &mut [u8],
    from: usize,
) -> Result<Place, Error> {
    let base = reader.offset() - (copy.len() - reader.len());
    let fold = reader.offset() - base;
    take_while(reader, "obs-fold", is_space);
    let part = value(reader, rules, start)?;
    for octet in copy.get_mut(from..fold).unwrap_or_default() {
        if matches!(octet, b'\r' | b'\n') {
            *octet = b' ';
        }
    }
    let mut whole = copy.get(from..part.end - base).unwrap_or_default();
    // A first or a last line of nothing but space must not leave space at the value's ends.
    let mut first = from;
    while let [b' ' | b'\t', rest @ ..] = whole {
        (whole, first) = (rest, first + 1);
    }
    while let [rest @ .., b' ' | b'\t'] = whole {
        whole = rest;
    }
    Ok(first + base..first + base + whole.len())
}

/// `HTTP/` DIGIT `.` DIGIT; a minor version above 1 is read as 1 (RFC 9110 §2.5).
fn version(reader: &mut Reader<'_>, start: usize) -> Result<Version, Error> {
    let at = here(reader, start);
    let invalid = Violation::VersionInvalid.at(at);
    match reader.octets("HTTP-version").map_err(|_| invalid)? {
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            match (major, minor) {
                (b'1', b'0') => Ok(Version::Http10),
                (b'1', _) => Ok(Version::Http11),
                _ => Err(Violation::VersionUnsupported.at(at)),
            }
        }
        _ => Err(invalid),
    }
}

/// CRLF; `otherwise` is what it means that something else stands there.
fn line_end(
    reader: &mut Reader<'_>,
    rules: Rules,
    start: usize,
    otherwise: Violation,
) -> Result<(), Error> {
    let at = here(reader, start);
    match reader.rest() {
        [b'\r', b'\n', ..] => {
            let _ = reader.take("CRLF", 2);
            Ok(())
        }
        [b'\n', ..] if rules.bare_lf => {
            let _ = reader.take("LF", 1);
            Ok(())
        }
        [b'\n', ..] => Err(Violation::BareLf.at(at)),
        // Some readers take it for the end of the line, some for a space, some for a part of the
        // value: nobody knows what the sender meant (RFC 9112 §2.2).
        [b'\r', _, ..] => Err(Violation::BareCr.at(at)),
        [] | [b'\r'] => Err(Violation::EndInHead.at(at)),
        [..] => Err(otherwise.at(at)),
    }
}

/// Exactly one space; `otherwise` is what it means that something else stands there.
fn space(reader: &mut Reader<'_>, otherwise: Violation, start: usize) -> Result<(), Error> {
    match reader.rest() {
        [b' ', ..] => {
            let _ = reader.take("SP", 1);
            Ok(())
        }
        _ => Err(space_or(reader, otherwise, start)),
    }
}

fn space_or(reader: &Reader<'_>, otherwise: Violation, start: usize) -> Error {
    let violation = match reader.rest() {
        [b' ' | b'\t' | b'\r' | b'\n', ..] => Violation::SpaceExpected,
        _ => otherwise,
    };
    violation.at(here(reader, start))
}

fn token<'a>(reader: &mut Reader<'a>, field: &'static str) -> Option<&'a [u8]> {
    let token = take_while(reader, field, http::is_tchar);
    if token.is_empty() { None } else { Some(token) }
}

/// The octets up to the first that is not `allowed`; a field of no octets is not noted.
fn take_while<'a>(
    reader: &mut Reader<'a>,
    field: &'static str,
    allowed: impl Fn(u8) -> bool,
) -> &'a [u8] {
    let length = reader.rest().iter().take_while(|octet| allowed(**octet)).count();
    if length == 0 {
        return &[];
    }
    reader.take(field, length).unwrap_or_default()
}

fn here(reader: &Reader<'_>, start: usize) -> usize {
    reader.offset() - start
}

const fn is_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

fn is_value_octet(octet: u8) -> bool {
    octets::is(octets::VALUE, octet)
}

fn is_target_octet(octet: u8) -> bool {
    octets::is(octets::TARGET, octet)
}

/// The target, if its form goes with the method (RFC 9112 §3.2).
pub(crate) fn target_of(method: &Method, target: &[u8]) -> Option<Target> {
    let target = Target::parse(method, target).ok()?;
    let fits = match &target {
        Target::Origin(_) => true,
        Target::Asterisk => *method == Method::Options,
        // The port must be there: a tunnel has no scheme to take a default from (§3.2.3).
        Target::Authority(authority) => {
            crate::framing::is_host(authority.as_bytes())
                && authority
                    .rsplit_once(':')
                    .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        }
        Target::Absolute { authority, scheme, .. } => {
            !authority.is_empty()
                && crate::framing::is_host(authority.as_bytes())
                && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        }
    };
    fits.then_some(target)
}

/// Three digits in 100 to 599.
pub(crate) fn status_of(digits: &[u8]) -> Option<StatusCode> {
    let [a, b, c] = digits else { return None };
    let digit = |octet: &u8| u16::from(octet.wrapping_sub(b'0'));
    StatusCode::new(digit(a) * 100 + digit(b) * 10 + digit(c))
}

/// HTTP/1.1 needs exactly one valid Host, whatever the target's form (RFC 9112 §3.2).
pub(crate) fn check_host(head: &RequestHead) -> Result<(), Error> {
    match head.facts.host {
        Host::Once => Ok(()),
        Host::Absent if head.request.version == Version::Http10 => Ok(()),
        Host::Absent => Err(Violation::HostMissing.at(0)),
        Host::Invalid { offset } => Err(Violation::HostInvalid.at(offset)),
        Host::Repeated { offset } => Err(Violation::HostRepeated.at(offset)),
    }
}
