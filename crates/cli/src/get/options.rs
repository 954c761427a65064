//! What `get` was told: the flags, read and checked before the first packet leaves.
//!
//! Invariant: whatever a command line can have wrong is found here, as a [`UsageError`].

use super::{
    data::{self, Data},
    form::Form,
    output::Target,
};
use crate::args::{Parsed, UsageError, as_text};
use client::{Content, Expect, Session, SessionBuilder, core::auth, core::timeouts::Timeouts};
use http::{Method, Version};
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    sync::Arc,
    time::Duration,
};

/// The type of `--json`.
pub(super) const JSON: &str = "application/json";

/// What `get` was told, apart from what is settled in the session.
pub(super) struct Options {
    pub(super) urls: Vec<String>,
    /// The n-th belongs to the n-th URL; what is missing goes to standard output.
    pub(super) targets: Vec<Target>,
    pub(super) method: Option<Method>,
    pub(super) head_only: bool,
    pub(super) fields: Vec<Field>,
    pub(super) payload: Payload,
    pub(super) include: bool,
    pub(super) dump: Option<OsString>,
    pub(super) resume: Option<Resume>,
    /// `-L --max-redirs 0`: a redirect is a failure, where without -L it is an answer.
    pub(super) forbids_redirects: bool,
    pub(super) fail: Option<Fail>,
    pub(super) write_out: Option<String>,
    pub(super) silent: bool,
    pub(super) errors: bool,
    pub(super) verbose: usize,
    pub(super) trace: bool,
    pub(super) json: bool,
    pub(super) retries: u32,
    pub(super) retry_delay: Option<Duration>,
    pub(super) cookie_file: Option<OsString>,
    pub(super) cookie_jar: Option<OsString>,
}

/// What `-H` and its kin say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    /// `Name: value`, or `Name;` with an empty one.
    Set(String, String),
    /// `Name:`.
    Without(String),
}

/// What is sent along.
#[derive(Debug)]
pub(super) enum Payload {
    None,
    /// Octets, and their type. JSON is asked for as well where it is sent.
    Data(Arc<[u8]>, &'static str),
    /// A form with its boundary.
    Form(Content, String),
    /// Files; the n-th belongs to the n-th URL.
    Upload(Vec<OsString>),
    /// `-G`: goes into the query.
    Query(String),
}

/// Where a download goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resume {
    At(u64),
    /// Behind what the file holds.
    Look,
}

/// What to do with 400 and above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fail {
    WithoutBody,
    WithBody,
}

impl Options {
    /// Reads the flags.
    ///
    /// # Errors
    /// [`UsageError`].
    pub(super) fn read(parsed: &Parsed) -> Result<Self, UsageError> {
        let payload = payload(parsed)?;
        let head_only = parsed.is("head");
        let format = parsed.text("format")?.unwrap_or("text");
        if !matches!(format, "text" | "json") {
            return Err(UsageError::value("format", format, "it is text or json"));
        }
        let has_content =
            !matches!(payload, Payload::None | Payload::Query(_) | Payload::Upload(_));
        if head_only && has_content {
            return Err(UsageError::Conflict { first: "-I", second: "content to send" });
        }
        let fail = match (parsed.is("fail"), parsed.is("fail-with-body")) {
            (true, true) => {
                return Err(UsageError::Conflict { first: "-f", second: "--fail-with-body" });
            }
            (true, false) => Some(Fail::WithoutBody),
            (false, true) => Some(Fail::WithBody),
            (false, false) => None,
        };
        let silent = parsed.is("silent");
        Ok(Self {
            urls: urls(parsed)?,
            targets: targets(parsed),
            method: method(parsed)?,
            head_only,
            fields: fields(parsed)?,
            payload,
            include: parsed.is("include"),
            dump: parsed.raw("dump-header").map(OsString::from),
            resume: resume(parsed)?,
            forbids_redirects: parsed.is("location") && redirects(parsed)? == 0,
            fail,
            write_out: write_out(parsed)?,
            silent,
            errors: !silent || parsed.is("show-error"),
            verbose: parsed.count("verbose"),
            trace: parsed.is("trace"),
            json: format == "json",
            retries: parsed.number("retry")?.unwrap_or(0),
            retry_delay: parsed.seconds("retry-delay")?.filter(|delay| !delay.is_zero()),
            cookie_file: cookie_file(parsed),
            cookie_jar: parsed.raw("cookie-jar").map(OsString::from),
        })
    }

    /// Whether anything was asked for that only the events tell: heads as they came, connections
    /// made, the conversation itself.
    pub(super) fn listens(&self) -> bool {
        let heads = self.include || self.head_only || self.dump.is_some();
        let told = self.verbose > 0 || self.trace || self.json;
        heads || told || self.write_out.is_some()
    }

    /// The method for the n-th URL.
    pub(super) fn method_for(&self, index: usize) -> Method {
        let implied = match &self.payload {
            _ if self.head_only => Method::Head,
            Payload::None | Payload::Query(_) => Method::Get,
            Payload::Data(..) | Payload::Form(..) => Method::Post,
            Payload::Upload(files) if index < files.len() => Method::Put,
            Payload::Upload(_) => Method::Get,
        };
        self.method.clone().unwrap_or(implied)
    }
}

fn urls(parsed: &Parsed) -> Result<Vec<String>, UsageError> {
    let url = |operand: &OsString| as_text("url", operand).map(str::to_owned);
    parsed.operands.iter().map(url).collect()
}

fn targets(parsed: &Parsed) -> Vec<Target> {
    let target = |(flag, value): (&str, &OsStr)| match flag {
        "output" => Some(Target::named(value.to_owned())),
        "remote-name" => Some(Target::RemoteName),
        _ => None,
    };
    parsed.iter().filter_map(target).collect()
}

fn method(parsed: &Parsed) -> Result<Option<Method>, UsageError> {
    let Some(name) = parsed.text("request")? else { return Ok(None) };
    let wrong = |error: http::InvalidMethod| UsageError::value("request", name, error);
    Method::new(name.as_bytes()).map(Some).map_err(wrong)
}

fn resume(parsed: &Parsed) -> Result<Option<Resume>, UsageError> {
    let resume = match parsed.text("continue-at")? {
        None => return Ok(None),
        Some("-") => Resume::Look,
        Some(_) => Resume::At(parsed.number("continue-at")?.unwrap_or(0)),
    };
    if parsed.is("range") {
        return Err(UsageError::Conflict { first: "-C", second: "-r" });
    }
    if resume == Resume::Look && !parsed.is("output") && !parsed.is("remote-name") {
        return Err(UsageError::value("continue-at", "-", "without -o or -O there is no file"));
    }
    Ok(Some(resume))
}

fn write_out(parsed: &Parsed) -> Result<Option<String>, UsageError> {
    let Some(format) = parsed.text("write-out")? else { return Ok(None) };
    let Some(file) = format.strip_prefix('@') else { return Ok(Some(format.to_owned())) };
    let octets = data::read("write-out", file.as_ref())?;
    let not_text = |_| UsageError::value("write-out", format, "the file is not UTF-8");
    String::from_utf8(octets).map(Some).map_err(not_text)
}

/// `-b` with a file, which `-b` with `name=value` is not.
fn cookie_file(parsed: &Parsed) -> Option<OsString> {
    let cookies = parsed.iter().filter(|(flag, _)| *flag == "cookie").map(|(_, value)| value);
    cookies.filter(|value| !value.as_encoded_bytes().contains(&b'=')).last().map(OsString::from)
}

/// All fields that flags speak of, in the order of the flags.
fn fields(parsed: &Parsed) -> Result<Vec<Field>, UsageError> {
    let mut fields = Vec::new();
    let set = |name: &str, value: &str| Field::Set(name.to_owned(), value.to_owned());
    for (index, (flag, value)) in parsed.iter().enumerate() {
        // One field for each of these, however often the flag is given: the last one's.
        let again = || parsed.iter().skip(index + 1).any(|(other, _)| other == flag);
        match flag {
            "user-agent" | "referer" | "range" if again() => {}
            "header" => match as_text(flag, value)? {
                file if file.starts_with('@') => {
                    let file = file.trim_start_matches('@');
                    let lines = data::read(flag, file.as_ref())?;
                    let lines = String::from_utf8_lossy(&lines).into_owned();
                    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                        fields.push(field(line)?);
                    }
                }
                line => fields.push(field(line)?),
            },
            "user-agent" => fields.push(match as_text(flag, value)? {
                "" => Field::Without("User-Agent".into()),
                name => set("User-Agent", name),
            }),
            "referer" => fields.push(set("Referer", as_text(flag, value)?)),
            "range" => fields.push(set("Range", &format!("bytes={}", as_text(flag, value)?))),
            "cookie" if value.as_encoded_bytes().contains(&b'=') => {
                fields.push(set("Cookie", as_text(flag, value)?));
            }
            _ => {}
        }
    }
    Ok(fields)
}

/// `Name: value`, `Name:`, `Name;`.
fn field(line: &str) -> Result<Field, UsageError> {
    let wrong =
        || UsageError::value("header", line, "it must be `Name: value`, `Name:` or `Name;`");
    let checked = |name: &str| {
        let name = name.trim_end();
        http::HeaderName::new(name).map(|_| name.to_owned()).map_err(|_| wrong())
    };
    if let Some((name, value)) = line.split_once(':') {
        return Ok(match (checked(name)?, value.trim()) {
            (name, "") => Field::Without(name),
            (name, value) => Field::Set(name, value.to_owned()),
        });
    }
    let name = line.trim_end().strip_suffix(';').ok_or_else(wrong)?;
    Ok(Field::Set(checked(name)?, String::new()))
}

/// What is sent, of which there can be one kind.
fn payload(parsed: &Parsed) -> Result<Payload, UsageError> {
    let (mut data, mut form, mut files) = (None, Form::default(), Vec::new());
    for (flag, value) in parsed.iter() {
        match flag {
            "form" | "form-string" => form.add(flag, value)?,
            "upload-file" => files.push(value.to_owned()),
            _ => data::add(&mut data, flag, value)?,
        }
    }
    let kinds = [(data.is_some(), "-d"), (!form.is_empty(), "-F"), (!files.is_empty(), "-T")];
    let mut given = kinds.into_iter().filter(|(given, _)| *given).map(|(_, name)| name);
    if let (Some(first), Some(second)) = (given.next(), given.next()) {
        return Err(UsageError::Conflict { first, second });
    }
    if let Some(data) = data {
        return Ok(of_data(data, parsed.is("get")));
    }
    if !form.is_empty() {
        let (media_type, reader) = form.finish();
        let wrong = |error: io::Error| UsageError::value("form", "", error);
        return Ok(Payload::Form(Content::seekable(reader).map_err(wrong)?, media_type));
    }
    for file in files.iter().filter(|file| !is_stdin(file)) {
        let shown = file.to_string_lossy();
        File::open(file).map_err(|error| UsageError::value("upload-file", &shown, error))?;
    }
    Ok(if files.is_empty() { Payload::None } else { Payload::Upload(files) })
}

/// `-`; and `.`, which in curl is the same and does not block.
pub(super) fn is_stdin(file: &OsStr) -> bool {
    file == "-" || file == "."
}

fn of_data(data: Data, query: bool) -> Payload {
    match data {
        data if query => Payload::Query(String::from_utf8_lossy(&data.octets).into_owned()),
        Data { octets, json: true } => Payload::Data(octets.into(), JSON),
        Data { octets, .. } => Payload::Data(octets.into(), "application/x-www-form-urlencoded"),
    }
}

/// The settings that hold for all transfers.
///
/// # Errors
/// [`UsageError`].
pub(super) fn session(parsed: &Parsed) -> Result<SessionBuilder, UsageError> {
    let connect = parsed.seconds("connect-timeout")?.unwrap_or(Duration::from_secs(300));
    let timeouts = Timeouts {
        connect: Some(connect),
        total: parsed.seconds("max-time")?,
        // As curl: otherwise a transfer takes as long as it takes.
        ..Timeouts::NONE
    };
    // What is downloaded goes to a file, not to memory: any length will do.
    let limits = http1::Limits { content: u64::MAX, ..http1::Limits::default() };
    let mut builder = Session::builder()
        .timeouts(timeouts)
        .limits(limits)
        .redirects(redirects(parsed)?)
        .tunnel(parsed.is("proxytunnel"))
        .proxies(super::way::proxies(parsed)?)
        .version(if parsed.is("http1.0") { Version::Http10 } else { Version::Http11 });
    builder = super::way::addresses(parsed, builder)?;
    if let Some(auth) = who(parsed)? {
        builder = builder.auth(auth);
    }
    let expects_nothing = |field: &Field| matches!(field, Field::Without(name) if name.eq_ignore_ascii_case("Expect"));
    if fields(parsed)?.iter().any(expects_nothing) {
        builder = builder.expect(Expect::Never);
    }
    Ok(builder)
}

fn redirects(parsed: &Parsed) -> Result<u32, UsageError> {
    if !parsed.is("location") {
        return Ok(0);
    }
    match parsed.number::<i64>("max-redirs")? {
        None => Ok(50),
        Some(-1) => Ok(u32::MAX),
        Some(most) => u32::try_from(most)
            .map_err(|_| UsageError::value("max-redirs", &most.to_string(), "it is -1 or more")),
    }
}

fn who(parsed: &Parsed) -> Result<Option<auth::Auth>, UsageError> {
    if let Some(token) = parsed.text("oauth2-bearer")? {
        return Ok(Some(auth::Auth::Bearer(token.to_owned())));
    }
    let Some(user) = parsed.text("user")? else { return Ok(None) };
    let Some((name, password)) = user.split_once(':') else {
        // A prompt would have to switch the terminal's echo off.
        return Err(UsageError::value("user", user, "it must be NAME:PASSWORD"));
    };
    let credentials = auth::Credentials::new(name, password);
    Ok(Some(match (parsed.is("anyauth"), parsed.is("digest")) {
        (true, _) => auth::Auth::Any(credentials),
        (false, true) => auth::Auth::Digest(credentials),
        (false, false) => auth::Auth::Basic(credentials),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_three_forms() {
        let set = |name: &str, value: &str| Field::Set(name.into(), value.into());
        assert_eq!(field("A: b: c "), Ok(set("A", "b: c")));
        assert_eq!(field("A:b"), Ok(set("A", "b")));
        assert_eq!(field("A;"), Ok(set("A", "")));
        assert_eq!(field("A:"), Ok(Field::Without("A".into())));
        for wrong in ["A", "", ": b", "A b: c", "A\r\nB: c"] {
            assert!(field(wrong).is_err(), "{wrong:?}");
        }
    }
}
