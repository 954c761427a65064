//! QUIC against TCP: who answers first carries the requests.
//!
//! RFC 9114 §3.1 ("a client may attempt TCP where QUIC fails"), RFC 7838 §2.4, RFC 8305
//!
//! ```text
//!   0 ms     QUIC ─────────────► done ──► HTTP/3
//!   200 ms        TCP, TLS ────────────► done ──► HTTP/2 or 1.1; QUIC is told to stop,
//!                                                 and the place is marked: next time it gets
//!                                                 no head start, but is tried all the same
//! ```
//!
//! | what is known of the place              | QUIC's head start                                |
//! |-----------------------------------------|--------------------------------------------------|
//! | the server named it, or it is asked for | [`head_start`](super::multiplex::Http3Options)   |
//! | and it did not answer last time         | [`GLANCE`]; it wins if it is there before TCP is |
//!
//! Invariant: where UDP is blocked, an answer comes at most the head start later than by TCP alone,
//! and from then on a glance later.
//!
//! Users: [`super::pool`], on a miss.

use super::{
    connection::Waits,
    pool::PoolKey,
    reach::{Goal, Reached, Reacher},
};
use crate::{
    Error,
    adapter::Http3,
    core::alternatives::{Alternative, Alternatives},
    trace,
};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant, SystemTime},
};
use wire::trace::{Direction, Trace};

/// The head start of a place that did not answer, 20 ms: enough where it is near, and where it is
/// far QUIC needs fewer round trips than TCP and TLS.
const GLANCE: Duration = Duration::from_millis(20);

/// What is known of other places, shared by a session's pools; nothing where nobody wants to know.
pub(crate) type Known = Option<Arc<Mutex<Alternatives>>>;

/// How an origin is reached by QUIC, if at all.
#[derive(Debug)]
pub(super) struct Contest {
    reacher: Arc<Reacher>,
    known: Known,
    mode: Http3,
    host: String,
    port: u16,
    /// QUIC did not answer here when it was last tried, whether anybody had named the place or not.
    silent: AtomicBool,
}

/// Who won.
pub(super) enum Won<T> {
    Quic(Box<Reached>),
    Tcp(T),
}

fn locked(known: &Mutex<Alternatives>) -> MutexGuard<'_, Alternatives> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Contest {
    /// `None` where it makes no difference.
    pub(super) fn new(reacher: &Arc<Reacher>, known: &Known, key: &PoolKey) -> Option<Self> {
        let wanted = match key.http3 {
            Http3::Never => false,
            Http3::Told => known.is_some(),
            Http3::Raced | Http3::Alone => true,
        };
        wanted.then(|| Self {
            reacher: Arc::clone(reacher),
            known: known.clone(),
            mode: key.http3,
            host: key.host.clone(),
            port: key.port,
            silent: AtomicBool::new(false),
        })
    }

    /// The network is another one: what did not answer there may answer here.
    pub(super) fn leave_network(&self) {
        self.silent.store(false, Ordering::Relaxed);
    }

    pub(super) fn reacher(&self) -> &Reacher {
        &self.reacher
    }

    /// An answer has come with this Alt-Svc field. Answers whether the next connection should be
    /// made there.
    pub(super) fn learn(&self, value: &[u8]) -> bool {
        let Some(known) = &self.known else { return false };
        let now = SystemTime::now().into();
        let mut known = locked(known);
        let new = known.learn(&self.host, self.port, value, now);
        // Perhaps the place where nobody has answered just now.
        let here = |found: &Alternative| (&found.host, found.port) == (&self.host, self.port);
        if new
            && self.silent.load(Ordering::Relaxed)
            && known.get(&self.host, self.port, now).is_some_and(|found| here(&found))
        {
            known.tried(&self.host, self.port, false);
        }
        new && self.mode == Http3::Told
    }

    /// Where to try, and with which head start.
    fn place(&self) -> Option<(String, u16, Duration)> {
        let now = SystemTime::now().into();
        let known = self.known.as_ref();
        let known = known.and_then(|known| locked(known).get(&self.host, self.port, now));
        let start = |silent| match silent {
            true => self.reacher.options.head_start.min(GLANCE),
            false => self.reacher.options.head_start,
        };
        match (known, self.mode) {
            (Some(known), _) => Some((known.host, known.port, start(known.broken))),
            (None, Http3::Raced | Http3::Alone) => {
                let silent = self.silent.load(Ordering::Relaxed);
                Some((self.host.clone(), self.port, start(silent)))
            }
            (None, _) => None,
        }
    }

    fn tried(&self, answered: bool) {
        self.silent.store(!answered, Ordering::Relaxed);
        if let Some(known) = &self.known {
            locked(known).tried(&self.host, self.port, answered);
        }
    }

    // ANCHOR: compete
    /// Connects by QUIC, or by what `tcp` does, whichever is there first.
    ///
    /// # Errors
    /// What the last of them says.
    pub(super) fn compete<T>(
        &self,
        early: bool,
        waits: &Waits,
        trace: &Trace,
        tcp: impl FnOnce() -> Result<T, Error>,
    ) -> Result<Won<T>, Error> {
        let Some((host, port, start)) = self.place() else { return tcp().map(Won::Tcp) };
        let limit = waits.cap(crate::core::timeouts::Phase::Connect)?.limit;
        let goal = Goal {
            name: self.host.clone(),
            origin: super::connect::authority(&self.host, self.port),
            host,
            port,
            // Nobody knows whether what goes early arrives at all.
            early: early && self.mode == Http3::Alone,
            deadline: limit.and_then(|limit| Instant::now().checked_add(limit)),
        };
        let target = trace::shown(trace, || super::connect::authority(&goal.host, goal.port));
        trace::CONNECT.tell(trace, Direction::Local, || {
            [trace::text("by", "QUIC"), trace::text("to", &target)]
        });
        if self.mode == Http3::Alone {
            let reached = self.reacher.reach(&goal, &AtomicBool::new(false), trace)?;
            return Ok(Won::Quic(Box::new(reached)));
        }
        let (stop, (send, receive)) = (Arc::new(AtomicBool::new(false)), mpsc::channel());
        let (reacher, told, heard) = (Arc::clone(&self.reacher), Arc::clone(&stop), trace.clone());
        let runner = thread::Builder::new().name("quic".into()).spawn(move || {
            // Where nobody listens any more, it was too late.
            let _ = send.send(reacher.reach(&goal, &told, &heard));
        });
        if runner.is_err() {
            return tcp().map(Won::Tcp);
        }
        if let Ok(Ok(reached)) = receive.recv_timeout(start) {
            self.tried(true);
            return Ok(Won::Quic(Box::new(reached)));
        }
        let by_tcp = tcp();
        // It may have come while TCP was busy; and where TCP has failed, all hope is on it.
        let late = match &by_tcp {
            Ok(_) => receive.try_recv().ok(),
            Err(_) => receive.recv().ok(),
        };
        stop.store(true, Ordering::Relaxed);
        let answered = matches!(late, Some(Ok(_)));
        self.tried(answered);
        match (late, by_tcp) {
            (Some(Ok(reached)), _) => Ok(Won::Quic(Box::new(reached))),
            (_, by_tcp) => by_tcp.map(Won::Tcp),
        }
    }
    // ANCHOR_END: compete
}
