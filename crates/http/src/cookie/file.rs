//! Cookies in a file, as Netscape wrote it and curl's `-b` and `-c` read and write it.
//!
//! ```text
//! # Netscape HTTP Cookie File
//! .example.com  TRUE  /  FALSE  1893456000  lang  ko          columns are parted by one tab each
//! |             |     |  |      |           |     |
//! domain        |     |  |      |           name  value
//!               |     |  secure |
//!               |     path      seconds since 1970; 0: ends with the session
//!               whether it goes to what lies under the domain too
//! #HttpOnly_example.com …                                     the mark of HttpOnly, in a comment
//! ```
//!
//! SameSite has no column, so it is lost on the way.
//!
//! Invariant: what [`write()`] writes [`read`] reads back, but for SameSite, and for cookies whose
//! octets would break the columns, which are not written.

use super::{Cookie, SameSite};
use crate::{Limits, header::list};
use std::fmt::Write as _;
use wire::UnixTime;

/// Cookies read, and lines that were none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the cookie file is no cookie: {reason}")]
pub struct FileError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// The cookies of a file, and what was wrong with the lines that hold none. Comments and empty
/// lines are passed over; at most [`Limits::cookies`] are read.
pub fn read(text: &[u8], limits: &Limits) -> (Vec<Cookie>, Vec<FileError>) {
    let (mut cookies, mut errors) = (Vec::new(), Vec::new());
    for (index, line) in text.split(|octet| *octet == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (line, http_only) = match line.strip_prefix(b"#HttpOnly_") {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        if line.trim_ascii().is_empty() || line.starts_with(b"#") {
            continue;
        }
        match read_line(line, http_only, limits) {
            Ok(_) if cookies.len() >= limits.cookies => {
                errors.push(FileError { line: index + 1, reason: "more cookies than are kept" });
                break;
            }
            Ok(cookie) => cookies.push(cookie),
            Err(reason) => errors.push(FileError { line: index + 1, reason }),
        }
    }
    (cookies, errors)
}

fn read_line(line: &[u8], http_only: bool, limits: &Limits) -> Result<Cookie, &'static str> {
    let mut columns = line.splitn(7, |octet| *octet == b'\t');
    let mut text = |what: &'static str| {
        columns.next().ok_or(what).and_then(|column| std::str::from_utf8(column).map_err(|_| what))
    };
    let domain = text("the domain")?;
    let under = flag(text("whether subdomains count")?)?;
    let path = text("the path")?;
    let secure = flag(text("whether it is secure")?)?;
    let expires: i64 = text("the time")?.parse().map_err(|_| "the time is no number")?;
    let name = text("the name")?.trim_matches([' ', '\t']);
    // A cookie with an empty value may lack the last tab.
    let value = list::trim(columns.next().unwrap_or_default());
    let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
    if domain.is_empty() || !path.starts_with('/') {
        return Err("the domain is empty or the path does not begin with /");
    }
    if name.len() + value.len() > limits.cookie_pair || (name.is_empty() && value.is_empty()) {
        return Err("neither name nor value, or too much of them");
    }
    let special = |octet: &u8| octet.is_ascii_control() || *octet == b';';
    if name.bytes().any(|octet| special(&octet) || octet == b'=')
        || value.iter().any(|octet| special(octet) && *octet != b'\t')
    {
        return Err("name or value holds an octet that would not go into a field");
    }
    Ok(Cookie {
        name: name.to_owned(),
        value: value.to_vec(),
        domain,
        path: path.to_owned(),
        expires: (expires != 0).then_some(UnixTime(expires)),
        host_only: !under,
        secure,
        http_only,
        same_site: SameSite::Default,
    })
}

fn flag(text: &str) -> Result<bool, &'static str> {
    match text {
        _ if text.eq_ignore_ascii_case("TRUE") => Ok(true),
        _ if text.eq_ignore_ascii_case("FALSE") => Ok(false),
        _ => Err("neither TRUE nor FALSE"),
    }
}

/// The file of these cookies.
pub fn write<'a>(cookies: impl IntoIterator<Item = &'a Cookie>) -> Vec<u8> {
    let mut out = b"# Netscape HTTP Cookie File\n\
        # Read and written by curl's -b and -c, and by wirebook's.\n\n"
        .to_vec();
    for cookie in cookies {
        let breaks = |octet: u8| octet.is_ascii_control();
        if [&cookie.name, &cookie.domain, &cookie.path].iter().any(|text| text.bytes().any(breaks))
            || cookie.value.iter().any(|octet| breaks(*octet) && *octet != b'\t')
        {
            continue;
        }
        let yes = |flag: bool| if flag { "TRUE" } else { "FALSE" };
        let mut line = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            line,
            "{}{}{}\t{}\t{}\t{}\t{}\t{}\t",
            if cookie.http_only { "#HttpOnly_" } else { "" },
            if cookie.host_only { "" } else { "." },
            cookie.domain,
            yes(!cookie.host_only),
            cookie.path,
            yes(cookie.secure),
            cookie.expires.map_or(0, |expires| expires.0),
            cookie.name,
        );
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(&cookie.value);
        out.push(b'\n');
    }
    out
}
