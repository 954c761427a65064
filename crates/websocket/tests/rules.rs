//! One test for each rule that a peer can break: what it is called, and what the Close frame says.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::*;
use std::time::Instant;
use websocket::{CloseCode, Event, Limits, Role, State, Violation, handshake::Agreed};

/// Feeds `octets`, in whatever pieces, and answers the violation behind the events of what was
/// good; our Close frame must carry its code and nothing may follow.
#[track_caller]
fn broken_by(role: Role, agreed: &Agreed, limits: &Limits, octets: &[u8]) -> Violation {
    let mut story = story(role, agreed, limits, octets);
    let Some(Event::Violation(error)) = story.pop() else { panic!("no violation: {story:?}") };
    assert!(
        !story.iter().any(|event| matches!(event, Event::Violation(_) | Event::Closed { .. })),
        "one violation, and nothing behind it: {story:?}"
    );
    let mut connection = end(role, agreed, limits, Instant::now());
    feed(&mut connection, octets);
    assert_eq!(connection.state(), State::Closing);
    assert!(connection.wants_shutdown() && connection.wants_receive());
    // What follows is not read, not even a Close.
    assert_eq!(feed(&mut connection, &masked(0x88, &1000_u16.to_be_bytes())), []);
    connection.receive_end(true, Instant::now());
    assert_eq!(events(&mut connection), [Event::Closed { clean: false }]);
    let answer = sent(&mut connection);
    let other = if role == Role::Server { Role::Client } else { Role::Server };
    let heard = feed(&mut end(other, agreed, &Limits::default(), Instant::now()), &answer);
    let close = heard.iter().find(|event| matches!(event, Event::Close { .. }));
    let Some(Event::Close { code, reason }) = close else { panic!("no Close: {heard:?}") };
    assert_eq!(*code, Some(error.close_code()));
    assert!(error.violation.to_string().starts_with(reason), "{reason}");
    error.violation
}

#[track_caller]
fn refused(octets: &[u8]) -> Violation {
    broken_by(Role::Server, &Agreed::default(), &Limits::default(), octets)
}

#[test]
fn reserved_bits_need_an_extension() {
    for bits in 1..8 {
        let violation = refused(&masked(0x81 | bits << 4, b"x"));
        assert_eq!(violation, Violation::ReservedBits { bits });
    }
    // With compression, RSV1 alone has a meaning.
    for bits in [1, 2, 3, 5, 6, 7] {
        let octets = masked(0x81 | bits << 4, b"x");
        let violation = broken_by(Role::Server, &with_deflate(), &Limits::default(), &octets);
        assert_eq!(violation, Violation::ReservedBits { bits });
    }
}

#[test]
fn ten_opcodes_are_reserved() {
    for opcode in [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf] {
        assert_eq!(refused(&masked(0x80 | opcode, b"")), Violation::OpcodeReserved { opcode });
    }
}

#[test]
fn control_frames_are_not_fragmented() {
    for opcode in [0x8, 0x9, 0xa] {
        assert_eq!(refused(&masked(opcode, b"")), Violation::ControlFragmented);
    }
}

#[test]
fn control_frames_have_125_octets_at_most() {
    for opcode in [0x8, 0x9, 0xa] {
        let octets = masked(0x80 | opcode, &[b'x'; 126]);
        assert_eq!(refused(&octets), Violation::ControlTooLong);
        // Known from the second octet; the length behind it need not be there.
        assert_eq!(refused(&octets[..2]), Violation::ControlTooLong);
    }
    assert_eq!(served(&masked(0x89, &[b'x'; 125])), [Event::Ping(vec![b'x'; 125])]);
}

#[test]
fn clients_mask_and_servers_do_not() {
    assert_eq!(refused(&plain(0x81, b"x")), Violation::MaskMissing);
    let octets = masked(0x81, b"x");
    let agreed = Agreed::default();
    let violation = broken_by(Role::Client, &agreed, &Limits::default(), &octets);
    assert_eq!(violation, Violation::MaskForbidden);
}

#[test]
fn lengths_are_written_in_the_fewest_octets() {
    for (length, octets) in [
        (0, &[0x82, 0xfe, 0, 0][..]),
        (125, &[0x82, 0xfe, 0, 125]),
        (0, &[0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]),
        (65_535, &[0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff]),
    ] {
        assert_eq!(refused(octets), Violation::LengthNotMinimal { length });
    }
}

#[test]
fn a_length_has_63_bits() {
    let octets = [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(refused(&octets), Violation::LengthTopBit);
}

#[test]
fn a_frame_that_is_too_long_is_refused_by_its_head() {
    let limits = Limits { frame: 1000, ..Limits::default() };
    let agreed = Agreed::default();
    let octets = [0x82, 0xfe, 0x03, 0xe9];
    let violation = broken_by(Role::Server, &agreed, &limits, &octets);
    assert_eq!(violation, Violation::FrameTooLong { length: 1001, limit: 1000 });
    assert_eq!(violation.close_code(), CloseCode::TOO_BIG);
    let fits = story(Role::Server, &agreed, &limits, &masked(0x82, &[7; 1000]));
    assert_eq!(fits, [binary(&[7; 1000])]);
}

/// Without them no connection could be asked whether it lives, or be closed; and they are small.
#[test]
fn the_limit_of_frames_is_none_of_control_frames() {
    let limits = Limits { frame: 0, message: 0, ..Limits::default() };
    let close = [&1000_u16.to_be_bytes()[..], b"done"].concat();
    let octets = [masked(0x89, b"?"), masked(0x82, b""), masked(0x88, &close)].concat();
    assert_eq!(
        story(Role::Server, &Agreed::default(), &limits, &octets),
        [
            Event::Ping(b"?".to_vec()),
            binary(b""),
            Event::Close { code: Some(CloseCode::NORMAL), reason: "done".into() },
            Event::Closed { clean: true }
        ]
    );
    assert_eq!(
        broken_by(Role::Server, &Agreed::default(), &limits, &masked(0x82, b"x")),
        Violation::FrameTooLong { length: 1, limit: 0 }
    );
}

#[test]
fn a_message_that_is_too_long_is_refused_by_the_head_that_makes_it_so() {
    let limits = Limits { message: 100, ..Limits::default() };
    let agreed = Agreed::default();
    let mut octets = [masked(0x02, &[1; 60]), masked(0x00, &[2; 40])].concat();
    octets.extend_from_slice(&masked(0x80, &[3; 1])[..6]);
    let violation = broken_by(Role::Server, &agreed, &limits, &octets);
    assert_eq!(violation, Violation::MessageTooLong { limit: 100 });
    let octets = [masked(0x02, &[1; 60]), masked(0x80, &[2; 40])].concat();
    assert!(matches!(*story(Role::Server, &agreed, &limits, &octets), [Event::Message(_)]));
}

#[test]
fn a_continuation_continues_something() {
    assert_eq!(refused(&masked(0x80, b"x")), Violation::ContinuationUnexpected);
    assert_eq!(refused(&masked(0x00, b"x")), Violation::ContinuationUnexpected);
    // Also behind a message that is over.
    let octets = [masked(0x01, b"a"), masked(0x80, b"b"), masked(0x80, b"c")].concat();
    assert_eq!(refused(&octets), Violation::ContinuationUnexpected);
}

#[test]
fn fragments_of_two_messages_never_mix() {
    for (first, frame) in [(0x81, "text"), (0x02, "binary")] {
        let octets = [masked(0x01, b"a"), masked(first, b"b")].concat();
        assert_eq!(refused(&octets), Violation::MessageInterrupted { frame });
    }
}

#[test]
fn text_is_utf8() {
    let cut = "가".as_bytes();
    for (octets, at) in [
        (masked(0x81, b"ab\xff"), 2),
        (masked(0x81, b"ab\xc3"), 2),
        ([masked(0x01, b"abc"), masked(0x80, b"\xc0")].concat(), 3),
        ([masked(0x01, &cut[..2]), masked(0x80, b"x")].concat(), 0),
        ([masked(0x01, &cut[..2]), masked(0x80, b"")].concat(), 0),
    ] {
        assert_eq!(refused(&octets), Violation::TextNotUtf8 { at });
    }
    let octets = [masked(0x01, &cut[..2]), masked(0x00, b""), masked(0x80, &cut[2..])].concat();
    assert_eq!(served(&octets), [text("가")]);
}

/// Autobahn's 6.4.3 and 6.4.4: nobody waits for the rest of the frame.
#[test]
fn text_that_is_wrong_already_is_refused_while_its_frame_is_incomplete() {
    let octets =
        masked(0x81, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited");
    let start = octets.len() - 21;
    let mut connection = server();
    assert_eq!(feed(&mut connection, &octets[..start + 12]), []);
    let events = feed(&mut connection, &octets[start + 12..start + 13]);
    let [Event::Violation(error)] = *events else { panic!("{events:?}") };
    assert_eq!(error.violation, Violation::TextNotUtf8 { at: 11 });
}

#[test]
fn messages_before_a_bad_frame_are_told_and_answered_first() {
    let good = [masked(0x81, b"one"), masked(0x89, b"two"), masked(0x82, b"three")].concat();
    let octets = [good, masked(0xb0, b"")].concat();
    let mut connection = server();
    connection.receive(&mut octets.clone(), Instant::now());
    let mut told = Vec::new();
    while let Some(event) = connection.poll_event() {
        if let Event::Message(message) = &event {
            connection.send(message.clone()).unwrap();
        }
        told.push(event);
    }
    assert_eq!(told.len(), 4);
    let mut expected = [plain(0x81, b"one"), plain(0x8a, b"two"), plain(0x82, b"three")].concat();
    expected.extend_from_slice(&[0x88]);
    assert!(sent(&mut connection).starts_with(&expected));
    assert_eq!(served(&octets).len(), 4);
}

#[test]
fn a_close_frame_has_a_code_of_two_octets_or_none() {
    assert_eq!(refused(&masked(0x88, b"\x03")), Violation::CloseCodeCut);
    assert_eq!(
        served(&masked(0x88, b"")),
        [Event::Close { code: None, reason: String::new() }, Event::Closed { clean: true }]
    );
}

/// RFC 6455 §7.4: the whole table, number by number.
#[test]
fn close_codes_that_may_be_sent() {
    let valid = |code| matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    for code in 0..=u16::MAX {
        assert_eq!(CloseCode::new(code).is_valid_on_wire(), valid(code), "{code}");
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535] {
        let octets = masked(0x88, &u16::to_be_bytes(code));
        assert_eq!(refused(&octets), Violation::CloseCodeInvalid { code });
    }
    for code in [1000, 1001, 1014, 3000, 4999] {
        let octets = [&u16::to_be_bytes(code)[..], "까닭".as_bytes()].concat();
        let close = Event::Close { code: Some(CloseCode::new(code)), reason: "까닭".into() };
        assert_eq!(served(&masked(0x88, &octets)), [close, Event::Closed { clean: true }]);
    }
}

#[test]
fn a_close_frames_reason_is_utf8() {
    let octets = [&1000_u16.to_be_bytes()[..], b"\xff"].concat();
    assert_eq!(refused(&masked(0x88, &octets)), Violation::CloseReasonNotUtf8);
}

#[test]
fn rsv1_stands_on_a_messages_first_frame_alone() {
    let limits = Limits::default();
    for (octets, frame) in [
        ([masked(0x41, b"\xf2"), masked(0xc0, b"\x48")].concat(), "continuation"),
        (masked(0xc8, b""), "close"),
        (masked(0xc9, b""), "ping"),
        (masked(0xca, b""), "pong"),
    ] {
        let violation = broken_by(Role::Server, &with_deflate(), &limits, &octets);
        assert_eq!(violation, Violation::CompressedBitMisplaced { frame });
    }
}

#[test]
fn an_error_says_what_where_and_by_which_rule() {
    let octets = [masked(0x81, b"fine"), masked(0x83, b"")].concat();
    let Some(Event::Violation(error)) = served(&octets).pop() else { panic!() };
    assert_eq!(error.offset, 10);
    assert_eq!(error.to_string(), "opcode 0x3 is reserved (RFC 6455 §5.2, octet 10)");
    assert_eq!(error.violation.name(), "OpcodeReserved");
}
