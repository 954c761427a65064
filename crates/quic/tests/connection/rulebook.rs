//! What a peer must not do, row by row: `RULES.md` is the table, and each of its rows is a test
//! here or named there.
//!
//! A row is played on a live connection: one end says what it must not, the other ends the
//! connection, and what counts is the code that arrives.

use crate::pair::{Pair, Setup};
use quic::{Closed, Lies, connection_id::ConnectionId, error::TransportError, recovery::Space};
use sim::Link;
use std::time::Duration;

/// Who breaks the rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Client,
    Server,
}

/// The code that the one who broke the rule is told.
fn told(pair: &Pair, by: By) -> TransportError {
    let (breaker, keeper) = match by {
        By::Client => (&pair.client, &pair.server),
        By::Server => (&pair.server, &pair.client),
    };
    match (keeper.closed(), breaker.closed()) {
        (Some(Closed::Violation(error)), Some(Closed::Transport { code, .. })) => {
            assert_eq!(error.code(), *code);
            *code
        }
        other => panic!("{other:?}"),
    }
}

/// One end puts frames where they must not be.
fn breaks(by: By, space: Space, frames: &[u8], code: TransportError) {
    let mut pair = Pair::plain();
    let frames = frames.to_vec();
    match (space, by) {
        (Space::Data, _) => {
            pair.connect();
            pair.run(Duration::from_secs(1));
            let end = if by == By::Client { &mut pair.client } else { &mut pair.server };
            end.quic().send_raw(frames);
        }
        (_, By::Client) => pair.client.quic().send_raw_in(space, frames),
        (_, By::Server) => pair.server.first = Some((space, frames)),
    }
    pair.run(Duration::from_millis(500));
    assert_eq!(told(&pair, by), code);
}

/// One end's transport parameters are wrong.
fn lies(by: By, lies: Lies) {
    lies_about(Setup::default(), by, lies, TransportError::TRANSPORT_PARAMETER_ERROR);
}

fn lies_about(mut setup: Setup, by: By, lies: Lies, code: TransportError) {
    let transport = if by == By::Client { &mut setup.client } else { &mut setup.server };
    transport.lies = Some(lies);
    let mut pair = Pair::new(&setup, Link::new().delay(Duration::from_millis(10)));
    pair.run(Duration::from_secs(1));
    assert_eq!(told(&pair, by), code);
}

macro_rules! frames {
    ($($name:ident: $by:ident, $space:ident, [$($octet:expr),*] => $code:expr;)*) => {
        $(#[test]
        fn $name() {
            breaks(By::$by, Space::$space, &[$($octet),*], $code);
        })*
    };
}

macro_rules! parameters {
    ($($name:ident: $by:ident, |$p:ident| $alter:expr, $append:expr;)*) => {
        $(#[test]
        fn $name() {
            lies(By::$by, Lies { alter: |$p| $alter, append: $append, ..Lies::NONE });
        })*
    };
}

mod places;
mod secrets;

frames! {
    s12_4_an_unknown_type: Client, Data, [0x2f] => TransportError::FRAME_ENCODING_ERROR;
    s12_4_an_unknown_type_of_a_server: Server, Data, [
        0x2f
    ] => TransportError::FRAME_ENCODING_ERROR;
    s12_4_a_type_longer_than_needed: Client, Data, [
        0x40, 0x01
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_4_reset_stream_cut_short: Client, Data, [
        1, 1, 1, 1, 0x04, 0x00
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_5_stop_sending_cut_short: Client, Data, [
        1, 1, 1, 1, 0x05
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_6_crypto_cut_short: Client, Data, [
        1, 1, 1, 1, 0x06, 0, 9, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_8_stream_cut_short: Client, Data, [
        1, 1, 1, 1, 0x0a, 0, 5, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_9_max_data_cut_short: Client, Data, [
        1, 1, 1, 1, 0x10
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_10_max_stream_data_cut_short: Client, Data, [
        1, 1, 1, 1, 0x11, 0
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_11_max_streams_cut_short: Client, Data, [
        1, 1, 1, 1, 0x12
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_12_data_blocked_cut_short: Client, Data, [
        1, 1, 1, 1, 0x14
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_13_stream_data_blocked_cut_short: Client, Data, [
        1, 1, 1, 1, 0x15, 0
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_14_streams_blocked_cut_short: Client, Data, [
        1, 1, 1, 1, 0x16
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_15_new_connection_id_cut_short: Client, Data, [
        1, 1, 1, 1, 0x18, 9, 0, 8, 1, 2
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_16_retire_connection_id_cut_short: Client, Data, [
        1, 1, 1, 1, 0x19
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_17_path_challenge_cut_short: Client, Data, [
        1, 1, 1, 1, 0x1a, 1, 2
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_18_path_response_cut_short: Client, Data, [
        1, 1, 1, 1, 0x1b, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_19_connection_close_cut_short: Client, Data, [
        1, 1, 1, 1, 0x1c, 0, 0, 9
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_3_ack_cut_short: Client, Data, [
        1, 1, 1, 1, 0x02, 0
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_3_ack_ecn_cut_short: Client, Data, [
        1, 1, 1, 1, 0x03, 0, 0, 0, 0, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_7_new_token_cut_short: Server, Data, [
        1, 1, 1, 1, 0x07, 9, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_3_ack_range_below_zero: Client, Data, [
        0x02, 0, 0, 0, 5
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_3_1_ack_gap_below_zero: Client, Data, [
        0x02, 1, 0, 1, 0, 9, 0
    ] => TransportError::FRAME_ENCODING_ERROR;
    s13_1_ack_of_what_was_never_sent: Client, Data, [
        0x02, 0x7f, 0xff, 0, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s13_1_ack_of_what_was_never_sent_to_a_client: Server, Data, [
        0x02, 0x7f, 0xff, 0, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_7_new_token_from_a_client: Client, Data, [
        0x07, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_7_an_empty_new_token: Server, Data, [0x07, 0] => TransportError::FRAME_ENCODING_ERROR;
    s19_20_handshake_done_from_a_client: Client, Data, [
        0x1e
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_8_stream_the_receiver_has_not_begun: Client, Data, [
        0x0a, 0x01, 1, 1
    ] => TransportError::STREAM_STATE_ERROR;
    s19_8_stream_on_a_stream_that_is_only_received: Client, Data, [
        0x0a, 0x03, 1, 1
    ] => TransportError::STREAM_STATE_ERROR;
    s19_8_stream_the_client_has_not_begun: Server, Data, [
        0x0a, 0x00, 1, 1
    ] => TransportError::STREAM_STATE_ERROR;
    s19_8_stream_on_the_clients_own: Server, Data, [
        0x0a, 0x02, 1, 1
    ] => TransportError::STREAM_STATE_ERROR;
    s19_4_reset_of_a_stream_that_is_only_received: Client, Data, [
        0x04, 0x03, 0, 0
    ] => TransportError::STREAM_STATE_ERROR;
    s19_4_reset_of_a_stream_not_begun: Client, Data, [
        0x04, 0x01, 0, 0
    ] => TransportError::STREAM_STATE_ERROR;
    s19_5_stop_of_a_stream_that_is_only_sent: Client, Data, [
        0x05, 0x02, 0
    ] => TransportError::STREAM_STATE_ERROR;
    s19_5_stop_of_a_stream_not_begun: Client, Data, [
        0x05, 0x01, 0
    ] => TransportError::STREAM_STATE_ERROR;
    s19_10_max_stream_data_of_a_stream_not_sent_on: Client, Data, [
        0x11, 0x02, 9
    ] => TransportError::STREAM_STATE_ERROR;
    s19_10_max_stream_data_of_a_stream_not_begun: Client, Data, [
        0x11, 0x01, 9
    ] => TransportError::STREAM_STATE_ERROR;
    s19_13_stream_data_blocked_of_a_stream_only_received: Client, Data, [
        0x15, 0x03, 9
    ] => TransportError::STREAM_STATE_ERROR;
    s4_6_stream_beyond_the_limit: Client, Data, [
        0x0a, 0x44, 0x00, 1, 1
    ] => TransportError::STREAM_LIMIT_ERROR;
    s4_6_stream_of_one_direction_beyond_the_limit: Client, Data, [
        0x0a, 0x44, 0x02, 1, 1
    ] => TransportError::STREAM_LIMIT_ERROR;
    s4_6_stream_beyond_the_clients_limit: Server, Data, [
        0x0a, 0x44, 0x01, 1, 1
    ] => TransportError::STREAM_LIMIT_ERROR;
    s4_6_reset_beyond_the_limit: Client, Data, [
        0x04, 0x44, 0x00, 0, 0
    ] => TransportError::STREAM_LIMIT_ERROR;
    s4_6_stop_beyond_the_limit: Client, Data, [
        0x05, 0x44, 0x00, 0
    ] => TransportError::STREAM_LIMIT_ERROR;
    s4_6_max_stream_data_beyond_the_limit: Client, Data, [
        0x11, 0x44, 0x00, 9
    ] => TransportError::STREAM_LIMIT_ERROR;
    s4_6_stream_data_blocked_beyond_the_limit: Client, Data, [
        0x15, 0x44, 0x00, 9
    ] => TransportError::STREAM_LIMIT_ERROR;
    s19_11_max_streams_bidi_beyond_counting: Client, Data, [
        0x12, 0xd0, 0, 0, 0, 0, 0, 0, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_11_max_streams_uni_beyond_counting: Client, Data, [
        0x13, 0xd0, 0, 0, 0, 0, 0, 0, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_14_streams_blocked_bidi_beyond_counting: Client, Data, [
        0x16, 0xd0, 0, 0, 0, 0, 0, 0, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_14_streams_blocked_uni_beyond_counting: Client, Data, [
        0x17, 0xd0, 0, 0, 0, 0, 0, 0, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s4_1_data_beyond_the_streams_window: Client, Data, [
        0x0e, 0, 0x80, 0x10, 0, 0, 1, 1
    ] => TransportError::FLOW_CONTROL_ERROR;
    s4_1_data_beyond_the_streams_window_of_a_client: Server, Data, [
        0x0e, 0x03, 0x80, 0x10, 0, 0, 1, 1
    ] => TransportError::FLOW_CONTROL_ERROR;
    s4_1_data_beyond_the_connections_window: Client, Data, [
        0x0e, 0, 0x80, 3, 0xff, 0, 1, 1, 0x0e, 4, 0x80, 3, 0xff, 0, 1, 1, 0x0e, 8, 0x80,
        3, 0xff, 0, 1, 1
    ] => TransportError::FLOW_CONTROL_ERROR;
    s4_5_a_reset_counts_its_final_size: Client, Data, [
        0x04, 0, 0, 0x80, 0x10, 0, 0
    ] => TransportError::FLOW_CONTROL_ERROR;
    s4_5_data_behind_the_end: Client, Data, [
        0x0b, 0, 1, 1, 0x0e, 0, 1, 1, 1
    ] => TransportError::FINAL_SIZE_ERROR;
    s4_5_another_final_size: Client, Data, [
        0x0b, 0, 1, 1, 0x0f, 0, 5, 1, 1
    ] => TransportError::FINAL_SIZE_ERROR;
    s4_5_an_end_below_what_came: Client, Data, [
        0x0e, 0, 8, 1, 1, 0x0f, 0, 1, 1, 1
    ] => TransportError::FINAL_SIZE_ERROR;
    s4_5_a_reset_with_another_final_size: Client, Data, [
        0x0b, 0, 1, 1, 0x04, 0, 0, 9
    ] => TransportError::FINAL_SIZE_ERROR;
    s4_5_a_reset_below_what_came: Client, Data, [
        0x0e, 0, 8, 1, 1, 0x04, 0, 0, 2
    ] => TransportError::FINAL_SIZE_ERROR;
    s19_8_an_offset_beyond_what_can_be_counted: Client, Data, [
        0x0e, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_6_crypto_beyond_what_can_be_counted: Client, Data, [
        0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1
    ] => TransportError::FRAME_ENCODING_ERROR;
    s7_5_crypto_beyond_the_buffer: Client, Data, [
        0x06, 0x80, 0x10, 0, 0, 1, 1
    ] => TransportError::CRYPTO_BUFFER_EXCEEDED;
    s7_5_crypto_beyond_the_buffer_of_a_client: Server, Data, [
        0x06, 0x80, 0x10, 0, 0, 1, 1
    ] => TransportError::CRYPTO_BUFFER_EXCEEDED;
    s19_15_a_connection_id_of_no_octets: Client, Data, [
        0x18, 40, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_15_a_connection_id_of_21_octets: Client, Data, [
        0x18, 40, 0, 21, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_15_retire_prior_to_above_the_sequence: Client, Data, [
        0x18, 40, 41, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_15_one_sequence_two_ids: Client, Data, [
        0x18, 40, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16, 0x18, 40, 40, 8, 8, 8, 8, 8, 8, 8, 8, 8, 1, 2, 3, 4, 5, 6, 7, 8,
        9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_15_one_id_two_sequences: Client, Data, [
        0x18, 40, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16, 0x18, 41, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8,
        9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_15_one_id_two_tokens: Client, Data, [
        0x18, 40, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16, 0x18, 40, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 2, 2, 3, 4, 5, 6, 7, 8,
        9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s5_1_1_too_many_connection_ids: Client, Data, [
        0x18, 40, 0, 8, 70, 70, 70, 70, 70, 70, 70, 70, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
        11, 12, 13, 14, 15, 16, 0x18, 41, 0, 8, 71, 71, 71, 71, 71, 71, 71, 71, 1, 2, 3,
        4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0x18, 42, 0, 8, 72, 72, 72, 72,
        72, 72, 72, 72, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0x18, 43,
        0, 8, 73, 73, 73, 73, 73, 73, 73, 73, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
        14, 15, 16, 0x18, 44, 0, 8, 74, 74, 74, 74, 74, 74, 74, 74, 1, 2, 3, 4, 5, 6, 7,
        8, 9, 10, 11, 12, 13, 14, 15, 16, 0x18, 45, 0, 8, 75, 75, 75, 75, 75, 75, 75,
        75, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::CONNECTION_ID_LIMIT_ERROR;
    s19_16_retire_of_an_id_never_issued: Client, Data, [
        0x19, 0x3f
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_15_a_connection_id_of_no_octets_of_a_server: Server, Data, [
        0x18, 40, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_15_a_connection_id_of_21_octets_of_a_server: Server, Data, [
        0x18, 40, 0, 21, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_15_retire_prior_to_above_the_sequence_of_a_server: Server, Data, [
        0x18, 40, 41, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16
    ] => TransportError::FRAME_ENCODING_ERROR;
    s19_15_one_sequence_two_ids_of_a_server: Server, Data, [
        0x18, 40, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16, 0x18, 40, 40, 8, 8, 8, 8, 8, 8, 8, 8, 8, 1, 2, 3, 4, 5, 6, 7, 8,
        9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_15_one_id_two_sequences_of_a_server: Server, Data, [
        0x18, 40, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16, 0x18, 41, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8,
        9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_15_one_id_two_tokens_of_a_server: Server, Data, [
        0x18, 40, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16, 0x18, 40, 40, 8, 7, 7, 7, 7, 7, 7, 7, 7, 2, 2, 3, 4, 5, 6, 7, 8,
        9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s5_1_1_too_many_connection_ids_of_a_server: Server, Data, [
        0x18, 40, 0, 8, 70, 70, 70, 70, 70, 70, 70, 70, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
        11, 12, 13, 14, 15, 16, 0x18, 41, 0, 8, 71, 71, 71, 71, 71, 71, 71, 71, 1, 2, 3,
        4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0x18, 42, 0, 8, 72, 72, 72, 72,
        72, 72, 72, 72, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0x18, 43,
        0, 8, 73, 73, 73, 73, 73, 73, 73, 73, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
        14, 15, 16, 0x18, 44, 0, 8, 74, 74, 74, 74, 74, 74, 74, 74, 1, 2, 3, 4, 5, 6, 7,
        8, 9, 10, 11, 12, 13, 14, 15, 16, 0x18, 45, 0, 8, 75, 75, 75, 75, 75, 75, 75,
        75, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::CONNECTION_ID_LIMIT_ERROR;
    s19_16_retire_of_an_id_never_issued_of_a_server: Server, Data, [
        0x19, 0x3f
    ] => TransportError::PROTOCOL_VIOLATION;
    s19_16_retire_of_the_id_in_use: Client, Data, [0x19, 0] => TransportError::PROTOCOL_VIOLATION;
    rfc9221_s3_a_datagram_where_none_is_taken: Client, Data, [
        0x31, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    rfc9001_s6_a_key_update_message: Client, Data, [
        0x06, 0, 5, 24, 0, 0, 1, 0
    ] => TransportError::crypto(10);
    rfc9001_s4_1_3_a_message_of_a_client_behind_the_handshake: Client, Data, [
        0x06, 0, 4, 4, 0, 0, 0
    ] => TransportError::crypto(10);
    rfc9001_s8_3_end_of_early_data: Client, Handshake, [
        0x06, 0, 4, 5, 0, 0, 0
    ] => TransportError::crypto(10);
    rfc9001_s4_4_a_certificate_request_behind_the_handshake: Server, Data, [
        0x06, 0, 15, 13, 0, 0, 11, 0, 0, 8, 0, 13, 0, 4, 0, 2, 8, 7
    ] => TransportError::PROTOCOL_VIOLATION;
    rfc9001_s4_1_3_octets_ahead_of_a_level_that_ends: Client, Initial, [
        0x06, 0x4b, 0xb8, 1, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    rfc9001_s4_1_3_octets_ahead_of_a_level_that_ends_of_a_server: Server, Initial, [
        0x06, 0x4b, 0xb8, 1, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    rfc9001_s4_1_3_a_client_hello_in_handshake_packets: Client, Handshake, [
        0x06, 0, 4, 1, 0, 0, 0
    ] => TransportError::crypto(10);
}

parameters! {
    s18_2_max_udp_payload_size_below_1200: Client, |p| p.max_udp_payload_size = 1199, &[];
    s18_2_ack_delay_exponent_above_20: Client, |p| p.ack_delay_exponent = 21, &[];
    s18_2_max_ack_delay_of_2_14: Client, |p| p.max_ack_delay = Duration::from_millis(1 << 14), &[];
    s18_2_active_connection_id_limit_below_2: Client, |p| p.active_connection_id_limit = 1, &[];
    s4_6_initial_max_streams_bidi_beyond_2_60: Client,
        |p| p.initial_max_streams_bidi = (1 << 60) + 1, &[];
    s4_6_initial_max_streams_uni_beyond_2_60: Client,
        |p| p.initial_max_streams_uni = (1 << 60) + 1, &[];
    s7_3_no_initial_source_connection_id: Client, |p| p.initial_source_connection_id = None, &[];
    s7_3_another_initial_source_connection_id: Client,
        |p| p.initial_source_connection_id = ConnectionId::new(b"another!"), &[];
    s18_2_original_destination_from_a_client: Client,
        |p| p.original_destination_connection_id = ConnectionId::new(b"original"), &[];
    s18_2_retry_source_from_a_client: Client,
        |p| p.retry_source_connection_id = ConnectionId::new(b"retried!"), &[];
    s18_2_stateless_reset_token_from_a_client: Client,
        |p| p.stateless_reset_token = Some([1; 16]), &[];
    s7_3_no_initial_source_connection_id_of_a_server: Server,
        |p| p.initial_source_connection_id = None, &[];
    s7_3_another_initial_source_connection_id_of_a_server: Server,
        |p| p.initial_source_connection_id = ConnectionId::new(b"another!"), &[];
    s7_3_no_original_destination_connection_id: Server,
        |p| p.original_destination_connection_id = None, &[];
    s7_3_another_original_destination_connection_id: Server,
        |p| p.original_destination_connection_id = ConnectionId::new(b"original"), &[];
    s7_3_retry_source_without_a_retry: Server,
        |p| p.retry_source_connection_id = ConnectionId::new(b"retried!"), &[];
    s18_2_ack_delay_exponent_above_20_of_a_server: Server, |p| p.ack_delay_exponent = 21, &[];
    s7_4_a_parameter_twice: Client, |_p| {}, &[0x0e, 1, 4, 0x0e, 1, 4];
    s7_4_a_parameter_twice_of_a_server: Server, |_p| {}, &[0x0e, 1, 4, 0x0e, 1, 4];
    s18_a_parameter_cut_short: Client, |_p| {}, &[0x3f, 5, 1];
    s18_a_value_longer_than_its_number: Client, |_p| {}, &[0x0b, 2, 1, 1];
}

/// This file and its other half.
const BOOK: [&str; 3] = [
    include_str!("rulebook.rs"),
    include_str!("rulebook/places.rs"),
    include_str!("rulebook/secrets.rs"),
];

/// The table, the rule book, and the tests elsewhere that the table names.
#[test]
fn each_row_has_its_test_and_each_test_its_row() {
    let (table, book) = (include_str!("../RULES.md"), BOOK.concat());
    let elsewhere = [
        ("wire/packets.rs", include_str!("../wire/packets.rs")),
        ("wire/parameters.rs", include_str!("../wire/parameters.rs")),
        ("wire/updates.rs", include_str!("../wire/updates.rs")),
        ("connection/rules.rs", include_str!("rules.rs")),
        ("connection/moves.rs", include_str!("moves.rs")),
        ("connection/places.rs", include_str!("places.rs")),
        ("endpoint/main.rs", include_str!("../endpoint/main.rs")),
    ];
    let mut rows = 0;
    for row in table.lines().filter(|line| line.starts_with("| §") || line.starts_with("| RFC")) {
        let marked: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        let there = match marked[..] {
            [name] => {
                book.contains(&format!("    {name}: ")) || book.contains(&format!("\nfn {name}()"))
            }
            [path, name] => elsewhere
                .iter()
                .any(|(at, text)| *at == path && text.contains(&format!("fn {name}()"))),
            _ => false,
        };
        assert!(there, "no test for {row}");
        rows += 1;
    }
    let played = book.lines().filter(|line| {
        let name = line.trim_start().split(':').next().unwrap_or_default();
        let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let by = [": Client,", ": Server,"].iter().any(|by| line.contains(by));
        line.starts_with("    ") && plain && by
    });
    let alone = book.split("#[test]\nfn ").skip(1).map(|test| test.split('(').next().unwrap());
    let alone = alone.filter(|name| name.starts_with("s") || name.starts_with("rfc"));
    for name in played.map(|line| line.trim().split(':').next().unwrap()).chain(alone) {
        assert!(table.contains(&format!("`{name}`")), "no row for {name}");
    }
    assert!(rows > 150, "{rows} rows");
}
