//! The same octets a second time: what a recorder can do with early data.

use super::{Cast, Talk, data};
use crate::figure::figure;
use std::{fmt::Write as _, sync::Arc};
use tls::{MemoryTickets, Session, TicketStore, record::Event};

const ORDER: &[u8] =
    b"POST /pay-eve HTTP/1.1\r\nHost: wirebook.example\r\nContent-Length: 0\r\n\r\n";

/// A store that never notes that a ticket was used.
#[derive(Default)]
struct Forgetful(MemoryTickets);

impl TicketStore for Forgetful {
    fn put(&self, random: [u8; 32], session: Session) -> Vec<u8> {
        self.0.put(random, session)
    }

    fn find(&self, ticket: &[u8]) -> Option<Arc<Session>> {
        self.0.find(ticket)
    }

    fn take(&self, _: &[u8]) -> bool {
        true
    }
}

/// What a server made of a flight.
fn told(talk: &Talk) -> String {
    let early = talk.server_heard.iter().find_map(|event| match event {
        Event::EarlyData(outcome) => Some(format!("{outcome:?}").to_lowercase()),
        _ => None,
    });
    let early = early.unwrap_or_else(|| "not there".into());
    let read = data(&talk.server_heard);
    let read = read.split(|octet| *octet == b'\r').next().unwrap_or_default();
    let read = match String::from_utf8_lossy(read) {
        nothing if nothing.is_empty() => "nothing".to_owned(),
        line => format!("{line:?}"),
    };
    format!("early data {early:<9} its handler reads {read}")
}

#[test]
fn a_recorded_flight() {
    let mut story = String::new();
    for (store, words) in [(true, "tickets are used up"), (false, "tickets are not used up")] {
        let mut cast = Cast::resuming();
        if !store {
            cast.server.tickets = Some(Arc::new(Forgetful::default()));
        }
        cast.meet(1).ask();
        let mut talk = cast.meet(2);
        talk.client.send_early(ORDER).unwrap();
        talk.up();
        writeln!(story, "a server whose {words}").unwrap();
        writeln!(story, "  the client's flight  {}", told(&talk)).unwrap();
        let recorded = talk.flights[0].1.clone();
        for number in 3..5 {
            let mut again = cast.meet(number);
            again.server_heard = super::give(&mut again.server, recorded.clone());
            writeln!(story, "  the same, {:<9}  {}", nth(number), told(&again)).unwrap();
        }
    }
    figure("tls-replay", &story);
}

fn nth(number: u64) -> &'static str {
    if number == 3 { "once more" } else { "and again" }
}
