use super::*;

const MSS: u16 = 100;
const WIDE: u64 = 1 << 40;
const MS: Duration = Duration::from_millis(1);

/// A sender past its handshake with `count` segments out.
fn out(count: u64, sack: bool) -> (Sender, Instant) {
    let now = Instant::now();
    let mut sender = Sender::new(1 << 20);
    sender.sent(Piece { start: 0, end: 1, again: false }, now);
    sender.told(1, &[], false, MS, now);
    if sack {
        sender.with_sack();
    }
    let octets = (0..count * 100).map(|n| n.to_le_bytes()[0]).collect::<Vec<_>>();
    assert_eq!(sender.write(&octets), octets.len());
    while let Ok(piece) = sender.piece(MSS, WIDE, WIDE, false) {
        sender.sent(piece, now);
    }
    assert_eq!(sender.flight(), count * 100);
    (sender, now)
}

fn next(sender: &Sender, window: u64) -> Option<(u64, u64)> {
    let piece = sender.piece(MSS, window, WIDE, false);
    piece.ok().filter(|piece| piece.again).map(|piece| (piece.start, piece.end))
}

#[test]
fn the_third_duplicate_acknowledgment_sends_the_first_again() {
    let (mut sender, now) = out(10, false);
    for dup in 1..=2 {
        assert!(!sender.told(1, &[], true, MS, now).loss, "{dup}");
    }
    assert!(sender.told(1, &[], true, MS, now).loss);
    // Fast retransmit goes whatever the window says.
    assert_eq!(next(&sender, 1), Some((1, 101)));
}

#[test]
fn a_partial_acknowledgment_sends_the_next_hole_again_without_a_second_reduction() {
    let (mut sender, now) = out(10, false);
    (0..3).for_each(|_| {
        sender.told(1, &[], true, MS, now);
    });
    sender.sent(Piece { start: 1, end: 101, again: true }, now);
    let told = sender.told(301, &[], false, MS, now + MS * 10);
    assert!(told.advanced && !told.loss);
    assert_eq!(next(&sender, 1), Some((301, 401)));
}

#[test]
fn blocks_mark_every_hole_at_once() {
    let (mut sender, now) = out(10, true);
    // 1..101 and 201..301 are missing.
    let told = sender.told(1, &[(301, 601), (101, 201)], false, MS, now);
    assert!(told.loss);
    assert_eq!(told.octets, 400);
    assert_eq!(next(&sender, WIDE), Some((1, 101)));
    sender.sent(Piece { start: 1, end: 101, again: true }, now);
    assert_eq!(next(&sender, WIDE), Some((201, 301)));
    // Ten were out, four have arrived, and the second hole has left the pipe.
    assert_eq!(sender.pipe(MSS), 500);
}

#[test]
fn a_retransmission_that_was_overtaken_is_sent_once_more() {
    let (mut sender, now) = out(10, true);
    sender.told(1, &[(101, 401)], false, MS * 10, now + MS * 10);
    sender.sent(Piece { start: 1, end: 101, again: true }, now + MS * 10);
    sender.write(&[0; 100]);
    let piece = sender.piece(MSS, WIDE, WIDE, false).unwrap();
    sender.sent(piece, now + MS * 20);
    assert_eq!(next(&sender, WIDE), None);
    sender.told(1, &[(101, 401), (1001, 1101)], false, MS * 10, now + MS * 30);
    assert_eq!(next(&sender, WIDE), Some((1, 101)));
}

#[test]
fn what_was_sent_twice_gives_no_sample() {
    let (mut sender, now) = out(1, true);
    assert!(sender.timed_out());
    assert_eq!(next(&sender, 100), Some((1, 101)));
    sender.sent(Piece { start: 1, end: 101, again: true }, now + MS);
    assert!(!sender.timed_out());
    let told = sender.told(101, &[], false, MS, now + MS * 5);
    assert_eq!((told.sample, told.octets), (None, 100));
}

#[test]
fn after_a_timeout_duplicates_of_the_old_do_not_reduce_again() {
    let (mut sender, now) = out(10, false);
    sender.timed_out();
    for _ in 0..5 {
        assert!(!sender.told(1, &[], true, MS, now).loss);
    }
}

#[test]
fn small_segments_wait_only_under_nagle_and_small_windows_only_behind_others() {
    let (mut sender, _) = out(1, true);
    sender.write(&[0; 10]);
    assert_eq!(sender.piece(MSS, WIDE, WIDE, true), Err(false));
    assert!(sender.piece(MSS, WIDE, WIDE, false).is_ok());
    assert_eq!(sender.piece(MSS, WIDE, sender.next() + 5, false), Err(false));
    assert_eq!(sender.piece(MSS, 105, WIDE, false), Err(true));
}

#[test]
fn the_fin_has_a_number_and_rides_on_the_last_data() {
    let (mut sender, now) = out(1, true);
    sender.write(&[1; 30]);
    sender.close();
    assert_eq!(sender.write(b"late"), 0);
    let piece = sender.piece(MSS, WIDE, WIDE, false).unwrap();
    assert_eq!((piece.start, piece.end), (101, 132));
    assert!(sender.covers_fin(piece.end) && sender.data(101, 132).len() == 30);
    sender.sent(piece, now);
    sender.told(131, &[], false, MS, now);
    assert!(!sender.is_finished());
    sender.told(132, &[], false, MS, now);
    assert!(sender.is_finished() && sender.waiting() == 0 && !sender.has_new());
}
