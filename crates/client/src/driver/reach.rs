//! From a host to a connection of QUIC: its addresses in a race, and the handshake.
//!
//! RFC 9000 §7, RFC 8305 §5, RFC 9114 §3.3
//!
//! ```text
//!   Race ──► address 1: a socket, a handshake ─┐
//!        ──► address 2, 250 ms later ──────────┴─► the first whose handshake is done
//! ```
//!
//! UDP has no "connection refused": a port where nobody listens is as silent as one behind a wall.
//! So the addresses race, as those of TCP do, and all of it races against TCP (`compete`).
//!
//! Invariant: whoever is told to stop does so within [`LOOK`].
//!
//! Users: [`super::compete`].

use super::multiplex::Http3Options;
use crate::{
    Error,
    quic::of_closed,
    tls::{Context, moment},
    trace,
};
use port::Port;
use quic::{
    ClientConfig, Endpoint, EndpointLimits, Event, FourTuple, Handle, Transport,
    connection::Listeners,
};
use sockets::{DialOptions, Events, Interest, Poller, Race, Step, Token, UdpOptions};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use wire::trace::{Direction, Trace};
use x509::ServerName;

/// How often it is looked whether anybody still waits.
const LOOK: Duration = Duration::from_millis(20);

/// Octets of the largest datagram frame that is taken (RFC 9297).
const DATAGRAM: u64 = 65_535;

/// Octets of a connection's window, 512 KiB, and how far it may grow, 64 MiB: a hundred answers
/// that are not read, each with its first window, leave room for others.
const CONNECTION_WINDOW: (u64, u64) = (512 << 10, 64 << 20);

/// Whom to reach.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    /// The origin's host, which the certificate must name.
    pub(super) name: String,
    /// `host:port` of the origin, by which tickets are kept.
    pub(super) origin: String,
    /// Where to dial.
    pub(super) host: String,
    pub(super) port: u16,
    /// Whether a request may go before the handshake is done.
    pub(super) early: bool,
    pub(super) deadline: Option<Instant>,
}

/// A connection.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) port: Port,
    pub(super) handle: Handle,
    pub(super) path: FourTuple,
    /// Nothing where the handshake goes on, and requests may go early.
    pub(super) summary: Option<::tls::Summary>,
    pub(super) resolve: Duration,
    pub(super) handshake: Duration,
}

/// What every connection of QUIC goes by.
#[derive(Debug, Clone)]
pub(super) struct Reacher {
    pub(super) context: Arc<Context>,
    pub(super) dial: DialOptions,
    pub(super) options: Http3Options,
}

/// A handshake under way.
struct Attempt {
    port: Port,
    handle: Handle,
    path: FourTuple,
    began: Instant,
    over: bool,
}

impl Reacher {
    fn config(&self, goal: &Goal, trace: &Trace) -> Result<ClientConfig, Error> {
        let tls = self.context.quic(&goal.origin, b"h3", goal.early)?;
        let mut config = ClientConfig::new(tls);
        config.transport = Arc::new(Transport {
            bidirectional_streams: 0,
            unidirectional_streams: self.options.limits.unidirectional.into(),
            max_datagram_frame_size: DATAGRAM,
            connection_window: CONNECTION_WINDOW,
            ..Transport::default()
        });
        if trace.is_on() {
            let trace = trace.clone();
            config.listeners = Listeners::new(move |_| trace.clone());
        }
        Ok(config)
    }

    // ANCHOR: reach
    /// Connects; gives up when `stop` says so.
    ///
    /// # Errors
    /// [`Error::Resolve`], [`Error::Quic`], and what TLS has to say.
    pub(super) fn reach(
        &self,
        goal: &Goal,
        stop: &AtomicBool,
        trace: &Trace,
    ) -> Result<Reached, Error> {
        let began = Instant::now();
        let failed = |reason: String| Error::Quic { with: goal.origin.clone(), reason };
        let of_system = |error: io::Error| failed(error.to_string());
        let name = ServerName::parse(&goal.name).map_err(|error| failed(error.to_string()))?;
        let addresses = sockets::addresses(&goal.host, goal.port, &self.dial, goal.deadline)
            .map_err(|error| failed(error.to_string()))?;
        let resolve = began.elapsed();
        let addresses = sockets::interleave(&addresses, self.dial.family);
        let mut race = Race::new(addresses, self.dial.attempt_delay, goal.deadline);
        let config = self.config(goal, trace)?;
        let mut poller = Poller::new().map_err(of_system)?;
        let (mut events, mut attempts) = (Events::with_capacity(8), Vec::new());
        let mut why = None;
        loop {
            let wake = match race.step(Instant::now()) {
                Step::Start(address) => {
                    match begin(address, &config, name.clone(), &poller, attempts.len()) {
                        Ok(attempt) => attempts.push(attempt),
                        Err(error) => {
                            why = Some(failed(error.to_string()));
                            race.failed();
                        }
                    }
                    Instant::now()
                }
                Step::Wait(until) => until.unwrap_or_else(|| Instant::now() + LOOK),
                Step::Lost | Step::TimedOut => {
                    let silent = || failed("nobody answers".to_owned());
                    return Err(why.unwrap_or_else(silent));
                }
            };
            if stop.load(Ordering::Relaxed) {
                return Err(failed("TCP was faster".to_owned()));
            }
            for at in 0..attempts.len() {
                let Some(attempt) = attempts.get_mut(at).filter(|attempt| !attempt.over) else {
                    continue;
                };
                match attempt.look(goal, &config) {
                    Ok(None) => {}
                    Ok(Some(summary)) => {
                        let won = attempts.swap_remove(at);
                        let address = trace::shown(trace, || won.path.remote.to_string());
                        trace::CONNECTED.tell(trace, Direction::Local, || {
                            [
                                trace::text("address", &address),
                                trace::micros("took", won.began.elapsed()),
                            ]
                        });
                        let _ = poller.remove(&won.port);
                        let Attempt { port, handle, path, began, .. } = won;
                        let handshake = began.elapsed();
                        return Ok(Reached { port, handle, path, summary, resolve, handshake });
                    }
                    Err(error) => {
                        (why, attempt.over) = (Some(error), true);
                        race.failed();
                    }
                }
            }
            wait(&mut poller, &mut events, &mut attempts, wake).map_err(of_system)?;
        }
    }
    // ANCHOR_END: reach
}

fn begin(
    remote: SocketAddr,
    config: &ClientConfig,
    name: ServerName,
    poller: &Poller,
    at: usize,
) -> io::Result<Attempt> {
    let endpoint = Endpoint::new(port::token_key()?, EndpointLimits::default(), port::entropy());
    let mut port = Port::client(remote, &UdpOptions::default(), endpoint)?;
    let path = FourTuple { local: port.local(), remote };
    let handle = port
        .endpoint()
        .connect(config, name, path, Vec::new(), moment())
        .map_err(|error| io::Error::other(error.to_string()))?;
    port.touch(handle);
    poller.add(&port, Token(at as u64), Interest::READ)?;
    Ok(Attempt { port, handle, path, began: Instant::now(), over: false })
}

impl Attempt {
    /// Sends what there is to be sent; answers whether the connection can be used, and what was
    /// agreed on.
    #[expect(clippy::option_option, reason = "usable, and perhaps not agreed on yet")]
    fn look(
        &mut self,
        goal: &Goal,
        config: &ClientConfig,
    ) -> Result<Option<Option<::tls::Summary>>, Error> {
        let now = moment();
        self.port.expire(now.instant);
        let mut touched = Vec::new();
        self.port.take_touched(&mut touched);
        let mut done = None;
        while let Some(quic) = self.port.get_mut(self.handle)
            && done.is_none()
        {
            match quic.poll_event() {
                Some(Event::Connected(summary)) => done = Some(Some(*summary)),
                Some(Event::Closed(closed)) => {
                    return Err(of_closed(&goal.origin, closed, false));
                }
                Some(_) => {}
                None => break,
            }
        }
        if goal.early
            && done.is_none()
            && config.tls.early_data
            && self.port.get_mut(self.handle).is_some_and(|quic| quic.can_send_early())
        {
            done = Some(None);
        }
        // What goes early goes with the first flight, so that is not sent by itself.
        if done != Some(None) && !self.port.settle(self.handle, now) && done.is_none() {
            return Err(Error::Quic { with: goal.origin.clone(), reason: "it is gone".into() });
        }
        Ok(done)
    }
}

/// Waits for any of the sockets, or until `wake`.
fn wait(
    poller: &mut Poller,
    events: &mut Events,
    attempts: &mut [Attempt],
    wake: Instant,
) -> io::Result<()> {
    let due =
        attempts.iter().filter(|attempt| !attempt.over).filter_map(|it| it.port.next_timeout());
    let wake = due.chain([wake]).min().unwrap_or(wake);
    let patience = wake.saturating_duration_since(Instant::now()).min(LOOK);
    poller.wait(events, Some(patience))?;
    for event in events.iter() {
        let at = usize::try_from(event.token.0).unwrap_or(usize::MAX);
        let Some(attempt) = attempts.get_mut(at) else { continue };
        if event.writable {
            attempt.port.unblock();
        }
        attempt.port.receive(moment(), &mut |_| None, &mut |_, _| {})?;
    }
    Ok(())
}
