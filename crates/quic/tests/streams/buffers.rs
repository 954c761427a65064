//! The send buffer, the assembler, and the handshake's octets.

use quic::{
    crypto::CryptoStream,
    error::Error,
    stream::{Assembler, SendBuffer},
};
use std::sync::Arc;

fn read_all(assembler: &mut Assembler) -> Vec<u8> {
    let mut all = Vec::new();
    while !assembler.peek().is_empty() {
        let octets = assembler.peek().to_vec();
        assembler.consume(octets.len());
        all.extend(octets);
    }
    all
}

fn content(buffer: &SendBuffer, range: std::ops::Range<u64>) -> Vec<u8> {
    let mut out = Vec::new();
    buffer.copy(range, &mut out);
    out
}

#[test]
fn octets_come_in_every_order_of_their_pieces() {
    let pieces: [(u64, &[u8]); 4] = [(0, b"ab"), (2, b"cde"), (5, b"f"), (4, b"efgh")];
    let mut orders = vec![vec![]];
    for _ in 0..4 {
        let longer = orders.iter().flat_map(|order: &Vec<usize>| {
            let rest = (0..4).filter(|at| !order.contains(at));
            rest.map(|at| [order.as_slice(), &[at]].concat()).collect::<Vec<_>>()
        });
        orders = longer.collect();
    }
    assert_eq!(orders.len(), 24);
    for order in orders {
        let (mut assembler, mut all) = (Assembler::new(), Vec::new());
        for at in order {
            let (offset, octets) = pieces[at];
            assembler.insert(offset, octets);
            all.extend(read_all(&mut assembler));
        }
        assert_eq!(all, b"abcdefgh");
    }
}

#[test]
fn a_gap_holds_back_what_is_behind_it() {
    let mut assembler = Assembler::new();
    assembler.insert(10_000, &[2; 10_000]);
    assert!(assembler.peek().is_empty());
    assembler.insert(0, &[1; 9_999]);
    assert_eq!(read_all(&mut assembler), [1; 9_999]);
    assembler.insert(9_999, &[1]);
    assert_eq!(read_all(&mut assembler), [[1].as_slice(), &[2; 10_000]].concat());
    assert_eq!(assembler.readable(), 0);
}

#[test]
fn every_second_octet_costs_an_eighth_more_and_no_list() {
    let mut assembler = Assembler::new();
    let span = 1 << 20;
    for offset in (1..span).step_by(2) {
        assembler.insert(offset, &[7]);
    }
    let held = assembler.held() as u64;
    assert!(held <= span + span / 8 + span / 50, "{held}");
    for offset in (0..span).step_by(2) {
        assembler.insert(offset, &[7]);
    }
    assert_eq!(read_all(&mut assembler).len() as u64, span);
}

#[test]
fn a_short_stream_holds_little() {
    let mut assembler = Assembler::new();
    assembler.insert(0, &[0; 100]);
    assert!(assembler.held() < 500, "{}", assembler.held());
    assembler.discard();
    assert_eq!(assembler.held(), 0);
}

#[test]
fn what_was_read_is_not_read_again() {
    let mut assembler = Assembler::new();
    assembler.insert(0, &[1; 5000]);
    assert_eq!(read_all(&mut assembler).len(), 5000);
    assembler.insert(0, &[2; 5000]);
    assert_eq!(read_all(&mut assembler).len(), 0);
    assembler.insert(4990, &[3; 20]);
    assert_eq!(read_all(&mut assembler), [3; 10]);
}

#[test]
fn s13_3_lost_octets_go_again_cut_anew() {
    let mut buffer = SendBuffer::new();
    buffer.write(b"0123456789");
    assert_eq!(buffer.poll(4, u64::MAX), Some(0..4));
    assert_eq!(buffer.poll(4, u64::MAX), Some(4..8));
    buffer.on_lost(0..4);
    assert_eq!(buffer.next_offset(), Some(0));
    assert_eq!(buffer.poll(3, u64::MAX), Some(0..3));
    assert_eq!(buffer.poll(3, u64::MAX), Some(3..4));
    assert_eq!(buffer.poll(3, u64::MAX), Some(8..10));
    assert_eq!(buffer.poll(3, u64::MAX), None);
    assert_eq!(content(&buffer, 2..9), b"2345678");
}

#[test]
fn what_another_packet_brought_is_not_lost() {
    let mut buffer = SendBuffer::new();
    buffer.write(&[0; 10]);
    buffer.poll(10, u64::MAX);
    buffer.on_acked(3..6);
    buffer.on_lost(0..10);
    assert_eq!(buffer.poll(100, 0), Some(0..3));
    assert_eq!(buffer.poll(100, 0), Some(6..10));
    // The packet that was called lost came after all.
    buffer.on_lost(6..10);
    buffer.on_acked(0..10);
    assert!(buffer.is_acked() && !buffer.has_lost());
    assert_eq!(buffer.held(), 0);
}

#[test]
fn new_octets_stop_at_the_limit_and_lost_ones_do_not() {
    let mut buffer = SendBuffer::new();
    buffer.write(&[0; 10]);
    assert_eq!(buffer.poll(100, 6), Some(0..6));
    assert_eq!(buffer.poll(100, 6), None);
    buffer.on_lost(0..6);
    assert_eq!(buffer.poll(100, 6), Some(0..6));
    assert_eq!(buffer.poll(100, 7), Some(6..7));
}

#[test]
fn shared_octets_are_not_copied() {
    let shared: Arc<[u8]> = (0..100).collect();
    let mut buffer = SendBuffer::new();
    buffer.write(b"head");
    assert_eq!(buffer.write_shared(Arc::clone(&shared), 10..20), 10);
    buffer.write_vec(b"tail".to_vec());
    assert_eq!(Arc::strong_count(&shared), 2);
    assert_eq!(content(&buffer, 2..16), b"ad\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13ta");
    buffer.poll(100, u64::MAX);
    buffer.on_acked(0..14);
    assert_eq!(Arc::strong_count(&shared), 1, "acknowledged octets are let go");
    assert_eq!(buffer.write_shared(shared, 90..200), 10);
}

#[test]
fn rejected_early_data_is_new_again() {
    let mut buffer = SendBuffer::new();
    buffer.write(&[0; 10]);
    buffer.poll(6, u64::MAX);
    buffer.rewind();
    assert_eq!(buffer.sent(), 0);
    assert_eq!(buffer.poll(100, 4), Some(0..4), "what is new waits for credit");
}

#[test]
fn s7_5_crypto_octets_are_bounded_and_reassembled() {
    let mut crypto = CryptoStream::new(4096);
    assert_eq!(crypto.on_crypto(5, b" world"), Ok(false));
    assert_eq!(crypto.on_crypto(0, b"hello"), Ok(true));
    assert_eq!(crypto.peek(), b"hello world");
    assert!(crypto.has_unread());
    assert_eq!(crypto.on_crypto(4096, b""), Ok(false));
    assert_eq!(crypto.on_crypto(4096, b"x"), Err(Error::CryptoBuffer { end: 4097, limit: 4096 }));
    crypto.consume(11);
    assert!(!crypto.has_unread());
    assert_eq!(crypto.on_crypto(4096, b"x"), Ok(false));
    assert!(crypto.has_unread());
    assert_eq!(Error::CryptoBuffer { end: 0, limit: 0 }.code().0, 0x0d);
}

#[test]
fn crypto_octets_go_again_when_lost() {
    let mut crypto = CryptoStream::new(4096);
    crypto.write(b"client hello");
    assert_eq!(crypto.poll(6), Some(0..6));
    assert_eq!(crypto.poll(60), Some(6..12));
    assert!(!crypto.is_pending());
    crypto.on_lost(0..6);
    assert_eq!((crypto.is_pending(), crypto.next_offset()), (true, 0));
    crypto.restart();
    assert_eq!(crypto.poll(60), Some(0..12));
    let mut out = Vec::new();
    crypto.copy(0..12, &mut out);
    assert_eq!(out, b"client hello");
    crypto.on_acked(0..12);
    assert!(!crypto.is_pending());
}
