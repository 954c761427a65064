//! A server whose answers wait on a desk until the experiment hands them out, at its own time.
//!
//! ```text
//!   requests ──► server ──► desk: /1  /2  /3        the experiment's clock: 0 … 40 … 45 …
//!                             │
//!                             └── take("/2") ──► answer     whose turn it is, that clock says
//! ```
//!
//! So "this answer takes 200 ms to make" is a rule and not a race: nobody sleeps, and a machine that
//! is busy counts the same as one that is idle.
//!
//! Invariant: nothing is answered that was not taken, and nothing is taken that had not come.
//!
//! Used by: [`multiplexing`](crate::multiplexing), [`push`](crate::push).

use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{Reply, Request, Running, Server, inline};
use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Nothing here may wait for ever, whatever goes wrong.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request that has come, and the right to answer it.
pub(crate) struct Held {
    pub(crate) request: Request,
    reply: Reply,
}

impl Held {
    /// The right to answer, for what is said ahead of the answer.
    pub(crate) fn reply(&self) -> &Reply {
        &self.reply
    }

    /// Answers with so many octets.
    pub(crate) fn answer(self, octets: usize) {
        let mut response = Response::new(StatusCode::OK);
        let kind = HeaderValue::from_static("application/octet-stream");
        response.headers.append(HeaderName::CONTENT_TYPE, kind);
        self.reply.send(response, vec![b'.'; octets]);
    }
}

/// What has come and is not answered.
#[derive(Clone, Default)]
pub(crate) struct Desk(Arc<(Mutex<Vec<Held>>, Condvar)>);

impl Desk {
    /// A server, on a port that the kernel chooses, whose requests all come here.
    pub(crate) fn serve(&self) -> io::Result<Running> {
        let desk = self.clone();
        let handler = inline(move |request, reply| {
            let (held, came) = &*desk.0;
            held.lock().unwrap_or_else(PoisonError::into_inner).push(Held { request, reply });
            came.notify_all();
        });
        Server::new(handler).listen(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))?.start()
    }

    /// Waits until `path` has been asked for, and takes it.
    ///
    /// # Errors
    /// `TimedOut` where it never is.
    pub(crate) fn take(&self, path: &str) -> io::Result<Held> {
        let (held, came) = &*self.0;
        let is = |one: &Held| one.request.target.path() == path;
        let held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut held, _) = came
            .wait_timeout_while(held, PATIENCE, |held| !held.iter().any(is))
            .unwrap_or_else(PoisonError::into_inner);
        match held.iter().position(is) {
            Some(place) => Ok(held.swap_remove(place)),
            None => Err(io::Error::new(io::ErrorKind::TimedOut, format!("{path} never came"))),
        }
    }
}
