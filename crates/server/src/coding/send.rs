//! A whole answer, compressed where that delays nobody.
//!
//! ```text
//!   up to `inline` octets, or on a worker already   here and now
//!   beyond, on a loop                               on a worker; every worker busy: plain
//! ```

use super::{Agreed, Coding, Encoder, Format};
use crate::{Handler, Payload, Peer, Reply, Request, exchange};
use http::{Response, StatusCode};
use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

/// Sends `payload`, compressed if it was agreed on and is worth it.
pub(crate) fn send(reply: Reply, agreed: Agreed, mut response: Response, payload: Payload) {
    let mut plain = response.clone();
    let length = payload.len();
    let Some(format) = agreed.prepare(&mut response, Some(length)) else {
        return reply.send_plain(response, payload);
    };
    if agreed.head {
        // As GET, but for the length: nobody compresses a thing to throw it away.
        return reply.begin_and_end(response);
    }
    if length <= agreed.options.inline || !exchange::is_on_loop() {
        return compress(reply, format, &agreed.options, response, &payload);
    }
    let options = agreed.options;
    let later = Arc::new(Later { format, options, answer: Mutex::new(Some((response, payload))) });
    let workers = reply.workers();
    let request = Request {
        head: Box::default(),
        peer: Peer::Unix,
        params: Vec::new(),
        body: crate::Body::default(),
        tls: None,
        protocol: None,
        early: false,
    };
    if let Err(job) = workers.submit((later.clone(), request, reply)) {
        let (_, _, reply) = *job;
        let payload = later.take().map_or(Payload::Empty, |(_, payload)| payload);
        // The other form is there all the same, and caches must know (RFC 9110 §12.5.5).
        let _ = Agreed { format: None, ..agreed }.prepare(&mut plain, Some(length));
        reply.send_plain(plain, payload);
    }
}

/// An answer that is compressed on a worker. It needs nothing of a request any more.
struct Later {
    format: Format,
    options: Coding,
    answer: Mutex<Option<(Response, Payload)>>,
}

impl Later {
    fn take(&self) -> Option<(Response, Payload)> {
        mem::take(&mut *self.answer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Handler for Later {
    fn handle(&self, _: Request, reply: Reply) {
        if let Some((response, payload)) = self.take() {
            compress(reply, self.format, &self.options, response, &payload);
        }
    }
}

fn compress(reply: Reply, format: Format, options: &Coding, response: Response, payload: &Payload) {
    match Encoder::new(format, options).whole(payload) {
        Ok(octets) => reply.send_plain(response, octets.into()),
        // The disk failed, or the file shrank: nothing was promised yet, so it can be said.
        Err(_) => reply.status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
