//! RFC 9000 §13.4.2, appendix A.4: which paths carry marks, and what CE does.

use crate::common::{End, ms};
use quic::recovery::{EcnCounts, EcnState, SentPacket, Space};
use std::time::Duration;

const NONE: EcnCounts = EcnCounts { ect0: 0, ect1: 0, ce: 0 };

/// Sends packets 1 to `count` as the path wants them marked.
fn sent(count: u64) -> End {
    let mut end = End::established();
    for _ in 0..count {
        let packet = SentPacket { ect: end.recovery.path().ecn.marks(), ..end.packet() };
        end.send_as(Space::Data, packet);
    }
    end.at(200);
    end
}

fn state(end: &End) -> EcnState {
    end.recovery.path().ecn.state()
}

fn acked(end: &mut End, last: u64, counts: Option<EcnCounts>) -> EcnState {
    end.ack_with(Space::Data, &[1..=last], Duration::ZERO, counts).unwrap();
    state(end)
}

#[test]
fn ten_packets_test_a_path() {
    assert_eq!(state(&sent(9)), EcnState::Testing(1));
    assert_eq!(state(&sent(12)), EcnState::Unknown);
    assert!(!sent(12).recovery.path().ecn.marks());
}

#[test]
fn counts_that_are_right_make_it_capable() {
    let mut end = sent(12);
    assert_eq!(acked(&mut end, 12, Some(EcnCounts { ect0: 10, ..NONE })), EcnState::Capable);
    assert!(end.recovery.path().ecn.marks());
}

#[test]
fn counts_that_are_wrong_end_it() {
    let wrong = [
        ("missing", None),
        ("too few", Some(EcnCounts { ect0: 9, ..NONE })),
        ("too many", Some(EcnCounts { ect0: 11, ..NONE })),
        ("ECT(1), which is never sent", Some(EcnCounts { ect0: 10, ect1: 1, ce: 0 })),
        ("cleared", Some(NONE)),
    ];
    for (why, counts) in wrong {
        assert_eq!(acked(&mut sent(12), 12, counts), EcnState::Failed, "{why}");
    }
}

#[test]
fn counts_that_fall_end_it() {
    let mut end = sent(12);
    acked(&mut end, 11, Some(EcnCounts { ect0: 10, ..NONE }));
    assert_eq!(acked(&mut end, 12, Some(EcnCounts { ect0: 9, ..NONE })), EcnState::Failed);
}

#[test]
fn s13_4_2_1_an_old_frame_says_nothing() {
    let mut end = sent(12);
    end.ack_with(Space::Data, &[12..=12], ms(0), Some(NONE)).unwrap();
    end.ack_with(Space::Data, &[5..=5], ms(0), None).unwrap();
    assert_eq!(state(&end), EcnState::Unknown);
}

#[test]
fn a_path_that_drops_what_is_marked_is_not_marked() {
    let mut end = sent(14);
    end.ack(Space::Data, &[14..=14]).unwrap();
    end.at(1000);
    end.timeout();
    assert_eq!(state(&end), EcnState::Failed);
}

#[test]
fn s7_1_ce_is_congestion_once_a_round_trip() {
    let mut end = sent(12);
    let window = end.window();
    acked(&mut end, 6, Some(EcnCounts { ect0: 5, ect1: 0, ce: 1 }));
    assert!(end.outcome.congestion && end.outcome.lost.is_empty());
    let cut = end.window();
    assert!(cut < window);
    acked(&mut end, 12, Some(EcnCounts { ect0: 8, ect1: 0, ce: 2 }));
    assert!(!end.outcome.congestion);
    assert_eq!(end.window(), cut);
}
