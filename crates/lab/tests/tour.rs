//! The tour's numbers, which are counted on the loopback and must come out the same each time.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use lab::tour;

#[test]
fn the_tour_counts_what_each_version_pays() {
    let mut text = Vec::new();
    let report = tour::run(&mut text).unwrap();
    let counts: Vec<_> = report
        .costs
        .iter()
        .map(|(name, cost)| (*name, cost.connections, cost.round_trips))
        .collect();
    assert_eq!(
        counts,
        [("HTTP/1.0", 8, 16), ("HTTP/1.1, kept alive", 1, 9), ("HTTP/1.1, pipelined", 1, 2)]
    );
    // Everybody fetched the same page.
    let contents: Vec<u64> = report.costs.iter().map(|(_, cost)| cost.content).collect();
    assert!(contents.iter().all(|content| *content == contents[0]), "{contents:?}");
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains("ConnectionPool.hit") && text.contains("requests.Session.send"),
        "{text}"
    );
}

#[test]
fn what_stands_behind_the_slow_answer_comes_last() {
    let report = tour::run(&mut Vec::new()).unwrap();
    let slow = report.order.iter().position(|(path, _)| path == "/slow").unwrap();
    let (before, after) = report.order.split_at(slow);
    assert!(before.iter().all(|(_, in_line)| !in_line), "{before:?}");
    assert!(after.iter().all(|(_, in_line)| *in_line), "{after:?}");
    assert_eq!((before.len(), after.len()), (3, 4));
}

#[test]
fn the_web_socket_speaks_both_ways_and_says_goodbye() {
    let mut text = Vec::new();
    let talked = tour::run(&mut text).unwrap().talked;
    assert_eq!(talked.unasked, "a new comment on your page");
    // To connect, to shake hands, and one each for the text, the Ping and the Close.
    assert_eq!(talked.round_trips, 5);
    // Three frames of the client, each with a key of four octets, and four of the server.
    assert_eq!(talked.heads, 3 * 6 + 4 * 2);
    let text = String::from_utf8(text).unwrap();
    for line in ["101 Switching Protocols", "nobody asked", "→ ping", "← pong", "← close 1000"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn https_costs_a_round_trip_and_a_ticket_with_early_data_gives_it_back() {
    let mut text = Vec::new();
    let report = tour::run(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let secured = report.secured;
    let [first, second, third] = &secured.visits;
    // To connect, to shake hands, and to ask; the last one asks with its hello.
    assert_eq!([first, second, third].map(|visit| visit.round_trips), [3, 3, 2]);
    assert_eq!([first, second, third].map(|visit| visit.resumed), [false, true, true]);
    assert_eq!([first, second, third].map(|visit| visit.early), [false, false, true]);
    // The same page as before, in the same order; one round trip more than in the clear.
    let (_, clear) = report.costs[1];
    assert_eq!(secured.page.round_trips, clear.round_trips + 1);
    assert_eq!(secured.page.content, clear.content);
    assert!(secured.page.received > clear.received);
    let names: Vec<_> = first.messages.iter().map(|(_, name, ..)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "client_hello",
            "server_hello",
            "encrypted_extensions",
            "certificate",
            "certificate_verify",
            "finished",
            "finished"
        ]
    );
    let sealed = first.messages.iter().filter(|(.., sealed)| *sealed).count();
    assert_eq!(sealed, 5, "all but the hellos");
    assert!(!second.messages.iter().any(|(_, name, ..)| name == "certificate"));
    assert!(third.messages.iter().any(|(_, name, ..)| name == "end_of_early_data"));
    assert!(secured.name_seen && !secured.content_seen);
    for line in ["8. HTTPS", "HTTP/1.1 over TLS 1.3", "with a ticket, 0-RTT", "resumed, early data"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn streams_wait_for_nobody_and_say_nothing_twice() {
    let mut text = Vec::new();
    let report = tour::run(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let streamed = report.streamed;
    let (_, pipelined) = report.costs[2];
    assert_eq!((streamed.page.connections, streamed.page.round_trips), (1, 2));
    assert_eq!(streamed.page.content, pipelined.content);
    assert!(streamed.page.sent < pipelined.sent && streamed.page.received < pipelined.received);
    // The first names its host and its agent, and the others refer to that.
    let [first, others @ ..] = &streamed.heads[..] else { panic!("no heads") };
    assert!(first.binary < first.text, "{first:?}");
    assert!(others.iter().all(|head| head.binary < first.binary), "{others:?}");
    assert!(others.iter().all(|head| head.binary * 3 < head.text), "{others:?}");
    assert_eq!(others.len(), 7);
    // What was in front of the line comes last, and nobody minds.
    assert_eq!(streamed.order.len(), 4);
    assert_eq!(streamed.order.last().unwrap(), "/slow");
    // 48,000 octets are three frames, and each waits for the other's.
    assert_eq!(streamed.turns, ["/left", "/right"].repeat(3));
    assert_eq!(streamed.window, (20_000, 48_000));
    for line in ["9. HTTP/2", ":method: GET", "Priority: i", "WINDOW_UPDATE   "] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn every_octet_of_a_handshake_is_explained() {
    let mut text = Vec::new();
    tour::https(&mut text, true).unwrap();
    let text = String::from_utf8(text).unwrap();
    for word in
        ["ClientHello", "Certificate, RFC 5280", "verify_data", "GET / HTTP/1.1", "HTTP/1.1 200"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert_eq!(text.matches("✓").count(), 2, "{text}");
    assert!(!text.contains("sealed, "), "{text}");
}

#[test]
fn quic_needs_a_round_trip_to_begin_and_none_to_come_back() {
    let mut text = Vec::new();
    let report = tour::run(&mut text).unwrap();
    let (first, again) = (report.carried.page, report.carried.again);
    assert_eq!((first.connections, first.round_trips), (1, 2));
    assert_eq!((again.connections, again.round_trips), (1, 1));
    assert_eq!(first.content, report.streamed.page.content);
    let text = String::from_utf8(text).unwrap();
    for line in ["> Initial 0", "0-RTT 0", "handshake complete after 1 round trip"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}
