//! The tiles that the page fetches by the hundred: small, and each takes its time.
//!
//! ```text
//!   loop ──► a queue, in the order of asking ──► a thread sleeps till the first is due ──► Reply
//! ```
//!
//! A handler on the loop must not wait, and a worker for each tile would be a hundred threads that
//! sleep. But all tiles take as long, so the first that was asked for is the first that is due: one
//! thread sleeps for all.
//!
//! Invariant: at most [`QUEUE`] tiles wait; one more is answered at once, too early.

use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::Reply;
use std::{
    sync::mpsc::{self, Receiver, SyncSender},
    thread,
    time::{Duration, Instant},
};

/// How long a tile takes: as a small query to a data base would, or another continent.
const DELAY: Duration = Duration::from_millis(40);
/// Tiles that may wait, over all connections.
const QUEUE: usize = 4096;

/// A reply, the colour it is to tell, and when.
type Due = (Instant, u32, Reply);

/// Answers for tiles, each after its time.
pub(in crate::serve) struct Tiles {
    queue: SyncSender<Due>,
}

impl Tiles {
    /// The thread that sleeps begins with it.
    pub(in crate::serve) fn new() -> Self {
        let (queue, waiting) = mpsc::sync_channel(QUEUE);
        // Without the thread nobody takes from the queue, and tiles come at once.
        let _ = thread::Builder::new().name("tiles".into()).spawn(move || wait(&waiting));
        Self { queue }
    }

    /// Answers later; `query` tells tiles apart by `RUN-NUMBER`.
    pub(in crate::serve) fn answer(&self, query: &str, reply: Reply) {
        let number = query.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        let refused = match self.queue.try_send((Instant::now() + DELAY, number, reply)) {
            Ok(()) => return,
            Err(mpsc::TrySendError::Full(due) | mpsc::TrySendError::Disconnected(due)) => due,
        };
        send(refused.1, refused.2);
    }
}

fn wait(waiting: &Receiver<Due>) {
    for (due, number, reply) in waiting {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        send(number, reply);
    }
}

/// A picture of one colour. Pages that came by another port may fetch it and see its times: there
/// is nothing in it that is not for everybody.
fn send(number: u32, reply: Reply) {
    let mut response = Response::new(StatusCode::OK);
    for (name, value) in [
        ("Content-Type", "image/svg+xml"),
        ("Cache-Control", "no-store"),
        ("Access-Control-Allow-Origin", "*"),
        ("Timing-Allow-Origin", "*"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
    ] {
        if let Ok(name) = HeaderName::new(name) {
            response.headers.append(name, HeaderValue::from_static(value));
        }
    }
    let colour = colour(number);
    let picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\">\
         <rect width=\"1\" height=\"1\" fill=\"{colour}\"/></svg>\n"
    );
    reply.send(response, picture);
}

/// From blue to orange over a hundred tiles.
fn colour(number: u32) -> String {
    let step = number.min(99);
    let between = |from: u32, to: u32| (from * (99 - step) + to * step) / 99;
    format!("#{:02x}{:02x}{:02x}", between(34, 240), between(87, 140), between(201, 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_colour() {
        assert_eq!((colour(0), colour(99)), ("#2257c9".into(), "#f08c3c".into()));
        assert_eq!(colour(u32::MAX), colour(99));
    }
}
