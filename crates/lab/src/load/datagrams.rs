//! One thread of a load over HTTP/3: many connections of QUIC on one UDP socket.
//!
//! RFC 9114
//!
//! ```text
//!   turn (send, wait, receive) ──► for each connection that was touched: hear, ask, give ──► turn
//! ```
//!
//! Invariant: it ends as `worker` does: when the time is over, when somebody says so, or when
//! nothing was heard for [`Plan::patience`](super::Plan::patience) three times on every connection.

use super::{
    Datagrams, Failure, Plan, Tally,
    slot::{Budget, STRIKES},
    worker::{Part, Signs, TICK, cpu_time},
};
use client::quic::QuicClient;
use http3::{ErrorCode, Event, StreamId};
use quic::{Closed, Handle, stream::Direction};
use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::Ordering,
    time::Instant,
};

/// A connection, and what it waits for.
struct Asker {
    http3: http3::Connection,
    /// When each stream was begun, and its answer's status.
    asked: HashMap<StreamId, (Instant, u16)>,
    begun: Instant,
    connected: bool,
    heard: Instant,
    answers: u64,
}

/// A thread's connections.
struct Thread<'a> {
    plan: &'a Plan,
    quic: &'a Datagrams,
    client: QuicClient,
    askers: BTreeMap<Handle, Asker>,
    budget: Budget,
    tally: Tally,
    strikes: usize,
}

/// Does its part; what it came to.
pub(super) fn run(plan: &Plan, quic: &Datagrams, part: &Part, signs: &Signs) -> Tally {
    let (began, cpu) = (Instant::now(), cpu_time());
    let client = match QuicClient::new(plan.address, true) {
        Ok(client) => client,
        Err(error) => {
            let mut tally = Tally::default();
            tally.fail(Failure::Connect, part.connections as u64, &error.to_string());
            return tally;
        }
    };
    let budget = Budget { left: part.requests };
    let (askers, tally) = (BTreeMap::new(), Tally::default());
    let mut thread = Thread { plan, quic, client, askers, budget, tally, strikes: 0 };
    for _ in 0..part.connections {
        thread.open();
    }
    let until = plan.duration.and_then(|duration| began.checked_add(duration));
    let (mut touched, mut tick, mut told) = (Vec::new(), began, 0);
    loop {
        let now = Instant::now();
        let over = until.is_some_and(|until| until <= now) || signs.stop.load(Ordering::Relaxed);
        thread.client.take_touched(&mut touched);
        if over || now.saturating_duration_since(tick) >= TICK {
            tick = now;
            touched = thread.askers.keys().copied().collect();
            let answers = thread.tally.answers();
            signs.answers.fetch_add(answers - told, Ordering::Relaxed);
            told = answers;
        }
        for handle in touched.drain(..) {
            thread.attend(handle, over, now);
        }
        if over || thread.askers.is_empty() {
            break;
        }
        let rest = until.map_or(TICK, |until| until.saturating_duration_since(now));
        if thread.client.turn(rest.min(TICK)).is_err() {
            break;
        }
    }
    thread.client.send();
    let mut tally = thread.tally;
    tally.heads = tally.received.saturating_sub(tally.content);
    tally.cpu = cpu.and_then(|before| cpu_time()?.checked_sub(before));
    tally
}

impl Thread<'_> {
    /// Begins a connection.
    fn open(&mut self) {
        let (now, plan) = (Instant::now(), self.plan);
        let Datagrams { config, name } = self.quic;
        match self.client.connect(config, name.clone(), plan.address, Vec::new()) {
            Ok(handle) => {
                let limits = http3::Limits {
                    content: u64::MAX,
                    // A server may answer in as small pieces as it likes, and we count.
                    tiny_data: u32::MAX,
                    empty_data: u32::MAX,
                    ..http3::Limits::default()
                };
                let http3 =
                    http3::Connection::client(&limits, http3::ClientOptions::default(), now);
                let asked = HashMap::new();
                let asker =
                    Asker { http3, asked, begun: now, connected: false, heard: now, answers: 0 };
                self.askers.insert(handle, asker);
            }
            Err(error) => self.tally.fail(Failure::Connect, 1, &error.to_string()),
        }
    }

    /// Hears what came on a connection, asks as much as may be asked, and ends what is done.
    fn attend(&mut self, handle: Handle, over: bool, now: Instant) {
        let Some(mut asker) = self.askers.remove(&handle) else { return };
        match self.speak(handle, &mut asker, now) {
            Ok(()) => {
                let done = over || (asker.asked.is_empty() && self.budget.is_spent());
                if done {
                    self.close(handle);
                } else {
                    self.askers.insert(handle, asker);
                }
            }
            Err((failure, reason)) => {
                let lost = asker.asked.len() as u64;
                if failure == Failure::Cut && asker.answers > 0 {
                    self.tally.again += lost;
                    self.budget.give_back(lost);
                } else {
                    self.tally.fail(failure, lost.max(1), &reason);
                }
                self.close(handle);
                self.strikes += usize::from(asker.answers == 0);
                // As many for each as a TCP connection has.
                if !self.budget.is_spent()
                    && self.strikes < STRIKES as usize * self.plan.connections
                {
                    self.open();
                }
            }
        }
    }

    fn speak(
        &mut self,
        handle: Handle,
        asker: &mut Asker,
        now: Instant,
    ) -> Result<(), (Failure, String)> {
        let Some(quic) = self.client.connection(handle) else {
            return Err((Failure::Cut, "the connection is gone".into()));
        };
        let mut end = None;
        while let Some(event) = quic.poll_event() {
            asker.heard = now;
            match port::http3::take(event, &mut asker.http3, quic, now) {
                Some(quic::Event::Closed(reason)) => end = Some(reason),
                Some(quic::Event::Connected(_)) => {
                    asker.connected = true;
                    self.tally.handshake.record(now.saturating_duration_since(asker.begun));
                    if let Some(spoken) = self.tally.spoken.last_mut() {
                        *spoken += 1;
                    }
                }
                _ => {}
            }
        }
        hear(asker, quic, &mut self.tally, now)?;
        if let Some(reason) = end {
            let failure = match reason {
                _ if asker.connected => Failure::Cut,
                Closed::HandshakeTimeout | Closed::Idle => Failure::Connect,
                _ => Failure::Handshake,
            };
            return Err((failure, format!("{reason:?}")));
        }
        while asker.connected
            && asker.asked.len() < self.plan.depth
            && !self.budget.is_spent()
            && asker.http3.can_request().is_ok()
            && let Some(stream) = quic.open(Direction::Bidirectional)
        {
            let stream = port::http3::http3_id(stream);
            let refused = |misuse: http3::Misuse| (Failure::Protocol, misuse.to_string());
            ask(asker, stream, self.plan).map_err(refused)?;
            if asker.asked.is_empty() {
                asker.heard = now;
            }
            asker.asked.insert(stream, (now, 0));
            self.budget.take();
        }
        if asker.http3.next_timeout().is_some_and(|due| due <= now) {
            asker.http3.handle_timeout(now);
        }
        port::http3::give(&mut asker.http3, quic, now);
        let waits = !asker.connected || !asker.asked.is_empty();
        if waits && now.saturating_duration_since(asker.heard) > self.plan.patience {
            let failure = if asker.connected { Failure::Silence } else { Failure::Connect };
            return Err((failure, format!("nothing came for {:?}", self.plan.patience)));
        }
        Ok(())
    }

    fn close(&mut self, handle: Handle) {
        let Some(quic) = self.client.connection(handle) else { return };
        let stats = quic.stats();
        self.tally.received += stats.octets_received;
        self.tally.sent += stats.octets_sent;
        quic.close(ErrorCode::H3_NO_ERROR.0, b"");
    }
}

fn ask(asker: &mut Asker, stream: StreamId, plan: &Plan) -> Result<(), http3::Misuse> {
    let content = match &plan.ask.content {
        None => http3::Outgoing::None,
        Some(content) => http3::Outgoing::Length(content.len() as u64),
    };
    asker.http3.send_request(stream, &plan.ask.request, content)?;
    if let Some(content) = &plan.ask.content {
        asker.http3.send_shared(stream, content.clone())?;
        asker.http3.send_end(stream, None)?;
    }
    Ok(())
}

/// Counts what came.
fn hear(
    asker: &mut Asker,
    quic: &mut quic::Connection,
    tally: &mut Tally,
    now: Instant,
) -> Result<(), (Failure, String)> {
    while let Some(event) = asker.http3.poll_event() {
        let ended = match event {
            Event::Response { stream, response, end } => {
                if let Some((_, status)) = asker.asked.get_mut(&stream) {
                    *status = response.status.as_u16();
                }
                end.then_some(stream)
            }
            Event::Data { stream, octets, end } => {
                tally.content += octets.len() as u64;
                asker.http3.release(stream, octets.len());
                end.then_some(stream)
            }
            Event::Trailers { stream, .. } => Some(stream),
            Event::Readable(stream) => {
                port::http3::resume(port::http3::quic_id(stream), &mut asker.http3, quic, now);
                None
            }
            // Behind an answer it says that the rest of the request is not wanted.
            Event::StreamReset { stream, code, error } if asker.asked.remove(&stream).is_some() => {
                let reason = error.map(|error| error.to_string());
                tally.fail(Failure::Reset, 1, &reason.unwrap_or_else(|| code.to_string()));
                None
            }
            Event::Violation(error) if error.scope() == http3::Scope::Connection => {
                return Err((Failure::Protocol, error.to_string()));
            }
            _ => None,
        };
        if let Some((asked, status)) = ended.and_then(|stream| asker.asked.remove(&stream)) {
            tally.latency.record(now.saturating_duration_since(asked));
            *tally.statuses.entry(status).or_default() += 1;
            asker.answers += 1;
        }
    }
    Ok(())
}
