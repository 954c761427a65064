//! A request that is being answered: its exchange, how far both directions are, and its record.
//!
//! RFC 9110 §3.4
//!
//! Invariant: an exchange that is over is in the log, however it ended, and nobody waits for it any
//! longer.
//!
//! Used by: each version's connection; HTTP/1 has one at a time, HTTP/2 one for each stream.

use super::{Moment, Record, base::Base};
use crate::{
    Key,
    exchange::{Command, ContentError, Exchange},
    handler::contained,
};
use http::{HeaderMap, HeaderName};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The request that is being answered.
pub(super) struct Underway {
    pub(super) exchange: Arc<Exchange>,
    /// The request's content has not ended yet.
    receiving: bool,
    /// We have asked the peer for the content.
    asked: bool,
    /// A head was sent that announced content: its end must be told.
    pub(super) unended: bool,
    /// Nobody waits for it any more.
    over: bool,
    began: Instant,
    /// Where else the same is served, if the peer is to be told.
    pub(super) alternative: Option<Arc<str>>,
    /// Boxed: most servers keep no log, and then it is one word.
    pub(super) record: Option<Box<Record>>,
}

impl Underway {
    /// One that is about to [begin](Self::begin), in the memory of one that is over.
    pub(super) fn of(
        base: &Base,
        key: Key,
        spare: Option<Box<Self>>,
        moment: &Moment,
    ) -> Box<Self> {
        if let Some(mut spare) = spare
            && spare.renew(key)
        {
            return spare;
        }
        let exchange = Arc::new(Exchange::new(base.hub.clone(), key));
        Box::new(Self {
            exchange,
            receiving: false,
            asked: false,
            unended: false,
            over: true,
            began: moment.now,
            alternative: None,
            record: None,
        })
    }

    /// Whether nobody else has a hold of the exchange, so that it can be used again.
    pub(super) fn is_free(&mut self) -> bool {
        Arc::get_mut(&mut self.exchange).is_some()
    }

    fn renew(&mut self, key: Key) -> bool {
        let exchange = Arc::get_mut(&mut self.exchange);
        exchange.map(|exchange| exchange.renew(key)).is_some()
    }

    /// A request has come.
    pub(super) fn begin(
        &mut self,
        base: &Base,
        request: &http::Request,
        content: bool,
        moment: &Moment,
    ) {
        (self.receiving, self.asked, self.unended, self.over) = (content, false, false, false);
        self.began = moment.now;
        // Who came by HTTP/3 has found it.
        let tell = base.tls.is_some() && request.version != http::Version::Http3;
        self.alternative = base.service.alternative.get().filter(|_| tell).cloned();
        let logged = base.service.log.is_some();
        self.record = logged.then(|| Box::new(record(base, request, moment)));
    }

    /// Whether content of the request is still to come.
    pub(super) fn is_receiving(&self) -> bool {
        self.receiving
    }

    /// Whether so much content waits for the handler that the peer must wait too.
    pub(super) fn is_saturated(&self) -> bool {
        self.receiving && self.exchange.is_saturated()
    }

    /// Whether the handler wants the content; answers so once.
    pub(super) fn asks_for_content(&mut self) -> bool {
        let asks = self.receiving && !self.asked && self.exchange.wants_content();
        self.asked |= asks;
        asks
    }

    /// A handler on the loop has returned: its next command. If it has answered, nobody else knows
    /// the exchange any more, and its commands can be taken without a lock.
    pub(super) fn inline_command(&mut self) -> Option<Command> {
        let Some(exchange) = Arc::get_mut(&mut self.exchange) else {
            self.exchange.leave_inline();
            return None;
        };
        exchange.take_command()
    }

    /// The request's content has ended, well or badly.
    pub(super) fn end_content(&mut self, ending: Result<Option<HeaderMap>, ContentError>) {
        if self.receiving {
            self.receiving = false;
            self.exchange.deliver_end(ending);
        }
    }

    /// The answer's head is known.
    pub(super) fn note_status(&mut self, status: http::StatusCode) {
        if let Some(record) = &mut self.record {
            record.status = status;
        }
    }

    /// Its answer is whole: nobody waits any more, and the log is told.
    pub(super) fn finish(&mut self, base: &Base, moment: &Moment) {
        self.over = true;
        if self.receiving {
            self.exchange.disconnect();
        }
        self.write_down(base, moment);
    }

    /// Tells the log of an exchange that is over, however it ended.
    fn write_down(&mut self, base: &Base, moment: &Moment) {
        let (Some(log), Some(mut record)) = (&base.service.log, self.record.take()) else {
            return;
        };
        record.time = moment.wall;
        record.took = moment.now.saturating_duration_since(self.began);
        contained(|| log.record(&record));
    }

    /// The peer is gone: handlers that still write or read hear of it, and the log does.
    pub(super) fn disconnect(&mut self, base: &Base, moment: &Moment) {
        self.over = true;
        self.exchange.disconnect();
        self.write_down(base, moment);
    }
}

/// However a connection ends, by a panic on its loop even, nobody waits for it any longer.
impl Drop for Underway {
    fn drop(&mut self) {
        if !self.over {
            self.exchange.disconnect();
        }
    }
}

fn record(base: &Base, request: &http::Request, moment: &Moment) -> Record {
    let text = |name| request.headers.get(name).map(|value| value.to_string());
    Record {
        peer: base.peer,
        time: moment.wall,
        method: request.method.clone(),
        target: request.target.clone(),
        version: request.version,
        referer: text(HeaderName::REFERER),
        user_agent: text(HeaderName::USER_AGENT),
        status: Record::UNANSWERED,
        octets: 0,
        took: Duration::ZERO,
    }
}
