//! Both sides of a WebSocket, dissected by the parser that reads them on a connection.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use dissect::{Kind, dissect, json, octets_of, text};

fn octets(digits: &str) -> Vec<u8> {
    octets_of(digits.as_bytes().to_vec(), Some(true)).unwrap()
}

/// RFC 6455 §5.7.
const MASKED: &str = "81 85 37 fa 21 3d 7f 9f 4d 51 58";
const UNMASKED: &str = "81 05 48 65 6c 6c 6f";

#[test]
fn the_rfcs_examples_say_hello() {
    for (kind, digits) in [
        (Kind::WebSocketClient, MASKED),
        (Kind::WebSocketServer, UNMASKED),
        (Kind::WebSocket, MASKED),
        (Kind::WebSocket, UNMASKED),
        (Kind::WebSocketServer, "01 03 48 65 6c  80 02 6c 6f"),
        (Kind::WebSocketServer, "c1 07 f2 48 cd c9 c9 07 00"),
    ] {
        let octets = octets(digits);
        let dissection = dissect(kind, &octets);
        assert_eq!((dissection.error.clone(), dissection.read), (None, octets.len()), "{digits}");
        let lines = text(&dissection);
        assert!(lines.contains("RFC 6455 §5.2") && lines.contains("Hel"), "{lines}");
        let frames = lines.lines().filter(|line| line.starts_with("frame")).count();
        assert_eq!(frames, if digits.starts_with("01") { 2 } else { 1 }, "{lines}");
    }
}

#[test]
fn a_side_is_known_by_its_mask_and_the_other_kind_says_so() {
    let error = |kind, digits| dissect(kind, &octets(digits)).error.unwrap();
    assert!(error(Kind::WebSocketServer, MASKED).contains("a server's frame is masked"));
    assert!(error(Kind::WebSocketClient, UNMASKED).contains("a client's frame is not masked"));
    // The first frame decides.
    assert!(error(Kind::WebSocket, &format!("{MASKED} {UNMASKED}")).contains("octet 11"));
}

#[test]
fn the_handshake_may_stand_in_front() {
    let request = b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\r\n";
    let answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    for (head, digits) in [(&request[..], MASKED), (&answer[..], UNMASKED)] {
        let all = [head, &octets(digits)].concat();
        let dissection = dissect(Kind::WebSocket, &all);
        assert_eq!((dissection.error.clone(), dissection.read), (None, all.len()));
        let lines = text(&dissection);
        assert!(lines.contains("RFC 9112") && lines.contains("Hello"), "{lines}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let error = |digits: &str| dissect(Kind::WebSocket, &octets(digits)).error;
    assert_eq!(error("81 05 48 65").unwrap(), "the last frame is cut short: 2 of 5 octets");
    assert_eq!(error("81 00 81").unwrap(), "the last frame is cut short: 1 octets of its head");
    assert_eq!(error("81 7e 01").unwrap(), "the last frame is cut short: 3 octets of its head");
    assert!(error("83 00").unwrap().contains("opcode 0x3 is reserved"));
    assert_eq!(error("81 00"), None);
}

#[test]
fn json_has_the_same_notes() {
    let json = json(&dissect(Kind::WebSocket, &octets(MASKED)));
    assert!(json.contains("\"field\":\"masking-key\""), "{json}");
    assert!(json.contains("\"octets\":\"37fa213d\""), "{json}");
}

#[test]
fn no_octets_make_it_stumble() {
    let all = octets(&format!("{UNMASKED} c1 07 f2 48 cd c9 c9 07 00 88 02 03 e8 82 7f 00 00"));
    testkit::prefixes(&all, |prefix| {
        for kind in [Kind::WebSocket, Kind::WebSocketClient, Kind::WebSocketServer] {
            let _ = text(&dissect(kind, prefix));
        }
    });
}
