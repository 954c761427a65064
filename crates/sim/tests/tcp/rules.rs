//! One test per rule.

use crate::pair::{Pair, exchange, ip, ms, pump, text};
use sim::{
    Link, Mark, Verdict,
    tcp::{Algorithm, Config, Error, Event, Figures, Limits, State},
};
use std::time::Duration;

const PLAIN: fn() -> Config = Config::default;

fn link() -> Link {
    Link::new().delay(ms(50))
}

#[test]
fn a_handshake_takes_one_round_trip_and_its_acknowledgment_carries_data() {
    let mut pair = Pair::new(1, link(), PLAIN());
    pair.network.keep_journal();
    let id = pair.connect();
    pair.client(id).write(b"GET");
    pair.advance(ms(150));
    let server = pair.server.accept().unwrap();
    assert_eq!(pair.server(server).read(9), b"GET");
    let lines = pair.network.journal().unwrap().to_string();
    let arrows = lines.lines().filter(|line| line.contains('→')).collect::<Vec<_>>();
    assert!(arrows[0].starts_with("client → server  SYN seq="), "{lines}");
    assert!(arrows[1].starts_with("server → client  SYN seq="), "{lines}");
    assert!(arrows[2].contains("len=3 ack="), "{lines}");
}

#[test]
fn both_close_and_the_first_to_close_waits() {
    let mut pair = Pair::new(1, link(), PLAIN());
    let (client, server) = pair.connected();
    pair.advance(ms(200));
    pair.client(client).close();
    pair.advance(ms(200));
    assert_eq!(pair.client(client).state(), State::FinWait2);
    assert_eq!(pair.server(server).state(), State::CloseWait);
    assert!(pair.server(server).is_finished());
    pair.server(server).write(b"still");
    pair.server(server).close();
    pair.advance(ms(300));
    assert_eq!(pair.client(client).read(9), b"still");
    assert_eq!(pair.client(client).state(), State::TimeWait);
    assert_eq!(pair.server(server).state(), State::Closed);
    pair.advance(Duration::from_secs(61));
    assert_eq!(pair.client(client).state(), State::Closed);
    let events = std::iter::from_fn(|| pair.client(client).poll_event()).collect::<Vec<_>>();
    let expected = [Event::Connected, Event::Readable, Event::Finished, Event::Closed(None)];
    assert!(expected.iter().all(|event| events.contains(event)), "{events:?}");
}

#[test]
fn a_port_nobody_listens_on_refuses() {
    let mut pair = Pair::new(1, link(), PLAIN());
    let id = pair.client.connect((ip(2), 81).into()).unwrap();
    pair.advance(ms(101));
    assert_eq!(pair.client(id).error(), Some(Error::Refused));
    assert_eq!(pair.client(id).poll_event(), Some(Event::Closed(Some(Error::Refused))));
}

#[test]
fn an_abort_resets_the_peer() {
    let mut pair = Pair::new(1, link(), PLAIN());
    let (client, server) = pair.connected();
    pair.advance(ms(200));
    pair.client(client).abort();
    pair.advance(ms(60));
    assert_eq!(pair.server(server).error(), Some(Error::Reset));
}

#[test]
fn a_reset_that_is_not_the_next_octet_is_questioned() {
    // RFC 5961 §3.2: a guess inside the window must not end a connection.
    let mut pair = Pair::new(1, link(), PLAIN());
    let (client, server) = pair.connected();
    pair.advance(ms(200));
    let mut shift = 1;
    pair.network.filter(move |one| {
        if one.payload.flags.rst {
            one.payload.sequence = one.payload.sequence.wrapping_add(std::mem::take(&mut shift));
        }
        Verdict::Pass
    });
    pair.client(client).abort();
    pair.advance(ms(60));
    assert_eq!(pair.server(server).error(), None);
    // The question reaches a connection that is no more, which answers with the right number.
    pair.advance(ms(110));
    assert_eq!(pair.server(server).error(), Some(Error::Reset));
}

#[test]
fn a_rebound_nat_ends_a_connection() {
    // A TCP connection is named by its two addresses. One that changes is another connection, of
    // which the server knows nothing: what QUIC's connection IDs are for.
    let mut pair = Pair::new(1, link(), PLAIN());
    pair.network.behind_nat(pair.at.0, [192, 0, 2, 1].into());
    let (client, server) = pair.connected();
    pair.advance(ms(200));
    pair.network.rebind_port(pair.at.0);
    pair.client(client).write(b"still there?");
    pair.advance(ms(101));
    assert_eq!(pair.client(client).error(), Some(Error::Reset));
    // The server has heard nothing, and waits.
    assert_eq!(pair.server(server).state(), State::Established);
}

#[test]
fn a_peer_that_is_gone_times_out() {
    let mut pair = Pair::new(1, link().blackout(ms(0)..ms(10_000_000)), PLAIN());
    let id = pair.connect();
    pair.advance(Duration::from_secs(122));
    assert_eq!(pair.client(id).error(), None);
    // 1 + 2 + 4 + 8 + 16 + 32 and 60 seconds (RFC 6298 §2.5's ceiling).
    pair.advance(Duration::from_secs(2));
    assert_eq!(pair.client(id).error(), Some(Error::TimedOut));
}

// ANCHOR: halt
#[test]
fn one_lost_segment_halts_in_order_delivery() {
    let mut pair = Pair::new(1, link(), PLAIN());
    let (client, server) = pair.connected();
    pair.advance(ms(200));
    // Of eight segments the second is lost, once.
    let mut count = 0;
    pair.network.filter(move |one| {
        count += u32::from(!one.payload.data.is_empty());
        if count == 2 {
            count += 1000;
            Verdict::Drop
        } else {
            Verdict::Pass
        }
    });
    pair.client(client).write(&text(8 * 1460, 1));
    pair.advance(ms(60));
    // Seven have arrived; one can be read; six stand behind the hole.
    assert_eq!(pair.server(server).readable(), 1460);
    assert_eq!(pair.server(server).figures().held, 6 * 1460);
    // It takes a round trip more until they are told apart: 50 ms for SACK, 50 ms for the repair.
    pair.advance(ms(80));
    assert_eq!(pair.server(server).readable(), 1460);
    pair.advance(ms(20));
    assert_eq!(pair.server(server).readable(), 8 * 1460);
    let figures = pair.client(client).figures();
    assert_eq!((figures.retransmissions, figures.timeouts), (1, 0));
}
// ANCHOR_END: halt

/// Of four segments the last two are lost; how long until they can be read, and the figures.
fn lost_tail(config: Config) -> (Duration, Figures) {
    let mut pair = Pair::new(1, link(), config);
    let (client, server) = pair.connected();
    pair.advance(ms(200));
    let mut count = 0;
    pair.network.filter(move |one| {
        count += u32::from(!one.payload.data.is_empty());
        let tail = !one.payload.data.is_empty() && matches!(count, 3 | 4);
        if tail { Verdict::Drop } else { Verdict::Pass }
    });
    pair.client(client).write(&text(4 * 1460, 1));
    let start = pair.network.elapsed();
    while pair.server(server).readable() < 4 * 1460 {
        assert!(pair.step());
    }
    (pair.network.elapsed() - start, pair.client(client).figures())
}

#[test]
fn a_lost_tail_waits_for_the_timeout() {
    let (took, figures) = lost_tail(Config { tail_probe: false, ..PLAIN() });
    assert_eq!((figures.timeouts, figures.recoveries, figures.tail_probes), (1, 0, 0));
    assert!(took > ms(400), "{took:?}");
}

#[test]
fn a_probe_asks_after_a_lost_tail() {
    // 100 ms for the first two, two round trips of waiting, one for the probe, half a one more.
    let (took, figures) = lost_tail(PLAIN());
    assert_eq!((figures.timeouts, figures.recoveries, figures.tail_probes), (0, 1, 1));
    assert!(took < ms(470), "{took:?}");
}

#[test]
fn selective_acknowledgment_repairs_many_holes_in_one_round_trip() {
    let took = |sack| {
        let mut pair = Pair::new(1, link(), Config { sack, ..PLAIN() });
        let (client, server) = pair.connected();
        pair.advance(ms(200));
        let mut count = 0;
        pair.network.filter(move |one| {
            count += u32::from(!one.payload.data.is_empty());
            let hole = matches!(count, 2 | 4 | 6) && !one.payload.data.is_empty();
            if hole { Verdict::Drop } else { Verdict::Pass }
        });
        pair.client(client).write(&text(10 * 1460, 1));
        let start = pair.network.elapsed();
        while pair.server(server).readable() < 10 * 1460 {
            assert!(pair.step());
        }
        assert_eq!(pair.client(client).figures().timeouts, 0);
        pair.network.elapsed() - start
    };
    assert_eq!(took(true), ms(150));
    // Without, a partial acknowledgment shows one hole per round trip (RFC 6582).
    assert_eq!(took(false), ms(350));
}

#[test]
fn a_full_window_stops_the_sender_and_a_probe_wakes_it() {
    let mut limits = Limits::default();
    limits.receive_buffer = 5000;
    let mut pair = Pair::with(1, link(), (PLAIN(), PLAIN()), limits);
    let (client, server) = pair.connected();
    pair.client(client).write(&text(20_000, 1));
    pair.advance(ms(60_000));
    assert_eq!(pair.server(server).readable(), 5000);
    // The update that reading sends gets lost: only probes can find the open window.
    let mut dropped = false;
    pair.network.filter(move |one| {
        let update = one.from.port() == 80 && !std::mem::replace(&mut dropped, true);
        if update { Verdict::Drop } else { Verdict::Pass }
    });
    let mut heard = pair.server(server).read(usize::MAX);
    while heard.len() < 20_000 {
        assert!(pair.step());
        heard.extend(pair.server(server).read(usize::MAX));
    }
    assert!(heard == text(20_000, 1));
    assert_eq!(pair.client(client).error(), None);
}

#[test]
fn a_window_that_stays_closed_is_probed_for_ever() {
    let mut limits = Limits::default();
    limits.receive_buffer = 5000;
    let mut pair = Pair::with(1, link(), (PLAIN(), PLAIN()), limits);
    let (client, server) = pair.connected();
    pair.client(client).write(&text(20_000, 1));
    pair.advance(Duration::from_secs(24 * 3600));
    assert_eq!(pair.client(client).error(), None);
    assert_eq!(pair.server(server).readable(), 5000);
}

#[test]
fn acknowledgments_wait_for_a_second_segment() {
    // A rate, so that they do not all arrive at one instant and are acknowledged as one.
    let mut pair = Pair::new(1, link().rate(100_000_000), PLAIN());
    let (client, server) = pair.connected();
    pair.advance(ms(200));
    let before = pair.server(server).figures().segments;
    pair.client(client).write(&text(1460 * 8, 1));
    pair.advance(ms(100));
    assert_eq!(pair.server(server).figures().segments - before, 4);
    // A single one is acknowledged after 40 ms.
    pair.client(client).write(b"x");
    pair.advance(ms(89));
    assert_eq!(pair.server(server).figures().segments - before, 4);
    pair.advance(ms(2));
    assert_eq!(pair.server(server).figures().segments - before, 5);
}

#[test]
fn a_mark_reduces_without_a_loss() {
    let config = Config { ecn: true, ..PLAIN() };
    let link = Link::interop().queue(100).mark(Mark::Queue(10));
    let mut pair = Pair::new(1, link, config);
    let up = text(2_000_000, 1);
    let done = exchange(&mut pair, &up, b"");
    assert!(done.at_server == up);
    let stats = pair.network.stats(pair.links.0);
    assert!(stats.marked > 0 && stats.overflowed == 0, "{stats:?}");
    assert!(stats.longest_queue < 60, "{stats:?}");
    // 2 MB at 10 Mbit/s are 1.6 s and a little for heads and start.
    assert!(done.took < ms(2000), "{:?}", done.took);
}

#[test]
fn a_full_pipe_stays_full() {
    for algorithm in [Algorithm::NewReno, Algorithm::Cubic] {
        let mut pair = Pair::new(1, Link::interop(), Config { algorithm, ..PLAIN() });
        let up = text(10_000_000, 1);
        let done = exchange(&mut pair, &up, b"");
        assert!(done.at_server == up);
        // 8.2 s with heads.
        assert!(done.took < ms(9500), "{algorithm:?} {:?}", done.took);
    }
}

#[test]
fn both_may_open_at_once() {
    let mut pair = Pair::new(1, link(), PLAIN());
    pair.server.listen(49_152);
    pair.client.listen(80);
    // The same pair of ports from both sides: 49152 is the first that an endpoint takes.
    let one = pair.client.connect((ip(2), 49_152).into()).unwrap();
    let two = pair.server.connect((ip(1), 49_152).into()).unwrap();
    pair.advance(ms(500));
    assert_eq!(pair.client(one).state(), State::Established);
    assert_eq!(pair.server(two).state(), State::Established);
    pair.client(one).write(b"hello");
    pair.advance(ms(500));
    assert_eq!(pair.server(two).read(9), b"hello");
}

#[test]
fn octets_are_numbered_beyond_the_wrap_of_the_sequence_numbers() {
    // Among twenty seeds some first number lies less than 300 MB before the wrap; and all of them
    // are told apart only by `expand`, so a short transfer near it is the one that counts.
    let mut crossed = 0;
    for seed in 0..200 {
        let mut pair = Pair::new(seed, Link::new().delay(ms(1)), PLAIN());
        pair.network.keep_journal();
        let id = pair.connect();
        pair.advance(ms(5));
        let syn = pair.network.journal().unwrap().entries()[0].text.clone();
        let first: u32 = syn.strip_prefix("SYN seq=").unwrap().parse().unwrap();
        if first < u32::MAX - 60_000_000 {
            continue;
        }
        crossed += 1;
        let server = pair.server.accept().unwrap();
        let up = text(64_000_000, seed);
        let (mut left, mut heard) = (up.as_slice(), Vec::new());
        while !pair.server(server).is_finished() {
            pump(pair.client(id), &mut left, &mut Vec::new());
            assert!(pair.step());
            heard.extend(pair.server(server).read(usize::MAX));
        }
        assert!(heard == up);
        break;
    }
    assert_eq!(crossed, 1);
}

#[test]
fn idle_connections_start_slowly_again() {
    let mut pair = Pair::new(1, Link::interop().queue(1000), PLAIN());
    let (client, server) = pair.connected();
    pair.client(client).write(&text(500_000, 1));
    pair.advance(ms(2000));
    let grown = pair.client(client).figures().window;
    assert!(grown > 100_000, "{grown}");
    pair.server(server).read(usize::MAX);
    pair.client(client).write(&text(10, 1));
    pair.advance(ms(10));
    assert_eq!(pair.client(client).figures().window, 14_600);
}
