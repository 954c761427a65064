//! What is known about a transfer when it is over, as `-w` prints it and `--format json` tells it.
//!
//! ```text
//! %{http_code}\n    a variable; names are curl's
//! %header{etag}     a field of the response
//! %%                a percent sign
//! \n \r \t \\       a line end, …; any other \x stays as it is
//! ```
//!
//! Invariant: text that a peer chose passes as it is, for a program reads it; `get` prints it where
//! the body goes.

use client::{
    Timings,
    tls::{Certificate, Secured},
};
use http::{HeaderMap, HeaderName, Version};
use std::{fmt::Write as _, sync::Arc, time::Duration};
use view::json::Object;

/// All that is known.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) url: String,
    pub(super) url_number: u64,
    pub(super) effective: String,
    pub(super) scheme: String,
    pub(super) method: String,
    pub(super) referer: String,
    pub(super) status: u16,
    pub(super) version: Option<Version>,
    pub(super) headers: HeaderMap,
    pub(super) redirects: u64,
    pub(super) size_header: u64,
    pub(super) connects: u64,
    pub(super) redirect_url: String,
    pub(super) file: Option<String>,
    pub(super) timings: Timings,
    /// What was agreed on by TLS.
    pub(super) secured: Option<Arc<Secured>>,
    /// Why the server's certificate is not believed, as OpenSSL numbers it.
    pub(super) verify_result: u8,
    pub(super) exit_code: u8,
    pub(super) error: Option<String>,
}

/// A variable's value.
enum Value<'a> {
    Text(&'a str),
    Owned(String),
    Number(u64),
    /// A status, three digits.
    Code(u16),
    Seconds(Duration),
}

/// The variables, in the order in which JSON has them.
const NAMES: [&str; 37] = [
    "certs",
    "content_type",
    "errormsg",
    "exitcode",
    "filename_effective",
    "http_code",
    "http_version",
    "local_ip",
    "local_port",
    "method",
    "num_certs",
    "num_connects",
    "num_headers",
    "num_redirects",
    "redirect_url",
    "referer",
    "remote_ip",
    "remote_port",
    "response_code",
    "scheme",
    "size_download",
    "size_header",
    "size_received",
    "size_sent",
    "size_upload",
    "speed_download",
    "speed_upload",
    "ssl_verify_result",
    "time_appconnect",
    "time_connect",
    "time_namelookup",
    "time_pretransfer",
    "time_starttransfer",
    "time_total",
    "url",
    "url_effective",
    "urlnum",
];

impl Facts {
    fn value(&self, name: &str) -> Option<Value<'_>> {
        let Timings { resolve, connect, handshake, total, content, uploaded, .. } = self.timings;
        let chain = self.secured.as_ref().map(|secured| secured.chain()).unwrap_or_default();
        let port = |address: Option<std::net::SocketAddr>| {
            Value::Number(address.map_or(0, |address| u64::from(address.port())))
        };
        let ip = |address: Option<std::net::SocketAddr>| {
            Value::Owned(address.map(|address| address.ip().to_string()).unwrap_or_default())
        };
        Some(match name {
            "certs" => Value::Owned(chain.iter().map(certificate).collect()),
            "content_type" => Value::Owned(self.header(HeaderName::CONTENT_TYPE)),
            "errormsg" => Value::Text(self.error.as_deref().unwrap_or_default()),
            "exitcode" => Value::Number(self.exit_code.into()),
            "filename_effective" => Value::Text(self.file.as_deref().unwrap_or_default()),
            "http_code" | "response_code" => Value::Code(self.status),
            "http_version" => Value::Text(match self.version {
                Some(version) => version.as_str().trim_start_matches("HTTP/"),
                None => "0",
            }),
            "local_ip" => ip(self.timings.local),
            "local_port" => port(self.timings.local),
            "method" => Value::Text(&self.method),
            "num_certs" => Value::Number(chain.len() as u64),
            "num_connects" => Value::Number(self.connects),
            "num_headers" => Value::Number(self.headers.len() as u64),
            "num_redirects" => Value::Number(self.redirects),
            "redirect_url" => Value::Text(&self.redirect_url),
            "referer" => Value::Text(&self.referer),
            "remote_ip" => ip(self.timings.address),
            "remote_port" => port(self.timings.address),
            "scheme" => Value::Text(&self.scheme),
            "size_download" => Value::Number(content),
            "size_header" => Value::Number(self.size_header),
            "size_received" => Value::Number(self.timings.received),
            "size_sent" => Value::Number(self.timings.sent),
            "size_upload" => Value::Number(uploaded),
            "speed_download" => Value::Number(per_second(content, total)),
            "speed_upload" => Value::Number(per_second(uploaded, total)),
            "ssl_verify_result" => Value::Number(self.verify_result.into()),
            "time_appconnect" if handshake.is_zero() => Value::Seconds(handshake),
            "time_appconnect" | "time_pretransfer" => Value::Seconds(resolve + connect + handshake),
            "time_connect" => Value::Seconds(resolve + connect),
            "time_namelookup" => Value::Seconds(resolve),
            "time_starttransfer" => Value::Seconds(self.timings.first_byte),
            "time_total" => Value::Seconds(total),
            "url" => Value::Text(&self.url),
            "url_effective" => Value::Text(&self.effective),
            "urlnum" => Value::Number(self.url_number),
            _ => return None,
        })
    }

    fn header(&self, name: HeaderName<'_>) -> String {
        let value = self.headers.get(name);
        value
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default()
    }

    /// `format` with everything filled in; names that nobody knows are in `unknown`.
    pub(super) fn write_out(&self, format: &str, unknown: &mut Vec<String>) -> String {
        let (mut out, mut rest) = (String::new(), format);
        while let Some((before, special)) = split_special(rest) {
            out.push_str(before);
            rest = match special {
                Special::Escape(character, behind) => {
                    match character {
                        'n' => out.push('\n'),
                        'r' => out.push('\r'),
                        't' => out.push('\t'),
                        '\\' => out.push('\\'),
                        other => out.extend(['\\', other]),
                    }
                    behind
                }
                Special::Percent(behind) => {
                    out.push('%');
                    behind
                }
                Special::Variable(name, behind) => {
                    match self.value(name) {
                        Some(value) => push(&mut out, &value),
                        None if name == "json" => out.push_str(&self.json()),
                        None => unknown.push(name.to_owned()),
                    }
                    behind
                }
                Special::Header(name, behind) => {
                    let name = HeaderName::new(name);
                    out.push_str(&name.map(|name| self.header(name)).unwrap_or_default());
                    behind
                }
            };
        }
        out.push_str(rest);
        out
    }

    /// All variables as one object.
    pub(super) fn json(&self) -> String {
        let mut object = Object::default();
        for name in NAMES {
            match self.value(name) {
                Some(Value::Text("")) | None => object.null(name),
                Some(Value::Text(text)) => object.text(name, text),
                Some(Value::Owned(text)) if text.is_empty() => object.null(name),
                Some(Value::Owned(text)) => object.text(name, &text),
                Some(Value::Number(number)) => object.number(name, number),
                Some(Value::Code(code)) => object.number(name, code.into()),
                Some(Value::Seconds(time)) => object.real(name, time.as_secs_f64()),
            };
        }
        object.finish()
    }
}

/// A certificate: what a person wants to know, and then all of it.
fn certificate(certificate: &Certificate) -> String {
    let (subject, issuer) = (certificate.subject(), certificate.issuer());
    let (valid, pem) = (certificate.validity(), certificate.to_pem());
    format!("Subject: {subject}\nIssuer: {issuer}\nValid: {valid}\n{pem}")
}

fn push(out: &mut String, value: &Value<'_>) {
    // Writing to a `String` cannot fail.
    let _ = match value {
        Value::Text(text) => out.write_str(text),
        Value::Owned(text) => out.write_str(text),
        Value::Number(number) => write!(out, "{number}"),
        Value::Code(code) => write!(out, "{code:03}"),
        Value::Seconds(time) => write!(out, "{:.6}", time.as_secs_f64()),
    };
}

fn per_second(octets: u64, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(u128::from(octets) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// What stands at a `%` or `\`, and what is behind it.
enum Special<'a> {
    Escape(char, &'a str),
    Percent(&'a str),
    Variable(&'a str, &'a str),
    Header(&'a str, &'a str),
}

/// The text before the next special thing, and that. A `%` or `\` that begins nothing is text.
fn split_special(text: &str) -> Option<(&str, Special<'_>)> {
    let mut from = 0;
    loop {
        let found = text.get(from..)?.find(['%', '\\'])? + from;
        let (before, rest) = text.split_at_checked(found)?;
        let braced = |start: &str| rest.strip_prefix(start)?.split_once('}');
        let special = if let Some(behind) = rest.strip_prefix('\\') {
            let mut characters = behind.chars();
            characters.next().map(|character| Special::Escape(character, characters.as_str()))
        } else if let Some(behind) = rest.strip_prefix("%%") {
            Some(Special::Percent(behind))
        } else if let Some((name, behind)) = braced("%{") {
            Some(Special::Variable(name, behind))
        } else {
            braced("%header{").map(|(name, behind)| Special::Header(name, behind))
        };
        match special {
            Some(special) => return Some((before, special)),
            None => from = found + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let mut headers = HeaderMap::new();
        headers.try_append("Content-Type", "text/plain").unwrap();
        headers.try_append("ETag", "\"x\"").unwrap();
        Facts {
            url: "http://a/".into(),
            status: 200,
            version: Some(Version::Http11),
            headers,
            timings: Timings {
                total: Duration::from_millis(500),
                content: 1000,
                address: Some("[::1]:80".parse().unwrap()),
                ..Timings::default()
            },
            ..Facts::default()
        }
    }

    fn out(format: &str) -> String {
        facts().write_out(format, &mut Vec::new())
    }

    #[test]
    fn variables_are_filled_in() {
        assert_eq!(out("%{http_code} %{http_version}\\n"), "200 1.1\n");
        assert_eq!(out("%{content_type}|%header{ETAG}|%header{none}"), "text/plain|\"x\"|");
        assert_eq!(out("%{time_total} %{speed_download}"), "0.500000 2000");
        assert_eq!(out("%{remote_ip} %{remote_port} %{local_ip}"), "::1 80 ");
    }

    #[test]
    fn escapes_and_percent_signs() {
        assert_eq!(out(r"\t\r\\\x%%{a}%z%"), "\t\r\\\\x%{a}%z%");
        assert_eq!(out("%{open"), "%{open");
        assert_eq!(out("한국\\"), "한국\\");
    }

    #[test]
    fn no_answer_is_000() {
        let none = Facts::default();
        assert_eq!(none.write_out("%{http_code} %{http_version}", &mut Vec::new()), "000 0");
    }

    #[test]
    fn an_unknown_name_is_told() {
        let mut unknown = Vec::new();
        assert_eq!(facts().write_out("a%{nope}b", &mut unknown), "ab");
        assert_eq!(unknown, ["nope"]);
    }

    #[test]
    fn every_name_has_a_value_and_json_has_them_all() {
        let facts = facts();
        for name in NAMES {
            assert!(facts.value(name).is_some(), "{name}");
        }
        let json = facts.json();
        assert!(
            json.contains(r#""http_code":200"#) && json.contains(r#""errormsg":null"#),
            "{json}"
        );
    }
}
