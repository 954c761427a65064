//! The RFCs' own examples, octet for octet.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::*;
use websocket::{
    Event, Kind, Limits, Message, Role,
    frame::{Head, Opcode, Rules},
    handshake::Agreed,
};
use wire::Reader;

/// RFC 6455 §5.7: a single-frame unmasked text message.
#[test]
fn an_unmasked_hello() {
    let octets = [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    assert_eq!(
        story(Role::Client, &Agreed::default(), &Limits::default(), &octets),
        [text("Hello")]
    );
    let mut server = server();
    server.send(Message::Text("Hello".into())).unwrap();
    assert_eq!(sent(&mut server), octets);
}

/// RFC 6455 §5.7: a single-frame masked text message.
#[test]
fn a_masked_hello() {
    let octets = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(served(&octets), [text("Hello")]);
    assert_eq!(masked(0x81, b"Hello"), octets);
}

/// RFC 6455 §5.7: a fragmented unmasked text message.
#[test]
fn a_fragmented_hello() {
    let octets = [0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f];
    assert_eq!(
        story(Role::Client, &Agreed::default(), &Limits::default(), &octets),
        [text("Hello")]
    );
    let mut server = server();
    server.send_fragment(Kind::Text, b"Hel", false).unwrap();
    server.send_fragment(Kind::Text, b"lo", true).unwrap();
    assert_eq!(sent(&mut server), octets);
}

/// RFC 6455 §5.7: an unmasked Ping request and a masked Pong response.
#[test]
fn a_ping_and_its_pong() {
    let ping = [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    let pong = [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    let mut client = client();
    assert_eq!(feed(&mut client, &ping), [Event::Ping(b"Hello".to_vec())]);
    let answer = sent(&mut client);
    assert_eq!(answer[..2], pong[..2]);
    let heard = served(&answer);
    assert_eq!(heard, [Event::Pong(b"Hello".to_vec())]);
    assert_eq!(served(&pong), heard);
}

/// RFC 6455 §5.7: 256 octets and 64 KiB of binary data in single unmasked frames.
#[test]
fn the_two_longer_lengths() {
    for (length, head) in
        [(256, &[0x82, 0x7e, 0x01, 0x00][..]), (65_536, &[0x82, 0x7f, 0, 0, 0, 0, 0, 0x01, 0, 0])]
    {
        let payload = vec![0xa5; length];
        let mut server = server();
        server.send_binary(&payload).unwrap();
        let octets = sent(&mut server);
        assert_eq!(octets[..head.len()], *head);
        let limits = Limits::default();
        let heard = story(Role::Client, &Agreed::default(), &limits, &octets);
        assert_eq!(heard, [binary(&payload)]);
    }
}

/// RFC 7692 §7.2.3.1: one compressed block, whole and in two fragments.
#[test]
fn a_compressed_hello() {
    for octets in [
        &[0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..],
        &[0x41, 0x03, 0xf2, 0x48, 0xcd, 0x80, 0x04, 0xc9, 0xc9, 0x07, 0x00],
    ] {
        let heard = story(Role::Client, &with_deflate(), &Limits::default(), octets);
        assert_eq!(heard, [text("Hello")]);
    }
}

/// The same octets are what our compressor makes.
#[test]
fn we_compress_hello_as_the_rfc_does() {
    let limits = Limits { compress_from: 0, ..Limits::default() };
    let mut server = end(Role::Server, &with_deflate(), &limits, std::time::Instant::now());
    server.send_text("Hello").unwrap();
    assert_eq!(sent(&mut server), [0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    // RFC 7692 §7.2.3.2: the second message refers to the first. The RFC's compressor writes the
    // first letter out, f2 00 11 00 00; ours refers to it too.
    server.send_text("Hello").unwrap();
    assert_eq!(sent(&mut server), [0xc1, 0x04, 0x02, 0x13, 0x00, 0x00]);
}

/// RFC 7692 §7.2.3.2: the window of one message is used for the next.
#[test]
fn two_hellos_share_a_window() {
    let first = [0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let second = [0xc1, 0x05, 0xf2, 0x00, 0x11, 0x00, 0x00];
    let heard =
        story(Role::Client, &with_deflate(), &Limits::default(), &[&first[..], &second].concat());
    assert_eq!(heard, [text("Hello"), text("Hello")]);
}

/// RFC 7692 §7.2.3.3: a block that is not compressed.
#[test]
fn a_stored_hello() {
    let octets = [0xc1, 0x0b, 0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
    let heard = story(Role::Client, &with_deflate(), &Limits::default(), &octets);
    assert_eq!(heard, [text("Hello")]);
}

/// RFC 7692 §7.2.3.4: a block that calls itself final; another message follows it.
#[test]
fn a_final_block_ends_no_stream() {
    let octets = [0xc1, 0x08, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
    let heard = story(Role::Client, &with_deflate(), &Limits::default(), &octets.repeat(2));
    assert_eq!(heard, [text("Hello"), text("Hello")]);
}

/// RFC 7692 §7.2.3.5: two blocks in one message.
#[test]
fn two_blocks_in_one_message() {
    let octets =
        [0xc1, 0x0d, 0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
    let heard = story(Role::Client, &with_deflate(), &Limits::default(), &octets);
    assert_eq!(heard, [text("Hello")]);
}

/// RFC 7692 §7.2.3.6: an empty message is one octet.
#[test]
fn an_empty_compressed_message() {
    let heard = story(Role::Client, &with_deflate(), &Limits::default(), &[0xc1, 0x01, 0x00]);
    assert_eq!(heard, [text("")]);
    let limits = Limits { compress_from: 0, ..Limits::default() };
    let mut server = end(Role::Server, &with_deflate(), &limits, std::time::Instant::now());
    server.send_text("").unwrap();
    server.send_text("").unwrap();
    assert_eq!(sent(&mut server), [0xc1, 0x01, 0x00, 0xc1, 0x01, 0x00]);
}

/// What is written reads as what was meant, for each opcode and around each edge of the lengths.
#[test]
fn heads_read_as_they_are_written() {
    for opcode in Opcode::ALL {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 32, (1 << 63) - 1] {
            for mask in [None, Some(KEY)] {
                let head = Head { fin: true, rsv1: false, opcode, mask, length };
                if opcode.is_control() && length > 125 {
                    continue;
                }
                let mut octets = Vec::new();
                head.encode(&mut octets);
                assert!(octets.len() <= Head::LONGEST);
                let role = if mask.is_some() { Role::Server } else { Role::Client };
                let rules = Rules { role, compression: false, frame: u64::MAX };
                let mut reader = Reader::new(&octets);
                assert_eq!(Head::parse(&mut reader, &rules), Ok(Some(head)));
                assert!(reader.is_empty());
                testkit::prefixes(&octets, |prefix| {
                    let mut reader = Reader::new(prefix);
                    assert_eq!(Head::parse(&mut reader, &rules), Ok(None));
                    assert_eq!(reader.offset(), 0, "an unfinished head takes nothing");
                });
            }
        }
    }
}
