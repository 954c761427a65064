//! One URL: request, answer, body to its place, and what is known about it afterwards.
//!
//! ```text
//!   attempt ──► head ──► 400 and -f? ──► 206, 416 and -C? ──► body ──► Output
//!      ▲          │                                             │
//!      └── wait ◄─┴── --retry, and the failure may pass ◄───────┘
//! ```
//!
//! Invariant: whatever goes wrong is one [`Problem`]: a code of curl's and one line that names the
//! file that holds a part, if one does.

use super::{
    options::{Fail, Options, Resume},
    output::{Output, Target, remote_name},
    progress::Progress,
    request,
    write_out::Facts,
};
use crate::{
    session::Field,
    tell::Teller,
    terminal::{self, say},
};
use client::{Error, Response, Session, core::retry, core::url};
use http::{HeaderName, Uri};
use std::{
    fs::{self, OpenOptions},
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

/// A URL that is being fetched.
pub(super) struct Transfer<'a> {
    options: &'a Options,
    session: &'a Session,
    teller: &'a Teller,
    index: usize,
    url: &'a str,
    begun: Instant,
    facts: Facts,
    /// Connections that answers came on first.
    made: u64,
}

/// Why a transfer failed.
pub(super) struct Problem {
    code: u8,
    /// Empty where there is nobody to tell.
    line: String,
    /// It may pass: a time-out, a name server that does not answer, a status that says "later".
    transient: Option<Duration>,
}

impl Problem {
    pub(super) fn new(code: u8, line: impl Into<String>) -> Self {
        Self { code, line: line.into(), transient: None }
    }

    /// What a writer said.
    fn writing(error: &io::Error, place: &str) -> Self {
        match error.kind() {
            // Who reads has seen enough.
            io::ErrorKind::BrokenPipe => Self::new(23, ""),
            _ if error.get_ref().is_some() => Self::new(23, error.to_string()),
            _ => Self::new(23, format!("writing to {place} failed: {error}")),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let passes = error.is_timeout() || matches!(error, Error::Resolve { .. });
        let transient = passes.then_some(Duration::ZERO);
        Self { code: error.curl_exit_code(), line: error.to_string(), transient }
    }
}

impl<'a> Transfer<'a> {
    pub(super) fn new(
        options: &'a Options,
        session: &'a Session,
        teller: &'a Teller,
        index: usize,
        url: &'a str,
    ) -> Self {
        let facts = Facts {
            url: url.to_owned(),
            url_number: index as u64,
            effective: url.to_owned(),
            method: options.method_for(index).as_str().to_owned(),
            ..Facts::default()
        };
        Self { options, session, teller, index, url, begun: Instant::now(), facts, made: 0 }
    }

    /// Fetches it, tells what is to be told, and answers the exit code.
    pub(super) fn run(mut self) -> u8 {
        let mut attempt = 0;
        let done = loop {
            self.begun = Instant::now();
            self.teller.take_heads();
            self.teller.asked(&url::redact(self.url));
            match self.attempt(attempt) {
                Err(Problem { transient: Some(wait), line, .. })
                    if attempt < self.options.retries =>
                {
                    let left = self.options.retries - attempt;
                    self.wait(attempt, wait, &line, left);
                    attempt += 1;
                }
                done => break done,
            }
        };
        if let Err(problem) = &done {
            self.teller.over(1);
            self.facts.exit_code = problem.code;
            self.facts.error = Some(problem.line.clone()).filter(|line| !line.is_empty());
            if self.options.errors && !self.options.telling.json && !problem.line.is_empty() {
                say(&format!("({}) {}", problem.code, problem.line));
            }
        }
        let connects = self.teller.take_connects();
        // Of several at once, each counts its own.
        self.facts.connects = if self.options.parallel.is_some() { self.made } else { connects };
        self.tell();
        self.facts.exit_code
    }

    /// Waits between two attempts: as long as the server says, as the caller says, or 1, 2, 4 … s.
    fn wait(&self, attempt: u32, asked: Duration, line: &str, left: u32) {
        let usual = Duration::from_secs(1 << attempt.min(9));
        let wait = self.options.retry_delay.unwrap_or(if asked.is_zero() { usual } else { asked });
        if self.options.errors {
            say(&format!("{line}; trying again in {wait:?}, {left} more"));
        }
        thread::sleep(wait);
    }

    /// What is said at the end: `-w` on standard output, JSON on standard error.
    fn tell(&mut self) {
        if self.facts.timings.total.is_zero() {
            self.facts.timings.total = self.begun.elapsed();
        }
        if let Some(format) = &self.options.write_out {
            let mut unknown = Vec::new();
            let text = self.facts.write_out(format, &mut unknown);
            for name in unknown {
                say(&format!("-w knows no %{{{name}}}"));
            }
            let mut out = io::stdout().lock();
            if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
                && self.facts.exit_code == 0
            {
                self.facts.exit_code = 23;
                if error.kind() != io::ErrorKind::BrokenPipe {
                    say(&format!("(23) writing to standard output failed: {error}"));
                }
            }
        }
        if self.options.telling.json {
            let _ = writeln!(io::stderr(), "{}", self.facts.json());
        }
    }

    fn attempt(&mut self, attempt: u32) -> Result<(), Problem> {
        let path = self.path()?;
        let offset = self.offset(path.as_ref())?;
        let sent = request::build(self.options, self.session, self.index, self.url, offset)?.send();
        if let Err(client::Error::TooManyRedirects { limit, .. }) = &sent {
            self.facts.redirects = u64::from(*limit);
        }
        if let Err(error) = &sent {
            self.facts.verify_result = error.verify_result();
        }
        let mut response = sent?;
        self.learn(&response);
        if self.options.forbids_redirects && !self.facts.redirect_url.is_empty() {
            let to = url::redact(&self.facts.redirect_url);
            return Err(Problem::new(47, format!("more than 0 redirects, the last to {to}")));
        }
        let method = self.options.method_for(self.index);
        let status = response.status;
        if attempt < self.options.retries
            && let Some(wait) = retry::on_status(&method, status, attempt, retry_after(&response))
        {
            let line = format!("the server answered {status} {}", status.reason());
            return Err(Problem { code: 22, line, transient: Some(wait) });
        }
        let mut output = match path {
            Some(path) => {
                self.facts.file = Some(path.display().to_string());
                Output::file(path, offset > 0)
            }
            None => self.stdout()?,
        };
        let heads = self.teller.take_heads();
        if self.options.parallel.is_none() {
            self.facts.size_header = heads.len() as u64;
        }
        self.heads(&heads, &mut output)?;
        let failed = status.as_u16() >= 400;
        let refused =
            || Problem::new(22, format!("the server answered {status} {}", status.reason()));
        if failed && self.options.fail == Some(Fail::WithoutBody) {
            return Err(refused());
        }
        if offset > 0 && !self.resumes(&response)? {
            return Ok(());
        }
        if !self.options.head_only {
            let copied = self.copy(&mut response, &mut output, offset);
            self.facts.timings = response.timings();
            copied?;
        }
        output.finish().map_err(|error| Problem::writing(&error, &output.name()))?;
        if failed && self.options.fail == Some(Fail::WithBody) { Err(refused()) } else { Ok(()) }
    }

    /// The file for the body, if there is one.
    fn path(&self) -> Result<Option<PathBuf>, Problem> {
        match self.options.targets.get(self.index) {
            Some(Target::File(path)) => Ok(Some(path.clone())),
            Some(Target::RemoteName) => match remote_name(self.url) {
                Some(name) => Ok(Some(name.into())),
                None => Err(Problem::new(23, "the URL ends in no name that -O could use")),
            },
            Some(Target::StdoutAnyway) | None => Ok(None),
        }
    }

    fn stdout(&self) -> Result<Output, Problem> {
        let anyway = self.options.targets.get(self.index) == Some(&Target::StdoutAnyway);
        Output::stdout(anyway).map_err(|error| Problem::writing(&error, "standard output"))
    }

    /// Where the download goes on.
    fn offset(&self, path: Option<&PathBuf>) -> Result<u64, Problem> {
        match (self.options.resume, path) {
            (Some(Resume::At(offset)), _) => Ok(offset),
            (Some(Resume::Look), Some(path)) => match fs::metadata(path) {
                Ok(about) => Ok(about.len()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
                Err(error) => Err(Problem::new(23, format!("{}: {error}", path.display()))),
            },
            _ => Ok(0),
        }
    }

    /// What the head tells.
    fn learn(&mut self, response: &Response) {
        let facts = &mut self.facts;
        facts.effective = effective(&response.url);
        facts.scheme = response.url.scheme().to_owned();
        facts.status = response.status.as_u16();
        facts.version = Some(response.version);
        facts.headers = response.headers.clone();
        facts.redirects = response.history.len() as u64;
        facts.timings = response.timings();
        self.made += u64::from(!facts.timings.reused);
        facts.secured = response.secured();
        // OpenSSL's "unspecified": nobody asked.
        let asked = facts.secured.as_ref().is_none_or(|secured| secured.is_verified());
        facts.verify_result = u8::from(!asked);
        facts.redirect_url = redirect_url(response).map(|url| url.to_string()).unwrap_or_default();
        facts.referer = self
            .options
            .fields
            .iter()
            .find_map(|field| match field {
                Field::Set(name, value) if name == "Referer" => Some(value.clone()),
                _ => None,
            })
            .unwrap_or_default();
    }

    /// Heads, to where they were asked for.
    fn heads(&self, heads: &[u8], output: &mut Output) -> Result<(), Problem> {
        if let Some(file) = &self.options.dump {
            let written = if file == "-" {
                io::stdout().write_all(heads).and_then(|()| io::stdout().flush())
            } else {
                let mut options = OpenOptions::new();
                // The heads of all URLs stand in one file.
                options.create(true).write(true).append(self.index > 0).truncate(self.index == 0);
                options.open(file).and_then(|mut file| file.write_all(heads))
            };
            written.map_err(|error| Problem::writing(&error, &file.to_string_lossy()))?;
        }
        if self.options.include || self.options.head_only {
            let written = output.write_head(heads);
            written.map_err(|error| Problem::writing(&error, &output.name()))?;
        }
        Ok(())
    }

    /// Whether the body goes on where the file ends; not so where nothing is missing.
    fn resumes(&self, response: &Response) -> Result<bool, Problem> {
        match response.status.as_u16() {
            206 => Ok(true),
            // There is nothing behind the offset: the file is whole.
            416 => Ok(false),
            // An error's page is a page of its own.
            400.. => Err(Problem::new(22, format!("the server answered {}", response.status))),
            _ => Err(Problem::new(33, "the server serves no ranges: it cannot go on at an offset")),
        }
    }

    fn copy(
        &self,
        response: &mut Response,
        output: &mut Output,
        before: u64,
    ) -> Result<(), Problem> {
        let total = response.content_length().map(|length| length.saturating_add(before));
        let mut progress = self.progress(before, total);
        let copied = self.pieces(response, output, progress.as_mut());
        if let Some(progress) = &mut progress {
            progress.clear();
        }
        copied.map_err(|mut problem| {
            let file = output.made().filter(|path| path.is_file() && !problem.line.is_empty());
            if let Some(path) = file {
                let held = before.saturating_add(output.written);
                problem.line += &format!("; {} holds the first {held} octets", path.display());
            }
            problem
        })
    }

    fn pieces(
        &self,
        response: &mut Response,
        output: &mut Output,
        mut progress: Option<&mut Progress>,
    ) -> Result<(), Problem> {
        let host = response.url.host().map(ToString::to_string).unwrap_or_default();
        let (name, mut done) = (output.name(), 0);
        loop {
            let octets = response.fill_buf().map_err(|error| Error::from_read(error, &host))?;
            if octets.is_empty() {
                return Ok(());
            }
            let length = octets.len();
            output.write_all(octets).map_err(|error| Problem::writing(&error, &name))?;
            response.consume(length);
            done += length as u64;
            if let Some(progress) = &mut progress {
                progress.update(done, Instant::now());
            }
        }
    }

    fn progress(&self, before: u64, total: Option<u64>) -> Option<Progress> {
        let parallel = self.options.parallel.is_some();
        let quiet = self.options.silent || self.options.telling.listens() || parallel;
        let watched = self.facts.file.is_some() && !quiet && io::stderr().is_terminal();
        watched.then(|| Progress::new(before, total, terminal::columns(), self.begun))
    }
}

/// The URL as it was asked for: an empty path is asked for as `/`.
fn effective(url: &Uri) -> String {
    match (url.path(), url.query(), url.fragment()) {
        ("", None, None) => format!("{url}/"),
        _ => url.to_string(),
    }
}

/// Where the response leads, which was not followed.
fn redirect_url(response: &Response) -> Option<Uri> {
    let location = response.headers.get(HeaderName::LOCATION)?.to_str()?;
    response.status.is_redirection().then(|| response.url.resolve_text(location).ok())?
}

fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers.get_only(HeaderName::RETRY_AFTER)?.to_str()?;
    value.trim().parse().ok().map(Duration::from_secs)
}
