//! The two parts of a stream: RFC 9000 §3.5, §4.1, §4.5.

use quic::{
    error::Error,
    flow::{ReceiveWindow, SendWindow},
    stream::{Piece, ReceiveState, ReceiveStream, Reset, SendState, SendStream, StreamId},
};
use std::time::{Duration, Instant};

const ID: StreamId = StreamId::new(4);

fn receiving() -> (ReceiveStream, ReceiveWindow) {
    (ReceiveStream::new(ID, 100, 100), ReceiveWindow::new(150, 150))
}

fn sending(octets: &[u8]) -> (SendStream, SendWindow) {
    let mut stream = SendStream::new(100);
    assert_eq!(stream.write(octets, 1000), octets.len());
    (stream, SendWindow::new(150))
}

#[test]
fn s4_1_a_stream_takes_no_more_than_its_window() {
    let (mut stream, mut connection) = receiving();
    assert_eq!(stream.on_stream(99, b"x", false, &mut connection), Ok(false));
    let error = stream.on_stream(100, b"x", false, &mut connection).unwrap_err();
    assert_eq!(error, Error::StreamFlowControl { stream: 4, end: 101, limit: 100 });
    assert_eq!(error.code().0, 0x03);
}

#[test]
fn s4_1_all_streams_take_no_more_than_the_connections_window() {
    let (mut one, mut connection) = receiving();
    let (mut other, _) = receiving();
    assert_eq!(one.on_stream(0, &[0; 100], false, &mut connection), Ok(true));
    assert_eq!(other.on_stream(40, &[0; 10], false, &mut connection), Ok(false));
    let error = other.on_stream(50, b"x", false, &mut connection).unwrap_err();
    assert_eq!(error, Error::ConnectionFlowControl { end: 151, limit: 150 });
    assert_eq!(other.window().received(), 50, "nothing is kept of it");
    // What lies below the highest octet costs nothing.
    assert_eq!(other.on_stream(0, &[0; 50], false, &mut connection), Ok(true));
}

#[test]
fn s4_5_the_final_size_never_changes() {
    let (mut stream, mut connection) = receiving();
    assert_eq!(stream.on_stream(5, b"end", true, &mut connection), Ok(false));
    for (offset, octets, fin) in
        [(8, "x", false), (0, "end", true), (9, "", true), (6, "end", true)]
    {
        let error = stream.on_stream(offset, octets.as_bytes(), fin, &mut connection).unwrap_err();
        assert_eq!(error.code().0, 0x06, "{offset} {octets} {fin}");
    }
    let error = stream.on_reset(7, 9, &mut connection).unwrap_err();
    assert_eq!(error, Error::FinalSize { stream: 4, was: 8, now: 9 });
    assert_eq!(stream.on_reset(7, 8, &mut connection), Ok(true));
    // In a state that is over too.
    assert_eq!(stream.on_reset(7, 7, &mut connection).unwrap_err().code().0, 0x06);
}

#[test]
fn s4_5_a_final_size_below_what_came_is_refused() {
    let (mut stream, mut connection) = receiving();
    stream.on_stream(10, b"x", false, &mut connection).unwrap();
    let error = stream.on_stream(0, b"x", true, &mut connection).unwrap_err();
    assert_eq!(error, Error::FinalSize { stream: 4, was: 11, now: 1 });
}

#[test]
fn s4_5_a_reset_is_paid_for_and_its_credit_comes_back() {
    let (mut stream, mut connection) = receiving();
    stream.on_stream(0, &[0; 30], false, &mut connection).unwrap();
    stream.consume(10, &mut connection);
    assert_eq!(stream.on_reset(7, 100, &mut connection), Ok(true));
    assert_eq!(connection.received(), 100);
    let limit = connection.poll(Instant::now(), Duration::ZERO);
    assert_eq!(limit, Some(250), "all of it may come again on other streams");
    assert_eq!(stream.read_reset(), Some(7));
    assert!(stream.is_over());
}

#[test]
fn s3_2_a_reset_behind_everything_is_too_late() {
    let (mut stream, mut connection) = receiving();
    assert_eq!(stream.on_stream(0, b"all", true, &mut connection), Ok(true));
    assert_eq!(stream.on_reset(7, 3, &mut connection), Ok(false));
    assert_eq!(stream.peek(), b"all");
    stream.consume(3, &mut connection);
    assert_eq!((stream.state(), stream.is_at_end()), (ReceiveState::DataRead, true));
}

#[test]
fn an_empty_end_is_something_to_read() {
    let (mut stream, mut connection) = receiving();
    stream.on_stream(0, b"x", false, &mut connection).unwrap();
    stream.consume(1, &mut connection);
    assert!(!stream.is_over());
    assert_eq!(stream.on_stream(1, b"", true, &mut connection), Ok(true));
    assert_eq!(stream.on_stream(1, b"", true, &mut connection), Ok(false), "once");
    stream.consume(0, &mut connection);
    assert!(stream.is_over());
}

#[test]
fn s3_5_stop_sending_goes_until_the_stream_is_reset() {
    let (mut stream, mut connection) = receiving();
    stream.on_stream(0, b"unwanted", false, &mut connection).unwrap();
    assert!(stream.stop(9, &mut connection));
    assert_eq!((stream.poll_stop(), stream.poll_stop()), (Some(9), None));
    stream.on_stop_lost();
    assert_eq!(stream.poll_stop(), Some(9));
    // Octets that were on their way cost credit, and give it back.
    assert_eq!(stream.on_stream(8, &[0; 50], false, &mut connection), Ok(false));
    assert!(stream.held() == 0 && stream.peek().is_empty());
    assert_eq!(stream.on_reset(9, 58, &mut connection), Ok(false), "the application has left");
    assert!(stream.is_over());
    stream.on_stop_lost();
    assert_eq!(stream.poll_stop(), None);
    assert_eq!(
        connection.poll(Instant::now(), Duration::ZERO),
        None,
        "a third of it is not yet due"
    );
    assert_eq!(connection.received(), 58);
}

#[test]
fn s3_5_a_peer_that_ends_its_stream_needs_no_stopping() {
    let (mut stream, mut connection) = receiving();
    stream.on_stream(0, b"all", true, &mut connection).unwrap();
    assert!(!stream.stop(9, &mut connection));
    assert!(stream.is_over());
    // Where octets are missing yet, it is asked, once.
    let (mut stream, mut connection) = receiving();
    stream.on_stream(1, b"all", true, &mut connection).unwrap();
    assert!(stream.stop(9, &mut connection) && !stream.is_over());
    assert_eq!(stream.poll_stop(), Some(9));
    assert!(stream.is_over());
}

#[test]
fn s4_1_no_credit_is_given_once_the_size_is_known() {
    let (mut stream, mut connection) = receiving();
    let now = Instant::now();
    stream.on_stream(0, &[0; 80], false, &mut connection).unwrap();
    stream.consume(80, &mut connection);
    assert_eq!(stream.poll_max_data(now, Duration::ZERO), Some(180));
    stream.on_max_data_lost(180);
    assert_eq!(stream.poll_max_data(now, Duration::ZERO), Some(180));
    stream.on_max_data_lost(180);
    stream.on_stream(90, b"", true, &mut connection).unwrap();
    assert_eq!(stream.poll_max_data(now, Duration::ZERO), None);
}

#[test]
fn a_stream_is_sent_and_acknowledged() {
    let (mut stream, mut connection) = sending(b"content");
    assert_eq!(stream.state(), SendState::Ready);
    let first = stream.poll(4, &mut connection).unwrap();
    assert_eq!(first, Piece { offset: 0, length: 4, fin: false });
    assert_eq!(stream.state(), SendState::Send);
    assert!(stream.finish() && !stream.finish());
    let last = stream.poll(100, &mut connection).unwrap();
    assert_eq!(last, Piece { offset: 4, length: 3, fin: true });
    assert_eq!(stream.state(), SendState::DataSent);
    assert_eq!(stream.poll(100, &mut connection), None);
    assert!(!stream.on_acked(&last));
    assert!(stream.on_acked(&first));
    assert_eq!((stream.state(), stream.held()), (SendState::DataRecvd, 0));
    assert_eq!(stream.write(b"more", 1000), 0);
}

#[test]
fn an_end_alone_goes_in_an_empty_frame_and_again_when_lost() {
    let (mut stream, mut connection) = sending(b"x");
    stream.poll(100, &mut connection).unwrap();
    stream.finish();
    let fin = Piece { offset: 1, length: 0, fin: true };
    assert_eq!(stream.poll(0, &mut connection), Some(fin), "it needs no room");
    stream.on_lost(&fin);
    assert!(stream.is_pending(&connection));
    assert_eq!(stream.poll(100, &mut connection), Some(fin));
    // Another copy of it was acknowledged: nothing is lost then.
    stream.on_acked(&fin);
    stream.on_lost(&fin);
    assert_eq!(stream.poll(100, &mut connection), None);
}

#[test]
fn s4_1_new_octets_need_credit_of_both_windows() {
    let (mut stream, _) = sending(&[0; 200]);
    let mut connection = SendWindow::new(60);
    assert_eq!(stream.poll(1000, &mut connection).unwrap().length, 60);
    assert!(!stream.is_pending(&connection) && stream.poll_blocked().is_none());
    assert_eq!(connection.poll_blocked(), Some(60));
    assert!(connection.raise(1000) && !connection.raise(500));
    assert_eq!(stream.poll(1000, &mut connection).unwrap().length, 40);
    assert_eq!((stream.poll_blocked(), stream.poll_blocked()), (Some(100), None));
    stream.on_blocked_lost(100);
    assert_eq!(stream.poll_blocked(), Some(100));
    // Lost octets were paid for.
    stream.on_lost(&Piece { offset: 0, length: 60, fin: false });
    assert_eq!(stream.poll(1000, &mut connection).unwrap().range(), 0..60);
    assert_eq!(connection.credit(), 900);
    assert!(stream.on_max_data(200) && !stream.on_max_data(150));
    assert_eq!(stream.poll(1000, &mut connection).unwrap().range(), 100..200);
}

#[test]
fn s3_1_a_reset_drops_what_waits_and_goes_until_acknowledged() {
    let (mut stream, mut connection) = sending(&[0; 90]);
    let piece = stream.poll(50, &mut connection).unwrap();
    assert!(stream.reset(5) && !stream.reset(6));
    assert!(!stream.is_pending(&connection) && stream.held() == 0);
    let reset = Some(Reset { code: 5, final_size: 50 });
    assert_eq!((stream.poll_reset(), stream.poll_reset()), (reset, None));
    stream.on_lost(&piece);
    assert_eq!(stream.poll(100, &mut connection), None, "nothing goes behind it");
    stream.on_reset_lost();
    assert_eq!(stream.poll_reset(), reset);
    stream.on_reset_acked();
    assert_eq!(stream.state(), SendState::ResetRecvd);
    stream.on_reset_lost();
    assert_eq!(stream.poll_reset(), None);
}

#[test]
fn s3_5_stop_sending_is_answered_by_a_reset_with_its_code() {
    let (mut stream, mut connection) = sending(&[0; 90]);
    stream.poll(50, &mut connection).unwrap();
    assert!(stream.on_stop_sending(42) && !stream.on_stop_sending(43));
    assert_eq!(stream.stopped(), Some(42));
    assert_eq!(stream.poll_reset(), Some(Reset { code: 42, final_size: 50 }));
}

#[test]
fn rejected_early_data_begins_anew() {
    let (mut stream, mut connection) = sending(&[0; 90]);
    stream.finish();
    assert!(stream.poll(1000, &mut connection).unwrap().fin);
    stream.restart(40);
    connection.restart(1000);
    assert_eq!(stream.state(), SendState::Ready);
    assert_eq!(stream.poll(1000, &mut connection).unwrap().range(), 0..40);
    assert_eq!(stream.poll_blocked(), Some(40));
    stream.on_max_data(90);
    let last = stream.poll(1000, &mut connection).unwrap();
    assert!(last.range() == (40..90) && last.fin);
}
