//! Connections to one origin that wait for work, and threads that wait for one of them.
//!
//! RFC 9112 §9.3 and §9.4
//!
//! The decisions are [`crate::core::pool`]'s and [`crate::core::retry`]'s; here are the lock, the
//! place to wait, and the sockets.
//!
//! Invariant: a connection is opened, looked at and closed outside the lock: one slow handshake
//! never keeps another thread from an idle connection.
//!
//! Invariant: each place that `acquire` counted is given back exactly once, by [`Place`]'s drop.

use super::{
    compete::{Contest, Won},
    connect::{Connector, Opened},
    connection::{Connection, Waits},
    exchange::Exchange,
    multiplex::{self, Line},
    shared::{Shared, Turn},
};
use crate::{
    Error,
    adapter::{Answer, Http2, Http3, Prepared, Route},
    core::{
        pool::{Acquire, Pool, PoolLimits},
        retry::{Failure, Patience, on_dead_connection},
        timeouts::Phase,
    },
    trace,
};
use http::{HeaderName, Version};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use wire::trace::Direction;

/// Which connections can stand in for each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PoolKey {
    /// `http` or `https`.
    pub scheme: String,
    /// A name in lower case, or an address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Through whom.
    pub route: Route,
    /// Whether HTTP/2 is spoken.
    pub http2: Http2,
    /// Whether HTTP/3 is spoken.
    pub http3: Http3,
}

/// The connections to one origin by one way.
#[derive(Debug)]
pub struct ConnectionPool {
    connector: Connector,
    /// Whether early data may be sent.
    early: bool,
    pool: Mutex<Pool<Connection>>,
    freed: Condvar,
    /// Where requests may share one connection.
    shared: Option<Shared>,
    /// Where QUIC is tried.
    contest: Option<Contest>,
}

/// A counted place in a pool.
#[derive(Debug)]
pub(crate) struct Place {
    pool: Arc<ConnectionPool>,
    held: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.held {
            self.pool.lock().discard();
            self.pool.freed.notify_one();
        }
    }
}

/// How a request came to its connection.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Opening {
    /// It carried a request before.
    pub(crate) reused: bool,
    /// How long it took to get a place, a name and a connection.
    pub(crate) waited: Duration,
    pub(crate) resolve: Duration,
    pub(crate) connect: Duration,
    pub(crate) handshake: Duration,
}

/// A connection on loan.
#[derive(Debug)]
pub(crate) struct Checkout {
    pub(crate) connection: Connection,
    pub(crate) place: Place,
    pub(crate) opening: Opening,
}

/// What carries a request.
enum Carrier {
    /// A connection of its own.
    Alone(Box<Checkout>),
    /// One that others use too.
    Shared(Arc<Line>, Opening),
}

impl Checkout {
    /// Gives the connection back.
    pub(crate) fn release(self) {
        let Self { mut connection, mut place, .. } = self;
        connection.rest();
        place.held = false;
        let surplus = place.pool.lock().release(connection, Instant::now());
        place.pool.freed.notify_one();
        // Closed here, outside the lock.
        drop(surplus);
    }
}

impl ConnectionPool {
    pub(super) fn new(
        connector: Connector,
        limits: PoolLimits,
        early: bool,
        (shared, contest): (Option<Shared>, Option<Contest>),
    ) -> Arc<Self> {
        let pool = Mutex::new(Pool::new(limits));
        Arc::new(Self { connector, early, pool, freed: Condvar::new(), shared, contest })
    }

    /// How many connections carry a request, and how many wait for one.
    pub fn counts(&self) -> (usize, usize) {
        let (busy, idle) = match self.shared.as_ref().and_then(Shared::calls) {
            None => (0, 0),
            Some(0) => (0, 1),
            Some(_) => (1, 0),
        };
        let pool = self.lock();
        (pool.in_use() + busy, pool.idle() + idle)
    }

    /// Closes what has been idle for too long.
    pub(crate) fn expire(&self, now: Instant) {
        let old = self.lock().expire(now);
        drop(old);
    }

    /// Closes all idle connections.
    pub(crate) fn close_idle(&self) {
        let idle = self.lock().drain();
        drop(idle);
        self.shared.iter().for_each(Shared::close_idle);
    }

    /// Closes what wears the address of a network that is gone; exchanges under way may yet end.
    pub(crate) fn leave_network(&self) {
        let idle = self.lock().drain();
        drop(idle);
        self.shared.iter().for_each(Shared::leave_network);
        self.contest.iter().for_each(Contest::leave_network);
    }

    // ANCHOR: open
    /// Sends a request on a connection of this pool and waits for the head of its response; sends
    /// it once more if the connection was an old one and dead.
    ///
    /// # Errors
    /// Whatever keeps a response from coming.
    pub(crate) fn open(self: &Arc<Self>, request: &Prepared) -> Result<Answer, Error> {
        trace::OPEN.tell(&request.trace, Direction::Local, || {
            [trace::text("pool", self.connector.name())]
        });
        let waits = Waits { timeouts: request.timeouts, deadline: request.deadline };
        let mut expects = request.expect.applies(&request.content, request.version);
        let mut early = self.early && may_be_early(request);
        let (mut retried, mut patience) = (false, Patience::default());
        loop {
            let (reused, fruitful, ran) = match self.carrier(request, &waits, retried, early)? {
                Carrier::Alone(checkout) => {
                    let reused = checkout.opening.reused;
                    (reused, false, Exchange::run(*checkout, request, waits, expects))
                }
                Carrier::Shared(line, opening) => {
                    let ran = multiplex::run(Arc::clone(&line), request, waits, opening);
                    (opening.reused, line.is_fruitful(), ran)
                }
            };
            let failed = match ran {
                Ok(answer) => {
                    self.learn(&answer);
                    // "I know no expectations" (RFC 9110 §15.5.18): then without asking first.
                    if answer.head.status.as_u16() == 417 && expects {
                        request.content.rewind("417 Expectation Failed")?;
                        expects = false;
                        continue;
                    }
                    // "Not before the handshake is done" (RFC 8470 §5.2): then behind it.
                    if answer.head.status.as_u16() == 425 && answer.content.timings().early {
                        trace::AGAIN.tell(&request.trace, Direction::Local, || {
                            [trace::text("reason", "it came too early")]
                        });
                        request.content.rewind("425 Too Early")?;
                        early = false;
                        continue;
                    }
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            // The server says that it has done nothing, and may say so more than once.
            if let Some(how) = failed.untouched
                && request.content.is_replayable()
                && patience.bears(how, fruitful)
            {
                trace::AGAIN.tell(&request.trace, Direction::Local, || {
                    [trace::text("reason", "the server has not touched it")]
                });
                request.content.rewind("a stream that was refused")?;
                continue;
            }
            let failure = Failure {
                reused: reused && failed.broken,
                response_begun: failed.response_begun,
                replayable: request.content.is_replayable(),
                retried,
            };
            if !on_dead_connection(&request.method, failure) {
                return Err(failed.error);
            }
            trace::AGAIN.tell(&request.trace, Direction::Local, || {
                [trace::text("reason", "the idle connection was dead")]
            });
            request.content.rewind("a connection that died")?;
            retried = true;
        }
    }
    // ANCHOR_END: open

    // ANCHOR: carrier
    /// The connection that all share, or one for this request alone.
    fn carrier(
        self: &Arc<Self>,
        request: &Prepared,
        waits: &Waits,
        fresh: bool,
        early: bool,
    ) -> Result<Carrier, Error> {
        let begun = Instant::now();
        let Some(shared) = &self.shared else {
            return self.checkout(request, waits, fresh, early);
        };
        match shared.turn(waits)? {
            Turn::Alone => self.checkout(request, waits, fresh, early),
            Turn::Take(line) => {
                trace::HIT.tell(&request.trace, Direction::Local, || {
                    [
                        trace::number("connection", line.number),
                        trace::number("requests now", line.calls() as u64),
                    ]
                });
                let waited = begun.elapsed();
                Ok(Carrier::Shared(line, Opening { reused: true, waited, ..Opening::default() }))
            }
            Turn::Ask(asking) => {
                let (_, place) = self.acquire(request, waits, true)?;
                let carrier = self.find(place, begun.elapsed(), early, (request, waits))?;
                match &carrier {
                    Carrier::Alone(_) => asking.alone(),
                    Carrier::Shared(..) => asking.shared(),
                }
                Ok(carrier)
            }
        }
    }
    // ANCHOR_END: carrier

    /// What the server says of where else it is. What is new is found at the next request.
    fn learn(&self, answer: &Answer) {
        let said = answer.head.headers.get(HeaderName::ALT_SVC);
        if let (Some(contest), Some(said)) = (&self.contest, said)
            && contest.learn(said.as_bytes())
            && answer.head.version != Version::Http3
            && let Some(shared) = &self.shared
        {
            shared.ask_again();
        }
    }

    /// A new connection by QUIC or by TCP, which may find out what the server speaks.
    fn find(
        &self,
        place: Place,
        waited: Duration,
        early: bool,
        (request, waits): (&Prepared, &Waits),
    ) -> Result<Carrier, Error> {
        // What is sent early must know what is spoken.
        let tcp = || self.connect(place, waited, false, (request, waits));
        let (Some(contest), Some(shared)) = (&self.contest, &self.shared) else { return tcp() };
        let number = self.connector.next_number();
        let trace = request.trace.with_connection(number);
        let reached = match contest.compete(early, waits, &trace, tcp)? {
            Won::Tcp(carrier) => return Ok(carrier),
            Won::Quic(reached) => reached,
        };
        let opening = Opening {
            reused: false,
            waited,
            resolve: reached.resolve,
            connect: Duration::ZERO,
            handshake: reached.handshake,
        };
        let name = self.connector.name().to_owned();
        let line =
            shared.share_quic(*reached, contest.reacher(), (name, number), &request.trace)?;
        Ok(Carrier::Shared(line, opening))
    }

    /// A new connection, for this place or for all.
    fn connect(
        &self,
        place: Place,
        waited: Duration,
        early: bool,
        (request, waits): (&Prepared, &Waits),
    ) -> Result<Carrier, Error> {
        trace::MISS
            .tell(&request.trace, Direction::Local, || [trace::text("to", self.connector.name())]);
        let opened = self.connector.open(early, waits, &request.trace)?;
        let Opened { connection, resolve, connect, handshake, http2 } = opened;
        let opening = Opening { reused: false, waited, resolve, connect, handshake };
        Ok(match self.shared.as_ref().filter(|_| http2) {
            Some(shared) => Carrier::Shared(shared.share(connection, &request.trace)?, opening),
            None => Carrier::Alone(Box::new(Checkout { connection, place, opening })),
        })
    }

    /// An idle connection or a new one; waits if the pool is full.
    fn checkout(
        self: &Arc<Self>,
        request: &Prepared,
        waits: &Waits,
        fresh: bool,
        early: bool,
    ) -> Result<Carrier, Error> {
        let begun = Instant::now();
        loop {
            let (acquired, place) = self.acquire(request, waits, fresh)?;
            let waited = begun.elapsed();
            if let Some(mut connection) = acquired {
                if !connection.is_alive() {
                    trace::STALE.tell(&request.trace, Direction::Local, || {
                        [trace::number("connection", connection.number)]
                    });
                    continue;
                }
                trace::HIT.tell(&request.trace, Direction::Local, || {
                    [
                        trace::number("connection", connection.number),
                        trace::number("requests before", connection.served),
                    ]
                });
                let opening = Opening { reused: true, waited, ..Opening::default() };
                return Ok(Carrier::Alone(Box::new(Checkout { connection, place, opening })));
            }
            return self.connect(place, waited, early, (request, waits));
        }
    }

    /// A place, and the connection that lay in it, if one did.
    fn acquire(
        self: &Arc<Self>,
        request: &Prepared,
        waits: &Waits,
        fresh: bool,
    ) -> Result<(Option<Connection>, Place), Error> {
        let wait = waits.cap(Phase::Pool)?;
        let until = wait.limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut told = false;
        let mut pool = self.lock();
        loop {
            let old = pool.expire(Instant::now());
            let acquired = pool.acquire(fresh);
            let connection = match acquired {
                Acquire::Reuse(connection) => Some(connection),
                Acquire::Open => None,
                Acquire::Wait => {
                    if !told {
                        told = true;
                        trace::WAIT.tell(&request.trace, Direction::Local, || {
                            [trace::number("in use", pool.in_use() as u64)]
                        });
                    }
                    pool = match until {
                        None => self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner),
                        Some(until) => {
                            let left = until.saturating_duration_since(Instant::now());
                            if left.is_zero() {
                                return Err(wait.expired.into());
                            }
                            let waited = self.freed.wait_timeout(pool, left);
                            waited.unwrap_or_else(PoisonError::into_inner).0
                        }
                    };
                    continue;
                }
            };
            drop(pool);
            drop(old);
            return Ok((connection, Place { pool: Arc::clone(self), held: true }));
        }
    }

    /// A thread that panicked with the lock held was between two consistent states: the pool's
    /// methods do not panic half-way.
    fn lock(&self) -> MutexGuard<'_, Pool<Connection>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a request may go before the handshake is done, when somebody in between could send it
/// again: one that changes nothing, brings nothing along, and leads to nothing else (RFC 8470 §4).
fn may_be_early(request: &Prepared) -> bool {
    request.method.is_safe()
        && request.content.is_none()
        && !request.headers.contains(HeaderName::UPGRADE)
}
