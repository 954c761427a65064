//! One way, run: a server, a client, and somebody who makes things happen.
//!
//! ```text
//!   counted   client ⇄ tap ⇄ server      events are born in turn: no clock, no chance
//!   timed     client ⇄ server            events are born at their times
//! ```

use super::{
    Delays, Error, Options, Row, Way, events,
    feed::Feed,
    fetch::{self, Inbox},
    site,
    tap::{Counts, Tap},
};
use client::Session;
use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

/// Who says when an event is born.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// The client, by having the one before; for polling, a clock that jumps.
    Turns,
    /// The clock on the wall.
    Clock,
}

/// One run of one way.
struct Run<'a> {
    way: Way,
    pace: Pace,
    feed: Feed,
    /// When each event is born, counted from the start.
    moments: Vec<Duration>,
    options: &'a Options,
}

/// What a run found.
struct Found {
    requests: u32,
    counts: Counts,
    delays: Delays,
}

/// Runs `way` as often as the options ask.
pub(super) fn row(way: Way, options: &Options) -> Result<Row, Error> {
    let run = |pace| Run::new(way, pace, options).whole();
    let counted = run(Pace::Turns)?;
    let measured = if options.timed { Some(run(Pace::Clock)?.delays) } else { None };
    let Found { requests, counts, delays } = counted;
    Ok(Row { way, requests, counts, scheduled: delays, measured })
}

impl<'a> Run<'a> {
    fn new(way: Way, pace: Pace, options: &'a Options) -> Self {
        let feed = Feed::new(events::texts(options.events, options.size));
        let moments = events::moments(options.events, options.interval);
        Self { way, pace, feed, moments, options }
    }

    fn whole(&self) -> Result<Found, Error> {
        let server = site::start(&self.feed)?;
        let Some(address) = server.addresses().first().copied() else { return Err(Error::Broken) };
        let tap = (self.pace == Pace::Turns).then(|| Tap::open(address)).transpose()?;
        let address = tap.as_ref().map_or(address, Tap::address);
        let received = thread::scope(|scope| {
            let publisher = scope.spawn(|| self.publish());
            let received = self.receive(address);
            self.feed.give_up();
            publisher.join().map_err(|_| Error::Broken)?;
            received
        });
        // The client is gone by now, so that the tap sees all connections end.
        let counts = tap.map(Tap::close).transpose()?.unwrap_or_default();
        server.stop()?;
        let (requests, delays) = received?;
        Ok(Found { requests, counts, delays: Delays::of(delays) })
    }

    /// Makes things happen until all has happened or the client gives up.
    fn publish(&self) {
        match (self.pace, self.way) {
            // The client turns its own clock.
            (Pace::Turns, Way::Polling(_)) => return,
            (Pace::Turns, _) => {
                for _ in &self.moments {
                    if !self.feed.turn() {
                        return;
                    }
                    self.feed.publish();
                }
            }
            (Pace::Clock, way) => {
                if !matches!(way, Way::Polling(_)) && !self.feed.turn() {
                    return;
                }
                let start = Instant::now();
                for moment in &self.moments {
                    if !self.feed.until(start + *moment) {
                        return;
                    }
                    self.feed.publish();
                }
            }
        }
        self.feed.end();
    }

    /// The client: how many requests it took, and how late each event was.
    fn receive(&self, address: SocketAddr) -> Result<(u32, Vec<Duration>), Error> {
        let session = fetch::session(self.options.fields)?;
        let mut inbox = Inbox::new(&self.feed);
        let mut requests = 0;
        match (self.pace, self.way) {
            (Pace::Turns, Way::Polling(every)) => {
                return self.poll_in_turns(&session, address, every);
            }
            (Pace::Clock, Way::Polling(every)) => {
                let start = Instant::now();
                while !inbox.is_full() {
                    requests += 1;
                    if !self.feed.until(start + every * requests) {
                        break;
                    }
                    fetch::ask(&session, address, "/poll", &mut inbox)?;
                }
            }
            (_, Way::LongPolling) => {
                while !inbox.is_full() {
                    requests += 1;
                    fetch::ask(&session, address, "/long", &mut inbox)?;
                }
            }
            (_, Way::Events) => {
                requests += 1;
                fetch::events(&session, address, &mut inbox)?;
            }
            (_, Way::WebSocket { deflate }) => {
                requests += 1;
                fetch::socket(&session, address, deflate, &mut inbox)?;
            }
        }
        if !inbox.is_full() {
            return Err(Error::Ended { arrived: inbox.len() });
        }
        Ok((requests, self.delays(&inbox.arrivals)))
    }

    /// Polls by a clock that stands still while anything happens, and then jumps to the next poll.
    fn poll_in_turns(
        &self,
        session: &Session,
        address: SocketAddr,
        every: Duration,
    ) -> Result<(u32, Vec<Duration>), Error> {
        let mut inbox = Inbox::new(&self.feed);
        let mut requests = 0;
        let mut delays = Vec::new();
        while !inbox.is_full() {
            requests += 1;
            let now = every * requests;
            let due = self.moments.get(inbox.len()..).unwrap_or_default();
            for moment in due.iter().take_while(|moment| **moment <= now) {
                self.feed.publish();
                delays.push(now - *moment);
            }
            fetch::ask(session, address, "/poll", &mut inbox)?;
        }
        Ok((requests, delays))
    }

    /// From each birth to its arrival. By turns an event is taken as it is born, by definition.
    fn delays(&self, arrivals: &[Instant]) -> Vec<Duration> {
        let late = |(number, arrival): (usize, &Instant)| {
            self.feed.birth(number).map(|birth| arrival.saturating_duration_since(birth))
        };
        match self.pace {
            Pace::Turns => vec![Duration::ZERO; arrivals.len()],
            Pace::Clock => arrivals.iter().enumerate().filter_map(late).collect(),
        }
    }
}
