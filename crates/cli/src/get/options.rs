//! What `get` was told: the flags, read and checked before the first packet leaves.
//!
//! Invariant: whatever a command line can have wrong is found here, as a [`UsageError`].

use super::{
    data::{self, Data},
    form::Form,
    output::Target,
    parallel,
};
use crate::{
    args::{Parsed, UsageError, as_text, read_file},
    session::{Field, fields, redirects},
    tell::Telling,
};
use client::Content;
use http::Method;
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    num::NonZeroUsize,
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
    pub(super) telling: Telling,
    pub(super) retries: u32,
    pub(super) retry_delay: Option<Duration>,
    /// How many URLs at once; `None` is one after another.
    pub(super) parallel: Option<NonZeroUsize>,
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
            telling: Telling::read(parsed)?,
            retries: parsed.number("retry")?.unwrap_or(0),
            retry_delay: parsed.seconds("retry-delay")?.filter(|delay| !delay.is_zero()),
            parallel: parallel(parsed)?,
        })
    }

    /// Whether anything was asked for that only the events tell: heads as they came, connections
    /// made, the conversation itself.
    pub(super) fn listens(&self) -> bool {
        let heads = self.include || self.head_only || self.dump.is_some();
        heads || self.telling.listens() || self.write_out.is_some()
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

/// `-Z`. Heads are told by connection, and one connection carries many transfers: flags that
/// print them are refused.
fn parallel(parsed: &Parsed) -> Result<Option<NonZeroUsize>, UsageError> {
    let asked: Option<usize> = parsed.number("parallel-max")?;
    if !parsed.is("parallel") {
        return Ok(None);
    }
    let heads = [("include", "-i"), ("head", "-I"), ("dump-header", "-D")];
    if let Some((_, second)) = heads.into_iter().find(|(name, _)| parsed.is(name)) {
        return Err(UsageError::Conflict { first: "-Z", second });
    }
    // As in curl, what is out of bounds is the usual number.
    let width = asked.filter(|width| *width <= parallel::MOST).and_then(NonZeroUsize::new);
    Ok(Some(width.unwrap_or(parallel::USUAL)))
}

fn write_out(parsed: &Parsed) -> Result<Option<String>, UsageError> {
    let Some(format) = parsed.text("write-out")? else { return Ok(None) };
    let Some(file) = format.strip_prefix('@') else { return Ok(Some(format.to_owned())) };
    let octets = read_file("write-out", file.as_ref())?;
    let not_text = |_| UsageError::value("write-out", format, "the file is not UTF-8");
    String::from_utf8(octets).map(Some).map_err(not_text)
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
