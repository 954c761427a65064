//! The client's end of one connection in either version, behind one set of verbs.
//!
//! RFC 9112 §9.3.2 (pipelining), RFC 9113 §5 (streams)
//!
//! ```text
//!   ask ──► Http1: the newest of a line        ──► transmit
//!           Http2: a stream of its own
//!   receive ──► next ──► Happened::Answer, in the order of the line, or in any
//! ```
//!
//! Invariant: each request that was asked is told once: as answered, as lost, or as one to ask
//! again.

use super::{Ask, Tally};
use http1::{Violation, client as one};
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};
use wire::Output;

/// Who speaks.
pub(super) enum Speaker {
    Http1(Box<Http1>),
    Http2(Box<Http2>),
}

/// HTTP/1.1: answers come in the order of the questions.
pub(super) struct Http1 {
    machine: one::Connection,
    /// When each was asked, the oldest first.
    asked: VecDeque<Instant>,
    /// The status of the answer whose content comes.
    status: u16,
    depth: usize,
}

/// HTTP/2: answers come as they come.
pub(super) struct Http2 {
    machine: http2::Connection,
    /// When each stream was begun, and its answer's status.
    asked: HashMap<u32, (Instant, u16)>,
    depth: usize,
}

/// What happened.
pub(super) enum Happened {
    /// A whole answer: its status, and how long it took.
    Answer(u16, Duration),
    /// A stream was reset; `again` if the server had not looked at it.
    Reset { again: bool, reason: String },
    /// A rule was broken, for which a stream or the connection ends.
    Violation(String),
    /// The connection is over.
    Closed,
}

impl Speaker {
    pub(super) fn http1(depth: usize, now: Instant) -> Self {
        let limits = http1::Limits {
            pipeline: u16::try_from(depth).unwrap_or(u16::MAX),
            content: u64::MAX,
            ..http1::Limits::default()
        };
        let machine = one::Connection::new(&limits, now);
        Self::Http1(Box::new(Http1 { machine, asked: VecDeque::new(), status: 0, depth }))
    }

    pub(super) fn http2(depth: usize, scheme: http::message::Scheme, now: Instant) -> Self {
        let limits = http2::Limits {
            content: u64::MAX,
            // A server may answer in as small pieces as it likes, and we count.
            tiny_data: u32::MAX,
            empty_data: u32::MAX,
            ..http2::Limits::default()
        };
        let options = http2::ClientOptions::new(scheme);
        let machine = http2::Connection::client(&limits, options, now);
        Self::Http2(Box::new(Http2 { machine, asked: HashMap::new(), depth }))
    }

    /// Requests whose answers are not whole.
    pub(super) fn in_flight(&self) -> usize {
        match self {
            Self::Http1(http1) => http1.asked.len(),
            Self::Http2(http2) => http2.asked.len(),
        }
    }

    /// Asks once more; false where this is not the time for it.
    pub(super) fn ask(&mut self, ask: &Ask, now: Instant) -> Result<bool, String> {
        if match self {
            Self::Http1(http1) => http1.asked.len() >= http1.depth,
            Self::Http2(http2) => {
                http2.asked.len() >= http2.depth || http2.machine.can_request().is_err()
            }
        } {
            return Ok(false);
        }
        match self {
            Self::Http1(http1) => match http1.ask(ask, now) {
                Ok(()) => Ok(true),
                // The answer that is under way says that it is the last.
                Err(http1::Misuse::Closed) => Ok(false),
                Err(misuse) => Err(misuse.to_string()),
            },
            Self::Http2(http2) => {
                http2.ask(ask, now).map(|()| true).map_err(|misuse| misuse.to_string())
            }
        }
    }

    /// Takes octets of HTTP, which are changed by that.
    pub(super) fn receive(&mut self, mut input: &mut [u8], now: Instant, tally: &mut Tally) {
        match self {
            Self::Http1(http1) => {
                let machine = &mut http1.machine;
                // Content that stands here for certain need not be copied to be counted.
                let direct = usize::try_from(machine.direct()).unwrap_or(usize::MAX);
                let direct = direct.min(input.len());
                if direct > 0 {
                    machine.took(direct as u64, now);
                    tally.content += direct as u64;
                    input = input.get_mut(direct..).unwrap_or_default();
                }
                if !input.is_empty() {
                    machine.receive(input, now);
                }
            }
            Self::Http2(http2) => http2.machine.receive(input, now),
        }
    }

    /// The peer says no more.
    pub(super) fn end(&mut self, clean: bool, now: Instant) {
        match self {
            Self::Http1(http1) if clean => http1.machine.receive_end(now),
            Self::Http1(http1) => http1.machine.abort(),
            Self::Http2(http2) => http2.machine.receive_end(clean, now),
        }
    }

    /// What happened next; content is counted.
    pub(super) fn next(&mut self, now: Instant, tally: &mut Tally) -> Option<Happened> {
        match self {
            Self::Http1(http1) => http1.next(now, tally),
            Self::Http2(http2) => http2.next(now, tally),
        }
    }

    /// Appends what is to be sent.
    pub(super) fn transmit(&mut self, now: Instant, out: &mut Output) {
        match self {
            Self::Http1(http1) => http1.machine.poll_transmit(now, out),
            Self::Http2(http2) => http2.machine.poll_transmit(now, out),
        }
    }

    /// Says goodbye, where the version has a word for it.
    pub(super) fn say_goodbye(&mut self, now: Instant) {
        if let Self::Http2(http2) = self {
            http2.machine.shut_down(now);
        }
    }

    pub(super) fn tick(&mut self, now: Instant) {
        match self {
            Self::Http1(http1) if http1.machine.next_timeout().is_some_and(|due| due <= now) => {
                http1.machine.handle_timeout(now);
            }
            Self::Http2(http2) if http2.machine.next_timeout().is_some_and(|due| due <= now) => {
                http2.machine.handle_timeout(now);
            }
            _ => {}
        }
    }
}

impl Http1 {
    fn ask(&mut self, ask: &Ask, now: Instant) -> Result<(), http1::Misuse> {
        let content = match &ask.content {
            None => http1::Outgoing::None,
            Some(content) => http1::Outgoing::Length(content.len() as u64),
        };
        self.machine.send_request(&ask.request, content)?;
        self.asked.push_back(now);
        if let Some(content) = &ask.content {
            self.machine.send_shared(content.clone())?;
            self.machine.send_end(None)?;
        }
        Ok(())
    }

    fn next(&mut self, now: Instant, tally: &mut Tally) -> Option<Happened> {
        use one::Event;
        loop {
            return Some(match self.machine.poll_event()? {
                Event::Informational(_) => continue,
                Event::Response { response, content } => {
                    self.status = response.status.as_u16();
                    if content != http1::Content::None {
                        continue;
                    }
                    self.answer(now)
                }
                Event::Data(octets) => {
                    tally.content += octets.len() as u64;
                    continue;
                }
                Event::End { .. } => self.answer(now),
                Event::Upgraded { .. } => {
                    self.machine.abort();
                    Happened::Violation("the server speaks another protocol now".into())
                }
                // A server may close between two answers, which is no reason to complain.
                Event::Violation(error) if error.violation == Violation::EndBeforeResponse => {
                    continue;
                }
                Event::Violation(error) => Happened::Violation(error.to_string()),
                Event::Closed { .. } => Happened::Closed,
            });
        }
    }

    fn answer(&mut self, now: Instant) -> Happened {
        let time = self.asked.pop_front().map(|asked| now.saturating_duration_since(asked));
        Happened::Answer(self.status, time.unwrap_or_default())
    }
}

impl Http2 {
    fn ask(&mut self, ask: &Ask, now: Instant) -> Result<(), http2::Misuse> {
        let content = match &ask.content {
            None => http2::Outgoing::None,
            Some(content) => http2::Outgoing::Length(content.len() as u64),
        };
        let stream = self.machine.send_request(&ask.request, content)?;
        self.asked.insert(stream.value(), (now, 0));
        if let Some(content) = &ask.content {
            self.machine.send_shared(stream, content.clone())?;
            self.machine.send_end(stream, None)?;
        }
        Ok(())
    }

    fn next(&mut self, now: Instant, tally: &mut Tally) -> Option<Happened> {
        use http2::Event;
        loop {
            match self.machine.poll_event()? {
                Event::Response { stream, response, end } => {
                    if let Some((_, status)) = self.asked.get_mut(&stream.value()) {
                        *status = response.status.as_u16();
                    }
                    if end {
                        return Some(self.answer(stream, now));
                    }
                }
                Event::Data { stream, octets, end } => {
                    tally.content += octets.len() as u64;
                    self.machine.release(stream, octets.len());
                    if end {
                        return Some(self.answer(stream, now));
                    }
                }
                Event::Trailers { stream, .. } => return Some(self.answer(stream, now)),
                // Behind an answer it says that the rest of the request is not wanted.
                Event::StreamReset { stream, code, error }
                    if self.asked.remove(&stream.value()).is_some() =>
                {
                    let again = code == http2::ErrorCode::REFUSED_STREAM;
                    let reason = error.map(|error| error.to_string());
                    let reason = reason.unwrap_or_else(|| code.to_string());
                    return Some(Happened::Reset { again, reason });
                }
                Event::Violation(error) => return Some(Happened::Violation(error.to_string())),
                Event::Closed { .. } => return Some(Happened::Closed),
                _ => {}
            }
        }
    }

    fn answer(&mut self, stream: http2::StreamId, now: Instant) -> Happened {
        let (asked, status) = self.asked.remove(&stream.value()).unwrap_or((now, 0));
        Happened::Answer(status, now.saturating_duration_since(asked))
    }
}
