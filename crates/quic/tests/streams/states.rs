//! RFC 9000 §3.1 and §3.2 as tables: each state, each input, what comes of it.

use quic::stream::{Direction, ReceiveInput, ReceiveState, SendInput, SendState, StreamId};
use tls::Role;

/// A row is a state; the columns are the inputs in the order of `ALL`. "-": it cannot happen.
const SENDING: [(&str, [&str; 5]); 6] = [
    // STREAM, STREAM + FIN, RESET_STREAM, all acknowledged, reset acknowledged
    ("Ready", ["Send", "Data Sent", "Reset Sent", "-", "-"]),
    ("Send", ["Send", "Data Sent", "Reset Sent", "-", "-"]),
    ("Data Sent", ["Data Sent", "Data Sent", "Reset Sent", "Data Recvd", "-"]),
    ("Data Recvd", ["-", "-", "-", "Data Recvd", "Data Recvd"]),
    ("Reset Sent", ["-", "-", "Reset Sent", "Data Recvd", "Reset Recvd"]),
    ("Reset Recvd", ["-", "-", "-", "Reset Recvd", "Reset Recvd"]),
];

const RECEIVING: [(&str, [&str; 6]); 6] = [
    // STREAM, STREAM + FIN, all received, RESET_STREAM, read to the end, reset read
    ("Recv", ["Recv", "Size Known", "-", "Reset Recvd", "-", "-"]),
    ("Size Known", ["Size Known", "Size Known", "Data Recvd", "Reset Recvd", "-", "-"]),
    ("Data Recvd", ["Data Recvd", "Data Recvd", "-", "Data Recvd", "Data Read", "-"]),
    ("Data Read", ["Data Read", "Data Read", "-", "Data Read", "-", "-"]),
    ("Reset Recvd", ["Reset Recvd", "Reset Recvd", "-", "Reset Recvd", "-", "Reset Read"]),
    ("Reset Read", ["Reset Read", "Reset Read", "-", "Reset Read", "-", "-"]),
];

#[test]
fn s3_1_the_sending_part() {
    for (state, (name, row)) in SendState::ALL.into_iter().zip(SENDING) {
        assert_eq!(state.name(), name);
        for (input, expected) in SendInput::ALL.into_iter().zip(row) {
            let after = state.on(input).map_or("-", SendState::name);
            assert_eq!(after, expected, "{name}, {input:?}");
        }
    }
}

#[test]
fn s3_2_the_receiving_part() {
    for (state, (name, row)) in ReceiveState::ALL.into_iter().zip(RECEIVING) {
        assert_eq!(state.name(), name);
        for (input, expected) in ReceiveInput::ALL.into_iter().zip(row) {
            let after = state.on(input).map_or("-", ReceiveState::name);
            assert_eq!(after, expected, "{name}, {input:?}");
        }
    }
}

#[test]
fn what_is_over_stays_so() {
    for state in SendState::ALL.into_iter().filter(|state| state.is_over()) {
        let after = SendInput::ALL.into_iter().filter_map(|input| state.on(input));
        assert!(after.into_iter().all(|after| after == state));
    }
    for state in ReceiveState::ALL.into_iter().filter(|state| state.is_over()) {
        let after = ReceiveInput::ALL.into_iter().filter_map(|input| state.on(input));
        assert!(after.into_iter().all(|after| after == state));
    }
}

#[test]
fn s2_1_what_an_identifier_says() {
    let kinds = [
        (Role::Client, Direction::Bidirectional),
        (Role::Server, Direction::Bidirectional),
        (Role::Client, Direction::Unidirectional),
        (Role::Server, Direction::Unidirectional),
    ];
    for (low, (role, direction)) in (0..4).zip(kinds) {
        let id = StreamId::from_index(role, direction, 5);
        assert_eq!(id.get(), 20 + low);
        assert_eq!((id.initiator(), id.direction(), id.index()), (role, direction, 5));
        let two_way = direction == Direction::Bidirectional;
        for end in [Role::Client, Role::Server] {
            assert_eq!(id.sends(end), two_way || end == role);
            assert_eq!(id.receives(end), two_way || end != role);
        }
    }
}
