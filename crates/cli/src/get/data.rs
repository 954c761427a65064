//! What a request carries, from `-d` and its kin.
//!
//! ```text
//! -d a=1 -d b=2               a=1&b=2        application/x-www-form-urlencoded
//! -d @FILE                    the file without CR, LF and NUL
//! --data-binary @FILE         the file
//! --data-urlencode n=한국      n=%ED%95%9C%EA%B5%AD
//! --json '{' --json '}'       {}             application/json, and no & between
//! ```
//!
//! Invariant: the data is gathered in memory, as in curl, since it may also become a query; what is
//! too large for that goes by `-T` or `-F`, which stream.

use crate::args::{UsageError, as_text, read_file};
use http::uri::percent;
use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

/// What the flags about data gather.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Data {
    /// What is sent.
    pub(super) octets: Vec<u8>,
    /// `--json` was among the flags.
    pub(super) json: bool,
}

/// Adds what one flag says; `None` where it is no flag about data.
///
/// # Errors
/// A file that cannot be read, a value that is not UTF-8 where it must be.
pub(super) fn add(
    data: &mut Option<Data>,
    flag: &'static str,
    value: &OsStr,
) -> Result<(), UsageError> {
    let piece = match flag {
        "data" => plain(flag, value, true)?,
        "data-binary" | "json" => plain(flag, value, false)?,
        "data-raw" => value.as_bytes().to_vec(),
        "data-urlencode" => encoded(flag, value)?,
        _ => return Ok(()),
    };
    let json = flag == "json";
    match data {
        None => *data = Some(Data { octets: piece, json }),
        Some(data) => {
            if !json {
                data.octets.push(b'&');
            }
            data.octets.extend(piece);
            data.json |= json;
        }
    }
    Ok(())
}

/// `DATA`, or `@FILE`; line ends of the file go if `strip` says so.
fn plain(flag: &'static str, value: &OsStr, strip: bool) -> Result<Vec<u8>, UsageError> {
    let Some(file) = value.as_bytes().strip_prefix(b"@") else {
        return Ok(value.as_bytes().to_vec());
    };
    let mut octets = read_file(flag, OsStr::from_bytes(file))?;
    if strip {
        octets.retain(|octet| !matches!(octet, b'\r' | b'\n' | b'\0'));
    }
    Ok(octets)
}

/// `TEXT`, `=TEXT`, `NAME=TEXT`, `@FILE`, `NAME@FILE`; the name is not encoded.
fn encoded(flag: &'static str, value: &OsStr) -> Result<Vec<u8>, UsageError> {
    let text = as_text(flag, value)?;
    let Some((name, content)) = text.split_once(['=', '@']) else {
        return Ok(form_encode(text.as_bytes()).into_bytes());
    };
    let content = if text.as_bytes().get(name.len()) == Some(&b'@') {
        form_encode(&read_file(flag, OsStr::new(content))?)
    } else {
        form_encode(content.as_bytes())
    };
    let equals = if name.is_empty() { "" } else { "=" };
    Ok(format!("{name}{equals}{content}").into_bytes())
}

/// Everything but the unreserved characters is encoded, and the space is `+`, as forms have it.
fn form_encode(octets: &[u8]) -> String {
    percent::encode(octets, percent::is_unreserved).replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn gather(flags: &[(&'static str, &str)]) -> (String, bool) {
        let mut data = None;
        for (flag, value) in flags {
            add(&mut data, flag, OsStr::new(value)).unwrap();
        }
        let data = data.unwrap();
        (String::from_utf8(data.octets).unwrap(), data.json)
    }

    #[test]
    fn pieces_are_joined_by_an_ampersand() {
        assert_eq!(gather(&[("data", "a=1"), ("data-raw", "@b")]), ("a=1&@b".into(), false));
    }

    #[test]
    fn json_is_joined_by_nothing() {
        assert_eq!(gather(&[("json", "{"), ("json", "}")]), ("{}".into(), true));
    }

    #[test]
    fn files_lose_their_line_ends_unless_binary() {
        let folder = testkit::TempDir::new("data");
        let path = folder.path().join("lines");
        fs::write(&path, "a\r\nb\n\0").unwrap();
        let at = format!("@{}", path.display());
        assert_eq!(gather(&[("data", &at)]).0, "ab");
        assert_eq!(gather(&[("data-binary", &at)]).0, "a\r\nb\n\0");
        let missing = add(&mut None, "data", OsStr::new("@/nowhere/at/all")).unwrap_err();
        assert!(missing.to_string().contains("/nowhere/at/all"), "{missing}");
    }

    #[test]
    fn urlencode_has_five_forms() {
        let folder = testkit::TempDir::new("data");
        let path = folder.path().join("text");
        fs::write(&path, "a b").unwrap();
        let encoded = |value: &str| gather(&[("data-urlencode", value)]).0;
        assert_eq!(encoded("a b&c"), "a+b%26c");
        assert_eq!(encoded("=a=b"), "a%3Db");
        assert_eq!(encoded("n=한"), "n=%ED%95%9C");
        assert_eq!(encoded(&format!("@{}", path.display())), "a+b");
        assert_eq!(encoded(&format!("n@{}", path.display())), "n=a+b");
    }
}
