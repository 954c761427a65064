//! One of the connections of a load, and the next one in its place when it ends.
//!
//! ```text
//!   Connecting ──► Handshake ──► Open ──► Done         nothing is left to ask
//!        ▲             │           │
//!        └─────────────┴───────────┘                   while it pays: see below
//! ```
//!
//! A server may close whenever it likes, as many do after a thousand requests; what it had not
//! answered in good order is asked again, as a browser would. What is asked again for ever is
//! nothing, so:
//!
//! Invariant: after three connections in a row that brought no answer, the place stays empty.

use super::{
    Plan, Tally,
    line::{Line, Opened},
    speaker::{Happened, Speaker},
    tally::Failure,
};
use http::message::Scheme;
use sockets::{Interest, Poller, Token};
use std::time::Instant;

/// Connections in a row that may come to nothing.
pub(super) const STRIKES: u32 = 3;

/// Why a connection ends for which there is no better word.
const CLOSED: &str = "the server closed the connection";

/// What a thread has left to ask.
pub(super) struct Budget {
    /// Requests; `None` while time alone is the measure.
    pub(super) left: Option<u64>,
}

impl Budget {
    pub(super) fn is_spent(&self) -> bool {
        self.left == Some(0)
    }

    pub(super) fn take(&mut self) {
        self.left = self.left.map(|left| left.saturating_sub(1));
    }

    pub(super) fn give_back(&mut self, count: u64) {
        self.left = self.left.map(|left| left + count);
    }
}

/// What all slots of a thread share.
pub(super) struct Shared<'a> {
    pub(super) plan: &'a Plan,
    pub(super) poller: &'a Poller,
    pub(super) budget: Budget,
    pub(super) tally: Tally,
}

/// A place for a connection.
pub(super) struct Slot {
    token: Token,
    line: Option<Line>,
    /// Who speaks, once it is known in which version.
    speaker: Option<Speaker>,
    interest: Interest,
    /// When this connection was begun; when it was connected.
    begun: Instant,
    connected: Option<Instant>,
    /// When something was last heard, or asked into silence.
    heard: Instant,
    /// Answers of this connection.
    answers: u64,
    /// Why it ends, if it does so before its time.
    broken: Option<(Failure, String)>,
    strikes: u32,
    done: bool,
}

impl Slot {
    pub(super) fn new(token: Token, now: Instant) -> Self {
        Self {
            token,
            line: None,
            speaker: None,
            interest: Interest::NONE,
            begun: now,
            connected: None,
            heard: now,
            answers: 0,
            broken: None,
            strikes: 0,
            done: false,
        }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// Begins a connection.
    pub(super) fn open(&mut self, shared: &mut Shared<'_>) {
        let now = Instant::now();
        (self.begun, self.heard, self.connected) = (now, now, None);
        (self.answers, self.broken, self.speaker) = (0, None, None);
        let plan = shared.plan;
        match Line::open(&plan.address, plan.secure.as_ref(), now) {
            Ok(line) => {
                self.interest = Interest::WRITE;
                if let Err(error) = shared.poller.add(&line, self.token, self.interest) {
                    return self.fail(shared, Failure::Connect, &error.to_string());
                }
                self.line = Some(line);
            }
            Err(reason) => self.fail(shared, Failure::Connect, &reason),
        }
    }

    // ANCHOR: turn
    /// The socket is ready: reads once, asks as much as may be asked, writes once.
    pub(super) fn turn(
        &mut self,
        shared: &mut Shared<'_>,
        buffer: &mut [u8],
        readable: bool,
        now: Instant,
    ) {
        if self.connected.is_none() && !self.has_connected(shared, now) {
            return;
        }
        if readable && !self.read(shared, buffer, now) {
            return;
        }
        self.speak(shared, now);
    }
    // ANCHOR_END: turn

    /// The connect is decided: whether it went well.
    fn has_connected(&mut self, shared: &mut Shared<'_>, now: Instant) -> bool {
        let Some(line) = &self.line else { return false };
        if let Err(error) = line.connected() {
            self.fail(shared, Failure::Connect, &error.to_string());
            return false;
        }
        let secure = line.is_secure();
        // Many are decided in one turn, and each takes its time.
        self.connected = Some(Instant::now());
        shared.tally.connect.record(self.begun.elapsed());
        if !secure {
            self.begin(shared, shared.plan.http2, now);
        }
        true
    }

    /// It is known what is spoken.
    fn begin(&mut self, shared: &mut Shared<'_>, http2: bool, now: Instant) {
        let plan = shared.plan;
        let scheme = if plan.secure.is_some() { Scheme::Https } else { Scheme::Http };
        self.speaker = Some(match http2 {
            true => Speaker::http2(plan.depth, scheme, now),
            false => Speaker::http1(plan.depth, now),
        });
        if let Some(spoken) = shared.tally.spoken.get_mut(usize::from(http2)) {
            *spoken += 1;
        }
    }

    /// Reads once; false where the connection is over.
    fn read(&mut self, shared: &mut Shared<'_>, buffer: &mut [u8], now: Instant) -> bool {
        let Some(line) = &mut self.line else { return false };
        let length = match line.read(buffer) {
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return true,
            Err(error) => {
                self.broken.get_or_insert((Failure::Cut, error.to_string()));
                return self.end(shared, false, now);
            }
        };
        // What has come is told at the time at which it was there.
        let now = if length > 0 { Instant::now() } else { now };
        self.heard = now;
        shared.tally.received += length as u64;
        if length == 0 {
            let secure = line.is_secure();
            line.end(now);
            let cut = secure && self.hear_line(shared, now).is_none();
            return !cut && self.end(shared, true, now);
        }
        let mut input = buffer.get_mut(..length).unwrap_or_default();
        while !input.is_empty() {
            let Some(line) = &mut self.line else { return false };
            let (used, opened) = line.open_some(input, now);
            if let (Opened::Data(data), Some(speaker)) = (opened, &mut self.speaker)
                && !data.is_empty()
            {
                shared.tally.heads += data.len() as u64;
                speaker.receive(data, now, &mut shared.tally);
            }
            if self.hear_line(shared, now).is_none() || !self.hear(shared, now) {
                return false;
            }
            input = input.get_mut(used..).unwrap_or_default();
        }
        true
    }

    /// Does what TLS tells; `None` where the connection is over.
    fn hear_line(&mut self, shared: &mut Shared<'_>, now: Instant) -> Option<()> {
        loop {
            match self.line.as_mut()?.next() {
                Opened::Complete { http2 } => {
                    let since = self.connected.unwrap_or(self.begun);
                    shared.tally.handshake.record(since.elapsed());
                    self.begin(shared, http2, now);
                }
                Opened::Violation(reason) => {
                    // The alert says why, if the peer still reads.
                    let _ = self.line.as_mut()?.flush(now);
                    if self.speaker.is_none() {
                        self.fail(shared, Failure::Handshake, &reason);
                        return None;
                    }
                    self.broken.get_or_insert((Failure::Protocol, reason));
                }
                Opened::End(clean) => {
                    self.end(shared, clean, now);
                    return None;
                }
                Opened::Data(_) | Opened::Nothing => return Some(()),
            }
        }
    }

    /// Counts what happened; false where the connection is over.
    fn hear(&mut self, shared: &mut Shared<'_>, now: Instant) -> bool {
        while let Some(speaker) = &mut self.speaker
            && let Some(happened) = speaker.next(now, &mut shared.tally)
        {
            match happened {
                Happened::Answer(status, time) => {
                    self.answers += 1;
                    self.strikes = 0;
                    shared.tally.latency.record(time);
                    *shared.tally.statuses.entry(status).or_default() += 1;
                }
                Happened::Reset { again: true, .. } => {
                    shared.tally.again += 1;
                    shared.budget.give_back(1);
                }
                Happened::Reset { again: false, reason } => {
                    shared.tally.fail(Failure::Reset, 1, &reason);
                }
                Happened::Violation(reason) => {
                    self.broken.get_or_insert((Failure::Protocol, reason));
                }
                Happened::Closed => {
                    self.over(shared);
                    return false;
                }
            }
        }
        true
    }

    /// The peer says no more. Answers whether the connection goes on, which it does not.
    fn end(&mut self, shared: &mut Shared<'_>, clean: bool, now: Instant) -> bool {
        let Some(speaker) = &mut self.speaker else {
            let reason = self.broken.take().map(|(_, reason)| reason);
            let reason = reason.unwrap_or_else(|| CLOSED.into());
            let failure =
                if self.connected.is_some() { Failure::Handshake } else { Failure::Connect };
            self.fail(shared, failure, &reason);
            return false;
        };
        speaker.end(clean, now);
        if self.hear(shared, now) {
            self.over(shared);
        }
        false
    }

    /// Asks as much as may be asked, and sends it.
    fn speak(&mut self, shared: &mut Shared<'_>, now: Instant) {
        let Some(line) = &mut self.line else { return };
        if let Some(speaker) = &mut self.speaker {
            let idle = speaker.in_flight() == 0;
            while !shared.budget.is_spent() && !line.blocked() {
                match speaker.ask(&shared.plan.ask, now) {
                    Ok(true) => shared.budget.take(),
                    Ok(false) => break,
                    Err(reason) => {
                        // The same would be said of every other: it is not asked again.
                        shared.tally.fail(Failure::Protocol, 1, &reason);
                        return self.finish(shared, now);
                    }
                }
            }
            if idle {
                self.heard = now;
            }
            if speaker.in_flight() == 0 && shared.budget.is_spent() {
                return self.finish(shared, now);
            }
            speaker.transmit(now, line.plain());
        }
        match line.flush(now) {
            Ok(sent) => shared.tally.sent += sent,
            Err(error) => {
                self.broken.get_or_insert((Failure::Cut, error.to_string()));
                self.end(shared, false, now);
                return;
            }
        }
        self.watch(shared);
    }

    fn watch(&mut self, shared: &Shared<'_>) {
        let Some(line) = &self.line else { return };
        let interest = if line.blocked() { Interest::BOTH } else { Interest::READ };
        if interest != self.interest && shared.poller.modify(line, self.token, interest).is_ok() {
            self.interest = interest;
        }
    }

    /// Looks at the clock: nothing may wait for ever.
    pub(super) fn tick(&mut self, shared: &mut Shared<'_>, now: Instant) {
        if self.line.is_none() {
            return;
        }
        let waits = self.speaker.as_ref().is_none_or(|speaker| speaker.in_flight() > 0);
        if waits && now.saturating_duration_since(self.heard) > shared.plan.patience {
            let failure = match (&self.speaker, self.connected) {
                (_, None) => Failure::Connect,
                (None, _) => Failure::Handshake,
                _ => Failure::Silence,
            };
            let reason = format!("nothing came for {:?}", shared.plan.patience);
            return self.fail(shared, failure, &reason);
        }
        if let Some(speaker) = &mut self.speaker {
            speaker.tick(now);
        }
        if self.hear(shared, now) {
            self.speak(shared, now);
        }
    }

    /// The connection ended in the middle of the work, in good order or not.
    fn over(&mut self, shared: &mut Shared<'_>) {
        let lost = self.speaker.as_ref().map_or(0, Speaker::in_flight) as u64;
        let closed = || (Failure::Cut, CLOSED.to_owned());
        let (failure, reason) = self.broken.take().unwrap_or_else(closed);
        if failure == Failure::Cut && self.answers > 0 {
            shared.tally.again += lost;
            shared.budget.give_back(lost);
        } else if lost > 0 {
            shared.tally.fail(failure, lost, &reason);
        }
        self.replace(shared);
    }

    /// It came to nothing.
    fn fail(&mut self, shared: &mut Shared<'_>, failure: Failure, reason: &str) {
        let lost = self.speaker.as_ref().map_or(1, |speaker| speaker.in_flight().max(1));
        shared.tally.fail(failure, lost as u64, reason);
        self.replace(shared);
    }

    /// Another connection in this one's place, if it is worth it.
    fn replace(&mut self, shared: &mut Shared<'_>) {
        self.drop_line(shared);
        if self.answers == 0 {
            self.strikes += 1;
        }
        if shared.budget.is_spent() || self.strikes >= STRIKES {
            self.done = true;
            return;
        }
        self.open(shared);
    }

    fn drop_line(&mut self, shared: &Shared<'_>) {
        if let Some(line) = self.line.take() {
            // The socket is about to be closed; that it was registered is all that matters.
            let _ = shared.poller.remove(&line);
        }
    }

    /// Nothing is left to ask here: says goodbye.
    pub(super) fn finish(&mut self, shared: &mut Shared<'_>, now: Instant) {
        if let (Some(line), Some(speaker)) = (&mut self.line, &mut self.speaker) {
            speaker.say_goodbye(now);
            speaker.transmit(now, line.plain());
            line.close(now);
        }
        self.drop_line(shared);
        self.done = true;
    }
}
