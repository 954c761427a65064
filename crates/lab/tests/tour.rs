//! The tour's numbers, which are counted on the loopback and must come out the same each time.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
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
